// The state of one conversion to notation, shared by its parts: what each node became, and the
// names that bound indices may take.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "ir/build.hpp"
#include "passes/notation_terms.hpp"

namespace nabla::passes {

class NotationBuilder {
public:
    /// The node as coefficient, scalars and core.
    const Monomial& monomial(ir::Expr e);
    /// −e, where a difference inside may have been turned instead of writing a sign.
    const Monomial& negative(ir::Expr e);
    /// The node as one notation, signs included.
    NotationPtr notation(ir::Expr e);
    /// k-th name for a bound index: none that a symbol or a dimension of the expressions has.
    std::string index_name(std::size_t k, const std::set<std::string>& not_these = {}) const;

private:
    void build(ir::Expr root);
    /// Children before parents; what has an entry is not walked again.
    std::vector<ir::Expr> unknown_below(ir::Expr root) const;
    struct Entry {
        Monomial plain, negated;
        NotationPtr notation;
    };
    const Entry& entry(ir::Expr e);
    std::unordered_map<ir::Expr, Entry, ir::ExprHash> entries_;
    std::set<std::string> taken_;
};

// One function a group of node kinds; children of `e` are in the builder already.
Monomial einsum_monomial(NotationBuilder& builder, ir::Expr e, bool negated);
Monomial sum_monomial(NotationBuilder& builder, ir::Expr e, bool negated);
Monomial map_monomial(NotationBuilder& builder, ir::Expr e);
Monomial reduce_monomial(NotationBuilder& builder, ir::Expr e);

/// A difference, or an odd function of one, which may swallow a sign: −(a − b) is b − a.
bool can_turn(ir::Expr e);
/// −f(a − b) as f(b − a).
Monomial turned_odd_function(NotationBuilder& builder, ir::Expr e);

/// `softmax(z)` or `softmax(X, 2)`.
NotationPtr softmax_notation(NotationBuilder& builder, const char* name,
                             const ir::SoftmaxMatch& match);

/// A Selection of one column that nothing else carries: it picks an entry, as a unit vector does.
bool picks_entry(const ir::Factor& factor, const std::vector<ir::Factor>& all,
                 const ir::Labels& output);
NotationPtr unit_notation(ir::Expr selection);
/// A Reshape of a product as a Kronecker product or a diagonal matrix, with scalings of its rows
/// and columns; nothing if it is no such product.
std::optional<Monomial> kronecker_form(NotationBuilder& builder, ir::Expr reshape);
/// A Selection, an Iota or a Reshape.
Monomial parts_monomial(NotationBuilder& builder, ir::Expr e);
/// A Sum of arrays between zeros that fill a whole, as a block literal; null if it is none.
NotationPtr block_notation(NotationBuilder& builder, ir::Expr sum);
/// where() and comparisons, which only stand in it.
NotationPtr choice_notation(NotationBuilder& builder, ir::Expr e);

/// `core` alone, or as the one scalar of rank 0.
Monomial single(NotationPtr value);

/// An expression in index notation; of any op where its rank is above 2, else a sum or product.
NotationPtr index_notation(NotationBuilder& builder, ir::Expr e);
/// Some factors of a product, summed over all labels but `output`, in index notation.
NotationPtr index_notation(NotationBuilder& builder, const std::vector<ir::Factor>& factors,
                           const ir::Labels& output, const std::vector<ir::Dim>& dims);

/// Multiplies by (c Π s^p)^q for a scalar; a norm takes any exponent, it is not negative.
void multiply_scalar(Monomial& result, const Monomial& scalar, const ir::Rational& exponent);

/// A difference that should be 1 − f(x) and is f(x) − 1.
bool reads_better_turned(NotationBuilder& builder, const ir::Factor& factor);

/// The factor's base^exponent without labels: 1/sqrt for rnorm, and a difference to an even power
/// the way round that reads best, (X w - y)^2.
Power factor_power(NotationBuilder& builder, const ir::Factor& factor);

}  // namespace nabla::passes
