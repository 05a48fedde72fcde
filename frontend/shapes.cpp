#include "frontend/shapes.hpp"

#include "frontend/limits.hpp"
#include "frontend/literal.hpp"
#include "ir/build.hpp"

#include <fmt/format.h>

#include <utility>

namespace nabla::syntax {

using ast::Kind;
using ast::Node;

ValueId Checker::make(Type type, std::vector<ValueId> operands, Build build) {
    if (values_->size() >= limits::values) fail(whole_, "the expression is too large");
    Value value;
    value.type = std::move(type);
    value.operands = std::move(operands);
    value.build = std::move(build);
    value.span = dims_->place;
    return values_->add(std::move(value));
}

ValueId Checker::constant(const ir::Number& number) {
    const ValueId id = make({}, {}, [number](const Recipe& recipe, auto) {
        return ir::constant(recipe.context, number);
    });
    (*values_)[id].literal = number;
    return id;
}

ValueId Checker::number(const Node& node) { return constant(read_number(node.text, node.span)); }

ValueId Checker::symbol(int index) {
    const auto cached = symbols_.find(index);
    if (cached != symbols_.end()) return cached->second;
    const ValueId id = make({scope_->symbol(index).dims, ir::Orientation::column}, {},
                            [index](const Recipe& recipe, auto) {
                                return recipe.symbols[static_cast<std::size_t>(index)];
                            });
    (*values_)[id].symbol = index;
    symbols_[index] = id;
    return id;
}

ValueId Checker::name(const Node& node) {
    if (const auto local = locals_.find(node.text); local != locals_.end()) return local->second;
    const Scope::Entry entry = scope_->find(node.text);
    switch (entry.role) {
        case Scope::Role::symbol:
            return symbol(entry.index);
        case Scope::Role::dimension: {
            const ir::Dim dim = dims_->context().dim(node.text);
            return make({}, {}, [dim](const Recipe& recipe, auto) {
                return ir::dim_value(recipe.size(dim));
            });
        }
        case Scope::Role::constant: {
            if (node.text == "pi") {
                return make({}, {},
                            [](const Recipe& recipe, auto) { return ir::pi(recipe.context); });
            }
            const ir::Dim n = dims_->fresh();
            const ValueId id = make({{n, n}, {}}, {}, [n](const Recipe& recipe, auto) {
                return ir::identity(recipe.size(n));
            });
            (*values_)[id].made = {n};
            (*values_)[id].span = node.span;
            return id;
        }
        case Scope::Role::definition: {
            const DefinedName& defined = scope_->definition(entry.index);
            if (defined.definition == nullptr) {
                const ir::Expr expr = defined.existing;
                const ValueId id = make({expr.shape(), defined.orientation}, {},
                                        [expr](const Recipe&, auto) { return expr; });
                (*values_)[id].definition = entry.index;
                return id;
            }
            const auto checked = definitions.find(entry.index);
            if (checked == definitions.end() || !checked->second) throw DependsOnError{};
            return *checked->second;
        }
        case Scope::Role::broken:
            throw DependsOnError{};
        case Scope::Role::function:
        case Scope::Role::unknown:
            break;
    }
    fail(node.span, fmt::format("`{}` is not a value", node.text));
}

ValueId Checker::check(const Node& node) {
    struct At {
        Span& now;
        Span before;
        ~At() { now = before; }
    };
    const At at{dims_->place, std::exchange(dims_->place, node.span)};
    switch (node.kind) {
        case Kind::number:
            return number(node);
        case Kind::name:
            return name(node);
        case Kind::sum:
            return sum(node);
        case Kind::product:
            return product(node);
        case Kind::negate:
            return negate(node);
        case Kind::group:
            if (node.children.size() == 1) return check(node.children[0]);
            fail_list(node);
        case Kind::transpose:
            return transpose(node);
        case Kind::power:
            return power(node);
        case Kind::element_power:
            return element_power(node);
        case Kind::call:
        case Kind::apply:
            return call(node);
        case Kind::norm:
            return norm(node);
        case Kind::absolute:
            return absolute(node);
        case Kind::inner:
            return pair_function(node, Builtin::dot);
        case Kind::nabla:
            return gradient_sign(node);
        case Kind::index:
            return index(node);
        case Kind::block:
            return block(node);
        case Kind::tensor:
            return tensor(node);
        case Kind::row:
            break;
        case Kind::binder:
            fail(node.span, "a range stands only in a sum",
                 "write sum(i in 1..m: …), and the same with prod, max, min, mean, logsumexp");
        case Kind::range:
        case Kind::all:
            fail(node.span, "a range is no value",
                 "ranges stand in indices, `x[2:5]`, and in sums, `sum(i in 1..m: …)`");
        case Kind::compare:
            fail(node.op_span, "a comparison is no value",
                 "comparisons stand in `assert`, in constraints, and in `where`");
        case Kind::keyword:
            fail(node.span, fmt::format("unexpected option `{}`", node.text));
    }
    throw InternalError("Checker::check: unknown kind of node");
}

ValueId Checker::check_scalar(const Node& node, const std::string& what) {
    const ValueId id = check(node);
    if (type(id).is_scalar()) return id;
    if (is_one_by_one(id)) return as_scalar(id);
    if (!value(id).may_be_vectors.empty()) {
        throw Promotion{value(id).may_be_vectors, node.span, "the value must be a scalar"};
    }
    const std::string given = without_parentheses(text(node.span));
    std::vector<Repair> repairs{
        {fmt::format("sum({})", given), node.span, "to add up"},
        {fmt::format("||{}||^2", given), node.span, "for the squared norm"}};
    if (type(id).is_matrix())
        repairs.insert(repairs.begin(), {fmt::format("tr({})", given), node.span, "for the trace"});
    fail(node.span, fmt::format("{} must be a scalar, but {}", what, described(id, node.span)),
         offer(repairs));
}

std::pair<ValueId, ValueId> Checker::check_comparison(const Node& node) {
    if (node.kind != Kind::compare) {
        fail(node.span, "expected a comparison", "write it with `==`, `<=` or `>=`");
    }
    const ValueId left = check(node.children[0]);
    const ValueId right = check(node.children[1]);
    const Type a = type(left);
    const Type b = type(right);
    if (!a.is_scalar() && !b.is_scalar() &&
        (a.rank() != b.rank() || (a.is_vector() && a.orientation != b.orientation) ||
         !dims_->unify(a, b))) {
        try_vectors(left, right, node.span);
        fail_shapes("compare", left, node.children[0].span, right, node.children[1].span);
    }
    return {left, right};
}

ir::Dim Checker::dimension(const Node& node) const {
    ir::Context& context = dims_->context();
    switch (node.kind) {
        case Kind::number: {
            const ir::Number value = read_number(node.text, node.span);
            if (value.value() > static_cast<double>(limits::dimension)) {
                fail(node.span,
                     fmt::format("the size is too large: at most {}", limits::dimension));
            }
            if (!value.integer()) fail(node.span, "a size is a whole number");
            return context.dim(*value.integer());
        }
        case Kind::name:
            if (scope_->find(node.text).role == Scope::Role::broken) throw DependsOnError{};
            if (scope_->find(node.text).role != Scope::Role::dimension) {
                fail(node.span, fmt::format("`{}` is not a dimension name", node.text));
            }
            return context.dim(node.text);
        case Kind::group:
            if (node.children.size() == 1) return dimension(node.children[0]);
            break;
        case Kind::negate:
            return context.dim(0) - dimension(node.children[0]);
        case Kind::sum: {
            ir::Dim total = context.dim(0);
            for (const Node& child : node.children) {
                const ir::Dim dim = dimension(child);
                total = child.op == Op::minus ? total - dim : total + dim;
            }
            return total;
        }
        case Kind::product: {
            ir::Dim total = context.dim(1);
            for (const Node& child : node.children) {
                const bool times =
                    child.op == Op::none || child.op == Op::times || child.op == Op::juxtapose;
                if (!times) fail(child.op_span, "sizes are sums, differences and products only");
                total = total * dimension(child);
            }
            return total;
        }
        default:
            break;
    }
    fail(node.span, "a size is made of whole numbers and dimension names with + - *");
}

ValueId Checker::gradient_sign(const Node& node) {
    Node variable;
    variable.kind = Kind::name;
    variable.text = node.text;
    variable.span = node.span;
    const ValueId by = differentiated_symbol(variable);
    const ValueId function = check_scalar(node.children[0], "the function after ∇");
    return derivative(ir::DerivativeMode::gradient, function, {by}, std::nullopt);
}

ValueId Checker::norm(const Node& node) {
    const ValueId argument = check(node.children[0]);
    const std::string& kind = node.text;
    const bool matrix = type(argument).is_matrix();
    if (matrix && (kind == "1" || kind == "2" || kind == "inf")) {
        const std::string x = text(node.children[0].span);
        std::string help;
        if (kind == "2") {
            const std::string turned = with_transpose(x);
            help = fmt::format(
                "write ||{}||_F for the Frobenius norm, sqrt(lambda_max({} {})) for the largest "
                "singular value",
                x, turned, turned == x + "^T" ? x : "(" + x + ")");
        } else {
            help = fmt::format(
                "write norm{0}({1}) for the entrywise norm, max(norm1({1}, {2})) for "
                "the largest absolute {3} sum",
                kind, x, kind == "1" ? 1 : 2, kind == "1" ? "column" : "row");
        }
        fail(node.span, fmt::format("`{}` of a matrix could mean two things", text(node.span)),
             help);
    }
    if (kind == "F" && !matrix) {
        fail(node.span, "||·||_F is the norm of a matrix",
             fmt::format("write ||{}||", text(node.children[0].span)));
    }
    const Builtin id = kind == "1"     ? Builtin::norm1
                       : kind == "inf" ? Builtin::norminf
                                       : Builtin::norm2;
    return reduce_value(argument, id, {}, node.span);
}

ValueId Checker::absolute(const Node& node) {
    const ValueId argument = check(node.children[0]);
    return make(type(argument), {argument},
                [](const Recipe&, auto operands) { return ir::map(ir::Fn::abs, operands[0]); });
}

}  // namespace nabla::syntax
