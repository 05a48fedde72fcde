#include "lower_support.hpp"

using namespace lower_support;

TEST_CASE("every function is evaluated entry by entry and with scalar arguments") {
    Setting s({{"m", 3}, {"n", 4}});
    const auto A = s.symbol("A", {"m", "n"}, {}, 0.1, 0.9);
    const auto B = s.symbol("B", {"m", "n"}, {}, 0.1, 0.9);
    const auto c = s.symbol("c", {}, {}, 0.1, 0.9);
    for (const ir::Function& f : ir::all_functions()) {
        INFO(f.name);
        if (f.arity == 1) {
            s.check({ir::map(f.id, {A}), ir::map(f.id, {c})});
        } else if (f.id == ir::Fn::polygamma) {
            // Its order is a constant of the program.
            for (const int order : {1, 2, 5}) {
                const auto k = ir::constant(s.context, order);
                s.check({ir::map(f.id, {k, A}), ir::map(f.id, {k, c})});
            }
        } else if (f.arity == 2) {
            s.check({ir::map(f.id, {A, B}), ir::map(f.id, {A, c}), ir::map(f.id, {c, B})});
        } else {
            const auto chosen = ir::map(ir::Fn::greater, {A, B});
            s.check({ir::map(f.id, {chosen, A, B}), ir::map(f.id, {chosen, c, B}),
                     ir::map(f.id, {chosen, A, c})});
        }
    }
}

TEST_CASE("sums scale, subtract and broadcast") {
    Setting s({{"m", 3}, {"n", 4}});
    const auto A = s.symbol("A", {"m", "n"});
    const auto B = s.symbol("B", {"m", "n"});
    const auto c = s.symbol("c", {});
    s.check({A + B, A - B, -A, ir::scale(ir::Number(ir::Rational(-1, 3)), A) + B, A + c, c - A});
    s.check({ir::subtract(-A, B), ir::scale(2, A) - ir::scale(2, B)});
}

TEST_CASE("constant powers follow IEEE") {
    Setting s({{"n", 6}});
    const auto x = s.symbol("x", {"n"});
    s.data(x) = {0, -1, 2, -0.5, INFINITY, 1};
    for (const ir::Rational e :
         {ir::Rational(2), ir::Rational(-1), ir::Rational(1, 2), ir::Rational(-1, 2),
          ir::Rational(3), ir::Rational(-2), ir::Rational(3, 2), ir::Rational(1, 3)}) {
        s.check({ir::power(x, e)});
    }
}

TEST_CASE("an entrywise problem with its gradient is one statement without temporaries") {
    Setting s({{"n", 1000}});
    const auto x = s.symbol("x", {"n"}, {}, 0.1, 2);
    const auto a = s.symbol("a", {});
    const auto e = fn(ir::Fn::exp, a * x);
    const auto body =
        e * fn(ir::Fn::sin, x) + fn(ir::Fn::log, ir::ones(s.context, x.shape()) + x * x);
    const auto gradient = a * (e * fn(ir::Fn::sin, x)) + e * fn(ir::Fn::cos, x) +
                          ir::divide(ir::scale(2, x), ir::ones(s.context, x.shape()) + x * x);
    const auto program = s.check({ir::sum_entries(body), gradient});
    REQUIRE(program.steps.size() == 1);
    const auto& statement = std::get<cg::Statement>(program.steps[0]);
    CHECK(statement.stores.size() == 2);
    CHECK(program.workspace_bytes == 0);
    int exps = 0;
    for (const cg::Instr& i : statement.body) {
        if (i.kind == cg::Instr::Kind::function && i.function == ir::Fn::exp) ++exps;
    }
    CHECK(exps == 1);
}

TEST_CASE("reductions along any axes have the interpreter's values") {
    Setting s({{"m", 5}, {"n", 4}});
    const auto A = s.symbol("A", {"m", "n"}, {}, -3, 3);
    for (const ir::ReduceKind kind :
         {ir::ReduceKind::logsumexp, ir::ReduceKind::max, ir::ReduceKind::min, ir::ReduceKind::prod,
          ir::ReduceKind::max_share, ir::ReduceKind::min_share}) {
        s.check({ir::reduce(kind, A, {0}), ir::reduce(kind, A, {1}), ir::reduce(kind, A, {0, 1})});
    }
    s.data(A)[0] = s.data(A)[1] = 3;
    s.data(A)[2] = s.data(A)[3] = -3;
    s.check({ir::reduce(ir::ReduceKind::max_share, A, {1}),
             ir::reduce(ir::ReduceKind::min_share, A, {0, 1})});
}

TEST_CASE("logsumexp is right at infinities and far from zero") {
    Setting s({{"n", 3}});
    const auto x = s.symbol("x", {"n"});
    for (const std::vector<double>& v : {std::vector<double>{1000, 1000, 999},
                                         {-1000, -1001, -2000},
                                         {-INFINITY, -INFINITY, -INFINITY},
                                         {INFINITY, 0, 1},
                                         {-INFINITY, 0, 1},
                                         {INFINITY, -INFINITY, INFINITY}}) {
        s.data(x) = v;
        s.check({ir::reduce(ir::ReduceKind::logsumexp, x, {0})});
    }
}

TEST_CASE("softmax and its log share the shifted exponentials") {
    Setting s({{"m", 6}, {"k", 3}});
    const auto Z = s.symbol("Z", {"m", "k"}, {}, -5, 5);
    const auto z = s.symbol("z", {"k"}, {}, -5, 5);
    s.check(
        {ir::softmax(Z, {1}), ir::log_softmax(Z, {1}), ir::softmax(Z, {0}), ir::softmax(z, {0})});
}
