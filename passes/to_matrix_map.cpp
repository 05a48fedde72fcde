// Functions and reductions by the names under which the language reads them back.
#include <algorithm>

#include "ir/build.hpp"
#include "passes/to_matrix_builder.hpp"

namespace nabla::passes {
namespace {

using ir::Expr;
using ir::Fn;
using ir::Op;
using ir::ReduceKind;

/// `f(X)` where one axis of a matrix is left: the language gives a row for axis 1.
NotationPtr along_axes_of(const char* name, Expr argument, NotationPtr shown,
                          const std::vector<std::uint8_t>& axes, bool keeps_shape) {
    auto rank = static_cast<std::uint8_t>(argument.rank());
    bool whole = axes.size() == argument.rank();
    auto left = static_cast<std::uint8_t>(keeps_shape ? rank : rank - axes.size());
    if (whole) return call_notation(name, {std::move(shown)}, left);
    bool named =
        std::string_view(name) == "max" || std::string_view(name) == "min" || axes.size() > 1;
    std::vector<std::string> options;
    for (std::uint8_t axis : axes)
        options.push_back((named ? "axis=" : "") + std::to_string(axis + 1));
    Notation n = *call_notation(name, {std::move(shown)}, left, options);
    n.row = left == 1 && rank == 2 && axes[0] == 0;
    NotationPtr result = make(std::move(n));
    return result->row ? transposed(result) : result;
}

/// The same along the other axis of the transpose, where that has fewer transposes.
NotationPtr along_axes(const char* name, Expr argument, const NotationPtr& shown,
                       std::vector<std::uint8_t> axes, bool keeps_shape) {
    NotationPtr straight = along_axes_of(name, argument, shown, axes, keeps_shape);
    if (argument.rank() != 2 || keeps_shape) return straight;
    for (auto& axis : axes) axis = 1 - axis;
    NotationPtr turned =
        along_axes_of(name, ir::transpose(argument), transposed(shown), axes, keeps_shape);
    return turned->transposes < straight->transposes ? turned : straight;
}

const char* reduce_name(ReduceKind kind) {
    switch (kind) {
        case ReduceKind::logsumexp:
            return "logsumexp";
        case ReduceKind::max:
            return "max";
        case ReduceKind::min:
            return "min";
        case ReduceKind::prod:
            return "prod";
        case ReduceKind::max_share:
            return "max_share";
        case ReduceKind::min_share:
            return "min_share";
    }
    return "";
}

Monomial power_of(NotationBuilder& builder, Expr e) {
    const ir::MapData& data = e.map();
    Notation n;
    n.kind = e.is_scalar() ? NotationKind::power : NotationKind::hadamard_power;
    n.children = {builder.notation(data.arguments[0]), builder.notation(data.arguments[1])};
    n.rank = static_cast<std::uint8_t>(e.rank());
    return single(make(std::move(n)));
}

/// s^(-1/2): 1/||x|| where s is a sum of squares.
Monomial reciprocal_norm(NotationBuilder& builder, Expr e) {
    Expr s = e.child(0);
    if (!e.is_scalar()) return single(hadamard_notation({Power{builder.notation(s), {-1, 2}}}));
    const Monomial& m = builder.monomial(s);
    bool norm = m.coefficient.is_one() && m.scalars.size() == 1 &&
                m.scalars[0].base->kind == NotationKind::norm;
    if (norm)
        if (auto exponent = ir::mul(m.scalars[0].exponent, {-1, 2}))
            return Monomial{1, {Power{m.scalars[0].base, *exponent}}, nullptr};
    return Monomial{1, {Power{builder.notation(s), {-1, 2}}}, nullptr};
}

NotationPtr plain_call(NotationBuilder& builder, Expr e, bool turned = false) {
    const ir::MapData& data = e.map();
    std::vector<NotationPtr> arguments;
    bool symmetric = true;
    for (Expr argument : data.arguments) {
        arguments.push_back(turned ? assemble(builder.negative(argument))
                                   : builder.notation(argument));
        symmetric = symmetric && (argument.is_scalar() || arguments.back()->symmetric);
    }
    Notation n = *call_notation(std::string(ir::function(data.function).name), std::move(arguments),
                                static_cast<std::uint8_t>(e.rank()));
    n.symmetric = n.rank == 2 && symmetric;
    return make(std::move(n));
}

}  // namespace

bool can_turn(Expr e) {
    if (e.op() == Op::map && ir::function(e.map().function).parity == ir::Parity::odd &&
        e.rank() <= 2)
        e = e.child(0);
    // The sum of a difference.
    if (e.is_scalar() && e.op() == Op::einsum && e.einsum().factors.size() == 1 &&
        e.einsum().factors[0].exponent == ir::Rational(1) && !e.einsum().factors[0].labels.empty())
        e = e.einsum().factors[0].base;
    if (e.op() != Op::sum || ir::match_log_softmax(e)) return false;
    bool positive = false, negative = false;
    for (const ir::Term& t : e.sum().terms)
        (t.coefficient.is_negative() ? negative : positive) = true;
    return positive && negative;
}

Monomial turned_odd_function(NotationBuilder& builder, Expr e) {
    return single(plain_call(builder, e, true));
}

NotationPtr softmax_notation(NotationBuilder& builder, const char* name,
                             const ir::SoftmaxMatch& match) {
    return along_axes(name, match.argument, builder.notation(match.argument), match.axes, true);
}

Monomial map_monomial(NotationBuilder& builder, Expr e) {
    const ir::MapData& data = e.map();
    if (auto match = ir::match_softmax(e); match && match->axes.size() == 1)
        return single(softmax_notation(builder, "softmax", *match));
    if (data.function == Fn::log && data.arguments[0].op() == Op::det)
        return single(call_notation("logdet", {builder.notation(data.arguments[0].child(0))}, 0));
    if (data.function == Fn::rnorm) return reciprocal_norm(builder, e);
    if (data.function == Fn::pow) return power_of(builder, e);
    if (data.function == Fn::where || ir::is_comparison(data.function))
        return single(choice_notation(builder, e));
    return single(plain_call(builder, e));
}

Monomial reduce_monomial(NotationBuilder& builder, Expr e) {
    const ir::ReduceData& data = e.reduce();
    Expr argument = data.arguments[0];
    NotationPtr shown = builder.notation(argument);
    bool largest = data.kind == ReduceKind::max && argument.rank() == 1 &&
                   argument.op() == Op::map && argument.map().function == Fn::abs;
    if (largest) return single(norm_notation(builder.notation(argument.child(0)), "inf"));
    bool share = data.kind == ReduceKind::max_share || data.kind == ReduceKind::min_share;
    return single(along_axes(reduce_name(data.kind), argument, shown, data.axes, share));
}

}  // namespace nabla::passes
