// Which parts of an expression get names: what a function that is not linear is applied to, what
// stands in a product as a sum, and what occurs more than once; so that every line of a derivation
// has one idea, and shared parts are derived once.
#include <algorithm>
#include <array>

#include "ir/build.hpp"
#include "ir/traverse.hpp"
#include "passes/steps_board.hpp"

namespace nabla::passes {

using namespace ir;

// --- free names --------------------------------------------------------------------------------

FreeNames::FreeNames(std::span<const Expr> expressions) {
    // Read as something else: the transpose, the identity, and the letters of bound indices.
    taken_ = {"T", "I", "i", "j", "k", "l", "e", "pi"};
    for (Expr e : post_order(expressions)) {
        if (e.op() == Op::symbol) taken_.insert(e.symbol().name);
        for (Dim d : e.shape())
            for (const std::string& name : d.names()) taken_.insert(name);
        if (e.op() == Op::einsum)
            for (Dim d : e.einsum().dims)
                for (const std::string& name : d.names()) taken_.insert(name);
        if (e.op() == Op::dim_value)
            for (const std::string& name : e.dim().names()) taken_.insert(name);
    }
}

void FreeNames::avoid_indices(const NotationPtr& line) {
    std::vector<const Notation*> stack{line.get()};
    std::unordered_set<const Notation*> seen;
    while (!stack.empty()) {
        const Notation* n = stack.back();
        stack.pop_back();
        if (!seen.insert(n).second) continue;
        if (n->kind == NotationKind::index_tensor || n->kind == NotationKind::indexed)
            taken_.insert(n->indices.begin(), n->indices.end());
        for (const NotationPtr& child : n->children) stack.push_back(child.get());
    }
}

bool FreeNames::free(const std::string& name) const {
    for (const char* prefix : {"", "d", "g_", "J_"})
        if (taken_.contains(prefix + name)) return false;
    return true;
}

std::string FreeNames::next(std::span<const std::string_view> letters) {
    for (std::string_view letter : letters) {
        std::string name(letter);
        if (!free(name)) continue;
        taken_.insert(name);
        return name;
    }
    return numbered(letters.front());
}

std::string FreeNames::numbered(std::string_view letter) {
    for (int number = 1;; ++number) {
        std::string name = std::string(letter) + std::to_string(number);
        if (!free(name)) continue;
        taken_.insert(name);
        return name;
    }
}

std::string FreeNames::change_of(const std::string& name) { return prefixed("d", name); }

std::string FreeNames::prefixed(std::string_view prefix, const std::string& name) {
    std::string result = std::string(prefix) + name;
    while (taken_.contains(result)) result += "_";
    taken_.insert(result);
    return result;
}

// --- what to name ------------------------------------------------------------------------------

std::optional<Expr> match_log_det(Expr e) {
    if (e.op() != Op::map || e.map().function != Fn::log) return std::nullopt;
    Expr inside = e.child(0);
    if (inside.op() != Op::det) return std::nullopt;
    return inside.child(0);
}

bool is_norm_base(const Factor& factor) {
    if (factor.exponent != Rational(1, 2) || factor.base.op() != Op::einsum) return false;
    const EinsumData& inside = factor.base.einsum();
    return inside.output.empty() && inside.factors.size() == 1 &&
           inside.factors[0].exponent == Rational(2);
}

std::optional<SoftmaxMatch> match_signed_log_softmax(Expr e) {
    if (auto match = match_log_softmax(e)) return match;
    if (e.op() != Op::sum || e.sum().terms.size() < 2) return std::nullopt;
    return match_log_softmax(negate(e));
}

namespace {

// A shared part at most this long is written out wherever it occurs.
constexpr std::int64_t short_part = 3;
// A term of a long sum that is longer than this gets a line of its own.
constexpr std::int64_t long_term = 24;
// A part that does not change is named beyond this.
constexpr std::int64_t long_constant = 24;

/// What the differential of a node is written by: functions that are one on paper are one here.
std::vector<Expr> operands(Expr e) {
    if (auto match = match_softmax(e)) return {match->argument};
    if (auto match = match_signed_log_softmax(e)) return {match->argument};
    if (auto matrix = match_log_det(e)) return {*matrix};
    std::vector<Expr> children;
    for (int k = 0; k < e.child_count(); ++k) children.push_back(e.child(k));
    return children;
}

/// Piecewise constant: a comparison, a sign.
bool is_flat(Expr e) {
    if (e.op() != Op::map) return false;
    const Function& row = function(e.map().function);
    return std::all_of(row.partial.begin(), row.partial.begin() + row.arity,
                       [](Rule rule) { return rule == nullptr; });
}

bool is_square_sum(Expr e) {
    return e.op() == Op::einsum && e.einsum().output.empty() && e.einsum().factors.size() == 1 &&
           e.einsum().factors[0].exponent == Rational(2);
}

bool is_constant(Expr e) {
    return e.op() == Op::constant || e.op() == Op::identity ||
           (e.op() == Op::einsum && e.einsum().factors.empty());
}

class Chooser {
public:
    Chooser(Expr f, Expr x) : f_(f), x_(x) {
        for (Expr e : post_order(f)) {
            bool depends = e == x;
            for (int k = 0; k < e.child_count() && !depends; ++k)
                depends = active_.contains(e.child(k));
            if (depends) active_.insert(e);
        }
        walk();
    }
    const ExprSet& chosen() const { return chosen_; }
    bool changes(Expr e) const { return active_.contains(e); }
    /// The difference b − A x is named the other way round, but not as a function's argument.
    bool may_turn(Expr e) const {
        if (e.op() != Op::sum || in_functions_.contains(e) || !active_.contains(e)) return false;
        bool all_negative = true;
        for (const Term& t : e.sum().terms)
            if (active_.contains(t.expr))
                all_negative = all_negative && t.coefficient.is_negative();
        return all_negative;
    }

private:
    bool compound(Expr e) const {
        return e != x_ && active_.contains(e) && e.op() != Op::symbol && e.rank() <= 2;
    }
    /// c x, or x plus numbers.
    bool trivial(Expr e) const {
        if (e.op() != Op::sum) return false;
        return std::all_of(e.sum().terms.begin(), e.sum().terms.end(),
                           [&](const Term& t) { return t.expr == x_ || is_constant(t.expr); });
    }
    bool in_sum(Expr parent, Expr child) {
        int moving = 0;
        for (const Term& t : parent.sum().terms) moving += active_.contains(t.expr) ? 1 : 0;
        return moving > 1 && builder_.notation(child)->size > long_term;
    }
    /// The function of a named value before a matrix: a layer's output.
    bool feeds_matrix(const EinsumData& product, Expr child) const {
        auto named = [&](Expr e) { return compound(e) && !trivial(e); };
        std::vector<Expr> inside = operands(child);
        if (std::none_of(inside.begin(), inside.end(), named)) return false;
        return std::any_of(product.factors.begin(), product.factors.end(), [&](const Factor& f) {
            return f.base != child && f.labels.size() == 2;
        });
    }
    /// lambda ||w||^2: a scalar with factors that do not change.
    bool is_multiple(const EinsumData& product, const Factor& f) const {
        if (f.exponent != Rational(1) || !f.base.is_scalar() || f.base.op() != Op::einsum)
            return false;
        return std::all_of(product.factors.begin(), product.factors.end(),
                           [&](const Factor& o) { return &o == &f || !active_.contains(o.base); });
    }
    bool in_product(const EinsumData& product, const Factor& f) const {
        if (is_norm_base(f)) return false;
        if (match_signed_log_softmax(f.base) || is_multiple(product, f)) return false;
        if (f.exponent != Rational(1) || f.base.op() == Op::sum || f.base.op() == Op::einsum)
            return true;
        return feeds_matrix(product, f.base);
    }
    bool is_long_constant(Expr e) {
        return e.op() != Op::symbol && e.rank() <= 2 && !is_flat(e) &&
               builder_.notation(e)->size > long_constant;
    }
    bool wants_name(Expr parent, std::size_t k, Expr child) {
        if (!compound(child) || trivial(child) || is_flat(child)) return false;
        const bool norm = parent.op() == Op::map && parent.map().function == Fn::rnorm;
        if (norm && is_square_sum(child)) return false;
        if (parent.op() == Op::sum && !match_signed_log_softmax(parent))
            return in_sum(parent, child);
        if (parent.op() == Op::einsum)
            return in_product(parent.einsum(), parent.einsum().factors[k]);
        return true;
    }
    /// Visits what differentials are written by, each once.
    void walk() {
        std::vector<Expr> stack{f_};
        ExprSet seen{f_};
        while (!stack.empty()) {
            Expr e = stack.back();
            stack.pop_back();
            std::vector<Expr> children = operands(e);
            ExprSet counted;
            for (std::size_t k = 0; k < children.size(); ++k) {
                Expr child = children[k];
                if (!active_.contains(child)) {
                    if (is_long_constant(child)) chosen_.insert(child);
                    continue;
                }
                if (wants_name(e, k, child)) chosen_.insert(child);
                if (e.op() != Op::einsum && e.op() != Op::sum) in_functions_.insert(child);
                if (!counted.insert(child).second) continue;
                if (seen.insert(child).second) {
                    if (child != x_) stack.push_back(child);
                } else if (compound(child) && !trivial(child) && !is_flat(child) &&
                           builder_.notation(child)->size > short_part) {
                    chosen_.insert(child);
                }
            }
        }
        chosen_.erase(f_);
    }

