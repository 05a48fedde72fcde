#include "frontend/render.hpp"

#include "frontend/limits.hpp"
#include "frontend/source.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace nabla::syntax {

namespace {

std::string_view word(Severity severity) {
    switch (severity) {
        case Severity::error:
            return "error";
        case Severity::warning:
            return "warning";
        case Severity::note:
            return "note";
    }
    return "error";
}

/// A source line split into code points, cut to a window around what is underlined.
struct Excerpt {
    std::vector<std::string> cells;  ///< one per column shown
    std::size_t first = 0;           ///< column (from 0) of the first cell
    bool cut_left = false;
    bool cut_right = false;
};

Excerpt excerpt(const std::string& line, std::size_t column) {
    std::vector<std::string> cells;
    std::string_view rest(line);
    // A window needs only what is left of its right end.
    const std::size_t right = column + limits::rendered_columns;
    while (!rest.empty() && cells.size() < right) {
        const std::size_t length = utf8_length(rest);
        const auto byte = static_cast<unsigned char>(rest[0]);
        const bool control = (byte < 0x20U && byte != '\t') || byte == 0x7FU;
        cells.push_back(length == 0 || control ? "\xEF\xBF\xBD"
                                               : std::string(rest.substr(0, length)));
        rest.remove_prefix(std::max<std::size_t>(1, length));
    }
    Excerpt result;
    result.cut_right = !rest.empty();
    const std::size_t half = limits::rendered_columns / 2;
    if (cells.size() > limits::rendered_columns && column > half) {
        result.first = std::min(column - half, cells.size() - 1);
        result.cut_left = true;
    }
    const std::size_t end = std::min(cells.size(), result.first + limits::rendered_columns);
    result.cut_right = result.cut_right || end < cells.size();
    result.cells.assign(cells.begin() + static_cast<std::ptrdiff_t>(result.first),
                        cells.begin() + static_cast<std::ptrdiff_t>(end));
    return result;
}

void underline(std::string& marks, const Excerpt& shown, const Location& where, char mark) {
    const std::size_t begin = where.column - 1;
    const std::size_t end = std::max<std::size_t>(begin + 1, where.end_column - 1);
    for (std::size_t column = begin; column < end; ++column) {
        if (column < shown.first) continue;
        const std::size_t cell = column - shown.first;
        if (cell > shown.cells.size()) break;
        if (marks.size() <= cell) marks.resize(cell + 1, ' ');
        if (marks[cell] == ' ') marks[cell] = mark;
    }
}

bool same_line(const Location& a, const Location& b) {
    return a.line == b.line && a.file == b.file;
}

/// The line, and under it carets for `where` and tildes for the labels on the same line.
std::string show_line(const Location& where, std::span<const Label> labels, char mark) {
    const Excerpt shown = excerpt(where.line_text, where.column - 1);
    std::string marks;
    underline(marks, shown, where, mark);
    for (const Label& label : labels) {
        if (same_line(label.where, where)) underline(marks, shown, label.where, '~');
    }
    std::string line;
    std::string under;
    for (std::size_t i = 0; i < shown.cells.size(); ++i) line += shown.cells[i];
    for (std::size_t i = 0; i < marks.size(); ++i) {
        const bool tab = i < shown.cells.size() && shown.cells[i] == "\t" && marks[i] == ' ';
        under += tab ? '\t' : marks[i];
    }
    const std::string number = std::to_string(where.line);
    return fmt::format("  {} | {}{}{}\n  {} | {}{}\n", number, shown.cut_left ? "…" : "", line,
                       shown.cut_right ? "…" : "", std::string(number.size(), ' '),
                       shown.cut_left ? " " : "", under);
}

}  // namespace

std::string render_text(const Diagnostic& diagnostic) {
    const Location& where = diagnostic.where;
    std::string out;
    if (where.line != 0) {
        out += fmt::format("{}:{}:{}: ", where.file, where.line, where.column);
    } else if (!where.file.empty()) {
        out += where.file + ": ";
    }
    out += fmt::format("{}: {}\n", word(diagnostic.severity), diagnostic.message);
    if (where.line != 0) out += show_line(where, diagnostic.labels, '^');
    for (const Label& label : diagnostic.labels) {
        if (same_line(label.where, where)) {
            if (!label.text.empty()) {
                out +=
                    fmt::format("  {}:{}: {}\n", label.where.line, label.where.column, label.text);
            }
            continue;
        }
        out += fmt::format("  {}:{}:{}: {}\n", label.where.file, label.where.line,
                           label.where.column, label.text);
        out += show_line(label.where, {}, '~');
    }
    if (!diagnostic.help.empty()) out += fmt::format("  help: {}\n", diagnostic.help);
    return out;
}

std::string render_text(std::span<const Diagnostic> diagnostics) {
    std::string out;
    for (const Diagnostic& diagnostic : diagnostics) out += render_text(diagnostic);
    return out;
}

std::string render_json(std::span<const Diagnostic> diagnostics) {
    nlohmann::ordered_json errors = nlohmann::ordered_json::array();
    for (const Diagnostic& diagnostic : diagnostics) {
        nlohmann::ordered_json entry;
        if (!diagnostic.where.file.empty()) entry["file"] = diagnostic.where.file;
        if (diagnostic.where.line != 0) {
            entry["line"] = diagnostic.where.line;
            entry["column"] = diagnostic.where.column;
            entry["end_column"] = diagnostic.where.end_column;
        }
        entry["message"] = diagnostic.message;
        entry["help"] = diagnostic.help;
        if (diagnostic.severity != Severity::error) entry["severity"] = word(diagnostic.severity);
        errors.push_back(std::move(entry));
    }
    const nlohmann::ordered_json object{{"errors", std::move(errors)}};
    return object.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

}  // namespace nabla::syntax
