#include "codegen/structure.hpp"

#include <algorithm>

#include "codegen/nest.hpp"

namespace nabla::codegen {

namespace {

/// Smaller matrices are faster in loops that the compiler sees.
constexpr std::int64_t least_side = 4;

using LabelList = std::vector<AxisId>;

bool contains(const LabelList& list, AxisId label) {
    return std::find(list.begin(), list.end(), label) != list.end();
}

bool distinct(const LabelList& list) {
    for (std::size_t i = 0; i < list.size(); ++i) {
        for (std::size_t j = i + 1; j < list.size(); ++j) {
            if (list[i] == list[j]) return false;
        }
    }
    return true;
}

/// Labels of an access in the order of the buffer's dimensions.
LabelList in_memory(const std::vector<std::vector<std::uint8_t>>& layouts, ValueId value,
                    const LabelList& labels) {
    LabelList result;
    for (const std::uint8_t d : layouts[value]) result.push_back(labels[d]);
    return result;
}

LabelList concatenated(const LabelList& a, const LabelList& b) {
    LabelList result = a;
    result.insert(result.end(), b.begin(), b.end());
    return result;
}

struct Side {
    ValueId value = no_value;
    LabelList labels;  ///< by dimension of its buffer
};

struct Sides {
    Side a, b;
    LabelList result;
};

/// The two factors, if the body is nothing but their product.
std::optional<Sides> product_sides(const Graph& graph, const Inlining& inlining, ValueId value,
                                   const ProductContext& context) {
    const Formula& formula = graph[value].formula;
    if (formula.combine != Combine::sum) return std::nullopt;
    const std::vector<Instr> body = expanded_body(graph, inlining, value);
    if (body.size() != 3 || body[2].kind != Instr::Kind::mul || body[0].kind != Instr::Kind::load ||
        body[1].kind != Instr::Kind::load) {
        return std::nullopt;
    }
    Sides sides;
    const auto side = [&](const Instr& load) {
        return Side{load.access.buffer,
                    in_memory(*context.layouts, load.access.buffer, load.access.axes)};
    };
    sides.a = side(body[0]);
    sides.b = side(body[1]);
    LabelList output;
    for (AxisId l = 0; l < formula.rank; ++l) output.push_back(l);
    sides.result = in_memory(*context.layouts, value, output);
    if (!distinct(sides.a.labels) || !distinct(sides.b.labels)) return std::nullopt;
    return sides;
}

std::int64_t extent_of(const Formula& formula, const LabelList& labels) {
    std::int64_t product = 1;
    for (const AxisId l : labels) product *= formula.label_extents[l];
    return product;
}

/// op(X) is rows×columns: false if it lies so in memory, true if transposed; nothing if neither.
std::optional<bool> transposed(const LabelList& labels, const LabelList& rows,
                               const LabelList& columns) {
    if (labels == concatenated(rows, columns)) return false;
    if (labels == concatenated(columns, rows)) return true;
    return std::nullopt;
}

}  // namespace

std::vector<std::vector<std::uint8_t>> row_major_layouts(const Graph& graph) {
    std::vector<std::vector<std::uint8_t>> layouts(graph.size());
    for (ValueId id = 0; id < graph.size(); ++id) {
        for (std::size_t d = 0; d < graph[id].extents.size(); ++d) {
            layouts[id].push_back(static_cast<std::uint8_t>(d));
        }
    }
    return layouts;
}

std::optional<ProductCall> match_product(const Graph& graph, const Inlining& inlining,
                                         ValueId value, const ProductContext& context) {
    const Formula& formula = graph[value].formula;
    if (context.threshold <= 0 || 2 * formula.points() < static_cast<double>(context.threshold)) {
        return std::nullopt;
    }
    auto sides = product_sides(graph, inlining, value, context);
    if (!sides) return std::nullopt;
    // In memory the result is rows, then columns: rows come from `a`. A streamed dimension must be
    // the first one of its buffers.
    if (sides->result.empty()) return std::nullopt;
    if (!contains(sides->a.labels, sides->result[0])) std::swap(sides->a, sides->b);
    LabelList m, n, k;
    for (const AxisId l : sides->result) {
        const bool in_a = contains(sides->a.labels, l);
        const bool in_b = contains(sides->b.labels, l);
        if (in_a == in_b) return std::nullopt;
        if (in_a && !n.empty()) return std::nullopt;
        (in_a ? m : n).push_back(l);
    }
    for (const AxisId l : sides->a.labels) {
        if (l < formula.rank) continue;
        if (!contains(sides->b.labels, l)) return std::nullopt;
        k.push_back(l);
    }
    if (sides->b.labels.size() != n.size() + k.size() || k.empty() || n.empty()) {
        return std::nullopt;
    }
    const auto trans_a = transposed(sides->a.labels, m, k);
    const auto trans_b = transposed(sides->b.labels, k, n);
    if (!trans_a || !trans_b) return std::nullopt;

    ProductCall result;
    LibraryCall& call = result.call;
    call.m = extent_of(formula, m);
    call.n = extent_of(formula, n);
    call.k = extent_of(formula, k);
    if (std::min({call.m, call.n, call.k}) < least_side) return std::nullopt;
    if (context.streamed) {
        const LabelList s{*context.streamed};
        if (k == s && *trans_a && !*trans_b) {
            call.streamed = 'k';
        } else if (m == s && !*trans_a) {
            call.streamed = 'm';
        } else {
            return std::nullopt;
        }
    }
    if (sides->a.value == sides->b.value && m.size() == 1 && call.m == call.n &&
        *trans_a != *trans_b) {
        call.routine = Routine::syrk;
        call.operands = {sides->a.value, value};
        call.trans_a = *trans_a;
        call.m = 0;
        result.mirror = true;
        return result;
    }
    call.routine = Routine::gemm;
    call.operands = {sides->a.value, sides->b.value, value};
    call.trans_a = *trans_a;
    call.trans_b = *trans_b;
    return result;
}

}  // namespace nabla::codegen
