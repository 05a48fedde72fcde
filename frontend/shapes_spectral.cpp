// Functions of a square matrix as a whole (Cholesky factor, largest eigenvalue, exponential), its
// triangles, cross_entropy, and the order of polygamma.

#include "frontend/shapes.hpp"

#include "ir/build.hpp"
#include "ir/gamma.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace nabla::syntax {

using ast::Kind;
using ast::Node;

namespace {

ir::Expr build_spectral(Builtin id, ir::Expr matrix) {
    switch (id) {
        case Builtin::chol:
            return ir::chol(matrix);
        case Builtin::expm:
            return ir::expm(matrix);
        case Builtin::lambda_max:
            return ir::eigenvalue(matrix);
        case Builtin::lambda_max_vector:
            return ir::eigenvector(matrix);
        case Builtin::lambda_max_pinv:
            return ir::shifted_pinv(matrix);
        case Builtin::tril:
            return ir::multiply(ir::trimask(matrix.shape()[0]), matrix);
        default:
            return ir::multiply(ir::transpose(ir::trimask(matrix.shape()[0])), matrix);
    }
}

}  // namespace

ValueId Checker::spectral_function(const Node& node, Builtin id) {
    const Node& argument_node = node.children[0];
    const ValueId argument = check(argument_node);
    require_square(argument, argument_node, fmt::format("`{}`", node.text));
    Type result = type(argument);
    if (id == Builtin::lambda_max) result.dims.clear();
    if (id == Builtin::lambda_max_vector) result.dims.resize(1, result.dims[0]);
    return make(result, {argument},
                [id](const Recipe&, auto operands) { return build_spectral(id, operands[0]); });
}

ValueId Checker::exponential_derivative(const Node& node) {
    const Node& matrix_node = node.children[0];
    const ValueId matrix = check(matrix_node);
    require_square(matrix, matrix_node, "`dexpm`");
    Type result = type(matrix);
    std::vector<ValueId> operands{matrix};
    for (std::size_t k = 1; k < node.children.size(); ++k) {
        const Node& direction_node = node.children[k];
        const ValueId direction = check(direction_node);
        const Type given = type(direction);
        const bool fits = given.rank() >= 2 && dims_->unify(given.dims[0], result.dims[0]) &&
                          dims_->unify(given.dims[1], result.dims[1]);
        if (!fits) {
            fail(direction_node.span,
                 fmt::format("a direction of `dexpm` has the shape of {}, but {}",
                             operand(matrix, matrix_node.span),
                             described(direction, direction_node.span)));
        }
        result.dims.insert(result.dims.end(), given.dims.begin() + 2, given.dims.end());
        operands.push_back(direction);
    }
    return make(result, operands, [](const Recipe&, std::span<const ir::Expr> given) {
        return ir::expm(given[0], std::vector<ir::Expr>(given.begin() + 1, given.end()));
    });
}

ValueId Checker::cross_entropy(const Node& node) {
    const Node& p_node = node.children[0];
    const Node& q_node = node.children[1];
    const ValueId p = check(p_node);
    const ValueId q = check(q_node);
    promote_if_default(p, p_node.span, "`cross_entropy` takes two vectors");
    promote_if_default(q, q_node.span, "`cross_entropy` takes two vectors");
    same_shape(p, p_node, q, q_node, "`cross_entropy`");
    return make({}, {p, q}, [](const Recipe&, auto operands) {
        const ir::Expr weights = ir::map(ir::Fn::strong_zero, operands[0]);
        const ir::Expr logs = ir::map(ir::Fn::log, operands[1]);
        return ir::negate(ir::sum_entries(ir::multiply(weights, logs)));
    });
}

void Checker::require_order(const Node& node) const {
    const Node* order = &node;
    while (order->kind == Kind::group && order->children.size() == 1) order = &order->children[0];
    const bool whole = order->kind == Kind::number && !order->text.empty() &&
                       order->text.size() <= 3 &&
                       std::all_of(order->text.begin(), order->text.end(),
                                   [](char c) { return c >= '0' && c <= '9'; }) &&
                       std::stoi(order->text) <= ir::largest_polygamma;
    if (whole) return;
    fail(node.span,
         fmt::format("the order of `polygamma` is a whole number from 0 to {}, written as a number",
                     ir::largest_polygamma),
         "`polygamma(k, x)` is the k-th derivative of `digamma(x)`");
}

}  // namespace nabla::syntax
