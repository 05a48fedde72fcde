// Parts of arrays and choices between values: slices of the identity, other shapes, where().
#include <algorithm>
#include <array>
#include <numeric>
#include <optional>

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
    if (e.rank() <= 2) return e.rank() == 2 ? transposed(shown) : shown;
    std::vector<std::string> names;
    const std::set<std::string> inner = shown->dummies ? *shown->dummies : std::set<std::string>{};
    for (std::size_t k = 0; k < e.rank(); ++k) names.push_back(builder.index_name(k, inner));
    Notation entries;
    entries.kind = NotationKind::index_tensor;
    entries.source = e;
    entries.indices = names;
    entries.rank = static_cast<std::uint8_t>(e.rank());
    entries.children = {indexed(shown, {names.rbegin(), names.rend()}, 0)};
    return make(std::move(entries));
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

bool picks_entry(const ir::Factor& factor, const std::vector<ir::Factor>& all,
                 const ir::Labels& output) {
    if (factor.base.op() != Op::selection || factor.exponent != ir::Rational(1) ||
        !factor.base.shape()[1].is(1))
        return false;
    ir::LabelId column = factor.labels[1];
    if (std::find(output.begin(), output.end(), column) != output.end()) return false;
    std::ptrdiff_t count = 0;
    for (const ir::Factor& f : all) count += std::count(f.labels.begin(), f.labels.end(), column);
    return count == 1;
}

NotationPtr unit_notation(Expr selection) {
    ir::Dim place = selection.offset() + selection.context().dim(1);
    return call_notation("unit", {}, 1, {place.str(), selection.shape()[0].str()});
}

Monomial parts_monomial(NotationBuilder& builder, Expr e) {
    if (e.op() == Op::selection) return single(selection_notation(e));
    if (e.op() == Op::iota) return single(call_notation("iota", {dim_notation(e.dim())}, 1));
    if (auto kronecker = kronecker_form(builder, e)) return *kronecker;
    return single(reshape_notation(builder, e));
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
