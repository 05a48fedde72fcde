// The form in which equal expressions become equal nodes: products are multiplied out over sums,
// elementary functions are written by exponentials, logarithms, sines and cosines of single terms,
// and what stands beside an inverse is divided by it. It only ever serves a comparison: it may be
// far longer than what it was made of, is never shown, and loses digits.
//
// Every step keeps the value wherever both the expression and its replacement are defined, for real
// numbers; what has to be invertible or nonzero for that is collected. Determinants become symbols
// of their own, so that they can be moved about like numbers.
#pragma once

#include <cstddef>
#include <optional>
#include <unordered_map>
#include <vector>

#include "ir/expr.hpp"

namespace nabla::passes {

/// There are too many terms, or numbers that are not exact: nothing is known.
struct NoNormalForm {};

class NormalForm {
public:
    explicit NormalForm(ir::Context& context, std::size_t most_terms = 4000)
        : context_(context), most_terms_(most_terms) {}

    /// `e` is free of Derivative nodes. Throws NoNormalForm.
    ir::Expr operator()(ir::Expr e);

    /// The same after a look at the whole of a claim: what angles have in common, and what is
    /// positive because a logarithm is taken of it.
    ir::Expr of_claim(ir::Expr e);

    /// What was inverted or divided by on the way, in normal form, each once.
    const std::vector<ir::Expr>& inverted() const { return inverted_; }
    void assume_invertible(ir::Expr e);

    /// Whether `symbol` stands for the determinant of something that depends on `other`.
    bool hides(ir::Expr symbol, ir::Expr other) const;

    /// Determinants and the diagonals of open_diagonals() written out again: the form to show.
    ir::Expr shown(ir::Expr e) const;

    /// `e` with the symbols that are declared diagonal as diag(d), d a vector of its own.
    ir::Expr open_diagonals(ir::Expr e);

    ir::Context& context() const { return context_; }

private:
    ir::Expr visit(ir::Expr e);
    ir::Expr add_up(const std::vector<ir::Term>& terms, const ir::Shape& shape);
    ir::Expr multiply_out(ir::Expr product);
    /// One step with a product, or null if it is in normal form.
    ir::Expr step(ir::Expr product);
    ir::Expr normal_factors(ir::Expr product);
    ir::Expr reduce(ir::Expr e);
    ir::Expr function(ir::Expr e);
    ir::Expr exponential(ir::Expr z);
    ir::Expr logarithm(ir::Expr q);
    ir::Expr log_abs(ir::Expr q);
    bool is_positive(ir::Expr e) const;
    ir::Expr absolute(ir::Expr q);
    ir::Expr trigonometric(ir::Fn f, ir::Expr z);
    void note_angles(ir::Expr z);
    ir::Expr real_power(ir::Expr base, ir::Expr exponent);
    ir::Expr inverse_of(ir::Expr matrix);
    ir::Expr det_of(ir::Expr matrix);
    ir::Expr det_of_blocks(ir::Expr matrix);
    ir::Expr det_symbol(ir::Expr matrix);
    /// det(I + rest) as before·det(I + rest), the least such rest.
    struct IdentityRest {
        ir::Expr before, rest;
    };
    IdentityRest remainder_of_identity(ir::Expr rest);
    ir::Expr unit_determinants(ir::Expr product);

    ir::Context& context_;
    std::size_t most_terms_;
    int depth_ = 0;
    std::unordered_map<ir::Expr, ir::Expr, ir::ExprHash> known_;
    std::unordered_map<ir::Expr, ir::Expr, ir::ExprHash> determinants_;  ///< matrix to symbol
    std::unordered_map<ir::Expr, ir::Expr, ir::ExprHash> hidden_;        ///< symbol to matrix
    std::unordered_map<ir::Expr, ir::Expr, ir::ExprHash> diagonals_;   ///< matrix symbol to vector
    std::unordered_map<ir::Expr, std::int64_t, ir::ExprHash> angles_;  ///< common denominators
    std::vector<ir::Expr> positive_;  ///< wherever the claim is defined
    std::vector<ir::Expr> inverted_;
};

}  // namespace nabla::passes
