// Symmetry and definiteness of products, from their structure: is there an exchange of labels that
// swaps the two outputs and maps the product onto itself, and does it split the product into
// B^T M B with M positive semidefinite (X^T X, X^T diag(s) X with s >= 0, x^T A x with A psd)?
#pragma once

#include "ir/expr.hpp"

namespace nabla::ir {

struct MirrorStructure {
    bool symmetric = false;  ///< a matrix that equals its transpose (false for scalars)
    bool psd = false;        ///< of a matrix; of a scalar: nonnegative as a quadratic form
};

MirrorStructure mirror_structure(const EinsumData& data);

}  // namespace nabla::ir
