#include "passes/expand.hpp"

#include <optional>
#include <vector>

#include "ir/build.hpp"
#include "ir/traverse.hpp"

namespace nabla::passes {

using namespace ir;

namespace {

constexpr std::size_t most_terms = 300;
constexpr std::int64_t largest_power = 6;

using Terms = std::vector<Term>;
using Wanted = std::function<bool(Expr)>;

class Expansion {
public:
    Expansion(Context& context, const Wanted& wanted) : context_(context), wanted_(wanted) {}

    /// Appends the terms of c · e; false if there are too many.
    bool add(const Number& c, Expr e, Terms& terms) {
        if (++steps_ > 20 * most_terms || terms.size() > most_terms) return false;
        if (e.op() == Op::sum) {
            for (const Term& t : e.sum().terms)
                if (!add(c * t.coefficient, t.expr, terms)) return false;
            return true;
        }
        const auto at = next_factor(e);
        if (!at) {
            terms.push_back(Term{c, e});
            return true;
        }
        EinsumData data = e.einsum();
        const Factor factor = data.factors[*at];
        Terms parts;
        if (!add(Number(1), factor.base, parts)) return false;
        // One power at a time: (a + b)^2 is a (a + b) + b (a + b).
        data.factors[*at].exponent = *ir::add(factor.exponent, Rational(-1));
        data.factors.push_back(Factor{factor.base, 1, factor.labels});
        for (const Term& part : parts) {
            EinsumData one = data;
            one.factors.back().base = part.expr;
            if (one.factors[*at].exponent.num == 0)
                one.factors.erase(one.factors.begin() + static_cast<long>(*at));
            if (!add(c * part.coefficient, einsum(context_, std::move(one)), terms)) return false;
        }
        return true;
    }

private:
    bool expands(Expr base) const {
        if (!wanted_(base)) return false;
        return base.op() == Op::sum || (base.op() == Op::einsum && next_factor(base).has_value());
    }

    std::optional<std::size_t> next_factor(Expr e) const {
        if (e.op() != Op::einsum) return std::nullopt;
        const auto& factors = e.einsum().factors;
        for (std::size_t k = 0; k < factors.size(); ++k) {
            const Rational& p = factors[k].exponent;
            const bool counts = p.is_integer() && p.num >= 1 && p.num <= largest_power;
            if (counts && expands(factors[k].base)) return k;
        }
        return std::nullopt;
    }

    Context& context_;
    const Wanted& wanted_;
    std::size_t steps_ = 0;
};

}  // namespace

Expr expand(Expr e, const Wanted& wanted) {
    Terms terms;
    if (!Expansion(e.context(), wanted).add(Number(1), e, terms)) return e;
    return sum(e.context(), std::move(terms), e.shape());
}

namespace {

bool is_exponential(const Factor& f) {
    return f.base.op() == Op::map && f.base.map().function == Fn::exp;
}

Expr cancel_one(Expr e) {
    if (e.op() != Op::einsum) return e;
    const auto& factors = e.einsum().factors;
    for (std::size_t i = 0; i < factors.size(); ++i) {
        for (std::size_t j = 0; j < i; ++j) {
            if (!is_exponential(factors[i]) || !is_exponential(factors[j]) ||
                factors[i].labels != factors[j].labels)
                continue;
            if (!is_zero(ir::add(factors[i].base.child(0), factors[j].base.child(0)))) continue;
            EinsumData data = e.einsum();
            Rational minus = factors[i].exponent;
            minus.num = -minus.num;
            const auto left = ir::add(factors[j].exponent, minus);
            if (!left) continue;
            data.factors[j].exponent = *left;
            // Ones where nothing is left, so that a label that only they carry is still summed.
            if (left->num == 0)
                data.factors[j] =
                    Factor{ones(e.context(), factors[j].base.shape()), 1, factors[j].labels};
            data.factors.erase(data.factors.begin() + static_cast<long>(i));
            return einsum(e.context(), std::move(data));
        }
    }
    return e;
}

}  // namespace

Expr cancel_exponentials(Expr e) {
    for (int round = 0; round < 8; ++round) {
        const Expr next = rewrite_dag(e, cancel_one);
        if (next == e) return e;
        e = next;
    }
    return e;
}

}  // namespace nabla::passes
