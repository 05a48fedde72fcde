// Each simplification rule on a line of its own: what it is for, made of random parts. The rule
// must apply to every one, keep the value, and shrink the measure that makes the system of rules
// end.
#include <array>
#include <catch2/catch.hpp>
#include <cmath>
#include <set>
#include <string>
#include <tuple>

#include "codegen/source/text.hpp"
#include "generator.hpp"
#include "ir/traverse.hpp"
#include "passes/computing_form.hpp"
#include "passes/differentiate.hpp"
#include "passes/rules.hpp"
#include "passes/simplify.hpp"

using namespace nabla;
using namespace nabla::ir;
using nabla::testing::World;

namespace {

/// Random parts for the lines below.
class Parts {
public:
    explicit Parts(unsigned seed) : world(seed) {
        Context& c = world.context();
        // A rotation, whatever the third axis does.
        Q = c.symbol("Q", {world.n, world.n}, Fact::orthogonal);
        const double angle = static_cast<double>(seed % 100) / 10;
        const double a = std::cos(angle), b = std::sin(angle);
        world.bindings().symbols[Q] = Tensor{{3, 3}, {a, -b, 0, b, a, 0, 0, 0, 1}};
        const Shape shapes[] = {{}, {world.n}, {world.m, world.n}};
        shape = shapes[seed % 3];
    }

    Expr any(const Shape& of) {
        return testing::random_expression(world, of, static_cast<int>(world.random()() % 3));
    }
    Expr any() { return any(shape); }
    /// Of the shape, and positive.
    Expr positive(const Shape& of) { return map(Fn::softplus, any(of)); }
    Number number() { return Rational(static_cast<std::int64_t>(world.random()() % 5) + 1, 2); }
    Expr one() { return constant(world.context(), 1); }
    Expr scalar(Number value) { return constant(world.context(), value); }
    /// An array to reduce over; and the axes, at least one.
    Expr array() { return any(shape.empty() ? Shape{world.n} : shape); }
    std::vector<std::uint8_t> axes_of(Expr e) {
        if (e.rank() == 1) return {0};
        return world.random()() % 2 == 0 ? std::vector<std::uint8_t>{1}
                                         : std::vector<std::uint8_t>{0, 1};
    }
    Expr strong(const Shape& of) { return map(Fn::strong_zero, any(of)); }

