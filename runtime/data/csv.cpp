// Tables of numbers, comma- or tab-separated.
//
// The first line is a header if it has text where the second has numbers, or no number at all.
// Columns are chosen by their header's names, or by number from 1; only chosen columns must hold
// numbers. Fields may be quoted ("a ""b"" c"), within a line.
#include <algorithm>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "runtime/data/data.hpp"

namespace nabla::runtime {
namespace {

struct Field {
    std::size_t begin = 0;  // bytes in the file, for diagnostics
    std::size_t end = 0;
    std::string_view raw;  // between the separators, quotes and blanks cut off
};

struct Line {
    std::size_t begin = 0;
    std::size_t end = 0;
};

class Table {
public:
    Table(const DataFile& file, char separator) : file_(file), separator_(separator) {
        split_lines();
        find_header();
    }

    const std::vector<std::string>& header() const { return header_; }
    std::size_t column_count() const { return column_count_; }
    std::size_t row_count() const { return lines_.size() - first_row_; }

    // The numbers of the chosen columns, row-major. Every line must have all columns.
    std::vector<double> read(const std::vector<std::size_t>& columns) const {
        std::vector<double> numbers;
        numbers.reserve(row_count() * columns.size());
        std::vector<Field> fields;
        for (std::size_t row = 0; row < row_count(); ++row) {
            const Line& line = lines_[first_row_ + row];
            split_fields(line, fields);
            check_width(line, fields, row);
            for (const std::size_t column : columns) {
                numbers.push_back(number(fields[column], row, column));
            }
        }
        return numbers;
    }

private:
    void split_lines() {
        const std::string_view text = file_.text;
        std::size_t begin = text.starts_with("\xEF\xBB\xBF") ? 3 : 0;
        while (begin < text.size()) {
            std::size_t newline = text.find('\n', begin);
            if (newline == std::string_view::npos) newline = text.size();
            std::size_t end = newline;
            if (end > begin && text[end - 1] == '\r') --end;
            lines_.push_back({begin, end});
            begin = newline + 1;
        }
        while (!lines_.empty() && is_blank(lines_.back())) lines_.pop_back();
        if (lines_.empty()) throw data_error(file_, 0, 0, "the file is empty");
    }

    bool is_blank(const Line& line) const {
        return std::string_view(file_.text)
                   .substr(line.begin, line.end - line.begin)
                   .find_first_not_of(" \t") == std::string_view::npos;
    }

    void find_header() {
        std::vector<Field> first;
        split_fields(lines_.front(), first);
        column_count_ = first.size();
        const auto is_number = [](const Field& f) { return parse_number(f.raw).has_value(); };
        const bool no_number = std::none_of(first.begin(), first.end(), is_number);
        bool above_numbers = false;
        if (!no_number && lines_.size() > 1) {
            std::vector<Field> second;
            split_fields(lines_[1], second);
            for (std::size_t i = 0; i < std::min(first.size(), second.size()); ++i) {
                above_numbers |=
                    !is_number(first[i]) && !first[i].raw.empty() && is_number(second[i]);
            }
        }
        if (!no_number && !above_numbers) return;
        first_row_ = 1;
        for (const Field& field : first) header_.push_back(unquoted(field.raw));
        if (row_count() == 0) {
            throw data_error(file_, lines_.front().begin, lines_.front().end,
                             "the table has a header and no rows");
        }
    }

    void split_fields(const Line& line, std::vector<Field>& fields) const {
        fields.clear();
        const std::string_view text = file_.text;
        std::size_t at = line.begin;
        while (true) {
            const std::size_t begin = at;
            bool quoted = false;
            while (at < line.end && (quoted || text[at] != separator_)) {
                if (text[at] == '"') quoted = !quoted;
                ++at;
            }
            if (quoted) {
                throw data_error(file_, begin, line.end, "this quotation mark is never closed",
                                 "is the file cut short?");
            }
            fields.push_back(trimmed(begin, at));
            if (at >= line.end) return;
            ++at;
        }
    }

    Field trimmed(std::size_t begin, std::size_t end) const {
        const std::string_view text = file_.text;
        while (begin < end && text[begin] == ' ') ++begin;
        while (end > begin && text[end - 1] == ' ') --end;
        Field field{begin, end, text.substr(begin, end - begin)};
        if (field.raw.size() >= 2 && field.raw.front() == '"' && field.raw.back() == '"') {
            field.raw = field.raw.substr(1, field.raw.size() - 2);
        }
        return field;
    }

    static std::string unquoted(std::string_view raw) {
        std::string text;
        for (std::size_t i = 0; i < raw.size(); ++i) {
            text += raw[i];
            if (raw[i] == '"' && i + 1 < raw.size() && raw[i + 1] == '"') ++i;
        }
        return text;
    }

    void check_width(const Line& line, const std::vector<Field>& fields, std::size_t row) const {
        if (fields.size() == column_count_) return;
        if (is_blank(line) && column_count_ > 1) {
            throw data_error(file_, line.begin, line.end,
                             fmt::format("row {} is an empty line", row + 1));
        }
        const bool last = row + 1 == row_count();
        const std::size_t begin =
            fields.size() > column_count_ ? fields[column_count_].begin : line.end;
        throw data_error(
            file_, begin, line.end,
            fmt::format("row {} has {} fields where the {} has {}", row + 1, fields.size(),
                        header_.empty() ? "first row" : "header", column_count_),
            last && fields.size() < column_count_ ? "is the file cut short?" : "");
    }

