#include "codegen/product_formula.hpp"

#include <algorithm>
#include <set>

namespace nabla::codegen {

namespace {

/// A factor of a formula under its numbering of labels, for sorting.
struct Numbered {
    const Part* part;
    std::vector<AxisId> labels;
    std::vector<AxisId> sort_key;
};

}  // namespace

Formula product_formula(const Part& a, const Part& b, const Labels& output,
                        const std::vector<std::int64_t>& extents) {
    constexpr AxisId summed = ~AxisId{0};
    Formula formula;
    formula.rank = static_cast<std::uint32_t>(output.size());
    const auto output_number = [&](std::uint16_t l) {
        const auto it = std::find(output.begin(), output.end(), l);
        return it == output.end() ? summed : static_cast<AxisId>(it - output.begin());
    };
    std::vector<Numbered> sides{{&a, {}, {}}, {&b, {}, {}}};
    for (Numbered& side : sides) {
        for (const std::uint16_t l : side.part->labels) side.sort_key.push_back(output_number(l));
    }
    if (std::pair(b.value, sides[1].sort_key) < std::pair(a.value, sides[0].sort_key)) {
        std::swap(sides[0], sides[1]);
    }
    Labels numbered = output;
    for (Numbered& side : sides) {
        for (const std::uint16_t l : side.part->labels) {
            auto it = std::find(numbered.begin(), numbered.end(), l);
            if (it == numbered.end()) it = numbered.insert(numbered.end(), l);
            side.labels.push_back(static_cast<AxisId>(it - numbered.begin()));
        }
    }
    for (const std::uint16_t l : numbered) formula.label_extents.push_back(extents[l]);
    formula.combine = numbered.size() > output.size() ? Combine::sum : Combine::assign;
    BodyBuilder body;
    const auto first = body.load(sides[0].part->value, sides[0].labels);
    const auto second = body.load(sides[1].part->value, sides[1].labels);
    const auto product = body.mul(first, second);
    if (sides[0].part->selects) body.select_zero(first, product);
    if (sides[1].part->selects) {
        const auto last = static_cast<std::uint32_t>(body.code().size() - 1);
        body.select_zero(second, last);
    }
    formula.body = body.take();
    return formula;
}

std::optional<std::pair<Part, Part>> root_weighted(Graph& graph, const Part& scaled,
                                                   const Part& plain) {
    const Value& product = graph[scaled.value];
    const std::vector<Instr>& body = product.formula.body;
    if (!product.entrywise() || body.size() != 3 || body[2].kind != Instr::Kind::mul ||
        body[0].kind != Instr::Kind::load || body[1].kind != Instr::Kind::load) {
        return std::nullopt;
    }
    for (const std::size_t side : {0, 1}) {
        const Access x = body[side].access;
        const Access t = body[1 - side].access;
        const std::set<AxisId> distinct(x.axes.begin(), x.axes.end());
        if (x.buffer != plain.value || !graph[t.buffer].nonnegative ||
            distinct.size() != plain.labels.size() || product.formula.rank != distinct.size()) {
            continue;
        }
        Labels other(distinct.size());
        bool shared = true;
        for (std::size_t d = 0; d < x.axes.size(); ++d) {
            const AxisId axis = x.axes[d];
            other[axis] = plain.labels[d];
            const bool weighted = std::find(t.axes.begin(), t.axes.end(), axis) != t.axes.end();
            shared = shared && (!weighted || scaled.labels[axis] == plain.labels[d]);
        }
        if (!shared || other == scaled.labels) continue;
        Formula formula = product.formula;
        Formula root;
        root.label_extents = graph[t.buffer].extents;
        root.rank = static_cast<std::uint32_t>(root.label_extents.size());
        BodyBuilder power;
        std::vector<AxisId> axes;
        for (AxisId a = 0; a < root.rank; ++a) axes.push_back(a);
        power.power(power.load(t.buffer, axes), ir::Rational(1, 2));
        root.body = power.take();
        const ValueId weights = graph.formula(std::move(root));
        BodyBuilder scaling;
        const auto data = scaling.load(x.buffer, x.axes);
        scaling.mul(data, scaling.load(weights, t.axes));
        formula.body = scaling.take();
        const ValueId half = graph.formula(std::move(formula));
        return std::pair(Part{half, scaled.labels, false}, Part{half, other, false});
    }
    return std::nullopt;
}

}  // namespace nabla::codegen
