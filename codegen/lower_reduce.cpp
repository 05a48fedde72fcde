// Reductions along axes. logsumexp shifts by the maximum; where that is infinite, by the largest
// finite number of its sign, so that no Inf − Inf arises: all −Inf gives −Inf, one +Inf gives +Inf.
#include <limits>

#include <nabla/error.hpp>

#include "codegen/lowering.hpp"

namespace nabla::codegen {

namespace {

/// How the axes of the argument become labels of a formula.
struct Axes {
    std::vector<std::int64_t> label_extents;  ///< kept ones first
    std::vector<AxisId> argument;             ///< label of each axis of the argument
    std::vector<AxisId> kept;                 ///< labels of the result's axes: 0, 1, …
};

Axes split_axes(Lowering& lowering, ir::Expr argument, const std::vector<std::uint8_t>& axes) {
    Axes result;
    const std::vector<std::int64_t> extents = lowering.extents(argument.shape());
    std::vector<bool> reduced(extents.size(), false);
    for (const std::uint8_t a : axes) reduced[a] = true;
    result.argument.resize(extents.size());
    for (const bool pass : {false, true}) {
        for (std::size_t d = 0; d < extents.size(); ++d) {
            if (reduced[d] != pass) continue;
            result.argument[d] = static_cast<AxisId>(result.label_extents.size());
            if (!pass) result.kept.push_back(result.argument[d]);
            result.label_extents.push_back(extents[d]);
        }
    }
    return result;
}

ValueId reduction(Graph& graph, const Axes& axes, Combine combine, BodyBuilder& body) {
    Formula formula;
    formula.label_extents = axes.label_extents;
    formula.rank = static_cast<std::uint32_t>(axes.kept.size());
    formula.combine = formula.label_extents.size() == formula.rank ? Combine::assign : combine;
    formula.body = body.take();
    return graph.formula(std::move(formula));
}

ValueId extremum(Graph& graph, const Axes& axes, Combine combine, ValueId argument) {
    BodyBuilder body;
    body.load(argument, axes.argument);
    return reduction(graph, axes, combine, body);
}

ValueId log_sum_exp(Lowering& lowering, const Axes& axes, ValueId argument) {
    Graph& graph = lowering.graph();
    const ValueId largest = extremum(graph, axes, Combine::max, argument);
    const double bound = lowering.options().precision == Precision::f64
                             ? std::numeric_limits<double>::max()
                             : static_cast<double>(std::numeric_limits<float>::max());
    BodyBuilder clamp;
    const auto m = clamp.load(largest, axes.kept);
    const auto below = clamp.function(ir::Fn::min, {m, clamp.constant(bound)});
    clamp.function(ir::Fn::max, {below, clamp.constant(-bound)});
    Formula clamped;
    clamped.rank = static_cast<std::uint32_t>(axes.kept.size());
    clamped.label_extents.assign(axes.label_extents.begin(),
                                 axes.label_extents.begin() + clamped.rank);
    std::vector<std::int64_t> kept_extents = clamped.label_extents;
    clamped.body = clamp.take();
    const ValueId shift = graph.formula(std::move(clamped));

    BodyBuilder terms;
    const auto z = terms.load(argument, axes.argument);
    const auto difference = terms.sub(z, terms.load(shift, axes.kept));
    terms.function(ir::Fn::exp, {difference});
    const ValueId total = reduction(graph, axes, Combine::sum, terms);

    BodyBuilder last;
    const auto log = last.function(ir::Fn::log, {last.load(total, axes.kept)});
    last.add(log, last.load(shift, axes.kept));
    Formula result;
    result.rank = static_cast<std::uint32_t>(axes.kept.size());
    result.label_extents = std::move(kept_extents);
    result.body = last.take();
    return graph.formula(std::move(result));
}

/// 1/(number of ties) at the extremum, 0 elsewhere. An entry never exceeds the extremum, hence
/// max_weight of the two is 1/2 where they are equal (infinities included), else 0.
ValueId share(Lowering& lowering, const Axes& axes, ValueId argument, bool of_maximum,
              const std::vector<std::int64_t>& extents) {
    Graph& graph = lowering.graph();
    const ValueId best = extremum(graph, axes, of_maximum ? Combine::max : Combine::min, argument);
    const auto half_indicator = [&](BodyBuilder& body) {
        const auto z = body.load(argument, axes.argument);
        const auto b = body.load(best, axes.kept);
        return of_maximum ? body.function(ir::Fn::max_weight, {z, b})
                          : body.function(ir::Fn::max_weight, {b, z});
    };
    BodyBuilder counting;
    half_indicator(counting);
    const ValueId half_count = reduction(graph, axes, Combine::sum, counting);
    BodyBuilder body;
    body.div(half_indicator(body), body.load(half_count, axes.kept));
    // Back from labels to the argument's own order of axes.
    Formula formula;
    formula.rank = static_cast<std::uint32_t>(extents.size());
    formula.label_extents = extents;
    std::vector<AxisId> position(extents.size());
    for (std::size_t d = 0; d < extents.size(); ++d) {
        position[axes.argument[d]] = static_cast<AxisId>(d);
    }
    BodyBuilder renamed;
    renamed.replay(body.code(), position, [&](BufferId b, std::vector<AxisId> labels) {
        return renamed.load(b, std::move(labels));
    });
    formula.body = renamed.take();
    return graph.formula(std::move(formula));
}

}  // namespace

ValueId reduce_all(Graph& graph, Combine combine, std::vector<std::int64_t> extents,
                   std::vector<Instr> body) {
    Formula formula;
    formula.combine = extents.empty() ? Combine::assign : combine;
    formula.label_extents = std::move(extents);
    formula.body = std::move(body);
    return graph.formula(std::move(formula));
}

ValueId lower_reduce(Lowering& lowering, ir::Expr e) {
    const ir::ReduceData& data = e.reduce();
    const ir::Expr argument = data.arguments[0];
    const ValueId value = lowering.value(argument);
    const Axes axes = split_axes(lowering, argument, data.axes);
    Graph& graph = lowering.graph();
    switch (data.kind) {
        case ir::ReduceKind::logsumexp:
            return log_sum_exp(lowering, axes, value);
        case ir::ReduceKind::max:
            return extremum(graph, axes, Combine::max, value);
        case ir::ReduceKind::min:
            return extremum(graph, axes, Combine::min, value);
        case ir::ReduceKind::prod:
            return extremum(graph, axes, Combine::prod, value);
        case ir::ReduceKind::max_share:
        case ir::ReduceKind::min_share:
            return share(lowering, axes, value, data.kind == ir::ReduceKind::max_share,
                         lowering.extents(argument.shape()));
    }
    throw InternalError("lower_reduce: unknown kind");
}

}  // namespace nabla::codegen
