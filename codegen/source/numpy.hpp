// NumPy: `2 * X.T @ (X @ w - y)`. SciPy where NumPy has no such function (erf, Γ, expm).
#pragma once

#include "codegen/source/python.hpp"

namespace nabla::codegen {

class NumpyWriter : public PythonWriter {
protected:
    std::string module() const override { return "np"; }
    std::string_view spelling(const ir::Spellings& row) const override { return row.numpy; }
    std::string imports(const std::string& program) const override;
    std::span<const Helper> helper_table() const override;
    std::string expm_name() override { return "linalg.expm"; }
};

}  // namespace nabla::codegen
