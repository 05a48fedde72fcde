#include "frontend/resolve.hpp"

#include "frontend/builtins.hpp"
#include "frontend/foreign.hpp"
#include "frontend/geno.hpp"
#include "frontend/limits.hpp"
#include "frontend/split.hpp"
#include "frontend/suggest.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace nabla::syntax {

namespace {

using ast::Kind;
using ast::Node;

bool capital(const std::string& name) { return name[0] >= 'A' && name[0] <= 'Z'; }

class Resolver {
public:
    Resolver(Scope& scope, const std::set<std::string>& locals, std::set<std::string> words,
             Diagnostics& diagnostics)
        : scope_(scope), locals_(locals), words_(std::move(words)), diagnostics_(diagnostics) {}

    /// Resolves what is below a node; rejects trees that are too deep for the walks to come.
    void expression(Node& node);
    Resolution result() const { return result_; }

private:
    // What is not on the way down is kept out of line: the walk's frames bound its depth.
    void parts(Node& node);
    bool known(const std::string& name) const;
    bool declare_default(const std::string& name, Span span);
    std::string declaration_help(const Node& node) const;
    bool reject_one_word(const Node& node);
    void call(Node& node);
    void index(Node& node);
    [[gnu::noinline]] void name(Node& node, bool called);
    [[gnu::noinline]] void product(Node& node);
    [[gnu::noinline]] void called_name(Node& node, const Node& group);
    [[gnu::noinline]] void power(Node& node);
    void marked_operand(Node& node);
    [[gnu::noinline]] void bound(Node& node);
    [[gnu::noinline]] void reject(Span span, std::string message, std::string help);
    std::vector<std::string> candidates() const;

