// Calls: functions of the table, matrix functions, arrays of one value.

#include "frontend/shapes.hpp"

#include "frontend/foreign.hpp"
#include "frontend/suggest.hpp"
#include "ir/build.hpp"

#include <fmt/format.h>

namespace nabla::syntax {

using ast::Kind;
using ast::Node;
using ir::Orientation;

namespace {

std::string counted(std::size_t n, std::string_view what) {
    return fmt::format("{} {}{}", n, what, n == 1 ? "" : "s");
}

}  // namespace

ValueId Checker::call(const Node& node) {
    const Scope::Entry entry = scope_->find(node.text);
    if (entry.role == Scope::Role::function) return user_call(node, entry.index);
    if (entry.role == Scope::Role::broken) throw DependsOnError{};
    if (const BuiltinRow* row = find_builtin(node.text)) return builtin_call(node, *row);
    if (const auto function = ir::find_function(node.text)) return map_call(node, *function);
    fail({node.span.begin, node.span.begin + static_cast<std::uint32_t>(node.text.size())},
         fmt::format("unknown function `{}`", node.text),
         foreign_function(node.text).empty() ? did_you_mean(node.text, function_names())
                                             : foreign_function(node.text));
}

ValueId Checker::map_call(const Node& node, ir::Fn function) {
    const std::size_t arity = ir::function(function).arity;
    if (node.children.size() != arity) {
        fail(node.span, fmt::format("`{}` takes {}, not {}", node.text, counted(arity, "argument"),
                                    node.children.size()));
    }
    if (function == ir::Fn::polygamma) require_order(node.children[0]);
    const bool bars = node.kind == Kind::apply && node.children[0].kind == Kind::absolute;
    std::vector<ValueId> arguments;
    for (const Node& child : node.children) arguments.push_back(check(child));
    if (bars && node.text == "log" && type(arguments[0]).is_matrix()) {
        const std::string inner = text(node.children[0].children[0].span);
        fail(node.span, fmt::format("`{}` could mean two things", text(node.span)),
             fmt::format(
                 "write `log det {0}` for the determinant, or `log(abs({0}))` entry by entry",
                 inner));
    }
    Type result;
    std::size_t shaped = 0;
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        const Type argument = type(arguments[i]);
        if (argument.is_scalar()) continue;
        if (result.is_scalar()) {
            result = argument;
            shaped = i;
            continue;
        }
        const bool turned = argument.is_vector() && argument.orientation != result.orientation;
        if (argument.rank() != result.rank() || turned || !dims_->unify(result, argument)) {
            try_vectors(arguments[shaped], arguments[i], node.span);
            fail_shapes("combine", arguments[shaped], node.children[shaped].span, arguments[i],
                        node.children[i].span);
        }
    }
    return make(result, arguments, [function](const Recipe&, std::span<const ir::Expr> operands) {
        return ir::map(function, std::vector<ir::Expr>(operands.begin(), operands.end()));
    });
}

void Checker::check_arguments(const Node& node, const BuiltinRow& row) const {
    std::size_t positional = 0;
    for (const Node& child : node.children) {
        if (child.kind == Kind::keyword) {
            if (child.text == "axis" && row.axis) continue;
            fail(child.span, fmt::format("`{}` has no option `{}`", node.text, child.text),
                 row.axis ? "its option is `axis`" : "");
        }
        ++positional;
    }
    if (!row.supported) fail(node.span, fmt::format("`{}` is not supported yet", node.text));
    if (positional < row.min_arguments || positional > row.max_arguments) {
        const std::string wanted =
            row.min_arguments == row.max_arguments
                ? counted(row.min_arguments, "argument")
                : fmt::format("{} to {} arguments", row.min_arguments, row.max_arguments);
        fail(node.span, fmt::format("`{}` takes {}, not {}", node.text, wanted, positional));
    }
}

