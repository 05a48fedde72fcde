// JSON: an object of numbers and nested lists by name, or one such list for one name.
//
// Read as events, not as a tree: the numbers go straight into their arrays, depth costs no stack,
// and the reader knows where in the file it stands when something is wrong. NaN and the infinities,
// which JSON cannot write, are the strings "NaN", "Infinity" and "-Infinity".
#include <algorithm>
#include <cstddef>
#include <iterator>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "runtime/data/data.hpp"

namespace nabla::runtime {
namespace {

constexpr std::size_t max_rank = 16;  // far above what a derivative's value can need

// An input iterator that tells a shared counter how far the parser has read.
class CountingIterator {
public:
    using iterator_category = std::input_iterator_tag;
    using value_type = char;
    using difference_type = std::ptrdiff_t;
    using pointer = const char*;
    using reference = const char&;

    CountingIterator(const char* at, std::size_t* count) : at_(at), count_(count) {}
    reference operator*() const { return *at_; }
    CountingIterator& operator++() {
        ++at_;
        ++*count_;
        return *this;
    }
    CountingIterator operator++(int) {
        CountingIterator old = *this;
        ++*this;
        return old;
    }
    bool operator==(const CountingIterator& other) const { return at_ == other.at_; }
    bool operator!=(const CountingIterator& other) const { return at_ != other.at_; }

private:
    const char* at_;
    std::size_t* count_;
};

// Collects the numbers of one value and finds its sizes: those of the first list at each depth,
// which every later list at that depth must repeat.
class ArrayBuilder {
public:
    std::size_t depth() const { return counts_.size(); }

    void open() { counts_.push_back(0); }

    // Closes the innermost list; the text of what is wrong, if something is.
    std::optional<std::string> close() {
        const std::size_t level = counts_.size() - 1;
        const std::size_t count = counts_.back();
        counts_.pop_back();
        if (sizes_.size() <= level) sizes_.resize(level + 1, unknown);
        if (sizes_[level] == unknown) sizes_[level] = count;
        if (sizes_[level] != count) {
            return fmt::format("this list has {} entries where the lists before it have {}", count,
                               sizes_[level]);
        }
        return entered();
    }

    std::optional<std::string> number(double value) {
        if (leaf_depth_ == unknown) leaf_depth_ = depth();
        if (leaf_depth_ != depth()) {
            return std::string("a number stands here where the entries before it are lists");
        }
        numbers_.push_back(value);
        return entered();
    }

    std::optional<std::string> check_open() const {
        if (depth() >= max_rank) {
            return fmt::format("lists are nested more than {} deep", max_rank);
        }
        if (leaf_depth_ != unknown && depth() >= leaf_depth_) {
            return std::string("a list stands here where the entries before it are numbers");
        }
        return std::nullopt;
    }

    Array finish() {
        Sizes sizes(sizes_.begin(), sizes_.end());
        ArrayBuilder fresh;
        Array array(std::move(sizes), std::move(numbers_));
        *this = std::move(fresh);
        return array;
    }

private:
    static constexpr std::size_t unknown = std::numeric_limits<std::size_t>::max();

    // One more entry of the list around; empty lists at different depths disagree in rank.
    std::optional<std::string> entered() {
        if (!counts_.empty()) ++counts_.back();
        if (counts_.empty() && numbers_.size() != product()) {
            return std::string("an empty list stands among lists of numbers");
        }
        return std::nullopt;
    }

    std::size_t product() const {
        std::size_t product = 1;
        for (const std::size_t size : sizes_) product *= size;
        return product;
    }

    std::vector<std::size_t> counts_;  // entries so far of each open list
    std::vector<std::size_t> sizes_;
    std::size_t leaf_depth_ = unknown;
    std::vector<double> numbers_;
};

class JsonEvents : public nlohmann::json_sax<nlohmann::json> {
public:
    JsonEvents(const DataFile& file, const DataRequest& request)
        : file_(file),
          wanted_(request.selection.empty() ? request.name : request.selection),
          given_name_(request.name) {}

    std::size_t position = 0;

    Values take() {
        if (!given_name_.empty() && values_.empty()) {
            throw InputError(fmt::format("{} gives no value to {}", file_.path, wanted_));
        }
        return std::move(values_);
    }

    bool null() override {
        token_ = Token::word;
        fail("null is not a number");
    }
    bool boolean(bool value) override {
        token_ = Token::word;
        fail(fmt::format("{} is not a number", value));
    }
    bool number_integer(number_integer_t value) override {
        return number(static_cast<double>(value));
    }
    bool number_unsigned(number_unsigned_t value) override {
        return number(static_cast<double>(value));
    }
    bool number_float(number_float_t value, const string_t&) override { return number(value); }
    bool string(string_t& text) override {
        token_ = Token::text;
        if (text == "NaN") return entry(std::numeric_limits<double>::quiet_NaN());
        if (text == "Infinity") return entry(std::numeric_limits<double>::infinity());
        if (text == "-Infinity") return entry(-std::numeric_limits<double>::infinity());
        fail(fmt::format("'{}' is not a number", text),
             R"(the strings "NaN", "Infinity" and "-Infinity" are read as numbers)");
    }
    bool binary(binary_t&) override { fail("binary data is not a number"); }

