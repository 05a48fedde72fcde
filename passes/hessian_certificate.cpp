#include "passes/hessian_certificate.hpp"

#include <algorithm>

#include "ir/build.hpp"
#include "ir/context.hpp"
#include "ir/traverse.hpp"
#include "passes/collect.hpp"
#include "passes/pipeline.hpp"
#include "passes/simplify.hpp"
#include "passes/smooth_domain.hpp"

namespace nabla::passes {

using namespace ir;

namespace {

constexpr std::size_t largest_dag = 150;  ///< nodes of what is differentiated twice
constexpr std::size_t largest_form = 3000;

/// A name that no symbol of `e` has: `base`, `base1`, …
std::string unused_name(const std::string& base, const std::vector<Expr>& taken) {
    for (int i = 0;; ++i) {
        const std::string name = i == 0 ? base : base + std::to_string(i);
        if (std::none_of(taken.begin(), taken.end(),
                         [&](Expr s) { return s.symbol().name == name; }))
            return name;
    }
}

/// What the certificate is about: a function of variables that are open on its domain.
struct Subject {
    Expr f;
    std::vector<Expr> variables;
    Bounds bounds;
    std::vector<CertificateStep> steps;
    Substitution meaning = {};  ///< what the names given to affine parts stand for
    std::vector<DomainCondition> domain = {};
};

/// Gives a name to every affine expression that a function which is not affine uses.
Subject with_names(Curvatures& all, Expr f, const std::vector<Expr>& variables) {
    Subject subject{f, variables, all.signs().bounds(), {}};
    std::vector<Expr> taken = symbols_of(std::vector<Expr>{f});
    Substitution names;
    for (Expr node : post_order(f)) {
        if (is_affine(all.curve(node))) continue;
        for (int i = 0; i < node.child_count(); ++i) {
            const Expr child = node.child(i);
            if (child.op() == Op::symbol || names.contains(child) || !all.depends(child) ||
                !is_affine(all.curve(child)))
                continue;
            const Facts facts = convex_facts(child.facts());
            const std::string base = child.rank() == 2 ? "U" : (child.is_scalar() ? "t" : "u");
            const Expr name =
                f.context().fresh_symbol(unused_name(base, taken), child.shape(), facts, true);
            taken.push_back(name);
            names[child] = name;
            subject.variables.push_back(name);
            subject.meaning[name] = child;
            subject.bounds[name] = all.signs().range(child);
            subject.steps.push_back({"let {} = {}, affine in the variables", {name, child}});
        }
    }
    if (names.empty()) return subject;
    subject.f = substitute(f, names);
    std::vector<Expr> used = symbols_of(std::vector<Expr>{subject.f});
    std::erase_if(subject.variables,
                  [&](Expr v) { return std::find(used.begin(), used.end(), v) == used.end(); });
    subject.steps.push_back({"it is enough that {} is of one curvature in them", {subject.f}});
    return subject;
}

/// Inside the domain a variable that is at least 0 is positive, and so is one whose logarithm is
/// taken.
void open_domain(Subject& subject) {
    const Forced forced = forced_signs(subject.f, subject.variables);
    Substitution refined;
    for (Expr& v : subject.variables) {
        Facts facts = convex_facts(v.facts());
        const auto in = [&](const std::vector<Expr>& list) {
            return std::find(list.begin(), list.end(), v) != list.end();
        };
        const bool up = in(forced.positive), down = in(forced.negative);
        if (up && !facts.has(Fact::nonnegative)) subject.domain.push_back({v, 0, true, false});
        if (down && !facts.has(Fact::nonpositive)) subject.domain.push_back({v, 0, true, true});
        if (up || facts.has(Fact::nonnegative)) facts.add(Fact::positive);
        if (down || facts.has(Fact::nonpositive)) facts.add(Fact::negative);
        if (facts.has(Fact::psd)) facts.add(Fact::pd);
        // Off the diagonal entries that are declared 0 stay 0.
        if (v.rank() == 2 && (facts.has(Fact::lower) || facts.has(Fact::upper)))
            facts = convex_facts(v.facts());
        const Expr open = with_facts(v, facts);
        if (open == v) continue;
        if (const auto it = subject.bounds.find(v); it != subject.bounds.end())
            subject.bounds[open] = it->second;
        if (const auto it = subject.meaning.find(v); it != subject.meaning.end())
            subject.meaning[open] = it->second;
        refined[v] = open;
        v = open;
    }
    if (!refined.empty()) subject.f = substitute(subject.f, refined);
}

Expr direction_for(Expr variable, std::vector<Expr>& taken) {
    const Facts facts = variable.facts();
    Facts structure;
    for (const Fact s :
         {Fact::symmetric, Fact::antisymmetric, Fact::diagonal, Fact::lower, Fact::upper})
        if (facts.has(s)) structure.add(s);
    const std::string name = unused_name("d" + variable.symbol().name, taken);
    const Expr d = variable.context().fresh_symbol(name, variable.shape(), structure);
    taken.push_back(d);
    return d;
}

std::optional<HessianCertificate> certify(Subject subject) {
    open_domain(subject);
    Signs signs(subject.bounds);
    Curvatures inside(subject.variables, signs);
    inside.of(subject.f);
    const auto domain = smooth_domain(inside, subject.f);
    if (!domain) return std::nullopt;

    std::vector<Expr> taken = symbols_of(std::vector<Expr>{subject.f});
    std::vector<Expr> directions;
    for (Expr v : subject.variables) directions.push_back(direction_for(v, taken));
    const Expr second = second_derivative(subject.f, subject.variables, directions);
    HessianCertificate result;
    result.steps = std::move(subject.steps);
    result.domain = std::move(subject.domain);
    add_domain(result.domain, *domain);
    for (DomainCondition& condition : result.domain)
        condition.expr = substitute(condition.expr, subject.meaning);
    const bool several = directions.size() > 1;
    if (is_zero(second)) {
        result.curve = Curve::affine;
        result.steps.push_back({"its second derivative is 0", {}});
        return result;
    }
    if (dag_size(second) > largest_form) return std::nullopt;
    if (subject.variables.size() == 1 && subject.variables[0].rank() <= 1) {
        const Expr h = finish(derivative(DerivativeMode::hessian, subject.f, subject.variables));
        result.steps.push_back(
            {"the Hessian of {} by {} is {}", {subject.f, subject.variables[0], h}});
    }
    std::vector<Expr> pieces = directions;
    std::string text = "the second derivative along {}";
    for (std::size_t i = 1; i < directions.size(); ++i) text += ", {}";
    pieces.push_back(collect(second));
    result.steps.push_back({text + (several ? " (together)" : "") + " is {}", pieces});

    Curvatures by_direction(directions, signs);
    // First with weights and matrices as they are, then with everything multiplied out.
    for (const bool all : {false, true}) {
        const Form form = read_form(second, by_direction, all);
        for (const int sign : {1, -1}) {
            auto proof = prove_psd(form, sign, signs);
            if (!proof) continue;
            result.curve = sign > 0 ? Curve::convex : Curve::concave;
            if (sign < 0) result.steps.push_back({"minus this is at least 0, since:", {}});
            result.steps.insert(result.steps.end(), proof->begin(), proof->end());
            return result;
        }
    }
    return std::nullopt;
}

}  // namespace

std::optional<HessianCertificate> certify_by_hessian(Curvatures& all, Expr f,
                                                     const std::vector<Expr>& variables) {
    if (dag_size(f) > largest_dag) return std::nullopt;
    std::vector<Expr> used;
    for (Expr v : variables)
        if (depends_on(f, v)) used.push_back(v);
    Subject named = with_names(all, f, used);
    const bool renamed = !(named.f == f);
    if (auto found = certify(std::move(named))) return found;
    if (!renamed) return std::nullopt;
    return certify(Subject{f, used, all.signs().bounds(), {}});
}

}  // namespace nabla::passes
