// The derivative operators: requests that the first pass carries out (this part of Nabla never
// differentiates), with the shapes that language.md gives them.

#include "frontend/shapes.hpp"

#include "ir/build.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace nabla::syntax {

using ast::Kind;
using ast::Node;

Checker::Variable Checker::differentiated(const Node& node) {
    const Node* inner = &node;
    while (inner->kind == Kind::group && inner->children.size() == 1) inner = &inner->children[0];
    const bool calls = inner->kind == Kind::call || inner->kind == Kind::apply;
    if (calls && inner->text == "vec" && inner->children.size() == 1) {
        const ValueId symbol = differentiated_symbol(inner->children[0]);
        return {symbol, type(symbol).is_matrix()};
    }
    return {differentiated_symbol(node), false};
}

ValueId Checker::differentiated_symbol(const Node& node) {
    const Node* inner = &node;
    while (inner->kind == Kind::group && inner->children.size() == 1) inner = &inner->children[0];
    if (inner->kind != Kind::name) {
        fail(node.span, fmt::format("cannot differentiate by {}", text(node.span)),
             "the second argument is the name of a variable or a parameter, or vec of one");
    }
    if (indices_.contains(inner->text)) {
        fail(node.span, fmt::format("cannot differentiate by the index `{}`", inner->text));
    }
    const ValueId id = check(*inner);
    if (value(id).symbol >= 0 || value(id).parameter) return id;
    const Scope::Entry entry = scope_->find(inner->text);
    if (entry.role == Scope::Role::definition && !locals_.contains(inner->text)) {
        const DefinedName& defined = scope_->definition(entry.index);
        std::set<std::string> words;
        if (defined.definition != nullptr) collect_words(defined.definition->value, words);
        std::string symbols;
        for (const std::string& word : words) {
            if (scope_->find(word).role != Scope::Role::symbol) continue;
            symbols += (symbols.empty() ? "" : " or ") + word;
        }
        Report report{symbols.empty() ? "" : fmt::format("differentiate by {}", symbols), {}};
        if (defined.definition != nullptr)
            report.labels.push_back(
                {defined.span, fmt::format("`{}` is defined here", inner->text)});
        fail(node.span,
             fmt::format("cannot differentiate by `{}`: it is a definition", inner->text),
             std::move(report));
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
        case Mode::at:
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

/// The axes of the variables after the first `kept` ones, each `vec` of a matrix as one axis that
/// counts its entries column by column.
ValueId Checker::by_columns(ValueId derivative, std::size_t kept, const std::vector<Variable>& by) {
    if (std::none_of(by.begin(), by.end(), [](const Variable& v) { return v.vec; })) {
        return derivative;
    }
    Type result;
    const Type given = type(derivative);
    result.dims.assign(given.dims.begin(), given.dims.begin() + static_cast<std::ptrdiff_t>(kept));
    std::vector<std::uint8_t> axes;
    for (std::size_t axis = 0; axis < kept; ++axis) axes.push_back(static_cast<std::uint8_t>(axis));
    std::size_t at = kept;
    for (const Variable& v : by) {
        const std::size_t rank = type(v.symbol).rank();
        ir::Dim size = dims_->context().dim(1);
        for (std::size_t k = 0; k < rank; ++k) {
            const std::size_t axis = at + (v.vec ? rank - 1 - k : k);
            axes.push_back(static_cast<std::uint8_t>(axis));
            size = size * given.dims[axis];
            if (!v.vec) result.dims.push_back(given.dims[axis]);
        }
        if (v.vec) result.dims.push_back(size);
        at += rank;
    }
    return make(result, {derivative},
                [axes, result](const Recipe& recipe, std::span<const ir::Expr> built) {
                    return ir::reshape(ir::permute(built[0], axes), recipe.shape(result));
                });
}

/// A direction in the space of the variable: of its shape, or a vector of its entries for `vec`.
ValueId Checker::direction_of(const Node& node, const Variable& by, const Node& variable,
                              const std::string& what) {
    const ValueId direction = check(node);
    if (!by.vec) {
        same_shape(by.symbol, variable, direction, node, what);
        return direction;
    }
    const Type matrix = type(by.symbol);
    const Type flat{{matrix.dims[0] * matrix.dims[1]}, {}};
    const bool vector = type(direction).is_vector();
    if (!vector || !dims_->unify(flat, Type{type(direction).dims, {}})) {
        fail(node.span, fmt::format("{} by `vec` needs a vector of {} entries, but {}", what,
                                    show(flat.dims[0]), described(direction, node.span)));
    }
    return make(matrix, {direction},
                [matrix](const Recipe& recipe, std::span<const ir::Expr> built) {
                    return ir::reshape_by_columns(built[0], recipe.shape(matrix));
                });
}

ValueId Checker::derivative_call(const Node& node, Builtin id) {
    using Mode = ir::DerivativeMode;
    const Node& function_node = node.children[0];
    std::vector<Variable> by{differentiated(node.children[1])};
    const ValueId first = by[0].symbol;
    const bool scalar_only = id == Builtin::grad || id == Builtin::hessian || id == Builtin::hvp;
    ValueId function{};
    if (scalar_only) {
        function = check_scalar(function_node, fmt::format("the function in `{}`", node.text));
    } else {
        function = check(function_node);
    }
    switch (id) {
        case Builtin::grad:
            return by_columns(derivative(Mode::gradient, function, {first}, std::nullopt), 0, by);
        case Builtin::jacobian:
            return by_columns(derivative(Mode::jacobian, function, {first}, std::nullopt),
                              type(function).rank(), by);
        case Builtin::hessian: {
            by.push_back(node.children.size() == 3 ? differentiated(node.children[2]) : by[0]);
            std::vector<ValueId> symbols{first};
            if (node.children.size() == 3) symbols.push_back(by[1].symbol);
            return by_columns(derivative(Mode::hessian, function, std::move(symbols), std::nullopt),
                              0, by);
        }
        default:
            break;
    }
    const Node& direction_node = node.children[2];
    if (id == Builtin::vjp) {
        const ValueId direction = check(direction_node);
        same_shape(function, function_node, direction, direction_node, "`vjp`");
        return by_columns(derivative(Mode::vjp, function, {first}, direction), 0, by);
    }
    const ValueId direction =
        direction_of(direction_node, by[0], node.children[1], fmt::format("`{}`", node.text));
    if (id == Builtin::directional) {
        return derivative(Mode::directional, function, {first}, direction);
    }
    return by_columns(derivative(Mode::hvp, function, {first}, direction), 0, by);
}

/// The value, its derivatives carried out, with `point` in the place of the symbol.
ValueId Checker::at_point(ValueId value, ValueId symbol, ValueId point) {
    const Type result = type(value);
    return make(result, {value, symbol, point}, [](const Recipe&, auto built) {
        return ir::derivative(ir::DerivativeMode::at, built[0], {built[1]}, built[2]);
    });
}

/// f(x0) + J(x0) d + 1/2 d^T H(x0) d with d = x − x0; `k` is 0, 1 or 2.
ValueId Checker::taylor(const Node& node) {
    using Mode = ir::DerivativeMode;
    const Node& order_node = node.children[3];
    const ValueId symbol = differentiated_symbol(node.children[1]);
    const ValueId function = check(node.children[0]);
    ValueId point = check(node.children[2]);
    const ValueId order_value = check(order_node);
    const auto& literal = value(order_value).literal;
    const auto order = literal ? literal->integer() : std::nullopt;
    if (!order || *order < 0 || *order > 2) {
        fail(order_node.span, "the order of a Taylor expansion is 0, 1 or 2");
    }
    const Type space = type(symbol);
    if (type(point).is_scalar() && !space.is_scalar()) {
        promote_if_default(point, node.children[2].span, "the point of an expansion");
        point = make(space, {point}, [space](const Recipe& recipe, auto built) {
            return ir::broadcast(built[0], recipe.shape(space));
        });
    }
    same_shape(symbol, node.children[1], point, node.children[2], "`taylor`");
    std::vector<ValueId> operands{at_point(function, symbol, point), symbol, point};
    ValueId higher = function;
    for (std::int64_t k = 0; k < *order; ++k) {
        higher = derivative(Mode::jacobian, higher, {symbol}, std::nullopt);
        operands.push_back(at_point(higher, symbol, point));
    }
    return make(type(function), operands, [](const Recipe&, std::span<const ir::Expr> built) {
        const ir::Expr step = ir::subtract(built[1], built[2]);
        ir::Expr total = built[0];
        ir::Number factorial = 1;
        for (std::size_t k = 3; k < built.size(); ++k) {
            const auto order_here = static_cast<std::int64_t>(k) - 2;
            ir::Expr term = built[k];
            for (std::int64_t times = 0; times < order_here; ++times) {
                term = ir::contract_last(term, step);
            }
            factorial = factorial * ir::Number(order_here);
            total = ir::add(total, ir::scale(ir::Number(1) / factorial, term));
        }
        return total;
    });
}

}  // namespace nabla::syntax
