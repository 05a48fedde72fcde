#include "runtime/program_sizes.hpp"

#include <algorithm>

#include "ir/traverse.hpp"
#include "runtime/dims.hpp"
#include "runtime/located.hpp"

namespace nabla::runtime {

void add_other_values(DimSolver& solver, const ir::Module& module, const Program& program,
                      const Values& values) {
    for (const ir::Declaration& declaration : module.declarations) {
        const auto same = [&](ir::Expr symbol) { return symbol == declaration.symbol; };
        if (std::any_of(program.inputs.begin(), program.inputs.end(), same)) continue;
        const std::string& name = declaration.symbol.symbol().name;
        if (const Value* value = values.find(name); value != nullptr) {
            solver.add(name, declaration.symbol.shape(), value->array.sizes(), declaration.where);
        }
    }
}

KnownSizes sizes_of(const ModelState& model, const Program& program, const Values& values,
                    const ir::DimValues& chosen) {
    DimSolver solver;
    solver.fix_all(model.module());
    for (const auto& [name, size] : chosen) solver.fix(name, size, "a size that was chosen");
    for (const ir::Expr symbol : program.inputs) {
        const std::string& name = symbol.symbol().name;
        if (const Value* value = values.find(name); value != nullptr) {
            solver.add(name, symbol.shape(), value->array.sizes(), place_of(model.module(), name));
        }
    }
    add_other_values(solver, model.module(), program, values);
    KnownSizes sizes{solver.solve(), {}};
    const auto look_at = [&](ir::Dim dim) {
        for (const std::string& name : dim.names()) {
            auto& missing = sizes.missing;
            if (sizes.dims.contains(name)) continue;
            if (std::find(missing.begin(), missing.end(), name) == missing.end()) {
                missing.push_back(name);
            }
        }
    };
    std::vector<ir::Expr> roots = program.inputs;
    roots.insert(roots.end(), program.outputs.begin(), program.outputs.end());
    for (const ir::Expr e : ir::post_order(roots)) {
        for (const ir::Dim dim : e.shape()) look_at(dim);
        if (e.op() == ir::Op::dim_value || e.op() == ir::Op::identity) look_at(e.dim());
        if (e.op() != ir::Op::einsum) continue;
        for (const ir::Dim dim : e.einsum().dims) look_at(dim);
    }
    return sizes;
}

ir::DimValues small_sizes(const ModelState& model, const Program& program, std::int64_t smallest) {
    ir::DimValues chosen;
    std::int64_t next = smallest;
    KnownSizes sizes = sizes_of(model, program, {});
    while (!sizes.missing.empty()) {
        const std::string& name = sizes.missing.front();
        std::int64_t size = next++;
        for (const ir::DimBound& bound : model.module().dim_bounds) {
            if (bound.name == name) size = std::clamp(size, bound.lower, bound.upper);
        }
        chosen[name] = size;
        sizes = sizes_of(model, program, {}, chosen);
    }
    return sizes.dims;
}

}  // namespace nabla::runtime
