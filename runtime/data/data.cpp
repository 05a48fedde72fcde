#include "runtime/data/data.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <limits>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "frontend/names.hpp"
#include "runtime/located.hpp"

namespace nabla::runtime {
namespace {

struct Format {
    std::string_view suffix;
    Reader read;
};

constexpr std::array formats{
    Format{".json", read_json},
    Format{".csv", read_csv},
    Format{".tsv", read_tsv},
};

const Format* format_of(std::string_view path) {
    const auto found = std::find_if(formats.begin(), formats.end(), [&](const Format& format) {
        return path.ends_with(format.suffix) && path.size() > format.suffix.size();
    });
    return found == formats.end() ? nullptr : &*found;
}

InputError unknown_format(const DataRequest& request) {
    if (is_too_large_number(request.path)) {
        return InputError(fmt::format("the number {} is too large for a double", request.path),
                          "the largest is about 1.8e308; Infinity is written inf");
    }
    if (request.path.starts_with('[')) {
        return InputError(
            fmt::format("{} is given a list, and only a number can stand in a command line",
                        request.name.empty() ? std::string("--data") : request.name),
            fmt::format("write {{\"{}\": {}}} into a .json file and name the file",
                        request.name.empty() ? std::string("x") : request.name, request.path));
    }
    std::string list;
    for (const Format& format : formats) list += fmt::format(" {}", format.suffix);
    return InputError(fmt::format("cannot tell the format of the data file '{}'", request.path),
                      "known suffixes:" + list);
}

bool is_number(const DataRequest& request) {
    return !request.name.empty() && request.selection.empty() &&
           parse_number(request.path).has_value();
}

// A name is what could be declared: this keeps `dir=1/x.json` a path.
bool could_be_name(std::string_view text) {
    return !text.empty() && std::none_of(text.begin(), text.end(), [](char c) {
        return c == '/' || c == '.' || c == ':' || c == ' ' || c == '\\';
    });
}

std::string read_text(const std::string& path) {
    std::ifstream stream(path, std::ios::binary);
    std::error_code ignored;
    if (!stream || std::filesystem::is_directory(path, ignored)) {
        const char* reason = stream ? "it is a folder" : std::strerror(errno);
        throw InputError({error_in_file(path, fmt::format("cannot open {}: {}", path, reason))});
    }
    std::string text{std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
    if (stream.bad()) throw InputError({error_in_file(path, fmt::format("cannot read {}", path))});
    return text;
}

}  // namespace

namespace {

// `2x=3` would give a value that no expression can ask for.
void check_name(std::string_view name) {
    if (name.empty()) return;
    if (syntax::name_length(name) != name.size()) {
        throw InputError(fmt::format("`{}` is not a name that data can be given to", name),
                         "a name is letters, then digits, `_` and more letters");
    }
    if (syntax::is_reserved(name)) {
        throw InputError(
            fmt::format("`{}` is a word of the language, and data cannot be given to it", name),
            "choose another name");
    }
}

}  // namespace

DataRequest parse_data_request(std::string_view argument) {
    DataRequest request;
    std::string_view rest = argument;
    if (const std::size_t equals = rest.find('=');
        equals != std::string_view::npos && could_be_name(rest.substr(0, equals))) {
        request.name = rest.substr(0, equals);
        rest.remove_prefix(equals + 1);
        check_name(request.name);
    }
    for (std::size_t colon = rest.find(':'); colon != std::string_view::npos;
         colon = rest.find(':', colon + 1)) {
        if (format_of(rest.substr(0, colon)) == nullptr) continue;
        request.path = rest.substr(0, colon);
        request.selection = rest.substr(colon + 1);
        return request;
    }
    request.path = rest;
    if (!is_number(request) && format_of(request.path) == nullptr) throw unknown_format(request);
    return request;
}

Values load_data(const DataRequest& request) {
    if (is_number(request)) {
        Values values;
        values.add({request.name, Array(*parse_number(request.path)),
                    fmt::format("{}={}", request.name, request.path), false, true});
        return values;
    }
    const Format* format = format_of(request.path);
    if (format == nullptr) throw unknown_format(request);
    Values values = format->read(DataFile{request.path, read_text(request.path)}, request);
    if (Value* asked_for = values.find(request.name)) asked_for->by_name = true;
    return values;
}

InputError data_error(const DataFile& file, std::size_t begin, std::size_t end, std::string message,
                      std::string help) {
    const std::string_view text = file.text;
    begin = std::min(begin, text.size());
    end = std::clamp(end, begin, text.size());
    const std::size_t newline = begin == 0 ? std::string_view::npos : text.rfind('\n', begin - 1);
    const std::size_t line_begin = newline == std::string_view::npos ? 0 : newline + 1;
    std::size_t line_end = text.find('\n', begin);
    if (line_end == std::string_view::npos) line_end = text.size();
    if (line_end > line_begin && text[line_end - 1] == '\r') --line_end;

    const auto code_points = [&](std::size_t from, std::size_t to) {
        return static_cast<std::uint32_t>(
            std::count_if(text.begin() + static_cast<std::ptrdiff_t>(from),
                          text.begin() + static_cast<std::ptrdiff_t>(std::max(from, to)),
                          [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
    };
    Location where;
    where.file = file.path;
    where.line = static_cast<std::uint32_t>(
        1 + std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(line_begin), '\n'));
    where.column = 1 + code_points(line_begin, begin);
    where.end_column = where.column + std::max(1U, code_points(begin, std::min(end, line_end)));
    // Whoever shows it cuts a long line around the place.
    where.line_text = text.substr(line_begin, line_end - line_begin);
    return InputError(std::vector<Diagnostic>{
        Diagnostic{Severity::error, std::move(where), std::move(message), {}, std::move(help)}});
}

bool is_too_large_number(std::string_view text) {
    if (text.starts_with('+')) text.remove_prefix(1);
    double number = 0;
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, number);
    return error == std::errc::result_out_of_range && stop == end &&
           std::isinf(std::strtod(std::string(text).c_str(), nullptr));
}

std::optional<double> parse_number(std::string_view text) {
    if (text.starts_with('+')) {
        text.remove_prefix(1);
        if (text.starts_with('-')) return std::nullopt;
    }
    double number = 0;
    const char* end = text.data() + text.size();
    // from_chars also reads nan, inf and infinity in any case, but nan(…) too, which is no number.
    const auto [stop, error] = std::from_chars(text.data(), end, number);
    if (error == std::errc::invalid_argument || stop != end || text.ends_with(')')) {
        return std::nullopt;
    }
    if (error == std::errc::result_out_of_range) {
        // from_chars leaves the number alone; strtod tells underflow (fine) from overflow.
        number = std::strtod(std::string(text).c_str(), nullptr);
        if (std::isinf(number)) return std::nullopt;
    }
    return number;
}

}  // namespace nabla::runtime
