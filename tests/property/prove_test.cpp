// Proofs on random claims. Pairs that are equal by construction, each side built in a way of its
// own: most are proved. Pairs that differ in one place: none is proved, nor is an inequality that
// fails anywhere. Values at sizes larger than the identities' degrees say which is which.
#include <catch2/catch.hpp>
#include <cmath>

#include "generator.hpp"
#include "passes/prove.hpp"

using namespace nabla;
using namespace nabla::ir;
using nabla::testing::World;

namespace {

struct Pair {
    Expr left, right;
};

class Claims {
public:
    /// With `slips` wrong steps among the right ones.
    Claims(World& world, int slips) : world_(world), slips_(slips) {}

    Pair matrix(int depth) {
        if (depth == 0) return leaf();
        const Expr one = identity(world_.n);
        const Pair a = matrix(depth - 1), b = matrix(depth - 1);
        const bool slip = slips_ > 0 && pick(3) == 0;
        slips_ -= slip ? 1 : 0;
        switch (pick(9)) {
            case 0:
                return {matmul(a.left, b.left),
                        slip ? matmul(b.right, a.right) : matmul(a.right, b.right)};
            case 1: {
                const Pair c = leaf();
                return {matmul(c.left, add(a.left, b.left)),
                        add(matmul(c.right, a.right),
                            matmul(slip ? transpose(c.right) : c.right, b.right))};
            }
            case 2:  // (M N)^-1
                return {inverse(matmul(a.left, b.left)),
                        slip ? matmul(inverse(a.right), inverse(b.right))
                             : matmul(inverse(b.right), inverse(a.right))};
            case 3:  // push-through
                return {matmul(inverse(add(one, matmul(a.left, b.left))), a.left),
                        matmul(a.right, inverse(add(one, slip ? matmul(a.right, b.right)
                                                              : matmul(b.right, a.right))))};
            case 4:  // M^-1 - N^-1 = M^-1 (N - M) N^-1
                return {subtract(inverse(a.left), inverse(b.left)),
                        chain(inverse(a.right),
                              slip ? subtract(a.right, b.right) : subtract(b.right, a.right),
                              inverse(b.right))};
            case 5:  // (M + N)^-1 = M^-1 - M^-1 N (M + N)^-1
                return {inverse(add(a.left, b.left)),
                        subtract(inverse(a.right), chain(inverse(slip ? b.right : a.right), b.right,
                                                         inverse(add(a.right, b.right))))};
            case 6:
                return {transpose(matmul(a.left, b.left)),
                        slip ? matmul(transpose(a.right), transpose(b.right))
                             : matmul(transpose(b.right), transpose(a.right))};
            case 7: {
                const Expr square = matmul(add(a.left, b.left), add(a.left, b.left));
                const Expr mixed = slip ? scale(2, matmul(a.right, b.right))
                                        : add(matmul(a.right, b.right), matmul(b.right, a.right));
                return {square,
                        add(add(matmul(a.right, a.right), mixed), matmul(b.right, b.right))};
            }
            default:
                return {add(a.left, scale(2, b.left)),
                        add(b.right, add(a.right, slip ? transpose(b.right) : b.right))};
        }
    }

    Pair scalar(int depth) {
        const Expr one = constant(world_.context(), 1);
        if (depth == 0) {
            const Expr atoms[] = {world_.s, world_.t, inner(world_.x, world_.w)};
            const Expr e = atoms[pick(3)];
            return {e, e};
        }
        const Pair a = scalar(depth - 1), b = scalar(depth - 1);
        const bool slip = slips_ > 0 && pick(3) == 0;
        slips_ -= slip ? 1 : 0;
        const auto f = [](Fn fn, Expr e) { return map(fn, e); };
        switch (pick(9)) {
            case 0:
                return {f(Fn::sin, a.left + b.left),
                        f(Fn::sin, a.right) * f(Fn::cos, b.right) +
                            f(Fn::cos, slip ? b.right : a.right) * f(Fn::sin, b.right)};
            case 1:
                return {f(Fn::exp, a.left - b.left),
                        slip ? f(Fn::exp, a.right) - f(Fn::exp, b.right)
                             : f(Fn::exp, a.right) / f(Fn::exp, b.right)};
            case 2:
                return {f(Fn::tanh, a.left),
                        scale(2, f(Fn::sigmoid, slip ? a.right : scale(2, a.right))) - one};
            case 3:
                return {f(Fn::softplus, a.left),
                        (slip ? b.right : a.right) + f(Fn::softplus, negate(a.right))};
            case 4:
                return {map(Fn::max, {a.left, b.left}),
                        scale(Rational(1, 2),
                              a.right + b.right + f(Fn::abs, slip ? a.right : a.right - b.right))};
            case 5:
                return {f(Fn::cosh, a.left) * f(Fn::cosh, a.left) - one,
                        power(f(slip ? Fn::cosh : Fn::sinh, a.right), Rational(2))};
            case 6:
                return {f(Fn::log, one + f(Fn::exp, a.left)) + b.left,
                        b.right - f(Fn::log, f(Fn::sigmoid, slip ? a.right : negate(a.right)))};
            case 7:
                return {a.left / (one + power(b.left, Rational(2))),
                        a.right - a.right * power(b.right, Rational(2)) /
                                      (one + power(slip ? a.right : b.right, Rational(2)))};
            default:
                return {power(a.left + b.left, Rational(2)) - power(a.left, Rational(2)),
                        scale(slip ? 3 : 2, a.right * b.right) + power(b.right, Rational(2))};
        }
    }

private:
    Pair leaf() {
        const Expr atoms[] = {world_.A, world_.B, world_.S, world_.P};
        const Expr e = atoms[pick(4)];
        return {e, e};
    }

