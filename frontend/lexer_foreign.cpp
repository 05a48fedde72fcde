// Where the grammar stops at something that belongs to another system, or at one slip of the hand
// that is easy to name.

#include "frontend/builtins.hpp"
#include "frontend/foreign.hpp"
#include "frontend/lexer.hpp"
#include "frontend/names.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace nabla::syntax {

namespace {

bool closes(char c) { return c == ')' || c == ']' || c == '}'; }

/// The name, with its modules, that ends right before `at`: `np.linalg` before `.inv`.
std::string_view name_before(std::string_view text, std::size_t at) {
    std::size_t begin = at;
    const auto part = [&](char c) {
        const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        return letter || (c >= '0' && c <= '9') || c == '_' || c == '.' ||
               static_cast<unsigned char>(c) >= 0x80U;
    };
    while (begin > 0 && part(text[begin - 1])) --begin;
    return text.substr(begin, at - begin);
}

/// `\sum_{i=1}^n`: the sum over the index that the limits name.
std::string sum_over(std::string_view function, std::string_view limits) {
    const std::size_t letter = limits.find_first_not_of("_{ ");
    const std::string_view more =
        letter == limits.npos ? limits.substr(0, 0) : limits.substr(letter);
    const std::string_view index = more.substr(0, name_length(more));
    return fmt::format("write {}({} in 1..n: …)", function, index.empty() ? "i" : index);
}

/// `ij` of `A_{ij}` as indices: `i, j`.
std::string indices_of(std::string_view inner) {
    const auto digit = [](char c) { return c >= '0' && c <= '9'; };
    std::string indices;
    for (std::size_t at = 0; at < inner.size();) {
        std::size_t length = std::max<std::size_t>(1, letter_length(inner.substr(at)));
        while (digit(inner[at]) && at + length < inner.size() && digit(inner[at + length]))
            ++length;
        const std::string_view part = inner.substr(at, length);
        at += length;
        if (part == " " || part == ",") continue;
        const bool signs =
            part == "+" || part == "-" || indices.ends_with("+") || indices.ends_with("-");
        indices += indices.empty() || signs ? "" : ", ";
        indices += part;
    }
    return indices.empty() ? "i" : indices;
}

/// The same as the end of a name, `A_ij`; empty if it cannot be one.
std::string one_word(std::string_view inner) {
    std::string word;
    for (const char c : inner) {
        if (c != ' ' && c != ',') word += c;
    }
    return name_length("A_" + word) == word.size() + 2 ? word : std::string();
}

}  // namespace

/// `x.T`, `A.inv()`, `np.dot(…)`.
std::optional<SyntaxError> Lexer::member_failure() const {
    std::string_view text = rest(farthest_);
    const std::uint32_t at = offset(farthest_);
    if (!text.starts_with(".") || name_length(text.substr(1)) == 0 || farthest_ == first_)
        return {};
    const std::string_view before = name_before(source_->text(), at);
    const std::string_view module = before.substr(0, before.find('.'));
    if (is_foreign_module(module)) {
        std::size_t length = 0;
        std::string_view word;
        while (text.substr(length).starts_with(".")) {
            const std::size_t next = name_length(text.substr(length + 1));
            if (next == 0) break;
            word = text.substr(length + 1, next);
            length += 1 + next;
        }
        std::string help =
            is_function_name(word) ? fmt::format("write {}(…)", word) : foreign_function(word);
        if (word == "pi") help = "write pi";
        const auto begin = at - static_cast<std::uint32_t>(before.size());
        return SyntaxError{
            {begin, static_cast<std::uint32_t>(at + length)},
            fmt::format("`{}{}`: functions have no modules here", before, text.substr(0, length)),
            {std::move(help), {}}};
    }
    const std::size_t length = name_length(text.substr(1));
    const std::string_view member = text.substr(1, length);
    const std::string owner = before.empty() ? "X" : std::string(before);
    return SyntaxError{{at, static_cast<std::uint32_t>(at + 1 + length)},
                       fmt::format("unexpected `.{}`", member),
                       {foreign_member(owner, member), {}}};
}