    World world;
    Expr Q;
    Shape shape;
};

Expr exp(Expr e) { return map(Fn::exp, e); }
Expr log(Expr e) { return map(Fn::log, e); }
Expr sigmoid(Expr e) { return map(Fn::sigmoid, e); }

/// Σ exp over the axes, spread again over the shape of z.
Expr spread_sum(Expr z, const std::vector<std::uint8_t>& axes) {
    Expr total = sum_axes(exp(z), axes);
    if (total.is_scalar()) return broadcast(total, z.shape());
    return outer(total, ones(z.context(), {z.shape()[1]}));
}

struct Line {
    std::string_view rule;
    Expr (*make)(Parts&);
};

const Line lines[] = {
    {"log(1 + exp z) = softplus(z)", [](Parts& p) { return log(add(exp(p.any()), p.one())); }},
    {"log1p(exp z) = softplus(z)", [](Parts& p) { return map(Fn::log1p, exp(p.any())); }},
    {"log(sigmoid(z)) = -softplus(-z)", [](Parts& p) { return log(sigmoid(p.any())); }},
    {"log(exp(z)[i]) = z[i]",
     [](Parts& p) {
         const AxisPart first{AxisPart::Kind::entry, p.world.context().dim(0)};
         return log(take(exp(p.any({p.world.n})), {first}));
     }},
    {"1 - sigmoid(z) = sigmoid(-z)",
     [](Parts& p) {
         Number c = p.number();
         return subtract(p.scalar(c), scale(c, sigmoid(p.any())));
     }},
    {"log(sum(exp z)) = logsumexp(z)",
     [](Parts& p) {
         Expr z = p.array();
         return log(scale(p.number(), sum_axes(exp(z), p.axes_of(z))));
     }},
    {"exp z / sum(exp z) = softmax(z)",
     [](Parts& p) {
         Expr z = p.array();
         return multiply(p.any(z.shape()), divide(exp(z), spread_sum(z, p.axes_of(z))));
     }},
    {"1/(1 + exp z) = sigmoid(-z)",
     [](Parts& p) {
         Expr z = p.any();
         auto power_of = -1 - static_cast<std::int64_t>(p.world.random()() % 2);
         return multiply(p.any(), power(add(p.one(), exp(z)), Rational(power_of)));
     }},
    {"exp(z) sigmoid(-z) = sigmoid(z)",
     [](Parts& p) {
         Expr z = p.any();
         return multiply(p.any(), multiply(exp(z), sigmoid(negate(z))));
     }},
    {"log(exp a + exp b) = a + softplus(b - a)",
     [](Parts& p) {
         Expr s = add(scale(p.number(), exp(p.any())), scale(p.number(), exp(p.any())));
         return log(p.world.random()() % 2 == 0 ? s : add(s, p.scalar(p.number())));
     }},
    {"log(sum(w exp z)) = logsumexp(z) + log(sum(w softmax(z)))",
     [](Parts& p) {
         Expr z = p.array();
         return log(sum_axes(multiply(p.positive(z.shape()), exp(z)), p.axes_of(z)));
     }},
    {"sum(w exp z) / sum(exp z) = sum(w softmax(z))",
     [](Parts& p) {
         Expr z = p.array();
         return divide(inner(p.any(z.shape()), exp(z)), sum_entries(exp(z)));
     }},
    {"exp a / (exp a + exp b) = sigmoid(a - b)",
     [](Parts& p) {
         Expr a = exp(p.any());
         return multiply(p.any(), divide(a, add(a, scale(p.number(), exp(p.any())))));
     }},
    {"exp(-softplus(z)) = sigmoid(-z)",
     [](Parts& p) { return exp(negate(map(Fn::softplus, p.any()))); }},
    {"exp(z) + exp(-z) = 2 cosh(z)",
     [](Parts& p) {
         Expr z = p.any();
         Number c = p.number();
         Expr second = scale(p.world.random()() % 2 == 0 ? c : -c, exp(negate(z)));
         return add(scale(c, exp(z)), second);
     }},
    {"sinh(z)/cosh(z) = tanh(z)",
     [](Parts& p) {
         Expr z = p.any();
         return multiply(p.any(), divide(map(Fn::sinh, z), map(Fn::cosh, z)));
     }},
    {"sigmoid(z) + sigmoid(-z) = 1",
     [](Parts& p) {
         Expr z = p.any(), r = p.any();
         Expr more = add(r, broadcast(p.scalar(p.number()), r.shape()));
         return add(multiply(r, sigmoid(z)), multiply(more, sigmoid(negate(z))));
     }},
    {"exp(a) exp(b) = exp(a + b)",
     [](Parts& p) {
         Expr a = p.any(), b = p.any();
         return multiply(p.any(), multiply(exp(add(a, b)), exp(subtract(a, scale(2, b)))));
     }},
    {"log(a exp z) = log(a) + z",
     [](Parts& p) { return log(multiply(p.positive(p.shape), exp(p.any()))); }},
    {"log(prod(x)) = sum(log(x)) for x >= 0",
     [](Parts& p) {
         Expr x = p.positive(p.array().shape());
         return log(reduce(ReduceKind::prod, x, p.axes_of(x)));
     }},
    {"prod(exp z) = exp(sum(z))",
     [](Parts& p) {
         Expr z = p.array();
         return reduce(ReduceKind::prod, exp(z), p.axes_of(z));
     }},
    {"1 - erf(x) = erfc(x)",
     [](Parts& p) {
         Number c = p.number();
         return subtract(p.scalar(c), scale(c, map(Fn::erf, p.any())));
     }},
    {"cosh(z)/sinh(z) = 1/tanh(z)",
     [](Parts& p) {
         Expr z = p.any();
         return multiply(p.any(), divide(map(Fn::cosh, z), map(Fn::sinh, z)));
     }},
    {"exp(z)/cosh(z) = 2 sigmoid(2 z)",
     [](Parts& p) {
         Expr z = p.any();
         Expr top = exp(p.world.random()() % 2 == 0 ? z : negate(z));
         return multiply(p.any(), divide(top, map(Fn::cosh, z)));
     }},
    {"exp(z)/(exp(z) - 1) = 1/(1 - exp(-z))",
     [](Parts& p) {
         Expr z = exp(p.any());
         return multiply(p.any(), divide(z, subtract(z, p.one())));
     }},
    {"1 - 1/(1 - exp(z)) = 1/(1 - exp(-z))",
     [](Parts& p) {
         return subtract(p.one(), power(subtract(p.one(), exp(p.any())), Rational(-1)));
     }},
    {"sign(x)/|x| = 1/x",
     [](Parts& p) {
         Expr x = p.any();
         return multiply(p.any(), divide(map(Fn::sign, x), map(Fn::abs, x)));
     }},
    {"prod of the others / prod(x) = 1 ./ x",
     [](Parts& p) {
         Expr x = p.world.x, all = reduce(ReduceKind::prod, x, {0});
         return multiply(p.any({}), divide(passes::gradient(all, x), all));
     }},
    {"softplus(z) - softplus(-z) = z",
     [](Parts& p) {
         Expr z = p.any();
         Number c = p.number();
         Expr difference = subtract(map(Fn::softplus, z), map(Fn::softplus, negate(z)));
         return add(scale(c, difference), p.any());
     }},
    {"softplus(z) - z = softplus(-z)",
     [](Parts& p) {
         Expr z = p.any();
         return subtract(map(Fn::softplus, z), z);
     }},
    {"the derivative of log(prod(x)) is that of sum(log |x|)",
     [](Parts& p) {
         Expr x = p.array();
         return log(reduce(ReduceKind::prod, x, p.axes_of(x)));
     }},
    {"a softmax sums to 1",
     [](Parts& p) {
         Expr z = p.array();
         auto axes = p.axes_of(z);
         Expr total = sum_axes(softmax(z, axes), axes);
         return multiply(p.any(total.shape()), total);
     }},
    {"a sum of terms that cancel",
     [](Parts& p) {
         Expr z = p.array(), mean = sum_entries(z);
         for (Dim d : z.shape()) mean = divide(mean, dim_value(d));
         return sum_entries(subtract(z, mean));
     }},
    {"a simplex sums to 1", [](Parts& p) { return multiply(p.any({}), sum_entries(p.world.p)); }},
    {"Q^T Q = I",
     [](Parts& p) {
         Expr left = p.world.random()() % 2 == 0 ? p.Q : transpose(p.Q);
         return matmul(matmul(left, transpose(left)), p.any({p.world.n}));
     }},
    {"a strong zero beside finite factors",
     [](Parts& p) {
         Expr finite = map(Fn::tanh, p.shape.size() == 1 ? p.world.x : p.world.s);
         return multiply(p.strong(p.shape.size() == 1 ? p.shape : Shape{}), finite);
     }},
    {"a sum of strong zeros",
     [](Parts& p) {
         Expr s = add(p.strong(p.shape), p.strong(p.shape));
         return p.world.random()() % 2 == 0 ? s : add(s, p.any());
     }},
    {"an argument's strong zero", [](Parts& p) { return map(Fn::sin, p.strong(p.shape)); }},
    {"the triangle of a triangular matrix",
     [](Parts& p) {
         Dim n = p.world.n;
         return multiply(trimask(n), multiply(p.world.L, outer(p.world.x, p.world.w)));
     }},
};

/// What every rule makes smaller, most important first: strong zeros; products along an axis;
/// exponentials, logarithms and hyperbolic functions (softmax is an exponential that stays, log of
/// a number is a number); sigmoids, their integrals and signs; numbers added to something; and the
/// size of the tree. The components count nodes, each once, so that a rule may repeat what it
/// keeps. Constructors do not enlarge it: they flatten.
using Measure = std::tuple<int, int, int, int, int, double>;

Measure measure(Expr root) {
    int strong = 0, products = 0, naive = 0, sigmoids = 0, constants = 0;
    std::unordered_map<Expr, double, ExprHash> size;
    for (Expr e : post_order(root)) {
        double& own = size[e] = 1;
        for (int i = 0; i < e.child_count(); ++i) own += size.at(e.child(i));
        if (e.op() == Op::sum && e.sum().terms.size() > 1) {
            for (const Term& t : e.sum().terms) constants += is_one(t.expr) ? 1 : 0;
        }
        products += e.op() == Op::reduce && e.reduce().kind == ReduceKind::prod ? 1 : 0;
        if (e.op() != Op::map) continue;
        const Fn f = e.map().function;
        const bool of_number = f == Fn::log && e.child(0).op() == Op::constant;
        strong += f == Fn::strong_zero ? 1 : 0;
        const bool saturates = f == Fn::sigmoid || f == Fn::softplus || f == Fn::sign;
        sigmoids += saturates ? 1 : 0;
        // And so does 1/softmax.
        const bool kept =
            f == Fn::exp && (match_softmax(e) || match_log_softmax(negate(e.child(0))));
        const bool counts =
            f == Fn::exp || f == Fn::log || f == Fn::log1p || f == Fn::sinh || f == Fn::cosh;
        naive += counts && !kept && !of_number ? 1 : 0;
    }
    return {strong, products, naive, sigmoids, constants, size.at(root)};
}

std::vector<passes::RewriteRule> all_rules() {
    std::vector<passes::RewriteRule> all;
    for (auto table : {passes::structural_rules(), passes::stable_rules(),
                       passes::exponential_rules(), passes::product_rules(), passes::before_rules(),
                       passes::selector_rules(), passes::constraint_rules()})
        all.insert(all.end(), table.begin(), table.end());
    return all;
}

}  // namespace

