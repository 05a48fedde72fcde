#include "runtime/method_options.hpp"

#include <cmath>
#include <nabla/error.hpp>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "frontend/methods.hpp"
#include "frontend/suggest.hpp"
#include "runtime/located.hpp"
#include "runtime/optimize/minimize.hpp"
#include "runtime/unsupported.hpp"

namespace nabla::runtime {
namespace {

int whole_number(const std::string& option, double value) {
    if (!(value >= 1 && value <= 1e9 && value == std::floor(value))) {
        throw InputError(fmt::format("{} must be a whole number from 1 on, not {}", option, value));
    }
    return static_cast<int>(value);
}

/// "did you mean `newton`? methods: gd, newton, lbfgs"
std::string suggestion(std::string_view word, const std::vector<std::string>& known,
                       std::string_view what) {
    const std::string nearest = syntax::did_you_mean(word, known);
    return fmt::format("{}{}{}: {}", nearest, nearest.empty() ? "" : " ", what,
                       fmt::join(known, ", "));
}

void set_option(FitOptions& options, const std::string& option, double value) {
    if (option == "tol") {
        if (!(value > 0 && std::isfinite(value))) {
            throw InputError(fmt::format("tol must be a positive number, not {}", value));
        }
        options.tolerance = value;
        return;
    }
    if (option == "max_iter") {
        options.max_iterations = whole_number(option, value);
        return;
    }
    if (auto* lbfgs = std::get_if<Lbfgs>(&options.method); lbfgs != nullptr && option == "memory") {
        lbfgs->memory = whole_number(option, value);
        return;
    }
    throw UnsupportedError(fmt::format("the option {} of the method {} is not available yet",
                                       option, method_info(options.method).name));
}

}  // namespace

Method method_by_name(std::string_view name) {
    if (const MethodInfo* info = find_method(name)) return info->defaults;
    std::vector<std::string> names;
    for (const MethodInfo& info : methods()) names.emplace_back(info.name);
    if (syntax::is_method(name)) {
        throw UnsupportedError(fmt::format("the method {} is not available yet", name),
                               suggestion("", names, "methods"));
    }
    throw InputError(fmt::format("there is no method {}", name),
                     suggestion(name, names, "methods"));
}

FitOptions method_options(const ir::Problem& problem, const std::optional<Method>& instead) {
    FitOptions options;
    if (instead) {
        options.method = *instead;
    } else if (!problem.method.empty()) {
        options.method =
            located(problem.method_where, [&] { return method_by_name(problem.method); });
    }
    for (std::size_t i = 0; i < problem.method_options.size(); ++i) {
        const auto& [name, value] = problem.method_options[i];
        const bool general = name == "tol" || name == "max_iter";
        if (instead && !general) continue;
        const bool placed = i < problem.option_wheres.size();
        const auto set = [&, &option = name, number = value] {
            set_option(options, option, number);
        };
        located(placed ? problem.option_wheres[i] : problem.where, set);
    }
    return options;
}

}  // namespace nabla::runtime