    static Expr chain(Expr a, Expr b, Expr c) { return matmul(matmul(a, b), c); }

    unsigned pick(unsigned n) { return static_cast<unsigned>(world_.random()()) % n; }

    World& world_;
    int slips_;
};

/// At a point of sizes beyond what small ones make equal; nothing if it cannot be told.
std::optional<bool> are_equal(World& world, const Pair& claim) {
    const Tensor l = interpret(claim.left, world.bindings());
    const Tensor r = interpret(claim.right, world.bindings());
    if (!testing::all_finite(l) || !testing::all_finite(r)) return std::nullopt;
    const double difference = testing::relative_difference(l, r);
    if (difference < 1e-7) return true;
    if (difference > 1e-3) return false;
    return std::nullopt;
}

}  // namespace

TEST_CASE("most claims that are true by construction are proved", "[property]") {
    for (const bool functions : {false, true}) {
        int proved = 0, all = 0;
        for (unsigned seed = 90000; seed < 90120; ++seed) {
            CAPTURE(functions, seed);
            World world(seed, 5, 4);
            Claims claims(world, 0);
            const Pair claim = functions ? claims.scalar(2) : claims.matrix(2);
            const auto equal = are_equal(world, claim);
            if (equal) CHECK(*equal);
            ++all;
            proved += passes::prove_equal(claim.left, claim.right) ? 1 : 0;
        }
        CAPTURE(functions, proved, all);
        CHECK(proved >= all * 9 / 10);
    }
}

TEST_CASE("no claim with a slip in it is proved unless it is true", "[property]") {
    int wrong = 0;
    for (unsigned seed = 91000; seed < 91400; ++seed) {
        CAPTURE(seed);
        World world(seed, 6, 4);
        Claims claims(world, 1);
        const Pair claim = seed % 2 == 0 ? claims.scalar(2) : claims.matrix(2);
        if (are_equal(world, claim) != false) continue;
        ++wrong;
        CHECK(!passes::prove_equal(claim.left, claim.right));
    }
    CHECK(wrong >= 150);
}

TEST_CASE("random pairs of expressions are proved equal only where they are", "[property]") {
    for (unsigned seed = 92000; seed < 92300; ++seed) {
        CAPTURE(seed);
        World world(seed, 4, 3);
        const Shape shapes[] = {{}, {world.n}, {world.n, world.n}};
        const Shape& shape = shapes[seed % 3];
        const Pair claim{testing::random_expression(world, shape, 2),
                         testing::random_expression(world, shape, 2)};
        if (are_equal(world, claim) == false) CHECK(!passes::prove_equal(claim.left, claim.right));
    }
}

TEST_CASE("no inequality is proved that fails at a point", "[property]") {
    int proved = 0;
    for (unsigned seed = 93000; seed < 93300; ++seed) {
        CAPTURE(seed);
        World world(seed);
        auto& random = world.random();
        const auto coefficient = [&] {
            return Number(static_cast<std::int64_t>(random() % 7) - 3);
        };
        const Expr a[] = {world.s, world.t, constant(world.context(), 1), map(Fn::exp, world.s),
                          map(Fn::abs, world.t)};
        const Expr u[] = {world.x, world.w, matmul(world.A, world.x)};
        // A random form in a few arrays, more often than not with a square added.
        Expr gap = constant(world.context(), 0);
        for (int i = 0; i < 4; ++i) {
            if (seed % 2 == 0)
                gap = gap + scale(coefficient(), a[random() % 5] * a[random() % 5]);
            else
                gap = gap + scale(coefficient(), inner(u[random() % 3], u[random() % 3]));
        }
        const Expr square = seed % 2 == 0 ? power(a[random() % 5] + a[random() % 5], Rational(2))
                                          : inner(u[0] - u[random() % 3], u[0] - u[random() % 3]);
        gap = gap + scale(4, square);
        const Expr zero = constant(world.context(), 0);
        for (const bool strict : {false, true}) {
            if (!passes::prove_at_most(zero, gap, strict)) continue;
            ++proved;
            for (unsigned at = 0; at < 40; ++at) {
                World other(seed * 50 + at);
                Bindings point = world.bindings();
                std::normal_distribution<double> normal(0, 1.5);
                for (auto& [symbol, value] : point.symbols)
                    for (double& x : value.data) x = at == 0 ? 0 : normal(other.random());
                const double value = interpret(gap, point).data[0];
                CHECK((strict && at == 0 ? value > 0 : value >= -1e-9));
            }
        }
    }
    CHECK(proved >= 15);
}
