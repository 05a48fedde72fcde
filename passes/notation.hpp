// A tree of matrix notation: what an expression looks like on paper, before it is spelled as ASCII,
// Unicode or LaTeX. Trees are immutable and share subtrees; make() fills in what is derived from
// the children, so that size, order and equality of notations are cheap to ask for.
#pragma once

#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "ir/expr.hpp"

namespace nabla::passes {

struct Notation;
using NotationPtr = std::shared_ptr<const Notation>;

enum class NotationKind : std::uint8_t {
    number,  ///< `number`, not negative unless it stands alone
    pi,
    name,               ///< `text`: a symbol, or a dimension as a scalar
    identity,           ///< `I`; with text "eye", `eye(dims[0])`, where nothing else tells the size
    ones,               ///< ones(dims…)
    zeros,              ///< zeros(dims…)
    sum,                ///< children; signs[k] is true where child k is subtracted
    product,            ///< children side by side: scalars first, then a matrix chain
    hadamard,           ///< .* of children
    quotient,           ///< children[0] / children[1], the latter a scalar
    hadamard_quotient,  ///< children[0] ./ children[1]; children[0] may be a scalar
    power,              ///< children[0] ^ exponent (or ^ children[1]): of a scalar or a matrix
    hadamard_power,     ///< children[0] .^ exponent (or .^ children[1])
    transpose,
    inverse,            ///< X^-1
    inverse_transpose,  ///< X^-T
    norm,               ///< ||children[0]||_text (text: "", "1", "inf", "F")
    call,               ///< text(children…, indices…): functions, tr, det, diag, sum(X, 2) …
    index_tensor,       ///< [indices…: children[0]]; without indices a scalar `[: …]`
    indexed,            ///< children[0][indices…]
    block,              ///< [children…; …]: signs[k] is true where child k begins a row
    kronecker,          ///< A ⊗ B of children
    compare,            ///< children[0] text children[1]: the first argument of where()
};

struct Notation {
    NotationKind kind = NotationKind::number;
    ir::Number number;
    ir::Rational exponent{1};
    std::string text;
    ir::Shape dims;  ///< of ones, zeros, identity; what a det or a sum of a vector goes over
    std::vector<std::string> indices;
    std::vector<std::string> summed;  ///< of an index_tensor: indices that its terms sum over
    /// Of an index_tensor: what it shows, but for the scalar `scale` (null: 1) that was multiplied
    /// into its text. For output languages without index notation.
    ir::Expr source;
    std::shared_ptr<const Notation> scale;
    std::vector<bool> signs;
    mutable std::vector<NotationPtr> children;  ///< mutable for the destructor alone
    std::uint8_t rank = 0;                      ///< axes of the value
    bool row = false;                           ///< of rank 1: written as a row
    bool symmetric = false;                     ///< of rank 2: known to equal its transpose

    // Derived by make().
    std::int64_t size = 1;        ///< symbols, numbers and operators; saturates
    std::int64_t depth = 1;       ///< nesting
    std::int64_t transposes = 0;  ///< in the whole tree; saturates
    std::int64_t spreads = 0;     ///< ones(n) in the whole tree; saturates
    std::int64_t degree = 0;      ///< symbols with multiplicity: 3 for x^T A x; saturates
    std::uint64_t hash = 0;       ///< of the structure
    /// Names that tensors in here sum over: they would catch an index of the same name around them.
    std::shared_ptr<const std::set<std::string>> dummies;

    Notation() = default;
    Notation(const Notation&) = default;
    Notation(Notation&&) = default;
    Notation& operator=(const Notation&) = default;
    Notation& operator=(Notation&&) = default;
    /// Takes deep trees apart in a loop: the default would recurse once a level.
    ~Notation();
};

/// Completes and shares a node.
NotationPtr make(Notation node);

/// Number of symbols, numbers and operators: the measure "never longer than the textbook's".
std::int64_t notation_size(const Notation& notation);

/// Structural equality.
bool same(const NotationPtr& a, const NotationPtr& b);

/// A total order that people expect of equal ranks: by the symbols as they are read (x y before
/// x z), then shorter first. Depends on structure alone.
int compare_reading(const NotationPtr& a, const NotationPtr& b);
/// The same with what it looks at first, which is worth keeping where many are sorted.
struct Reading {
    std::vector<std::string> symbols;
    std::vector<int> outline;  ///< the kinds of the nodes
};
Reading reading_of(const NotationPtr& notation);
int compare_reading(const NotationPtr& a, const Reading& left, const NotationPtr& b,
                    const Reading& right);
/// True if `a` is the better of two equal forms: fewer transposes, then shorter, then in order.
bool simpler(const NotationPtr& a, const NotationPtr& b);

/// A name of more than one letter, as `lambda` or `margin`, and not `x1` or `w_2`.
bool is_word(const std::string& name);

/// A function call at the top or up to two levels below.
bool contains_call(const NotationPtr& notation);

// Leaves and plain nodes.
NotationPtr number_notation(const ir::Number& value);
NotationPtr name_notation(const std::string& text, std::uint8_t rank, bool symmetric = false);
NotationPtr dim_notation(ir::Dim dim);
NotationPtr sized_notation(NotationKind kind, const ir::Shape& dims);  ///< ones, zeros, identity
/// A function of `rank`; `options` are spelled after the arguments as they are (`axis=1`).
NotationPtr call_notation(const std::string& function, std::vector<NotationPtr> arguments,
                          std::uint8_t rank, std::vector<std::string> options = {});
NotationPtr norm_notation(const NotationPtr& argument, const std::string& subscript = {});
/// det(matrix), which knows the size n×n: determinants of one size are joined, det(A B).
NotationPtr determinant_notation(const NotationPtr& matrix, ir::Dim size);
NotationPtr negated(const NotationPtr& argument);
/// A ⊗ B of matrices, columns and rows.
NotationPtr kronecker_notation(const NotationPtr& left, const NotationPtr& right);
/// `tril(…)` or `triu(…)`.
bool is_triangle(const Notation& notation);
/// `diag(v)`; the identity for the vector of ones.
NotationPtr diagonal_notation(const NotationPtr& vector);
NotationPtr inverse_notation(const NotationPtr& matrix);

/// The transpose, pushed to where it reads best: `(A B)^T` is `B^T A^T`, a symmetric matrix stays.
NotationPtr transposed(const NotationPtr& argument);
/// B^T X^T + X^T B^T as (X B + B X)^T: a sum of transposes, or a product of three and more, as one
/// transpose where that is shorter; else the argument.
NotationPtr transpose_outside(const NotationPtr& argument);

}  // namespace nabla::passes
