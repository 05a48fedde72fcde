// The same random expressions three ways: interpreted, as a loop program run by plain loops, and as
// native code. Value, gradient and Hessian go into one kernel, so that they share work.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>

#include "codegen/compile.hpp"
#include "codegen/source/text.hpp"
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
    Expr f =
        passes::finish(testing::random_expression(world, shape, 3 + static_cast<int>(seed % 2)));
    result.outputs.push_back(f);
    Expr x = scalar ? world.x : world.A;
    result.outputs.push_back(passes::finish(passes::jacobian(f, x)));
    if (scalar) result.outputs.push_back(passes::finish(passes::hessian(f, x, x)));
    result.inputs = symbols_of(result.outputs);
    result.expected = interpret(result.outputs, world.bindings());
    return result;
}

/// Sizes at which products go to library routines: a scalar with its gradients.
Case large_case(World& world, unsigned seed) {
    Case result;
    Expr f = passes::finish(testing::random_expression(world, {}, 3 + static_cast<int>(seed % 2)));
    result.outputs.push_back(f);
    for (Expr x : {world.x, world.A, world.X})
        result.outputs.push_back(passes::finish(passes::gradient(f, x)));
    // A product that other outputs read, and one that is an output itself.
    Expr gram = matmul(transpose(world.X), world.X);
    if (seed % 4 == 0) result.outputs.push_back(matmul(gram, world.A));
    if (seed % 4 == 1)
        result.outputs.push_back(add(matmul(world.X, transpose(world.X)), outer(world.y, world.y)));
    if (seed % 4 == 2) result.outputs.push_back(add(gram, world.S));
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

/// A last digit of the inputs must not decide: sin(det(A)) of a large determinant is noise.
bool well_conditioned(const Case& c, const World& world) {
    Bindings moved = world.bindings();
    for (auto& [symbol, value] : moved.symbols)
        for (double& v : value.data) v *= 1 + 1e-14;
    const std::vector<Tensor> there = interpret(c.outputs, moved);
    for (std::size_t k = 0; k < there.size(); ++k)
        if (!(testing::relative_difference(there[k], c.expected[k]) < 1e-10)) return false;
    return true;
}

void check_loops(const Case& c, const World& world, const codegen::LoopProgram& program) {
    std::vector<const double*> inputs;
    for (Expr e : c.inputs) inputs.push_back(world.bindings().symbols.at(e).data.data());
    std::vector<Tensor> got = blank(c.expected);
    std::vector<double*> outputs;
    for (Tensor& t : got) outputs.push_back(t.data.data());
    REQUIRE(codegen::execute(program, inputs, outputs) == 0);
    for (std::size_t k = 0; k < got.size(); ++k) {
        CAPTURE(codegen::print(c.outputs[k]));
        REQUIRE(testing::relative_difference(got[k], c.expected[k]) < 1e-9);
    }
}

void check_native(const Case& c, const World& world, const codegen::LoopProgram& program,
                  runtime::Jit& jit) {
    runtime::LoadedKernel kernel = jit.load(codegen::emit(program));
    std::vector<const void*> inputs;
    for (Expr e : c.inputs) inputs.push_back(world.bindings().symbols.at(e).data.data());
    std::vector<Tensor> got = blank(c.expected);
    std::vector<void*> outputs;
    for (Tensor& t : got) outputs.push_back(t.data.data());
    // NaN everywhere: a kernel must not read what it has not written.
    std::vector<double> workspace(kernel.workspace_bytes / sizeof(double) + 8, std::nan(""));
    REQUIRE(kernel.function(inputs.data(), outputs.data(), workspace.data()) == 0);
    for (std::size_t k = 0; k < got.size(); ++k)
        REQUIRE(testing::relative_difference(got[k], c.expected[k]) < 1e-9);
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
        codegen::LoopProgram program = program_for(c, world, 1 << 16);
        REQUIRE(codegen::verify(program).empty());
        check_loops(c, world, program);
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
        check_native(c, world, program_for(c, world, 1 << 16), jit);
        ++checked;
    }
    CHECK(checked > 70);
}

TEST_CASE("at sizes for library routines the values are the same", "[property]") {
    runtime::Jit jit;
    const std::int64_t sizes[][2] = {{33, 40}, {24, 41}, {40, 9}, {9, 120}, {17, 64}};
    int checked = 0;
    for (unsigned seed = 60000; seed < 60080; ++seed) {
        const auto& size = sizes[seed % std::size(sizes)];
        World world(seed, size[0], size[1]);
        Case c = large_case(world, seed);
        if (!usable(c.expected) || !well_conditioned(c, world)) continue;
        CAPTURE(seed, size[0], size[1]);
        // Both the threshold that users get and library routines wherever they can stand.
        codegen::LoopProgram program = program_for(c, world, seed % 2 == 0 ? 1 : 1 << 14);
        check_loops(c, world, program);
        if (seed % 2 == 0) check_native(c, world, program, jit);
        ++checked;
    }
    CHECK(checked > 40);
}
