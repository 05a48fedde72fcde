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

/// The factors of a product that carry some of the outputs and nothing of the others, over them;
/// null if they are tied to the others.
Expr part_over(const ir::EinsumData& data, const std::vector<std::size_t>& outputs) {
    std::vector<bool> inside(data.dims.size(), false);
    for (std::size_t k : outputs) inside[data.output[k]] = true;
    std::vector<bool> taken(data.factors.size(), false);
    for (bool grows = true; grows;) {
        grows = false;
        for (std::size_t k = 0; k < data.factors.size(); ++k) {
            const ir::Labels& labels = data.factors[k].labels;
            bool touches =
                std::any_of(labels.begin(), labels.end(), [&](ir::LabelId l) { return inside[l]; });
            if (taken[k] || !touches) continue;
            grows = taken[k] = true;
            for (ir::LabelId l : labels) inside[l] = true;
        }
    }
    for (std::size_t k = 0; k < data.output.size(); ++k) {
        bool wanted = std::find(outputs.begin(), outputs.end(), k) != outputs.end();
        if (inside[data.output[k]] != wanted) return {};
    }
    ir::EinsumData part;
    std::vector<ir::LabelId> renamed(data.dims.size(), 0);
    for (ir::LabelId l = 0; l < data.dims.size(); ++l) {
        if (!inside[l]) continue;
        renamed[l] = static_cast<ir::LabelId>(part.dims.size());
        part.dims.push_back(data.dims[l]);
    }
    for (std::size_t k : outputs) part.output.push_back(renamed[data.output[k]]);
    for (std::size_t k = 0; k < data.factors.size(); ++k) {
        if (!taken[k]) continue;
        ir::Factor f = data.factors[k];
        for (ir::LabelId& l : f.labels) l = renamed[l];
        part.factors.push_back(std::move(f));
    }
    return ir::einsum(data.factors[0].base.context(), std::move(part));
}

/// a[i,j] b[p,q] at (i p, j q) is A ⊗ B, times scalars; nothing if it is no such product.
std::optional<Monomial> kronecker_form(NotationBuilder& builder, Expr e) {
    Expr argument = e.child(0);
    if (argument.op() != Op::einsum || argument.rank() != 2 * e.rank() || e.rank() > 2)
        return std::nullopt;
    for (std::size_t axis = 0; axis < e.rank(); ++axis) {
        const ir::Shape& inner = argument.shape();
        if (inner[2 * axis] * inner[2 * axis + 1] != e.shape()[axis]) return std::nullopt;
    }
    const ir::EinsumData& data = argument.einsum();
    bool vectors = e.rank() == 1;
    Expr left =
        part_over(data, vectors ? std::vector<std::size_t>{0} : std::vector<std::size_t>{0, 2});
    Expr right =
        part_over(data, vectors ? std::vector<std::size_t>{1} : std::vector<std::size_t>{1, 3});
    if (!left || !right) return std::nullopt;
    Monomial result;
    for (const ir::Factor& f : data.factors)
        if (f.labels.empty()) multiply_scalar(result, builder.monomial(f.base), f.exponent);
    // Numbers and scalars of the parts stand in front.
    auto core_of = [&](Expr part) {
        Monomial m = builder.monomial(part);
        multiply_scalar(result, Monomial{m.coefficient, m.scalars, nullptr}, 1);
        return m.core;
    };
    NotationPtr first = core_of(left), second = core_of(right);
    if (!first || !second) return std::nullopt;
    result.core = kronecker_notation(first, second);
    return result;
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
