// Notation of lines that are not in canonical form.
#include <algorithm>

#include "passes/steps_board.hpp"

namespace nabla::passes {

namespace {

bool is_sum_call(const Notation& n) {
    return n.kind == NotationKind::call && n.text == "sum" && n.rank == 0;
}

bool any_below(const NotationPtr& root, const auto& condition) {
    std::vector<const Notation*> stack{root.get()};
    std::unordered_set<const Notation*> seen;
    while (!stack.empty()) {
        const Notation* n = stack.back();
        stack.pop_back();
        if (!seen.insert(n).second) continue;
        if (condition(*n)) return true;
        for (const NotationPtr& child : n->children) stack.push_back(child.get());
    }
    return false;
}

bool is_trace(const Notation& n) { return n.kind == NotationKind::call && n.text == "tr"; }

bool is_entrywise(const Notation& n) {
    return n.kind == NotationKind::hadamard || n.kind == NotationKind::hadamard_quotient;
}

}  // namespace

bool mentions(const NotationPtr& in, const std::string& name) {
    return any_below(
        in, [&](const Notation& n) { return n.kind == NotationKind::name && n.text == name; });
}

bool has_index_tensor(const NotationPtr& in) {
    return any_below(in, [](const Notation& n) { return n.kind == NotationKind::index_tensor; });
}

NotationPtr replace_names(const NotationPtr& in, const NameMap& with) {
    if (in->kind == NotationKind::name) {
        auto found = with.find(in->text);
        return found == with.end() ? in : found->second;
    }
    if (in->children.empty()) return in;
    Notation copy = *in;
    bool changed = false;
    for (NotationPtr& child : copy.children) {
        NotationPtr next = replace_names(child, with);
        changed = changed || next != child;
        child = std::move(next);
    }
    if (!changed) return in;
    if (in->kind == NotationKind::product) return product_notation(std::move(copy.children));
    if (in->kind == NotationKind::transpose) return transposed(copy.children[0]);
    return make(std::move(copy));
}

NotationPtr sum_of_terms(const std::vector<ChangeTerm>& terms, const NotationPtr& zero) {
    if (terms.empty()) return zero;
    std::vector<ChangeTerm> ordered = terms;
    if (ordered.front().negative)
        std::stable_partition(ordered.begin(), ordered.end(),
                              [](const ChangeTerm& t) { return !t.negative; });
    if (ordered.size() == 1)
        return ordered[0].negative ? negated(ordered[0].shown) : ordered[0].shown;
    Notation n;
    n.kind = NotationKind::sum;
    n.rank = ordered[0].shown->rank;
    n.row = ordered[0].shown->row;
    for (ChangeTerm& t : ordered) {
        n.children.push_back(std::move(t.shown));
        n.signs.push_back(t.negative);
    }
    return make(std::move(n));
}

namespace {

/// f is a scalar: the inner product of the gradient and the change.
NotationPtr inner_product(const NotationPtr& gradient, const NotationPtr& change) {
    if (gradient->kind == NotationKind::ones) return call_notation("sum", {change}, 0);
    if (gradient->rank == 0) return product_notation({gradient, change});
    if (gradient->rank == 1) return product_notation({transposed(gradient), change});
    if (gradient->kind == NotationKind::identity) return call_notation("tr", {change}, 0);
    return call_notation("tr", {product_notation({transposed(gradient), change})}, 0);
}

}  // namespace

NotationPtr pairing(const NotationPtr& cofactor, std::size_t rank, const NotationPtr& change,
                    std::size_t change_rank) {
    if (cofactor->rank > 2 || cofactor->kind == NotationKind::index_tensor) return nullptr;
    if (rank == 0 && change_rank <= 2) return inner_product(cofactor, change);
    if (change_rank == 0) return product_notation({change, cofactor});
    if (rank != 1 || change_rank != 1) return nullptr;
    if (cofactor->kind == NotationKind::identity) return change;
    return product_notation({cofactor, change});
}

std::string arrangement(const ChangeTerm& term, std::size_t rank) {
    const std::string& change = term.change.symbol().name;
    auto moving = [&](const NotationPtr& n) { return mentions(n, change); };
    bool turned = any_below(term.shown, [&](const Notation& n) {
        return n.kind == NotationKind::transpose && moving(n.children[0]);
    });
    bool entrywise = any_below(term.shown, [&](const Notation& n) {
        return is_entrywise(n) && std::any_of(n.children.begin(), n.children.end(), moving);
    });
    bool summed = any_below(
        term.shown, [&](const Notation& n) { return is_sum_call(n) && moving(n.children[0]); });
    bool traced = any_below(
        term.shown, [&](const Notation& n) { return is_trace(n) && moving(n.children[0]); });
    if (rank > 0) return entrywise ? "an entrywise product is a product with diag" : "factor out";
    if (summed) return "a sum of entries is an inner product with ones";
    if (term.change.rank() == 0) return "factor out";
    if (entrywise) return "an entrywise factor moves to the other side of an inner product";
    if (term.change.rank() == 1) return turned ? "a scalar is its own transpose" : "factor out";
    if (!traced) return "a scalar is its own trace; cyclic property of the trace";
    return turned ? "a trace is that of the transpose; cyclic property of the trace"
                  : "cyclic property of the trace";
}

}  // namespace nabla::passes
