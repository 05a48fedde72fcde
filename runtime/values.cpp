#include "runtime/values.hpp"

#include <algorithm>
#include <cmath>
#include <nabla/error.hpp>
#include <utility>

#include <fmt/format.h>

#include "frontend/names.hpp"

namespace nabla::runtime {

void Values::add(Value value) {
    value.name = syntax::canonical_name(value.name);
    if (const Value* taken = find(value.name); taken != nullptr) {
        std::string message = fmt::format("{} is given twice", value.name);
        if (!taken->origin.empty() && !value.origin.empty()) {
            message += taken->origin == value.origin
                           ? fmt::format(", both times by {}", value.origin)
                           : fmt::format(": by {} and by {}", taken->origin, value.origin);
        }
        throw InputError(std::move(message), "give each name its values once");
    }
    values_.push_back(std::move(value));
}

void Values::add_all(Values other) {
    for (Value& value : other.values_) add(std::move(value));
}

const Value* Values::find(std::string_view name) const {
    const std::string canonical = syntax::canonical_name(name);
    const auto found = std::find_if(values_.begin(), values_.end(),
                                    [&](const Value& value) { return value.name == canonical; });
    return found == values_.end() ? nullptr : &*found;
}

Value* Values::find(std::string_view name) {
    return const_cast<Value*>(std::as_const(*this).find(name));
}

std::string describe_sizes(const Sizes& sizes) {
    return sizes.empty() ? std::string("scalar") : fmt::format("{}", fmt::join(sizes, "×"));
}

namespace {

struct Moments {
    double mean = 0;
    double deviation = 0;
};

// Two passes: the textbook one-pass formula cancels for columns far from zero.
Moments column_moments(const double* first, std::size_t rows, std::size_t stride) {
    Moments moments;
    for (std::size_t row = 0; row < rows; ++row) moments.mean += first[row * stride];
    moments.mean /= static_cast<double>(rows);
    for (std::size_t row = 0; row < rows; ++row) {
        const double distance = first[row * stride] - moments.mean;
        moments.deviation += distance * distance;
    }
    moments.deviation = std::sqrt(moments.deviation / static_cast<double>(rows));
    return moments;
}

}  // namespace

void standardize(Values& values, std::string_view name) {
    Value* value = values.find(name);
    if (value == nullptr) {
        throw InputError(fmt::format("cannot standardize {}: no data has that name", name));
    }
    Array& array = value->array;
    if (array.rank() == 0 || array.rank() > 2) {
        throw InputError(fmt::format("cannot standardize {} ({}): only a matrix has columns", name,
                                     describe_sizes(array.sizes())));
    }
    const std::size_t rows = array.sizes()[0];
    const std::size_t columns = array.rank() == 2 ? array.sizes()[1] : 1;
    for (std::size_t column = 0; column < columns && rows > 0; ++column) {
        double* first = array.data() + column;
        const Moments moments = column_moments(first, rows, columns);
        if (!std::isfinite(moments.deviation)) {
            throw InputError(
                fmt::format("cannot standardize {}: column {} holds a number that is not finite",
                            name, column + 1));
        }
        // Rounding leaves a constant column a deviation of a few units in the last place.
        if (moments.deviation <= 1e-14 * std::abs(moments.mean) || moments.deviation == 0) continue;
        for (std::size_t row = 0; row < rows; ++row) {
            double& entry = first[row * columns];
            entry = (entry - moments.mean) / moments.deviation;
        }
    }
}

}  // namespace nabla::runtime
