// Expressions as people read them, and the shapes of names as answers tell them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "ir/expr.hpp"
#include "ir/module.hpp"

namespace nabla::runtime {

/// One formula in every style.
struct Formula {
    std::string text;     ///< ASCII, reads back
    std::string unicode;  ///< reads back
    std::string latex;
};

/// Prints a finished expression. Makes nodes: the lock of its model must be held.
Formula format_formula(ir::Expr finished, ir::Orientation orientation = ir::Orientation::column);

/// What an answer says of a name.
struct NameInfo {
    std::string name;
    std::string kind;                ///< scalar, vector, matrix, or tensor
    std::vector<std::string> shape;  ///< one text an axis: `n`, `2n+1`, `5`
    std::vector<std::string> facts;  ///< as they are declared: `symmetric`, `pd`, …
};

/// As they are declared, without those that others imply.
std::vector<std::string> fact_texts(ir::Facts facts);

NameInfo describe_name(ir::Expr symbol);

/// One text an axis.
std::vector<std::string> shape_texts(const ir::Shape& shape);

/// scalar, vector, matrix, tensor.
std::string_view kind_of_rank(std::size_t rank) noexcept;

}  // namespace nabla::runtime
