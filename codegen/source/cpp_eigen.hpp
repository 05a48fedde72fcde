// C++ with Eigen 3.4: scalars, VectorXd and MatrixXd; arrays of more axes as a struct Tensor, a
// flat std::vector by rows with its sizes, which the program defines where it needs it.
#pragma once

#include "codegen/source/writer.hpp"
#include "ir/spellings.hpp"

namespace nabla::codegen {

class EigenWriter : public ArrayWriter {
protected:
    Spelled spell(const Code& n) override;
    std::string function(const FunctionText& f) override;
    std::string whole(const std::vector<std::string>& helpers,
                      const std::vector<std::string>& functions) override;
    std::string size_of(const std::string& parameter, std::size_t axis, std::size_t rank) override;
    std::string integer_quotient(const std::string& above, const std::string& below) override {
        return above + " / " + below;
    }
    std::span<const Helper> helper_table() const override;
    std::span<const std::string_view> reserved() const override;
    bool must_name(const Code& parent, const CodePtr& child) const override;

private:
    static std::string type_of(std::size_t rank);
    static std::string literal(const ir::Number& value);
    Spelled call(const std::string& name, const Code& n) {
        return {call_name(name) + "(" + arguments(n) + ")"};
    }
    /// The child as an object of its type, which an expression of Eigen's is not.
    std::string object(const CodePtr& child);
    std::string tensor(const CodePtr& child);
    Spelled from_tensor(const std::string& text, std::size_t rank);
    std::string member(const CodePtr& child, std::string_view suffix);

    // cpp_eigen_entries.cpp: what acts entry by entry.
    Spelled add(const Code& n);
    Spelled multiply(const Code& n);
    Spelled divide(const Code& n);
    Spelled power(const Code& n);
    Spelled map(const Code& n);
    Spelled where(const Code& n);
    Spelled by_entries(const Code& n);
    std::string entry(const Code& n, const std::vector<std::string>& operands);
    std::string condition(const Code& compare);

    Spelled matrix(const Code& n);
    Spelled slice(const Code& n);
    Spelled block(const Code& n);
    Spelled reduce(const Code& n);
    Spelled sized(const Code& n);
};

}  // namespace nabla::codegen
