// Slices of arrays as they are written: columns of the identity beside a matrix are columns of that
// matrix, a unit vector beside one is a row or a column of it.
#include <algorithm>

#include "passes/notation_terms.hpp"

namespace nabla::passes {
namespace {

constexpr const char* whole = ":";

bool is_unit(const NotationPtr& n) { return n->kind == NotationKind::call && n->text == "unit"; }

/// The unit vector, as a column or a row; else null.
NotationPtr unit_in(const NotationPtr& n) {
    if (is_unit(n)) return n;
    return n->kind == NotationKind::transpose && is_unit(n->children[0]) ? n->children[0] : nullptr;
}

/// eye(n)[:, range] or eye(n)[range, :]: the range, with the axis that it stands on.
struct IdentityPart {
    std::string range;
    std::size_t axis;
};
std::optional<IdentityPart> identity_part(const NotationPtr& n) {
    if (n->kind != NotationKind::indexed || n->indices.size() != 2 ||
        n->children[0]->kind != NotationKind::identity)
        return std::nullopt;
    bool columns = n->indices[0] == whole && n->indices[1] != whole;
    bool rows = n->indices[1] == whole && n->indices[0] != whole;
    if (columns == rows) return std::nullopt;
    return IdentityPart{n->indices[columns ? 1 : 0], columns ? 1U : 0U};
}

/// A vector or matrix that is sliced on some axes: what it is sliced from, and the indices.
std::pair<NotationPtr, std::vector<std::string>> unsliced(const NotationPtr& n) {
    bool slice = n->kind == NotationKind::indexed && n->rank == n->children[0]->rank;
    if (slice) return {n->children[0], n->indices};
    return {n, std::vector<std::string>(n->rank, whole)};
}

/// base[…], where `axis` gets `index`; the axis goes if that is an entry. Null where it is sliced
/// already.
NotationPtr part_at(const NotationPtr& base, std::size_t axis, const std::string& index,
                    bool entry) {
    if (base->kind == NotationKind::transpose && base->rank == 2) {
        NotationPtr inner = part_at(base->children[0], 1 - axis, index, entry);
        return inner ? transposed(inner) : nullptr;
    }
    if (base->kind == NotationKind::transpose && base->rank == 1) {
        NotationPtr inner = part_at(base->children[0], 0, index, entry);
        return inner && inner->rank == 1 ? transposed(inner) : inner;
    }
    auto [source, indices] = unsliced(base);
    bool half = source == base && base->kind == NotationKind::indexed && base->rank == 1 &&
                base->indices.size() == 2;
    if (half) {
        // A[i, :] at j is A[i, j].
        source = base->children[0];
        indices = base->indices;
        axis = indices[0] == whole ? 0 : 1;
    }
    if (axis >= indices.size() || indices[axis] != whole) return nullptr;
    indices[axis] = index;
    Notation n;
    n.kind = NotationKind::indexed;
    n.children = {source};
    n.rank = static_cast<std::uint8_t>(base->rank - (entry ? 1 : 0));
    n.row = n.rank == 1 && (base->rank == 1 ? base->row : axis == 0);
    n.indices = std::move(indices);
    return make(std::move(n));
}

/// left · right, where one of them is a part of the identity or a unit vector; else null.
NotationPtr as_part(const NotationPtr& left, const NotationPtr& right) {
    if (left->rank == 0 || right->rank == 0) return nullptr;
    bool product = (left->rank == 2 || left->row) && (right->rank == 2 || !right->row);
    if (!product) return nullptr;
    if (auto part = identity_part(right); part && part->axis == 1)
        return part_at(left, left->rank - 1U, part->range, false);
    if (auto part = identity_part(left); part && part->axis == 0)
        return part_at(right, 0, part->range, false);
    if (NotationPtr unit = unit_in(right))
        return part_at(left, left->rank - 1U, unit->indices[0], true);
    if (NotationPtr unit = unit_in(left)) return part_at(right, 0, unit->indices[0], true);
    return nullptr;
}

}  // namespace

std::vector<NotationPtr> with_parts(std::vector<NotationPtr> chain) {
    for (std::size_t k = 0; k + 1 < chain.size();) {
        NotationPtr part = as_part(chain[k], chain[k + 1]);
        if (!part) {
            ++k;
            continue;
        }
        chain[k] = part;
        chain.erase(chain.begin() + static_cast<std::ptrdiff_t>(k) + 1);
        if (k > 0) --k;
    }
    return chain;
}

NotationPtr entry_of(const NotationPtr& vector, const NotationPtr& unit) {
    return part_at(vector, 0, unit->indices[0], true);
}

bool is_unit_vector(const NotationPtr& n) { return is_unit(n); }

NotationPtr transposed_part(const NotationPtr& part) {
    if (!identity_part(part)) return nullptr;
    Notation n = *part;
    std::swap(n.indices[0], n.indices[1]);
    return make(std::move(n));
}

}  // namespace nabla::passes