    Scope& scope_;
    std::set<std::string> locals_;
    std::set<std::string> indices_;  ///< those of locals_ that are bound indices
    std::set<std::string> words_;
    Diagnostics& diagnostics_;
    Resolution result_ = Resolution::complete;
    int depth_ = 0;
    bool at_size_ = false;         ///< a size is wanted: the end of a range, `zeros(n)`
    std::string axis_end_;         ///< inside an index: what `end` means there
    std::string called_argument_;  ///< of the function looked up now, if it has one
};

void Resolver::reject(Span span, std::string message, std::string help) {
    diagnostics_.error(span, std::move(message), {std::move(help), {}});
    result_ = Resolution::rejected;
}

bool Resolver::known(const std::string& name) const {
    if (locals_.contains(name)) return true;
    const Scope::Role role = scope_.find(name).role;
    return role != Scope::Role::unknown && role != Scope::Role::function;
}

std::vector<std::string> Resolver::candidates() const {
    std::vector<std::string> names = scope_.names();
    names.insert(names.end(), locals_.begin(), locals_.end());
    const std::vector<std::string> functions = function_names();
    names.insert(names.end(), functions.begin(), functions.end());
    return names;
}

bool Resolver::declare_default(const std::string& name, Span span) {
    if (!scope_.defaults) return false;
    const auto kind = default_kind(name);
    if (!kind) return false;
    Symbol symbol;
    symbol.name = name;
    symbol.span = span;
    symbol.where = diagnostics_.source().locate(span);
    symbol.by_default = true;
    symbol.rank = *kind == DefaultKind::scalar ? 0 : *kind == DefaultKind::vector ? 1 : 2;
    scope_.add_symbol(std::move(symbol));
    return true;
}

/// How a file says what a name is.
std::string Resolver::declaration_help(const Node& node) const {
    if (at_size_) return fmt::format("declare it: `dim {}`", node.text);
    const Source& source = diagnostics_.source();
    for (std::size_t i = 0; i < source.segments().size(); ++i) {
        const Span part = source.segments()[i].span;
        const bool inside = part.begin <= node.span.begin && node.span.end <= part.end;
        if (!inside || !is_geno(source, i)) continue;
        return fmt::format("declare it in the block `parameters` or `variables`: {} {}",
                           capital(node.text) ? "matrix" : "vector", node.text);
    }
    return fmt::format("declare it: `param {0}` or `var {0}`, with its sizes in brackets",
                       node.text);
}

/// `sinx` in a one-liner, where every letter would be a name of its own.
bool Resolver::reject_one_word(const Node& node) {
    if (!scope_.defaults) return false;
    for (std::size_t length = node.text.size() - 1; length > 1; --length) {
        const std::string function = node.text.substr(0, length);
        const std::string argument = node.text.substr(length);
        if (!is_function_name(function) || !default_kind(argument)) continue;
        // A letter that is declared, or used elsewhere, may be meant.
        const std::string first(1, function[0]);
        const Scope::Entry entry = scope_.find(first);
        const bool typed =
            entry.role == Scope::Role::symbol && scope_.symbol(entry.index).by_default;
        if (known(first) && !typed) return false;
        std::string letters;
        for (const char c : node.text) letters += (letters.empty() ? "" : " ") + std::string(1, c);
        reject(node.span, fmt::format("`{}` could mean two things", node.text),
               fmt::format("write `{} {}` for the function, or `{}` for a product", function,
                           argument, letters));
        return true;
    }
    return false;
}

/// A word: a known name, a default, or several names in one. `called`: a `(` touches it.
void Resolver::name(Node& node, bool called) {
    if (known(node.text)) return;
    const std::size_t mark = node.text.find('_');
    if (mark != std::string::npos && indices_.contains(node.text.substr(mark + 1))) {
        const std::string base = node.text.substr(0, mark);
        reject(node.span, fmt::format("`{}` could mean two things", node.text),
               fmt::format("write `{}[{}]` for an entry, or declare `{}`", base,
                           node.text.substr(mark + 1), node.text));
        return;
    }
    // `lambda_min(A)`: a name that could be a default one, but that is nearly a function.
    const bool long_name = node.text.size() > 5 && node.text.find('_') != std::string::npos;
    const bool called_slip =
        called && scope_.defaults && long_name && nearest(node.text, function_names()).has_value();
    if (called_slip) {
        reject(node.span, fmt::format("unknown function `{}`", node.text),
               did_you_mean(node.text, function_names()));
        return;
    }
    if (node.text == "end" && !axis_end_.empty()) {
        reject(node.span, "unknown name `end`", axis_end_);
        return;
    }
    if (declare_default(node.text, node.span)) return;
    const auto pieces = split_word(node.text, scope_, locals_);
    if (pieces && !called && reject_one_word(node)) return;
    const auto unusual = [&](const std::string& piece) {
        return !capital(piece) && !words_.contains(piece);
    };
    const bool slip =
        called &&
        (nearest(node.text, function_names()).has_value() ||
         (!node.text.empty() && node.text.size() > 1 && !foreign_function(node.text).empty()));
    if (!pieces || slip || (called && std::any_of(pieces->begin(), pieces->end(), unusual))) {
        // Past the errors that will be shown, suggestions are not looked for.
        const bool shown = diagnostics_.error_count() < limits::reported_errors;
        std::vector<std::string> names = shown ? candidates() : std::vector<std::string>{};
        std::string help = called ? foreign_function(node.text, called_argument_) : std::string();
        if (help.empty()) help = did_you_mean(node.text, names);
        if (help.empty() && shown && !scope_.defaults) {
            help = explain_split(node.text, scope_, locals_);
        }
        if (help.empty() && !called && !scope_.defaults) help = declaration_help(node);
        const Resolution before = result_;
        reject(node.span,
               called ? fmt::format("unknown function `{}`", node.text)
                      : fmt::format("unknown name `{}`", node.text),
               std::move(help));
        if (before != Resolution::rejected) result_ = Resolution::unknown_names;
        return;
    }
    std::string reading;
    Node chain;
    chain.kind = Kind::product;
    chain.op = node.op;
    chain.op_span = node.op_span;
    chain.span = node.span;
    chain.text = "split";
    const std::string typed(diagnostics_.source().text(node.span));
    const std::vector<Span> places = piece_places(typed, *pieces);
    for (std::size_t i = 0; i < pieces->size(); ++i) {
        const std::string& piece = (*pieces)[i];
        const Span place{node.span.begin + places[i].begin, node.span.begin + places[i].end};
        if (!known(piece)) declare_default(piece, place);
        Node part;
        part.kind = Kind::name;
        part.op = chain.children.empty() ? Op::none : Op::juxtapose;
        part.text = piece;
        part.span = place;
        chain.children.push_back(std::move(part));
        reading += (reading.empty() ? "" : " ") + piece;
    }
    diagnostics_.note(node.span, fmt::format("read `{}` as {}", node.text, reading));
    node = std::move(chain);
}

bool is_split(const Node& node) { return node.kind == Kind::product && node.text == "split"; }

/// An undeclared name that a `(` touches: what people type for functions of other systems.
void Resolver::called_name(Node& node, const Node& group) {
    const bool transposed = node.kind == Kind::transpose;
    const Node& word = transposed ? node.children[0] : node;
    if (word.kind != Kind::name || known(word.text)) return;
    const Span whole{word.span.begin, group.span.end};
    if (word.text == "sigma" && !transposed) {
        reject(whole, "`sigma(…)` could mean two things",
               "write `sigmoid(…)` for the function, or `sigma * (…)` for a product");
    } else if (word.text == "gamma" && !transposed) {
        reject(whole, "`gamma(…)` could mean two things",
               "write `exp(lgamma(…))` for the gamma function, or `gamma * (…)` for a product");
    } else if (word.text == "f" && transposed) {
        reject(whole, "`f'(…)` could mean two things",
               "write `grad(f, x)` for a derivative, or `f^T * (…)` for a product");
    }
}

void Resolver::product(Node& node) {
    std::vector<Node> factors;
    factors.reserve(node.children.size());
    for (std::size_t i = 0; i < node.children.size(); ++i) {
        Node& child = node.children[i];
        const Node* next = i + 1 < node.children.size() ? &node.children[i + 1] : nullptr;
        const bool called = next != nullptr && next->op == Op::juxtapose &&
                            next->kind == Kind::group && next->span.begin == child.span.end;
        if (called) called_name(child, *next);
        called_argument_.clear();
        if (called && next->children.size() == 1) {
            called_argument_ = diagnostics_.source().text(next->children[0].span);
        }
        const Span written = child.span;
        const Op op = child.op;
        if (child.kind == Kind::name) {
            name(child, called);
        } else {
            expression(child);
        }
        if (!is_split(child)) {
            factors.push_back(std::move(child));
            continue;
        }
        if (op == Op::divide || op == Op::element_divide || op == Op::solve) {
            reject(
                written,
                fmt::format("a word of several names after `{}` could mean two things", ascii(op)),
                "write the names apart, with parentheses around what belongs together");
        }
        child.children.front().op = op;
        for (Node& piece : child.children) factors.push_back(std::move(piece));
    }
    node.children = std::move(factors);
}

void Resolver::power(Node& node) {
    Node& base = node.children[0];
    Node& exponent = node.children[1];
    if (base.kind == Kind::name && base.text == "e" && !known("e")) {
        reject(node.span, "`e^…` could mean two things",
               "write `exp(…)` for the exponential function, or declare `e`");
        return;
    }
    expression(exponent);
}

void Resolver::expression(Node& node) {
    if (depth_ >= limits::tree_depth) {
        reject(node.span, "the expression is nested too deeply",
               "give inner parts names of their own");
        return;
    }
    ++depth_;
    parts(node);
    --depth_;
}

void Resolver::parts(Node& node) {
    switch (node.kind) {
        case Kind::number:
        case Kind::all:
            return;
        case Kind::name:
            name(node, false);
            return;
        case Kind::product:
            product(node);
            return;
        case Kind::power:
        case Kind::element_power:
            power(node);
            break;
        case Kind::call:
            call(node);
            return;
        case Kind::nabla:
            if (!known(node.text)) {
                if (!declare_default(node.text, node.span)) {
                    reject(node.span, fmt::format("unknown name `{}`", node.text),
                           did_you_mean(node.text, candidates()));
                }
            }
            break;
        case Kind::transpose:
        case Kind::index:
        case Kind::sum:
        case Kind::negate:
        case Kind::group:
        case Kind::range:
        case Kind::apply:
        case Kind::keyword:
        case Kind::norm:
        case Kind::absolute:
        case Kind::inner:
        case Kind::block:
        case Kind::row:
        case Kind::compare:
            break;
        case Kind::tensor:
        case Kind::binder:
            bound(node);
            return;
    }
    const bool marked = node.kind == Kind::transpose || node.kind == Kind::power ||
                        node.kind == Kind::element_power || node.kind == Kind::index;
    if (!marked) {
        for (Node& child : node.children) expression(child);
        return;
    }
    marked_operand(node);
}

void Resolver::call(Node& node) {
    const std::size_t sizes = first_size_argument(node);
    for (std::size_t i = 1; i < node.children.size(); ++i) {
        if (node.children[i].kind != Kind::binder) continue;
        reject({node.children[0].span.begin, node.children[i].span.end},
               fmt::format("`{}` runs over one index", node.text),
               fmt::format("write {0}(i in 1..m: {0}(j in 1..n: …))", node.text));
        return;
    }
    for (std::size_t i = 0; i < node.children.size(); ++i) {
        Node& child = node.children[i];
        const bool outer = std::exchange(at_size_, i >= sizes);
        expression(child);
        at_size_ = outer;
    }
}

/// What stands in the brackets of `x[…]`.
void Resolver::index(Node& node) {
    const Node& base = node.children[0];
    const Scope::Entry entry = base.kind == Kind::name ? scope_.find(base.text) : Scope::Entry{};
    const std::string outer_end = axis_end_;
    const bool outer = std::exchange(at_size_, true);
    for (std::size_t i = 1; i < node.children.size(); ++i) {
        axis_end_ = "the last entry is at the size of the axis: x[n]";
        const bool sized = entry.role == Scope::Role::symbol && scope_.symbol(entry.index).sized;
        if (sized && scope_.symbol(entry.index).dims.size() >= i) {
            axis_end_ = fmt::format("write the size of the axis, {}",
                                    scope_.symbol(entry.index).dims[i - 1].str());
        }
        expression(node.children[i]);
    }
    at_size_ = outer;
    axis_end_ = outer_end;
}

/// `i in 1..m: body` and `[i, j: body]`: their indices are names in the body only.
void Resolver::bound(Node& node) {
    std::vector<std::string> indices;
    if (node.kind == Kind::binder) {
        indices.push_back(node.text);
        const bool outer = std::exchange(at_size_, true);
        expression(node.children[0]);
        expression(node.children[1]);
        at_size_ = outer;
    } else {
        indices = tensor_indices(node, scope_);
    }
    std::vector<std::string> hidden;
    for (const std::string& index : indices) {
        if (locals_.insert(index).second) hidden.push_back(index);
        indices_.insert(index);
    }
    const bool outer = std::exchange(at_size_, false);
    expression(node.children.back());
    at_size_ = outer;
    for (const std::string& index : hidden) {
        locals_.erase(index);
        indices_.erase(index);
    }
}

/// An operand with a mark. The mark belongs to the last name of a word: `AB^T` is A B^T.
void Resolver::marked_operand(Node& node) {
    expression(node.children[0]);
    if (node.kind == Kind::index) index(node);
    if (!is_split(node.children[0])) return;
    Node chain = std::move(node.children[0]);
    chain.op = node.op;
    chain.op_span = node.op_span;
    chain.span = node.span;
    Node last = std::move(chain.children.back());
    node.op = last.op;
    last.op = Op::none;
    node.children[0] = std::move(last);
    chain.children.back() = std::move(node);
    node = std::move(chain);
}

}  // namespace

Resolution resolve_names(Node& expression, Scope& scope, const std::set<std::string>& locals,
                         Diagnostics& diagnostics) {
    std::set<std::string> words;
    collect_words(expression, words);
    Resolver resolver(scope, locals, std::move(words), diagnostics);
    resolver.expression(expression);
    return resolver.result();
}

}  // namespace nabla::syntax
