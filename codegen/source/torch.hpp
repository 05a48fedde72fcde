// PyTorch: arguments are tensors of one dtype, scalars tensors without axes, so that autograd can
// look through a function as through any other.
#pragma once

#include "codegen/source/python.hpp"

namespace nabla::codegen {

class TorchWriter : public PythonWriter {
protected:
    std::string module() const override { return "torch"; }
    std::string_view spelling(const ir::Spellings& row) const override { return row.torch; }
    std::string_view axis_word() const override { return "dim"; }
    std::string imports(const std::string& program) const override;
    std::span<const Helper> helper_table() const override;
    std::string array_options() const override;
    std::string expm_name() override { return "torch.linalg.matrix_exp"; }

    Spelled reduce(const Code& n) override;
    Spelled block(const Code& n) override;
    Spelled map(const Code& n) override;
    Spelled square_root(const Code& n) override;
    Spelled reversed(const CodePtr& array) override;

private:
    std::string dtype() const;
    /// A function of tensors takes no plain numbers.
    std::string tensor(const CodePtr& code);
};

}  // namespace nabla::codegen
