// Unification of sizes. A size that is not known yet is a dimension name that no user can type
// (`?7`); an equation between two polynomials is solved for a name that occurs in it linearly with
// coefficient ±1 and nowhere else in it, the youngest unknown first. Promises that whatever was
// unified once resolves to the same polynomial ever after.
#pragma once

#include <nabla/error.hpp>

#include "ir/context.hpp"
#include "ir/module.hpp"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace nabla::syntax {

/// Shape and orientation of a value. Orientation matters for vectors only.
struct Type {
    std::vector<ir::Dim> dims;
    ir::Orientation orientation = ir::Orientation::column;

    std::size_t rank() const { return dims.size(); }
    bool is_scalar() const { return dims.empty(); }
    bool is_vector() const { return dims.size() == 1; }
    bool is_matrix() const { return dims.size() == 2; }
    bool is_row() const { return is_vector() && orientation == ir::Orientation::row; }
    bool is_column() const { return is_vector() && orientation == ir::Orientation::column; }
};

class DimSolver {
public:
    explicit DimSolver(ir::Context& context) : context_(&context) {}

    /// A size that is not known yet.
    ir::Dim fresh();
    /// Makes a typed name mean a polynomial (`dim m = n - 1`, or a size that the data give).
    void fix(const std::string& name, ir::Dim value) { solution_[name] = value; }
    /// Takes it back: the name is free again.
    void release(const std::string& name) { solution_.erase(name); }

    ir::Dim resolve(ir::Dim dim) const;
    Type resolve(Type type) const;

    /// Makes the two equal; false if that is impossible or cannot be decided.
    bool unify(ir::Dim a, ir::Dim b);
    bool unify(const Type& a, const Type& b);  ///< ranks must be equal
    bool equal(ir::Dim a, ir::Dim b) const { return resolve(a) == resolve(b); }

    /// Gives the unknowns that are left in `dims` readable names in the order of `preferred`, then
    /// n1, n2, …, none of them in `taken`.
    void name_unknowns(const std::vector<ir::Dim>& dims, std::vector<std::string> preferred,
                       const std::set<std::string>& taken);

    /// Whether the resolved size still contains an unknown.
    bool is_open(ir::Dim dim) const;

    /// `m×n`, `n`, `row of n`, `scalar`, for messages; unknowns are shown as `?`.
    std::string show(const Type& type) const;
    std::string show(ir::Dim dim) const;

    /// The part of the text that is being checked: where unknowns get their sizes.
    Span place;
    /// Where the first unknown of a size, as it was made, got its value.
    std::optional<Span> place_of(ir::Dim made) const;

    /// Data were given: typed names may be solved for numbers too.
    bool sizes_from_data = false;

    ir::Context& context() const { return *context_; }
    const ir::DimSubstitution& solution() const { return solution_; }

private:
    bool unify_products(ir::Dim difference);

    ir::Context* context_;
    ir::DimSubstitution solution_;
    std::map<std::string, Span> places_;
    std::set<std::string> given_;  ///< readable names of unknowns
    int unknowns_ = 0;
    int named_ = 0;
};

}  // namespace nabla::syntax
