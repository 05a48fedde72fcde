#include "passes/notation_signs.hpp"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

namespace nabla::passes {
namespace {

// Larger formulas are not read as a whole by anybody.
constexpr std::int64_t largest_formula = 20'000;

bool is_difference(const Notation& n) {
    return n.kind == NotationKind::sum && n.children.size() > 1 &&
           std::find(n.signs.begin(), n.signs.end(), true) != n.signs.end() &&
           std::find(n.signs.begin(), n.signs.end(), false) != n.signs.end();
}

/// b − a for a − b: positive terms in front.
NotationPtr turned(const NotationPtr& difference) {
    Notation n = *difference;
    n.children.clear();
    n.signs.clear();
    for (bool was_negative : {true, false})
        for (std::size_t k = 0; k < difference->children.size(); ++k) {
            if (difference->signs[k] != was_negative) continue;
            n.children.push_back(difference->children[k]);
            n.signs.push_back(!was_negative);
        }
    return make(std::move(n));
}

bool is_even_power(const Notation& n) {
    bool power = n.kind == NotationKind::power || n.kind == NotationKind::hadamard_power;
    return power && n.children.size() == 1 && n.exponent.is_integer() && n.exponent.num % 2 == 0;
}

/// Children whose sign does not count: that of a norm, of an even power, the two ends of
/// r^T A r and of r r^T.
std::vector<std::size_t> free_children(const Notation& n) {
    bool alone = n.kind == NotationKind::norm || is_even_power(n) ||
                 (n.kind == NotationKind::call && n.text == "abs");
    if (alone && is_difference(*n.children[0])) return {0};
    if (n.kind != NotationKind::product) return {};
    auto chain = std::find_if(n.children.begin(), n.children.end(),
                              [](const NotationPtr& c) { return c->rank > 0; });
    if (n.children.end() - chain < 2) return {};
    const NotationPtr &first = *chain, &last = n.children.back();
    bool ends = first->rank == 1 && last->rank == 1 && same(transposed(first), last);
    const NotationPtr& column = first->row ? last : first;
    if (!ends || !is_difference(*column)) return {};
    return {static_cast<std::size_t>(chain - n.children.begin()), n.children.size() - 1};
}

class Signs {
public:
    /// Notes every difference whose sign counts.
    void note(const NotationPtr& n) {
        if (!seen_.insert(n->hash).second) return;
        if (is_difference(*n)) fixed_.insert(n->hash);
        std::vector<std::size_t> free = free_children(*n);
        for (std::size_t k = 0; k < n->children.size(); ++k) {
            bool is_free = std::find(free.begin(), free.end(), k) != free.end();
            if (!is_free) {
                note(n->children[k]);
                continue;
            }
            NotationPtr column = n->children[k];
            if (column->row) column = transposed(column);
            for (const NotationPtr& below : column->children) note(below);
        }
    }

    NotationPtr agreed(const NotationPtr& n) {
        auto known = done_.find(n->hash);
        if (known != done_.end()) return known->second;
        Notation changed = *n;
        std::vector<std::size_t> free = free_children(*n);
        for (std::size_t k : free) {
            bool row = changed.children[k]->row;
            NotationPtr column = row ? transposed(changed.children[k]) : changed.children[k];
            NotationPtr other = turned(column);
            if (!fixed_.contains(other->hash) || fixed_.contains(column->hash)) continue;
            changed.children[k] = row ? transposed(other) : other;
        }
        bool same_children = true;
        for (std::size_t k = 0; k < changed.children.size(); ++k) {
            changed.children[k] = agreed(changed.children[k]);
            same_children = same_children && changed.children[k] == n->children[k];
        }
        NotationPtr result = same_children ? n : make(std::move(changed));
        return done_[n->hash] = result;
    }

private:
    std::unordered_set<std::uint64_t> seen_, fixed_;
    std::unordered_map<std::uint64_t, NotationPtr> done_;
};

}  // namespace

NotationPtr with_consistent_signs(const NotationPtr& notation) {
    constexpr std::int64_t deepest = 400;
    if (notation->size > largest_formula || notation->depth > deepest) return notation;
    Signs signs;
    signs.note(notation);
    return signs.agreed(notation);
}

}  // namespace nabla::passes
