#include "cli/json_writer.hpp"

#include <cmath>
#include <nlohmann/json.hpp>

#include <fmt/format.h>

namespace nabla::cli {
namespace {

void append_number(std::string& out, double value) {
    if (std::isnan(value)) {
        out += "\"NaN\"";
    } else if (std::isinf(value)) {
        out += value > 0 ? "\"Infinity\"" : "\"-Infinity\"";
    } else {
        fmt::format_to(std::back_inserter(out), "{:.17g}", value);
    }
}

void append_axis(std::string& out, const ArrayView& array, std::size_t axis, const double* data) {
    if (axis == array.sizes().size()) {
        append_number(out, *data);
        return;
    }
    out += '[';
    for (std::size_t i = 0; i < array.sizes()[axis]; ++i) {
        if (i > 0) out += ',';
        append_axis(out, array, axis + 1,
                    data + static_cast<std::ptrdiff_t>(i) * array.strides()[axis]);
    }
    out += ']';
}

}  // namespace

std::string json_number(double value) {
    std::string out;
    append_number(out, value);
    return out;
}

void JsonWriter::begin_value() {
    if (needs_comma_) out_ += ',';
    needs_comma_ = true;
}

JsonWriter& JsonWriter::open_object() {
    begin_value();
    out_ += '{';
    needs_comma_ = false;
    return *this;
}

JsonWriter& JsonWriter::close_object() {
    out_ += '}';
    needs_comma_ = true;
    return *this;
}

JsonWriter& JsonWriter::open_list() {
    begin_value();
    out_ += '[';
    needs_comma_ = false;
    return *this;
}

JsonWriter& JsonWriter::close_list() {
    out_ += ']';
    needs_comma_ = true;
    return *this;
}

JsonWriter& JsonWriter::key(std::string_view name) {
    text(name);
    out_ += ':';
    needs_comma_ = false;
    return *this;
}

JsonWriter& JsonWriter::text(std::string_view value) {
    begin_value();
    using nlohmann::json;
    out_ += json(value).dump(-1, ' ', false, json::error_handler_t::replace);
    return *this;
}

JsonWriter& JsonWriter::number(double value) {
    begin_value();
    append_number(out_, value);
    return *this;
}

JsonWriter& JsonWriter::boolean(bool value) {
    begin_value();
    out_ += value ? "true" : "false";
    return *this;
}

JsonWriter& JsonWriter::integer(long long value) {
    begin_value();
    fmt::format_to(std::back_inserter(out_), "{}", value);
    return *this;
}

JsonWriter& JsonWriter::array(const ArrayView& array) {
    begin_value();
    append_axis(out_, array, 0, array.data());
    return *this;
}

JsonWriter& JsonWriter::texts(const std::vector<std::string>& values) {
    open_list();
    for (const std::string& value : values) text(value);
    return close_list();
}

JsonWriter& JsonWriter::sizes(const Sizes& values) {
    open_list();
    for (const std::size_t value : values) integer(static_cast<long long>(value));
    return close_list();
}

}  // namespace nabla::cli
