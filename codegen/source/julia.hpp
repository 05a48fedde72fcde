// Julia: broadcasting dots where arrays meet entry by entry, LinearAlgebra's factorisations, and
// SpecialFunctions where Γ or erf occur.
#pragma once

#include "codegen/source/column.hpp"

namespace nabla::codegen {

class JuliaWriter : public ColumnWriter {
protected:
    bool dots_sums() const override { return true; }
    Spelled other(const Code& n) override;
    std::string function(const FunctionText& f) override;
    std::string whole(const std::vector<std::string>& helpers,
                      const std::vector<std::string>& functions) override;
    std::string integer_quotient(const std::string& above, const std::string& below) override {
        return above + " ÷ " + below;
    }
    std::span<const Helper> helper_table() const override;
    std::span<const std::string_view> reserved() const override;

private:
    Spelled reduce(const Code& n);
    Spelled block(const Code& n);
    Spelled map(const Code& n, std::string_view name);
};

}  // namespace nabla::codegen
