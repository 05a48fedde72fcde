// Linear matrix equations: sylvester(A, B, C) is the X with A X + X B = C, sylvester(A, B, C, D, E)
// the one with A X B + C X D = E; lyap(A, Q) and dlyap(A, Q) are MATLAB's, A X + X A^T + Q = 0 and
// A X A^T - X + Q = 0.

#include "frontend/shapes.hpp"

#include "ir/build.hpp"

#include <fmt/format.h>

namespace nabla::syntax {

using ast::Node;

namespace {

ir::Expr build(Builtin id, std::span<const ir::Expr> given) {
    if (id == Builtin::sylvester && given.size() == 3)
        return ir::sylvester(given[0], given[1], given[2]);
    if (id == Builtin::sylvester)
        return ir::sylvester(given[0], given[1], given[2], given[3], given[4]);
    const ir::Expr a = given[0], q = given[1];
    if (id == Builtin::lyap) return ir::sylvester(a, ir::transpose(a), ir::negate(q));
    const ir::Expr eye = ir::identity(a.shape()[0]);
    return ir::sylvester(a, ir::transpose(a), ir::negate(eye), eye, ir::negate(q));
}

}  // namespace

ValueId Checker::sylvester(const Node& node, Builtin id) {
    const std::size_t count = node.children.size();
    if (count == 4) {
        fail(node.span, "`sylvester` takes 3 or 5 arguments",
             "`sylvester(A, B, C)` solves A X + X B = C; "
             "`sylvester(A, B, C, D, E)` solves A X B + C X D = E");
    }
    const std::string what = fmt::format("`{}`", node.text);
    std::vector<ValueId> operands;
    for (std::size_t k = 0; k < count; ++k) operands.push_back(check(node.children[k]));
    for (std::size_t k = 0; k + 1 < count; ++k) require_square(operands[k], node.children[k], what);
    const Node& last_node = node.children.back();
    const ValueId last = operands.back();
    const Type right = type(last);
    // Which axis of the solution a matrix belongs to: those on its left count its rows.
    for (std::size_t k = 0; k + 1 < count; ++k) {
        const auto fits = [&](std::size_t axis) {
            return right.rank() >= 2 && dims_->unify(type(operands[k]).dims[0], right.dims[axis]);
        };
        const bool rows = id != Builtin::sylvester || k % 2 == 0;
        const bool columns = id != Builtin::sylvester || k % 2 == 1;
        const bool rows_fit = !rows || fits(0);
        if (rows_fit && (!columns || fits(1))) continue;
        fail(last_node.span,
             fmt::format("the right side of {} has as many {} as {}, but {}", what,
                         rows_fit ? "columns" : "rows", operand(operands[k], node.children[k].span),
                         described(last, last_node.span)));
    }
    return make(right, operands,
                [id](const Recipe&, std::span<const ir::Expr> given) { return build(id, given); });
}

}  // namespace nabla::syntax
