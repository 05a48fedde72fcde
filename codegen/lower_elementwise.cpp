#include <cmath>
#include <numbers>

#include "codegen/lowering.hpp"

namespace nabla::codegen {

std::vector<AxisId> first_labels(std::size_t count) {
    std::vector<AxisId> labels;
    for (AxisId l = 0; l < count; ++l) labels.push_back(l);
    return labels;
}

namespace {

/// An entrywise formula of the node's shape.
ValueId entrywise(Lowering& lowering, ir::Expr e, BodyBuilder& body, BodyBuilder::Index last) {
    Formula formula;
    formula.label_extents = lowering.extents(e.shape());
    formula.rank = static_cast<std::uint32_t>(e.rank());
    formula.body = extract(body.code(), last);
    return lowering.graph().formula(std::move(formula));
}

/// Loads a child: a scalar, or of the shape of the node.
BodyBuilder::Index load_child(Lowering& lowering, BodyBuilder& body, ir::Expr child) {
    const ValueId id = lowering.value(child);
    const Value& value = lowering.graph()[id];
    if (value.is_formula() && value.formula.body.size() == 1 &&
        value.formula.body[0].kind == Instr::Kind::constant) {
        return body.constant(value.formula.body[0].value);
    }
    return body.load(id, first_labels(child.rank()));
}

}  // namespace

ValueId lower_constant(Lowering& lowering, double value) {
    BodyBuilder body;
    body.constant(value);
    Formula formula;
    formula.body = body.take();
    return lowering.graph().formula(std::move(formula));
}

ValueId lower_identity(Lowering& lowering, ir::Expr e) {
    BodyBuilder body;
    body.equal(0, 1);
    Formula formula;
    formula.label_extents = lowering.extents(e.shape());
    formula.rank = 2;
    formula.body = body.take();
    return lowering.graph().formula(std::move(formula));
}

ValueId lower_sum(Lowering& lowering, ir::Expr e) {
    BodyBuilder body;
    const std::vector<ir::Term>& terms = e.sum().terms;
    if (terms.empty()) return entrywise(lowering, e, body, body.constant(0));
    // A positive term first saves a negation.
    std::size_t first = 0;
    while (first < terms.size() && terms[first].coefficient.is_negative()) ++first;
    if (first == terms.size()) first = 0;
    const auto scaled = [&](const ir::Term& term, double coefficient) {
        const auto x = load_child(lowering, body, term.expr);
        return coefficient == 1 ? x : body.mul(body.constant(coefficient), x);
    };
    auto total = scaled(terms[first], terms[first].coefficient.value());
    for (std::size_t k = 0; k < terms.size(); ++k) {
        if (k == first) continue;
        const double c = terms[k].coefficient.value();
        if (c < 0) {
            const auto x = scaled(terms[k], -c);
            total = body.sub(total, x);
        } else {
            const auto x = scaled(terms[k], c);
            total = body.add(total, x);
        }
    }
    return entrywise(lowering, e, body, total);
}

ValueId lower_map(Lowering& lowering, ir::Expr e) {
    const ir::MapData& map = e.map();
    if (map.function == ir::Fn::log) {
        const ir::Expr argument = map.arguments[0];
        if (argument.op() == ir::Op::det) {
            return lower_log_det(lowering, argument.child(0), false);
        }
        if (argument.op() == ir::Op::map && argument.map().function == ir::Fn::abs &&
            argument.child(0).op() == ir::Op::det) {
            return lower_log_det(lowering, argument.child(0).child(0), true);
        }
    }
    BodyBuilder body;
    if (map.function == ir::Fn::rnorm) {
        const ValueId root = root_of_squares(lowering, lowering.value(map.arguments[0]));
        if (root != no_value) {
            const auto x = body.load(root, first_labels(e.rank()));
            const auto inverse = body.div(body.constant(1), x);
            const auto positive = body.function(ir::Fn::not_equal, {x, body.constant(0)});
            const auto zero = body.constant(0);
            return entrywise(lowering, e, body,
                             body.function(ir::Fn::where, {positive, inverse, zero}));
        }
    }
    std::vector<BodyBuilder::Index> arguments;
    for (const ir::Expr a : map.arguments) arguments.push_back(load_child(lowering, body, a));
    const auto result = body.function(map.function, std::move(arguments));
    return entrywise(lowering, e, body, result);
}

}  // namespace nabla::codegen