ValueId Checker::builtin_call(const Node& node, const BuiltinRow& row) {
    if (!node.children.empty() && node.children[0].kind == Kind::binder) {
        return index_reduction(node, row.id);
    }
    check_arguments(node, row);
    switch (row.id) {
        case Builtin::sum:
        case Builtin::mean:
        case Builtin::prod:
        case Builtin::max:
        case Builtin::min:
        case Builtin::norm1:
        case Builtin::norm2:
        case Builtin::norminf:
        case Builtin::logsumexp:
        case Builtin::max_share:
        case Builtin::min_share:
            return reduction(node, row.id);
        case Builtin::dot:
        case Builtin::outer:
            return pair_function(node, row.id);
        case Builtin::tr:
        case Builtin::det:
        case Builtin::logdet:
        case Builtin::inv:
        case Builtin::transpose:
        case Builtin::diag:
        case Builtin::adj:
            return matrix_function(node, row.id);
        case Builtin::softmax:
        case Builtin::log_softmax:
            return vector_function(node, row.id);
        case Builtin::ones:
        case Builtin::zeros:
        case Builtin::eye:
        case Builtin::vector:
        case Builtin::matrix:
            return filled(node, row.id);
        case Builtin::sqrt:
        case Builtin::square:
        case Builtin::clamp:
            return entry_function(node, row.id);
        case Builtin::grad:
        case Builtin::jacobian:
        case Builtin::hessian:
        case Builtin::hvp:
        case Builtin::directional:
        case Builtin::vjp:
            return derivative_call(node, row.id);
        case Builtin::kron: {
            const ValueId left = check(node.children[0]);
            return kronecker(left, node.children[0].span, check(node.children[1]),
                             node.children[1].span);
        }
        case Builtin::vec:
            return vectorised(node);
        case Builtin::reshape:
            return reshaped(node);
        case Builtin::unit:
            return unit_vector(node);
        case Builtin::where:
            return where(node);
        case Builtin::taylor:
            return taylor(node);
        case Builtin::iota: {
            const ir::Dim n = dimension(node.children[0]);
            const ValueId id = make({{n}, {}}, {}, [n](const Recipe& recipe, auto) {
                return ir::iota(recipe.size(n));
            });
            (*values_)[id].made = {n};
            (*values_)[id].span = node.span;
            return id;
        }
        case Builtin::chol:
        case Builtin::expm:
        case Builtin::lambda_max:
        case Builtin::lambda_max_vector:
        case Builtin::lambda_max_pinv:
        case Builtin::tril:
        case Builtin::triu:
            return spectral_function(node, row.id);
        case Builtin::dexpm:
            return exponential_derivative(node);
        case Builtin::sylvester:
        case Builtin::lyap:
        case Builtin::dlyap:
            return sylvester(node, row.id);
        case Builtin::cross_entropy:
            return cross_entropy(node);
    }
    throw InternalError("Checker::builtin_call: no meaning for " + std::string(row.name));
}

void Checker::require_square(ValueId matrix, const Node& node, const std::string& what) {
    const Type given = type(matrix);
    if (given.is_matrix() && dims_->unify(given.dims[0], given.dims[1])) return;
    if (!value(matrix).may_be_vectors.empty()) try_vectors(matrix, matrix, node.span);
    std::vector<Repair> repairs;
    const std::string typed = text(node.span);
    if (given.is_matrix()) {
        repairs.push_back({with_transpose(typed) + " " + typed, node.span, {}});
    } else if (given.is_vector()) {
        const std::string turned = with_transpose(typed);
        repairs.push_back(
            {given.is_row() ? turned + " " + typed : typed + " " + turned, node.span, {}});
        repairs.push_back({fmt::format("diag({})", typed), node.span, {}});
    }
    fail(node.span,
         fmt::format("{} needs a square matrix, but {}", what, described(matrix, node.span)),
         offer(repairs, Place::part));
}

ValueId Checker::matrix_function(const Node& node, Builtin id) {
    const Node& argument_node = node.children[0];
    const ValueId argument = check(argument_node);
    const Type given = type(argument);
    using Make = ir::Expr (*)(ir::Expr);
    const auto built = [&](Type result, Make build) {
        return make(std::move(result), {argument},
                    [build](const Recipe&, auto operands) { return build(operands[0]); });
    };
    if (id == Builtin::transpose) {
        promote_if_default(argument, argument_node.span, "it is transposed");
        if (given.rank() > 2) fail(node.span, "only vectors and matrices have a transpose");
        return transposed(argument);
    }
    if (id == Builtin::diag) {
        promote_if_default(argument, argument_node.span, "`diag` takes a vector or a matrix");
        if (given.is_vector()) return built({{given.dims[0], given.dims[0]}, {}}, ir::diagonal);
        if (!given.is_matrix() && value(argument).may_be_vectors.empty()) {
            fail(argument_node.span, fmt::format("`diag` takes a vector or a square matrix, but {}",
                                                 described(argument, argument_node.span)));
        }
        require_square(argument, argument_node, "`diag`");
        return built({{given.dims[0]}, {}}, ir::diagonal);
    }
    // A scalar is its own trace, determinant and inverse.
    if (given.is_scalar()) {
        if (id == Builtin::tr || id == Builtin::det) return argument;
        if (id == Builtin::inv) {
            return built({}, [](ir::Expr x) { return ir::power(x, ir::Rational(-1)); });
        }
        if (id == Builtin::logdet) {
            return built({}, [](ir::Expr x) { return ir::map(ir::Fn::log, x); });
        }
    }
    require_square(argument, argument_node, fmt::format("`{}`", node.text));
    switch (id) {
        case Builtin::tr:
            return built({}, ir::trace);
        case Builtin::det:
            return built({}, ir::det);
        case Builtin::logdet:
            return built({}, [](ir::Expr x) { return ir::map(ir::Fn::log, ir::det(x)); });
        case Builtin::inv:
            return built(given, ir::inverse);
        default:
            return built(given, ir::adjugate);
    }
}

