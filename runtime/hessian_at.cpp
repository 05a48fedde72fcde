#include "runtime/hessian_at.hpp"

#include <cmath>

#include "ir/build.hpp"
#include "passes/pipeline.hpp"
#include "runtime/dims.hpp"
#include "runtime/specialise.hpp"

namespace nabla::runtime {

std::vector<ir::Expr> hessian_blocks(ir::Expr f, const std::vector<ir::Expr>& variables) {
    std::vector<ir::Expr> blocks;
    for (std::size_t i = 0; i < variables.size(); ++i) {
        for (std::size_t j = 0; j <= i; ++j) {
            std::vector<ir::Expr> by{variables[i]};
            if (i != j) by.push_back(variables[j]);
            blocks.push_back(
                passes::finish(ir::derivative(ir::DerivativeMode::hessian, f, std::move(by))));
        }
    }
    return blocks;
}

HessianAt::HessianAt(const ModelState& model, ir::Expr f, const std::vector<ir::Expr>& variables,
                     const std::vector<ir::Expr>& inputs, const ir::DimValues& dims) {
    Program program;
    program.inputs = inputs;
    {
        const auto lock = model.lock();
        program.outputs = hessian_blocks(f, variables);
    }
    for (const ir::Expr variable : variables) {
        sizes_.push_back(concrete_sizes(variable.shape(), dims, variable.symbol().name));
        offsets_.push_back(size_);
        size_ += entry_count(sizes_.back());
    }
    blocks_ = std::make_unique<Prepared>(
        model, program, dims, std::vector<std::string>(program.outputs.size(), "the Hessian"));
    program.outputs = {f};
    value_ =
        std::make_unique<Prepared>(model, program, dims, std::vector<std::string>{"the function"});
}

std::optional<std::vector<double>> HessianAt::matrix(const std::vector<const Array*>& inputs) {
    if (blocks_->call(inputs) != 0) return std::nullopt;
    std::vector<double> matrix(size_ * size_);
    std::size_t k = 0;
    for (std::size_t i = 0; i < sizes_.size(); ++i) {
        for (std::size_t j = 0; j <= i; ++j, ++k) {
            const Array& block = blocks_->outputs()[k];
            const std::size_t rows = entry_count(sizes_[i]);
            const std::size_t columns = entry_count(sizes_[j]);
            for (std::size_t a = 0; a < rows; ++a) {
                for (std::size_t b = 0; b < columns; ++b) {
                    const double entry = block.data()[a * columns + b];
                    if (!std::isfinite(entry)) return std::nullopt;
                    matrix[(offsets_[i] + a) * size_ + offsets_[j] + b] = entry;
                    matrix[(offsets_[j] + b) * size_ + offsets_[i] + a] = entry;
                }
            }
        }
    }
    return matrix;
}

std::optional<double> HessianAt::value(const std::vector<const Array*>& inputs) {
    if (value_->call(inputs) != 0) return std::nullopt;
    const double value = value_->outputs().front().data()[0];
    return std::isfinite(value) ? std::optional(value) : std::nullopt;
}

}  // namespace nabla::runtime
