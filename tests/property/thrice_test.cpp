// Every node kind and every function row differentiates three times: each order against differences
// of the order before, and all of them compiled into one kernel against the interpreter.
#include <array>
#include <catch2/catch.hpp>
#include <cmath>
#include <string>

#include "codegen/compile.hpp"
#include "generator.hpp"
#include "ir/traverse.hpp"
#include "ir/verify.hpp"
#include "passes/differentiate.hpp"
#include "passes/pipeline.hpp"
#include "runtime/jit.hpp"

using namespace nabla;
using namespace nabla::ir;
using nabla::testing::World;

namespace {

/// An expression that holds the node in question, and what it is differentiated by.
struct Subject {
    Expr expression;
    Expr variable;
};

using Make = Subject (*)(World&);

Expr cubed(Expr e) { return power(e, Rational(3)); }

/// One row an operation, in the order of enum Op.
struct Row {
    Op op;
    Make make;
};
const std::array rows{
    Row{Op::constant,
        [](World& w) { return Subject{add(cubed(w.s), constant(w.context(), 2)), w.s}; }},
    Row{Op::pi, [](World& w) { return Subject{multiply(pi(w.context()), cubed(w.s)), w.s}; }},
    Row{Op::dim_value, [](World& w) { return Subject{multiply(dim_value(w.n), cubed(w.s)), w.s}; }},
    Row{Op::symbol, [](World& w) { return Subject{w.x, w.x}; }},
    Row{Op::identity, [](World& w) { return Subject{diagonal(map(Fn::exp, w.x)), w.x}; }},
    Row{Op::sum, [](World& w) { return Subject{add(map(Fn::sin, w.x), w.w), w.x}; }},
    Row{Op::einsum,
        [](World& w) { return Subject{outer(w.x, multiply(w.x, matmul(w.A, w.x))), w.x}; }},
    Row{Op::map, [](World& w) { return Subject{map(Fn::tanh, matmul(w.A, w.x)), w.A}; }},
    Row{Op::reduce,
        [](World& w) { return Subject{reduce(ReduceKind::logsumexp, cubed(w.X), {0}), w.X}; }},
    Row{Op::inverse, [](World& w) { return Subject{inverse(w.A), w.A}; }},
    Row{Op::det, [](World& w) { return Subject{multiply(det(w.A), det(w.A)), w.A}; }},
    Row{Op::adjugate, [](World& w) { return Subject{adjugate(w.A), w.A}; }},
    Row{Op::derivative,
        [](World& w) {
            Expr f = sum_entries(map(Fn::exp, matmul(w.A, w.x)));
            return Subject{derivative(DerivativeMode::gradient, f, {w.x}), w.x};
        }},
    Row{Op::selection,
        [](World& w) {
            Dim one = w.context().dim(1);
            return Subject{matmul(transpose(selection(w.n, w.n - one, one)), map(Fn::exp, w.x)),
                           w.x};
        }},
    Row{Op::iota, [](World& w) { return Subject{inner(iota(w.n), map(Fn::exp, w.x)), w.x}; }},
    Row{Op::reshape,
        [](World& w) { return Subject{map(Fn::sin, kronecker(w.x, map(Fn::exp, w.x))), w.x}; }},
    Row{Op::trimask,
        [](World& w) { return Subject{multiply(trimask(w.n), map(Fn::exp, w.A)), w.A}; }},
    Row{Op::chol, [](World& w) { return Subject{chol(w.P), w.P}; }},
    Row{Op::eigenvalue, [](World& w) { return Subject{eigenvalue(w.P), w.P}; }},
    Row{Op::eigenvector, [](World& w) { return Subject{eigenvector(w.P), w.P}; }},
    Row{Op::shifted_pinv, [](World& w) { return Subject{shifted_pinv(w.P), w.P}; }},
    Row{Op::expm, [](World& w) { return Subject{expm(scale(Rational(1, 4), w.B), {w.A}), w.B}; }},
    Row{Op::sylvester,
        [](World& w) {
            Expr apart = add(w.P, multiply(constant(w.context(), 5), identity(w.n)));
            return Subject{sylvester(w.B, apart, w.A), w.B};
        }},
};
static_assert(rows.size() == op_count, "one subject for each Op, in its order");

/// Reductions are one Op of several kinds.
const std::array reductions{ReduceKind::logsumexp, ReduceKind::max,       ReduceKind::min,
                            ReduceKind::prod,      ReduceKind::max_share, ReduceKind::min_share};

/// The derivatives of orders 0 to 3, each checked against differences of the one before.
std::vector<Expr> checked_orders(const Subject& subject, const World& world) {
    std::vector<Expr> orders{passes::finish(subject.expression)};
    for (int order = 1; order <= 3; ++order) {
        CAPTURE(order);
        Expr d = passes::finish(passes::jacobian(orders.back(), subject.variable));
        REQUIRE(verify(d).empty());
        Tensor exact = interpret(d, world.bindings());
        Tensor quotient =
            testing::difference_quotients(orders.back(), subject.variable, world.bindings());
        REQUIRE(testing::all_finite(quotient));
        CHECK(testing::relative_difference(exact, quotient) < 1e-6);
        orders.push_back(d);
    }
    return orders;
}

void check_native(const std::vector<Expr>& outputs, const World& world, runtime::Jit& jit) {
    const std::vector<Expr> inputs = symbols_of(outputs);
    codegen::CompileOptions options;
    options.dims = world.bindings().dims;
    const codegen::LoopProgram program = codegen::lower(outputs, inputs, options);
    runtime::LoadedKernel kernel = jit.load(codegen::emit(program));
    std::vector<Tensor> got = interpret(outputs, world.bindings());
    const std::vector<Tensor> expected = got;
    std::vector<const void*> arguments;
    for (Expr e : inputs) arguments.push_back(world.bindings().symbols.at(e).data.data());
    std::vector<void*> results;
    for (Tensor& t : got) {
        std::fill(t.data.begin(), t.data.end(), -12345.0);
        results.push_back(t.data.data());
    }
    std::vector<double> workspace(kernel.workspace_bytes / sizeof(double) + 8, std::nan(""));
    REQUIRE(kernel.function(arguments.data(), results.data(), workspace.data()) == 0);
    for (std::size_t k = 0; k < got.size(); ++k) {
        CAPTURE(k);
        CHECK(testing::relative_difference(got[k], expected[k]) < 1e-9);
    }
}

/// Entries inside the function's domain, away from its ends, from kinks at 0 and from ties.
void put_into_domain(World& world, Expr symbol, Interval domain) {
    std::vector<double>& data = world.bindings().symbols.at(symbol).data;
    const double low = std::max(domain.low, -2.0), high = std::min(domain.high, low + 4.0);
    const double count = 2 * static_cast<double>(data.size()) + 1;
    const double first = symbol == world.x ? 1.2 : 0.3;
    for (std::size_t i = 0; i < data.size(); ++i)
        data[i] = low + (high - low) * (first + 2 * static_cast<double>(i)) / count;
}

}  // namespace

