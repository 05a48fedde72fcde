// Numbers for dimension names, from the sizes of the arrays that are bound.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nabla/array.hpp>
#include <nabla/error.hpp>

#include "ir/module.hpp"
#include "ir/shape.hpp"

namespace nabla::runtime {

/// Collects "this declared shape has these sizes" and solves for the dimension names. Remembers
/// which array each number came from, so that a contradiction can name both.
class DimSolver {
public:
    /// `what` gave the dimension name this value: `--dim`, `dim n = 4`. Throws InputError if the
    /// name has another value, or if `value` is less than 1 or above `max_dimension`.
    void fix(const std::string& name, std::int64_t value, std::string what);

    /// The `dim` lines of a model: `dim n = 4`, `dim m = n - 1`, `dim n >= 3`.
    void fix_all(const ir::Module& module);

    /// What must hold of the sizes in the end.
    void require(const std::vector<ir::SizeCondition>& conditions);

    /// Every name that `fixed` makes a number, as by a `dim` line, or ties to others.
    void fix_all(const ir::DimSubstitution& fixed);

    /// The array `name`, declared with `shape`, has these sizes. Throws InputError if the ranks
    /// differ.
    void add(std::string_view name, const ir::Shape& shape, const Sizes& sizes,
             const Location& where = {});

    /// Values for all names that the sizes determine. Throws InputError where they contradict each
    /// other, where no whole number fits (`2n+1` entries, and 4 are given), or where a name that is
    /// tied to others (`dim m = n - 3`) would be less than 1.
    ir::DimValues solve();

private:
    struct Equation {
        ir::Dim dim;
        std::int64_t value = 0;
        std::string array;
        std::string declared;  ///< `X[m, n]`
        std::string sizes;     ///< `3×4`
        Location where;        ///< of the declaration
    };

    bool settle(const Equation& equation);
    void settle_ties();
    void check_ties() const;
    void check_bounds() const;
    void check_conditions() const;
    [[noreturn]] void contradiction(const Equation& equation, const std::string& why) const;

    std::vector<Equation> equations_;
    ir::DimValues values_;
    ir::DimSubstitution ties_;
    std::vector<ir::DimBound> bounds_;
    std::vector<ir::SizeCondition> conditions_;
    std::map<std::string, std::string> origin_;
};

/// The sizes of an array of this shape. Throws InputError that names the dimension that is missing;
/// `what` is the array or output meant.
Sizes concrete_sizes(const ir::Shape& shape, const ir::DimValues& dims, std::string_view what);

/// How a dimension name that no array fixes gets its number.
std::string help_on_size(std::string_view name);

/// `X[m, n]`; just the name for a scalar.
std::string declared_text(std::string_view name, const ir::Shape& shape);

/// `n = 4` lines for the values at hand, only of names that occur in `shape`.
std::string describe_dims(const ir::Shape& shape, const ir::DimValues& dims);

}  // namespace nabla::runtime
