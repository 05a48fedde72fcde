#include "tests/golden/written_size.hpp"

#include <cctype>

namespace golden {
namespace {

bool is_word_character(char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_'; }

class Counter {
public:
    explicit Counter(const std::string& text) : text_(text) {}

    std::int64_t count() {
        while (at_ < text_.size()) step();
        return size_ + bars_ / 2;
    }

private:
    bool starts(const char* what) const {
        return text_.compare(at_, std::string(what).size(), what) == 0;
    }
    bool word_starts(const char* what) const {
        std::size_t end = at_ + std::string(what).size();
        return starts(what) && (end == text_.size() || !is_word_character(text_[end]));
    }

    void step() {
        char c = text_[at_];
        if (std::isdigit(static_cast<unsigned char>(c)))
            number();
        else if (is_word_character(c))
            word();
        else if (c == '^')
            power();
        else if (starts("||"))
            norm();
        else
            other(c);
    }

    void number() {
        ++size_;
        while (at_ < text_.size() && (std::isdigit(static_cast<unsigned char>(text_[at_])) ||
                                      (text_[at_] == '.' && at_ + 1 < text_.size() &&
                                       std::isdigit(static_cast<unsigned char>(text_[at_ + 1])))))
            ++at_;
    }

    void word() {
        std::size_t begin = at_;
        while (at_ < text_.size() && is_word_character(text_[at_])) ++at_;
        std::string name = text_.substr(begin, at_ - begin);
        ++size_;
        if (name == "axis") --size_, ++at_;  // `axis=1` counts as its number
        if (name == "eye" || name == "ones" || name == "zeros" || name == "unit") sizes();
    }

    /// `(m n, k)`: one for each argument.
    void sizes() {
        if (at_ == text_.size() || text_[at_] != '(') return;
        ++size_;
        for (int depth = 0; at_ < text_.size(); ++at_) {
            if (text_[at_] == '(') ++depth;
            if (text_[at_] == ',' && depth == 1) ++size_;
            if (text_[at_] == ')' && --depth == 0) break;
        }
        ++at_;
    }

    void power() {
        ++at_;
        ++size_;
        if (word_starts("T")) {
            ++at_;
        } else if (word_starts("-1") || word_starts("-T")) {
            at_ += 2;
        } else if (at_ < text_.size() && text_[at_] == '-') {
            ++at_;
            number();
        } else if (text_.compare(at_, 2, "(-") == 0 || exponent_is_fraction()) {
            ++size_;
            at_ = text_.find(')', at_) + 1;
        }
    }

    bool exponent_is_fraction() const {
        std::size_t end = at_ + 1;
        while (end < text_.size() &&
               (std::isdigit(static_cast<unsigned char>(text_[end])) || text_[end] == '/'))
            ++end;
        return at_ < text_.size() && text_[at_] == '(' && end > at_ + 1 && end < text_.size() &&
               text_[end] == ')';
    }

    void norm() {
        ++bars_;
        at_ += 2;
        for (const char* subscript : {"_inf", "_F", "_1", "_2"})
            if (word_starts(subscript)) {
                at_ += std::string(subscript).size();
                return;
            }
    }

    void other(char c) {
        ++at_;
        if (c == '.' && at_ < text_.size() && text_[at_] == '^') return;  // counted by power()
        if (c == '.') ++at_;                                              // .* and ./
        if (c == '.' || c == '+' || c == '-' || c == '*' || c == '/' || c == '\\' || c == '>')
            ++size_;
        if (c == '<' || (c == '=' && at_ < text_.size() && text_[at_] == '=')) ++at_, ++size_;
        if (c == '[') ++size_;
    }

    const std::string& text_;
    std::size_t at_ = 0;
    std::int64_t size_ = 0, bars_ = 0;
};

}  // namespace

std::int64_t written_size(const std::string& text) { return Counter(text).count(); }

}  // namespace golden
