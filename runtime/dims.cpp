#include "runtime/dims.hpp"

#include <algorithm>
#include <nabla/error.hpp>
#include <utility>

#include <fmt/format.h>

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
    Linear linear;
    for (const ir::DimTerm& term : dim.terms()) {
        __int128 factor = term.coefficient;
        bool has_unknown = false;
        for (const std::string& name : term.names) {
            if (const auto known = values.find(name); known != values.end()) {
                factor *= known->second;
            } else if (has_unknown || (!linear.unknown.empty() && linear.unknown != name)) {
                return std::nullopt;
            } else {
                has_unknown = true;
                linear.unknown = name;
            }
        }
        (has_unknown ? linear.coefficient : linear.constant) += factor;
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
    if (value < 0) throw InputError(fmt::format("the dimension {} cannot be {}", name, value));
    const auto [place, is_new] = values_.emplace(name, value);
    if (!is_new && place->second != value) {
        throw InputError(fmt::format("{} is {} by {} and {} by {}", name, place->second,
                                     origin_[name], value, what));
    }
    origin_.emplace(name, std::move(what));
}

void DimSolver::fix_all(const ir::DimSubstitution& fixed) {
    for (const auto& [name, dim] : fixed) {
        if (const auto value = dim.constant()) fix(name, *value, fmt::format("dim {}", name));
    }
}

void DimSolver::add(std::string_view name, const ir::Shape& shape, const Sizes& sizes) {
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
        throw InputError(
            fmt::format("{} is {}, but its value is {}", declared, kind(shape.size()), given));
    }
    for (std::size_t axis = 0; axis < sizes.size(); ++axis) {
        equations_.push_back({shape[axis], static_cast<std::int64_t>(sizes[axis]),
                              std::string(name), declared, describe_sizes(sizes)});
    }
}

ir::DimValues DimSolver::solve() {
    std::vector<Equation> open = equations_;
    for (bool progress = true; progress;) {
        const auto left =
            std::remove_if(open.begin(), open.end(), [&](const Equation& e) { return settle(e); });
        progress = left != open.end();
        open.erase(left, open.end());
    }
    return values_;
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
    if (rest % linear->coefficient != 0 || rest / linear->coefficient < 0) {
        contradiction(equation, fmt::format("no size {} makes {} equal {}", linear->unknown,
                                            equation.dim.str(), equation.value));
    }
    fix(linear->unknown, static_cast<std::int64_t>(rest / linear->coefficient), equation.array);
    return true;
}

void DimSolver::contradiction(const Equation& equation, const std::string& why) const {
    throw InputError(fmt::format("the value of {} is {}, which does not fit {}: {}", equation.array,
                                 equation.sizes, equation.declared, why));
}

Sizes concrete_sizes(const ir::Shape& shape, const ir::DimValues& dims, std::string_view what) {
    Sizes sizes;
    for (const ir::Dim dim : shape) {
        const auto value = ir::evaluate(dim, dims);
        if (!value) {
            throw InputError(fmt::format("the size {} of {} is not known", dim.str(), what),
                             "no value that is given fixes it");
        }
        if (*value < 0) {
            throw InputError(fmt::format("the size {} of {} would be {}", dim.str(), what, *value));
        }
        sizes.push_back(static_cast<std::size_t>(*value));
    }
    return sizes;
}

}  // namespace nabla::runtime
