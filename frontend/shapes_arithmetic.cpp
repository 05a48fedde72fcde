// Sums, products, powers and transposes.

#include "frontend/shapes.hpp"

#include "frontend/limits.hpp"
#include "ir/build.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace nabla::syntax {

using ast::Kind;
using ast::Node;
using ir::Orientation;

namespace {

/// Scalars among the terms are added up first and broadcast once.
ir::Expr build_sum(const Recipe& recipe, const Type& type, const std::vector<Op>& signs,
                   std::span<const ir::Expr> operands) {
    std::vector<ir::Term> scalars;
    std::vector<ir::Term> terms;
    for (std::size_t i = 0; i < operands.size(); ++i) {
        const ir::Number sign = signs[i] == Op::minus ? -1 : 1;
        (operands[i].is_scalar() ? scalars : terms).push_back({sign, operands[i]});
    }
    if (scalars.empty() || type.is_scalar()) {
        auto& all = type.is_scalar() ? scalars : terms;
        return ir::sum(recipe.context, std::move(all), recipe.shape(type));
    }
    const ir::Expr scalar = ir::sum(recipe.context, std::move(scalars), {});
    terms.push_back({1, ir::broadcast(scalar, recipe.shape(type))});
    return ir::sum(recipe.context, std::move(terms), recipe.shape(type));
}

void join(std::vector<int>& into, const std::vector<int>& more) {
    constexpr std::size_t enough = 16;
    for (int symbol : more) {
        const bool there = std::find(into.begin(), into.end(), symbol) != into.end();
        if (!there && into.size() < enough) into.push_back(symbol);
    }
}

}  // namespace

ValueId Checker::sum(const Node& node) {
    std::vector<ValueId> terms;
    std::vector<Op> signs;
    terms.reserve(node.children.size());
    std::size_t shaped = node.children.size();  // the first term that is no scalar
    std::vector<int> may_be_vectors;
    for (std::size_t i = 0; i < node.children.size(); ++i) {
        terms.push_back(check(node.children[i]));
        signs.push_back(node.children[i].op);
        if (shaped == node.children.size() && !type(terms[i]).is_scalar()) shaped = i;
        join(may_be_vectors, value(terms[i]).may_be_vectors);
    }
    Type result;
    if (shaped != node.children.size()) {
        const std::string before = "a term beside a vector";
        result = type(terms[shaped]);
        for (std::size_t i = 0; i < terms.size(); ++i) {
            const Type& term = type(terms[i]);
            if (term.is_scalar()) {
                if (!result.is_vector()) continue;
                promote_if_default(terms[i], node.children[i].span, before);
                if (!value(terms[i]).may_be_vectors.empty()) {
                    throw Promotion{value(terms[i]).may_be_vectors, node.children[i].span, before};
                }
                continue;
            }
            const bool fits = term.rank() == result.rank() &&
                              (!term.is_vector() || term.orientation == result.orientation) &&
                              dims_->unify(result, term);
            if (fits) continue;
            try_vectors(terms[shaped], terms[i], node.span);
            if (is_one_by_one(terms[i])) {
                terms[i] = as_scalar(terms[i]);
                continue;
            }
            if (is_one_by_one(terms[shaped])) {
                terms[shaped] = as_scalar(terms[shaped]);
                shaped = i;
                result = type(terms[i]);
                continue;
            }
            fail_shapes(node.children[i].op == Op::minus ? "subtract" : "add", terms[shaped],
                        node.children[shaped].span, terms[i], node.children[i].span);
        }
    }
    const ValueId id = make(
        result, terms, [result, signs](const Recipe& recipe, std::span<const ir::Expr> operands) {
            return build_sum(recipe, result, signs, operands);
        });
    (*values_)[id].may_be_vectors = std::move(may_be_vectors);
    return id;
}

ValueId Checker::negate(const Node& node) {
    const ValueId operand = check(node.children[0]);
    const ValueId id = make(type(operand), {operand},
                            [](const Recipe&, auto operands) { return ir::negate(operands[0]); });
    if (value(operand).literal) (*values_)[id].literal = -*value(operand).literal;
    (*values_)[id].may_be_vectors = value(operand).may_be_vectors;
    if (promotable(operand)) (*values_)[id].may_be_vectors = {value(operand).symbol};
    return id;
}

