#include "frontend/declare_facts.hpp"

#include "frontend/declare.hpp"
#include "frontend/literal.hpp"
#include "frontend/suggest.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace nabla::syntax {

namespace {

enum class Needs { anything, matrix, square, vector };

struct FactWord {
    std::string_view word;
    ir::Fact fact;
    Needs needs;
};

constexpr std::array<FactWord, 12> fact_words{{
    {"symmetric", ir::Fact::symmetric, Needs::square},
    {"antisymmetric", ir::Fact::antisymmetric, Needs::square},
    {"diagonal", ir::Fact::diagonal, Needs::square},
    {"lower", ir::Fact::lower, Needs::square},
    {"upper", ir::Fact::upper, Needs::square},
    {"orthogonal", ir::Fact::orthogonal, Needs::square},
    {"psd", ir::Fact::psd, Needs::square},
    {"pd", ir::Fact::pd, Needs::square},
    {"invertible", ir::Fact::invertible, Needs::square},
    {"full_rank", ir::Fact::full_rank, Needs::matrix},
    {"simplex", ir::Fact::simplex, Needs::vector},
    {"integer", ir::Fact::integer, Needs::anything},
}};

double bound_value(const std::string& text, Span span) {
    if (text == "inf") return std::numeric_limits<double>::infinity();
    if (text == "-inf") return -std::numeric_limits<double>::infinity();
    const bool negative = text.starts_with("-");
    const double value = read_number(negative ? text.substr(1) : text, span).value();
    return negative ? -value : value;
}

/// `>= c`, `in [lo, hi]` and the like: bounds of the symbol, and what they say about its sign.
void add_bound(Symbol& symbol, const ast::Fact& fact) {
    if (fact.op == Op::equal || fact.op == Op::not_equal) {
        throw SyntaxError{fact.span, "a fact is a bound with `>=`, `>`, `<=` or `<`", {}};
    }
    const bool interval = fact.word == "in";
    const bool below = interval || fact.op == Op::greater || fact.op == Op::greater_equal;
    const bool above = interval || fact.op == Op::less || fact.op == Op::less_equal;
    const double first = bound_value(fact.lower, fact.span);
    const double last = interval ? bound_value(fact.upper, fact.span) : first;
    const bool strict = fact.op == Op::greater || fact.op == Op::less;
    if (below && (first > symbol.lower || (first == symbol.lower && strict))) {
        symbol.lower = first;
        symbol.lower_strict = strict;
    }
    if (above && (last < symbol.upper || (last == symbol.upper && strict))) {
        symbol.upper = last;
        symbol.upper_strict = strict;
    }
    if (symbol.lower >= 0) symbol.facts.add(ir::Fact::nonnegative);
    if (symbol.upper <= 0) symbol.facts.add(ir::Fact::nonpositive);
    if (symbol.lower > 0 || (symbol.lower == 0 && symbol.lower_strict)) {
        symbol.facts.add(ir::Fact::positive);
    }
    if (symbol.upper < 0 || (symbol.upper == 0 && symbol.upper_strict)) {
        symbol.facts.add(ir::Fact::negative);
    }
}

/// Words that stand side by side and are one fact elsewhere: `positive definite`.
bool joins(const ast::Fact& first, const ast::Fact& second) {
    constexpr std::array<std::pair<std::string_view, std::string_view>, 9> pairs{
        {{"positive", "definite"},
         {"positive", "semidefinite"},
         {"positive", "semi"},
         {"pos", "def"},
         {"pos", "semidef"},
         {"full", "rank"},
         {"lower", "triangular"},
         {"upper", "triangular"},
         {"skew", "symmetric"}}};
    const std::pair<std::string_view, std::string_view> both{first.word, second.word};
    return first.op == Op::none && second.op == Op::none &&
           std::find(pairs.begin(), pairs.end(), both) != pairs.end();
}

/// What to write instead of a word that is no fact.
std::string fact_help(const std::string& word, const std::vector<std::string>& words) {
    struct Meaning {
        std::string_view word;
        std::string_view instead;
    };
    constexpr std::array<Meaning, 27> meanings{{
        {"positive", "> 0"},
        {"pos", "> 0"},
        {"nonnegative", ">= 0"},
        {"nonneg", ">= 0"},
        {"negative", "< 0"},
        {"nonpositive", "<= 0"},
        {"spd", "pd"},
        {"posdef", "pd"},
        {"positive_definite", "pd"},
        {"positive_semidefinite", "psd"},
        {"pos_def", "pd"},
        {"pos_semidef", "psd"},
        {"positive_semi", "psd"},
        {"semidefinite", "psd"},
        {"definite", "pd"},
        {"skew", "antisymmetric"},
        {"skew_symmetric", "antisymmetric"},
        {"sym", "symmetric"},
        {"diag", "diagonal"},
        {"lower_triangular", "lower"},
        {"upper_triangular", "upper"},
        {"orthonormal", "orthogonal"},
        {"nonsingular", "invertible"},
        {"full", "full_rank"},
        {"unitary", "orthogonal"},
        {"square", "the same size twice: A[n, n]"},
    }};
    if (std::find(words.begin(), words.end(), word) != words.end())
        return fmt::format("write {}", word);
    for (const Meaning& meaning : meanings) {
        if (meaning.word == word) return fmt::format("write {}", meaning.instead);
    }
    std::string help = did_you_mean(word, words);
    if (!help.empty()) return help;
    return fmt::format("the facts are {}, and bounds such as >= 0", fmt::join(words, ", "));
}

}  // namespace

