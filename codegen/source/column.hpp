// What MATLAB and Julia have in common: vectors are columns, `*` is the matrix product, and what
// acts entry by entry has a dot.
#pragma once

#include "codegen/source/writer.hpp"
#include "ir/spellings.hpp"

namespace nabla::codegen {

class ColumnWriter : public ArrayWriter {
protected:
    Spelled spell(const Code& n) final;
    std::string size_of(const std::string& parameter, std::size_t axis, std::size_t rank) override;

    /// Whether `+` between a scalar and an array has a dot.
    virtual bool dots_sums() const = 0;
    virtual Spelled other(const Code& n) = 0;  ///< every kind that is no operator

    Spelled call(const std::string& name, const Code& n) {
        return {call_name(name) + "(" + arguments(n) + ")"};
    }
    std::string size_list(const ir::Shape& dims);
    std::string slice_places(const Code& n);

private:
    Spelled sum(const Code& n);
    Spelled multiply(const Code& n);
    Spelled power(const Code& n);
    Spelled infix(const Code& n, std::string_view op, Tie left, Tie right);
};

}  // namespace nabla::codegen
