// The transpose of notation, pushed to where it reads best.
#include <algorithm>
#include <string_view>
#include <utility>

#include "passes/notation.hpp"
#include "passes/notation_terms.hpp"

namespace nabla::passes {

namespace {

// Beyond this size a transpose stays outside: pushing it into shared subtrees would unfold them.
constexpr std::int64_t pushed_size = 400;

NotationPtr transpose_node(const NotationPtr& argument) {
    Notation n;
    n.kind = NotationKind::transpose;
    n.children = {argument};
    n.rank = argument->rank;
    n.row = argument->rank == 1 && !argument->row;
    return make(std::move(n));
}

/// Scalars stay in front, the chain is reversed.
NotationPtr transposed_product(const NotationPtr& argument) {
    Notation n = *argument;
    auto chain = std::find_if(n.children.begin(), n.children.end(),
                              [](const NotationPtr& c) { return c->rank > 0; });
    std::reverse(chain, n.children.end());
    for (auto child = chain; child != n.children.end(); ++child) *child = transposed(*child);
    n.row = n.rank == 1 && !n.row;
    return make(std::move(n));
}

NotationPtr transposed_children(const NotationPtr& argument) {
    Notation n = *argument;
    for (NotationPtr& child : n.children)
        if (child->rank > 0) child = transposed(child);
    n.row = n.rank == 1 && !n.row;
    return make(std::move(n));
}

/// f(X^T) is f(X)^T.
bool acts_on_entries(const Notation& call) {
    return call.indices.empty() && ir::find_function(call.text).has_value();
}

/// softmax(X, 1) or sum(X, 1), max(X, axis=1): f(X)^T is f(X^T) along the other axis.
bool acts_along_axis(const Notation& call) {
    constexpr std::string_view names[] = {"softmax", "log_softmax", "sum", "logsumexp",
                                          "prod",    "max",         "min"};
    return call.indices.size() == 1 && call.children.size() == 1 && call.children[0]->rank == 2 &&
           std::find(std::begin(names), std::end(names), call.text) != std::end(names);
}

NotationPtr along_other_axis(const NotationPtr& call) {
    Notation n = *transposed_children(call);
    char& axis = n.indices[0].back();
    axis = axis == '1' ? '2' : '1';
    return make(std::move(n));
}

}  // namespace

NotationPtr transposed(const NotationPtr& argument) {
    if (argument->rank == 0 || (argument->rank == 2 && argument->symmetric)) return argument;
    if (argument->size > pushed_size && argument->kind != NotationKind::transpose)
        return transpose_node(argument);
    switch (argument->kind) {
        case NotationKind::transpose:
            return argument->children[0];
        case NotationKind::product:
            return transposed_product(argument);
        case NotationKind::inverse: {
            Notation n = *argument;
            n.kind = NotationKind::inverse_transpose;
            return make(std::move(n));
        }
        case NotationKind::inverse_transpose: {
            Notation n = *argument;
            n.kind = NotationKind::inverse;
            return make(std::move(n));
        }
        case NotationKind::ones:
        case NotationKind::zeros: {
            if (argument->rank != 2) return transpose_node(argument);
            Notation n = *argument;
            std::reverse(n.dims.begin(), n.dims.end());
            return make(std::move(n));
        }
        case NotationKind::sum:
        case NotationKind::hadamard:
        case NotationKind::quotient:
        case NotationKind::hadamard_quotient:
        case NotationKind::hadamard_power: {
            NotationPtr outside = transpose_node(argument);
            NotationPtr inside = transposed_children(argument);
            return inside->transposes < outside->transposes ? inside : outside;
        }
        case NotationKind::number:
        case NotationKind::pi:
        case NotationKind::name:
        case NotationKind::identity:
        case NotationKind::norm:
            return transpose_node(argument);
        case NotationKind::power: {
            // (X^k)^T, as textbooks have it; never (X^T)^k, so that it turns back to X^k.
            const NotationPtr& base = argument->children[0];
            if (argument->rank != 2 || base->kind != NotationKind::transpose)
                return transpose_node(argument);
            Notation n = *argument;
            n.children[0] = base->children[0];
            return make(std::move(n));
        }
        case NotationKind::call:
            if (argument->rank == 2 && acts_on_entries(*argument)) {
                NotationPtr outside = transpose_node(argument);
                NotationPtr inside = transposed_children(argument);
                return inside->transposes < outside->transposes ? inside : outside;
            }
            if (acts_along_axis(*argument)) {
                NotationPtr outside = transpose_node(argument);
                NotationPtr inside = along_other_axis(argument);
                return inside->transposes < outside->transposes ? inside : outside;
            }
            if (is_triangle(*argument)) {
                NotationPtr inside = transposed(argument->children[0]);
                return call_notation(argument->text == "tril" ? "triu" : "tril", {inside}, 2);
            }
            return transpose_node(argument);
        case NotationKind::compare:
            return transposed_children(argument);  // where() has no other form for it
        case NotationKind::index_tensor:
        case NotationKind::block:
            return transpose_node(argument);
        case NotationKind::kronecker: {
            NotationPtr inside = kronecker_notation(transposed(argument->children[0]),
                                                    transposed(argument->children[1]));
            NotationPtr outside = transpose_node(argument);
            return argument->rank == 2 ? inside : outside;
        }
        case NotationKind::indexed: {
            NotationPtr part = transposed_part(argument);
            return part ? part : transpose_node(argument);
        }
    }
    return transpose_node(argument);
}

namespace {

/// (…)^T where nothing inside is transposed any more and that is shorter; else null.
NotationPtr one_transpose(const NotationPtr& argument) {
    if (argument->transposes < 2 || argument->size > pushed_size) return nullptr;
    NotationPtr inside = transposed(argument);
    bool shorter = inside->transposes == 0 && inside->size + 1 < argument->size;
    return shorter ? transpose_node(inside) : nullptr;
}

NotationPtr product_outside(const NotationPtr& argument) {
    auto chain = std::find_if(argument->children.begin(), argument->children.end(),
                              [](const NotationPtr& c) { return c->rank > 0; });
    if (argument->children.end() - chain < 3) return argument;
    std::vector<NotationPtr> scalars(argument->children.begin(), chain);
    NotationPtr matrices = product_notation({chain, argument->children.end()});
    NotationPtr turned = one_transpose(matrices);
    if (!turned) return argument;
    Notation n = *argument;
    n.children = std::move(scalars);
    n.children.push_back(turned);
    return n.children.size() == 1 ? turned : make(std::move(n));
}

}  // namespace

NotationPtr transpose_outside(const NotationPtr& argument) {
    if (argument->rank != 2) return argument;
    if (argument->kind == NotationKind::product) return product_outside(argument);
    bool sum = argument->kind == NotationKind::sum;
    if (sum && argument->children.size() > 1) {
        NotationPtr turned = one_transpose(argument);
        return turned ? turned : argument;
    }
    if (!sum && argument->kind != NotationKind::quotient) return argument;
    Notation n = *argument;
    n.children[0] = transpose_outside(n.children[0]);
    return n.children[0] == argument->children[0] ? argument : make(std::move(n));
}

}  // namespace nabla::passes
