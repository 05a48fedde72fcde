#include "runtime/classify.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "ir/build.hpp"
#include "ir/traverse.hpp"
#include "passes/convexity.hpp"
#include "passes/pipeline.hpp"
#include "runtime/compute.hpp"
#include "runtime/formula.hpp"
#include "runtime/hessian_at.hpp"
#include "runtime/model_state.hpp"
#include "runtime/program_sizes.hpp"
#include "runtime/symmetric_eigen.hpp"

namespace nabla::runtime {
namespace {

using ir::Fact;

constexpr std::size_t most_entries = 300;  ///< of all variables together
constexpr std::size_t most_shown = 8;      ///< eigenvalues in a text
constexpr std::size_t longest_text = 120;  ///< of a Hessian in a text
constexpr double zero = 1e-10;             ///< against the largest eigenvalue
constexpr double still = 1e-6;             ///< a gradient against the Hessian and the point

std::string shortened(double value) { return fmt::format("{:.6g}", value + 0.0); }

std::string eigenvalue_text(const std::vector<double>& values) {
    if (values.size() == 1) return "the second derivative is " + shortened(values[0]);
    if (values.size() > most_shown)
        return fmt::format("the {} eigenvalues of the Hessian lie between {} and {}", values.size(),
                           shortened(values.front()), shortened(values.back()));
    std::vector<std::string> texts;
    for (const double value : values) texts.push_back(shortened(value));
    return fmt::format("the Hessian's eigenvalues are {}", fmt::join(texts, ", "));
}

CriticalKind kind_of(std::vector<double>& eigenvalues) {
    const double largest = std::max(std::abs(eigenvalues.front()), std::abs(eigenvalues.back()));
    int positive = 0, negative = 0;
    for (double& value : eigenvalues) {
        if (std::abs(value) <= zero * largest) value = 0;
        positive += value > 0 ? 1 : 0;
        negative += value < 0 ? 1 : 0;
    }
    if (positive > 0 && negative > 0) return CriticalKind::saddle;
    if (static_cast<std::size_t>(positive) == eigenvalues.size()) return CriticalKind::minimum;
    if (static_cast<std::size_t>(negative) == eigenvalues.size()) return CriticalKind::maximum;
    return CriticalKind::degenerate;
}

/// Eigenvalues in the space of symmetric (…) matrices only: the Hessian is 0 across it.
std::size_t free_entries(ir::Expr variable, const Sizes& sizes) {
    if (sizes.size() != 2 || sizes[0] != sizes[1]) return entry_count(sizes);
    const std::size_t n = sizes[0];
    if (variable.has(Fact::diagonal)) return n;
    if (variable.has(Fact::antisymmetric)) return n * (n - 1) / 2;
    const bool half =
        variable.has(Fact::symmetric) || variable.has(Fact::lower) || variable.has(Fact::upper);
    return half ? n * (n + 1) / 2 : n * n;
}

/// Takes out the zeros that only say that the variables have a structure.
void leave_structure(std::vector<double>& eigenvalues, std::size_t count) {
    while (eigenvalues.size() > count) {
        const auto smallest =
            std::min_element(eigenvalues.begin(), eigenvalues.end(),
                             [](double a, double b) { return std::abs(a) < std::abs(b); });
        eigenvalues.erase(smallest);
    }
}

double norm(const std::vector<Array>& arrays) {
    double sum = 0;
    for (const Array& array : arrays)
        for (const double entry : array.values()) sum += entry * entry;
    return std::sqrt(sum);
}

std::string hessian_text(ir::Expr hessian) {
    std::string text = format_formula(hessian).text;
    return text.size() <= longest_text ? text : std::string();
}

enum class Definiteness : std::uint8_t { strict, any };

Classification by_definiteness(ir::Expr hessian, Definiteness wanted = Definiteness::any) {
    const ir::Expr opposite = passes::finish(ir::negate(hessian));
    const bool scalar = hessian.is_scalar();
    const std::string text = hessian_text(hessian);
    const std::string subject =
        (scalar ? "the second derivative" : "the Hessian") + (text.empty() ? "" : " " + text);
    const auto says = [&](CriticalKind kind, const char* matrix, const char* number) {
        return Classification{kind, subject + " is " + (scalar ? number : matrix), {}, 0};
    };
    const auto holds = [&](ir::Expr h, Fact matrix, Fact number) {
        return h.has(scalar ? number : matrix);
    };
    if (holds(hessian, Fact::pd, Fact::positive))
        return says(CriticalKind::minimum, "positive definite", "positive");
    if (holds(opposite, Fact::pd, Fact::positive))
        return says(CriticalKind::maximum, "negative definite", "negative");
    if (wanted == Definiteness::strict) return {};
    if (holds(hessian, Fact::psd, Fact::nonnegative))
        return says(CriticalKind::minimum,
                    "positive semidefinite and the same everywhere (unique where it is definite)",
                    "at least 0 and the same everywhere");
    if (holds(opposite, Fact::psd, Fact::nonnegative))
        return says(CriticalKind::maximum,
                    "negative semidefinite and the same everywhere (unique where it is definite)",
                    "at most 0 and the same everywhere");
    return {};
}

/// What declared facts say of the Hessian by one scalar or vector where rounding hides it: X^T X of
/// nearly dependent columns, X declared full_rank, is definite at sizes that are known.
Classification by_facts(ir::Expr f, ir::Expr variable, const ir::DimValues& sizes) {
    ir::DimSubstitution numbers;
    for (const auto& [name, size] : sizes) numbers[name] = f.context().dim(size);
    const ir::Expr hessian =
        passes::finish(ir::derivative(ir::DerivativeMode::hessian, f, {variable}));
    return by_definiteness(ir::substitute_dims(hessian, numbers), Definiteness::strict);
}

}  // namespace

std::optional<Classification> classify_point(const ModelState& model, ir::Expr f,
                                             const std::vector<ir::Expr>& variables,
                                             const Values& values) {
    Program program;
    ir::Expr finished;
    {
        const auto lock = model.lock();
        finished = passes::finish(f);
        std::vector<ir::Expr> symbols = ir::symbols_of(std::vector<ir::Expr>{finished});
        symbols.insert(symbols.end(), variables.begin(), variables.end());
        program.inputs = model.in_declaration_order(std::move(symbols));
        for (const ir::Expr v : variables)
            program.outputs.push_back(
                passes::finish(ir::derivative(ir::DerivativeMode::gradient, f, {v})));
    }
    if (!has_values(program, values)) return std::nullopt;
    const KnownSizes sizes = sizes_of(model, program, values);
    if (!sizes.missing.empty()) return std::nullopt;
    std::size_t entries = 0, free = 0;
    for (const ir::Expr v : variables) {
        const Sizes& its = values.find(v.symbol().name)->array.sizes();
        entries += entry_count(its);
        free += free_entries(v, its);
    }
    if (entries > most_entries || free == 0) return std::nullopt;

    HessianAt hessian(model, finished, variables, program.inputs, sizes.dims);
    std::vector<const Array*> inputs;
    for (const ir::Expr symbol : program.inputs)
        inputs.push_back(&values.find(symbol.symbol().name)->array);
    const auto matrix = hessian.matrix(inputs);
    if (!matrix) return Classification{CriticalKind::unknown, "the Hessian is not finite", {}, 0};

    Classification result;
    result.gradient_norm = norm(compute(
        model, program, std::vector<std::string>(variables.size(), "the gradient"), values));
    result.eigenvalues = symmetric_eigen(*matrix, entries).values;
    leave_structure(result.eigenvalues, free);
    result.kind = kind_of(result.eigenvalues);
    result.reason = eigenvalue_text(result.eigenvalues);
    double size = 1;
    for (const ir::Expr v : variables) size += norm({values.find(v.symbol().name)->array});
    const double largest =
        std::max(std::abs(result.eigenvalues.front()), std::abs(result.eigenvalues.back()));
    if (!(result.gradient_norm <= still * std::max(largest * size, 1e-8))) {
        result.kind = CriticalKind::not_critical;
        result.reason =
            fmt::format("the gradient has the norm {}", shortened(result.gradient_norm));
    } else if (result.kind == CriticalKind::degenerate && variables.size() == 1 &&
               variables[0].rank() <= 1) {
        const auto lock = model.lock();
        const Classification known = by_facts(finished, variables[0], sizes.dims);
        if (known.kind != CriticalKind::unknown) {
            result.kind = known.kind;
            result.reason = known.reason;
        }
    }
    return result;
}

std::optional<ir::Expr> potential_of(const ir::Solve& request) {
    for (const auto& [side, other] :
         {std::pair(request.left, request.right), std::pair(request.right, request.left)}) {
        if (side.op() != ir::Op::derivative || !ir::is_zero(other)) continue;
        const ir::DerivativeData& data = side.derivative();
        if (data.mode == ir::DerivativeMode::gradient && data.arguments[1] == request.unknown)
            return data.arguments[0];
    }
    return std::nullopt;
}

std::optional<Classification> classify_solution(const ModelState& model, const ir::Solve& request,
                                                const Values& values) {
    const auto f = potential_of(request);
    if (!f) return std::nullopt;
    try {
        if (auto found = classify_point(model, *f, {request.unknown}, values)) return found;
        const auto lock = model.lock();
        if (request.unknown.rank() <= 1) {
            Classification found = by_definiteness(
                passes::finish(ir::derivative(ir::DerivativeMode::hessian, *f, {request.unknown})));
            if (found.kind != CriticalKind::unknown) return found;
        }
        const passes::ConvexityProof proof = passes::prove_convexity(*f, {request.unknown});
        if (proof.curve == passes::Curve::convex)
            return Classification{CriticalKind::minimum, "the function is convex", {}, 0};
        if (proof.curve == passes::Curve::concave)
            return Classification{CriticalKind::maximum, "the function is concave", {}, 0};
    } catch (const InputError&) {
        // No second derivative, or one that is too much work: nothing is said.
    } catch (const NumericalError&) {
    }
    return Classification{CriticalKind::unknown,
                          "nothing is known of the Hessian's eigenvalues without values",
                          {},
                          0};
}

std::string_view to_string(CriticalKind kind) noexcept {
    switch (kind) {
        case CriticalKind::minimum:
            return "minimum";
        case CriticalKind::maximum:
            return "maximum";
        case CriticalKind::saddle:
            return "saddle";
        case CriticalKind::degenerate:
            return "degenerate";
        case CriticalKind::not_critical:
            return "not a critical point";
        case CriticalKind::unknown:
            return "unknown";
    }
    return {};
}

std::string summary(const Classification& found) {
    return found.reason.empty() ? std::string(to_string(found.kind))
                                : fmt::format("{}: {}", to_string(found.kind), found.reason);
}

}  // namespace nabla::runtime
