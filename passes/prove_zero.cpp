#include "passes/prove_zero.hpp"

#include <algorithm>
#include <numeric>

#include "ir/build.hpp"
#include "ir/traverse.hpp"
#include "passes/differentiate.hpp"
#include "passes/normal_parts.hpp"

namespace nabla::passes {

using namespace ir;

namespace {

constexpr int deepest = 9;
constexpr std::size_t most_forms = 60;

/// `e` with axis `axis` multiplied by a square matrix: Σ_j matrix[i, j] e[…, j, …], or with
/// matrix[j, i] if turned.
Expr multiply_axis(Expr e, std::size_t axis, Expr matrix, bool turned) {
    EinsumData data{{Factor{e, 1, {}}}, {}, e.shape()};
    for (LabelId l = 0; l < e.rank(); ++l) {
        data.factors[0].labels.push_back(l);
        data.output.push_back(l);
    }
    const auto fresh = static_cast<LabelId>(e.rank());
    data.dims.push_back(e.shape()[axis]);
    data.output[axis] = fresh;
    const auto old = static_cast<LabelId>(axis);
    data.factors.push_back(Factor{matrix, 1, turned ? Labels{old, fresh} : Labels{fresh, old}});
    return einsum(e.context(), std::move(data));
}

/// An inverse at an end of a term: multiplying the axis by its argument takes it away.
struct End {
    std::size_t axis;
    bool turned;
    Expr matrix;
    std::size_t size;
};

std::vector<End> ends_of(Expr e) {
    std::vector<End> ends;
    for (const Term& t : as_terms(e)) {
        const EinsumData data = as_product(t.expr);
        for (const Factor& f : data.factors) {
            if (f.base.op() != Op::inverse || f.exponent != Rational(1)) continue;
            for (std::size_t slot : {0, 1}) {
                const LabelId l = f.labels[slot];
                auto at = std::find(data.output.begin(), data.output.end(), l);
                if (at == data.output.end() || occurrences(data, l) != 1) continue;
                const Expr matrix = f.base.child(0);
                End end{static_cast<std::size_t>(at - data.output.begin()), slot == 1, matrix,
                        dag_size(matrix)};
                const bool seen = std::any_of(ends.begin(), ends.end(), [&](const End& other) {
                    return other.axis == end.axis && other.turned == end.turned &&
                           other.matrix == end.matrix;
                });
                if (!seen) ends.push_back(end);
            }
        }
    }
    // The outermost inverse first: it holds the others.
    std::stable_sort(ends.begin(), ends.end(),
                     [](const End& a, const End& b) { return a.size > b.size; });
    return ends;
}

}  // namespace

bool ZeroSearch::follow(ProofStep step, Expr next, int depth) {
    steps_.push_back(step);
    if (vanishes(normal_(next), depth + 1)) return true;
    steps_.pop_back();
    return false;
}

bool ZeroSearch::vanishes(Expr d, int depth) {
    if (is_zero(d)) return true;
    if (depth > deepest || tried_.size() > most_forms || !tried_.insert(d).second) return false;
    bool applies = false;
    if (clear_denominators(d, depth, applies)) return true;
    if (applies) return false;
    return compare_exponentials(d) || clear_ends(d, depth) || compare_blocks(d, depth) ||
           compare_coefficients(d, depth) || compare_squares(d, depth);
}

bool ZeroSearch::clear_denominators(Expr d, int depth, bool& applies) {
    for (const Term& t : as_terms(d)) {
        const EinsumData data = as_product(t.expr);
        for (const Factor& f : data.factors) {
            if (f.base.op() != Op::sum || f.exponent.num >= 0) continue;
            Labels axes;
            for (LabelId l : f.labels) {
                auto at = std::find(data.output.begin(), data.output.end(), l);
                if (at != data.output.end())
                    axes.push_back(static_cast<LabelId>(at - data.output.begin()));
            }
            if (axes.size() != f.labels.size()) continue;
            applies = true;
            normal_.assume_invertible(f.base);
            const std::int64_t up = (-f.exponent.num + f.exponent.den - 1) / f.exponent.den;
            const Expr by = power(f.base, Rational(up));
            return follow({ProofStep::Kind::multiply, by},
                          multiply_terms(d, spread(by, axes, d.shape())), depth);
        }
    }
    return false;
}

bool ZeroSearch::clear_ends(Expr d, int depth) {
    for (const End& end : ends_of(d)) {
        const auto kind =
            end.axis == 0 ? ProofStep::Kind::multiply_left : ProofStep::Kind::multiply_right;
        const Expr by = (end.axis == 0) == end.turned ? transpose(end.matrix) : end.matrix;
        normal_.assume_invertible(end.matrix);
        if (follow({kind, by}, multiply_axis(d, end.axis, end.matrix, end.turned), depth))
            return true;
    }
    return false;
}

/// An array is zero if all its parts along an axis are.
bool ZeroSearch::compare_blocks(Expr d, int depth) {
    for (std::size_t axis = 0; axis < d.rank(); ++axis) {
        const std::vector<Expr> parts = parts_of_axis(d, axis);
        if (parts.size() < 2) continue;
        const std::size_t before = steps_.size();
        const auto has_blocks = [](const ProofStep& s) {
            return s.kind == ProofStep::Kind::blocks;
        };
        if (std::none_of(steps_.begin(), steps_.end(), has_blocks))
            steps_.push_back({ProofStep::Kind::blocks, {}});
        const bool all = std::all_of(parts.begin(), parts.end(), [&](Expr part) {
            // Several blocks may come to the same form: one that failed ends the search anyway.
            const Expr block = normal_(part_along(d, axis, part));
            return is_zero(block) || vanishes(block, depth + 1);
        });
        if (all) return true;
        steps_.resize(before);
    }
    return false;
}

namespace {

/// The degree of a product in `symbol`; nothing if it is not a polynomial in it.
std::optional<std::int64_t> degree(const NormalForm& normal, Expr e, Expr symbol) {
    if (e == symbol) return 1;
    if (e.op() == Op::einsum) {
        std::int64_t total = 0;
        for (const Factor& f : e.einsum().factors) {
            const auto inner = degree(normal, f.base, symbol);
            if (!inner) return std::nullopt;
            if (*inner == 0) continue;
            if (!f.exponent.is_integer() || f.exponent.num < 0) return std::nullopt;
            total += *inner * f.exponent.num;
        }
        return total;
    }
    for (Expr other : symbols_of(std::vector<Expr>{e}))
        if (other == symbol || normal.hides(other, symbol)) return std::nullopt;
    return 0;
}

}  // namespace

/// d = <∂d/∂s, s>/k where d is homogeneous of degree k in s (Euler): if the derivative is zero,
/// then d is.
bool ZeroSearch::compare_coefficients(Expr d, int depth) {
    constexpr std::size_t highest_rank = 4;
    std::vector<Expr> symbols = symbols_of(std::vector<Expr>{d});
    std::stable_sort(symbols.begin(), symbols.end(), [](Expr a, Expr b) {
        return std::abs(static_cast<int>(a.rank()) * 2 - 3) <
               std::abs(static_cast<int>(b.rank()) * 2 - 3);  // vectors and matrices, then scalars
    });
    for (Expr s : symbols) {
        if (s.is_scalar() || d.rank() + s.rank() > highest_rank) continue;
        std::optional<std::int64_t> common;
        bool homogeneous = true;
        for (const Term& t : as_terms(d)) {
            const auto here = degree(normal_, t.expr, s);
            homogeneous = homogeneous && here && *here > 0 && (!common || *common == *here);
            common = here;
        }
        if (!homogeneous) continue;
        const Expr derivative = d.is_scalar() ? gradient(d, s) : jacobian(d, s);
        if (follow({ProofStep::Kind::coefficients, s}, derivative, depth)) return true;
    }
    return false;
}

/// Σ c log|a| = 0 exactly if the product of the a^c is 1 or -1.
bool ZeroSearch::compare_exponentials(Expr d) {
    std::int64_t common = 1;
    const std::vector<Term> terms = as_terms(d);
    for (const Term& t : terms) {
        if (!is_function(t.expr, Fn::log) || !t.coefficient.is_exact()) return false;
        common = std::lcm(common, t.coefficient.rational().den);
    }
    Expr above = ones(d.context(), d.shape()), below = above;
    for (const Term& t : terms) {
        const Rational c = t.coefficient.rational();
        Expr a = t.expr.child(0);
        if (is_function(a, Fn::abs)) a = a.child(0);
        const Rational exponent(std::abs(c.num) * (common / c.den));
        Expr& side = c.num > 0 ? above : below;
        side = multiply(side, power(a, exponent));
    }
    if (!is_zero(normal_(subtract(above, below))) && !is_zero(normal_(add(above, below))))
        return false;
    steps_.push_back({ProofStep::Kind::exponentials, {}});
    return true;
}

/// p = n for nonnegative p and n exactly if p^2 = n^2: roots go away.
bool ZeroSearch::compare_squares(Expr d, int depth) {
    bool roots = false;
    std::vector<Term> above, below;
    for (const Term& t : as_terms(d)) {
        if (!t.expr.has(Fact::nonnegative)) return false;
        for (const Factor& f : as_product(t.expr).factors)
            roots = roots || !f.exponent.is_integer();
        const bool minus = t.coefficient.is_negative();
        (minus ? below : above).push_back(Term{minus ? -t.coefficient : t.coefficient, t.expr});
    }
    if (!roots) return false;
    const Expr p = sum(d.context(), std::move(above), d.shape());
    const Expr n = sum(d.context(), std::move(below), d.shape());
    return follow({ProofStep::Kind::squares, {}},
                  subtract(power(p, Rational(2)), power(n, Rational(2))), depth);
}

}  // namespace nabla::passes
