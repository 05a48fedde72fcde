#include <tuple>

#include "tests/unit/codegen/emit_programs.hpp"

namespace nabla::codegen::tests {
namespace {

using Kind = Instr::Kind;

const std::vector<std::int64_t> extents = {1, 2, 3, 7, 8, 9, 15, 16, 17, 31, 33, 100};

/// Calls `make(m, n)` for pairs of awkward extents and checks the program it returns.
template <class Make>
void check_pairs(Make make) {
    for (std::size_t k = 0; k < extents.size(); ++k)
        for (const std::size_t other : {k, (k * 5 + 3) % extents.size()}) {
            const std::int64_t m = extents[k];
            const std::int64_t n = extents[other];
            CAPTURE(m, n);
            check_program(make(m, n));
        }
}

LoopProgram elementwise(Precision precision, std::int64_t m, std::int64_t n) {
    Builder b(precision);
    const auto i = b.axis(m), j = b.axis(n);
    const auto x = b.input({m, n}), y = b.input({n}), s = b.input({});
    const auto out = b.output({m, n}), twice = b.output({m, n});
    Body body({i, j});
    const auto value = body.sum(body.mul(body.load(x, {i, j}), body.load(y, {j})), body.load(s));
    body.store(out, {i, j}, value).store(twice, {i, j}, body.sum(value, value));
    b.program.steps = {body.statement};
    return b.program;
}

TEST_CASE("elementwise statements with several stores") {
    check_pairs([](auto m, auto n) { return elementwise(Precision::f64, m, n); });
    check_pairs([](auto m, auto n) { return elementwise(Precision::f32, m, n); });
}

TEST_CASE("matrix times vector") {
    check_pairs([](auto m, auto n) {
        Builder b;
        const auto i = b.axis(m), j = b.axis(n);
        const auto x = b.input({m, n}), w = b.input({n}), y = b.output({m});
        Body body({i, j});
        body.store(y, {i}, body.mul(body.load(x, {i, j}), body.load(w, {j})), Combine::sum);
        b.program.steps = {body.statement};
        return b.program;
    });
}

TEST_CASE("transposed matrix times vector, added to what is there") {
    for (const Precision precision : {Precision::f64, Precision::f32})
        check_pairs([&](auto m, auto n) {
            Builder b(precision);
            const auto i = b.axis(m), j = b.axis(n);
            const auto x = b.input({m, n}), s = b.input({m}), g = b.output({n});
            Body body({i, j});
            body.store(g, {j}, body.mul(body.load(x, {i, j}), body.load(s, {i})), Combine::sum,
                       true);
            b.program.steps = {Fill{g, 2.5}, body.statement};
            return b.program;
        });
}

TEST_CASE("weighted rank-k update") {
    check_pairs([](auto m, auto n) {
        Builder b;
        const auto i = b.axis(m), j = b.axis(n), k = b.axis(n);
        const auto x = b.input({m, n}), t = b.input({m}), h = b.output({n, n});
        Body body({i, j, k});
        const auto left = body.mul(body.load(x, {i, j}), body.load(t, {i}));
        body.store(h, {j, k}, body.mul(left, body.load(x, {i, k})), Combine::sum);
        b.program.steps = {body.statement};
        return b.program;
    });
}

/// H[j,k] = Σ_i X[i,j] t[i] Y[i,k], data by rows or by columns.
LoopProgram weighted_product(std::int64_t m, std::int64_t n, bool same, bool by_columns) {
    Builder b;
    const auto i = b.axis(m), j = b.axis(n), k = b.axis(n);
    const auto shape = by_columns ? std::vector{n, m} : std::vector{m, n};
    const auto x = b.input(shape), y = b.input(shape), t = b.input({m}), h = b.output({n, n});
    Body body({i, j, k});
    const auto at = [&](AxisId column) {
        return by_columns ? std::vector{column, i} : std::vector{i, column};
    };
    const auto left = body.mul(body.load(x, at(j)), body.load(t, {i}));
    body.store(h, {j, k}, body.mul(left, body.load(same ? x : y, at(k))), Combine::sum, true);
    b.program.steps = {Fill{h, 0.5}, body.statement};
    return b.program;
}

TEST_CASE("a symmetric product is the same on both sides of the diagonal") {
    for (const bool by_columns : {false, true})
        for (const std::int64_t n : {1, 5, 16, 33, 64, 100})
            for (const bool same : {true, false}) {
                CAPTURE(n, by_columns, same);
                const LoopProgram program = weighted_product(11, n, same, by_columns);
                check_program(program);
                if (!same) continue;
                const auto h = compiled(program, random_inputs(program)).outputs[0];
                bool symmetric = true;
                const auto size = static_cast<std::size_t>(n);
                for (std::size_t a = 0; a < size; ++a)
                    for (std::size_t c = 0; c < a; ++c)
                        symmetric = symmetric && h[a * size + c] == h[c * size + a];
                CHECK(symmetric);
            }
}

TEST_CASE("a symmetric product on top of something that is not symmetric") {
    const std::int64_t n = 40;
    LoopProgram program = weighted_product(9, n, true, false);
    program.buffers[1].extents = {n, n};
    program.steps.front() = whole_copy(program, 1, 3);
    check_program(program);
}

TEST_CASE("products of matrices, plain and with either side transposed") {
    for (const int form : {0, 1, 2, 3})
        check_pairs([&](auto m, auto n) {
            const std::int64_t size = 5;
            Builder b;
            const auto i = b.axis(m), j = b.axis(n), k = b.axis(size);
            const bool ta = form & 1, tb = form & 2;
            const auto x = ta ? b.input({size, m}) : b.input({m, size});
            const auto y = tb ? b.input({n, size}) : b.input({size, n});
            const auto z = b.output({m, n});
            Body body({i, j, k});
            const auto left = ta ? body.load(x, {k, i}) : body.load(x, {i, k});
            const auto right = tb ? body.load(y, {j, k}) : body.load(y, {k, j});
            body.store(z, {i, j}, body.mul(left, right), Combine::sum);
            b.program.steps = {body.statement};
            return b.program;
        });
}

TEST_CASE("whole reductions of every kind") {
    for (const Combine combine : {Combine::sum, Combine::max, Combine::min, Combine::prod})
        check_pairs([&](auto m, auto n) {
            Builder b;
            const auto i = b.axis(m), j = b.axis(n);
            const auto x = b.input({m, n}), y = b.input({n, m});
            const auto flat = b.output({}), crossed = b.output({}), columns = b.output({n});
            Body one({i, j});
            one.store(flat, {}, one.load(x, {i, j}), combine);
            Body two({i, j});
            two.store(crossed, {}, two.sum(two.load(x, {i, j}), two.load(y, {j, i})), combine);
            Body three({i, j});
            three.store(columns, {j}, three.load(x, {i, j}), combine);
            b.program.steps = {one.statement, two.statement, three.statement};
            return b.program;
        });
}

TEST_CASE("stores that reduce over different axes share one statement") {
    check_pairs([](auto m, auto n) {
        Builder b;
        const auto i = b.axis(m), j = b.axis(n);
        const auto x = b.input({m, n}), w = b.input({n}), s = b.input({m});
        const auto y = b.output({m}), g = b.output({n}), all = b.output({}),
                   square = b.output({m, n});
        Body body({i, j});
        const auto element = body.load(x, {i, j});
        body.store(y, {i}, body.mul(element, body.load(w, {j})), Combine::sum);
        body.store(g, {j}, body.mul(element, body.load(s, {i})), Combine::sum);
        body.store(all, {}, element, Combine::max);
        body.store(square, {i, j}, body.mul(element, element));
        b.program.steps = {body.statement};
        return b.program;
    });
}

TEST_CASE("transposes and symmetric parts") {
    check_pairs([](auto m, auto n) {
        Builder b;
        const auto i = b.axis(m), j = b.axis(n), k = b.axis(m);
        const auto x = b.input({n, m}), a = b.input({m, m});
        const auto y = b.output({m, n}), z = b.output({m, m});
        Body one({i, j});
        one.store(y, {i, j}, one.load(x, {j, i}));
        Body two({i, k});
        two.store(z, {i, k}, two.sum(two.load(a, {i, k}), two.load(a, {k, i})));
        b.program.steps = {one.statement, two.statement};
        return b.program;
    });
}

TEST_CASE("diagonals, traces and identity masks") {
    for (const std::int64_t n : extents) {
        CAPTURE(n);
        Builder b;
        const auto i = b.axis(n), j = b.axis(n);
        const auto a = b.input({n, n}), d = b.input({n});
        const auto trace = b.output({}), diagonal = b.output({n}), matrix = b.output({n, n}),
                   shifted = b.output({n, n});
        Body one({i});
        const auto entry = one.load(a, {i, i});
        one.store(trace, {}, entry, Combine::sum).store(diagonal, {i}, entry);
        Body two({i});
        two.store(matrix, {i, i}, two.load(d, {i}));
        Body three({i, j});
        const auto mask = three.equal(i, j);
        const auto scaled = three.mul(mask, three.load(d, {i}));
        three.store(shifted, {i, j}, three.sum(three.load(a, {i, j}), scaled));
        b.program.steps = {one.statement, Fill{matrix, 0.25}, two.statement, three.statement};
        check_program(b.program);
    }
}

TEST_CASE("a selecting factor hides what is not finite") {
    const std::int64_t n = 19;
    Builder b;
    const auto i = b.axis(n);
    const auto a = b.input({n}), x = b.input({n}), y = b.output({n}), total = b.output({});
    Body body({i});
    const auto factor = body.call(ir::Fn::step, {body.load(a, {i})});
    const auto product = body.mul(factor, body.call(ir::Fn::log, {body.load(x, {i})}));
    const auto value = body.op(Kind::select_zero, {factor, product});
    body.store(y, {i}, value).store(total, {}, value, Combine::sum);
    b.program.steps = {body.statement};
    Arrays inputs = random_inputs(b.program);
    for (std::size_t k = 0; k < inputs[1].size(); ++k) inputs[1][k] = inputs[0][k];
    check_program(b.program, inputs);
}

TEST_CASE("NaN goes through maxima and minima") {
    const std::int64_t n = 33;
    Builder b;
    const auto i = b.axis(n);
    const auto x = b.input({n}), low = b.output({}), high = b.output({});
    Body body({i});
    const auto element = body.load(x, {i});
    body.store(low, {}, element, Combine::min).store(high, {}, element, Combine::max);
    b.program.steps = {body.statement};
    for (const std::size_t where : {0, 13, 32}) {
        Arrays inputs = random_inputs(b.program);
        inputs[0][where] = NAN;
        check_program(b.program, inputs);
    }
}

TEST_CASE("three-dimensional statements and scalars") {
    check_pairs([](auto m, auto n) {
        Builder b;
        const auto i = b.axis(m), j = b.axis(n), k = b.axis(4);
        const auto x = b.input({m, 4, n}), y = b.input({n, m}), z = b.output({m, n}),
                   outer = b.output({n, 4, m}), r = b.input({}), scalar = b.output({});
        Body one({i, j, k});
        one.store(z, {i, j}, one.mul(one.load(x, {i, k, j}), one.load(y, {j, i})), Combine::sum);
        Body two({i, j, k});
        two.store(outer, {j, k, i}, two.load(x, {i, k, j}));
        Body three({});
        three.store(scalar, {}, three.call(ir::Fn::exp, {three.load(r)}));
        b.program.steps = {one.statement, two.statement, three.statement};
        return b.program;
    });
}

}  // namespace
}  // namespace nabla::codegen::tests