ValueId Checker::product(const Node& node) {
    ValueId result = check(node.children[0]);
    Span span = node.children[0].span;
    bool after_matrix = type(result).is_matrix();
    for (std::size_t i = 1; i < node.children.size(); ++i) {
        const Node& factor = node.children[i];
        const Node& before = node.children[i - 1];
        const bool touches = factor.op == Op::juxtapose && factor.kind == Kind::group &&
                             factor.span.begin == before.span.end && before.kind == Kind::name;
        if (touches && factor.children.size() > 1) {
            const std::string listed =
                text({factor.span.begin + 1, factor.children.back().span.end});
            std::string help;
            if (type(result).is_vector())
                help = fmt::format("write `{}[i]` for an entry", before.text);
            if (type(result).rank() == factor.children.size()) {
                help = fmt::format("write `{0}[{1}]` for an entry, or `{0} * [{1}]` for a product",
                                   before.text, listed);
            }
            fail({before.span.begin, factor.span.end},
                 fmt::format("`{}` is no function", before.text), std::move(help));
        }
        const ValueId right = check(factor);
        if (touches && !type(result).is_scalar()) {
            const bool number = factor.children.size() == 1 && value(right).literal.has_value();
            if (number) {
                const std::string inner = text(factor.children[0].span);
                fail({before.span.begin, factor.span.end},
                     fmt::format("`{}{}` could mean two things", before.text, text(factor.span)),
                     fmt::format("write `{0}[{1}]` for an entry, or `{0} * {1}` for a product",
                                 before.text, inner));
            }
        }
        const ValueId left = result;
        // `a^T b`, `a^T X b`: what follows a row closes an inner product.
        const bool multiplied = factor.op == Op::juxtapose || factor.op == Op::times;
        if (type(left).is_row() && multiplied) {
            promote_if_default(right, factor.span, "it follows a row vector");
        }
        result = combine(factor.op, left, span, right, factor);
        Value& made = (*values_)[result];
        join(made.may_be_vectors, value(left).may_be_vectors);
        join(made.may_be_vectors, value(right).may_be_vectors);
        const bool scaled = value(left).literal || after_matrix;
        if (multiplied && scaled && promotable(right))
            join(made.may_be_vectors, {value(right).symbol});
        if (value(left).literal && value(right).literal) {
            if (multiplied) made.literal = *value(left).literal * *value(right).literal;
            if (factor.op == Op::divide && !value(right).literal->is_zero()) {
                made.literal = *value(left).literal / *value(right).literal;
            }
            if (made.literal && !std::isfinite(made.literal->value())) {
                fail({span.begin, factor.span.end},
                     fmt::format("the number is too large: the largest is about {:.2g}",
                                 limits::largest_number));
            }
        }
        after_matrix = type(right).is_matrix();
        span.end = factor.span.end;
    }
    return result;
}

ValueId Checker::combine(Op op, ValueId left, Span left_span, ValueId right, const Node& node) {
    switch (op) {
        case Op::times:
        case Op::juxtapose:
            return multiply(left, left_span, right, node.span);
        case Op::divide:
            return divide(left, left_span, right, node.span);
        case Op::solve:
            return solve(left, left_span, right, node.span);
        case Op::element_times:
            return entrywise(ir::multiply, "multiply entry by entry", left, left_span, right,
                             node.span);
        case Op::element_divide:
            return entrywise(ir::divide, "divide entry by entry", left, left_span, right,
                             node.span);
        case Op::kronecker:
            return kronecker(left, left_span, right, node.span);
        case Op::none:
        case Op::plus:
        case Op::minus:
        case Op::power:
        case Op::element_power:
        case Op::equal:
        case Op::less_equal:
        case Op::greater_equal:
        case Op::less:
        case Op::greater:
        case Op::not_equal:
            break;
    }
    throw InternalError("Checker::combine: not an operator of a product");
}

ValueId Checker::entrywise(Entrywise build, const std::string& verb, ValueId left, Span left_span,
                           ValueId right, Span right_span) {
    const Type l = type(left);
    const Type r = type(right);
    const bool fits = l.is_scalar() || r.is_scalar() ||
                      (l.rank() == r.rank() && (!l.is_vector() || l.orientation == r.orientation) &&
                       dims_->unify(l, r));
    if (!fits) {
        try_vectors(left, right, {left_span.begin, right_span.end});
        if (is_one_by_one(right))
            return entrywise(build, verb, left, left_span, as_scalar(right), right_span);
        if (is_one_by_one(left))
            return entrywise(build, verb, as_scalar(left), left_span, right, right_span);
        fail_shapes(verb, left, left_span, right, right_span);
    }
    return make(l.is_scalar() ? r : l, {left, right},
                [build](const Recipe&, auto operands) { return build(operands[0], operands[1]); });
}

