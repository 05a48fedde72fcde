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

namespace {

/// r^T 1 is the sum of r.
NotationPtr with_sum(const NotationPtr& product) {
    const std::size_t count = product->children.size();
    if (product->kind != NotationKind::product || count < 2) return product;
    const NotationPtr &row = product->children[count - 2], &last = product->children[count - 1];
    const bool ones = last->kind == NotationKind::ones && last->rank == 1;
    if (!ones || row->rank != 1 || !row->row) return product;
    std::vector<NotationPtr> rest(product->children.begin(), product->children.end() - 2);
    rest.push_back(call_notation("sum", {transposed(row)}, 0));
    return product_notation(std::move(rest));
}

/// tr(2 A/s) as 2 tr(A)/s; also of sum().
NotationPtr with_scalars_outside(const NotationPtr& call) {
    const NotationPtr& inside = call->children[0];
    Notation bare = *call;
    if (inside->kind == NotationKind::quotient) {
        bare.children = {inside->children[0]};
        NotationPtr above = with_scalars_outside(make(std::move(bare)));
        Notation n = *inside;
        n.rank = 0;
        n.row = n.symmetric = false;
        n.children = {above, inside->children[1]};
        return make(std::move(n));
    }
    if (inside->kind != NotationKind::product || inside->children[0]->rank > 0) return call;
    std::vector<NotationPtr> scalars, chain;
    for (const NotationPtr& child : inside->children)
        (child->rank == 0 ? scalars : chain).push_back(child);
    if (chain.empty()) return call;
    bare.children = {product_notation(std::move(chain))};
    scalars.push_back(make(std::move(bare)));
    return product_notation(std::move(scalars));
}

}  // namespace

namespace {

/// What a product is made of, in order, above and below the fraction bar.
struct Parts {
    ir::Number coefficient = 1;
    std::vector<NotationPtr> above, below;
};

void take_apart(const NotationPtr& n, bool under, Parts& parts);

/// The scalars before an inner product, and the inner product as one factor.
void take_apart_product(const NotationPtr& n, bool under, Parts& parts) {
    std::vector<NotationPtr> chain;
    for (const NotationPtr& child : n->children) {
        if (child->rank == 0 && chain.empty())
            take_apart(child, under, parts);
        else
            chain.push_back(child);
    }
    if (chain.empty()) return;
    auto& list = under ? parts.below : parts.above;
    list.push_back(product_notation(std::move(chain)));
}

void take_apart(const NotationPtr& n, bool under, Parts& parts) {
    if (n->kind == NotationKind::number && n->number.is_exact() && !n->number.is_zero()) {
        const ir::Rational& r = n->number.rational();
        const ir::Number factor = under ? ir::Number(ir::Rational(r.den, r.num)) : n->number;
        parts.coefficient = parts.coefficient * factor;
    } else if (n->kind == NotationKind::quotient) {
        take_apart(n->children[0], under, parts);
        take_apart(n->children[1], !under, parts);
    } else if (n->kind == NotationKind::product) {
        take_apart_product(n, under, parts);
    } else {
        (under ? parts.below : parts.above).push_back(n);
    }
}

/// A scalar that stands above and below goes.
void cancel(Parts& parts) {
    for (std::size_t k = 0; k < parts.below.size();) {
        auto found = std::find_if(
            parts.above.begin(), parts.above.end(),
            [&](const NotationPtr& a) { return a->rank == 0 && same(a, parts.below[k]); });
        if (found == parts.above.end()) {
            ++k;
            continue;
        }
        parts.above.erase(found);
        parts.below.erase(parts.below.begin() + static_cast<std::ptrdiff_t>(k));
    }
}

}  // namespace

NotationPtr tidy_product(std::vector<NotationPtr> children) {
    Parts parts;
    for (const NotationPtr& child : children) take_apart(child, false, parts);
    cancel(parts);
    ir::Number below = 1;
    if (parts.coefficient.is_exact() && !shown_as_decimal(parts.coefficient)) {
        const ir::Rational r = parts.coefficient.rational();
        below = ir::Number(ir::Rational(r.den));
        parts.coefficient = ir::Number(ir::Rational(r.num));
    }
    if (!parts.coefficient.is_one() || parts.above.empty())
        parts.above.insert(parts.above.begin(), number_notation(parts.coefficient));
    if (!below.is_one()) parts.below.insert(parts.below.begin(), number_notation(below));
    NotationPtr above = with_sum(product_notation(std::move(parts.above)));
    if (parts.below.empty()) return above;
    Notation n;
    n.kind = NotationKind::quotient;
    n.rank = above->rank;
    n.row = above->row;
    n.symmetric = above->symmetric;
    n.children = {above, product_notation(std::move(parts.below))};
    return make(std::move(n));
}

