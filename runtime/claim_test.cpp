#include "runtime/claim_test.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <nabla/error.hpp>

#include <fmt/format.h>

#include "ir/build.hpp"
#include "ir/interpret.hpp"
#include "ir/traverse.hpp"
#include "passes/prove.hpp"
#include "passes/rounding.hpp"
#include "runtime/check_facts.hpp"
#include "runtime/sample.hpp"

namespace nabla::runtime {
namespace {

using ir::Expr;
using ir::Relation;

constexpr int wanted_points = 20;
constexpr int most_attempts = 300;
/// Times what one rounding error can make of the sides (passes/rounding.hpp).
constexpr double tolerance = 1e-10;
constexpr std::chrono::seconds patience{5};

/// Whole numbers first and most often: a counterexample of them is easy to follow.
constexpr std::array spreads{Spread::integers, Spread::integers, Spread::normal, Spread::positive,
                             Spread::unit,     Spread::integers, Spread::normal, Spread::wide};

bool is_strict(Relation relation) {
    return relation == Relation::less || relation == Relation::greater;
}

/// How far the claim is from true where one entry is l and the other r: at most 0 if it holds.
double excess(Relation relation, double l, double r) {
    switch (relation) {
        case Relation::equal:
            return std::abs(l - r);
        case Relation::less_equal:
        case Relation::less:
            return l - r;
        case Relation::greater_equal:
        case Relation::greater:
            return r - l;
    }
    return 0;
}

/// Whether small whole numbers are computed with exactly, so that equal results are equal values.
bool is_exact(std::span<const Expr> roots) {
    const auto exact = [](Expr e) {
        switch (e.op()) {
            case ir::Op::constant:
                return e.number().is_exact() && e.number().rational().is_integer();
            case ir::Op::dim_value:
            case ir::Op::symbol:
            case ir::Op::identity:
            case ir::Op::selection:
            case ir::Op::iota:
            case ir::Op::reshape:
            case ir::Op::trimask:
                return true;
            case ir::Op::sum:
                return std::all_of(e.sum().terms.begin(), e.sum().terms.end(), [](const auto& t) {
                    return t.coefficient.is_exact() && t.coefficient.rational().is_integer();
                });
            case ir::Op::einsum:
                return std::all_of(
                    e.einsum().factors.begin(), e.einsum().factors.end(),
                    [](const auto& f) { return f.exponent.is_integer() && f.exponent.num > 0; });
            case ir::Op::map:
            case ir::Op::pi:
            case ir::Op::reduce:
            case ir::Op::inverse:
            case ir::Op::det:
            case ir::Op::adjugate:
            case ir::Op::derivative:
            case ir::Op::chol:
            case ir::Op::eigenvalue:
            case ir::Op::eigenvector:
            case ir::Op::shifted_pinv:
            case ir::Op::expm:
            case ir::Op::sylvester:
                return false;
        }
        return false;
    };
    const std::vector<Expr> nodes = ir::post_order(roots);
    return std::all_of(nodes.begin(), nodes.end(), exact);
}

struct Comparison {
    bool finite = false;
    double excess = 0;   ///< the largest over all entries
    double scale = 0;    ///< of the sides' rounding errors
    bool equal = false;  ///< some entries are the same number
};

class Tester {
public:
    Tester(const ir::Module& module, const ir::Assert& claim, Expr left, Expr right)
        : module_(module),
          claim_(claim),
          sampler_(module, 20240229),
          left_(left),
          right_(right),
          roots_{left, right, passes::rounding_scale(left), passes::rounding_scale(right)},
          exact_(is_exact(std::vector<Expr>{left, right})) {
        for (const ir::Declaration& declaration : module.declarations) {
            const auto& used = claim.inputs;
            if (std::find(used.begin(), used.end(), declaration.symbol) != used.end()) {
                symbols_.push_back(declaration.symbol);
            }
        }
        for (const Expr symbol : ir::symbols_of(roots_)) {
            if (std::find(symbols_.begin(), symbols_.end(), symbol) == symbols_.end()) {
                symbols_.push_back(symbol);
            }
        }
        sized_ = roots_;
        sized_.insert(sized_.end(), symbols_.begin(), symbols_.end());
    }

