// where(a > b, x, y): x where the comparison holds, else y, entry by entry.

#include "frontend/shapes.hpp"

#include "ir/build.hpp"

#include <fmt/format.h>

namespace nabla::syntax {

using ast::Kind;
using ast::Node;

namespace {

ir::Expr compared(Op op, ir::Expr a, ir::Expr b) {
    using ir::Fn;
    switch (op) {
        case Op::greater:
            return ir::map(Fn::greater, {a, b});
        case Op::less:
            return ir::map(Fn::greater, {b, a});
        case Op::greater_equal:
            return ir::map(Fn::greater_equal, {a, b});
        case Op::less_equal:
            return ir::map(Fn::greater_equal, {b, a});
        case Op::not_equal:
            return ir::map(Fn::not_equal, {a, b});
        default:
            return ir::map(Fn::equal, {a, b});
    }
}

}  // namespace

ValueId Checker::where(const Node& node) {
    const Node& condition = node.children[0];
    if (condition.kind != Kind::compare) {
        fail(condition.span, "the first argument of `where` is a comparison",
             fmt::format("write where({} > 0, …, …)", text(condition.span)));
    }
    std::vector<ValueId> parts;
    std::vector<const Node*> nodes{&condition.children[0], &condition.children[1],
                                   &node.children[1], &node.children[2]};
    std::size_t shaped = nodes.size();
    for (std::size_t k = 0; k < nodes.size(); ++k) {
        parts.push_back(check(*nodes[k]));
        const Type given = type(parts[k]);
        if (given.is_scalar()) continue;
        if (shaped == nodes.size()) {
            shaped = k;
            continue;
        }
        const Type before = type(parts[shaped]);
        const bool turned = given.is_vector() && given.orientation != before.orientation;
        if (given.rank() == before.rank() && !turned && dims_->unify(before, given)) continue;
        try_vectors(parts[shaped], parts[k], node.span);
        fail_shapes("choose between", parts[shaped], nodes[shaped]->span, parts[k], nodes[k]->span);
    }
    const Type result = shaped == nodes.size() ? Type{} : type(parts[shaped]);
    const Op op = condition.children[1].op;
    return make(result, parts, [op, result](const Recipe& recipe, std::span<const ir::Expr> x) {
        const ir::Expr chosen = ir::map(ir::Fn::where, {compared(op, x[0], x[1]), x[2], x[3]});
        return ir::broadcast(chosen, recipe.shape(result));
    });
}

}  // namespace nabla::syntax
