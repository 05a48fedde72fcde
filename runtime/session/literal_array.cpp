#include "runtime/session/literal_array.hpp"

#include <cmath>
#include <nabla/error.hpp>
#include <vector>

#include <fmt/format.h>

#include "runtime/data/data.hpp"

namespace nabla::runtime {
namespace {

constexpr std::size_t max_depth = 16;  // above the rank of any derivative

class LiteralReader {
public:
    explicit LiteralReader(std::string_view text) : text_(text) {}

    std::optional<Array> read() {
        skip();
        if (at_ == text_.size()) return std::nullopt;
        if (!value(0)) return std::nullopt;
        skip();
        if (at_ != text_.size()) return std::nullopt;
        if (has_rows_ && sizes_.size() == 2 && sizes_[1] == 1) sizes_.pop_back();  // [1; 2; 3]
        return Array(std::move(sizes_), std::move(numbers_));
    }

private:
    void skip() {
        while (at_ < text_.size() && std::string_view(" \t\r\n").find(text_[at_]) != none) ++at_;
    }

    bool next_is(char c) {
        skip();
        if (at_ >= text_.size() || text_[at_] != c) return false;
        ++at_;
        return true;
    }

    // A number or a list at this depth. False: the text is no literal.
    bool value(std::size_t depth) {
        if (depth > max_depth) return false;
        return next_is('[') ? list(depth) : number(depth);
    }

    bool number(std::size_t depth) {
        skip();
        const std::size_t end = text_.find_first_of(",;] \t\r\n", at_);
        const std::string_view word = text_.substr(at_, end == none ? none : end - at_);
        const auto read = parse_number(word);
        if (!read) {
            if (is_too_large_number(word)) {
                throw InputError(fmt::format("{} is too large for a double", word));
            }
            return false;
        }
        if (leaf_ == none) leaf_ = depth;
        if (leaf_ != depth) throw InputError("numbers and lists stand side by side");
        numbers_.push_back(*read);
        at_ += word.size();
        return true;
    }

    bool list(std::size_t depth) {
        std::size_t entries = 0;
        std::size_t rows = 1;
        std::size_t width = 0;
        if (next_is(']')) return false;
        while (true) {
            if (!value(depth + 1)) return false;
            ++entries;
            if (next_is(',')) continue;
            const bool ends_row = next_is(';');
            if (!ends_row && !next_is(']')) return false;
            if (rows == 1) width = entries;
            if (entries != width) {
                throw InputError(fmt::format("a row has {} entries where the one before it has {}",
                                             entries, width));
            }
            if (!ends_row) break;
            has_rows_ = true;
            ++rows;
            entries = 0;
        }
        if (rows > 1) {
            // Rows of numbers in one pair of brackets, and nothing around them.
            if (depth != 0 || leaf_ != 1) return false;
            sizes_ = {rows, width};
            return true;
        }
        if (sizes_.size() <= depth) sizes_.resize(depth + 1, 0);
        if (sizes_[depth] == 0) sizes_[depth] = width;
        if (sizes_[depth] != width) {
            throw InputError(fmt::format("a list has {} entries where the one before it has {}",
                                         width, sizes_[depth]));
        }
        return true;
    }

    static constexpr std::size_t none = std::string_view::npos;

    std::string_view text_;
    std::size_t at_ = 0;
    std::size_t leaf_ = none;
    bool has_rows_ = false;
    Sizes sizes_;
    std::vector<double> numbers_;
};

void write(std::string& out, const double* data, const Sizes& sizes, std::size_t axis) {
    if (axis == sizes.size()) {
        if (std::isnan(*data)) {
            out += "nan";
        } else {
            fmt::format_to(std::back_inserter(out), "{}", *data);
        }
        return;
    }
    std::size_t stride = 1;
    for (std::size_t inner = axis + 1; inner < sizes.size(); ++inner) stride *= sizes[inner];
    out += '[';
    for (std::size_t i = 0; i < sizes[axis]; ++i) {
        if (i > 0) out += ", ";
        write(out, data + i * stride, sizes, axis + 1);
    }
    out += ']';
}

}  // namespace

std::optional<Array> literal_array(std::string_view text) { return LiteralReader(text).read(); }

std::string array_literal(const ArrayView& array) {
    std::string out;
    write(out, array.data(), array.sizes(), 0);
    return out;
}

}  // namespace nabla::runtime
