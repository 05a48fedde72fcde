// Symmetry and definiteness of products, from their structure: is there an exchange of labels that
// swaps the two outputs and maps the product onto itself, and does it split the product into
// B^T M B with M positive semidefinite (X^T X, X^T diag(s) X with s >= 0, x^T A x with A psd)?
#pragma once

#include <functional>
#include <vector>

#include "ir/expr.hpp"

namespace nabla::ir {

struct MirrorStructure {
    bool symmetric = false;  ///< a matrix that equals its transpose (false for scalars)
    bool psd = false;        ///< of a matrix; of a scalar: nonnegative as a quadratic form
};

MirrorStructure mirror_structure(const EinsumData& data);

/// An exchange of labels, its own inverse, that maps a product onto itself: `image[l]` is the label
/// that l is exchanged with (itself: fixed; -1: no factor carries it), `partner[k]` the factor that
/// factor k goes to.
struct Mirroring {
    std::vector<int> image;
    std::vector<int> partner;
};

/// Calls `accept` for each such exchange (of the two outputs, if there are two) until it returns
/// true; a bounded search.
bool find_mirroring(const EinsumData& data, const std::function<bool(const Mirroring&)>& accept);

/// Whether the factors that are exchanged fall into two halves that meet only at fixed labels and
/// in factors that are their own image.
bool halves_separate(const EinsumData& data, const Mirroring& mirroring);

}  // namespace nabla::ir