/// `\frac{a}{b}`, `x_{i}`, `\|x\|`.
std::optional<SyntaxError> Lexer::latex_failure() const {
    const std::string_view text = rest(farthest_);
    const std::uint32_t at = offset(farthest_);
    if (text.starts_with("\\")) {
        const std::size_t length = name_length(text.substr(1));
        const std::string_view whole = text.substr(1, length);
        const std::string_view head = whole.substr(0, whole.find('_'));
        const std::string_view word = head == "sum" || head == "prod" ? head : whole;
        std::string help = latex_command(word);
        const std::string_view limits = text.substr(1 + word.size());
        if (limits.starts_with("_") && (head == "sum" || head == "prod"))
            help = sum_over(word, limits);
        if (text.starts_with("\\|")) help = "write ||x|| for a norm";
        if (text.starts_with("\\\\")) help = "rows of a block are separated by `;`";
        if (help.empty() && length == 0) return {};
        if (help.empty()) help = fmt::format("write {} without the backslash", word);
        const std::size_t shown = length == 0 ? 2 : 1 + word.size();
        return SyntaxError{{at, static_cast<std::uint32_t>(at + shown)},
                           fmt::format("`{}` is LaTeX", text.substr(0, shown)),
                           {std::move(help), {}}};
    }
    if (!text.starts_with("{") || farthest_ == first_) return {};
    if (farthest_[-1] != '_') {
        return SyntaxError{
            {at, at + 1}, "unexpected `{`", {"braces stand only after `^`; group with ( )", {}}};
    }
    const std::string_view before = name_before(source_->text(), at);
    const std::string_view base = before.substr(0, before.size() - 1);
    const std::string_view inner = text.substr(1, text.find('}') - 1);
    const bool sums = base == "sum" || base == "prod";
    std::string help = sums ? sum_over(base, text)
                            : fmt::format("write {}[{}] for an entry", base, indices_of(inner));
    if (const std::string word = one_word(inner); !sums && !word.empty())
        help += fmt::format(", {}_{} for a name", base, word);
    return SyntaxError{{at - static_cast<std::uint32_t>(before.size()), at + 1},
                       fmt::format("`{}{{` is LaTeX", before),
                       {std::move(help), {}}};
}

/// `2 \lambda x`: solving with 2 is hardly meant.
void Lexer::reject_latex(const char* at) const {
    const std::string_view text = rest(at);
    const std::string_view word = text.substr(1, name_length(text.substr(1)));
    if (word.empty()) return;
    const bool apart = at != first_ && blank_before(at);
    const bool letter = is_greek_name(std::string(word));
    if (letter ? !apart : names_->values.contains(canonical_name(word))) return;
    const std::string help = latex_command(word);
    if (help.empty() || (is_function_name(word) && !apart)) return;
    throw SyntaxError{span(at, at + 1 + word.size()),
                      letter ? fmt::format("`\\{}` could mean two things", word)
                             : fmt::format("`\\{}` is LaTeX", word),
                      {letter ? fmt::format("write {0} for the letter, or `A \\ {0}`, with blanks, "
                                            "to solve",
                                            word)
                              : help,
                       {}}};
}

/// Signs that are not Nabla's, and brackets that close nothing.
std::optional<SyntaxError> Lexer::sign_failure() const {
    const std::string_view text = rest(farthest_);
    const std::uint32_t at = offset(farthest_);
    if (text.empty()) return {};
    if (closes(text[0]) && frames_.size() == 1) {
        return SyntaxError{{at, at + 1},
                           fmt::format("`{}` closes nothing", text[0]),
                           {"leave it out, or open it before", {}}};
    }
    if (text[0] == ';') {
        const bool last = skip(farthest_ + 1) == last_;
        return SyntaxError{{at, at + 1},
                           "unexpected `;`",
                           {last ? "a line ends without `;`"
                                 : "`;` stands between the rows of a block [a, b; c, d]; write "
                                   "each statement on a line of its own",
                            {}}};
    }
    for (std::string_view wrong : {"=<", "=>"}) {
        if (!text.starts_with(wrong)) continue;
        return SyntaxError{{at, at + 2},
                           fmt::format("unexpected `{}`", wrong),
                           {wrong == "=<" ? "write <=" : "write >=", {}}};
    }
    if (text.starts_with("*") && farthest_ != first_ && farthest_[-1] == '/') {
        return SyntaxError{
            {at - 1, at + 1}, "unexpected `/*`", {"comments begin with # or //", {}}};
    }
    const bool product = text.starts_with("@(") && std::find(expected_.begin(), expected_.end(),
                                                             "an operand") == expected_.end();
    if (text.starts_with("&") && comparisons_here() && frames_.size() > 1) {
        return SyntaxError{{at, static_cast<std::uint32_t>(at + (text.starts_with("&&") ? 2 : 1))},
                           fmt::format("unexpected `{}`", text.starts_with("&&") ? "&&" : "&"),
                           {"nest the choices: where(x > 0, where(x < 1, a, b), b)", {}}};
    }
    if (const ForeignSign* sign = foreign_sign(product ? text.substr(0, 1) : text)) {
        return SyntaxError{{at, static_cast<std::uint32_t>(at + sign->sign.size())},
                           fmt::format("unexpected `{}`", sign->sign),
                           {std::string(sign->help), {}}};
    }
    return {};
}

std::optional<SyntaxError> Lexer::foreign_failure() const {
    if (auto error = slip_failure()) return error;
    if (auto error = member_failure()) return error;
    if (auto error = latex_failure()) return error;
    return sign_failure();
}

}  // namespace nabla::syntax
