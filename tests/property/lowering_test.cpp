// Loop programs of random expressions and their first and second derivatives, run with plain loops,
// against the interpreter: with and without library calls, all outputs in one program.
#include <catch2/catch.hpp>
#include <cmath>

#include "codegen/compile.hpp"
#include "codegen/cost.hpp"
#include "codegen/source/text.hpp"
#include "generator.hpp"
#include "ir/traverse.hpp"
#include "passes/differentiate.hpp"
#include "passes/pipeline.hpp"
#include "passes/simplify.hpp"

using namespace nabla;
using nabla::testing::World;

namespace {

struct Outcome {
    int error = 0;
    std::vector<ir::Tensor> values;
};

Outcome run(const codegen::LoopProgram& program, const std::vector<ir::Expr>& inputs,
            const std::vector<ir::Expr>& outputs, const ir::Bindings& at) {
    Outcome outcome;
    std::vector<const double*> in;
    for (const ir::Expr s : inputs) in.push_back(at.symbols.at(s).data.data());
    for (std::size_t k = 0; k < outputs.size(); ++k) {
        const auto b = codegen::output_buffer(program, static_cast<std::uint32_t>(k));
        const codegen::Buffer& buffer = program.buffers[b];
        outcome.values.push_back(
            {buffer.extents, std::vector<double>(static_cast<std::size_t>(buffer.size()), 1e77)});
    }
    std::vector<double*> out;
    for (ir::Tensor& t : outcome.values) out.push_back(t.data.data());
    outcome.error = codegen::execute(program, in, out);
    return outcome;
}

/// How many outputs were compared.
int check_lowering(const std::vector<ir::Expr>& outputs, const World& world) {
    const std::vector<ir::Expr> inputs = ir::symbols_of(outputs);
    const std::vector<ir::Tensor> expected =
        ir::interpret(std::span<const ir::Expr>(outputs), world.bindings());
    int compared = 0;
    for (const std::int64_t threshold : {0, 16}) {
        codegen::CompileOptions options;
        options.dims = world.bindings().dims;
        options.library_threshold = threshold;
        const codegen::LoopProgram program = codegen::lower(outputs, inputs, options);
        INFO(codegen::to_string(program));
        const Outcome outcome = run(program, inputs, outputs, world.bindings());
        if (outcome.error != 0) continue;
        for (std::size_t k = 0; k < outputs.size(); ++k) {
            REQUIRE(outcome.values[k].shape == expected[k].shape);
            double size = 0;
            for (const double v : expected[k].data) size = std::max(size, std::fabs(v));
            if (!testing::all_finite(expected[k]) || size > 1e8) continue;
            CAPTURE(k, codegen::print(outputs[k]));
            REQUIRE(testing::relative_difference(outcome.values[k], expected[k]) < 1e-8);
            ++compared;
        }
    }
    return compared;
}

}  // namespace

TEST_CASE("loop programs of random expressions and derivatives have the interpreter's values",
          "[property]") {
    int compared = 0;
    for (unsigned seed = 0; seed < 700; ++seed) {
        World world(seed + 50000);
        const ir::Dim n = world.n;
        const ir::Shape shapes[] = {{}, {}, {n}, {world.m, n}, {n, n}};
        const ir::Expr f =
            testing::random_expression(world, shapes[seed % 5], 3 + static_cast<int>(seed % 3));
        std::vector<ir::Expr> outputs{f, passes::simplify(f)};
        for (const ir::Expr x : world.variables()) {
            if (!ir::depends_on(f, x)) continue;
            outputs.push_back(passes::simplify(passes::jacobian(f, x)));
            if (f.is_scalar() && seed % 2 == 0) {
                outputs.push_back(passes::simplify(passes::jacobian(outputs.back(), x)));
            }
        }
        CAPTURE(seed);
        compared += check_lowering(outputs, world);
    }
    CHECK(compared > 2000);
}
