#include "runtime/jit.hpp"

#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include <catch2/catch.hpp>

#include <nabla/error.hpp>

#include "codegen/compile.hpp"

namespace nabla::runtime {
namespace {

/// out := exp(factor · in), element by element.
codegen::LoopProgram scaled_exp(double factor, std::int64_t n) {
    using namespace codegen;
    LoopProgram program;
    program.name = "kernel";
    program.input_count = program.output_count = 1;
    program.axes = {{"i", n}};
    Buffer in, out;
    in.role = Role::input;
    out.role = Role::output;
    in.extents = out.extents = {n};
    program.buffers = {in, out};
    Statement statement;
    statement.domain = {0};
    Instr scale, load, product, call;
    scale.value = factor;
    load.kind = Instr::Kind::load;
    load.access = {0, {0}};
    product.kind = Instr::Kind::mul;
    product.operands = {0, 1};
    call.kind = Instr::Kind::function;
    call.function = ir::Fn::exp;
    call.operands = {2};
    statement.body = {scale, load, product, call};
    statement.stores = {{{1, {0}}, Combine::assign, 3, false}};
    program.steps = {statement};
    return program;
}

double run(const LoadedKernel& kernel, double x) {
    std::vector<double> in(5, x), out(5);
    const void* inputs[] = {in.data()};
    void* outputs[] = {out.data()};
    REQUIRE(kernel.function(inputs, outputs, nullptr) == 0);
    return out[4];
}

TEST_CASE("kernels of one name live side by side, and outlive their Jit") {
    LoadedKernel first, second;
    {
        Jit jit;
        first = jit.load(codegen::emit(scaled_exp(1, 5)));
        second = jit.load(codegen::emit(scaled_exp(2, 5)));
    }
    CHECK(run(first, 1) == Approx(std::exp(1.0)).epsilon(1e-15));
    CHECK(run(second, 1) == Approx(std::exp(2.0)).epsilon(1e-15));
    first = {};
    CHECK(run(second, -1) == Approx(std::exp(-2.0)).epsilon(1e-15));
}

TEST_CASE("an object that names an unknown function, or is none, is an internal error") {
    Jit jit;
    codegen::CompiledObject object = codegen::emit(scaled_exp(1, 5));
    codegen::CompiledObject renamed = object;
    const std::string wanted = "Sleef_exp";
    std::string bytes(renamed.bytes.begin(), renamed.bytes.end());
    for (std::size_t at = 0; (at = bytes.find(wanted, at)) != std::string::npos; ++at)
        bytes[at] = 'X';
    renamed.bytes.assign(bytes.begin(), bytes.end());
    CHECK_THROWS_AS(jit.load(renamed), InternalError);
    codegen::CompiledObject other = object;
    other.entry = "something_else";
    CHECK_THROWS_AS(jit.load(other), InternalError);
    codegen::CompiledObject garbage = object;
    garbage.bytes = {'n', 'o'};
    CHECK_THROWS_AS(jit.load(garbage), InternalError);
    CHECK(run(jit.load(object), 1) == Approx(std::exp(1.0)).epsilon(1e-15));
}

TEST_CASE("kernels are compiled and loaded from several threads") {
    Jit jit;
    std::vector<double> results(4);
    std::vector<std::thread> threads;
    for (std::size_t t = 0; t < results.size(); ++t)
        threads.emplace_back([&, t] {
            for (int round = 0; round < 5; ++round) {
                const auto kernel = jit.load(codegen::emit(scaled_exp(static_cast<double>(t), 5)));
                std::vector<double> in(5, 1), out(5);
                const void* inputs[] = {in.data()};
                void* outputs[] = {out.data()};
                kernel.function(inputs, outputs, nullptr);
                results[t] = out[0];
            }
        });
    for (std::thread& thread : threads) thread.join();
    for (std::size_t t = 0; t < results.size(); ++t)
        CHECK(results[t] == Approx(std::exp(static_cast<double>(t))).epsilon(1e-15));
}

/// Resident memory in KiB.
long resident() {
    std::ifstream status("/proc/self/status");
    for (std::string word; status >> word;)
        if (word == "VmRSS:") {
            long kib = 0;
            status >> kib;
            return kib;
        }
    return 0;
}

#ifdef __SANITIZE_ADDRESS__
// AddressSanitizer keeps freed memory in a quarantine of 256 MiB; its leak check does the rest.
constexpr long allowed_growth_kib = 280 * 1024;
#else
constexpr long allowed_growth_kib = 4 * 1024;
#endif

TEST_CASE("a thousand kernels come and go without a trace") {
    Jit jit;
    const codegen::CompiledObject object = codegen::emit(scaled_exp(1, 5));
    for (int i = 0; i < 200; ++i) jit.load(object);
    const long before = resident();
    for (int i = 0; i < 1000; ++i) jit.load(object);
    CHECK(resident() - before < allowed_growth_kib);
}

}  // namespace
}  // namespace nabla::runtime
