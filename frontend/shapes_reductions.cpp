// Reductions, whole and along an axis, and the functions that work along one (softmax).

#include "frontend/shapes.hpp"

#include "ir/build.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

namespace nabla::syntax {

using ast::Kind;
using ast::Node;
using ir::Orientation;

namespace {

std::vector<std::uint8_t> all_axes(std::size_t rank) {
    std::vector<std::uint8_t> axes(rank);
    std::iota(axes.begin(), axes.end(), std::uint8_t{0});
    return axes;
}

/// The axes of a call, ascending, from 1; none if none is given. A tensor may be reduced along
/// several: `prod(T, axis=2, axis=3)`.
std::vector<int> axes_of(const Node& node, std::size_t rank) {
    std::vector<int> axes;
    for (std::size_t i = 0; i < node.children.size(); ++i) {
        const Node& child = node.children[i];
        const bool keyword = child.kind == Kind::keyword;
        if (!keyword && i == 0) continue;
        const Node& value = keyword ? child.children[0] : child;
        const bool digit = value.kind == Kind::number && value.text.size() == 1 &&
                           value.text[0] >= '1' && value.text[0] <= '9';
        const int axis = digit ? value.text[0] - '0' : 0;
        if (axis == 0 || (axis > 2 && static_cast<std::size_t>(axis) > rank)) {
            throw SyntaxError{value.span, "an axis is 1 (down the rows) or 2 (along each row)", {}};
        }
        axes.push_back(axis);
    }
    std::sort(axes.begin(), axes.end());
    axes.erase(std::unique(axes.begin(), axes.end()), axes.end());
    return axes;
}

const Node& first_positional(const Node& node) {
    for (const Node& child : node.children) {
        if (child.kind != Kind::keyword) return child;
    }
    return node;
}

}  // namespace

ValueId Checker::reduction(const Node& node, Builtin id) {
    const bool extremum = id == Builtin::max || id == Builtin::min;
    const bool two = node.children.size() == 2 && node.children[1].kind != Kind::keyword &&
                     node.children[0].kind != Kind::keyword;
    if (two && node.text == "norm") {
        const std::string x = text(node.children[0].span);
        fail(node.span, fmt::format("`{}` could mean two things", text(node.span)),
             fmt::format("write ||{0}||_1, ||{0}||_2, ||{0}||_inf or ||{0}||_F for another norm, "
                         "norm2({0}, axis=1) for the norm of each column",
                         x));
    }
    if (extremum && two) return map_call(node, id == Builtin::max ? ir::Fn::max : ir::Fn::min);
    const Node& argument = first_positional(node);
    const ValueId checked = check(argument);
    return reduce_value(checked, id, axes_of(node, type(checked).rank()), node.span);
}

ValueId Checker::reduce_value(ValueId argument, Builtin id, const std::vector<int>& along,
                              Span span) {
    const Type given = type(argument);
    std::vector<std::uint8_t> axes = all_axes(given.rank());
    Type result;
    if (!along.empty()) {
        if (static_cast<std::size_t>(along.back()) > given.rank()) {
            fail(span, fmt::format("axis {} does not exist: the value {} {}", along.back(),
                                   given.is_scalar() ? "is a" : "has shape", show(given)));
        }
        axes.clear();
        for (const int axis : along) axes.push_back(static_cast<std::uint8_t>(axis - 1));
        for (std::size_t axis = 0; axis < given.rank(); ++axis) {
            const auto gone = static_cast<std::uint8_t>(axis);
            if (std::find(axes.begin(), axes.end(), gone) == axes.end())
                result.dims.push_back(given.dims[axis]);
        }
        const bool row = given.is_matrix() && axes == std::vector<std::uint8_t>{0};
        result.orientation = row ? Orientation::row : Orientation::column;
    }
    // The derivative of max and min: an entry's share of the extremum, in the argument's shape.
    if (id == Builtin::max_share || id == Builtin::min_share) result = given;
    return make(result, {argument}, [=](const Recipe& recipe, std::span<const ir::Expr> operands) {
        const ir::Expr x = operands[0];
        const auto reduce = [&](ir::ReduceKind kind, ir::Expr e) {
            return axes.empty() ? e : ir::reduce(kind, e, axes);
        };
        switch (id) {
            case Builtin::mean: {
                ir::Expr total = ir::sum_axes(x, axes);
                for (std::uint8_t a : axes) {
                    total = ir::divide(total, ir::dim_value(recipe.size(given.dims[a])));
                }
                return total;
            }
            case Builtin::prod:
                return reduce(ir::ReduceKind::prod, x);
            case Builtin::max:
                return reduce(ir::ReduceKind::max, x);
            case Builtin::min:
                return reduce(ir::ReduceKind::min, x);
            case Builtin::max_share:
            case Builtin::min_share:
                if (axes.empty()) return ir::ones(recipe.context, {});
                return reduce(id == Builtin::max_share ? ir::ReduceKind::max_share
                                                       : ir::ReduceKind::min_share,
                              x);
            case Builtin::logsumexp:
                return reduce(ir::ReduceKind::logsumexp, x);
            case Builtin::norm1:
                return ir::sum_axes(ir::map(ir::Fn::abs, x), axes);
            case Builtin::norm2:
                if (axes.empty()) return ir::map(ir::Fn::abs, x);
                return ir::power(ir::sum_axes(ir::power(x, ir::Rational(2)), axes),
                                 ir::Rational(1, 2));
            case Builtin::norminf:
                return reduce(ir::ReduceKind::max, ir::map(ir::Fn::abs, x));
            default:
                return ir::sum_axes(x, axes);
        }
    });
}

ValueId Checker::vector_function(const Node& node, Builtin id) {
    const Node& argument_node = first_positional(node);
    const ValueId argument = check(argument_node);
    promote_if_default(argument, argument_node.span, fmt::format("`{}` takes a vector", node.text));
    const Type given = type(argument);
    std::vector<int> along = axes_of(node, given.rank());
    if (given.is_vector() && along.empty()) along = {1};
    if (given.is_vector() && static_cast<std::size_t>(along.back()) > given.rank()) {
        fail(node.span,
             fmt::format("axis {} does not exist: {}", along.back(),
                         described(argument, argument_node.span)),
             fmt::format("write {}({})", node.text, text(argument_node.span)));
    }
    if (given.is_scalar() || along.empty() ||
        static_cast<std::size_t>(along.back()) > given.rank()) {
        const bool matrix = given.is_matrix();
        fail(node.span,
             fmt::format("`{}` takes a vector, but {}", node.text,
                         described(argument, argument_node.span)),
             matrix ? fmt::format("write {0}({1}, 2) for each row, {0}({1}, 1) for each column",
                                  node.text, text(argument_node.span))
                    : "");
    }
    std::vector<std::uint8_t> axes;
    for (const int axis : along) axes.push_back(static_cast<std::uint8_t>(axis - 1));
    const bool logarithm = id == Builtin::log_softmax;
    return make(given, {argument}, [axes, logarithm](const Recipe&, auto operands) {
        return logarithm ? ir::log_softmax(operands[0], axes) : ir::softmax(operands[0], axes);
    });
}

}  // namespace nabla::syntax
