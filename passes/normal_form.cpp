#include "passes/normal_form.hpp"

#include <algorithm>

#include "ir/build.hpp"
#include "ir/einsum.hpp"
#include "ir/traverse.hpp"
#include "nabla/error.hpp"
#include "passes/normal_parts.hpp"

namespace nabla::passes {

using namespace ir;

namespace {

/// Rewritten functions bring new ones with them, nested inside one another.
constexpr int deepest = 60;

}  // namespace

Expr NormalForm::operator()(Expr e) {
    if (++depth_ > deepest) throw NoNormalForm{};
    std::vector<Expr> stack{e};
    while (!stack.empty()) {
        const Expr top = stack.back();
        if (known_.contains(top)) {
            stack.pop_back();
            continue;
        }
        bool ready = true;
        for (int i = 0; i < top.child_count(); ++i) {
            if (known_.contains(top.child(i))) continue;
            stack.push_back(top.child(i));
            ready = false;
        }
        if (!ready) continue;
        stack.pop_back();
        const Expr result = visit(top);
        known_.emplace(top, result);
        known_.emplace(result, result);
    }
    --depth_;
    return known_.at(e);
}

namespace {

/// A branch that is not taken may be undefined where the whole is not.
bool selects(Expr e) { return e.op() == Op::map && ir::function(e.map().function).selects; }

/// What must be positive for f(x) to be defined, in the form that f is written out in.
std::vector<Expr> arguments_of_logarithms(Fn f, Expr x) {
    const Expr one = constant(x.context(), 1);
    const auto with_root = [&](Expr c) {
        return add(x, power(add(power(x, Rational(2)), c), Rational(1, 2)));
    };
    if (f == Fn::log) return {x};
    if (f == Fn::log1p) return {add(x, one)};
    if (f == Fn::atanh) return {add(x, one), subtract(one, x)};
    if (f == Fn::asinh) return {with_root(one)};
    if (f == Fn::acosh) return {with_root(negate(one))};
    return {};
}

}  // namespace

Expr NormalForm::of_claim(Expr e) {
    const std::vector<Expr> nodes = post_order(e);
    const bool branches = std::any_of(nodes.begin(), nodes.end(), [](Expr node) {
        return selects(node) || is_function(node, Fn::where) || is_function(node, Fn::strong_zero);
    });
    for (const Expr node : nodes) {
        if (node.op() != Op::map) continue;
        const Fn f = node.map().function;
        if (f == Fn::sin || f == Fn::cos || f == Fn::tan) note_angles((*this)(node.child(0)));
        if (branches) continue;
        for (const Expr argument : arguments_of_logarithms(f, node.child(0)))
            positive_.push_back((*this)(argument));
    }
    return (*this)(e);
}

void NormalForm::assume_invertible(Expr e) {
    if (e.op() == Op::constant || e.op() == Op::dim_value || e.op() == Op::pi) return;
    if (e.has(Fact::invertible) || e.facts().nonzero()) return;
    if (std::find(inverted_.begin(), inverted_.end(), e) == inverted_.end()) inverted_.push_back(e);
}

bool NormalForm::hides(Expr symbol, Expr other) const {
    auto found = hidden_.find(symbol);
    if (found == hidden_.end()) return false;
    if (depends_on(found->second, other)) return true;
    for (Expr inner : symbols_of(std::vector<Expr>{found->second}))
        if (hides(inner, other)) return true;
    return false;
}

Expr NormalForm::shown(Expr e) const {
    Substitution written;
    for (const auto& [symbol, matrix] : hidden_) written.emplace(symbol, det(matrix));
    for (const auto& [matrix, vector] : diagonals_) written.emplace(vector, diagonal(matrix));
    for (std::size_t round = 0; round <= written.size(); ++round) {
        const Expr next = ir::substitute(e, written);
        if (next == e) break;
        e = next;
    }
    return e;
}

Expr NormalForm::open_diagonals(Expr e) {
    Substitution opened;
    for (const Expr symbol : symbols_of(std::vector<Expr>{e})) {
        const Facts facts = symbol.facts();
        if (!facts.has(Fact::diagonal) || facts.has(Fact::orthogonal)) continue;
        Facts entries;
        if (facts.has(Fact::pd)) entries.add(Fact::positive);
        if (facts.has(Fact::psd)) entries.add(Fact::nonnegative);
        auto [at, fresh] = diagonals_.emplace(symbol, Expr());
        if (fresh) at->second = context_.fresh_symbol("d", {symbol.shape()[0]}, entries);
        opened.emplace(symbol, diagonal(at->second));
    }
    return opened.empty() ? e : ir::substitute(e, opened);
}

Expr NormalForm::visit(Expr e) {
    context_.spend(4);
    switch (e.op()) {
        case Op::constant:
            if (!e.number().is_exact()) throw NoNormalForm{};
            return e;
        case Op::pi:
        case Op::dim_value:
        case Op::symbol:
        case Op::identity:
        case Op::selection:
        case Op::iota:
        case Op::trimask:
            return e;
        case Op::sum:
            return add_up(e.sum().terms, e.shape());
        case Op::einsum:
            return multiply_out(e);
        case Op::map:
            return function(e);
        case Op::reduce:
            return reduce(e);
        case Op::inverse:
            return inverse_of((*this)(e.child(0)));
        case Op::det:
            return det_of((*this)(e.child(0)));
        case Op::adjugate: {
            const Expr matrix = (*this)(e.child(0));
            return (*this)(multiply(det_of(matrix), inverse_of(matrix)));
        }
        case Op::reshape: {
            // Terms by themselves: what is under a Reshape may have become a sum.
            const Expr inner = ir::reshape((*this)(e.child(0)), e.shape());
            return inner == e || inner.op() == Op::reshape ? inner : (*this)(inner);
        }
        case Op::chol:
        case Op::eigenvalue:
        case Op::eigenvector:
        case Op::shifted_pinv:
        case Op::expm: {
            case Op::sylvester:
                std::vector<Expr> children;
                for (int i = 0; i < e.child_count(); ++i) children.push_back((*this)(e.child(i)));
                return rebuild(e, children);
        }
        case Op::derivative:
            break;
    }
    throw InternalError("normal form: a derivative that was not carried out");
}

Expr NormalForm::add_up(const std::vector<Term>& terms, const Shape& shape) {
    std::vector<Term> all;
    for (const Term& t : terms) all.push_back(Term{t.coefficient, (*this)(t.expr)});
    const auto exact = exact_sum(context_, all, shape);
    if (!exact) throw NoNormalForm{};
    const Expr result = *exact;
    if (result.op() == Op::sum && result.sum().terms.size() > most_terms_) throw NoNormalForm{};
    return result;
}

Expr NormalForm::multiply_out(Expr product) {
    std::vector<Term> work{Term{1, product}};
    std::unordered_map<Expr, Number, ExprHash> done;
    auto add = [&](const Number& c, Expr e) {
        auto [at, fresh] = done.emplace(e, c);
        if (!fresh) at->second = at->second + c;
        if (!c.is_exact() || !at->second.is_exact()) throw NoNormalForm{};
    };
    while (!work.empty()) {
        const auto [c, e] = work.back();
        work.pop_back();
        if (!c.is_exact()) throw NoNormalForm{};
        if (e.op() == Op::sum) {
            for (const Term& t : e.sum().terms) work.push_back(Term{c * t.coefficient, t.expr});
        } else if (auto found = known_.find(e); found != known_.end()) {
            for (const Term& t : as_terms(found->second)) {
                if (t.expr.op() == Op::sum) throw InternalError("normal form: a nested sum");
                add(c * t.coefficient, t.expr);
            }
        } else if (e.op() != Op::einsum) {
            work.push_back(Term{c, (*this)(e)});
        } else if (const Expr next = step(e)) {
            work.push_back(Term{c, next});
        } else {
            known_.emplace(e, e);
            add(c, e);
        }
        context_.spend(16);
        if (work.size() + done.size() > most_terms_) throw NoNormalForm{};
    }
    std::vector<Term> terms;
    for (const auto& [e, c] : done) terms.push_back(Term{c, e});
    const auto result = exact_sum(context_, terms, product.shape());
    if (!result) throw NoNormalForm{};
    return *result;
}

Expr NormalForm::reduce(Expr e) {
    const ReduceData& data = e.reduce();
    const Expr x = (*this)(e.child(0));
    if (data.kind == ReduceKind::logsumexp)
        return (*this)(map(Fn::log, sum_axes(map(Fn::exp, e.child(0)), data.axes)));
    if (data.kind == ReduceKind::prod && x.op() == Op::einsum && x.rank() == data.axes.size()) {
        // A product of all entries of a .* b is one of a times one of b.
        const EinsumData product = x.einsum();
        const bool entrywise = product.dims.size() == product.output.size();
        if (entrywise && product.factors.size() > 1) {
            Expr result = constant(context_, 1);
            for (const Factor& f : product.factors) {
                EinsumData part{{f}, product.output, product.dims};
                const Expr entries = einsum(context_, std::move(part));
                result = multiply(result, ir::reduce(data.kind, entries, data.axes));
            }
            return (*this)(result);
        }
    }
    return ir::reduce(data.kind, x, data.axes);
}

}  // namespace nabla::passes
