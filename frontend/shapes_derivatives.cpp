// The derivative operators: requests that the first pass carries out (this part of Nabla never
// differentiates), with the shapes that language.md gives them.

#include "frontend/shapes.hpp"

#include "ir/build.hpp"

#include <fmt/format.h>

namespace nabla::syntax {

using ast::Kind;
using ast::Node;

ValueId Checker::differentiated_symbol(const Node& node) {
    const Node* inner = &node;
    while (inner->kind == Kind::group && inner->children.size() == 1) inner = &inner->children[0];
    if (inner->kind == Kind::call && inner->text == "vec") {
        fail(node.span, "derivatives by `vec` of a variable are not supported yet");
    }
    if (inner->kind != Kind::name) {
        fail(node.span, fmt::format("cannot differentiate by {}", text(node.span)),
             "the second argument is the name of a variable or a parameter");
    }
    const ValueId id = check(*inner);
    if (value(id).symbol >= 0) return id;
    if (locals_.contains(inner->text)) {
        fail(node.span,
             fmt::format("differentiating by the argument `{}` is supported only where the "
                         "function is called with a variable",
                         inner->text));
    }
    fail(node.span,
         fmt::format("cannot differentiate by `{}`: it is no variable or parameter", inner->text));
}

ValueId Checker::derivative(ir::DerivativeMode mode, ValueId function, std::vector<ValueId> symbols,
                            std::optional<ValueId> direction) {
    using Mode = ir::DerivativeMode;
    Type result;
    const auto append = [&](const Type& more) {
        result.dims.insert(result.dims.end(), more.dims.begin(), more.dims.end());
    };
    switch (mode) {
        case Mode::gradient:
        case Mode::vjp:
        case Mode::hvp:
            append(type(symbols[0]));
            break;
        case Mode::jacobian:
            append(type(function));
            append(type(symbols[0]));
            // The derivative by a scalar keeps the orientation.
            if (type(symbols[0]).is_scalar()) result.orientation = type(function).orientation;
            break;
        case Mode::hessian:
            append(type(symbols.front()));
            append(type(symbols.back()));
            break;
        case Mode::directional:
            result = type(function);
            break;
    }
    std::vector<ValueId> operands{function};
    operands.insert(operands.end(), symbols.begin(), symbols.end());
    const std::size_t count = symbols.size();
    if (direction) operands.push_back(*direction);
    return make(result, operands, [mode, count](const Recipe&, std::span<const ir::Expr> given) {
        const auto symbols_end = given.begin() + 1 + static_cast<std::ptrdiff_t>(count);
        const std::vector<ir::Expr> by(given.begin() + 1, symbols_end);
        const ir::Expr along = symbols_end == given.end() ? ir::Expr{} : *symbols_end;
        return ir::derivative(mode, given[0], by, along);
    });
}

ValueId Checker::derivative_call(const Node& node, Builtin id) {
    using Mode = ir::DerivativeMode;
    const Node& function_node = node.children[0];
    const ValueId by = differentiated_symbol(node.children[1]);
    const bool scalar_only = id == Builtin::grad || id == Builtin::hessian || id == Builtin::hvp;
    ValueId function{};
    if (scalar_only) {
        function = check_scalar(function_node, fmt::format("the function in `{}`", node.text));
    } else {
        function = check(function_node);
    }
    switch (id) {
        case Builtin::grad:
            return derivative(Mode::gradient, function, {by}, std::nullopt);
        case Builtin::jacobian:
            return derivative(Mode::jacobian, function, {by}, std::nullopt);
        case Builtin::hessian: {
            std::vector<ValueId> symbols{by};
            if (node.children.size() == 3)
                symbols.push_back(differentiated_symbol(node.children[2]));
            return derivative(Mode::hessian, function, std::move(symbols), std::nullopt);
        }
        default:
            break;
    }
    const Node& direction_node = node.children[2];
    const ValueId direction = check(direction_node);
    if (id == Builtin::vjp) {
        same_shape(function, function_node, direction, direction_node, "`vjp`");
        return derivative(Mode::vjp, function, {by}, direction);
    }
    same_shape(by, node.children[1], direction, direction_node, fmt::format("`{}`", node.text));
    return derivative(id == Builtin::hvp ? Mode::hvp : Mode::directional, function, {by},
                      direction);
}

}  // namespace nabla::syntax