TEST_CASE("every rule has a line, and every line a rule", "[property]") {
    std::multiset<std::string_view> ruled, lined;
    for (const passes::RewriteRule& rule : all_rules()) ruled.insert(rule.name);
    for (const Line& line : lines) lined.insert(line.rule);
    CHECK(ruled == lined);
}

TEST_CASE("every rule keeps the value of random instances and shrinks the measure", "[property]") {
    const std::vector<passes::RewriteRule> rules = all_rules();
    for (const Line& line : lines) {
        auto rule = std::find_if(rules.begin(), rules.end(),
                                 [&](const passes::RewriteRule& r) { return r.name == line.rule; });
        REQUIRE(rule != rules.end());
        int applied = 0, compared = 0;
        for (unsigned seed = 80000; seed < 80060; ++seed) {
            CAPTURE(std::string(line.rule), seed);
            Parts parts(seed);
            Expr before = line.make(parts);
            // A number in front or a scalar spread over an array may have come on top.
            Expr after = rewrite_dag(before, [&](Expr e) {
                Expr replaced = rule->apply(e);
                return replaced ? replaced : e;
            });
            if (after == before) continue;
            ++applied;
            CHECK(after.shape() == before.shape());
            INFO(codegen::print(before) << "  becomes  " << codegen::print(after));
            CHECK(measure(after) < measure(before));
            Tensor left = interpret(before, parts.world.bindings());
            Tensor right = interpret(after, parts.world.bindings());
            if (!testing::all_finite(left)) continue;
            ++compared;
            CHECK(testing::relative_difference(left, right) < 1e-10);
        }
        CAPTURE(std::string(line.rule));
        // Random parts may fold to something else now and then: exp(0) is 1.
        CHECK(applied >= 45);
        CHECK(compared >= 30);
    }
}

TEST_CASE("simplifying random expressions never enlarges the measure", "[property]") {
    for (unsigned seed = 81000; seed < 81600; ++seed) {
        World world(seed);
        const Shape shapes[] = {{}, {world.n}, {world.m, world.n}};
        Expr e = testing::random_expression(world, shapes[seed % 3], 4);
        CAPTURE(seed);
        CHECK(measure(passes::simplify(e)) <= measure(e));
    }
}

TEST_CASE("the form that is computed has the value of the one that is shown", "[property]") {
    int changed = 0;
    for (unsigned seed = 82000; seed < 82600; ++seed) {
        World world(seed);
        const Shape shapes[] = {{}, {world.n}, {world.m, world.n}};
        Expr e = testing::random_expression(world, shapes[seed % 3], 4);
        Expr computed = passes::computing_form(e);
        CAPTURE(seed);
        CHECK(computed.shape() == e.shape());
        changed += computed == e ? 0 : 1;
        Tensor left = interpret(e, world.bindings());
        if (!testing::all_finite(left)) continue;
        CHECK(testing::relative_difference(left, interpret(computed, world.bindings())) < 1e-9);
    }
    CHECK(changed > 20);
}
