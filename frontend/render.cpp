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

/// Columns that a terminal gives a cell: East Asian characters take two, combining marks none.
std::size_t width(const std::string& cell) {
    if (cell.size() < 2) return 1;
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(cell[i]); };
    std::uint32_t code = byte(0) & (0x7FU >> cell.size());
    for (std::size_t i = 1; i < cell.size(); ++i) code = (code << 6U) | (byte(i) & 0x3FU);
    const auto within = [&](std::uint32_t from, std::uint32_t to) {
        return code >= from && code <= to;
    };
    if (within(0x300, 0x36F) || within(0x200B, 0x200F) || within(0x20D0, 0x20FF)) return 0;
    const bool wide = within(0x1100, 0x115F) || within(0x2E80, 0xA4CF) || within(0xAC00, 0xD7A3) ||
                      within(0xF900, 0xFAFF) || within(0xFE30, 0xFE6F) || within(0xFF00, 0xFF60) ||
                      within(0x1F300, 0x1FAFF) || within(0x20000, 0x3FFFD);
    return wide ? 2 : 1;
}

/// Blanks (tabs where the line has them) and marks under the columns of `where`; a place left or
/// right of the excerpt has none.
std::string marks_under(const Excerpt& shown, const Location& where, char mark) {
    const std::size_t begin = where.column - 1;
    const std::size_t end = std::max<std::size_t>(begin + 1, where.end_column - 1);
    std::string blanks;
    std::string marks;
    for (std::size_t cell = 0; cell <= shown.cells.size(); ++cell) {
        const std::size_t column = shown.first + cell;
        if (column >= end) break;
        const bool past = cell == shown.cells.size();
        if (past && (shown.cut_right || !marks.empty())) break;
        const std::size_t columns = past ? 1 : width(shown.cells[cell]);
        if (column >= begin) {
            marks.append(columns, mark);
        } else if (!past && shown.cells[cell] == "\t") {
            blanks += '\t';
        } else {
            blanks.append(columns, ' ');
        }
    }
    return marks.empty() ? marks : blanks + marks;
}

/// Lays `more` over the blanks of `marks`.
void merge(std::string& marks, const std::string& more) {
    if (marks.size() < more.size()) marks.resize(more.size(), ' ');
    for (std::size_t i = 0; i < more.size(); ++i) {
        if (marks[i] == ' ') marks[i] = more[i];
    }
}

bool same_line(const Location& a, const Location& b) {
    return a.line == b.line && a.file == b.file;
}

/// The line, under it carets for `where`, and below these a row of tildes for each label on the
/// same line, with what the label says.
std::string show_line(const Location& where, std::span<const Label> labels, char mark) {
    const Excerpt shown = excerpt(where.line_text, where.column - 1);
    std::string marks = marks_under(shown, where, mark);
    std::string rows;
    const std::string number = std::to_string(where.line);
    const std::string margin =
        fmt::format("  {} | {}", std::string(number.size(), ' '), shown.cut_left ? " " : "");
    for (const Label& label : labels) {
        if (!same_line(label.where, where)) continue;
        const std::string under = marks_under(shown, label.where, '~');
        if (label.text.empty()) {
            merge(marks, under);
        } else {
            rows += fmt::format("{}{}{}{}\n", margin, under, under.empty() ? "" : " ", label.text);
        }
    }
    std::string line;
    for (const std::string& cell : shown.cells) line += cell;
    return fmt::format("  {} | {}{}{}\n{}{}\n{}", number, shown.cut_left ? "…" : "", line,
                       shown.cut_right ? "…" : "", margin, marks, rows);
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
        if (same_line(label.where, where)) continue;
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
    using nlohmann::ordered_json;
    const auto add_place = [](ordered_json& entry, const Location& where) {
        if (!where.file.empty()) entry["file"] = where.file;
        if (where.line == 0) return;
        entry["line"] = where.line;
        entry["column"] = where.column;
        entry["end_column"] = where.end_column;
    };
    ordered_json errors = ordered_json::array();
    for (const Diagnostic& diagnostic : diagnostics) {
        ordered_json entry;
        add_place(entry, diagnostic.where);
        entry["message"] = diagnostic.message;
        entry["help"] = diagnostic.help;
        ordered_json labels = ordered_json::array();
        for (const Label& label : diagnostic.labels) {
            ordered_json place;
            add_place(place, label.where);
            place["text"] = label.text;
            labels.push_back(std::move(place));
        }
        entry["labels"] = std::move(labels);
        if (diagnostic.severity != Severity::error) entry["severity"] = word(diagnostic.severity);
        errors.push_back(std::move(entry));
    }
    const ordered_json object{{"errors", std::move(errors)}};
    return object.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

}  // namespace nabla::syntax