namespace {

/// A fully bracketed text in which products are flat and their scalars sorted.
std::string skeleton(const NotationPtr& n) {
    if (n->kind == NotationKind::product) {
        std::vector<std::string> scalars, chain;
        std::vector<NotationPtr> pending(n->children.rbegin(), n->children.rend());
        while (!pending.empty()) {
            NotationPtr child = pending.back();
            pending.pop_back();
            const bool open = child->kind == NotationKind::product;
            if (open)
                pending.insert(pending.end(), child->children.rbegin(), child->children.rend());
            else
                (child->rank == 0 ? scalars : chain).push_back(skeleton(child));
        }
        std::sort(scalars.begin(), scalars.end());
        std::string text = "(";
        for (const auto* list : {&scalars, &chain})
            for (const std::string& part : *list) text += part + " ";
        return text + ")";
    }
    if (n->children.empty()) return std::to_string(n->hash);
    std::string text = "<" + std::to_string(static_cast<int>(n->kind)) + n->text +
                       std::to_string(n->exponent.num) + "/" + std::to_string(n->exponent.den);
    for (std::size_t k = 0; k < n->children.size(); ++k)
        text += (k < n->signs.size() && n->signs[k] ? "-" : ",") + skeleton(n->children[k]);
    for (const std::string& index : n->indices) text += ";" + index;
    return text + ">";
}

}  // namespace

bool alike(const NotationPtr& a, const NotationPtr& b) {
    return same(a, b) || (a->size == b->size && skeleton(a) == skeleton(b));
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
    if (in->kind == NotationKind::product) return tidy_product(std::move(copy.children));
    if (in->kind == NotationKind::quotient) {
        NotationPtr below = copy.children[1];
        Notation one;
        one.kind = NotationKind::quotient;
        one.children = {number_notation(1), below};
        return tidy_product({copy.children[0], make(std::move(one))});
    }
    if (in->kind == NotationKind::transpose) return transposed(copy.children[0]);
    NotationPtr made = make(std::move(copy));
    return is_trace(*made) || is_sum_call(*made) ? with_scalars_outside(made) : made;
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
    if (gradient->rank == 0) return tidy_product({gradient, change});
    if (gradient->rank == 1) return tidy_product({transposed(gradient), change});
    if (gradient->kind == NotationKind::identity) return call_notation("tr", {change}, 0);
    return with_scalars_outside(
        call_notation("tr", {tidy_product({transposed(gradient), change})}, 0));
}

}  // namespace

NotationPtr pairing(const NotationPtr& cofactor, std::size_t rank, const NotationPtr& change,
                    std::size_t change_rank) {
    if (cofactor->rank > 2 || cofactor->kind == NotationKind::index_tensor) return nullptr;
    if (rank == 0 && change_rank <= 2) return inner_product(cofactor, change);
    if (change_rank == 0) return tidy_product({change, cofactor});
    if (rank != 1 || change_rank != 1) return nullptr;
    if (cofactor->kind == NotationKind::identity) return change;
    return tidy_product({cofactor, change});
}

std::string arrangement(const ChangeTerm& term, const NotationPtr& arranged, std::size_t rank) {
    if (alike(term.shown, arranged)) return {};
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
    if (rank > 0) return entrywise ? "an entrywise product is a product with diag" : "regroup";
    if (summed) return "a sum of entries is an inner product with ones";
    if (term.change.rank() == 0) return {};
    if (entrywise) return "an entrywise factor moves to the other side of an inner product";
    if (term.change.rank() == 1) return turned ? "a scalar is its own transpose" : "";
    if (!traced) return "a scalar is its own trace; cyclic property of the trace";
    return turned ? "a trace is that of the transpose; cyclic property of the trace"
                  : "cyclic property of the trace";
}

}  // namespace nabla::passes
