// The canonical form of multilinear products. `einsum(context, data)` of build.hpp runs these steps
// until nothing changes; equal products then end up as one node, however they were written:
//
//   - positive integer powers of Einsum factors are flattened in (up to `max_factors`), powers are
//     distributed over entrywise products where that is valid for real numbers;
//   - factors with equal base and labels merge their exponents; numbers go to the coefficient;
//   - identities contract away unless both labels are outputs; X · X^-1 cancels where their shared
//     label occurs exactly twice;
//   - connected pieces without an output label split off as shared scalar factors;
//   - labels get canonical numbers by colour refinement and bounded individualisation.
//
// It never distributes a product over a sum.
#pragma once

#include "ir/build.hpp"

namespace nabla::ir {

/// Beyond this many factors products stay nested; without a limit the derivatives of long chains
/// grow without bound, and contraction orders are searched exactly up to it.
inline constexpr std::size_t max_factors = 12;

/// A product being brought to canonical form.
struct EinsumWork {
    Context& context;
    Number coefficient = 1;
    std::vector<Factor> factors;
    Labels output;
    std::vector<Dim> dims;
    bool zero = false;

    LabelId new_label(Dim dim) {
        dims.push_back(dim);
        return static_cast<LabelId>(dims.size() - 1);
    }
    bool is_output(LabelId label) const;
    int occurrences(LabelId label) const;  ///< over all factors
    void relabel(LabelId from, LabelId to);
};

// Each step returns whether it changed something. einsum_factors.cpp:
bool simplify_factors(EinsumWork& work);
bool merge_equal_factors(EinsumWork& work);
// einsum_matrix.cpp:
bool eliminate_identities(EinsumWork& work);
bool cancel_inverses(EinsumWork& work);
// einsum_selection.cpp: a slice of a slice; parts that do not meet.
bool reduce_selections(EinsumWork& work);
/// A product over axes that Reshapes merge, as one over the axes themselves; nothing if there is no
/// such axis.
std::optional<Expr> expand_reshapes(const EinsumWork& work);
/// The same for two Reshapes among other factors: (A ⊗ B) (C ⊗ D) x.
bool merge_reshapes(EinsumWork& work);
// einsum_selectors.cpp: triangular masks.
bool simplify_selectors(EinsumWork& work);
// einsum_subproduct.cpp: (X^T X)^-1 X^T X is I.
bool cancel_product_inverses(EinsumWork& work);
// einsum_components.cpp: afterwards every factor with labels is connected to an output, or the
// product is one connected scalar.
bool split_components(EinsumWork& work);
// canonical_labels.cpp: numbers labels (outputs first, in order), sorts factors.
void canonical_labels(EinsumWork& work);

/// If `e` is only a permutation of the axes of another expression: that expression and the axes.
struct PermutationMatch {
    Expr base;
    std::vector<std::uint8_t> axes;  ///< as for permute()
};
std::optional<PermutationMatch> match_permutation(Expr e);

/// Whether M^T rather than M represents the pair {M, M^T} where only one of them may stand (in a
/// product, an inverse, a determinant): the one with fewer transposed terms, then by structure,
/// whatever the sign.
bool prefers_transpose(Expr m);

/// Arrays of one shape (or scalars) that are constant along some axes by construction: what they
/// are without these axes, and the axes that are left.
struct Spread {
    std::vector<Expr> bases;
    std::vector<std::uint8_t> axes;
};
/// Nothing if they vary along every axis.
std::optional<Spread> match_spread(std::span<const Expr> alike);
/// An array of `shape` that varies along `axes` alone, as `base` does.
Expr spread(Expr base, const std::vector<std::uint8_t>& axes, const Shape& shape);

/// If `e` is a scalar spread over a shape (the same number everywhere): that scalar.
std::optional<Expr> match_broadcast(Expr e);

}  // namespace nabla::ir
