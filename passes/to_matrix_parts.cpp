// Parts of arrays and choices between values: slices of the identity, other shapes, where().
#include <algorithm>
#include <array>
#include <numeric>

#include "passes/to_matrix_builder.hpp"

namespace nabla::passes {
namespace {

using ir::Expr;
using ir::Fn;
using ir::Op;

NotationPtr indexed(NotationPtr base, std::vector<std::string> indices, std::uint8_t rank) {
    Notation n;
    n.kind = NotationKind::indexed;
    n.indices = std::move(indices);
    n.children = {std::move(base)};
    n.rank = rank;
    return make(std::move(n));
}

/// The columns of the identity that it is made of.
NotationPtr selection_notation(Expr e) {
    ir::Dim rows = e.shape()[0];
    NotationPtr eye = sized_notation(NotationKind::identity, {rows, rows});
    Notation named = *eye;
    named.text = "eye";
    ir::Dim columns = e.shape()[1];
    std::string range =
        (e.offset() + e.context().dim(1)).str() + ":" + (e.offset() + columns).str();
    return indexed(make(std::move(named)), {":", range}, 2);
}

/// The language's reshape fills by columns: row-major order is that of the axes turned round.
NotationPtr reshape_notation(NotationBuilder& builder, Expr e) {
    Expr argument = e.child(0);
    if (e.rank() == 1 && argument.rank() == 2)
        return call_notation("vec", {transposed(builder.notation(argument))}, 1);
    std::vector<std::uint8_t> turned(argument.rank());
    std::iota(turned.rbegin(), turned.rend(), std::uint8_t{0});
    NotationPtr source = builder.notation(ir::permute(argument, turned));
    std::vector<std::string> sizes;
    for (auto d = e.shape().rbegin(); d != e.shape().rend(); ++d) sizes.push_back(d->str());
    NotationPtr shown =
        call_notation("reshape", {source}, static_cast<std::uint8_t>(e.rank()), std::move(sizes));
    return e.rank() == 2 ? transposed(shown) : shown;
}

struct Comparison {
    const char* sign;
    bool holds;
};

Comparison comparison_of(Fn f) {
    switch (f) {
        case Fn::greater:
            return {">", true};
        case Fn::not_greater:
            return {">", false};
        case Fn::greater_equal:
            return {">=", true};
        case Fn::not_greater_equal:
            return {">=", false};
        case Fn::equal:
            return {"==", true};
        default:
            return {"==", false};
    }
}

NotationPtr compare_notation(NotationBuilder& builder, Expr e) {
    Notation n;
    n.kind = NotationKind::compare;
    n.text = comparison_of(e.map().function).sign;
    n.children = {builder.notation(e.child(0)), builder.notation(e.child(1))};
    n.rank = static_cast<std::uint8_t>(e.rank());
    return make(std::move(n));
}

NotationPtr number(std::int64_t value) { return number_notation(ir::Number(value)); }

}  // namespace

NotationPtr parts_notation(NotationBuilder& builder, Expr e) {
    if (e.op() == Op::selection) return selection_notation(e);
    if (e.op() == Op::iota) return call_notation("iota", {dim_notation(e.dim())}, 1);
    return reshape_notation(builder, e);
}

NotationPtr choice_notation(NotationBuilder& builder, Expr e) {
    const auto rank = static_cast<std::uint8_t>(e.rank());
    if (e.map().function != Fn::where) {
        const bool holds = comparison_of(e.map().function).holds;
        return call_notation(
            "where", {compare_notation(builder, e), number(holds ? 1 : 0), number(holds ? 0 : 1)},
            rank);
    }
    NotationPtr a = builder.notation(e.child(1)), b = builder.notation(e.child(2));
    Expr c = e.child(0);
    if (c.op() == Op::map && ir::is_comparison(c.map().function)) {
        if (!comparison_of(c.map().function).holds) std::swap(a, b);
        return call_notation("where", {compare_notation(builder, c), a, b}, rank);
    }
    Notation n;
    n.kind = NotationKind::compare;
    n.text = ">";
    n.children = {builder.notation(c), number(0)};
    n.rank = static_cast<std::uint8_t>(c.rank());
    return call_notation("where", {make(std::move(n)), a, b}, rank);
}

}  // namespace nabla::passes
