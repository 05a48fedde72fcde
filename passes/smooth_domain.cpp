#include "passes/smooth_domain.hpp"

#include <algorithm>
#include <cmath>

#include "ir/build.hpp"
#include "ir/context.hpp"
#include "ir/traverse.hpp"

namespace nabla::passes {

using namespace ir;

namespace {

/// Functions without kinks or poles inside the domain of their row.
bool is_smooth(Fn f) {
    switch (f) {
        case Fn::exp:
        case Fn::expm1:
        case Fn::log:
        case Fn::log1p:
        case Fn::sin:
        case Fn::cos:
        case Fn::asin:
        case Fn::acos:
        case Fn::atan:
        case Fn::sinh:
        case Fn::cosh:
        case Fn::tanh:
        case Fn::asinh:
        case Fn::acosh:
        case Fn::atanh:
        case Fn::sigmoid:
        case Fn::softplus:
        case Fn::silu:
        case Fn::gelu:
        case Fn::erf:
        case Fn::erfc:
        case Fn::pow:
        case Fn::lgamma:
        case Fn::digamma:
            return true;
        case Fn::cbrt:
        case Fn::abs:
        case Fn::sign:
        case Fn::step:
        case Fn::tan:
        case Fn::relu:
        case Fn::max:
        case Fn::min:
        case Fn::max_weight:
        case Fn::rnorm:
        case Fn::greater:
        case Fn::not_greater:
        case Fn::greater_equal:
        case Fn::not_greater_equal:
        case Fn::equal:
        case Fn::not_equal:
        case Fn::where:
        case Fn::polygamma:
        case Fn::strong_zero:
            return false;
    }
    return false;
}

bool is_continuous(Fn f) {
    return is_smooth(f) || f == Fn::abs || f == Fn::relu || f == Fn::max || f == Fn::min ||
           f == Fn::cbrt;
}

class Check {
public:
    Check(Curvatures& all, Kinks kinks) : all_(all), kinks_(kinks) {}

    bool node(Expr e) {
        if (!all_.depends(e)) return true;
        switch (e.op()) {
            case Op::symbol:
            case Op::sum:
            case Op::reshape:
            case Op::det:
            case Op::adjugate:
                return true;
            case Op::einsum:
                return std::all_of(e.einsum().factors.begin(), e.einsum().factors.end(),
                                   [&](const Factor& f) { return factor(f); });
            case Op::map:
                return map(e.map());
            case Op::reduce:
                return reduce(e.reduce().kind);
            case Op::inverse:
                return e.child(0).has(Fact::pd);
            case Op::constant:
            case Op::pi:
            case Op::dim_value:
            case Op::identity:
            case Op::selection:
            case Op::iota:
            case Op::trimask:
                return true;
            case Op::derivative:
            case Op::chol:
            case Op::eigenvalue:
            case Op::eigenvector:
            case Op::shifted_pinv:
            case Op::expm:
                return false;
        }
        return false;
    }

    std::vector<DomainCondition> conditions;

private:
    bool positive(Expr e) { return all_.signs().positive(e); }
    bool negative(Expr e) { return e.has(Fact::negative) || all_.signs().range(e).high < 0; }

    bool reduce(ReduceKind kind) const {
        const bool extremum = kind == ReduceKind::max || kind == ReduceKind::min;
        return kind == ReduceKind::logsumexp || kind == ReduceKind::prod ||
               (extremum && kinks_ == Kinks::allowed);
    }

    bool factor(const Factor& f) {
        if (!all_.depends(f.base) || positive(f.base)) return true;
        if (f.exponent.is_integer()) return f.exponent.num > 0 || negative(f.base);
        const bool root = f.exponent.num > 0 && all_.signs().nonnegative(f.base);
        return (root && kinks_ == Kinks::allowed) || above(f.base, 0);
    }

    /// `e > bound` is a convex set.
    bool above(Expr e, double bound) {
        if (all_.signs().range(e).low > bound) return true;
        if (!is_concave(all_.curve(e))) return false;
        conditions.push_back({e, bound, true});
        return true;
    }

