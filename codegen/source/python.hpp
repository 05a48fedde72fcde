// What NumPy, JAX and PyTorch have in common: Python's operators, and vectors that are arrays of
// one axis.
#pragma once

#include "codegen/source/writer.hpp"
#include "ir/spellings.hpp"

namespace nabla::codegen {

class PythonWriter : public ArrayWriter {
protected:
    /// The prefix of array functions: `np`.
    virtual std::string module() const = 0;
    virtual std::string_view spelling(const ir::Spellings& row) const = 0;
    virtual std::string_view axis_word() const { return "axis"; }
    /// Lines above everything, given the text of the program.
    virtual std::string imports(const std::string& program) const = 0;
    /// What constructors of arrays get as their last argument.
    virtual std::string array_options() const { return {}; }

    Spelled spell(const Code& n) override;
    std::string function(const FunctionText& f) override;
    std::string whole(const std::vector<std::string>& helpers,
                      const std::vector<std::string>& functions) override;
    std::string size_of(const std::string& parameter, std::size_t axis, std::size_t rank) override;
    std::string integer_quotient(const std::string& above, const std::string& below) override {
        return above + " // " + below;
    }
    std::span<const std::string_view> reserved() const override;

    // Where the languages differ.
    virtual Spelled reduce(const Code& n);
    virtual Spelled block(const Code& n);
    virtual Spelled map(const Code& n);
    virtual Spelled square_root(const Code& n);
    virtual Spelled reversed(const CodePtr& array);  ///< all axes turned round
    virtual std::string expm_name() = 0;

    Spelled call(const std::string& name, const Code& n) {
        return {call_name(name) + "(" + arguments(n) + ")"};
    }
    std::string np(std::string_view name) const { return module() + "." + std::string(name); }
    std::string shape_tuple(const ir::Shape& dims, bool turned = false);
    std::string axes(const Code& n) const;

private:
    Spelled sized(std::string_view name, const ir::Shape& dims);
    Spelled multiply(const Code& n);
    Spelled divide(const Code& n);
    Spelled power(const Code& n);
    Spelled slice(const Code& n);
    Spelled einsum(const Code& n);
    Spelled matrix(const Code& n);
    Spelled product(const Code& n, Tie right);
};

/// `first`, then what `program` uses of `math`, `itertools` and the package's `linalg`, `special`.
std::string python_imports(const std::string& program, const std::string& first,
                           const std::string& package);

}  // namespace nabla::codegen
