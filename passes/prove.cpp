#include "passes/prove.hpp"

#include "ir/build.hpp"
#include "ir/work_limit.hpp"
#include "nabla/error.hpp"
#include "passes/modular.hpp"
#include "passes/prove_nonnegative.hpp"
#include "passes/prove_zero.hpp"

namespace nabla::passes {

using namespace ir;

namespace {

/// About a second.
constexpr std::uint64_t most_work = 12'000'000;

void finish_proof(Proof& proof, const NormalForm& normal, std::vector<ProofStep> steps) {
    proof.steps = std::move(steps);
    for (ProofStep& step : proof.steps)
        if (step.by) step.by = normal.shown(step.by);
    for (const Expr e : normal.inverted()) proof.conditions.push_back(normal.shown(e));
}

}  // namespace

Proof prove_equal(Expr left, Expr right) {
    Proof proof;
    NormalForm normal(left.context());
    const WorkLimit limit(left.context(), most_work);
    try {
        if (agree_modulo_prime(left, right) == Agreement::differ) return proof;
        const Expr difference = normal.of_claim(normal.open_diagonals(subtract(left, right)));
        ZeroSearch search(normal);
        if (!search.vanishes(difference)) return proof;
        proof.kind = Proof::Kind::normal_form;
        finish_proof(proof, normal, search.steps());
    } catch (const NoNormalForm&) {
    } catch (const InputError&) {  // past the limit
    }
    return proof;
}

Proof prove_at_most(Expr left, Expr right, bool strict, const Bounds& bounds) {
    Proof proof;
    NormalForm normal(left.context());
    const WorkLimit limit(left.context(), most_work);
    try {
        const Expr difference = subtract(right, left);
        Signs signs(bounds);
        // Intervals are computed in doubles: a strict claim needs more than their rounding.
        constexpr double margin = 1e-9;
        if (strict ? signs.range(difference).low > margin : signs.prove_nonnegative(difference)) {
            proof.kind = Proof::Kind::signs;
            return proof;
        }
        SignSearch search(normal);
        const Expr gap = search.prepare(difference);
        proof.kind = search.prove(gap, strict);
        if (proof) finish_proof(proof, normal, search.steps());
    } catch (const NoNormalForm&) {
    } catch (const InputError&) {
    }
    return proof;
}

}  // namespace nabla::passes
