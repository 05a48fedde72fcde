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
    double alpha = 1;
};

/// If `body` computes a·(its operation `root`) for a constant a: a, and the root without it.
double peel_factor(const std::vector<Instr>& body, std::uint32_t& root) {
    const Instr& last = body[root];
    if (last.kind == Instr::Kind::neg) {
        root = last.operands[0];
        return -1;
    }
    if (last.kind != Instr::Kind::mul) return 1;
    for (const std::size_t side : {0, 1}) {
        const Instr& factor = body[last.operands[side]];
        if (factor.kind != Instr::Kind::constant) continue;
        root = last.operands[1 - side];
        return factor.value;
    }
    return 1;
}

/// The two factors, if the body is nothing but their product.
std::optional<Sides> product_sides(const Graph& graph, const Inlining& inlining, ValueId value,
                                   const ProductContext& context) {
    const Formula& formula = graph[value].formula;
    if (formula.combine != Combine::sum) return std::nullopt;
    const std::vector<Instr> body = expanded_body(graph, inlining, value);
    Sides sides;
    auto root = static_cast<std::uint32_t>(body.size() - 1);
    sides.alpha = peel_factor(body, root);
    const Instr& product = body[root];
    if (product.kind != Instr::Kind::mul) return std::nullopt;
    const Instr& first = body[product.operands[0]];
    const Instr& second = body[product.operands[1]];
    if (first.kind != Instr::Kind::load || second.kind != Instr::Kind::load) return std::nullopt;
    const auto side = [&](const Instr& load) {
        return Side{load.access.buffer,
                    in_memory(*context.layouts, load.access.buffer, load.access.axes)};
    };
    sides.a = side(first);
    sides.b = side(second);
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

namespace {

/// The value that `id` is a constant multiple of, entry by entry in the same order, and the factor.
std::optional<std::pair<ValueId, double>> multiple_of(const Graph& graph, ValueId id) {
    const Value& value = graph[id];
    if (!value.entrywise() || value.formula.rank == 0) return std::nullopt;
    const std::vector<Instr>& body = value.formula.body;
    auto root = static_cast<std::uint32_t>(body.size() - 1);
    const double factor = peel_factor(body, root);
    if (factor == 1 || body[root].kind != Instr::Kind::load) return std::nullopt;
    const LabelList& labels = body[root].access.axes;
    if (labels.size() != value.formula.rank) return std::nullopt;
    for (AxisId l = 0; l < labels.size(); ++l) {
        if (labels[l] != l) return std::nullopt;
    }
    return std::pair(body[root].access.buffer, factor);
}

}  // namespace

bool absorb_scaling(Graph& graph, const Inlining& inlining, const std::vector<ValueId>& outputs,
                    std::int64_t library_threshold) {
    std::vector<int> readers(graph.size(), 0);
    for (const ValueId id : outputs) ++readers[id];
    for (ValueId id = 0; id < graph.size(); ++id) {
        if (!inlining.reachable(id)) continue;
        for (const ValueId o : graph[id].operands) ++readers[o];
        for (const Instr& i : graph[id].formula.body) {
            if (i.kind == Instr::Kind::load) ++readers[i.access.buffer];
        }
    }
    const std::vector<std::vector<std::uint8_t>> layouts = row_major_layouts(graph);
    ProductContext context;
    context.layouts = &layouts;
    context.threshold = library_threshold;
    bool changed = false;
    for (ValueId id = 0; id < graph.size(); ++id) {
        if (!inlining.reachable(id) || !inlining.stored(id)) continue;
        const auto multiple = multiple_of(graph, id);
        if (!multiple || readers[multiple->first] != 1) continue;
        if (!match_product(graph, inlining, multiple->first, context)) continue;
        Formula formula = graph[multiple->first].formula;
        BodyBuilder body(formula.body);
        const auto last = static_cast<std::uint32_t>(formula.body.size() - 1);
        const auto root = body.mul(body.constant(multiple->second), last);
        formula.body = extract(body.code(), root);
        graph.set_formula(id, std::move(formula));
        changed = true;
    }
    return changed;
}

std::vector<std::vector<std::uint8_t>> row_major_layouts(const Graph& graph) {
    std::vector<std::vector<std::uint8_t>> layouts(graph.size());
    for (ValueId id = 0; id < graph.size(); ++id) {
        for (std::size_t d = 0; d < graph[id].extents.size(); ++d) {
            layouts[id].push_back(static_cast<std::uint8_t>(d));
        }
    }
    return layouts;
}

namespace {

/// The labels of a product's result rows, its columns, and the summed ones.
struct LabelGroups {
    LabelList m, n, k;
};

/// In memory the result is rows, then columns: rows come from `a`.
std::optional<LabelGroups> group_labels(const Formula& formula, Sides& sides) {
    if (sides.result.empty()) return std::nullopt;
    if (!contains(sides.a.labels, sides.result[0])) std::swap(sides.a, sides.b);
    LabelGroups groups;
    for (const AxisId l : sides.result) {
        const bool in_a = contains(sides.a.labels, l);
        const bool in_b = contains(sides.b.labels, l);
        if (in_a == in_b || (in_a && !groups.n.empty())) return std::nullopt;
        (in_a ? groups.m : groups.n).push_back(l);
    }
    for (const AxisId l : sides.a.labels) {
        if (l < formula.rank) continue;
        if (!contains(sides.b.labels, l)) return std::nullopt;
        groups.k.push_back(l);
    }
    if (sides.b.labels.size() != groups.n.size() + groups.k.size() || groups.k.empty() ||
        groups.n.empty()) {
        return std::nullopt;
    }
    return groups;
}

/// Which size is the block's, if there is a stream: its dimension must be the first one of its
/// buffers. False if it is not.
bool set_streamed(LibraryCall& call, const LabelGroups& groups,
                  const std::optional<AxisId>& streamed) {
    if (!streamed) return true;
    const LabelList walked{*streamed};
    if (groups.k == walked && call.trans_a && !call.trans_b) {
        call.streamed = 'k';
    } else if (groups.m == walked && !call.trans_a) {
        call.streamed = 'm';
    }
    return call.streamed != 0;
}

}  // namespace

std::optional<ProductCall> match_product(const Graph& graph, const Inlining& inlining,
                                         ValueId value, const ProductContext& context) {
    const Formula& formula = graph[value].formula;
    if (context.threshold <= 0 || 2 * formula.points() < static_cast<double>(context.threshold)) {
        return std::nullopt;
    }
    auto sides = product_sides(graph, inlining, value, context);
    if (!sides) return std::nullopt;
    const auto groups = group_labels(formula, *sides);
    if (!groups) return std::nullopt;
    const auto trans_a = transposed(sides->a.labels, groups->m, groups->k);
    const auto trans_b = transposed(sides->b.labels, groups->k, groups->n);
    if (!trans_a || !trans_b) return std::nullopt;

    ProductCall result;
    LibraryCall& call = result.call;
    call.alpha = sides->alpha;
    call.m = extent_of(formula, groups->m);
    call.n = extent_of(formula, groups->n);
    call.k = extent_of(formula, groups->k);
    call.trans_a = *trans_a;
    call.trans_b = *trans_b;
    if (std::min({call.m, call.n, call.k}) < least_side) return std::nullopt;
    if (!set_streamed(call, *groups, context.streamed)) return std::nullopt;
    // A block of the result's rows is not symmetric.
    if (call.streamed != 'm' && sides->a.value == sides->b.value && groups->m.size() == 1 &&
        call.m == call.n && call.trans_a != call.trans_b) {
        call.routine = Routine::syrk;
        call.operands = {sides->a.value, value};
        call.trans_b = false;
        call.m = 0;
        result.mirror = true;
        return result;
    }
    call.routine = Routine::gemm;
    call.operands = {sides->a.value, sides->b.value, value};
    return result;
}

}  // namespace nabla::codegen
