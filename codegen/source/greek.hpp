// Names whose first part is a spelled Greek letter: `lambda_1` is λ_1 on paper.
#pragma once

#include <string>
#include <string_view>

namespace nabla::codegen {

/// The name with its Greek letter: `lambda` → `λ`, `Sigma_2` → `Σ_2`; others as they are.
std::string greek_letter(const std::string& name);

/// For LaTeX: `lambda_1` → `\lambda_{1}`, `x1` → `x_{1}`, `margin` → `\mathit{margin}`.
std::string latex_name(const std::string& name);

}  // namespace nabla::codegen
