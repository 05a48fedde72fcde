#include "runtime/convexity.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "codegen/source/text.hpp"
#include "ir/traverse.hpp"
#include "passes/convexity.hpp"
#include "passes/monotone.hpp"
#include "passes/pipeline.hpp"

namespace nabla::runtime {
namespace {

/// Expressions in a line of a proof: one line each.
std::string piece_text(ir::Expr e) {
    const std::string text = codegen::print(e);
    const std::size_t end = text.find('\n');
    return end == std::string::npos ? text : text.substr(0, end) + " …";
}

std::string step_text(const passes::CertificateStep& step) {
    std::string line;
    std::size_t piece = 0;
    for (std::size_t i = 0; i < step.text.size(); ++i) {
        if (step.text.compare(i, 2, "{}") == 0 && piece < step.pieces.size()) {
            line += piece_text(step.pieces[piece++]);
            ++i;
        } else {
            line += step.text[i];
        }
    }
    return line;
}

std::string condition_text(const passes::DomainCondition& condition) {
    const std::string relation =
        std::string(condition.below ? "<" : ">") + (condition.strict ? "" : "=");
    return fmt::format("{} {} {}", piece_text(condition.expr), relation, condition.bound);
}

Certificate certificate_of(passes::Curve curve) {
    switch (curve) {
        case passes::Curve::constant:
        case passes::Curve::affine:
            return Certificate::affine;
        case passes::Curve::convex:
            return Certificate::convex;
        case passes::Curve::concave:
            return Certificate::concave;
        case passes::Curve::unknown:
            break;
    }
    return Certificate::unknown;
}

passes::Bounds declared_bounds(const ir::Module& module, const std::vector<ir::Expr>& symbols) {
    passes::Bounds bounds;
    for (const ir::Declaration& declaration : module.declarations) {
        if (std::find(symbols.begin(), symbols.end(), declaration.symbol) == symbols.end())
            continue;
        bounds[declaration.symbol] = {declaration.lower, declaration.upper};
    }
    return bounds;
}

}  // namespace

ConvexityAnswer certify_convexity(const ModelState& model, ir::Expr f,
                                  const std::vector<ir::Expr>& variables, const Values& values) {
    ConvexityAnswer answer;
    for (const ir::Expr v : variables) answer.variables.push_back(v.symbol().name);
    {
        const auto lock = model.lock();
        const std::vector<ir::Expr> symbols = ir::symbols_of(std::vector<ir::Expr>{f});
        const passes::Bounds bounds = declared_bounds(model.module(), symbols);
        const passes::ConvexityProof proof = passes::prove_convexity(f, variables, bounds);
        answer.range = passes::range_of(f, bounds);
        for (const ir::Expr v : variables) {
            const ir::Trend trend = passes::monotone_in(f, v, bounds);
            if (trend == ir::Trend::increasing) answer.increasing.push_back(v.symbol().name);
            if (trend == ir::Trend::decreasing) answer.decreasing.push_back(v.symbol().name);
        }
        answer.certificate = certificate_of(proof.curve);
        for (const passes::CertificateStep& step : proof.steps)
            answer.proof.push_back(step_text(step));
        for (const auto& condition : proof.domain)
            answer.domain.push_back(condition_text(condition));
        answer.function = format_formula(passes::finish(f));
    }
    if (answer.certificate != Certificate::unknown) return answer;
    CurvatureSearch found = search_curvature(model, f, variables, values);
    answer.downwards = std::move(found.downwards);
    answer.upwards = std::move(found.upwards);
    answer.at_given_values = found.kept_values;
    if (answer.downwards) answer.certificate = Certificate::not_convex;
    return answer;
}

std::string_view to_string(Certificate certificate, bool maximize) noexcept {
    switch (certificate) {
        case Certificate::affine:
            return maximize ? "concave" : "convex";
        case Certificate::convex:
            return "convex";
        case Certificate::concave:
            return "concave";
        case Certificate::not_convex:
            return "not convex";
        case Certificate::unknown:
            return "unknown";
    }
    return {};
}

std::string sign_summary(const ConvexityAnswer& answer) {
    std::vector<std::string> parts;
    if (answer.range.low > -HUGE_VAL && answer.range.high < HUGE_VAL)
        parts.push_back(
            fmt::format("between {:.6g} and {:.6g}", answer.range.low, answer.range.high));
    else if (answer.range.low > -HUGE_VAL)
        parts.push_back(fmt::format("at least {:.6g}", answer.range.low));
    else if (answer.range.high < HUGE_VAL)
        parts.push_back(fmt::format("at most {:.6g}", answer.range.high));
    if (!answer.increasing.empty())
        parts.push_back(fmt::format("increasing in {}", fmt::join(answer.increasing, ", ")));
    if (!answer.decreasing.empty())
        parts.push_back(fmt::format("decreasing in {}", fmt::join(answer.decreasing, ", ")));
    return fmt::format("{}", fmt::join(parts, "; "));
}

std::string summary(const ConvexityAnswer& answer) {
    const std::string in = answer.variables.empty()
                               ? std::string()
                               : fmt::format(" in {}", fmt::join(answer.variables, ", "));
    const std::string where = answer.domain.empty()
                                  ? std::string()
                                  : fmt::format(", where {}", fmt::join(answer.domain, ", "));
    switch (answer.certificate) {
        case Certificate::affine:
            return "affine" + in + ": convex and concave";
        case Certificate::convex:
        case Certificate::concave:
            return std::string(to_string(answer.certificate)) + in + where;
        case Certificate::not_convex:
            return (answer.upwards ? "neither convex nor concave" : "not convex") + in;
        case Certificate::unknown:
            return "unknown: no proof that it is convex or concave" + in +
                   (answer.upwards ? "; it is not concave" : ", and no counterexample");
    }
    return {};
}

}  // namespace nabla::runtime
