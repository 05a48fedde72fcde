#include "codegen/selections.hpp"

#include <algorithm>

#include <nabla/error.hpp>

namespace nabla::codegen {

namespace {

bool carries(const Operand& operand, std::uint16_t label) {
    return std::find(operand.labels.begin(), operand.labels.end(), label) != operand.labels.end();
}

/// The operand with label `from` taken at the entries that the Selection picks, as `to`.
void slice(Graph& graph, Operand& operand, const SelectionFactor& s, std::int64_t extent) {
    std::vector<std::int64_t> offsets(operand.labels.size(), 0);
    std::vector<std::int64_t> extents = graph[operand.value].extents;
    for (std::size_t d = 0; d < operand.labels.size(); ++d) {
        if (operand.labels[d] != s.rows) continue;
        operand.labels[d] = s.columns;
        offsets[d] = s.offset;
        extents[d] = extent;
    }
    operand.value = slice_of(graph, operand.value, offsets, extents);
    operand.factor = no_value;  // a part of an inverse is no solve
    operand.symmetric = false;
    operand.indicator = false;
}

/// A vector of ones between zeros: Σ_b S[a,b].
Operand marked_range(Graph& graph, const SelectionFactor& s, std::int64_t rows,
                     std::int64_t columns) {
    BodyBuilder body;
    body.constant(1);
    Formula ones;
    ones.label_extents = {columns};
    ones.rank = 1;
    ones.body = body.take();
    Box box;
    box.extents = {columns};
    box.from_strides = {1};
    box.to_offset = s.offset;
    box.to_strides = {1};
    Operand operand;
    operand.value = placed(graph, graph.formula(std::move(ones)), {rows}, std::move(box));
    operand.labels = {s.rows};
    operand.selects = true;
    return operand;
}

}  // namespace

WithoutSelections apply_selections(Graph& graph, std::vector<Operand> operands,
                                   const std::vector<SelectionFactor>& selections,
                                   const Labels& output, const std::vector<std::int64_t>& extents) {
    WithoutSelections plan{std::move(operands), {}, {}};
    for (const std::uint16_t l : output) plan.axes.push_back({l, 0});
    std::vector<SelectionFactor> open = selections;
    Labels gone;
    Labels taken;
    for (std::size_t k = 0; k < open.size(); ++k) {
        const SelectionFactor s = open[k];
        if (s.offset < 0 || s.offset + extents[s.columns] > extents[s.rows]) {
            throw InputError("a slice ends beyond what it is taken from");
        }
        const auto names = [&](std::uint16_t label) {
            return std::any_of(plan.axes.begin(), plan.axes.end(),
                               [&](const ResultAxis& axis) { return axis.label == label; }) ||
                   std::any_of(plan.operands.begin(), plan.operands.end(),
                               [&](const Operand& o) { return carries(o, label); }) ||
                   std::any_of(open.begin() + static_cast<std::ptrdiff_t>(k) + 1, open.end(),
                               [&](const SelectionFactor& other) {
                                   return other.rows == label || other.columns == label;
                               });
        };
        const bool solved = std::any_of(
            plan.operands.begin(), plan.operands.end(),
            [&](const Operand& o) { return o.factor != no_value && carries(o, s.rows); });
        if (solved && !names(s.columns)) {
            // An entry of A^-1 b: a solve with a unit vector, not a whole inverse.
            plan.operands.push_back(marked_range(graph, s, extents[s.rows], extents[s.columns]));
            continue;
        }
        gone.push_back(s.rows);
        taken.push_back(s.columns);
        for (Operand& o : plan.operands) {
            if (carries(o, s.rows)) slice(graph, o, s, extents[s.columns]);
        }
        for (ResultAxis& axis : plan.axes) {
            if (axis.label == s.rows) axis = {s.columns, axis.offset + s.offset};
        }
        // Another Selection of the same axis: S[a,b] T[a,c] is T's matrix, sliced.
        for (std::size_t j = k + 1; j < open.size(); ++j) {
            if (open[j].columns == s.rows) {
                open[j] = {open[j].rows, s.columns, open[j].offset + s.offset};
            } else if (open[j].rows == s.rows) {
                throw InternalError("apply_selections: two parts of one axis");
            }
        }
    }
    const auto in = [](const Labels& labels, std::uint16_t l) {
        return std::find(labels.begin(), labels.end(), l) != labels.end();
    };
    for (std::size_t k = 0; k < taken.size(); ++k) {
        const std::uint16_t l = taken[k];
        const bool again = std::find(taken.begin() + static_cast<std::ptrdiff_t>(k) + 1,
                                     taken.end(), l) != taken.end();
        const bool carried = std::any_of(plan.operands.begin(), plan.operands.end(),
                                         [&](const Operand& o) { return carries(o, l); }) ||
                             std::any_of(plan.axes.begin(), plan.axes.end(),
                                         [&](const ResultAxis& axis) { return axis.label == l; });
        if (!again && !carried && !in(gone, l)) plan.repeats *= static_cast<double>(extents[l]);
    }
    for (const ResultAxis& axis : plan.axes) {
        if (std::find(plan.output.begin(), plan.output.end(), axis.label) == plan.output.end()) {
            plan.output.push_back(axis.label);
        }
    }
    return plan;
}

ValueId spread_result(Graph& graph, ValueId product, const WithoutSelections& plan,
                      const Labels& output, const std::vector<std::int64_t>& extents) {
    if (plan.output == output) return product;
    Box box;
    std::vector<std::int64_t> whole;
    for (const std::uint16_t l : output) whole.push_back(extents[l]);
    const std::vector<std::int64_t> strides = row_major_strides(whole);
    for (const std::uint16_t l : plan.output) box.extents.push_back(extents[l]);
    box.from_strides = row_major_strides(box.extents);
    box.to_strides.assign(plan.output.size(), 0);
    for (std::size_t d = 0; d < plan.axes.size(); ++d) {
        const auto at = std::find(plan.output.begin(), plan.output.end(), plan.axes[d].label);
        box.to_strides[static_cast<std::size_t>(at - plan.output.begin())] += strides[d];
        box.to_offset += plan.axes[d].offset * strides[d];
    }
    return placed(graph, product, std::move(whole), std::move(box));
}

}  // namespace nabla::codegen
