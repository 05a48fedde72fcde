// Roots of sums of squares that neither overflow nor underflow: norms, hypotenuses. The squares are
// summed three times in one pass, as they are and of the entries scaled up and down by a power of
// two, which is exact; a root takes the sum that is within range (as in Blue, "A portable Fortran
// program to find the Euclidean norm of a vector", 1978, without his branches). The norm itself
// reads its entries once; a squared norm is not concerned.
#include <cmath>
#include <optional>

#include "codegen/lowering.hpp"

namespace nabla::codegen {

namespace {

using Index = BodyBuilder::Index;

/// What is looked into below a value.
constexpr int most_depth = 12;

/// Between the bounds a sum of squares keeps its digits; `scale` brings the others there.
struct Ranges {
    double least, most;
    int scale;  ///< a power of two
};

Ranges ranges(Precision precision) {
    if (precision == Precision::f64) return {std::ldexp(1.0, -960), std::ldexp(1.0, 1000), 600};
    return {std::ldexp(1.0, -90), std::ldexp(1.0, 110), 80};
}

/// A sum of squares times factor², as the sum of the squares of factor times what is squared.
class ScaledSquares {
public:
    ScaledSquares(Graph& graph, double factor) : graph_(graph), factor_(factor) {}

    /// no_value if there are no squares in it.
    ValueId value(ValueId id, int depth = 0) {
        const Value& value = graph_[id];
        const bool sums = value.is_formula() && (value.formula.combine == Combine::assign ||
                                                 value.formula.combine == Combine::sum);
        if (!sums || !value.has_formula() || depth > most_depth) return no_value;
        Formula formula = value.formula;
        BodyBuilder body(formula.body);
        const auto last = static_cast<Index>(formula.body.size() - 1);
        const auto scaled = squares(body, last, depth);
        if (!scaled) return no_value;
        formula.body = extract(body.code(), *scaled);
        return graph_.formula(std::move(formula));
    }

private:
    std::optional<Index> squares(BodyBuilder& body, Index i, int depth);
    Index by_factor(BodyBuilder& body, Index i) const {
        return body.mul(body.constant(factor_), i);
    }

    Graph& graph_;
    double factor_;
};

std::optional<Index> ScaledSquares::squares(BodyBuilder& body, Index i, int depth) {
    const Instr instr = body.code()[i];
    switch (instr.kind) {
        case Instr::Kind::add:
        case Instr::Kind::sub: {
            const auto a = squares(body, instr.operands[0], depth);
            const auto b = squares(body, instr.operands[1], depth);
            if (!a && !b) return std::nullopt;
            const auto other = [&](Index o) { return by_factor(body, by_factor(body, o)); };
            const Index x = a ? *a : other(instr.operands[0]);
            const Index y = b ? *b : other(instr.operands[1]);
            return instr.kind == Instr::Kind::add ? body.add(x, y) : body.sub(x, y);
        }
        case Instr::Kind::mul: {
            const Index a = instr.operands[0];
            const Index b = instr.operands[1];
            if (a == b) {
                const Index x = by_factor(body, a);
                return body.mul(x, x);
            }
            if (const auto x = squares(body, a, depth)) return body.mul(*x, b);
            if (const auto x = squares(body, b, depth)) return body.mul(a, *x);
            return std::nullopt;
        }
        case Instr::Kind::power:
            if (instr.exponent != ir::Rational(2)) return std::nullopt;
            return body.power(by_factor(body, instr.operands[0]), instr.exponent);
        case Instr::Kind::load: {
            const ValueId scaled = value(instr.access.buffer, depth + 1);
            if (scaled == no_value) return std::nullopt;
            return body.load(scaled, instr.access.axes);
        }
        case Instr::Kind::constant:
        case Instr::Kind::equal:
        case Instr::Kind::at_least:
        case Instr::Kind::div:
        case Instr::Kind::neg:
        case Instr::Kind::fma:
        case Instr::Kind::function:
        case Instr::Kind::select_zero:
            return std::nullopt;
    }
    return std::nullopt;
}

}  // namespace

ValueId root_of_squares(Lowering& lowering, ValueId sum) {
    Graph& graph = lowering.graph();
    const Ranges range = ranges(lowering.options().precision);
    const double down = std::ldexp(1.0, -range.scale);
    const double up = std::ldexp(1.0, range.scale);
    const ValueId large = ScaledSquares(graph, down).value(sum);
    if (large == no_value) return no_value;
    const ValueId small = ScaledSquares(graph, up).value(sum);
    BodyBuilder body;
    const std::vector<AxisId> labels = first_labels(graph[sum].extents.size());
    const ir::Rational half(1, 2);
    const auto s = body.load(sum, labels);
    const auto s_large = body.load(large, labels);
    const auto s_small = body.load(small, labels);
    const auto high = body.function(ir::Fn::greater, {s, body.constant(range.most)});
    const auto low = body.function(ir::Fn::greater, {body.constant(range.least), s});
    const auto in_range = body.function(
        ir::Fn::where, {high, s_large, body.function(ir::Fn::where, {low, s_small, s})});
    const auto unscale =
        body.function(ir::Fn::where,
                      {high, body.constant(up),
                       body.function(ir::Fn::where, {low, body.constant(down), body.constant(1)})});
    body.mul(unscale, body.power(in_range, half));
    Formula formula;
    formula.label_extents = graph[sum].extents;
    formula.rank = static_cast<std::uint32_t>(formula.label_extents.size());
    formula.body = body.take();
    const ValueId root = graph.formula(std::move(formula));
    graph.set_nonnegative(root);
    return root;
}

}  // namespace nabla::codegen
