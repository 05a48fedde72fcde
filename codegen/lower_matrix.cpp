// Inverse, determinant and adjugate. One factorisation of a matrix serves everything that is asked
// of it: that of a sum of squares where it is one (gram.hpp), Cholesky where the matrix is known to
// be positive definite, else LU with row exchanges.
#include <nabla/error.hpp>

#include "codegen/lowering.hpp"
#include "codegen/source/text.hpp"
#include "ir/traverse.hpp"

namespace nabla::codegen {

/// As it was written, unless that is long.
std::string describe_matrix(Lowering& lowering, ir::Expr matrix) {
    constexpr std::size_t most_nodes = 24;
    constexpr std::size_t most_characters = 60;
    if (matrix.op() == ir::Op::symbol) return "matrix " + matrix.symbol().name;
    if (ir::dag_size(matrix) <= most_nodes) {
        const std::string text = print(matrix);
        if (text.size() <= most_characters) return "matrix " + text;
    }
    const std::string n = std::to_string(lowering.extent(matrix.shape()[0]));
    return "computed " + n + "×" + n + " matrix";
}

namespace {

/// A routine of kind `make` on the whole matrix.
Value on_matrix(Lowering& lowering, Make make, ir::Expr matrix) {
    Value value;
    value.make = make;
    value.extents = lowering.extents(matrix.shape());
    value.formula.label_extents = value.extents;
    value.formula.rank = 2;
    value.formula.body = load_body(lowering.value(matrix), {0, 1});
    return value;
}

/// A number that routine `make` computes from a factor.
ValueId from_factor(Lowering& lowering, Make make, ValueId factor) {
    Value value;
    value.make = make;
    value.operands = {factor, lowering.graph().part(factor, 0)};
    return lowering.graph().routine(std::move(value));
}

ValueId determinant_of(Lowering& lowering, ValueId factor) {
    Graph& graph = lowering.graph();
    const std::int64_t n = graph[factor].extents[0];
    if (graph[factor].make == Make::lu) return from_factor(lowering, Make::lu_det, factor);
    BodyBuilder body;
    body.power(body.load(factor, {0, 0}), ir::Rational(2));
    return reduce_all(graph, Combine::prod, {n}, body.take());
}

}  // namespace

ValueId matrix_factor(Lowering& lowering, ir::Expr matrix, bool solving) {
    const bool definite = matrix.has(ir::Fact::pd);
    Graph& graph = lowering.graph();
    const auto squares = match_gram(matrix);
    const ValueId factor =
        squares ? gram_factor(lowering, matrix, *squares)
                : graph.routine(on_matrix(lowering, definite ? Make::cholesky : Make::lu, matrix));
    if ((definite || solving) && graph[factor].error == 0) {
        graph.set_error(factor, lowering.error("the " + describe_matrix(lowering, matrix) + " is " +
                                               (definite ? "not positive definite" : "singular")));
    }
    return factor;
}

ValueId lower_inverse(Lowering& lowering, ir::Expr matrix) {
    Value value;
    value.make = Make::solve;
    value.operands = {matrix_factor(lowering, matrix, true)};
    value.extents = lowering.extents(matrix.shape());
    value.formula.label_extents = value.extents;
    value.formula.rank = 2;
    BodyBuilder body;
    body.equal(0, 1);
    value.formula.body = body.take();
    return lowering.graph().routine(std::move(value));
}

ValueId lower_det(Lowering& lowering, ir::Expr matrix) {
    return determinant_of(lowering, matrix_factor(lowering, matrix, false));
}

ValueId lower_log_det(Lowering& lowering, ir::Expr matrix, bool absolute) {
    Graph& graph = lowering.graph();
    const ValueId factor = matrix_factor(lowering, matrix, false);
    const std::int64_t n = graph[factor].extents[0];
    const bool definite = graph[factor].make != Make::lu;
    BodyBuilder body;
    const auto diagonal = body.load(factor, {0, 0});
    const auto size = definite ? diagonal : body.function(ir::Fn::abs, {diagonal});
    const auto log = body.function(ir::Fn::log, {size});
    if (definite) body.mul(body.constant(2), log);
    const ValueId logs = reduce_all(graph, Combine::sum, {n}, body.take());
    if (definite || absolute) return logs;
    // log of the sign: 0, NaN for −1, −Inf for 0.
    BodyBuilder last;
    const auto sign = last.load(from_factor(lowering, Make::lu_sign, factor), {});
    const auto log_sign = last.function(ir::Fn::log, {sign});
    last.add(log_sign, last.load(logs, {}));
    Formula formula;
    formula.body = last.take();
    return graph.formula(std::move(formula));
}

/// X = U S V^T gives adj X = det(U) det(V) V adj(S) U^T with adj(S) diagonal, entry j the product
/// of the other singular values: right for every rank, and backward stable.
ValueId lower_adjugate(Lowering& lowering, ir::Expr matrix) {
    Graph& graph = lowering.graph();
    const std::int64_t n = lowering.extent(matrix.shape()[0]);
    Value value = on_matrix(lowering, Make::svd, matrix);
    value.error = lowering.error("the singular values of the " + describe_matrix(lowering, matrix) +
                                 " did not converge");
    const ValueId svd = graph.routine(std::move(value));
    const ValueId u = graph.part(svd, 0);
    const ValueId s = graph.part(svd, 1);
    const ValueId vt = graph.part(svd, 2);
    const auto sign_of = [&](ValueId orthogonal) {
        Value lu;
        lu.make = Make::lu;
        lu.extents = {n, n};
        lu.formula.label_extents = lu.extents;
        lu.formula.rank = 2;
        lu.formula.body = load_body(orthogonal, {0, 1});
        return from_factor(lowering, Make::lu_sign, graph.routine(std::move(lu)));
    };
    const ValueId sign_u = sign_of(u);
    const ValueId sign_v = sign_of(vt);
    // cofactor[i] = Π over j ≠ i of s[j]; s may be 0, hence no division.
    BodyBuilder others;
    const auto same_index = others.equal(0, 1);
    const auto rest = others.mul(others.sub(others.constant(1), same_index), others.load(s, {1}));
    others.add(same_index, rest);
    Formula cofactor;
    cofactor.label_extents = {n, n};
    cofactor.rank = 1;
    cofactor.combine = Combine::prod;
    cofactor.body = others.take();
    const ValueId cofactors = graph.formula(std::move(cofactor));
    BodyBuilder scaled;
    const auto signs = scaled.mul(scaled.load(sign_u, {}), scaled.load(sign_v, {}));
    scaled.mul(scaled.mul(signs, scaled.load(cofactors, {0})), scaled.load(vt, {0, 1}));
    Formula scaling;
    scaling.label_extents = {n, n};
    scaling.rank = 2;
    scaling.body = scaled.take();
    const ValueId scaled_v = graph.formula(std::move(scaling));
    BodyBuilder product;
    product.mul(product.load(scaled_v, {2, 0}), product.load(u, {1, 2}));
    Formula formula;
    formula.label_extents = {n, n, n};
    formula.rank = 2;
    formula.combine = Combine::sum;
    formula.body = product.take();
    return graph.formula(std::move(formula));
}

}  // namespace nabla::codegen
