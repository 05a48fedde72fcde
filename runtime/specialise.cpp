#include "runtime/specialise.hpp"

#include <chrono>
#include <limits>
#include <nabla/error.hpp>
#include <utility>

#include <fmt/format.h>

#include "codegen/compile.hpp"
#include "ir/traverse.hpp"
#include "runtime/dims.hpp"
#include "runtime/values.hpp"

namespace nabla::runtime {
namespace {

// 2^40 entries are 8 TiB; beyond that sizes in bytes come near the limits of address arithmetic.
constexpr double max_entries = 1099511627776.0;

void check_count(const Sizes& sizes, const std::string& what) {
    double count = 1;
    for (const std::size_t size : sizes) count *= static_cast<double>(size);
    if (count > max_entries) {
        throw InputError(fmt::format("{} would have {} entries", what, describe_sizes(sizes)));
    }
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
    check_dims(program, dims);
    for (std::size_t i = 0; i < program.outputs.size(); ++i) {
        Sizes sizes = concrete_sizes(program.outputs[i].shape(), dims, what[i]);
        check_count(sizes, what[i]);
        variant->output_sizes.push_back(std::move(sizes));
    }
    codegen::CompileOptions options;
    options.dims = dims;
    const codegen::LoopProgram loops = codegen::lower(program.outputs, program.inputs, options);
    const codegen::CompiledObject object = codegen::emit(loops);
    if (!jit_) jit_ = std::make_unique<Jit>();
    variant->code = jit_->load(object);
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
    variant->compile_seconds = seconds.count();
    return variant;
}

}  // namespace nabla::runtime
