#include "cli/text.hpp"

#include <algorithm>
#include <cstdio>

#include <fmt/format.h>

#include "frontend/render.hpp"

namespace nabla::cli {
namespace {

constexpr std::size_t longest_axis = 12;  // entries shown before an axis is cut
constexpr std::size_t shown_at_start = 8;

}  // namespace

// Adding zero turns -0 into 0, and nothing else into anything else.
std::string format_number(double value, int digits) {
    return fmt::format("{:.{}g}", value + 0.0, digits);
}

namespace {

std::string format_entries(const double* data, std::size_t count) {
    const std::size_t shown = count <= longest_axis ? count : shown_at_start;
    std::string text = "[";
    for (std::size_t i = 0; i < shown; ++i) {
        fmt::format_to(std::back_inserter(text), "{}{}", i == 0 ? "" : ", ",
                       format_number(data[i], 6));
    }
    if (shown < count) {
        fmt::format_to(std::back_inserter(text), ", … {}] ({} entries)",
                       format_number(data[count - 1], 6), count);
        return text;
    }
    return text + "]";
}

// The slices of the first axes, each on its own lines.
std::string format_axis(const double* data, const Sizes& sizes, std::size_t axis,
                        std::size_t indent) {
    if (axis + 1 == sizes.size()) return format_entries(data, sizes[axis]);
    std::size_t stride = 1;
    for (std::size_t inner = axis + 1; inner < sizes.size(); ++inner) stride *= sizes[inner];
    const std::size_t shown = sizes[axis] <= longest_axis ? sizes[axis] : shown_at_start;
    std::string text = "[";
    for (std::size_t i = 0; i < shown; ++i) {
        if (i > 0) text += "\n" + std::string(indent + 1, ' ');
        text += format_axis(data + i * stride, sizes, axis + 1, indent + 1);
    }
    if (shown < sizes[axis]) {
        text += fmt::format("\n{}… ({} in all)", std::string(indent + 1, ' '), sizes[axis]);
    }
    return text + "]";
}

std::string shape_of(const runtime::NameInfo& name) {
    std::string text = name.kind;
    if (!name.shape.empty()) text += fmt::format(" {}", fmt::join(name.shape, "×"));
    if (!name.facts.empty()) text += fmt::format(", {}", fmt::join(name.facts, ", "));
    return text;
}

}  // namespace

std::string format_array(const Array& array, std::size_t indent) {
    if (array.rank() == 0) return format_number(array.scalar(), 10);
    return format_axis(array.data(), array.sizes(), 0, indent);
}

std::string format_names(const std::vector<runtime::NameInfo>& names) {
    std::size_t width = 0;
    for (const auto& name : names) width = std::max(width, name.name.size());
    std::string text;
    for (const auto& name : names) {
        text += fmt::format("  {:<{}}  {}\n", name.name, width, shape_of(name));
    }
    return text;
}

std::string format_answer(const std::string& formula, const std::vector<runtime::NameInfo>& names) {
    const std::size_t end = std::min(formula.find('\n'), formula.size());
    std::string text = formula.substr(0, end) + "\n";
    if (end == formula.size() && names.empty()) return text;
    text += "where\n";
    for (std::size_t at = end; at < formula.size();) {
        const std::size_t next = std::min(formula.find('\n', at + 1), formula.size());
        text += "  " + formula.substr(at + 1, next - at - 1) + "\n";
        at = next;
    }
    return text + format_names(names);
}

std::string format_seconds(double seconds) { return fmt::format("{:.2f} ms", seconds * 1e3); }

void print_notes(const std::vector<Diagnostic>& notes) {
    const std::string text = syntax::render_text(notes);
    std::fputs(text.c_str(), stderr);
}

}  // namespace nabla::cli
