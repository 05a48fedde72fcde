// The slow, obviously right evaluation: the oracle of every numeric test.
#pragma once

#include <cstdint>
#include <span>
#include <unordered_map>
#include <vector>

#include "ir/expr.hpp"

namespace nabla::ir {

/// Dense, row-major.
struct Tensor {
    std::vector<std::int64_t> shape;
    std::vector<double> data;
};

struct Bindings {
    std::unordered_map<Expr, Tensor, ExprHash> symbols;
    DimValues dims;
};

/// Sizes of dimension names that the symbols' values imply (`x[n]` with 5 entries gives n = 5);
/// throws InputError where they contradict each other or a declared size.
DimValues infer_dims(const std::unordered_map<Expr, Tensor, ExprHash>& symbols);

/// The value; throws InputError where a symbol has no value or a shape does not fit. Derivative
/// nodes are an InternalError: run passes::derive first. A singular inverse gives NaN or Inf
/// entries.
Tensor interpret(Expr e, const Bindings& bindings);
std::vector<Tensor> interpret(std::span<const Expr> roots, const Bindings& bindings);

}  // namespace nabla::ir
