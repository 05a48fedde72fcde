#include "passes/convexity.hpp"

#include <algorithm>
#include <unordered_set>

#include "ir/build.hpp"
#include "ir/traverse.hpp"
#include "ir/work_limit.hpp"
#include "nabla/error.hpp"
#include "passes/hessian_certificate.hpp"
#include "passes/pipeline.hpp"
#include "passes/smooth_domain.hpp"

namespace nabla::passes {

using namespace ir;

namespace {

constexpr std::uint64_t most_work = 6'000'000;
constexpr int most_certificates = 8;

/// The lines of a proof from the findings that it rests on.
class Story {
public:
    explicit Story(Curvatures& all,
                   const std::unordered_map<Expr, HessianCertificate, ExprHash>& hessians)
        : all_(all), hessians_(hessians) {}

    /// Premises first; each expression once.
    void tell(Expr root) {
        std::vector<std::pair<Expr, bool>> stack{{root, false}};
        while (!stack.empty()) {
            const auto [e, ready] = stack.back();
            stack.pop_back();
            if (ready) {
                line(e);
                continue;
            }
            if (!told_.insert(e).second) continue;
            stack.emplace_back(e, true);
            const Finding& finding = all_.of(e);
            // What is affine is said, not taken apart.
            if (is_affine(finding.curve)) continue;
            const auto& premises = finding.premises;
            for (auto it = premises.rbegin(); it != premises.rend(); ++it)
                stack.emplace_back(*it, false);
        }
    }

    std::vector<CertificateStep> steps;
    std::vector<DomainCondition> domain;

private:
    void line(Expr e) {
        const Finding& finding = all_.of(e);
        add_domain(domain, finding.domain);
        if (finding.curve == Curve::constant || e.op() == Op::symbol) return;
        if (const auto it = hessians_.find(e); it != hessians_.end()) {
            steps.insert(steps.end(), it->second.steps.begin(), it->second.steps.end());
            steps.push_back({std::string("so {} is ") + word(finding.curve), {e}});
            return;
        }
        if (finding.curve == Curve::affine) {
            steps.push_back({"{} is affine", {e}});
            return;
        }
        steps.push_back({std::string("{} is ") + word(finding.curve) + ": " + finding.reason, {e}});
    }

    Curvatures& all_;
    const std::unordered_map<Expr, HessianCertificate, ExprHash>& hessians_;
    std::unordered_set<Expr, ExprHash> told_;
};

/// The variables with those facts only that describe convex sets, and the signs that the domain of
/// `f` forces on them.
struct Prepared {
    Expr f;
    std::vector<Expr> variables;
    Bounds bounds;
    std::vector<DomainCondition> domain;
};

Prepared prepare(Expr f, const std::vector<Expr>& variables, const Bounds& bounds) {
    Prepared result{f, variables, bounds, {}};
    Substitution plain;
    const auto exchange = [&](Expr& v, Facts facts) {
        const Expr other = with_facts(v, facts);
        if (other == v) return;
        if (const auto it = result.bounds.find(v); it != result.bounds.end())
            result.bounds[other] = it->second;
        plain[v] = other;
        v = other;
    };
    for (Expr& v : result.variables) exchange(v, convex_facts(v.facts()));
    if (!plain.empty()) result.f = substitute(result.f, plain);
    const Forced forced = forced_signs(result.f, result.variables);
    plain.clear();
    for (Expr& v : result.variables) {
        const auto in = [&](const std::vector<Expr>& list) {
            return std::find(list.begin(), list.end(), v) != list.end();
        };
        const bool up = in(forced.positive) && !v.has(Fact::nonnegative);
        const bool down = in(forced.negative) && !v.has(Fact::nonpositive);
        if (!up && !down) continue;
        Facts facts = convex_facts(v.facts());
        facts.add(up ? Fact::positive : Fact::negative);
        exchange(v, facts);
        result.domain.push_back({v, 0, true, down});
    }
    if (!plain.empty()) result.f = substitute(result.f, plain);
    return result;
}

ConvexityProof prove(Expr f, const std::vector<Expr>& given, const Bounds& bounds) {
    const Prepared prepared = prepare(derive(f), given, bounds);
    Signs signs(prepared.bounds);
    Curvatures all(prepared.variables, signs);
    std::unordered_map<Expr, HessianCertificate, ExprHash> hessians;
    int left = most_certificates;
    all.fallback = [&](Expr e) -> Finding {
        if (left-- <= 0) return {};
        try {
            auto found = certify_by_hessian(all, e, prepared.variables);
            if (!found) return {};
            Finding finding{found->curve, "", {}, found->domain};
            hessians.emplace(e, std::move(*found));
            return finding;
        } catch (const InputError&) {
            return {};  // no derivative, or too much work
        }
    };
    ConvexityProof proof;
    proof.curve = all.curve(prepared.f);
    if (proof.curve == Curve::unknown) return proof;
    Story story(all, hessians);
    story.domain = prepared.domain;
    story.tell(prepared.f);
    proof.steps = std::move(story.steps);
    if (proof.steps.empty())
        proof.steps.push_back({std::string("{} is ") + word(proof.curve), {prepared.f}});
    proof.domain = std::move(story.domain);
    // `x > 0` of a variable that has it declared goes without saying.
    std::erase_if(proof.domain, [&](const DomainCondition& c) {
        const Interval range = Signs(bounds).range(c.expr);
        const bool declared =
            std::any_of(given.begin(), given.end(), [&](Expr v) { return v == c.expr; });
        return declared &&
               (c.below ? range.high < c.bound : range.low > c.bound || c.expr.has(Fact::positive));
    });
    return proof;
}

}  // namespace

ConvexityProof prove_convexity(Expr f, const std::vector<Expr>& variables, const Bounds& bounds) {
    const WorkLimit limit(f.context(), most_work);
    try {
        return prove(f, variables, bounds);
    } catch (const InputError&) {
        return {};  // too much work, or no derivative
    }
}

}  // namespace nabla::passes