    bool start_object(std::size_t) override {
        token_ = Token::mark;
        if (in_object_ || array_.depth() > 0) {
            fail(in_object_ ? fmt::format("{} must be a number or nested lists", name_)
                            : std::string("an object stands here where a number belongs"));
        }
        in_object_ = true;
        return true;
    }
    bool key(string_t& name) override {
        name_ = name;
        return true;
    }
    bool end_object() override { return true; }

    bool start_array(std::size_t) override {
        token_ = Token::mark;
        if (!in_object_ && given_name_.empty()) fail_bare();
        if (const auto problem = array_.check_open()) fail(*problem);
        array_.open();
        return true;
    }
    bool end_array() override {
        token_ = Token::mark;
        if (const auto problem = array_.close()) fail(describe(*problem));
        finish_value();
        return true;
    }

    bool parse_error(std::size_t at, const std::string& token,
                     const nlohmann::detail::exception& error) override {
        if (dynamic_cast<const nlohmann::json::out_of_range*>(&error) != nullptr) {
            token_ = Token::number;
            fail("this number is too large for a double");
        }
        const std::size_t end = std::min(at, file_.text.size());
        const bool at_end = at > file_.text.size() || token.empty() || token == "<EOF>";
        const std::size_t begin = end == 0 ? 0 : end - 1;
        throw data_error(file_, at_end ? end : begin, end,
                         at_end ? "the file ends before its JSON does" : "this is not JSON",
                         at_end ? "is it cut short?" : reason(error.what()));
    }

private:
    // What the parser has read last.
    enum class Token {
        mark,  ///< a bracket
        word,  ///< null, true, false
        number,
        text,  ///< in quotes
    };

    [[noreturn]] void fail(std::string message, std::string help = {}) const {
        const auto [begin, end] = last_token();
        throw data_error(file_, begin, end, std::move(message), std::move(help));
    }

    // The token that the parser has just read, in bytes of the file.
    std::pair<std::size_t, std::size_t> last_token() const {
        const std::string& text = file_.text;
        std::size_t end =
            std::clamp<std::size_t>(position, 1, std::max<std::size_t>(1, text.size()));
        std::size_t begin = end - 1;
        switch (token_) {
            case Token::mark:
                return {begin, end};
            case Token::text:
                while (begin > 0 && !opens_text(--begin)) continue;
                return {begin, end};
            case Token::number:
                // The parser knows that a number ends when it has read one character more.
                if (begin > 0 && !in_word(begin)) --begin, --end;
                break;
            case Token::word:
                break;
        }
        while (begin > 0 && in_word(begin) && in_word(begin - 1)) --begin;
        return {begin, end};
    }

    bool in_word(std::size_t at) const {
        const char c = file_.text[at];
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || c == 'E' || c == '+' ||
               c == '-' || c == '.';
    }

    // Whether a quote stands here that is not escaped.
    bool opens_text(std::size_t at) const {
        if (file_.text[at] != '"') return false;
        std::size_t slashes = 0;
        while (slashes < at && file_.text[at - 1 - slashes] == '\\') ++slashes;
        return slashes % 2 == 0;
    }

    [[noreturn]] void fail_bare() const {
        fail("the file holds values without names",
             fmt::format("write NAME={}, or make it an object of names", file_.path));
    }

    // nlohmann's text without its error code and position, which the location already says.
    static std::string reason(std::string_view what) {
        const std::size_t dash = what.find(" - ");
        if (dash != std::string_view::npos) what.remove_prefix(dash + 3);
        return std::string(what.substr(0, what.find("; last read")));
    }

    std::string describe(const std::string& problem) const {
        return name_.empty() ? problem : fmt::format("in {}: {}", name_, problem);
    }

    bool number(double value) {
        token_ = Token::number;
        return entry(value);
    }

    bool entry(double value) {
        if (!in_object_ && given_name_.empty()) fail_bare();
        if (const auto problem = array_.number(value)) fail(describe(*problem));
        finish_value();
        return true;
    }

    void finish_value() {
        if (array_.depth() > 0) return;
        Array array = array_.finish();
        if (in_object_ && !given_name_.empty() && name_ != wanted_) return;
        const std::string name = given_name_.empty() ? name_ : given_name_;
        if (values_.find(name) != nullptr) fail(fmt::format("{} is given twice", name_));
        values_.add({name, std::move(array), file_.path, false});
    }

    const DataFile& file_;
    std::string wanted_;      // the key to look for
    std::string given_name_;  // the name it gets; empty: all keys
    bool in_object_ = false;
    Token token_ = Token::mark;
    std::string name_;
    ArrayBuilder array_;
    Values values_;
};

// The parser takes a NUL for the end of the text, and what stands behind it would be lost.
void check_no_nul(const DataFile& file) {
    const std::size_t nul = file.text.find('\0');
    if (nul == std::string::npos) return;
    throw data_error(file, nul, nul + 1, "a NUL byte stands here, and JSON has none",
                     "JSON is UTF-8 text; was the file written as UTF-16, or is it not text?");
}

}  // namespace

Values read_json(const DataFile& file, const DataRequest& request) {
    check_no_nul(file);
    JsonEvents reader(file, request);
    const char* begin = file.text.data();
    const CountingIterator first(begin, &reader.position);
    const CountingIterator last(begin + file.text.size(), &reader.position);
    nlohmann::json::sax_parse(first, last, &reader);
    return reader.take();
}

}  // namespace nabla::runtime