ValueId Checker::multiply(ValueId left, Span left_span, ValueId right, Span right_span) {
    const Type l = type(left);
    const Type r = type(right);
    if (l.is_scalar() || r.is_scalar()) {
        return make(l.is_scalar() ? r : l, {left, right}, [](const Recipe&, auto operands) {
            return ir::multiply(operands[0], operands[1]);
        });
    }
    dims_->place = {left_span.begin, right_span.end};
    const bool outer = l.is_column() && r.is_row();
    const bool inner = l.rank() <= 2 && r.rank() <= 2 && !l.is_column() && !r.is_row() &&
                       dims_->unify(l.dims.back(), r.dims.front());
    if (outer) {
        return make({{l.dims[0], r.dims[0]}, {}}, {left, right}, [](const Recipe&, auto operands) {
            return ir::outer(operands[0], operands[1]);
        });
    }
    if (!inner) {
        try_vectors(left, right, {left_span.begin, right_span.end});
        if (is_one_by_one(left)) return multiply(as_scalar(left), left_span, right, right_span);
        if (is_one_by_one(right)) return multiply(left, left_span, as_scalar(right), right_span);
        fail_product(left, left_span, right, right_span);
    }
    Type result;
    if (l.is_matrix()) result.dims.push_back(l.dims[0]);
    if (r.is_matrix()) result.dims.push_back(r.dims[1]);
    if (l.is_row() && r.is_matrix()) result.orientation = Orientation::row;
    return make(result, {left, right},
                [](const Recipe&, auto operands) { return ir::matmul(operands[0], operands[1]); });
}

ValueId Checker::divide(ValueId left, Span left_span, ValueId right, Span right_span) {
    const Type l = type(left);
    const Type r = type(right);
    if (r.is_scalar()) {
        return make(l, {left, right}, [](const Recipe&, auto operands) {
            return ir::divide(operands[0], operands[1]);
        });
    }
    if (is_one_by_one(right)) return divide(left, left_span, as_scalar(right), right_span);
    dims_->place = {left_span.begin, right_span.end};
    const bool fits = r.is_matrix() && !l.is_scalar() && !l.is_column() &&
                      dims_->unify(r.dims[0], r.dims[1]) && dims_->unify(l.dims.back(), r.dims[0]);
    if (!fits) fail_division(left, left_span, right, right_span);
    return make(l, {left, right}, [](const Recipe&, auto operands) {
        return ir::matmul(operands[0], ir::inverse(operands[1]));
    });
}

ValueId Checker::solve(ValueId left, Span left_span, ValueId right, Span right_span) {
    promote_if_default(right, right_span, "the right side of `\\`");
    const Type l = type(left);
    const Type r = type(right);
    const Span both{left_span.begin, right_span.end};
    if (l.is_scalar()) return divide(right, right_span, left, left_span);
    if (!l.is_matrix()) {
        fail(
            both,
            fmt::format("the left side of `\\` must be a matrix, not {}", operand(left, left_span)),
            Report{offer({{fmt::format("{} ./ {}", text(right_span), text(left_span)), both,
                           "to divide entry by entry"}}),
                   operand_labels(left, left_span, right, right_span)});
    }
    if (!dims_->unify(l.dims[0], l.dims[1])) {
        fail(left_span, fmt::format("`\\` needs a square matrix, not {}", operand(left, left_span)),
             offer({{fmt::format("({0}^T {0}) \\ ({0}^T {1})", text(left_span), text(right_span)),
                     both, "for least squares"}}));
    }
    if (r.is_scalar() || r.is_row() || r.rank() > 2 || !dims_->unify(l.dims[1], r.dims[0])) {
        const std::string b = text(right_span);
        std::vector<Repair> repairs;
        for (const std::string& a : {text(left_span), with_transpose(text(left_span))})
            for (const std::string& c : {b, with_transpose(b)})
                repairs.push_back({fmt::format("{} \\ {}", a, c), both, {}});
        fail(both,
             fmt::format("cannot solve {} \\ {}: the numbers of rows differ",
                         operand(left, left_span), operand(right, right_span)),
             Report{offer(repairs), operand_labels(left, left_span, right, right_span)});
    }
    return make(r, {left, right}, [](const Recipe&, auto operands) {
        return ir::matmul(ir::inverse(operands[0]), operands[1]);
    });
}

