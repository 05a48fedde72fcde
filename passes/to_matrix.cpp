#include "passes/to_matrix.hpp"

#include <array>
#include <unordered_set>

#include "ir/work_limit.hpp"
#include "passes/notation_signs.hpp"
#include "passes/to_matrix_builder.hpp"

namespace nabla::passes {
namespace {

using ir::Expr;
using ir::Op;

NotationPtr symbol_notation(Expr e) {
    return name_notation(e.symbol().name, static_cast<std::uint8_t>(e.rank()),
                         e.rank() == 2 && e.has(ir::Fact::symmetric));
}

NotationPtr derivative_notation(NotationBuilder& builder, Expr e) {
    constexpr std::array<const char*, 7> names{"grad", "jacobian", "hessian", "directional",
                                               "vjp",  "hvp",      "at"};
    const ir::DerivativeData& data = e.derivative();
    std::vector<NotationPtr> arguments;
    for (Expr argument : data.arguments) arguments.push_back(builder.notation(argument));
    return call_notation(names[static_cast<std::size_t>(data.mode)], std::move(arguments),
                         static_cast<std::uint8_t>(e.rank()));
}

/// A function of matrices by its name in the language.
NotationPtr function_notation(NotationBuilder& builder, const char* name, Expr e) {
    std::vector<NotationPtr> arguments;
    for (int k = 0; k < e.child_count(); ++k) arguments.push_back(builder.notation(e.child(k)));
    Notation n = *call_notation(name, std::move(arguments), static_cast<std::uint8_t>(e.rank()));
    n.symmetric = e.rank() == 2 && e.has(ir::Fact::symmetric);
    return make(std::move(n));
}

Monomial plain_monomial(NotationBuilder& builder, Expr e) {
    switch (e.op()) {
        case Op::constant:
            return Monomial{e.number(), {}, nullptr};
        case Op::pi: {
            Notation n;
            n.kind = NotationKind::pi;
            return single(make(std::move(n)));
        }
        case Op::dim_value:
            return single(dim_notation(e.dim()));
        case Op::symbol:
            return single(symbol_notation(e));
        case Op::identity:
            return single(sized_notation(NotationKind::identity, {e.dim(), e.dim()}));
        case Op::sum:
            return sum_monomial(builder, e, false);
        case Op::einsum:
            return einsum_monomial(builder, e, false);
        case Op::map:
            return map_monomial(builder, e);
        case Op::reduce:
            return reduce_monomial(builder, e);
        case Op::inverse:
            return single(inverse_notation(builder.notation(e.child(0))));
        case Op::det:
            return single(
                determinant_notation(builder.notation(e.child(0)), e.child(0).shape()[0]));
        case Op::adjugate: {
            // Written with the inverse, as textbooks do; language.md, "Conventions".
            NotationPtr matrix = builder.notation(e.child(0));
            return Monomial{
                1, {Power{determinant_notation(matrix, e.shape()[0])}}, inverse_notation(matrix)};
        }
        case Op::selection:
        case Op::iota:
        case Op::reshape:
            return parts_monomial(builder, e);
        case Op::trimask: {
            NotationPtr ones = sized_notation(NotationKind::ones, e.shape());
            return single(call_notation("tril", {ones}, 2));
        }
        case Op::chol:
            return single(function_notation(builder, "chol", e));
        case Op::eigenvalue:
            return single(function_notation(builder, "lambda_max", e));
        case Op::eigenvector:
            return single(function_notation(builder, "lambda_max_vector", e));
        case Op::shifted_pinv:
            return single(function_notation(builder, "lambda_max_pinv", e));
        case Op::expm:
            return single(function_notation(builder, e.child_count() == 1 ? "expm" : "dexpm", e));
        case Op::derivative:
            return single(derivative_notation(builder, e));
    }
    return {};
}

Monomial negated_monomial(NotationBuilder& builder, Expr e, const Monomial& plain) {
    if (e.op() == Op::sum) return sum_monomial(builder, e, true);
    if (e.op() == Op::einsum) return einsum_monomial(builder, e, true);
    if (can_turn(e)) return turned_odd_function(builder, e);
    Monomial result = plain;
    result.coefficient = -result.coefficient;
    return result;
}

}  // namespace

Monomial single(NotationPtr value) {
    if (value->rank == 0) return Monomial{1, {Power{std::move(value)}}, nullptr};
    return Monomial{1, {}, std::move(value)};
}

std::vector<Expr> NotationBuilder::unknown_below(Expr root) const {
    std::vector<Expr> order;
    std::unordered_set<Expr, ir::ExprHash> seen{root};
    std::vector<std::pair<Expr, int>> stack{{root, 0}};
    while (!stack.empty()) {
        auto& [e, next] = stack.back();
        if (next == e.child_count()) {
            order.push_back(e);
            stack.pop_back();
            continue;
        }
        Expr child = e.child(next++);
        if (!entries_.contains(child) && seen.insert(child).second) stack.emplace_back(child, 0);
    }
    return order;
}

void NotationBuilder::build(Expr root) {
    std::vector<Expr> order = unknown_below(root);
    for (Expr e : order) {
        if (e.op() == Op::symbol) taken_.insert(e.symbol().name);
        for (ir::Dim d : e.shape())
            for (const std::string& name : d.names()) taken_.insert(name);
    }
    for (Expr e : order) {
        if (entries_.contains(e)) continue;
        Entry made;
        made.plain = plain_monomial(*this, e);
        made.notation = assemble(made.plain);
        made.negated = negated_monomial(*this, e, made.plain);
        // Factors are compared with each other.
        const std::uint64_t factors = made.plain.scalars.size() + made.negated.scalars.size();
        e.context().spend(8 * (1 + factors * factors) +
                          static_cast<std::uint64_t>(e.child_count()));
        entries_.emplace(e, std::move(made));
    }
}

const NotationBuilder::Entry& NotationBuilder::entry(Expr e) {
    auto found = entries_.find(e);
    if (found != entries_.end()) return found->second;
    build(e);
    return entries_.at(e);
}

const Monomial& NotationBuilder::monomial(Expr e) { return entry(e).plain; }
const Monomial& NotationBuilder::negative(Expr e) { return entry(e).negated; }
NotationPtr NotationBuilder::notation(Expr e) { return entry(e).notation; }

std::string NotationBuilder::index_name(std::size_t k,
                                        const std::set<std::string>& not_these) const {
    const auto free = [&](const std::string& name) {
        return !taken_.contains(name) && !not_these.contains(name);
    };
    static constexpr std::string_view letters = "ijklpqrstuvw";
    for (char letter : letters) {
        std::string name(1, letter);
        if (free(name) && k-- == 0) return name;
    }
    for (int number = 1;; ++number) {
        std::string name = "i" + std::to_string(number);
        if (free(name) && k-- == 0) return name;
    }
}

NotationPtr to_matrix(Expr e, bool as_row) {
    const ir::WorkLimit limit(e.context());
    NotationBuilder builder;
    NotationPtr result = with_consistent_signs(transpose_outside(builder.notation(e)));
    return as_row && result->rank == 1 ? transposed(result) : result;
}

}  // namespace nabla::passes
