#include "runtime/specialise.hpp"

#include <unistd.h>

#include <chrono>
#include <nabla/error.hpp>
#include <utility>

#include <fmt/format.h>

#include "codegen/compile.hpp"
#include "ir/traverse.hpp"
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

double bytes_of(const Sizes& sizes) {
    double bytes = sizeof(double);
    for (const std::size_t size : sizes) bytes *= static_cast<double>(size);
    return bytes;
}

void check_name(const std::string& name, const ir::DimValues& dims) {
    if (dims.contains(name)) return;
    throw InputError(fmt::format("the size {} is not known", name),
                     "no value that is given fixes it");
}

// Codegen asks for a number for every dimension name, also for those inside an expression.
void check_dims(const Program& program, const ir::DimValues& dims) {
    for (const ir::Expr e : ir::post_order(program.outputs)) {
        for (const ir::Dim dim : e.shape()) {
            for (const std::string& name : dim.names()) check_name(name, dims);
        }
        if (e.op() != ir::Op::dim_value) continue;
        for (const std::string& name : e.dim().names()) check_name(name, dims);
    }
    for (const ir::Expr symbol : program.inputs) {
        for (const ir::Dim dim : symbol.shape()) {
            for (const std::string& name : dim.names()) check_name(name, dims);
        }
    }
}

}  // namespace

std::shared_ptr<const Variant> Engine::specialise(const Program& program, const ir::DimValues& dims,
                                                  const std::vector<std::string>& what) {
    const auto start = std::chrono::steady_clock::now();
    auto variant = std::make_shared<Variant>();
    double bytes = 0;
    check_dims(program, dims);
    for (std::size_t i = 0; i < program.outputs.size(); ++i) {
        Sizes sizes = concrete_sizes(program.outputs[i].shape(), dims, what[i]);
        bytes += bytes_of(sizes);
        check_memory(bytes, what[i]);
        variant->output_sizes.push_back(std::move(sizes));
    }
    codegen::CompileOptions options;
    options.dims = dims;
    const codegen::LoopProgram loops = codegen::lower(program.outputs, program.inputs, options);
    check_memory(bytes + static_cast<double>(loops.workspace_bytes), "the computation");
    const codegen::CompiledObject object = codegen::emit(loops);
    if (!jit_) jit_ = std::make_unique<Jit>();
    variant->code = jit_->load(object);
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
    variant->compile_seconds = seconds.count();
    return variant;
}

}  // namespace nabla::runtime
