// JSON as the command line's contract has it: one object, numbers with 17 significant digits, and
// NaN and the infinities as strings.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <nabla/array.hpp>

namespace nabla::cli {

/// Writes JSON text piece by piece; commas are put where they belong. The caller opens and closes
/// in matching order and gives every member of an object a key.
class JsonWriter {
public:
    JsonWriter& open_object();
    JsonWriter& close_object();
    JsonWriter& open_list();
    JsonWriter& close_list();

    JsonWriter& key(std::string_view name);
    JsonWriter& text(std::string_view value);
    JsonWriter& number(double value);
    JsonWriter& integer(long long value);
    JsonWriter& boolean(bool value);
    /// A number for a scalar, else nested lists in row-major order of the axes.
    JsonWriter& array(const ArrayView& array);
    JsonWriter& texts(const std::vector<std::string>& values);
    JsonWriter& sizes(const Sizes& values);

    /// What was written so far.
    const std::string& str() const noexcept { return out_; }

private:
    void begin_value();

    std::string out_;
    bool needs_comma_ = false;
};

/// 17 significant digits; `"NaN"`, `"Infinity"`, `"-Infinity"` with their quotes.
std::string json_number(double value);

}  // namespace nabla::cli