    bool below(Expr e, double bound) {
        if (all_.signs().range(e).high < bound) return true;
        if (!is_convex(all_.curve(e))) return false;
        conditions.push_back({e, bound, true, true});
        return true;
    }

    bool map(const MapData& data) {
        const Function& row = function(data.function);
        const bool allowed =
            kinks_ == Kinks::allowed ? is_continuous(data.function) : is_smooth(data.function);
        if (!allowed) return false;
        const Expr first = data.arguments[0];
        if (data.function == Fn::pow || data.function == Fn::lgamma || data.function == Fn::digamma)
            return positive(first);
        if (row.domain.low == 0 && positive(first)) return true;
        return (!std::isfinite(row.domain.low) || above(first, row.domain.low)) &&
               (!std::isfinite(row.domain.high) || below(first, row.domain.high));
    }

    Curvatures& all_;
    Kinks kinks_;
};

/// A symbol, or a multiple of one, that `e` is.
struct Multiple {
    Expr symbol;
    bool minus = false;
};

Multiple as_multiple(Expr e) {
    if (e.op() == Op::symbol) return {e, false};
    if (e.op() == Op::sum && e.sum().terms.size() == 1 && e.sum().terms[0].expr.op() == Op::symbol)
        return {e.sum().terms[0].expr, e.sum().terms[0].coefficient.is_negative()};
    // 1/x, x^3: of the sign of x.
    if (e.op() == Op::einsum && e.einsum().factors.size() == 1) {
        const Factor& f = e.einsum().factors[0];
        const bool odd = f.exponent.is_integer() && f.exponent.num % 2 != 0;
        if (odd && f.base.op() == Op::symbol && f.labels == e.einsum().output)
            return {f.base, false};
    }
    return {};
}

}  // namespace

std::optional<std::vector<DomainCondition>> smooth_domain(Curvatures& all, Expr e, Kinks kinks) {
    Check check(all, kinks);
    for (Expr node : post_order(e))
        if (!check.node(node)) return std::nullopt;
    std::vector<DomainCondition> conditions;
    add_domain(conditions, check.conditions);
    return conditions;
}

Forced forced_signs(Expr e, const std::vector<Expr>& symbols) {
    Forced forced;
    const auto force = [&](Expr argument) {
        const Multiple found = as_multiple(argument);
        if (!found.symbol ||
            std::find(symbols.begin(), symbols.end(), found.symbol) == symbols.end())
            return;
        auto& list = found.minus ? forced.negative : forced.positive;
        if (std::find(list.begin(), list.end(), found.symbol) == list.end())
            list.push_back(found.symbol);
    };
    for (Expr node : post_order(e)) {
        if (node.op() == Op::map) {
            const Fn f = node.map().function;
            if (function(f).selects || f == Fn::where || f == Fn::max || f == Fn::min) return {};
            if (f == Fn::log) force(node.child(0));
        }
        if (node.op() != Op::einsum) continue;
        for (const Factor& f : node.einsum().factors)
            if (!f.exponent.is_integer()) force(f.base);
    }
    // Both would leave no point at all.
    for (Expr s : forced.positive)
        if (std::find(forced.negative.begin(), forced.negative.end(), s) != forced.negative.end())
            return {};
    return forced;
}

Facts convex_facts(Facts facts) {
    Facts kept;
    for (const Fact f :
         {Fact::symmetric, Fact::antisymmetric, Fact::diagonal, Fact::lower, Fact::upper, Fact::psd,
          Fact::pd, Fact::nonnegative, Fact::positive, Fact::nonpositive, Fact::negative})
        if (facts.has(f)) kept.add(f);
    return kept;
}

Expr with_facts(Expr symbol, Facts facts) {
    const SymbolData& data = symbol.symbol();
    return symbol.context().symbol(data.name, symbol.shape(), facts, data.is_variable, data.id);
}

}  // namespace nabla::passes