    void run(AssertResult& result) {
        const auto deadline = std::chrono::steady_clock::now() + patience;
        bool sized = false;
        for (int i = 0; i < most_attempts && result.points < wanted_points; ++i) {
            if (i > 0 && std::chrono::steady_clock::now() > deadline) break;
            const auto dims = sampler_.sizes(sized_);
            if (!dims) break;
            sized = true;
            const Spread spread = spreads[static_cast<std::size_t>(i) % spreads.size()];
            if (!sample(*dims, spread)) continue;
            try_point(spread, result);
            if (result.counterexample) return;
        }
        if (is_strict(claim_.relation) && result.points > 0) try_special_points(result);
        if (result.counterexample) return;
        if (result.points > 0) {
            result.verdict = Verdict::holds;
            result.remark = fmt::format("holds on {} random point{}, not proved", result.points,
                                        result.points == 1 ? "" : "s");
            return;
        }
        result.remark =
            sized ? "not tested: no point was found where both sides are finite numbers and differ "
                    "by more than rounding, or agree"
                  : "not tested: no sizes were found that are allowed and small enough to test";
    }

private:
    bool sample(const ir::DimValues& dims, Spread spread) {
        point_ = {};
        point_.dims = dims;
        for (const Expr symbol : symbols_) {
            const auto value = sampler_.value(symbol, dims, spread);
            if (!value) return false;
            ir::Tensor tensor;
            for (const std::size_t size : value->sizes()) {
                tensor.shape.push_back(static_cast<std::int64_t>(size));
            }
            tensor.data.assign(value->values().begin(), value->values().end());
            point_.symbols[symbol] = std::move(tensor);
        }
        return true;
    }

    Comparison compare(const ir::Bindings& point) {
        values_ = ir::interpret(roots_, point);
        Comparison result;
        for (const std::size_t side : {0, 1}) {
            for (const double entry : values_[side].data) {
                if (!std::isfinite(entry)) return result;
                result.scale = std::max(result.scale, std::abs(entry));
            }
        }
        for (const std::size_t side : {2, 3}) {
            for (const double entry : values_[side].data)
                if (entry > result.scale) result.scale = entry;
        }
        result.finite = true;
        const std::vector<double>& l = values_[0].data;
        const std::vector<double>& r = values_[1].data;
        result.excess = -HUGE_VAL;
        for (std::size_t i = 0; i < std::max(l.size(), r.size()); ++i) {
            const double a = l[l.size() == 1 ? 0 : i];
            const double b = r[r.size() == 1 ? 0 : i];
            result.excess = std::max(result.excess, excess(claim_.relation, a, b));
            result.equal |= a == b;
        }
        return result;
    }

    void try_point(Spread spread, AssertResult& result) {
        const Comparison here = compare(point_);
        if (!here.finite) return;
        const double noise = tolerance * here.scale;
        const bool breaks = here.excess > noise;
        // Equal numbers break a strict claim where nothing was rounded.
        const bool ties = is_strict(claim_.relation) && !breaks && here.excess >= -noise;
        const bool tie_is_real =
            left_ == right_ || (exact_ && here.equal && spread == Spread::integers);
        if ((breaks && is_stable(here)) || (ties && tie_is_real)) {
            refute(result);
        } else if (!breaks && !ties) {
            ++result.points;
        }
    }

