#include "passes/separate.hpp"

#include <algorithm>
#include <numeric>
#include <utility>
#include <vector>

#include "ir/build.hpp"
#include "ir/einsum.hpp"

namespace nabla::passes {

using namespace ir;

namespace {

/// One product of the Jacobian: scale · left[i, k] · right[l, j], with k and l swapped if
/// `transposed`; or entries[i, j] where k = i and l = j.
struct Piece {
    Expr scale;
    MatrixMap map;
};

/// Labels that factors connect.
class Components {
public:
    explicit Components(const EinsumData& product) : parent_(product.dims.size()) {
        std::iota(parent_.begin(), parent_.end(), std::size_t{0});
        for (const Factor& factor : product.factors) {
            for (LabelId label : factor.labels) join(label, factor.labels.front());
        }
    }
    std::size_t of(std::size_t label) const {
        while (parent_[label] != label) label = parent_[label];
        return label;
    }

private:
    void join(std::size_t a, std::size_t b) { parent_[of(a)] = of(b); }
    std::vector<std::size_t> parent_;
};

/// A part of a product as one of its own: labels that it does not use are none of its.
Expr product_of(Context& context, const EinsumData& product, std::vector<Factor> factors,
                Labels output) {
    EinsumData made;
    std::vector<std::optional<LabelId>> renamed(product.dims.size());
    const auto rename = [&](LabelId& label) {
        if (!renamed[label]) {
            renamed[label] = static_cast<LabelId>(made.dims.size());
            made.dims.push_back(product.dims[label]);
        }
        label = *renamed[label];
    };
    for (LabelId& label : output) rename(label);
    for (Factor& factor : factors) {
        for (LabelId& label : factor.labels) rename(label);
    }
    made.factors = std::move(factors);
    made.output = std::move(output);
    return einsum(context, std::move(made));
}

Expr part(Context& context, const EinsumData& product, const Components& components,
          std::size_t component, Labels output) {
    std::vector<Factor> factors;
    for (const Factor& factor : product.factors) {
        if (!factor.labels.empty() && components.of(factor.labels.front()) == component) {
            factors.push_back(factor);
        }
    }
    return product_of(context, product, std::move(factors), std::move(output));
}

/// All four axes hang together through entries[i, j] and the identities [i, k] and [j, l].
std::optional<MatrixMap> entry_by_entry(Context& context, const EinsumData& product) {
    const Labels& axes = product.output;
    std::vector<Factor> factors;
    int identities = 0;
    for (Factor factor : product.factors) {
        if (factor.labels.empty()) continue;
        const auto joins = [&](std::size_t a, std::size_t b) {
            return factor.base.op() == Op::identity &&
                   ((factor.labels[0] == axes[a] && factor.labels[1] == axes[b]) ||
                    (factor.labels[0] == axes[b] && factor.labels[1] == axes[a]));
        };
        if (joins(0, 2) || joins(1, 3)) {
            ++identities;
            continue;
        }
        for (LabelId& label : factor.labels) {
            if (label == axes[2]) label = axes[0];
            if (label == axes[3]) label = axes[1];
        }
        factors.push_back(std::move(factor));
    }
    if (identities != 2) return std::nullopt;
    MatrixMap map;
    map.entries = product_of(context, product, std::move(factors), {axes[0], axes[1]});
    return map;
}

std::optional<Piece> piece_of(Expr product, const Number& coefficient) {
    if (product.op() != Op::einsum) return std::nullopt;
    const EinsumData& data = product.einsum();
    Context& context = product.context();
    Piece piece{constant(context, coefficient), {}};
    for (const Factor& factor : data.factors) {
        if (factor.labels.empty()) piece.scale = piece.scale * power(factor.base, factor.exponent);
    }
    const Components components(data);
    const Labels& axes = data.output;
    const auto same = [&](std::size_t a, std::size_t b) {
        return components.of(axes[a]) == components.of(axes[b]);
    };
    const auto make = [&](std::size_t axis, Labels output) {
        return part(context, data, components, components.of(axes[axis]), std::move(output));
    };
    if (same(0, 1)) {
        auto map = entry_by_entry(context, data);
        if (!map) return std::nullopt;
        piece.map = *map;
    } else if (same(0, 2) && same(1, 3)) {
        piece.map = {make(0, {axes[0], axes[2]}), make(1, {axes[3], axes[1]}), false, {}};
    } else if (same(0, 3) && same(1, 2)) {
        piece.map = {make(0, {axes[0], axes[3]}), make(1, {axes[2], axes[1]}), true, {}};
    } else {
        return std::nullopt;
    }
    return piece;
}

bool collect_pieces(Expr e, const Number& coefficient, std::vector<Piece>& pieces) {
    if (e.op() == Op::sum) {
        return std::all_of(e.sum().terms.begin(), e.sum().terms.end(), [&](const Term& term) {
            return collect_pieces(term.expr, coefficient * term.coefficient, pieces);
        });
    }
    // A sum with its axes in another order.
    if (const auto permuted = match_permutation(e); permuted && permuted->base.op() == Op::sum) {
        const auto& terms = permuted->base.sum().terms;
        return std::all_of(terms.begin(), terms.end(), [&](const Term& term) {
            return collect_pieces(permute(term.expr, permuted->axes),
                                  coefficient * term.coefficient, pieces);
        });
    }
    const auto piece = piece_of(e, coefficient);
    if (piece) pieces.push_back(*piece);
    return piece.has_value();
}

Expr entries_of(const Piece& piece) {
    if (piece.map.entries) return piece.scale * piece.map.entries;
    return piece.scale * outer(diagonal(piece.map.left), diagonal(piece.map.right));
}

bool acts_by_entry(const Piece& piece) {
    const MatrixMap& map = piece.map;
    return map.entries ||
           (!map.transposed && map.left.has(Fact::diagonal) && map.right.has(Fact::diagonal));
}

Expr total(const std::vector<Piece>& pieces, Expr (*take)(const Piece&)) {
    Expr sum;
    for (const Piece& piece : pieces) sum = sum ? sum + take(piece) : take(piece);
    return sum;
}

}  // namespace

std::optional<MatrixMap> separate(Expr jacobian) {
    std::vector<Piece> pieces;
    if (!collect_pieces(jacobian, 1, pieces) || pieces.empty()) return std::nullopt;
    const MatrixMap& first = pieces.front().map;
    const auto all = [&](auto test) { return std::all_of(pieces.begin(), pieces.end(), test); };
    const bool one_side = all([&](const Piece& piece) {
        return !piece.map.entries && piece.map.transposed == first.transposed;
    });
    if (one_side && all([&](const Piece& piece) { return piece.map.right == first.right; })) {
        return MatrixMap{total(pieces, [](const Piece& p) { return p.scale * p.map.left; }),
                         first.right,
                         first.transposed,
                         {}};
    }
    if (one_side && all([&](const Piece& piece) { return piece.map.left == first.left; })) {
        return MatrixMap{first.left,
                         total(pieces, [](const Piece& p) { return p.scale * p.map.right; }),
                         first.transposed,
                         {}};
    }
    if (all(acts_by_entry)) return MatrixMap{{}, {}, false, total(pieces, entries_of)};
    return std::nullopt;
}

std::optional<std::vector<MatrixMap>> separate_sum(Expr jacobian, int mirrored) {
    std::vector<Piece> pieces;
    if (!collect_pieces(jacobian, 1, pieces) || pieces.empty()) return std::nullopt;
    for (Piece& piece : pieces) {
        if (!piece.map.transposed || mirrored == 0) continue;
        piece.map.transposed = false;
        piece.scale = scale(mirrored, piece.scale);
    }
    std::vector<MatrixMap> terms;
    for (const Piece& piece : pieces) {
        MatrixMap map = piece.map;
        if (map.entries || map.transposed != pieces.front().map.transposed) return std::nullopt;
        map.left = piece.scale * map.left;
        const auto same_right = std::find_if(
            terms.begin(), terms.end(), [&](const MatrixMap& t) { return t.right == map.right; });
        if (same_right == terms.end()) {
            terms.push_back(std::move(map));
        } else {
            same_right->left = same_right->left + map.left;
        }
    }
    for (std::size_t k = 1; k < terms.size(); ++k) {
        const auto same_left =
            std::find_if(terms.begin(), terms.begin() + static_cast<std::ptrdiff_t>(k),
                         [&](const MatrixMap& t) { return t.left == terms[k].left; });
        if (same_left == terms.begin() + static_cast<std::ptrdiff_t>(k)) continue;
        same_left->right = same_left->right + terms[k].right;
        terms.erase(terms.begin() + static_cast<std::ptrdiff_t>(k--));
    }
    return terms;
}

std::optional<Expr> stacked(Expr jacobian) {
    std::vector<Piece> pieces;
    if (!collect_pieces(jacobian, 1, pieces)) return std::nullopt;
    Expr sum;
    for (const Piece& piece : pieces) {
        const MatrixMap& map = piece.map;
        if (map.transposed) return std::nullopt;
        // vec(A X B) = (B^T ⊗ A) vec(X)
        const Expr matrix = piece.scale * (map.entries ? diagonal(vec(map.entries))
                                                       : kronecker(transpose(map.right), map.left));
        sum = sum ? sum + matrix : matrix;
    }
    if (!sum) return std::nullopt;
    return sum;
}

}  // namespace nabla::passes
