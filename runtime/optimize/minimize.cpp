#include "runtime/optimize/minimize.hpp"

#include <algorithm>
#include <array>
#include <nabla/error.hpp>
#include <utility>

namespace nabla {

std::string_view to_string(Status status) noexcept {
    switch (status) {
        case Status::converged:
            return "converged";
        case Status::max_iterations:
            return "max_iterations";
        case Status::line_search_failed:
            return "line_search_failed";
        case Status::unbounded:
            return "unbounded";
        case Status::not_finite:
            return "not_finite";
    }
    return "";
}

}  // namespace nabla

namespace nabla::runtime {
namespace {

constexpr std::array table{
    MethodInfo{"lbfgs", "L-BFGS", lbfgs, Lbfgs{}, false, 1000},
    MethodInfo{"newton", "Newton", newton, Newton{}, true, 1000},
    MethodInfo{"gd", "gradient descent", gradient_descent, GradientDescent{}, false, 10000},
};
static_assert(table.size() == std::variant_size_v<Method>, "each method has its row");

}  // namespace

std::span<const MethodInfo> methods() noexcept { return table; }

const MethodInfo* find_method(std::string_view name) noexcept {
    const auto found = std::find_if(table.begin(), table.end(),
                                    [&](const MethodInfo& row) { return row.name == name; });
    return found == table.end() ? nullptr : &*found;
}

const MethodInfo& method_info(const Method& method) {
    const auto found = std::find_if(table.begin(), table.end(), [&](const MethodInfo& row) {
        return row.defaults.index() == method.index();
    });
    if (found == table.end()) throw InternalError("an optimization method without a row");
    return *found;
}

Solution minimize(const Objective& objective, const Method& method, Settings settings,
                  std::vector<double> start) {
    const MethodInfo& info = method_info(method);
    if (start.size() != objective.size) {
        throw InternalError("the start has another size than the objective");
    }
    if (settings.max_iterations <= 0) settings.max_iterations = info.max_iterations;
    return info.solve(objective, settings, method, std::move(start));
}

}  // namespace nabla::runtime
