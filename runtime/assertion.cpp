#include "runtime/assertion.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "ir/build.hpp"
#include "passes/pipeline.hpp"
#include "passes/prove.hpp"
#include "runtime/claim_test.hpp"
#include "runtime/model_state.hpp"

namespace nabla::runtime {
namespace {

using ir::Expr;
using ir::Relation;
using passes::Proof;
using passes::ProofStep;

/// Conditions are worth a line only while they can be taken in.
constexpr std::size_t most_conditions = 4;
constexpr std::size_t longest_text = 100;

std::string spell(Expr e) {
    std::string text = format_formula(passes::finish(e)).text;
    return text.size() <= longest_text ? text : text.substr(0, longest_text) + "...";
}

std::string clause(const ProofStep& step) {
    switch (step.kind) {
        case ProofStep::Kind::multiply:
            return fmt::format("multiply by {}", spell(step.by));
        case ProofStep::Kind::multiply_left:
            return fmt::format("multiply by {} from the left", spell(step.by));
        case ProofStep::Kind::multiply_right:
            return fmt::format("multiply by {} from the right", spell(step.by));
        case ProofStep::Kind::blocks:
            return "compare the blocks";
        case ProofStep::Kind::entries:
            return "compare entry by entry what is summed";
        case ProofStep::Kind::coefficients:
            return fmt::format("compare what {} is multiplied by", spell(step.by));
        case ProofStep::Kind::exponentials:
            return "take exponentials";
        case ProofStep::Kind::squares:
            return "square both sides";
    }
    return {};
}

std::string conclusion(Proof::Kind kind) {
    switch (kind) {
        case Proof::Kind::none:
            break;
        case Proof::Kind::normal_form:
            return "both sides have the same normal form";
        case Proof::Kind::nonnegative:
            return "the difference is a sum of squares and of what is at least 0";
        case Proof::Kind::positive:
            return "the difference is a sum of squares and of something positive";
        case Proof::Kind::signs:
            return "the sign of the difference follows from the bounds of its parts";
    }
    return {};
}

std::string remark_of(const Proof& proof) {
    std::string text = "proved: ";
    for (const ProofStep& step : proof.steps) text += clause(step) + "; ";
    text += proof.steps.empty() ? conclusion(proof.kind) : "then " + conclusion(proof.kind);
    std::vector<std::string> conditions;
    for (const Expr e : proof.conditions) {
        std::string name = spell(e);
        if (e.rank() == 2) {
            // A matrix or its transpose, whichever is easier to read.
            const std::string turned = spell(ir::transpose(e));
            if (turned.size() < name.size()) name = turned;
        }
        conditions.push_back(name + (e.rank() == 2 ? " is invertible" : " is not 0"));
    }
    if (conditions.size() > most_conditions) return text + " (where the inverses exist)";
    if (!conditions.empty()) text += fmt::format(" (where {})", fmt::join(conditions, " and "));
    return text;
}

bool is_strict(Relation relation) {
    return relation == Relation::less || relation == Relation::greater;
}

bool is_less(Relation relation) {
    return relation == Relation::less || relation == Relation::less_equal;
}

/// Why the claim holds for all values, where it shows at once; or nothing.
std::string evident(const ir::Assert& claim, Expr left, Expr right) {
    const bool same = left == right || ir::is_zero(passes::finish(ir::subtract(left, right)));
    if (same && !is_strict(claim.relation)) return "proved: both sides have the same normal form";
    if (same || claim.relation == Relation::equal) return {};
    const Expr gap = passes::finish(is_less(claim.relation) ? ir::subtract(right, left)
                                                            : ir::subtract(left, right));
    const ir::Fact needed = is_strict(claim.relation) ? ir::Fact::positive : ir::Fact::nonnegative;
    if (!gap.has(needed)) return {};
    return fmt::format("proved: the difference of the sides is {} by what is declared",
                       needed == ir::Fact::positive ? "positive" : "at least 0");
}

passes::Bounds declared_bounds(const ir::Module& module) {
    passes::Bounds bounds;
    for (const ir::Declaration& d : module.declarations) bounds[d.symbol] = {d.lower, d.upper};
    return bounds;
}

Proof proof_of(const ir::Module& module, const ir::Assert& claim, Expr left, Expr right) {
    if (claim.relation == Relation::equal) return passes::prove_equal(left, right);
    if (!is_less(claim.relation)) std::swap(left, right);
    return passes::prove_at_most(left, right, is_strict(claim.relation), declared_bounds(module));
}

}  // namespace

AssertResult check_claim(const ModelState& model, const ir::Assert& claim) {
    const auto lock = model.lock();
    AssertResult result;
    result.request = claim.text;
    result.left_text = claim.left_text;
    result.right_text = claim.right_text;
    const Expr left = passes::finish(claim.left);
    const Expr right = passes::finish(claim.right);
    result.left = format_formula(left);
    result.right = format_formula(right);
    result.remark = evident(claim, left, right);
    if (!result.remark.empty()) {
        result.verdict = Verdict::proved;
        return result;
    }
    // Points are the filter before a proof: what they refute, or what they could not test, is not
    // worth one, and a proof is about points where both sides are defined.
    test_claim(model.module(), claim, left, right, result);
    if (result.verdict != Verdict::holds) return result;
    Proof proof =
        proof_of(model.module(), claim, passes::derive(claim.left), passes::derive(claim.right));
    if (!proof) proof = proof_of(model.module(), claim, left, right);
    if (!proof) return result;
    result.verdict = Verdict::proved;
    result.remark = remark_of(proof);
    return result;
}

std::string_view to_string(Verdict verdict) noexcept {
    switch (verdict) {
        case Verdict::proved:
            return "proved";
        case Verdict::holds:
            return "holds";
        case Verdict::refuted:
            return "refuted";
        case Verdict::untested:
            return "untested";
    }
    return {};
}

}  // namespace nabla::runtime
