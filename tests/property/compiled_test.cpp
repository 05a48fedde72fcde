// The same random expressions three ways: interpreted, as a loop program run by plain loops, and as
// native code. Value, gradient and Hessian go into one kernel, so that they share work.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>

#include "codegen/compile.hpp"
#include "generator.hpp"
#include "ir/traverse.hpp"
#include "passes/differentiate.hpp"
#include "passes/pipeline.hpp"
#include "runtime/jit.hpp"

using namespace nabla;
using namespace nabla::ir;
using nabla::testing::World;

namespace {

struct Case {
    std::vector<Expr> outputs;
    std::vector<Expr> inputs;
    std::vector<Tensor> expected;
};

/// The value of a random scalar with its gradient and Hessian by x, or a random matrix and its
/// Jacobian by A.
Case random_case(World& world, unsigned seed) {
    Case result;
    bool scalar = seed % 3 != 0;
    Shape shape = scalar ? Shape{} : Shape{world.m, world.n};
    Expr f = passes::finish(testing::random_expression(world, shape, 3 + static_cast<int>(seed % 2)));
    result.outputs.push_back(f);
    Expr x = scalar ? world.x : world.A;
    result.outputs.push_back(passes::finish(passes::jacobian(f, x)));
    if (scalar) result.outputs.push_back(passes::finish(passes::hessian(f, x, x)));
    result.inputs = symbols_of(result.outputs);
    result.expected = interpret(result.outputs, world.bindings());
    return result;
}

std::vector<Tensor> blank(const std::vector<Tensor>& like) {
    std::vector<Tensor> result = like;
    // Outputs are written whole: what was there before must not show.
    for (Tensor& t : result) std::fill(t.data.begin(), t.data.end(), -12345.0);
    return result;
}

bool usable(const std::vector<Tensor>& expected) {
    for (const Tensor& t : expected) {
        if (!testing::all_finite(t)) return false;
        for (double v : t.data)
            if (std::abs(v) > 1e6) return false;
    }
    return true;
}

codegen::LoopProgram program_for(const Case& c, const World& world, std::int64_t threshold) {
    codegen::CompileOptions options;
    options.dims = world.bindings().dims;
    options.library_threshold = threshold;
    return codegen::lower(c.outputs, c.inputs, options);
}

}  // namespace

TEST_CASE("loop programs of random expressions give the interpreter's values", "[property]") {
    int checked = 0;
    for (unsigned seed = 40000; seed < 40500; ++seed) {
        World world(seed);
        Case c = random_case(world, seed);
        if (!usable(c.expected)) continue;
        CAPTURE(seed);
        // Both with and without library routines.
        codegen::LoopProgram program = program_for(c, world, seed % 2 == 0 ? 1 : 1 << 16);
        REQUIRE(codegen::verify(program).empty());
        std::vector<const double*> inputs;
        for (Expr e : c.inputs) inputs.push_back(world.bindings().symbols.at(e).data.data());
        std::vector<Tensor> got = blank(c.expected);
        std::vector<double*> outputs;
        for (Tensor& t : got) outputs.push_back(t.data.data());
        REQUIRE(codegen::execute(program, inputs, outputs) == 0);
        for (std::size_t k = 0; k < got.size(); ++k)
            REQUIRE(testing::relative_difference(got[k], c.expected[k]) < 1e-9);
        ++checked;
    }
    CHECK(checked > 300);
}

TEST_CASE("native code of random expressions gives the interpreter's values", "[property]") {
    runtime::Jit jit;
    int checked = 0;
    for (unsigned seed = 50000; seed < 50120; ++seed) {
        World world(seed);
        Case c = random_case(world, seed);
        if (!usable(c.expected)) continue;
        CAPTURE(seed);
        codegen::LoopProgram program = program_for(c, world, seed % 2 == 0 ? 1 : 1 << 16);
        runtime::LoadedKernel kernel = jit.load(codegen::emit(program));
        std::vector<const void*> inputs;
        for (Expr e : c.inputs) inputs.push_back(world.bindings().symbols.at(e).data.data());
        std::vector<Tensor> got = blank(c.expected);
        std::vector<void*> outputs;
        for (Tensor& t : got) outputs.push_back(t.data.data());
        std::vector<char> workspace(kernel.workspace_bytes + 64);
        REQUIRE(kernel.function(inputs.data(), outputs.data(), workspace.data()) == 0);
        for (std::size_t k = 0; k < got.size(); ++k)
            REQUIRE(testing::relative_difference(got[k], c.expected[k]) < 1e-9);
        ++checked;
    }
    CHECK(checked > 70);
}
