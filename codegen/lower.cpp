// The whole way from expressions to a loop program, one line a stage.
#include <algorithm>

#include <nabla/error.hpp>

#include "codegen/assemble.hpp"
#include "codegen/buffers.hpp"
#include "codegen/compile.hpp"
#include "codegen/fuse.hpp"
#include "codegen/graph.hpp"
#include "codegen/inline.hpp"
#include "codegen/lowering.hpp"
#include "codegen/structure.hpp"
#include "passes/computing_form.hpp"

namespace nabla::codegen {

namespace {

/// Every output has a buffer of its own: arguments and repeated results are copied.
std::vector<ValueId> output_values(const Lowering& lowering, Graph& graph,
                                   std::span<const ir::Expr> outputs) {
    std::vector<ValueId> result;
    for (const ir::Expr e : outputs) {
        ValueId id = lowering.value(e);
        const bool taken = std::find(result.begin(), result.end(), id) != result.end();
        if (taken || graph[id].make == Make::input) id = graph.copy_of(id);
        result.push_back(id);
    }
    return result;
}

}  // namespace

LoopProgram lower(std::span<const ir::Expr> outputs, std::span<const ir::Expr> inputs,
                  const CompileOptions& options) {
    Graph graph;
    Lowering lowering(graph, options);
    std::vector<ValueId> input_values;
    for (std::size_t k = 0; k < inputs.size(); ++k) {
        lowering.bind_input(inputs[k], static_cast<std::uint32_t>(k));
        input_values.push_back(lowering.value(inputs[k]));
    }
    const std::vector<ir::Expr> computed = passes::computing_form(outputs);
    lowering.lower_all(computed);
    const std::vector<ValueId> results = output_values(lowering, graph, computed);

    Inlining inlining(graph, results);
    if (absorb_scaling(graph, inlining, results, options.library_threshold)) {
        inlining = Inlining(graph, results);
    }
    const std::vector<Op> ops = collect_ops(graph, inlining, options.library_threshold);
    const Schedule schedule = fuse(graph, ops, results);
    LoopProgram program =
        assemble({graph, inlining, ops, schedule, input_values, results, options});
    program.error_texts = lowering.error_texts();
    assign_offsets(program);

    const std::string problem = verify(program);
    if (!problem.empty()) {
        throw InternalError("lower: the loop program is not well formed: " + problem);
    }
    return program;
}

}  // namespace nabla::codegen
