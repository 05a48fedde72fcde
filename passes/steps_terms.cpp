// The differential of one body, term by term and rule by rule. A term is a form that is linear in a
// "hole", a symbol in the place of one operand, so that the form is shown as the whole was:
// x^T A x gives dx^T A x + x^T A dx, though as nodes of the DAG both could be one.
#include <algorithm>

#include "ir/build.hpp"
#include "ir/traverse.hpp"
#include "passes/local_rules.hpp"
#include "passes/steps_board.hpp"

namespace nabla::passes {

using namespace ir;

Differential::Differential(NotationBuilder& builder, const Changes& changes,
                           const NamedValue& value)
    : builder_(builder), changes_(changes), value_(value) {}

std::vector<ChangeTerm> Differential::terms() { return of(value_.body); }

bool Differential::active(Expr e) {
    auto found = active_.find(e);
    if (found != active_.end()) return found->second;
    for (Expr node : post_order(e)) {
        bool depends = changes_.contains(node);
        for (int k = 0; k < node.child_count() && !depends; ++k)
            depends = active_.at(node.child(k));
        active_[node] = depends;
    }
    return active_.at(e);
}

void Differential::add_rule(const std::string& name, Expr piece) {
    for (const StepRule& rule : rules_)
        if (rule.name == name && same(rule.piece, builder_.notation(piece))) return;
    rules_.push_back(StepRule{name, builder_.notation(piece), nullptr, nullptr});
}

/// Sorts behind all names: c^T dx, not dx^T c.
Differential::Hole Differential::hole_for(Expr base) {
    return {change_symbol(base, "~_" + std::to_string(++holes_)), base};
}

void Differential::fill(Terms& result, Expr form, const Hole& moving, const Terms& inner,
                        const std::vector<Hole>& others) {
    if (value_.symbol) form = substitute(form, {{value_.body, value_.symbol}});
    Substitution bases;
    NameMap names;
    for (const Hole& hole : others) {
        bases[hole.symbol] = hole.base;
        names[hole.symbol.symbol().name] = builder_.notation(hole.base);
    }
    bool negative = false;
    NotationPtr shown = assemble_magnitude(builder_.monomial(form), negative);
    if (form.is_scalar() && moving.symbol.is_scalar()) {
        // c dt, but dt/c.
        Expr one = constant(form.context(), 1);
        bool ignored = false;
        NotationPtr factor = assemble_magnitude(
            builder_.monomial(substitute(form, {{moving.symbol, one}})), ignored);
        const bool whole = factor->kind == NotationKind::number && factor->number.is_one();
        if (!whole && factor->kind != NotationKind::quotient)
            shown = tidy_product({factor, builder_.notation(moving.symbol)});
    }
    // Bound indices of a tensor could catch those of what is put in.
    const bool closed = !has_index_tensor(shown);
    for (const ChangeTerm& t : inner) {
        bases[moving.symbol] = t.expr;
        names[moving.symbol.symbol().name] = t.shown;
        ChangeTerm term{negative != t.negative, nullptr, substitute(form, bases), t.change};
        if (closed && !has_index_tensor(t.shown))
            term.shown = replace_names(shown, names);
        else
            term.shown = assemble_magnitude(builder_.monomial(term.expr), term.negative);
        result.push_back(std::move(term));
    }
}

Differential::Terms Differential::of(Expr e) {
    if (auto found = changes_.find(e); found != changes_.end()) {
        const Change& change = found->second;
        return {ChangeTerm{false, change.shown, change.symbol, change.symbol}};
    }
    if (!active(e)) return {};
    if (auto match = match_softmax(e); match && active(match->argument))
        return of_softmax(e, *match);
    if (e.op() == Op::sum) return of_sum(e);
    if (e.op() == Op::einsum) return of_einsum(e);
    if (e.op() == Op::map && !match_log_det(e)) return of_map(e);
    return of_function(e);
}

Differential::Terms Differential::of_sum(Expr e) {
    Terms result;
    int moving = 0;
    for (const Term& t : e.sum().terms) {
        if (!active(t.expr)) continue;
        ++moving;
        for (ChangeTerm& term : of(t.expr)) {
            const bool negative = term.negative;
            Number magnitude = t.coefficient.is_negative() ? -t.coefficient : t.coefficient;
            if (!magnitude.is_one()) {
                term.shown = tidy_product({number_notation(magnitude), term.shown});
            }
            term.expr = scale(t.coefficient, term.expr);
            term.negative = negative != t.coefficient.is_negative();
            result.push_back(std::move(term));
        }
    }
    if (moving > 1) rules_.insert(rules_.begin(), StepRule{"sum rule", nullptr, nullptr, nullptr});
    return result;
}

void Differential::einsum_rule(Expr e, const std::vector<std::size_t>& moving) {
    const std::vector<Factor>& factors = e.einsum().factors;
    if (moving.size() == 1) {
        const Factor& f = factors[moving[0]];
        if (is_norm_base(f)) return add_rule("norm", e);
        if (f.exponent == Rational(1))
            return changes_.contains(f.base) ? add_rule("linear", e) : void();
        bool below = f.exponent.num < 0;
        return add_rule(below && f.exponent == Rational(-1) ? "reciprocal" : "power rule", e);
    }
    bool below = std::any_of(moving.begin(), moving.end(),
                             [&](std::size_t k) { return factors[k].exponent.num < 0; });
    add_rule(below ? "quotient rule" : "product rule", e);
}

Differential::Terms Differential::of_einsum(Expr e) {
    const EinsumData& data = e.einsum();
    std::vector<std::size_t> moving;
    std::vector<Hole> holes;
    EinsumData form = data;
    for (std::size_t k = 0; k < data.factors.size(); ++k) {
        if (!active(data.factors[k].base)) continue;
        moving.push_back(k);
        holes.push_back(hole_for(data.factors[k].base));
        if (data.factors[k].exponent == Rational(1)) form.factors[k].base = holes.back().symbol;
    }
    einsum_rule(e, moving);
    Terms result;
    for (std::size_t n = 0; n < moving.size(); ++n) {
        const Factor& f = data.factors[moving[n]];
        std::vector<Hole> others = holes;
        others.erase(others.begin() + static_cast<std::ptrdiff_t>(n));
        EinsumData one = form;
        Factor& place = one.factors[moving[n]];
        if (is_norm_base(f)) {
            // d||r|| = r^T dr / ||r||, without a 2 above and below.
            EinsumData inside = f.base.einsum();
            Expr r = inside.factors[0].base;
            Hole hole = hole_for(r);
            inside.factors[0].exponent = 1;
            inside.factors.push_back(Factor{hole.symbol, 1, inside.factors[0].labels});
            place = Factor{scale(2, power_derivative(f.base, f.exponent)), 1, {}};
            one.factors.push_back(Factor{einsum(e.context(), std::move(inside)), 1, {}});
            fill(result, einsum(e.context(), std::move(one)), hole, of(r), others);
            continue;
        }
        if (f.exponent != Rational(1)) {
            place = Factor{power_derivative(f.base, f.exponent), 1, f.labels};
            one.factors.push_back(Factor{holes[n].symbol, 1, f.labels});
        }
        Terms inner = of(f.base);
        fill(result, einsum(e.context(), std::move(one)), holes[n], inner, others);
    }
    // As the whole is read: dx^T A x before x^T A dx.
    auto place = [&](const ChangeTerm& t) {
        const std::vector<std::string> symbols = reading_of(t.shown).symbols;
        return std::find(symbols.begin(), symbols.end(), t.change.symbol().name) - symbols.begin();
    };
    std::stable_sort(result.begin(), result.end(),
                     [&](const ChangeTerm& a, const ChangeTerm& b) { return place(a) < place(b); });
    return result;
}

/// exp'(u) = exp(u), with the derivative at a plain scalar.
void Differential::map_rule(Expr e, std::size_t argument) {
    const Function& row = function(e.map().function);
    const bool norm = row.id == Fn::rnorm;
    add_rule(norm ? "norm" : "chain rule", e);
    if (norm || row.arity != 1 || rules_.back().law_left) return;
    Expr u = e.context().symbol("u", {});
    std::vector<Expr> at(e.map().arguments.size(), u);
    rules_.back().law_left = call_notation(std::string(row.name) + "'", {builder_.notation(u)}, 0);
    rules_.back().law_right = builder_.notation(row.partial[argument](at));
}

Differential::Terms Differential::of_map(Expr e) {
    const MapData& data = e.map();
    const Function& row = function(data.function);
    Terms result;
    for (std::size_t k = 0; k < data.arguments.size(); ++k) {
        Expr argument = data.arguments[k];
        if (row.partial[k] == nullptr || !active(argument)) continue;
        map_rule(e, k);
        Terms inner = of(argument);
        Expr local = row.partial[k](data.arguments);
        Hole hole = hole_for(argument);
        EinsumData form{{}, {}, e.shape()};
        for (LabelId l = 0; l < e.rank(); ++l) form.output.push_back(l);
        form.factors = {Factor{local, 1, local.is_scalar() ? Labels{} : form.output},
                        Factor{hole.symbol, 1, argument.is_scalar() ? Labels{} : form.output}};
        fill(result, einsum(e.context(), std::move(form)), hole, inner);
    }
    return result;
}

/// d softmax(z) = p .* dz − p (p^T dz), along each group of entries that sums to one.
Differential::Terms Differential::of_softmax(Expr e, const SoftmaxMatch& match) {
    add_rule("softmax", e);
    Terms inner = of(match.argument);
    Hole hole = hole_for(match.argument);
    EinsumData entry{{}, {}, e.shape()};
    for (LabelId l = 0; l < e.rank(); ++l) entry.output.push_back(l);
    entry.factors = {Factor{e, 1, entry.output}, Factor{hole.symbol, 1, entry.output}};
    EinsumData mean = entry;
    Labels other = entry.output;
    for (std::uint8_t axis : match.axes) {
        other[axis] = static_cast<LabelId>(mean.dims.size());
        mean.dims.push_back(e.shape()[axis]);
    }
    mean.factors[1].labels = other;
    mean.factors.push_back(Factor{e, 1, other});
    Terms result;
    fill(result, einsum(e.context(), std::move(entry)), hole, inner);
    fill(result, negate(einsum(e.context(), std::move(mean))), hole, inner);
    return result;
}

namespace {

const char* reduce_rule(ReduceKind kind) {
    switch (kind) {
        case ReduceKind::logsumexp:
            return "log-sum-exp: its gradient is softmax";
        case ReduceKind::max:
        case ReduceKind::min:
            return "the extreme entries share the change";
        case ReduceKind::prod:
            return "product of entries: each times the product of the others";
        case ReduceKind::max_share:
        case ReduceKind::min_share:
            return "piecewise constant";
    }
    return "";
}

std::string rule_name(Expr e) {
    switch (e.op()) {
        case Op::inverse:
            return "inverse: d(X^-1) = -X^-1 dX X^-1";
        case Op::det:
            return "Jacobi's formula";
        case Op::adjugate:
            return "adjugate: det(X) X^-1, product rule";
        case Op::reduce:
            return reduce_rule(e.reduce().kind);
        case Op::chol:
            return "Cholesky factor: d(L) = L Phi(L^-1 d(S) L^-T)";
        case Op::eigenvalue:
            return "simple eigenvalue: v^T dS v";
        case Op::eigenvector:
            return "eigenvector of a simple eigenvalue";
        case Op::shifted_pinv:
            return "pseudo-inverse of constant rank";
        case Op::expm:
            return "derivative of the matrix exponential in a direction";
        case Op::reshape:
            return "the same entries under another shape";
        case Op::map:
            return "Jacobi's formula: d log det X = tr(X^-1 dX)";
        case Op::constant:
        case Op::pi:
        case Op::dim_value:
        case Op::symbol:
        case Op::identity:
        case Op::sum:
        case Op::einsum:
        case Op::derivative:
        case Op::selection:
        case Op::iota:
        case Op::trimask:
            return "chain rule";
    }
    return "chain rule";
}

}  // namespace

void Differential::function_rule(Expr e) { add_rule(rule_name(e), e); }

/// Functions of matrices and of whole groups of entries: their tangent along each operand.
Differential::Terms Differential::of_function(Expr e) {
    Terms result;
    if (auto matrix = match_log_det(e)) {
        function_rule(e);
        Terms inner = of(*matrix);
        Hole hole = hole_for(*matrix);
        fill(result, trace(matmul(inverse(*matrix), hole.symbol)), hole, inner);
        return result;
    }
    std::vector<Expr> tangents(static_cast<std::size_t>(e.child_count()));
    for (std::size_t k = 0; k < tangents.size(); ++k) {
        Expr child = e.child(static_cast<int>(k));
        if (!active(child)) continue;
        Hole hole = hole_for(child);
        tangents[k] = hole.symbol;
        Expr form = propagate_tangent(e, tangents, {});
        tangents[k] = {};
        if (!form) continue;
        function_rule(e);
        fill(result, form, hole, of(child));
    }
    return result;
}

}  // namespace nabla::passes