void Checker::same_shape(ValueId a, const Node& a_node, ValueId b, const Node& b_node,
                         const std::string& what) {
    if (type(a).rank() == type(b).rank() && dims_->unify(type(a), type(b))) return;
    try_vectors(a, b, {a_node.span.begin, b_node.span.end});
    fail({a_node.span.begin, b_node.span.end},
         fmt::format("{} needs two values of one shape, not {} and {}", what,
                     operand(a, a_node.span), operand(b, b_node.span)),
         Report{offer(term_repairs("pair", a, a_node.span, b, b_node.span)),
                operand_labels(a, a_node.span, b, b_node.span)});
}

ValueId Checker::pair_function(const Node& node, Builtin id) {
    const Node& a_node = node.children[0];
    const Node& b_node = node.children[1];
    const ValueId a = check(a_node);
    const ValueId b = check(b_node);
    const std::string reason = "an operand of an inner or outer product";
    promote_if_default(a, a_node.span, reason);
    promote_if_default(b, b_node.span, reason);
    if (id == Builtin::outer) {
        const bool scalar = type(a).is_scalar() || type(b).is_scalar();
        if (!scalar && !(type(a).is_vector() && type(b).is_vector())) {
            fail(node.span, fmt::format("`outer` takes two vectors, not {} and {}",
                                        operand(a, a_node.span), operand(b, b_node.span)));
        }
        Type result = type(a);
        result.dims.insert(result.dims.end(), type(b).dims.begin(), type(b).dims.end());
        result.orientation = Orientation::column;
        return make(result, {a, b}, [](const Recipe&, auto operands) {
            return ir::outer(operands[0], operands[1]);
        });
    }
    same_shape(a, a_node, b, b_node, "an inner product");
    return make({}, {a, b},
                [](const Recipe&, auto operands) { return ir::inner(operands[0], operands[1]); });
}

ValueId Checker::filled(const Node& node, Builtin id) {
    Type result;
    ValueId filled{};
    if (id == Builtin::vector || id == Builtin::matrix) {
        const ValueId entry =
            check_scalar(node.children[0], fmt::format("the entry of `{}`", node.text));
        result.dims.push_back(dims_->fresh());
        if (id == Builtin::matrix) result.dims.push_back(dims_->fresh());
        filled = make(result, {entry}, [result](const Recipe& recipe, auto operands) {
            return ir::broadcast(operands[0], recipe.shape(result));
        });
    } else if (id == Builtin::eye) {
        const ir::Dim n = dimension(node.children[0]);
        result.dims = {n, n};
        filled = make(result, {},
                      [n](const Recipe& recipe, auto) { return ir::identity(recipe.size(n)); });
    } else {
        for (const Node& child : node.children) result.dims.push_back(dimension(child));
        const bool ones = id == Builtin::ones;
        filled = make(result, {}, [result, ones](const Recipe& recipe, auto) {
            return ones ? ir::ones(recipe.context, recipe.shape(result))
                        : ir::zeros(recipe.context, recipe.shape(result));
        });
    }
    (*values_)[filled].made = result.dims;
    (*values_)[filled].span = node.span;
    return filled;
}

ValueId Checker::entry_function(const Node& node, Builtin id) {
    const ValueId argument = check(node.children[0]);
    if (id == Builtin::clamp) {
        const ValueId low = check_scalar(node.children[1], "the lower end of `clamp`");
        const ValueId high = check_scalar(node.children[2], "the upper end of `clamp`");
        const auto& least = value(low).literal;
        const auto& most = value(high).literal;
        if (least && most && least->value() > most->value()) {
            const Span ends{node.children[1].span.begin, node.children[2].span.end};
            fail(ends, "the lower end of this `clamp` is above its upper end",
                 "clamp(x, lo, hi): the lower end comes first");
        }
        return make(type(argument), {argument, low, high}, [](const Recipe&, auto operands) {
            const ir::Expr raised = ir::map(ir::Fn::max, {operands[0], operands[1]});
            return ir::map(ir::Fn::min, {raised, operands[2]});
        });
    }
    const ir::Rational exponent = id == Builtin::sqrt ? ir::Rational(1, 2) : ir::Rational(2);
    return make(type(argument), {argument}, [exponent](const Recipe&, auto operands) {
        return ir::power(operands[0], exponent);
    });
}

}  // namespace nabla::syntax
