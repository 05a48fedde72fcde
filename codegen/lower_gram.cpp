// Systems with a sum of squares: the factor R with R^T R = G, and least squares solutions.
#include <algorithm>

#include "codegen/gram.hpp"
#include "codegen/lowering.hpp"
#include "ir/build.hpp"

namespace nabla::codegen {

namespace {

/// M as it is read by rows; M^T of the expression is copied.
ValueId rows_of(Lowering& lowering, const GramTerm& term) {
    const ValueId value = lowering.value(term.rows);
    if (!term.turned) return value;
    const std::vector<std::int64_t> extents = lowering.extents(term.rows.shape());
    Formula formula;
    formula.label_extents = {extents[1], extents[0]};
    formula.rank = 2;
    formula.body = load_body(value, {1, 0});
    return lowering.graph().formula(std::move(formula));
}

}  // namespace

ValueId lowered(Lowering& lowering, ir::Expr e) {
    lowering.lower_all(std::vector<ir::Expr>{e});
    return lowering.value(e);
}

std::vector<ValueId> gram_operands(Lowering& lowering, const std::vector<GramTerm>& terms) {
    std::vector<ValueId> operands;
    for (const GramTerm& term : terms) {
        const ValueId weight = lowered(lowering, weight_of(term));
        operands.push_back(term.rows ? rows_of(lowering, term) : weight);
        operands.push_back(weight);
    }
    return operands;
}

ValueId gram_factor(Lowering& lowering, ir::Expr matrix, const std::vector<GramTerm>& terms) {
    Value value;
    value.make = Make::gram;
    value.extents = lowering.extents(matrix.shape());
    value.operands = gram_operands(lowering, terms);
    value.formula.label_extents = value.extents;
    value.formula.rank = 2;
    value.formula.body = load_body(lowering.value(matrix), {0, 1});
    return lowering.graph().routine(std::move(value));
}

ValueId least_squares(Lowering& lowering, ValueId factor, const LeastSquaresSides& sides) {
    Value value;
    value.make = Make::least_squares;
    value.operands = {factor, sides.right};
    // The matched term first: the right side is its.
    std::vector<GramTerm> terms = sides.terms;
    std::rotate(terms.begin(), terms.begin() + static_cast<std::ptrdiff_t>(sides.term),
                terms.begin() + static_cast<std::ptrdiff_t>(sides.term) + 1);
    const std::vector<ValueId> blocks = gram_operands(lowering, terms);
    value.operands.insert(value.operands.end(), blocks.begin(), blocks.end());
    value.formula = sides.projected;
    value.extents = value.formula.label_extents;
    return lowering.graph().routine(std::move(value));
}

}  // namespace nabla::codegen
