#include "passes/signs.hpp"

#include <algorithm>
#include <cmath>

#include "ir/build.hpp"
#include "ir/traverse.hpp"
#include "passes/expand.hpp"
#include "passes/simplify.hpp"

namespace nabla::passes {

using namespace ir;

namespace {

constexpr double inf = std::numeric_limits<double>::infinity();
constexpr double exact_limit = 9007199254740992.0;  // 2^53

bool is_whole(double x) { return std::abs(x) < exact_limit && x == std::floor(x); }

/// A bound that rounding may have moved is moved outwards; whole numbers are exact.
double down(double x) { return is_whole(x) || std::isinf(x) ? x : std::nextafter(x, -inf); }
double up(double x) { return is_whole(x) || std::isinf(x) ? x : std::nextafter(x, inf); }

/// Bounds count 0 · inf as 0: the infinite end is not reached.
double times(double a, double b) { return a == 0 || b == 0 ? 0 : a * b; }

Interval multiply(const Interval& a, const Interval& b) {
    const double ends[] = {times(a.low, b.low), times(a.low, b.high), times(a.high, b.low),
                           times(a.high, b.high)};
    return {down(*std::min_element(ends, ends + 4)), up(*std::max_element(ends, ends + 4))};
}

Interval intersect(const Interval& a, const Interval& b) {
    return {std::max(a.low, b.low), std::min(a.high, b.high)};
}

Interval from_facts(Facts facts) {
    Interval all;
    if (facts.has(Fact::nonnegative)) all.low = 0;
    if (facts.has(Fact::nonpositive)) all.high = 0;
    if (facts.has(Fact::simplex)) all = {0, 1};
    if (facts.has(Fact::orthogonal)) all = intersect(all, {-1, 1});
    return all;
}

/// base^exponent; pow is taken outwards by more than it may be wrong.
Interval power(const Interval& base, const Rational& exponent) {
    const double p = exponent.value();
    const auto at = [&](double x, bool low) {
        const double value = std::pow(x, p);
        if (std::isnan(value)) return low ? -inf : inf;
        const double slack = is_whole(value) && is_whole(x) ? 0 : 1e-14 * std::abs(value);
        return low ? value - slack : value + slack;
    };
    if (!exponent.is_integer()) {
        const double low = std::max(0.0, base.low);
        const double high = std::max(low, base.high);
        return p > 0 ? Interval{std::max(0.0, at(low, true)), at(high, false)}
                     : Interval{std::max(0.0, at(high, true)), low == 0 ? inf : at(low, false)};
    }
    const bool even = exponent.num % 2 == 0;
    const bool spans = base.low < 0 && base.high > 0;
    if (p > 0) {
        if (!even) return {at(base.low, true), at(base.high, false)};
        const double a = at(std::abs(base.low), true), b = at(std::abs(base.high), true);
        const double c = at(std::abs(base.low), false), d = at(std::abs(base.high), false);
        return {spans ? 0.0 : std::max(0.0, std::min(a, b)), std::max(c, d)};
    }
    if (spans) return {even ? 0.0 : -inf, inf};
    if (base.low >= 0)
        return {std::max(0.0, at(base.high, true)), base.low == 0 ? inf : at(base.low, false)};
    if (even)
        return {std::max(0.0, at(base.low, true)), base.high == 0 ? inf : at(base.high, false)};
    return {base.high == 0 ? -inf : at(base.high, true), std::min(0.0, at(base.low, false))};
}

Interval of_sum(Signs& signs, const SumData& data) {
    Interval total{0, 0};
    for (const Term& t : data.terms) {
        const double c = t.coefficient.value();
        const Interval part = multiply({c, c}, signs.range(t.expr));
        total = {down(total.low + part.low), up(total.high + part.high)};
    }
    return total;
}

Interval of_range(Range range) {
    switch (range) {
        case Range::any:
            return {};
        case Range::nonnegative:
        case Range::positive:
            return {0, inf};
        case Range::unit_interval:
            return {0, 1};
        case Range::sign_range:
            return {-1, 1};
    }
    return {};
}

Interval of_reduce(Signs& signs, const ReduceData& data) {
    const Interval inside = signs.range(data.arguments[0]);
    switch (data.kind) {
        case ReduceKind::max:
        case ReduceKind::min:
            return inside;
        case ReduceKind::logsumexp:
            return {inside.low, inf};
        case ReduceKind::prod:
            if (inside.low >= 0) return {0, inside.high <= 1 ? 1 : inf};
            return {};
        case ReduceKind::max_share:
        case ReduceKind::min_share:
            return {0, 1};
    }
    return {};
}

}  // namespace

Interval Signs::of_einsum(Expr e) {
    const EinsumData& data = e.einsum();
    Interval product{1, 1};
    std::vector<bool> carried(data.dims.size(), false);
    for (const Factor& f : data.factors) {
        Interval base = range(f.base);
        // Entries of the diagonal of a psd matrix.
        const bool diagonal = f.labels.size() == 2 && f.labels[0] == f.labels[1];
        if (diagonal && f.base.has(Fact::psd)) base.low = std::max(base.low, 0.0);
        product = multiply(product, power(base, f.exponent));
        for (LabelId l : f.labels) carried[l] = true;
    }
    for (LabelId l = 0; l < data.dims.size(); ++l) {
        const bool output =
            std::find(data.output.begin(), data.output.end(), l) != data.output.end();
        if (output || !carried[l]) continue;
        const auto size = data.dims[l].constant();
        const double count = size ? static_cast<double>(*size) : inf;
        product = multiply(product, {size ? count : 1, count});
    }
    return product;
}

Interval Signs::of_map(Expr e) {
    const MapData& data = e.map();
    const Function& row = function(data.function);
    Interval result = of_range(row.range);
    const Interval first = range(data.arguments[0]);
    if (data.function == Fn::cosh) result.low = 1;
    if (data.function == Fn::max || data.function == Fn::min) {
        const Interval second = range(data.arguments[1]);
        const bool max = data.function == Fn::max;
        return max ? Interval{std::max(first.low, second.low), std::max(first.high, second.high)}
                   : Interval{std::min(first.low, second.low), std::min(first.high, second.high)};
    }
    if (data.arguments.size() != 1 || row.trend != Trend::increasing) return result;
    const auto at = [&](double x, double otherwise) {
        const double value = row.reference(&x);
        return std::isfinite(value) ? value : otherwise;
    };
    const double low = std::isinf(first.low) ? -inf : at(first.low, -inf);
    const double high = std::isinf(first.high) ? inf : at(first.high, inf);
    const auto slack = [](double x) {
        return std::isinf(x) || x == 0 || x == 1 ? 0 : 1e-13 * std::abs(x);
    };
    return intersect(result, {low - slack(low), high + slack(high)});
}

Interval Signs::compute(Expr e) {
    const Interval facts = from_facts(e.facts());
    switch (e.op()) {
        case Op::constant:
            return {e.number().value(), e.number().value()};
        case Op::dim_value:
        case Op::iota:
            return {1, inf};
        case Op::pi:
            return {3, 4};
        case Op::symbol:
            if (const auto it = bounds_.find(e); it != bounds_.end())
                return intersect(facts, it->second);
            return facts;
        case Op::identity:
        case Op::selection:
        case Op::trimask:
            return {0, 1};
        case Op::sum:
            return intersect(facts, passes::of_sum(*this, e.sum()));
        case Op::einsum:
            return intersect(facts, of_einsum(e));
        case Op::map:
            if (match_softmax(e)) return {0, 1};
            return intersect(facts, of_map(e));
        case Op::reduce:
            return intersect(facts, of_reduce(*this, e.reduce()));
        case Op::reshape:
            return range(e.child(0));
        case Op::eigenvector:
            return {-1, 1};
        case Op::inverse:
        case Op::det:
        case Op::adjugate:
        case Op::derivative:
        case Op::chol:
        case Op::eigenvalue:
        case Op::shifted_pinv:
        case Op::expm:
            return facts;
    }
    return facts;
}

Interval Signs::range(Expr e) {
    if (const auto it = known_.find(e); it != known_.end()) return it->second;
    // Children first, so that the calls above never go deep.
    for (Expr node : post_order(e)) {
        if (known_.contains(node)) continue;
        known_.emplace(node, compute(node));
    }
    return known_.at(e);
}

bool Signs::nonnegative(Expr e) { return range(e).low >= 0; }
bool Signs::nonpositive(Expr e) { return range(e).high <= 0; }
bool Signs::positive(Expr e) { return e.has(Fact::positive) || range(e).low > 0; }

namespace {

using Exponents = std::unordered_map<Expr, Rational, ExprHash>;

/// Bases of a term that divide it entry by entry: scalars, and arrays of its own shape.
Exponents divisors(Expr term) {
    Exponents all;
    if (term.op() != Op::einsum) {
        all[term] = Rational(1);
        return all;
    }
    for (const Factor& f : term.einsum().factors)
        if (f.labels.empty() || f.labels == term.einsum().output) all[f.base] = f.exponent;
    return all;
}

/// The sum divided by the lowest power of every positive base that its terms share.
Expr divide_out(Expr e, Signs& signs) {
    if (e.op() != Op::sum || e.sum().terms.empty()) return e;
    std::vector<Exponents> terms;
    for (const Term& t : e.sum().terms) terms.push_back(divisors(t.expr));
    std::vector<std::pair<Expr, Rational>> shared;
    for (const Exponents& term : terms) {
        for (const auto& [base, unused] : term) {
            const auto same = [&](const auto& pair) { return pair.first == base; };
            if (std::any_of(shared.begin(), shared.end(), same) || !signs.positive(base)) continue;
            Rational least = terms.front().contains(base) ? terms.front().at(base) : Rational(0);
            for (const Exponents& other : terms) {
                const auto it = other.find(base);
                const Rational exponent = it == other.end() ? Rational(0) : it->second;
                if (less(exponent, least)) least = exponent;
            }
            if (least.num != 0) shared.emplace_back(base, least);
        }
    }
    if (shared.empty()) return e;
    std::vector<Term> divided;
    for (const Term& t : e.sum().terms) {
        Expr part = t.expr;
        for (const auto& [base, exponent] : shared) {
            Rational opposite = exponent;
            opposite.num = -opposite.num;
            part = multiply(part, power(base, opposite));
        }
        divided.push_back(Term{t.coefficient, part});
    }
    return sum(e.context(), std::move(divided), e.shape());
}

}  // namespace

bool Signs::prove_nonnegative(Expr e) {
    e = simplify_finally(cancel_exponentials(e));
    for (int round = 0; round < 4; ++round) {
        if (is_zero(e) || nonnegative(e)) return true;
        const Expr next = simplify_finally(
            cancel_exponentials(expand(divide_out(e, *this), [](Expr) { return true; })));
        if (next == e) break;
        e = next;
    }
    return is_zero(e) || nonnegative(e) || is_quadratic_form(e);
}

}  // namespace nabla::passes
