#include "passes/monotone.hpp"

#include "ir/build.hpp"
#include "ir/traverse.hpp"
#include "ir/work_limit.hpp"
#include "nabla/error.hpp"
#include "passes/differentiate.hpp"
#include "passes/pipeline.hpp"
#include "passes/simplify.hpp"
#include "passes/smooth_domain.hpp"

namespace nabla::passes {

using namespace ir;

namespace {

constexpr std::uint64_t most_work = 3'000'000;

Trend trend(Expr f, Expr x, const Bounds& bounds) {
    f = derive(f);
    Facts facts = convex_facts(x.facts());
    const Forced forced = forced_signs(f, {x});
    if (!forced.positive.empty()) facts.add(Fact::positive);
    if (!forced.negative.empty()) facts.add(Fact::negative);
    // A matrix with a structure moves along whole directions, not entry by entry.
    for (const Fact s : {Fact::symmetric, Fact::antisymmetric, Fact::lower, Fact::upper})
        if (facts.has(s)) return Trend::none;
    const Expr variable = with_facts(x, facts);
    Bounds known = bounds;
    if (const auto it = bounds.find(x); it != bounds.end()) known[variable] = it->second;
    if (!(variable == x)) f = substitute(f, {{x, variable}});
    Signs signs(known);
    Curvatures all({variable}, signs);
    all.of(f);
    if (!all.depends(f) || !smooth_domain(all, f, Kinks::allowed)) return Trend::none;
    const Expr slope = simplify(gradient(f, variable));
    if (signs.prove_nonnegative(slope)) return Trend::increasing;
    if (signs.prove_nonnegative(negate(slope))) return Trend::decreasing;
    return Trend::none;
}

}  // namespace

Trend monotone_in(Expr f, Expr x, const Bounds& bounds) {
    const WorkLimit limit(f.context(), most_work);
    try {
        return trend(f, x, bounds);
    } catch (const InputError&) {
        return Trend::none;  // no derivative, or too much work
    }
}

Interval range_of(Expr f, const Bounds& bounds) {
    const WorkLimit limit(f.context(), most_work);
    try {
        return Signs(bounds).range(derive(f));
    } catch (const InputError&) {
        return {};
    }
}

}  // namespace nabla::passes
