// One expression for all values of an index: what a sum over an index is made of. Inside the sum
// the index i is a one-hot vector, x[i] its inner product with x; batch() puts the identity in its
// place, all m one-hot vectors at once, and the products become plain again: x[i] is x.
#pragma once

#include <optional>
#include <stdexcept>

#include "ir/expr.hpp"

namespace nabla::ir {

/// Thrown where an operation has no form over an extra axis: an inverse of a matrix that depends
/// on the index.
struct NotBatched : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// `e` at every value of the index that `one_hot` (a symbol of shape [m]) marks: shape [m] before
/// that of `e`. Throws NotBatched.
Expr batch(Expr e, Expr one_hot);

}  // namespace nabla::ir
