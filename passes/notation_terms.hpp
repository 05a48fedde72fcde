// Products as people arrange them: a coefficient, scalar powers, then one vector or matrix; what
// has a negative exponent goes below a fraction bar.
#pragma once

#include <optional>
#include <vector>

#include "passes/notation.hpp"

namespace nabla::passes {

/// base^exponent, entry by entry.
struct Power {
    NotationPtr base;
    ir::Rational exponent{1};
};

/// Multiplies `powers` by `factor`: equal bases merge, the exponent 0 disappears.
void multiply_power(std::vector<Power>& powers, const Power& factor);

/// coefficient · Π scalars · core. Without a core the value is a scalar. A scalar spread over a
/// shape has the core ones(…).
struct Monomial {
    ir::Number coefficient = 1;
    std::vector<Power> scalars;
    NotationPtr core;
};

/// The whole as one notation; the sign in front is part of it.
NotationPtr assemble(const Monomial& monomial);
/// The same without its sign, which `negative` gets.
NotationPtr assemble_magnitude(const Monomial& monomial, bool& negative);

/// Side by side: nested products flattened, scalars first, runs of one matrix as a power.
NotationPtr product_notation(std::vector<NotationPtr> children);
/// Entry-by-entry product of powers of equal shape, `.*` and `./`, in reading order. Not empty.
NotationPtr hadamard_notation(std::vector<Power> powers);
/// A scalar, vector or matrix to a power entry by entry; `exponent` > 0.
NotationPtr power_notation(const NotationPtr& base, const ir::Rational& exponent);

// notation_parts.cpp:
/// The factors of a matrix product, where a part of the identity or a unit vector turns its
/// neighbour into a slice or an entry: x[2:5], A[:, 3].
std::vector<NotationPtr> with_parts(std::vector<NotationPtr> chain);
/// `unit(k, n)`, and the entry that it picks from a vector (null if there is no such notation).
bool is_unit_vector(const NotationPtr& n);
NotationPtr entry_of(const NotationPtr& vector, const NotationPtr& unit);
/// eye(n)[:, range] from eye(n)[range, :] and back; null if it is neither.
NotationPtr transposed_part(const NotationPtr& part);

/// notation_scalars.cpp: the same product in fewer words, sum(x)/n as mean(x), det(A) det(B) as
/// det(A B).
std::vector<Power> joined_scalars(std::vector<Power> scalars);

/// True if the number is shown as a decimal (0.1, 0.05) and not as a fraction (1/2, 1/3).
bool shown_as_decimal(const ir::Number& number);

}  // namespace nabla::passes
