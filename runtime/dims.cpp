#include "runtime/dims.hpp"

#include <algorithm>
#include <nabla/error.hpp>
#include <utility>

#include <fmt/format.h>

#include "runtime/check_extents.hpp"
#include "runtime/located.hpp"
#include "runtime/values.hpp"

namespace nabla::runtime {
namespace {

// `coefficient · unknown + constant`, all other names replaced by their values.
struct Linear {
    std::string unknown;
    __int128 coefficient = 0;
    __int128 constant = 0;
};

// Empty if the polynomial holds two unknown names, or one in a power.
std::optional<Linear> as_linear(ir::Dim dim, const ir::DimValues& values) {
    const auto too_large = [&] {
        return InputError(fmt::format("with these sizes, {} is too large", dim.str()));
    };
    Linear linear;
    for (const ir::DimTerm& term : dim.terms()) {
        __int128 factor = term.coefficient;
        bool has_unknown = false;
        for (const std::string& name : term.names) {
            if (const auto known = values.find(name); known != values.end()) {
                if (__builtin_mul_overflow(factor, __int128{known->second}, &factor)) {
                    throw too_large();
                }
            } else if (has_unknown || (!linear.unknown.empty() && linear.unknown != name)) {
                return std::nullopt;
            } else {
                has_unknown = true;
                linear.unknown = name;
            }
        }
        __int128& sum = has_unknown ? linear.coefficient : linear.constant;
        if (__builtin_add_overflow(sum, factor, &sum)) throw too_large();
    }
    return linear;
}

}  // namespace

std::string declared_text(std::string_view name, const ir::Shape& shape) {
    if (shape.empty()) return std::string(name);
    std::vector<std::string> dims;
    for (const ir::Dim dim : shape) dims.push_back(dim.str());
    return fmt::format("{}[{}]", name, fmt::join(dims, ", "));
}

std::string describe_dims(const ir::Shape& shape, const ir::DimValues& dims) {
    std::vector<std::string> parts;
    for (const ir::Dim dim : shape) {
        for (const std::string& name : dim.names()) {
            const auto known = dims.find(name);
            if (known == dims.end()) continue;
            std::string part = fmt::format("{} = {}", name, known->second);
            if (std::find(parts.begin(), parts.end(), part) == parts.end()) {
                parts.push_back(std::move(part));
            }
        }
    }
    return fmt::format("{}", fmt::join(parts, ", "));
}

void DimSolver::fix(const std::string& name, std::int64_t value, std::string what) {
    if (value < 1) {
        throw InputError(fmt::format("{} cannot be {} ({})", name, value, what),
                         "a dimension is at least 1");
    }
    if (value > max_dimension) {
        throw InputError(fmt::format("{} = {} is too large ({})", name, value, what),
                         fmt::format("a dimension is at most {}", max_dimension));
    }
    const auto [place, is_new] = values_.emplace(name, value);
    if (!is_new && place->second != value) {
        throw InputError(fmt::format("{} is {} by {} and {} by {}", name, place->second,
                                     origin_[name], value, what));
    }
    origin_.emplace(name, std::move(what));
}

void DimSolver::fix_all(const ir::DimSubstitution& fixed) {
    for (const auto& [name, dim] : fixed) {
        if (const auto value = dim.constant()) {
            fix(name, *value, fmt::format("dim {}", name));
        } else {
            ties_.emplace(name, dim);
        }
    }
}

void DimSolver::add(std::string_view name, const ir::Shape& shape, const Sizes& sizes,
                    const Location& where) {
    const std::string declared = declared_text(name, shape);
    if (shape.size() != sizes.size()) {
        const auto kind = [](std::size_t rank) {
            switch (rank) {
                case 0:
                    return std::string("a scalar");
                case 1:
                    return std::string("a vector");
                case 2:
                    return std::string("a matrix");
                default:
                    return fmt::format("a tensor of rank {}", rank);
            }
        };
        const std::string given =
            sizes.empty() ? kind(0)
                          : fmt::format("{} ({})", kind(sizes.size()), describe_sizes(sizes));
        throw InputError({error_at(where, fmt::format("{} is {}, but its value is {}", declared,
                                                      kind(shape.size()), given))});
    }
    if (std::find(sizes.begin(), sizes.end(), 0U) != sizes.end()) {
        throw InputError({error_at(
            where, fmt::format("the value of {} is empty ({})", name, describe_sizes(sizes)),
            "sizes are at least 1")});
    }
    for (std::size_t axis = 0; axis < sizes.size(); ++axis) {
        equations_.push_back({shape[axis], static_cast<std::int64_t>(sizes[axis]),
                              std::string(name), declared, describe_sizes(sizes), where});
    }
}

ir::DimValues DimSolver::solve() {
    settle_ties();
    std::vector<Equation> open = equations_;
    for (bool progress = true; progress;) {
        const auto left =
            std::remove_if(open.begin(), open.end(), [&](const Equation& e) { return settle(e); });
        progress = left != open.end();
        open.erase(left, open.end());
    }
    check_ties();
    check_bounds();
    check_conditions();
    return values_;
}

void DimSolver::fix_all(const ir::Module& module) {
    fix_all(module.dims);
    bounds_.insert(bounds_.end(), module.dim_bounds.begin(), module.dim_bounds.end());
    require(module.size_conditions);
}

void DimSolver::require(const std::vector<ir::SizeCondition>& conditions) {
    conditions_.insert(conditions_.end(), conditions.begin(), conditions.end());
}

void DimSolver::check_conditions() const {
    std::vector<Diagnostic> broken;
    for (const ir::SizeCondition& condition : conditions_) {
        const auto surplus = ir::evaluate(condition.surplus, values_);
        if (!surplus || *surplus >= 0) continue;
        broken.push_back(
            error_at(condition.where, condition.text,
                     fmt::format("here {}", describe_dims({condition.surplus}, values_))));
    }
    if (!broken.empty()) throw InputError(std::move(broken));
}

void DimSolver::check_bounds() const {
    for (const ir::DimBound& bound : bounds_) {
        std::optional<std::int64_t> value;
        std::string from;
        if (const auto known = values_.find(bound.name); known != values_.end()) {
            value = known->second;
            from = origin_.at(bound.name);
        } else if (const auto tie = ties_.find(bound.name); tie != ties_.end()) {
            const std::vector<std::string> names = tie->second.names();
            if (std::all_of(names.begin(), names.end(),
                            [&](const std::string& name) { return values_.contains(name); })) {
                value = ir::evaluate(tie->second, values_);
                from = tie->second.str();
            }
        }
        if (!value || (*value >= bound.lower && *value <= bound.upper)) continue;
        throw InputError(
            std::vector<Diagnostic>{{Severity::error,
                                     bound.where,
                                     fmt::format("{} is {} (from {}), which breaks `dim {}`",
                                                 bound.name, *value, from, bound.text),
                                     {},
                                     {}}});
    }
}

// Shapes hold a tied name's polynomial, never the name: a number given for it speaks of the others.
void DimSolver::settle_ties() {
    for (const auto& [name, dim] : ties_) {
        const auto given = values_.find(name);
        if (given == values_.end()) continue;
        equations_.push_back({dim,
                              given->second,
                              name,
                              fmt::format("dim {} = {}", name, dim.str()),
                              std::to_string(given->second),
                              {}});
    }
}

void DimSolver::check_ties() const {
    for (const auto& [name, dim] : ties_) {
        const std::vector<std::string> names = dim.names();
        if (!std::all_of(names.begin(), names.end(),
                         [&](const std::string& other) { return values_.contains(other); })) {
            continue;
        }
        const std::int64_t value = *ir::evaluate(dim, values_);
        if (value >= 1) continue;
        throw InputError(fmt::format("{} = {} would be {}, with {}", name, dim.str(), value,
                                     describe_dims({dim}, values_)),
                         "a dimension is at least 1");
    }
}

// True if the equation holds now, perhaps by giving its one unknown a value.
bool DimSolver::settle(const Equation& equation) {
    const auto linear = as_linear(equation.dim, values_);
    if (!linear) return false;
    const __int128 rest = equation.value - linear->constant;
    if (linear->coefficient == 0) {
        if (rest == 0) return true;
        std::vector<std::string> known;
        for (const std::string& name : equation.dim.names()) {
            known.push_back(
                fmt::format("{} = {} (from {})", name, values_.at(name), origin_[name]));
        }
        contradiction(equation, known.empty() ? std::string("the declaration fixes the sizes")
                                              : fmt::format("{}", fmt::join(known, ", ")));
    }
    if (rest % linear->coefficient != 0 || rest / linear->coefficient < 1) {
        contradiction(equation, fmt::format("no size {} makes {} equal {}", linear->unknown,
                                            equation.dim.str(), equation.value));
    }
    if (rest / linear->coefficient > max_dimension) {
        contradiction(equation, fmt::format("{} would be too large", linear->unknown));
    }
    fix(linear->unknown, static_cast<std::int64_t>(rest / linear->coefficient), equation.array);
    return true;
}

void DimSolver::contradiction(const Equation& equation, const std::string& why) const {
    throw InputError({error_at(
        equation.where, fmt::format("the value of {} is {}, which does not fit {}: {}",
                                    equation.array, equation.sizes, equation.declared, why))});
}

std::string help_on_size(std::string_view name) {
    return fmt::format(
        "no value that is given fixes it; `dim {0} = 100` does (--declare 'dim {0} = 100' for an "
        "expression on the command line)",
        name);
}

Sizes concrete_sizes(const ir::Shape& shape, const ir::DimValues& dims, std::string_view what) {
    Sizes sizes;
    for (const ir::Dim dim : shape) {
        const auto value = ir::evaluate(dim, dims);
        if (!value) {
            const std::vector<std::string> names = dim.names();
            const auto open = std::find_if(names.begin(), names.end(),
                                           [&](const auto& name) { return !dims.contains(name); });
            throw InputError(fmt::format("the size {} of {} is not known", dim.str(), what),
                             help_on_size(open == names.end() ? names.front() : *open));
        }
        if (*value < 1) {
            throw InputError(dim.constant() ? fmt::format("{} would have the size {}", what, *value)
                                            : fmt::format("the size {} of {} would be {}",
                                                          dim.str(), what, *value),
                             "sizes are at least 1");
        }
        sizes.push_back(static_cast<std::size_t>(*value));
    }
    return sizes;
}

}  // namespace nabla::runtime
