#include "runtime/compute.hpp"
#include "runtime/program_sizes.hpp"

#include <algorithm>
#include <nabla/error.hpp>
#include <utility>

#include <fmt/format.h>

#include "runtime/check_facts.hpp"
#include "runtime/dims.hpp"
#include "runtime/located.hpp"
#include "runtime/workspace.hpp"

namespace nabla::runtime {

namespace {

// Calls the code with numbers of another type than the arrays hold.
class FloatCall {
public:
    explicit FloatCall(std::size_t inputs) { inputs_.reserve(inputs); }

    const void* add_input(const Array& array) {
        const auto entries = array.values();
        inputs_.emplace_back(entries.begin(), entries.end());
        return inputs_.back().data();
    }
    void* add_output(const Array& array) {
        outputs_.emplace_back(array.values().size());
        return outputs_.back().data();
    }
    void widen(std::vector<Array>& results) const {
        for (std::size_t i = 0; i < results.size(); ++i) {
            std::copy(outputs_[i].begin(), outputs_[i].end(), results[i].data());
        }
    }

private:
    std::vector<std::vector<float>> inputs_;
    std::vector<std::vector<float>> outputs_;
};

}  // namespace

bool has_values(const Program& program, const Values& values) {
    return std::all_of(program.inputs.begin(), program.inputs.end(), [&](ir::Expr symbol) {
        return values.find(symbol.symbol().name) != nullptr;
    });
}

std::vector<Array> compute(const ModelState& model, const Program& program,
                           const std::vector<std::string>& texts, const Values& values,
                           codegen::Precision precision) {
    const bool narrow = precision == codegen::Precision::f32;
    FloatCall floats(program.inputs.size());
    DimSolver solver;
    solver.fix_all(model.module());
    std::vector<const void*> inputs;
    for (const ir::Expr symbol : program.inputs) {
        const std::string& name = symbol.symbol().name;
        const Value* value = values.find(name);
        if (value == nullptr) {
            throw InputError(
                {error_at(place_of(model.module(), name),
                          fmt::format("{} has no value", declared_text(name, symbol.shape())),
                          fmt::format("give it one with --data {}=FILE", name))});
        }
        solver.add(name, symbol.shape(), value->array.sizes(), place_of(model.module(), name));
        inputs.push_back(narrow ? floats.add_input(value->array) : value->array.data());
    }
    add_other_values(solver, model.module(), program, values);
    const auto variant = model.specialise(program, solver.solve(), texts, precision);
    std::vector<Array> results;
    std::vector<void*> outputs;
    for (const Sizes& sizes : variant->output_sizes) results.emplace_back(sizes);
    for (Array& result : results) {
        outputs.push_back(narrow ? floats.add_output(result) : result.data());
    }
    const Workspace workspace(variant->code.workspace_bytes);
    const int code = variant->code.function(inputs.data(), outputs.data(), workspace.data());
    if (code != 0) {
        const auto& reasons = variant->code.error_texts;
        const bool known = code >= 1 && static_cast<std::size_t>(code) <= reasons.size();
        throw NumericalError(known ? reasons[static_cast<std::size_t>(code) - 1]
                                   : fmt::format("the kernel failed with code {}", code));
    }
    if (narrow) floats.widen(results);
    return results;
}

void fit_to_declarations(Values& values, const ir::Module& module) {
    for (const ir::Declaration& declaration : module.declarations) {
        Value* value = values.find(declaration.symbol.symbol().name);
        if (value == nullptr) continue;
        const Sizes& sizes = value->array.sizes();
        if (value->one_column && sizes.size() != declaration.symbol.rank()) {
            const auto entries = value->array.values();
            std::vector<double> numbers(entries.begin(), entries.end());
            if (declaration.symbol.rank() == 1) {
                value->array = Array({sizes[0]}, std::move(numbers));
            } else if (declaration.symbol.rank() == 2) {
                value->array = Array({sizes[0], 1}, std::move(numbers));
            }
        }
        check_facts(*value, declaration);
    }
}

}  // namespace nabla::runtime
