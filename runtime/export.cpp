#include "runtime/export.hpp"

#include <algorithm>
#include <nabla/error.hpp>
#include <set>
#include <span>
#include <utility>

#include <fmt/format.h>

#include "codegen/compile.hpp"
#include "ir/traverse.hpp"
#include "passes/pipeline.hpp"
#include "runtime/c_names.hpp"
#include "runtime/check_extents.hpp"
#include "runtime/dims.hpp"
#include "runtime/located.hpp"
#include "runtime/model_state.hpp"

namespace nabla::runtime {
namespace {

using Parameter = codegen::ExportSignature::Parameter;

// `X[1000, 20]`
std::string concrete_text(const std::string& name, const Sizes& sizes) {
    return sizes.empty() ? name : fmt::format("{}[{}]", name, fmt::join(sizes, ", "));
}

// The inputs have their own names as far as C allows; what the outputs are called is ours to
// choose.
codegen::ExportSignature signature_of(const ir::Export& request, const ir::DimValues& dims) {
    codegen::ExportSignature signature;
    std::set<std::string> used{"workspace"};
    for (const ir::Expr symbol : request.inputs) {
        const std::string& name = symbol.symbol().name;
        const Sizes sizes = concrete_sizes(symbol.shape(), dims, name);
        signature.inputs.push_back(
            {c_parameter_name(name, used), sizes.empty(), concrete_text(name, sizes)});
    }
    for (std::size_t i = 0; i < request.outputs.size(); ++i) {
        const Sizes sizes = concrete_sizes(request.outputs[i].shape(), dims, request.texts[i]);
        signature.outputs.push_back({c_parameter_name(fmt::format("out{}", i + 1), used),
                                     sizes.empty(), concrete_text(request.texts[i], sizes)});
    }
    return signature;
}

ExportedObject compile_export(const ModelState& model, const ir::Export& request,
                              const ir::DimValues& dims, codegen::Precision precision) {
    const auto lock = model.lock();
    const std::vector<ir::Expr> outputs = passes::finish(request.outputs);
    check_extents(outputs, request.inputs, dims);
    const codegen::ExportSignature signature = signature_of(request, dims);
    codegen::CompileOptions options;
    options.name = request.name;
    options.dims = dims;
    options.precision = precision;
    const codegen::LoopProgram program = codegen::lower(outputs, request.inputs, options);
    codegen::EmitOptions emit;
    emit.export_as = &signature;
    codegen::CompiledObject object = codegen::emit(program, emit);
    return {request.name, std::move(object.bytes), codegen::c_header(program, signature)};
}

void add_names(const ir::Shape& shape, std::set<std::string>& names) {
    for (const ir::Dim dim : shape) {
        for (std::string& name : dim.names()) names.insert(std::move(name));
    }
}

// Every dimension name that the export depends on, in its declarations' shapes or as a number.
std::set<std::string> dims_of(const ir::Export& request) {
    std::set<std::string> names;
    for (const ir::Expr e : ir::post_order(request.outputs)) {
        add_names(e.shape(), names);
        if (e.op() == ir::Op::dim_value) add_names({e.dim()}, names);
    }
    for (const ir::Expr symbol : request.inputs) add_names(symbol.shape(), names);
    return names;
}

std::vector<const ir::Export*> exports_of(const ir::Module& module) {
    std::vector<const ir::Export*> requests;
    for (const ir::Request& request : module.requests) {
        if (const auto* found = std::get_if<ir::Export>(&request)) requests.push_back(found);
    }
    if (requests.empty()) {
        throw InputError("the file exports nothing", "add a line `export EXPR, EXPR, … as NAME`");
    }
    return requests;
}

// Keywords and the C library's functions never get here; macros and C++'s words do.
void check_export_names(const std::vector<const ir::Export*>& requests) {
    for (const ir::Export* request : requests) {
        if (!is_taken_in_c(request->name)) continue;
        throw InputError(std::vector<Diagnostic>{
            {Severity::error,
             request->where,
             fmt::format("an export cannot be named `{}`: C or C++ has another use for the name",
                         request->name),
             {},
             "choose another name after `as`"}});
    }
}

// The first declaration with this size, or else the first export.
Location place_of_size(const ir::Module& module, const std::string& size) {
    for (const ir::Declaration& declaration : module.declarations) {
        std::set<std::string> names;
        add_names(declaration.symbol.shape(), names);
        if (names.contains(size)) return declaration.where;
    }
    return exports_of(module).front()->where;
}

// Sizes for names that the file does not have are a typing error; some for names that no export
// uses are not.
void check_names(const std::map<std::string, std::int64_t>& dims, const ir::Module& module,
                 std::set<std::string> known) {
    for (const ir::Declaration& declaration : module.declarations) {
        add_names(declaration.symbol.shape(), known);
    }
    for (const auto& [name, value] : dims) {
        if (known.contains(name) || module.dims.contains(name)) continue;
        throw InputError(
            fmt::format("the file has no dimension {}", name),
            known.empty() ? std::string() : fmt::format("dimensions: {}", fmt::join(known, ", ")));
    }
}

}  // namespace

std::vector<ExportedObject> compile_exports(const ModelState& model,
                                            const std::map<std::string, std::int64_t>& dims,
                                            codegen::Precision precision) {
    DimSolver solver;
    solver.fix_all(model.module());
    for (const auto& [name, value] : dims) solver.fix(name, value, "--dim");
    const ir::DimValues values = solver.solve();

    const std::vector<const ir::Export*> requests = exports_of(model.module());
    check_export_names(requests);
    std::set<std::string> used;
    for (const ir::Export* request : requests) used.merge(dims_of(*request));
    check_names(dims, model.module(), used);
    for (const std::string& name : used) {
        if (values.contains(name)) continue;
        throw InputError({error_at(
            place_of_size(model.module(), name), fmt::format("the size {} is not given", name),
            fmt::format("write --dim {}=NUMBER, or `dim {} = NUMBER` in the file", name, name))});
    }
    for (const ir::Declaration& declaration : model.module().declarations) {
        std::set<std::string> names;
        add_names(declaration.symbol.shape(), names);
        if (std::all_of(names.begin(), names.end(),
                        [&](const std::string& name) { return values.contains(name); })) {
            located(declaration.where,
                    [&] { check_extents({}, std::span(&declaration.symbol, 1), values); });
        }
    }
    std::vector<ExportedObject> objects;
    for (const ir::Export* request : requests) {
        objects.push_back(located(
            request->where, [&] { return compile_export(model, *request, values, precision); }));
    }
    return objects;
}

}  // namespace nabla::runtime
