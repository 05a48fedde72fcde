#include "runtime/session/inspect.hpp"

#include <algorithm>
#include <chrono>
#include <random>
#include <utility>

#include <fmt/format.h>

#include "codegen/compile.hpp"
#include "codegen/cost.hpp"
#include "runtime/check_extents.hpp"
#include "runtime/dims.hpp"
#include "runtime/located.hpp"
#include "runtime/model_state.hpp"
#include "runtime/prepared.hpp"
#include "runtime/program_sizes.hpp"
#include "runtime/random_point.hpp"

namespace nabla::runtime {
namespace {

ir::DimValues required_sizes(const Subject& subject) {
    KnownSizes sizes = sizes_of(*subject.model, subject.program, subject.values);
    if (sizes.missing.empty()) return std::move(sizes.dims);
    std::vector<std::string> lines;
    for (const std::string& name : sizes.missing)
        lines.push_back(fmt::format("dim {} = 100", name));
    throw InputError(
        fmt::format("give sizes: {} {} not known", fmt::join(sizes.missing, ", "),
                    sizes.missing.size() == 1 ? "is" : "are"),
        fmt::format("for example `{}`; or give the names values", fmt::join(lines, "`, `")));
}

codegen::LoopProgram loops_of(const Subject& subject, const ir::DimValues& dims) {
    const auto lock = subject.model->lock();
    check_extents(subject.program.outputs, subject.program.inputs, dims);
    codegen::CompileOptions options;
    options.dims = dims;
    return codegen::lower(subject.program.outputs, subject.program.inputs, options);
}

codegen::LoopProgram loops_of(const Subject& subject) {
    return subject.assembly.translated([&] { return loops_of(subject, required_sizes(subject)); });
}

std::vector<Array> inputs_of(const Subject& subject, const ir::DimValues& dims, Timing& timing) {
    std::mt19937 random(1);
    std::vector<Array> inputs;
    for (const ir::Expr symbol : subject.program.inputs) {
        const std::string& name = symbol.symbol().name;
        if (const Value* value = subject.values.find(name); value != nullptr) {
            inputs.push_back(value->array);
            continue;
        }
        ir::Declaration plain;
        plain.symbol = symbol;
        const ir::Declaration* declaration = subject.model->module().find_declaration(name);
        inputs.push_back(random_array(declaration == nullptr ? plain : *declaration,
                                      concrete_sizes(symbol.shape(), dims, name), Region::positive,
                                      random));
        timing.random.push_back(name);
    }
    return inputs;
}

}  // namespace

std::string plan_text(const Subject& subject) { return codegen::to_string(loops_of(subject)); }

std::string llvm_text(const Subject& subject) {
    return codegen::emit(loops_of(subject), {.keep_llvm_ir = true}).llvm_ir;
}

std::string assembly_text(const Subject& subject) {
    return codegen::emit(loops_of(subject), {.keep_assembly = true}).assembly;
}

std::vector<std::vector<StepText>> steps_of(const Subject& subject) {
    return subject.assembly.translated([&] {
        const auto lock = subject.model->lock();
        return steps_in(subject.program.outputs.front());
    });
}

Timing time_kernel(const Subject& subject, const std::function<void()>& checkpoint) {
    using Clock = std::chrono::steady_clock;
    return subject.assembly.translated([&] {
        Timing timing;
        const ir::DimValues dims = required_sizes(subject);
        const codegen::StepCost cost = codegen::cost(loops_of(subject, dims));
        timing.flops = cost.flops;
        timing.bytes = cost.bytes;
        checkpoint();
        Prepared prepared(*subject.model, subject.program, dims, subject.texts);
        timing.compile_seconds = prepared.compile_seconds();
        const std::vector<Array> inputs = inputs_of(subject, dims, timing);
        std::vector<const Array*> pointers;
        for (const Array& input : inputs) pointers.push_back(&input);
        if (const int code = prepared.call(pointers); code != 0) {
            throw InputError(prepared.reason(code));
        }
        // Runs of as many calls as take a hundredth of a second, so that the clock costs nothing.
        std::vector<double> samples;
        long batch = 1;
        const auto begin = Clock::now();
        while (std::chrono::duration<double>(Clock::now() - begin).count() < 0.3 ||
               samples.size() < 3) {
            checkpoint();
            const auto start = Clock::now();
            for (long i = 0; i < batch; ++i) prepared.call(pointers);
            const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
            if (seconds < 0.005) {
                batch *= 2;
                continue;
            }
            samples.push_back(seconds / static_cast<double>(batch));
            timing.calls += batch;
        }
        std::sort(samples.begin(), samples.end());
        timing.fastest = samples.front();
        timing.seconds = samples[samples.size() / 2];
        return timing;
    });
}

}  // namespace nabla::runtime
