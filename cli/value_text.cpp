#include "cli/value_text.hpp"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "cli/text.hpp"

namespace nabla::cli {
namespace {

constexpr std::size_t longest_vector = 20;  // entries shown before a vector is cut
constexpr std::size_t longest_axis = 12;    // rows and columns of a matrix
constexpr std::size_t most_matrices = 6;    // of an array with more axes

// Positions that are shown of an axis; the gap, if there is one, is before the last one.
std::vector<std::size_t> shown_places(std::size_t size, std::size_t longest) {
    std::vector<std::size_t> places;
    if (size <= longest) {
        for (std::size_t i = 0; i < size; ++i) places.push_back(i);
        return places;
    }
    for (std::size_t i = 0; i + 2 < longest; ++i) places.push_back(i);
    places.push_back(size - 1);
    return places;
}

bool gap_before(const std::vector<std::size_t>& places, std::size_t k) {
    return k > 0 && places[k] != places[k - 1] + 1;
}

std::size_t width_of(const std::string& text) {
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
        return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
    }));
}

std::string vector_text(const double* data, std::size_t size, bool row) {
    const auto places = shown_places(size, longest_vector);
    std::string text = "[";
    for (std::size_t k = 0; k < places.size(); ++k) {
        if (k > 0) text += ", ";
        if (gap_before(places, k)) text += "…, ";
        text += format_number(data[places[k]], 6);
    }
    text += row ? "]'" : "]";
    if (places.size() < size) text += fmt::format("  ({} entries)", size);
    return text;
}

// Columns are as wide as their widest entry, numbers to the right.
std::string matrix_text(const double* data, std::size_t rows, std::size_t columns,
                        std::size_t indent) {
    const auto down = shown_places(rows, longest_axis);
    const auto across = shown_places(columns, longest_axis);
    std::vector<std::vector<std::string>> cells;
    for (std::size_t i = 0; i < down.size(); ++i) {
        std::vector<std::string> line;
        std::vector<std::string> dots;
        for (std::size_t k = 0; k < across.size(); ++k) {
            if (gap_before(across, k)) {
                line.emplace_back("…");
                dots.emplace_back("…");
            }
            line.push_back(format_number(data[down[i] * columns + across[k]], 6));
            dots.emplace_back("…");
        }
        if (gap_before(down, i)) cells.push_back(std::move(dots));
        cells.push_back(std::move(line));
    }
    if (cells.empty() || cells.front().empty()) return fmt::format("[]  ({}×{})", rows, columns);
    std::vector<std::size_t> widths(cells.front().size(), 0);
    for (const auto& line : cells) {
        for (std::size_t k = 0; k < line.size(); ++k) {
            widths[k] = std::max(widths[k], width_of(line[k]));
        }
    }
    std::string text = "[";
    for (std::size_t i = 0; i < cells.size(); ++i) {
        if (i > 0) text += ";\n" + std::string(indent + 1, ' ');
        for (std::size_t k = 0; k < cells[i].size(); ++k) {
            if (k > 0) text += ", ";
            text += std::string(widths[k] - width_of(cells[i][k]), ' ') + cells[i][k];
        }
    }
    text += "]";
    const bool whole = down.size() == rows && across.size() == columns;
    return whole ? text : text + fmt::format("  ({}×{})", rows, columns);
}

std::string tensor_text(const Array& array, std::size_t indent) {
    const Sizes& sizes = array.sizes();
    const std::size_t rows = sizes[sizes.size() - 2];
    const std::size_t columns = sizes.back();
    const std::size_t area = rows * columns;
    const std::size_t count = area == 0 ? 0 : array.count() / area;
    const std::size_t shown = std::min(count, most_matrices);
    std::string text;
    for (std::size_t k = 0; k < shown; ++k) {
        std::string place;
        for (std::size_t axis = sizes.size() - 2, rest = k; axis-- > 0;) {
            place = fmt::format("{}, {}", rest % sizes[axis] + 1, place);
            rest /= sizes[axis];
        }
        const std::string label = fmt::format("[{}:, :] = ", place);
        if (k > 0) text += "\n" + std::string(indent, ' ');
        text += label + matrix_text(array.data() + k * area, rows, columns, indent + label.size());
    }
    if (shown < count) {
        text += fmt::format("\n{}…  ({} in all)", std::string(indent, ' '), fmt::join(sizes, "×"));
    }
    return text;
}

}  // namespace

std::string value_text(const Array& array, bool row, std::size_t indent) {
    const Sizes& sizes = array.sizes();
    if (sizes.empty()) return format_number(array.scalar(), 10);
    if (sizes.size() == 1) return vector_text(array.data(), sizes[0], row);
    if (sizes.size() == 2) return matrix_text(array.data(), sizes[0], sizes[1], indent);
    return tensor_text(array, indent);
}

}  // namespace nabla::cli