TEST_CASE("every node kind differentiates three times", "[property][slow]") {
    runtime::Jit jit;
    for (std::size_t k = 0; k < rows.size(); ++k) {
        CAPTURE(k);
        REQUIRE(static_cast<std::size_t>(rows[k].op) == k);
        World world(70000 + static_cast<unsigned>(k), 2, 2);
        const Subject subject = rows[k].make(world);
        const std::vector<Expr> nodes = post_order(subject.expression);
        REQUIRE(
            std::any_of(nodes.begin(), nodes.end(), [&](Expr e) { return e.op() == rows[k].op; }));
        check_native(checked_orders(subject, world), world, jit);
    }
}

TEST_CASE("every reduction differentiates three times", "[property]") {
    runtime::Jit jit;
    for (ReduceKind kind : reductions) {
        for (std::uint8_t axis : {std::uint8_t{0}, std::uint8_t{1}}) {
            CAPTURE(static_cast<int>(kind), static_cast<int>(axis));
            World world(71000 + 2 * static_cast<unsigned>(kind) + axis, 2, 3);
            // Not linear inside, or second derivatives would be zero.
            const Subject subject{reduce(kind, map(Fn::exp, world.X), {axis}), world.X};
            check_native(checked_orders(subject, world), world, jit);
        }
    }
}

TEST_CASE("every function row differentiates three times, by each argument", "[property]") {
    runtime::Jit jit;
    for (const Function& row : all_functions()) {
        for (int by = 0; by < row.arity; ++by) {
            CAPTURE(std::string(row.name), by);
            World world(72000 + static_cast<unsigned>(row.id), 3);
            std::vector<Expr> arguments{world.x, world.w};
            arguments.resize(row.arity, world.w);
            if (row.id == Fn::polygamma) arguments[0] = constant(world.context(), 1);
            if (row.id == Fn::where) {
                arguments = {map(Fn::greater, {world.x, world.w}), world.x, world.w};
            }
            put_into_domain(world, world.x, row.domain);
            put_into_domain(world, world.w, row.domain);
            // where() and strong_zero() are linear: with a square inside they have something left.
            if (row.id == Fn::where || row.id == Fn::strong_zero)
                arguments.back() = cubed(arguments.back());
            const Expr variable = by == 0 && row.id != Fn::polygamma ? world.x : world.w;
            check_native(checked_orders({map(row.id, arguments), variable}, world), world, jit);
        }
    }
}