    double number(const Field& field, std::size_t row, std::size_t column) const {
        if (const auto number = parse_number(field.raw)) return *number;
        const std::string place =
            header_.empty()
                ? fmt::format("row {}, column {}", row + 1, column + 1)
                : fmt::format("row {}, column {} ({})", row + 1, column + 1, header_[column]);
        throw data_error(file_, field.begin, field.end,
                         field.raw.empty() ? fmt::format("a number is missing in {}", place)
                         : is_too_large_number(field.raw)
                             ? fmt::format("'{}' in {} is too large for a double", field.raw, place)
                             : fmt::format("'{}' in {} is not a number", field.raw, place));
    }

    const DataFile& file_;
    char separator_;
    std::vector<Line> lines_;
    std::size_t first_row_ = 0;
    std::size_t column_count_ = 0;
    std::vector<std::string> header_;
};

// Which columns, and whether they were asked for as a matrix.
struct Selection {
    std::vector<std::size_t> columns;
    bool matrix = true;
};

class Selector {
public:
    Selector(const DataFile& file, const Table& table) : file_(file), table_(table) {}

    Selection select(std::string_view text) const {
        Selection selection;
        if (text.empty() || text == "*") {
            for (std::size_t i = 0; i < table_.column_count(); ++i) selection.columns.push_back(i);
        } else if (text.starts_with('*')) {
            selection.columns = all_but(text.substr(1));
        } else {
            selection.columns = listed(text);
            selection.matrix = selection.columns.size() > 1;
        }
        return selection;
    }

private:
    // `a,b,c`. A header's name that holds a comma is taken whole.
    std::vector<std::size_t> listed(std::string_view text) const {
        std::vector<std::size_t> columns;
        std::size_t at = 0;
        while (true) {
            columns.push_back(take_name(text, at, ','));
            if (at >= text.size()) return columns;
            ++at;
        }
    }

    // What follows `*`: `-a-b`.
    std::vector<std::size_t> all_but(std::string_view text) const {
        std::vector<bool> kept(table_.column_count(), true);
        std::size_t at = 0;
        while (at < text.size()) {
            if (text[at] != '-') {
                throw InputError(
                    fmt::format("cannot read the columns '*{}' of {}", text, file_.path),
                    "all columns but some are written *-a-b");
            }
            ++at;
            kept[take_name(text, at, '-')] = false;
        }
        std::vector<std::size_t> columns;
        for (std::size_t i = 0; i < kept.size(); ++i) {
            if (kept[i]) columns.push_back(i);
        }
        if (columns.empty()) {
            throw InputError(fmt::format("'*{}' leaves no column of {}", text, file_.path));
        }
        return columns;
    }

    // Takes the longest column name at `at` that ends at a separator or the end of the text, so
    // that names may hold separators.
    std::size_t take_name(std::string_view text, std::size_t& at, char separator) const {
        const auto& header = table_.header();
        std::size_t best = header.size();
        std::size_t length = 0;
        for (std::size_t i = 0; i < header.size(); ++i) {
            if (!text.substr(at).starts_with(header[i]) || header[i].size() < length) continue;
            const std::size_t end = at + header[i].size();
            if (end < text.size() && text[end] != separator) continue;
            if (best < header.size() && header[best] == header[i]) {
                throw InputError(
                    fmt::format("{} has two columns named '{}'", file_.path, header[i]),
                    "choose columns by number, from 1");
            }
            best = i;
            length = header[i].size();
        }
        if (best < header.size() && length > 0) {
            at += length;
            return best;
        }
        const std::size_t end = std::min(text.find(separator, at), text.size());
        const std::string_view word = text.substr(at, end - at);
        at = end;
        return column_number(word);
    }

    std::size_t column_number(std::string_view word) const {
        const bool digits =
            !word.empty() && word.size() < 8 && word.find_first_not_of("0123456789") == word.npos;
        const std::size_t number = digits ? std::stoul(std::string(word)) : 0;
        if (number >= 1 && number <= table_.column_count()) return number - 1;
        std::string known;
        if (table_.header().empty()) {
            known = fmt::format("the file has no header: choose columns by number, 1 to {}",
                                table_.column_count());
        } else {
            known = fmt::format("its columns: {}", fmt::join(table_.header(), ", "));
        }
        throw InputError(fmt::format("{} has no column '{}'", file_.path, word), known);
    }

    const DataFile& file_;
    const Table& table_;
};

Values read_table(const DataFile& file, const DataRequest& request, char separator) {
    const Table table(file, separator);
    Values values;
    if (request.name.empty()) {
        if (table.header().empty() || !request.selection.empty()) {
            throw InputError(fmt::format("which name does {} give values to?", file.path),
                             fmt::format("write NAME={}", file.path));
        }
        for (std::size_t i = 0; i < table.column_count(); ++i) {
            values.add(
                {table.header()[i], Array({table.row_count()}, table.read({i})), file.path, true});
        }
        return values;
    }
    const Selection selection = Selector(file, table).select(request.selection);
    std::vector<double> numbers = table.read(selection.columns);
    const std::size_t width = selection.columns.size();
    Sizes sizes{table.row_count()};
    if (selection.matrix && (width > 1 || !request.selection.empty())) sizes.push_back(width);
    values.add({request.name, Array(std::move(sizes), std::move(numbers)), file.path, width == 1});
    return values;
}

}  // namespace

Values read_csv(const DataFile& file, const DataRequest& request) {
    return read_table(file, request, ',');
}

Values read_tsv(const DataFile& file, const DataRequest& request) {
    return read_table(file, request, '\t');
}

}  // namespace nabla::runtime
