// The size of a formula as somebody wrote it.
#pragma once

#include <cstdint>
#include <string>

namespace golden {

/// Symbols, numbers and operators of an ASCII text, counted as passes::notation_size counts a
/// notation: brackets and products side by side are free; `^T`, `^-1`, a pair of bars and a
/// function's name count 1, another power counts its sign and its exponent; `eye(n)` counts 2 and
/// `ones(m, n)` 3, whatever the sizes are.
std::int64_t written_size(const std::string& text);

}  // namespace golden
