#include "runtime/specialise.hpp"

#include <unistd.h>

#include <chrono>
#include <nabla/error.hpp>
#include <utility>

#include <fmt/format.h>

#include "codegen/compile.hpp"
#include "runtime/blas_threads.hpp"
#include "runtime/check_extents.hpp"
#include "runtime/dims.hpp"
#include "runtime/values.hpp"

namespace nabla::runtime {
namespace {

// What outputs and workspace may take together. More could only be had by swapping, or would end in
// the system killing the process without a word.
double memory_limit() {
    const long pages = sysconf(_SC_PHYS_PAGES);
    const long page = sysconf(_SC_PAGE_SIZE);
    if (pages <= 0 || page <= 0) return 1e12;
    return 0.5 * static_cast<double>(pages) * static_cast<double>(page);
}

void check_memory(double bytes, const std::string& what) {
    const double limit = memory_limit();
    if (bytes <= limit) return;
    throw InputError(
        fmt::format("{} would need {:.3g} GB of memory, and at most {:.3g} GB, half of "
                    "what this machine has, are allowed",
                    what, bytes * 1e-9, limit * 1e-9));
}

double bytes_of(const Sizes& sizes, codegen::Precision precision) {
    double bytes = precision == codegen::Precision::f64 ? 8 : 4;
    for (const std::size_t size : sizes) bytes *= static_cast<double>(size);
    return bytes;
}

}  // namespace

std::shared_ptr<const Variant> Engine::specialise(const Program& program, const ir::DimValues& dims,
                                                  const std::vector<std::string>& what,
                                                  codegen::Precision precision) {
    const auto start = std::chrono::steady_clock::now();
    auto variant = std::make_shared<Variant>();
    double bytes = 0;
    check_extents({}, program.inputs, dims);
    for (std::size_t i = 0; i < program.outputs.size(); ++i) {
        Sizes sizes = concrete_sizes(program.outputs[i].shape(), dims, what[i]);
        bytes += bytes_of(sizes, precision);
        check_memory(bytes, what[i]);
        variant->output_sizes.push_back(std::move(sizes));
    }
    check_extents(program.outputs, {}, dims);
    codegen::CompileOptions options;
    options.dims = dims;
    options.precision = precision;
    const codegen::LoopProgram loops = codegen::lower(program.outputs, program.inputs, options);
    check_memory(bytes + static_cast<double>(loops.workspace_bytes), "the computation");
    const codegen::CompiledObject object = codegen::emit(loops);
    if (!jit_) {
        keep_blas_on_callers_thread();
        jit_ = std::make_unique<Jit>();
    }
    variant->code = jit_->load(object);
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
    variant->compile_seconds = seconds.count();
    return variant;
}

}  // namespace nabla::runtime