    /// Symbols at which strict inequalities have their ties: all zero or one, some of them, one a
    /// multiple of another. Numbers that come out equal do not refute, rounding makes such; what is
    /// proved equal there does.
    void try_special_points(AssertResult& result) {
        std::vector<ir::Substitution> places;
        ir::Substitution zeros, ones;
        for (const Expr s : symbols_) {
            const Expr zero = ir::zeros(s.context(), s.shape());
            const Expr one = ir::ones(s.context(), s.shape());
            zeros.emplace(s, zero);
            ones.emplace(s, one);
            places.push_back({{s, zero}});
            places.push_back({{s, one}});
            for (const Expr other : symbols_) {
                if (s == other || s.shape() != other.shape()) continue;
                for (const int multiple : {1, 2})
                    places.push_back({{s, ir::scale(multiple, other)}});
            }
        }
        places.insert(places.begin(), {std::move(zeros), std::move(ones)});
        constexpr std::size_t most_places = 40;
        if (places.size() > most_places) places.resize(most_places);
        for (const ir::Substitution& place : places) {
            for (const Spread spread : {Spread::integers, Spread::positive}) {
                const auto dims = sampler_.sizes(sized_);
                if (!dims || !sample(*dims, spread) || !move_to(place)) continue;
                const Comparison here = compare(point_);
                if (!here.finite || std::abs(here.excess) > tolerance * here.scale) continue;
                if (!passes::prove_equal(ir::substitute(left_, place),
                                         ir::substitute(right_, place)))
                    continue;
                refute(result);
                result.remark = "refuted: both sides are equal, for example at";
                return;
            }
        }
    }

    /// The sampled point with some symbols given by the others, if that breaks no declaration.
    bool move_to(const ir::Substitution& place) {
        const ir::Bindings free = point_;
        for (const auto& [symbol, value] : place) {
            const ir::Declaration* declaration = module_.find_declaration(symbol.symbol().name);
            const bool declared = declaration != nullptr && declaration->symbol == symbol;
            point_.symbols[symbol] = ir::interpret(value, free);
            try {
                ir::Declaration undeclared;
                undeclared.symbol = symbol;
                check_facts(
                    {symbol.symbol().name, as_array(point_.symbols[symbol]), {}, false, false},
                    declared ? *declaration : undeclared);
            } catch (const InputError&) {
                return false;
            }
        }
        return true;
    }

    /// A real difference survives a change in the last digits of the values; what rounding makes of
    /// an ill-conditioned expression does not.
    bool is_stable(const Comparison& here) {
        for (int i = 1; i <= 3; ++i) {
            ir::Bindings moved = point_;
            double factor = 1;
            for (const Expr symbol : symbols_) {
                factor += 7e-13 * i;
                if (!can_scale(symbol)) continue;
                for (double& entry : moved.symbols[symbol].data) entry *= factor;
            }
            const Comparison there = compare(moved);
            if (!there.finite || !(there.excess > here.excess / 2)) return false;
        }
        return true;
    }

    /// Whether a multiple near 1 of a value has the declared facts still, but for rounding.
    static bool can_scale(Expr symbol) {
        for (const ir::Fact fact : {ir::Fact::orthogonal, ir::Fact::simplex, ir::Fact::integer}) {
            if (symbol.has(fact)) return false;
        }
        return true;
    }

    void refute(AssertResult& result) {
        compare(point_);
        Counterexample found;
        found.dims = point_.dims;
        for (const Expr symbol : symbols_) {
            found.values.emplace_back(symbol.symbol().name, as_array(point_.symbols[symbol]));
        }
        found.left = as_array(values_[0]);
        found.right = as_array(values_[1]);
        result.verdict = Verdict::refuted;
        result.remark = "refuted: a counterexample is";
        result.counterexample = std::move(found);
        ++result.points;
    }

    static Array as_array(const ir::Tensor& tensor) {
        Sizes sizes;
        for (const std::int64_t size : tensor.shape) {
            sizes.push_back(static_cast<std::size_t>(size));
        }
        return Array(std::move(sizes), tensor.data);
    }

    const ir::Module& module_;
    const ir::Assert& claim_;
    Sampler sampler_;
    Expr left_, right_;
    std::vector<Expr> roots_;
    bool exact_;
    std::vector<Expr> symbols_;
    std::vector<Expr> sized_;
    ir::Bindings point_;
    std::vector<ir::Tensor> values_;
};

}  // namespace

void test_claim(const ir::Module& module, const ir::Assert& claim, Expr left, Expr right,
                AssertResult& result) {
    Tester(module, claim, left, right).run(result);
}

}  // namespace nabla::runtime