std::vector<ast::Fact> joined_facts(const std::vector<ast::Fact>& facts) {
    std::vector<ast::Fact> joined;
    for (const ast::Fact& fact : facts) {
        if (joined.empty() || !joins(joined.back(), fact)) {
            joined.push_back(fact);
            continue;
        }
        joined.back().word += "_" + fact.word;
        joined.back().span.end = fact.span.end;
    }
    return joined;
}

std::string contradiction(const Symbol& symbol) {
    const bool strict = symbol.lower_strict || symbol.upper_strict;
    const bool empty = symbol.lower > symbol.upper || (symbol.lower == symbol.upper && strict);
    double first = std::ceil(symbol.lower);
    if (symbol.lower_strict && first == symbol.lower) first += 1;
    const bool none_whole =
        symbol.facts.has(ir::Fact::integer) &&
        (first > symbol.upper || (first == symbol.upper && symbol.upper_strict));
    if (empty || none_whole)
        return fmt::format("no value of `{}` is within its bounds", symbol.name);
    const bool at_most_zero = symbol.upper <= 0;
    const bool simplex = symbol.facts.has(ir::Fact::simplex);
    if (simplex && (at_most_zero || symbol.lower > 1)) {
        return fmt::format(
            "no `{}` within these bounds is `simplex`: its entries are at least 0 "
            "and sum to 1",
            symbol.name);
    }
    const bool definite = symbol.facts.has(ir::Fact::pd);
    if (definite && (at_most_zero || symbol.facts.has(ir::Fact::antisymmetric))) {
        return fmt::format("no `{}` has all these facts: the diagonal of a `pd` matrix is positive",
                           symbol.name);
    }
    return {};
}

void Declarer::add_fact(Symbol& symbol, const ast::Fact& fact, Diagnostics& diagnostics) const {
    if (fact.op != Op::none || fact.word == "in") {
        add_bound(symbol, fact);
        return;
    }
    const auto* row = std::find_if(fact_words.begin(), fact_words.end(),
                                   [&](const FactWord& w) { return w.word == fact.word; });
    // `full rank` is `full_rank`, in two words.
    const bool apart = diagnostics.source().text(fact.span).find(' ') != std::string_view::npos;
    if (row == fact_words.end() || apart) {
        std::vector<std::string> words;
        for (const FactWord& w : fact_words) words.emplace_back(w.word);
        diagnostics.error(fact.span,
                          fmt::format("unknown fact `{}`", diagnostics.source().text(fact.span)),
                          {fact_help(fact.word, words), {}});
        return;
    }
    bool fits = true;
    std::string needed;
    switch (row->needs) {
        case Needs::anything:
            break;
        case Needs::matrix:
            fits = symbol.rank == 2, needed = "a matrix";
            break;
        case Needs::vector:
            fits = symbol.rank == 1, needed = "a vector";
            break;
        case Needs::square:
            fits =
                symbol.rank == 2 && (dims_->equal(symbol.dims[0], symbol.dims[1]) ||
                                     (symbol.open && dims_->unify(symbol.dims[0], symbol.dims[1])));
            needed = "a square matrix";
            break;
    }
    if (!fits) {
        const Type type{symbol.dims, {}};
        diagnostics.error(fact.span, fmt::format("`{}` needs {}, but {} is {}", fact.word, needed,
                                                 symbol.name, dims_->show(type)));
        return;
    }
    symbol.facts.add(row->fact);
}

}  // namespace nabla::syntax
