// Arrays written as numbers in brackets, read without making a node of each number: data that are
// typed or saved may be long.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <nabla/array.hpp>

namespace nabla::runtime {

/// A number, `[1, 2, 3]`, `[1, 2; 3, 4]` or nested lists, read by rows; nothing if the text holds
/// anything but numbers in brackets. Throws InputError if it is ragged, or a number is too large.
std::optional<Array> literal_array(std::string_view text);

/// The array as a text that literal_array reads back to the same numbers; NaN and the infinities
/// are the words `nan`, `inf` and `-inf`.
std::string array_literal(const ArrayView& array);

}  // namespace nabla::runtime