ValueId Checker::transpose(const Node& node) {
    const ValueId operand = check(node.children[0]);
    promote_if_default(operand, node.span, "it is transposed");
    if (type(operand).rank() > 2) fail(node.span, "only vectors and matrices have a transpose");
    return transposed(operand);
}

ValueId Checker::transposed(ValueId operand) {
    Type result = type(operand);
    std::reverse(result.dims.begin(), result.dims.end());
    if (result.is_vector()) {
        result.orientation = result.is_row() ? Orientation::column : Orientation::row;
    }
    const ValueId id = make(
        result, {operand}, [](const Recipe&, auto operands) { return ir::transpose(operands[0]); });
    (*values_)[id].may_be_vectors = value(operand).may_be_vectors;
    return id;
}

ValueId Checker::power(const Node& node) {
    const Node& base_node = node.children[0];
    const Node& exponent_node = node.children[1];
    const ValueId base = check(base_node);
    ValueId exponent = check(exponent_node);
    if (is_one_by_one(exponent)) exponent = as_scalar(exponent);
    const Type b = type(base);
    const std::string typed = text(base_node.span);
    const std::string raised = exponent_text(exponent_node);
    if (!type(exponent).is_scalar()) {
        fail(exponent_node.span,
             fmt::format("an exponent must be a scalar, not {}",
                         operand(exponent, exponent_node.span)),
             offer({{fmt::format("{} .^ {}", typed, raised), node.span,
                     "for powers entry by entry"}}));
    }
    if (b.is_scalar()) {
        const ValueId id = make({}, {base, exponent}, [](const Recipe&, auto operands) {
            return ir::power(operands[0], operands[1]);
        });
        const auto& number = value(base).literal;
        const auto& to = value(exponent).literal;
        if (number && to && to->is_exact()) {
            (*values_)[id].literal = ir::exact_power(*number, to->rational());
        }
        return id;
    }
    if (!b.is_matrix()) {
        std::vector<Repair> repairs{
            {typed + ".^" + raised, node.span, "for powers entry by entry"}};
        if (raised == "2") {
            const bool row = b.is_row();
            const std::string turned = with_transpose(typed);
            repairs.push_back({(row ? typed : turned) + " " + (row ? turned : typed), node.span,
                               "for the squared norm"});
        }
        fail(node.span, fmt::format("a vector has no power: {}", operand(base, base_node.span)),
             offer(repairs));
    }
    const auto& literal = value(exponent).literal;
    const auto whole_exponent = literal ? literal->integer() : std::nullopt;
    if (whole_exponent && std::abs(*whole_exponent) > limits::matrix_power) {
        fail(exponent_node.span,
             fmt::format("the power is too large: at most {}", limits::matrix_power));
    }
    if (!whole_exponent) {
        fail(exponent_node.span, "a matrix power needs a whole number as its exponent",
             offer({{typed + ".^" + raised, node.span, "for powers entry by entry"}}));
    }
    if (!dims_->unify(b.dims[0], b.dims[1])) {
        fail(node.span,
             fmt::format("{} needs a square matrix, but {}",
                         *whole_exponent < 0 ? "an inverse" : "a power", typed + " is " + show(b)),
             offer({{typed + ".^" + raised, node.span, "for powers entry by entry"},
                    {fmt::format("({} {})^{}", with_transpose(typed), typed, raised), node.span,
                     *whole_exponent < 0 ? "for the inverse of the square matrix"
                                         : "for the power of the square matrix"}}));
    }
    const std::int64_t k = *whole_exponent;
    return make(b, {base},
                [k](const Recipe&, auto operands) { return ir::matrix_power(operands[0], k); });
}

ValueId Checker::element_power(const Node& node) {
    const ValueId base = check(node.children[0]);
    const ValueId exponent = check(node.children[1]);
    return entrywise([](ir::Expr b, ir::Expr e) { return ir::power(b, e); }, "raise entry by entry",
                     base, node.children[0].span, exponent, node.children[1].span);
}

}  // namespace nabla::syntax
