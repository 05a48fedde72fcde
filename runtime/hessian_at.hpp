// The Hessian of a scalar by several variables together, as one matrix of numbers: rows and columns
// are the entries of the variables, one after the other. Compiled once, evaluated often.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include <nabla/array.hpp>

#include "runtime/model_state.hpp"
#include "runtime/prepared.hpp"

namespace nabla::runtime {

/// The blocks by pairs of variables (the second not after the first), finished. Makes nodes.
std::vector<ir::Expr> hessian_blocks(ir::Expr f, const std::vector<ir::Expr>& variables);

class HessianAt {
public:
    /// `f` finished. Throws InputError where it cannot be differentiated or compiled. Takes the
    /// model's lock.
    HessianAt(const ModelState& model, ir::Expr f, const std::vector<ir::Expr>& variables,
              const std::vector<ir::Expr>& inputs, const ir::DimValues& dims);

    std::size_t size() const noexcept { return size_; }
    const std::vector<Sizes>& variable_sizes() const noexcept { return sizes_; }

    /// One array for each input. Nothing where it is not finite.
    std::optional<std::vector<double>> matrix(const std::vector<const Array*>& inputs);
    std::optional<double> value(const std::vector<const Array*>& inputs);

private:
    std::unique_ptr<Prepared> blocks_;
    std::unique_ptr<Prepared> value_;
    std::vector<Sizes> sizes_;
    std::vector<std::size_t> offsets_;
    std::size_t size_ = 0;
};

}  // namespace nabla::runtime
