// The lexical side of the grammar: what a number, a name, an operator, an opening or closing bar is
// at a place in the text. It keeps what the grammar's rules need to know of their surroundings
// (open brackets and bars, whether `<` compares here) and remembers the farthest place where
// something was expected, for error messages. Nothing here depends on the parser library.
#pragma once

#include "frontend/diagnostics.hpp"
#include "frontend/operators.hpp"

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace nabla::syntax {

/// Names that are known before a statement is parsed; they decide what is a function and whether
/// `^T…` is a name.
struct KnownNames {
    std::set<std::string> functions;
    std::set<std::string> values;
};

/// One token: its place, its operator or its (canonical) text.
struct Lexeme {
    Span span;
    Op op = Op::none;
    std::string text;
};

/// An open bracket, with the bars opened inside it.
struct Frame {
    char closer = 0;  ///< 0 for the whole statement
    std::uint32_t at = 0;
    bool comparisons = false;  ///< `<` after an operand compares
    bool first_only = false;   ///< comparisons end with the first comma
    std::vector<Span> bars;    ///< one byte wide: `|`; wider: `||`
};

class Lexer {
public:
    Lexer(const Source& source, Span span, const KnownNames& names);

    /// Whether comparisons may stand at the top level of what is parsed next.
    void allow_comparisons(bool allowed) { frames_.front().comparisons = allowed; }

    // Each matcher looks at `at` (after blanks and comments, unless it must touch), and on success
    // moves `at` past the token, fills `out` and returns true. Brackets open and close frames.
    using Matcher = bool (Lexer::*)(const char*& at, Lexeme& out, std::string_view word);

    bool number(const char*& at, Lexeme& out, std::string_view);
    bool name(const char*& at, Lexeme& out, std::string_view);
    bool function_name(const char*& at, Lexeme& out, std::string_view);
    bool keyword(const char*& at, Lexeme& out, std::string_view word);
    bool plain_word(const char*& at, Lexeme& out, std::string_view);  ///< letters, digits, `_`, `-`
    bool quoted(const char*& at, Lexeme& out, std::string_view);
    bool punctuation(const char*& at, Lexeme& out, std::string_view word);
    bool sign(const char*& at, Lexeme& out, std::string_view);
    bool additive(const char*& at, Lexeme& out, std::string_view);
    bool multiplicative(const char*& at, Lexeme& out, std::string_view);
    bool comparison(const char*& at, Lexeme& out, std::string_view);  ///< where allowed
    bool relation(const char*& at, Lexeme& out, std::string_view);    ///< anywhere
    bool definition_sign(const char*& at, Lexeme& out, std::string_view);
    bool juxtaposed(const char*& at, Lexeme& out, std::string_view);  ///< takes nothing
    bool open(const char*& at, Lexeme& out, std::string_view word);   ///< `(`, `[`, `{`
    bool open_touching(const char*& at, Lexeme& out, std::string_view word);
    bool open_arguments(const char*& at, Lexeme& out, std::string_view);  ///< `(` of a call
    bool close(const char*& at, Lexeme& out, std::string_view word);
    bool comma(const char*& at, Lexeme& out, std::string_view);
    bool open_angle(const char*& at, Lexeme& out, std::string_view);
    bool close_angle(const char*& at, Lexeme& out, std::string_view);
    bool open_norm(const char*& at, Lexeme& out, std::string_view);
    bool open_bar(const char*& at, Lexeme& out, std::string_view);
    bool close_norm(const char*& at, Lexeme& out, std::string_view);
    bool close_bar(const char*& at, Lexeme& out, std::string_view);
    bool norm_subscript(const char*& at, Lexeme& out, std::string_view);
    bool quote(const char*& at, Lexeme& out, std::string_view);  ///< `'`, `.'`
    bool superscript(const char*& at, Lexeme& out,
                     std::string_view);                          ///< text "2", "-1", "T", "-T"
    bool caret(const char*& at, Lexeme& out, std::string_view);  ///< `^` or `.^`
    bool transpose_exponent(const char*& at, Lexeme& out, std::string_view);  ///< text "T" or "-T"
    bool all(const char*& at, Lexeme& out, std::string_view);    ///< `:` alone in an index
    bool range(const char*& at, Lexeme& out, std::string_view);  ///< `..`, or `:` in an index
    bool binder_ahead(const char*& at, Lexeme& out, std::string_view);   ///< takes nothing
    bool keyword_ahead(const char*& at, Lexeme& out, std::string_view);  ///< takes nothing
    bool tensor_ahead(const char*& at, Lexeme& out, std::string_view);   ///< takes nothing
    bool nabla(const char*& at, Lexeme& out, std::string_view);  ///< `∇_x`: text is the name
    bool end(const char*& at, Lexeme& out, std::string_view);

    /// Runs a matcher and keeps the books for error messages; an empty label keeps none.
    bool match(Matcher matcher, const char*& at, Lexeme& out, std::string_view word,
               std::string_view label);

    /// Nesting of the grammar's rules; throws SyntaxError past limits::nesting.
    void enter(const char* at);
    void leave() { --depth_; }

    std::uint32_t offset(const char* at) const { return static_cast<std::uint32_t>(at - base_); }
    Span span(const char* from, const char* to) const { return {offset(from), offset(to)}; }
    /// End of the last token taken.
    std::uint32_t last_end() const { return last_end_; }
    const Source& source() const { return *source_; }

    /// What to say when the grammar did not get past the farthest place.
    SyntaxError failure() const;

private:
    bool take(const char*& at, std::size_t length, Lexeme& out);
    std::string_view rest(const char* at) const;
    const char* skip(const char* at) const;
    bool operator_at(const char* at, Op& op, std::size_t& length) const;
    bool open_frame(const char*& at, Lexeme& out, std::string_view bracket);
    bool is_function(const std::string& word) const;
    bool comparisons_here() const;
    bool blank_before(const char* at) const;
    std::size_t operator_length_before(const char* at) const;
    std::string describe(std::uint32_t at) const;

    // lexer_foreign.cpp: what belongs to another system
    std::optional<SyntaxError> foreign_failure() const;
    std::optional<SyntaxError> member_failure() const;
    std::optional<SyntaxError> latex_failure() const;
    std::optional<SyntaxError> sign_failure() const;
    // lexer_slips.cpp: ranges, slices and calls that are nearly right
    std::optional<SyntaxError> slip_failure() const;
    std::optional<SyntaxError> range_failure() const;
    std::optional<SyntaxError> slice_failure() const;
    std::string_view word_before(Span place) const;
    std::string binder_text() const;
    void reject_latex(const char* at) const;
    Span opener(const Frame& frame) const;

    const Source* source_;
    const KnownNames* names_;
    const char* base_;
    const char* first_;
    const char* last_;
    std::vector<Frame> frames_;
    int depth_ = 0;
    std::uint32_t last_end_ = 0;
    bool where_next_ = false;  ///< the function name just taken is `where`
    Span function_;            ///< the function name taken last
    const char* farthest_;
    std::vector<std::string_view> expected_;
};

}  // namespace nabla::syntax
