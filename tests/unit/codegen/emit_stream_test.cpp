#include "tests/unit/codegen/emit_programs.hpp"

namespace nabla::codegen::tests {
namespace {

using Kind = Instr::Kind;

const std::vector<std::int64_t> rows = {1, 2, 7, 8, 9, 16, 31, 33, 100};
const std::vector<std::int64_t> blocks = {1, 3, 8, 16, 24, 128};

/// g = X^T (X w − y) and its value, in blocks of rows.
LoopProgram least_squares(std::int64_t m, std::int64_t n, std::int64_t block,
                          Precision precision = Precision::f64) {
    Builder b(precision);
    const auto i = b.axis(m), j = b.axis(n);
    const auto x = b.input({m, n}), y = b.input({m}), w = b.input({n});
    const auto g = b.output({n}), value = b.output({});
    const auto r = b.temporary({std::min(block, m)}, true);
    Body dot({i, j});
    dot.store(r, {i}, dot.mul(dot.load(x, {i, j}), dot.load(w, {j})), Combine::sum);
    Body residual({i});
    const auto d = residual.op(Kind::sub, {residual.load(r, {i}), residual.load(y, {i})});
    residual.store(r, {i}, d).store(value, {}, residual.mul(d, d), Combine::sum, true);
    Body update({i, j});
    update.store(g, {j}, update.mul(update.load(x, {i, j}), update.load(r, {i})), Combine::sum,
                 true);
    Stream stream{i, block, {dot.statement, residual.statement, update.statement}};
    b.program.steps = {Fill{g, 0}, Fill{value, 0}, stream};
    return b.program;
}

/// Logistic loss, gradient and Hessian in one pass.
LoopProgram logistic(std::int64_t m, std::int64_t n, std::int64_t block) {
    Builder b;
    const auto i = b.axis(m), j = b.axis(n), k = b.axis(n);
    const auto x = b.input({m, n}), y = b.input({m}), w = b.input({n});
    const auto value = b.output({}), g = b.output({n}), h = b.output({n, n});
    const auto z = b.temporary({std::min(block, m)}, true);
    const auto s = b.temporary({std::min(block, m)}, true);
    const auto t = b.temporary({std::min(block, m)}, true);
    Body dot({i, j});
    dot.store(z, {i}, dot.mul(dot.load(x, {i, j}), dot.load(w, {j})), Combine::sum);
    Body loss({i});
    const auto u = loss.mul(loss.load(y, {i}), loss.load(z, {i}));
    const auto up = loss.call(ir::Fn::sigmoid, {u});
    const auto down = loss.call(ir::Fn::sigmoid, {loss.op(Kind::neg, {u})});
    const auto slope = loss.op(Kind::neg, {loss.mul(loss.load(y, {i}), down)});
    loss.store(value, {}, loss.call(ir::Fn::softplus, {loss.op(Kind::neg, {u})}), Combine::sum,
               true);
    loss.store(s, {i}, slope).store(t, {i}, loss.mul(up, down));
    Body gradient({i, j});
    gradient.store(g, {j}, gradient.mul(gradient.load(x, {i, j}), gradient.load(s, {i})),
                   Combine::sum, true);
    Body hessian({i, j, k});
    const auto left = hessian.mul(hessian.load(x, {i, j}), hessian.load(t, {i}));
    hessian.store(h, {j, k}, hessian.mul(left, hessian.load(x, {i, k})), Combine::sum, true);
    Stream stream{i, block, {dot.statement, loss.statement, gradient.statement, hessian.statement}};
    b.program.steps = {Fill{value, 0}, Fill{g, 0}, Fill{h, 0}, stream};
    return b.program;
}

TEST_CASE("least squares streamed over blocks of rows") {
    for (const std::int64_t m : rows)
        for (const std::int64_t block : blocks) {
            const std::int64_t n = (m * 7 + block) % 40 + 1;
            CAPTURE(m, n, block);
            check_program(least_squares(m, n, block));
        }
    check_program(least_squares(100, 300, 16));
    check_program(least_squares(37, 2100, 16));
    check_program(least_squares(37, 45, 8, Precision::f32));
}

TEST_CASE("logistic loss, gradient and Hessian streamed over blocks of rows") {
    for (const std::int64_t m : rows)
        for (const std::int64_t block : blocks) {
            const std::int64_t n = (m + block) % 21 + 1;
            CAPTURE(m, n, block);
            check_program(logistic(m, n, block));
        }
}

TEST_CASE("a stream over the columns of transposed data, with a mask on the stream's axis") {
    for (const std::int64_t m : rows)
        for (const std::int64_t block : {3, 8, 128}) {
            CAPTURE(m, block);
            const std::int64_t n = 5;
            Builder b;
            const auto i = b.axis(m), j = b.axis(n), k = b.axis(m);
            const auto x = b.input({n, m}), a = b.input({m, m});
            const auto g = b.output({n}), shifted = b.output({m, m}), most = b.output({});
            const auto r = b.temporary({std::min<std::int64_t>(block, m), n}, true);
            Body one({i, j});
            one.store(r, {i, j}, one.call(ir::Fn::tanh, {one.load(x, {j, i})}));
            Body two({i, j});
            two.store(g, {j}, two.load(r, {i, j}), Combine::sum, true);
            Body three({i, k});
            three.store(shifted, {i, k}, three.sum(three.load(a, {k, i}), three.equal(k, i)));
            Body four({i, j});
            four.store(most, {}, four.load(r, {i, j}), Combine::max, true);
            Stream stream{
                i, block, {one.statement, two.statement, three.statement, four.statement}};
            b.program.steps = {Fill{g, 0}, Fill{most, -INFINITY}, stream};
            check_program(b.program);
        }
}

TEST_CASE("library calls on the blocks of a stream") {
    for (const std::int64_t m : rows)
        for (const std::int64_t block : {1, 8, 24}) {
            CAPTURE(m, block);
            const std::int64_t n = 6, q = 3, size = std::min<std::int64_t>(block, m);
            Builder b;
            const auto i = b.axis(m);
            const auto x = b.input({m, n}), w = b.input({n, q}), v = b.input({n});
            const auto product = b.output({n, q}), gradient = b.output({n}), h = b.output({n, n});
            const auto z = b.temporary({size, q}, true), u = b.temporary({size}, true);
            LibraryCall forward{Routine::gemm, {x, w, z}, size, q, n, false, false, 1, 0, 'm', 0};
            LibraryCall back{Routine::gemm, {x, z, product}, n, q, size, true, false, 2, 1, 'k', 0};
            LibraryCall dot{Routine::gemv, {x, v, u}, size, 0, n, false, false, 1, 0, 'm', 0};
            LibraryCall update{
                Routine::gemv, {x, u, gradient}, n, 0, size, true, false, -1, 1, 'k', 0};
            LibraryCall rank{Routine::syrk, {x, h}, 0, n, size, true, false, 1, 1, 'k', 0};
            Stream stream{i, block, {forward, back, dot, update, rank}};
            b.program.steps = {Fill{product, 0}, Fill{gradient, 0}, Fill{h, 0}, stream, Mirror{h}};
            check_program(b.program);
        }
}

}  // namespace
}  // namespace nabla::codegen::tests