    Expr f_, x_;
    ExprSet active_, chosen_, in_functions_;
    NotationBuilder builder_;
};

std::string_view preferred_letter(Expr e) {
    if (e.is_scalar()) return "s";
    bool matrix = e.rank() == 2;
    if (match_softmax(e)) return matrix ? "P" : "p";
    if (e.op() == Op::map) return matrix ? "H" : "h";
    bool residual = e.op() == Op::sum &&
                    std::any_of(e.sum().terms.begin(), e.sum().terms.end(), [](const Term& t) {
                        return t.coefficient.is_negative() && t.expr.op() == Op::symbol;
                    });
    if (residual) return matrix ? "R" : "r";
    return matrix ? "Z" : "z";
}

using Letters = std::array<std::string_view, 8>;

Letters letters_after(std::string_view first, std::size_t rank) {
    if (rank == 0) return {first, "t", "c", "a", "b", "v", "q", "h"};
    if (rank == 1) return {first, "u", "v", "h", "q", "w", "p", "r"};
    return {first, "U", "V", "M", "Q", "Y", "P", "R"};
}

Facts without_equations(Facts facts) {
    return facts.remove(Fact::simplex).remove(Fact::orthogonal);
}

}  // namespace

Expr change_symbol(Expr value, const std::string& name) {
    return value.context().fresh_symbol(name, value.shape());
}

NotationPtr change_notation(Expr value, Expr change) {
    return name_notation(change.symbol().name, static_cast<std::uint8_t>(change.rank()),
                         value.rank() == 2 && value.has(Fact::symmetric));
}

namespace {

/// A symbol for the value, which is e or −e, and one for its change; returns what stands for e.
Expr give_name(NamedValue& value, bool turned, bool changes, const std::string& name,
               FreeNames& names) {
    Expr e = value.node;
    if (turned) {
        value.node = negate(value.node);
        value.body = negate(value.body);
    }
    value.symbol = e.context().fresh_symbol(name, e.shape(), without_equations(value.node.facts()));
    if (changes) {
        value.change = change_symbol(value.symbol, names.change_of(name));
        value.shown_change = change_notation(value.symbol, value.change);
    }
    return turned ? negate(value.symbol) : value.symbol;
}

// A sum is compared with so many named ones before it.
constexpr std::size_t most_compared = 16;

/// A sum that holds all terms of one that has a name, by that name: the DAG keeps x + u + v flat,
/// where a residual network means (x + u) + v. Null if there is none.
Expr by_named_sum(Expr e, const std::vector<NamedValue>& values, const Substitution& replaced) {
    if (e.op() != Op::sum) return {};
    const std::vector<Term>& all = e.sum().terms;
    std::size_t compared = 0;
    for (auto value = values.rbegin(); value != values.rend(); ++value) {
        if (!value->symbol || value->node.op() != Op::sum) continue;
        if (++compared > most_compared) break;
        const std::vector<Term>& part = value->node.sum().terms;
        if (part.size() < 2 || part.size() >= all.size()) continue;
        // The part itself, or its negative: logsumexp(z) − z where z = W u + c.
        for (const Number sign : {Number(1), Number(-1)}) {
            auto in_part = [&](const Term& t) {
                return std::any_of(part.begin(), part.end(), [&](const Term& p) {
                    return p.expr == t.expr && p.coefficient * sign == t.coefficient;
                });
            };
            const auto shared = std::count_if(all.begin(), all.end(), in_part);
            if (static_cast<std::size_t>(shared) != part.size()) continue;
            std::vector<Term> terms{Term{sign, value->symbol}};
            for (const Term& t : all)
                if (!in_part(t)) terms.push_back(Term{t.coefficient, replaced.at(t.expr)});
            return sum(e.context(), std::move(terms), e.shape());
        }
    }
    return {};
}

}  // namespace

std::vector<NamedValue> name_values(Expr f, Expr x, FreeNames& names) {
    const Chooser chooser(f, x);
    const ExprSet& chosen = chooser.chosen();
    const std::vector<Expr> order = post_order(f);
    std::map<std::string_view, int> wanted;
    for (Expr e : order)
        if (chosen.contains(e)) ++wanted[preferred_letter(e)];
    std::vector<NamedValue> values;
    Substitution replaced;
    std::vector<Expr> children;
    for (Expr e : order) {
        children.clear();
        for (int k = 0; k < e.child_count(); ++k) children.push_back(replaced.at(e.child(k)));
        Expr body = rebuild(e, children);
        if (Expr shorter = by_named_sum(e, values, replaced)) body = shorter;
        if (!chosen.contains(e) && e != f) {
            replaced[e] = body;
            continue;
        }
        NamedValue value{e, {}, body, {}, nullptr};
        if (e != f) {
            std::string_view letter = preferred_letter(e);
            std::string name = wanted.at(letter) > 1 ? names.numbered(letter)
                                                     : names.next(letters_after(letter, e.rank()));
            replaced[e] = give_name(value, chooser.may_turn(e), chooser.changes(e), name, names);
        }
        values.push_back(value);
    }
    return values;
}

}  // namespace nabla::passes
