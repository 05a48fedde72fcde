// Parts of arrays, arrays around parts, and other shapes for the same entries: boxes of elements
// that are copied.
#include <algorithm>
#include <functional>
#include <numeric>

#include <nabla/error.hpp>

#include "codegen/lowering.hpp"

namespace nabla::codegen {

namespace {

std::int64_t product(const std::vector<std::int64_t>& values) {
    return std::accumulate(values.begin(), values.end(), std::int64_t{1}, std::multiplies<>());
}

std::int64_t dot(const std::vector<std::int64_t>& a, const std::vector<std::int64_t>& b) {
    return std::inner_product(a.begin(), a.end(), b.begin(), std::int64_t{0});
}

ValueId ones(Graph& graph, std::int64_t n) {
    BodyBuilder body;
    body.constant(1);
    Formula formula;
    formula.label_extents = {n};
    formula.rank = 1;
    formula.body = body.take();
    return graph.formula(std::move(formula));
}

ValueId windows(Graph& graph, ValueId source, std::vector<std::int64_t> extents, Box box) {
    Value value;
    value.make = Make::windows;
    value.padded = product(box.extents) < product(extents);
    value.extents = std::move(extents);
    value.operands = {source};
    value.boxes = {std::move(box)};
    return graph.routine(std::move(value));
}

}  // namespace

std::vector<std::int64_t> row_major_strides(const std::vector<std::int64_t>& extents) {
    std::vector<std::int64_t> strides(extents.size(), 1);
    for (std::size_t d = extents.size(); d-- > 1;) strides[d - 1] = strides[d] * extents[d];
    return strides;
}

ValueId slice_of(Graph& graph, ValueId source, const std::vector<std::int64_t>& offsets,
                 const std::vector<std::int64_t>& extents) {
    const std::vector<std::int64_t> whole = graph[source].extents;
    if (whole == extents) return source;
    Box box;
    box.extents = extents;
    box.from_strides = row_major_strides(whole);
    box.from_offset = dot(offsets, box.from_strides);
    box.to_strides = row_major_strides(extents);
    return windows(graph, source, extents, std::move(box));
}

ValueId placed(Graph& graph, ValueId source, std::vector<std::int64_t> extents, Box box) {
    return windows(graph, source, std::move(extents), std::move(box));
}

ValueId lower_selection(Lowering& lowering, ir::Expr e) {
    const std::vector<std::int64_t> extents = lowering.extents(e.shape());
    Box box;
    box.extents = {extents[1]};
    box.from_strides = {1};
    box.to_offset = lowering.extent(e.offset()) * extents[1];
    box.to_strides = {extents[1] + 1};
    return placed(lowering.graph(), ones(lowering.graph(), extents[1]), extents, std::move(box));
}

ValueId lower_iota(Lowering& lowering, ir::Expr e) {
    Value value;
    value.make = Make::ramp;
    value.extents = lowering.extents(e.shape());
    return lowering.graph().routine(std::move(value));
}

ValueId lower_reshape(Lowering& lowering, ir::Expr e) {
    const std::vector<std::int64_t> extents = lowering.extents(e.shape());
    const ValueId source = lowering.value(e.child(0));
    if (product(extents) != product(lowering.graph()[source].extents)) {
        throw InputError("the sizes " + ir::to_string(e.child(0).shape()) + " and " +
                         ir::to_string(e.shape()) + " have different numbers of entries");
    }
    Box box;
    box.extents = {product(extents)};
    box.from_strides = {1};
    box.to_strides = {1};
    return placed(lowering.graph(), source, extents, std::move(box));
}

}  // namespace nabla::codegen
