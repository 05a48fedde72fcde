// MATLAB, and Octave from version 7 on: one file of functions, vectors as columns.
#pragma once

#include "codegen/source/column.hpp"

namespace nabla::codegen {

class MatlabWriter : public ColumnWriter {
protected:
    bool dots_sums() const override { return false; }
    Spelled other(const Code& n) override;
    std::string function(const FunctionText& f) override;
    std::string whole(const std::vector<std::string>& helpers,
                      const std::vector<std::string>& functions) override;
    std::string integer_quotient(const std::string& above, const std::string& below) override {
        return above + " / " + below;
    }
    std::span<const Helper> helper_table() const override;
    std::span<const std::string_view> reserved() const override;
    bool must_name(const Code& parent, const CodePtr& child) const override;

private:
    Spelled reduce(const Code& n);
    Spelled along(const Code& n, const std::string& argument);
    Spelled block(const Code& n);
    Spelled sized(std::string_view name, const ir::Shape& dims);
    Spelled nested(std::string_view function, const CodePtr& argument);
};

}  // namespace nabla::codegen
