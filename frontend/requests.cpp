#include "frontend/requests.hpp"

#include "frontend/literal.hpp"
#include "frontend/methods.hpp"
#include "frontend/suggest.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>
#include <map>
#include <set>
#include <span>
#include <vector>

namespace nabla::syntax {

namespace {

/// Keywords of C (to C23, without those that begin with an underscore, which no name does).
constexpr std::array<std::string_view, 44> c_keywords{
    "alignas",      "alignof",  "auto",          "bool",      "break",
    "case",         "char",     "const",         "constexpr", "continue",
    "default",      "do",       "double",        "else",      "enum",
    "extern",       "false",    "float",         "for",       "goto",
    "if",           "inline",   "int",           "long",      "nullptr",
    "register",     "restrict", "return",        "short",     "signed",
    "sizeof",       "static",   "static_assert", "struct",    "switch",
    "thread_local", "true",     "typedef",       "typeof",    "union",
    "unsigned",     "void",     "volatile",      "while"};

/// Functions that compiled code or the header's users reach by these names: an object that defines
/// one of them would be called in its place.
constexpr std::array<std::string_view, 64> c_functions{
    "main",  "abs",    "acos",   "acosh",   "asin",      "asinh",   "atan",   "atan2",
    "atanh", "calloc", "cbrt",   "ceil",    "copysign",  "cos",     "cosh",   "erf",
    "erfc",  "exit",   "exp",    "exp2",    "expm1",     "fabs",    "fdim",   "floor",
    "fma",   "fmax",   "fmin",   "fmod",    "free",      "frexp",   "hypot",  "ilogb",
    "isnan", "ldexp",  "lgamma", "log",     "log10",     "log1p",   "log2",   "logb",
    "lrint", "lround", "malloc", "memcmp",  "memcpy",    "memmove", "memset", "modf",
    "nan",   "pow",    "printf", "realloc", "remainder", "rint",    "round",  "scalbn",
    "sin",   "sinh",   "sqrt",   "strlen",  "tan",       "tanh",    "tgamma", "trunc"};

template <std::size_t count>
bool among(const std::array<std::string_view, count>& words, std::string_view word) {
    return std::find(words.begin(), words.end(), word) != words.end();
}

const ast::Node* number_of(const ast::Node& option, bool& negative) {
    const ast::Node* value = &option.children[0];
    negative = value->kind == ast::Kind::negate;
    if (negative) value = &value->children[0];
    return value->kind == ast::Kind::number ? value : nullptr;
}

/// `schedule=cosine`: a word where all others are numbers.
bool takes_word(const ast::Node& option) { return option.text == "schedule"; }

std::vector<std::string> texts(std::span<const std::string_view> words) {
    return {words.begin(), words.end()};
}

bool check_method(const ast::Name& method, Diagnostics& diagnostics) {
    if (method.text.empty() || is_method(method.text)) return true;
    std::string help = did_you_mean(method.text, texts(method_names()));
    if (help.empty()) help = fmt::format("methods: {}", fmt::join(method_names(), ", "));
    diagnostics.error(method.span, fmt::format("there is no method `{}`", method.text),
                      {std::move(help), {}});
    return false;
}

void check_option_name(const ast::Name& method, const ast::Node& option, Diagnostics& diagnostics) {
    const std::vector<std::string_view> known = method_options(method.text);
    if (std::find(known.begin(), known.end(), option.text) != known.end()) return;
    std::string help = did_you_mean(option.text, texts(known));
    if (help.empty()) help = fmt::format("its options: {}", fmt::join(known, ", "));
    diagnostics.error(option.span,
                      fmt::format("the method {} has no option {}",
                                  method.text.empty() ? "lbfgs" : method.text, option.text),
                      {std::move(help), {}});
}

void check_option_value(const ast::Node& option, Diagnostics& diagnostics) {
    bool negative = false;
    const ast::Node* number = number_of(option, negative);
    const ast::Node& value = option.children[0];
    if (takes_word(option)) {
        if (value.kind == ast::Kind::name) return;
        diagnostics.error(value.span, "the option `schedule` needs the name of a schedule");
        return;
    }
    if (number == nullptr) {
        diagnostics.error(value.span, fmt::format("the option `{}` needs a number", option.text));
        return;
    }
    try {
        read_number(number->text, number->span);
    } catch (const SyntaxError& error) {
        diagnostics.error(error.span, error.message, error.report);
    }
}

void check_options(const ast::Problem& problem, Diagnostics& diagnostics) {
    const bool known_method = check_method(problem.method, diagnostics);
    std::map<std::string, Span> seen;
    for (const ast::Node& option : problem.options) {
        const auto [first, is_new] = seen.emplace(option.text, option.span);
        if (!is_new) {
            diagnostics.error(option.span,
                              fmt::format("the option `{}` is given twice", option.text),
                              {{}, {{first->second, "it is first given here"}}});
            continue;
        }
        if (known_method) check_option_name(problem.method, option, diagnostics);
        check_option_value(option, diagnostics);
    }
}

void refuse_unequal(const ast::Node& comparison, std::string_view what, Diagnostics& diagnostics) {
    if (comparison.kind != ast::Kind::compare) return;
    const ast::Node& right = comparison.children[1];
    if (right.op != Op::not_equal) return;
    diagnostics.error(right.op_span, fmt::format("{} cannot be `!=`", what),
                      {"write it with `==`, `<=` or `>=`", {}});
}

}  // namespace

void check_problem(const ast::Problem& problem, const Scope& scope, Diagnostics& diagnostics) {
    std::map<std::string, Span> seen;
    for (const ast::Name& name : problem.over) {
        const auto [first, is_new] = seen.emplace(name.text, name.span);
        if (!is_new) {
            diagnostics.error(name.span, fmt::format("`{}` stands twice after `over`", name.text),
                              {"name each variable once", {{first->second, "it stands here"}}});
            continue;
        }
        const Scope::Entry entry = scope.find(name.text);
        if (entry.role == Scope::Role::broken) continue;
        const bool symbol = entry.role == Scope::Role::symbol;
        if (symbol &&
            (scope.symbol(entry.index).is_variable || scope.symbol(entry.index).by_default))
            continue;
        const bool defined =
            entry.role == Scope::Role::definition || entry.role == Scope::Role::function;
        std::string help =
            symbol ? fmt::format("declare it with `var {}` instead of `param`", name.text)
                   : fmt::format("declare it: `var {}`, with its sizes in brackets", name.text);
        if (defined) help = "a problem moves what `var` declares, not what is computed";
        diagnostics.error(name.span, fmt::format("`{}` is not a variable", name.text),
                          {std::move(help), {}});
    }
    for (const ast::Node& constraint : problem.constraints) {
        refuse_unequal(constraint, "a constraint", diagnostics);
    }
    check_options(problem, diagnostics);
}

double option_value(const ast::Node& option) {
    if (takes_word(option)) return std::numeric_limits<double>::quiet_NaN();
    bool negative = false;
    const ast::Node* number = number_of(option, negative);
    const double value = read_number(number->text, number->span).value();
    return negative ? -value : value;
}

void check_solve(const ast::Solve& solve, const Scope& scope, Diagnostics& diagnostics) {
    if (solve.equation.kind == ast::Kind::compare && solve.equation.children[1].op != Op::equal) {
        diagnostics.error(solve.equation.children[1].op_span, "`solve` needs an equation",
                          {"write it with `==`", {}});
    }
    const std::string& name = solve.variable.text;
    const Scope::Entry entry = scope.find(name);
    switch (entry.role) {
        case Scope::Role::symbol:
        case Scope::Role::broken:
            return;
        case Scope::Role::unknown: {
            std::vector<std::string> symbols;
            for (const Symbol& symbol : scope.symbols()) symbols.push_back(symbol.name);
            std::string help = did_you_mean(name, symbols);
            if (help.empty()) help = fmt::format("declare it: `var {}`", name);
            diagnostics.error(solve.variable.span, fmt::format("unknown name `{}`", name),
                              {std::move(help), {}});
            return;
        }
        case Scope::Role::definition:
        case Scope::Role::function:
        case Scope::Role::dimension:
        case Scope::Role::constant:
            diagnostics.error(
                solve.variable.span, fmt::format("cannot solve for `{}`", name),
                {"an equation is solved for a name that `var` or `param` declares", {}});
    }
}

void check_assert(const ast::Assert& claim, Diagnostics& diagnostics) {
    refuse_unequal(claim.claim, "a claim", diagnostics);
}

void check_exports(const ast::File& file, Diagnostics& diagnostics) {
    struct Taken {
        Span span;
        std::string by;
    };
    std::map<std::string, Taken> taken;
    for (const ast::Statement& statement : file.statements) {
        const auto* request = std::get_if<ast::Export>(&statement.what);
        if (request == nullptr) continue;
        const std::string& name = request->name.text;
        const Span span = request->name.span;
        const bool keyword = among(c_keywords, name);
        if (keyword || among(c_functions, name)) {
            diagnostics.error(
                span,
                fmt::format("an export cannot be named `{}`: {}", name,
                            keyword ? "it is a keyword of C" : "it would replace C's own function"),
                {fmt::format("write, for example, `as {}_value`", name), {}});
            continue;
        }
        for (const std::string& made : {name, name + "_workspace", name + "_error"}) {
            const auto [place, is_new] = taken.emplace(made, Taken{span, name});
            if (is_new) continue;
            const std::string& other = place->second.by;
            diagnostics.error(
                span,
                other == name ? fmt::format("two exports are named `{}`", name)
                              : fmt::format("the exports `{}` and `{}` clash: both make a function "
                                            "`{}`",
                                            other, name, made),
                {"give each export a name of its own", {{place->second.span, "the other export"}}});
            break;
        }
    }
}

}  // namespace nabla::syntax
