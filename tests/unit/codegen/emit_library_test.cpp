#include "tests/unit/codegen/emit_programs.hpp"

namespace nabla::codegen::tests {
namespace {

const std::vector<std::int64_t> sizes = {1, 2, 3, 5, 8, 17, 40};

/// Largest |op(A) X − B|, all row-major; A is n×n, X and B n×m.
double residual(const std::vector<double>& a, const std::vector<double>& x,
                const std::vector<double>& b, std::int64_t n, std::int64_t m, bool transposed) {
    double worst = 0;
    for (std::int64_t i = 0; i < n; ++i)
        for (std::int64_t j = 0; j < m; ++j) {
            double sum = -b[static_cast<std::size_t>(i * m + j)];
            for (std::int64_t k = 0; k < n; ++k) {
                const auto at = static_cast<std::size_t>(transposed ? k * n + i : i * n + k);
                sum += a[at] * x[static_cast<std::size_t>(k * m + j)];
            }
            worst = std::max(worst, std::abs(sum));
        }
    return worst;
}

/// A well-conditioned matrix; `symmetric` makes it positive definite too.
std::vector<double> matrix(std::int64_t n, bool symmetric) {
    std::mt19937_64 random(static_cast<unsigned>(n));
    std::uniform_real_distribution<double> uniform(-1, 1);
    std::vector<double> a(static_cast<std::size_t>(n * n));
    for (double& entry : a) entry = uniform(random);
    for (std::int64_t i = 0; i < n; ++i)
        for (std::int64_t j = 0; j < n; ++j) {
            const auto here = static_cast<std::size_t>(i * n + j);
            const auto there = static_cast<std::size_t>(j * n + i);
            if (symmetric && j < i) a[here] = a[there];
            // A heavy antidiagonal makes pivoting necessary.
            if (symmetric ? i == j : i + j == n - 1) a[here] += static_cast<double>(n + 1);
        }
    return a;
}

LibraryCall call(Routine routine, std::vector<BufferId> operands, std::int64_t n,
                 std::int64_t m = 0, int error_code = 0) {
    LibraryCall result;
    result.routine = routine;
    result.operands = std::move(operands);
    result.n = n;
    result.m = m;
    result.error_code = error_code;
    return result;
}

LoopProgram solve_program(std::int64_t n, std::int64_t m, bool cholesky, bool transposed,
                          Precision precision = Precision::f64) {
    Builder b(precision);
    const auto a = b.input({n, n}), rhs = b.input({n, m});
    const auto x = b.output({n, m});
    const auto factor = b.temporary({n, n});
    b.program.error_texts = {"A is singular"};
    b.program.steps = {whole_copy(b.program, a, factor), whole_copy(b.program, rhs, x)};
    if (cholesky) {
        b.program.steps.push_back(call(Routine::potrf, {factor}, n, 0, 1));
        b.program.steps.push_back(call(Routine::potrs, {factor, x}, n, m));
    } else {
        const auto pivots = b.integers(n);
        b.program.steps.push_back(call(Routine::getrf, {factor, pivots}, n, 0, 1));
        LibraryCall solve = call(Routine::getrs, {factor, pivots, x}, n, m);
        solve.trans_a = transposed;
        b.program.steps.push_back(solve);
    }
    return b.program;
}

TEST_CASE("systems are solved with one and several right-hand sides") {
    for (const std::int64_t n : sizes)
        for (const std::int64_t m : {1, 2, 7})
            for (const int form : {0, 1, 2})
                for (const Precision precision : {Precision::f64, Precision::f32}) {
                    CAPTURE(n, m, form, precision == Precision::f64);
                    const bool cholesky = form == 0, transposed = form == 2;
                    const LoopProgram program =
                        solve_program(n, m, cholesky, transposed, precision);
                    Arrays inputs = random_inputs(program);
                    inputs[0] = matrix(n, cholesky);
                    const Outcome outcome = compiled(program, inputs);
                    CHECK(outcome.code == 0);
                    const double worst =
                        residual(inputs[0], outcome.outputs[0], inputs[1], n, m, transposed);
                    CHECK(worst < (precision == Precision::f64 ? 1e-12 : 1e-4));
                }
}

TEST_CASE("a failed factorisation returns its error number") {
    for (const bool cholesky : {true, false}) {
        const LoopProgram program = solve_program(3, 2, cholesky, false);
        Arrays inputs = random_inputs(program);
        inputs[0] = {1, 2, 3, 2, 4, 6, 3, 6, 9};
        CHECK(compiled(program, inputs).code == 1);
        inputs[0] = {0, 0, 0, 0, 0, 0, 0, 0, 0};
        CHECK(compiled(program, inputs).code == 1);
        LoopProgram lenient = program;
        for (Step& step : lenient.steps)
            if (auto* routine = std::get_if<LibraryCall>(&step)) routine->error_code = 0;
        CHECK(compiled(lenient, inputs).code == 0);
    }
}

TEST_CASE("determinants and their signs come from the factors") {
    const auto run = [](std::int64_t n, const std::vector<double>& a) {
        Builder b;
        const auto in = b.input({n, n});
        const auto det = b.output({}), sign = b.output({});
        const auto factor = b.temporary({n, n});
        const auto pivots = b.integers(n);
        b.program.steps = {whole_copy(b.program, in, factor),
                           call(Routine::getrf, {factor, pivots}, n),
                           call(Routine::lu_det, {factor, pivots, det}, n),
                           call(Routine::lu_sign, {factor, pivots, sign}, n)};
        const Outcome outcome = compiled(b.program, {a});
        return std::pair(outcome.outputs[0][0], outcome.outputs[1][0]);
    };
    CHECK(run(1, {-3}) == std::pair(-3.0, -1.0));
    CHECK(run(2, {0, 2, 3, 0}) == std::pair(-6.0, -1.0));
    CHECK(run(3, {0, 2, 0, 0, 0, 4, 5, 0, 0}) == std::pair(40.0, 1.0));
    CHECK(run(2, {1, 2, 2, 4}) == std::pair(0.0, 0.0));
    CHECK(std::isnan(run(2, {NAN, 2, 2, 4}).second));
}

TEST_CASE("singular value decomposition gives U diag(s) Vt back") {
    for (const std::int64_t n : sizes)
        for (const bool singular : {false, true}) {
            CAPTURE(n, singular);
            Builder b;
            const auto a = b.input({n, n});
            const auto u = b.output({n, n}), s = b.output({n}), vt = b.output({n, n});
            const auto copy = b.temporary({n, n}), work = b.temporary({8 * n});
            b.program.steps = {whole_copy(b.program, a, copy),
                               call(Routine::svd, {copy, u, s, vt, work}, n, 0, 1)};
            std::vector<double> values = matrix(n, false);
            const auto width = static_cast<std::size_t>(n);
            if (singular)
                for (std::size_t j = 0; j < width; ++j) values[j] = values[(width - 1) * width + j];
            const Outcome outcome = compiled(b.program, {values});
            CHECK(outcome.code == 0);
            std::vector<double> scaled = outcome.outputs[2];
            for (std::size_t i = 0; i < width; ++i)
                for (std::size_t j = 0; j < width; ++j)
                    scaled[i * width + j] *= outcome.outputs[1][i];
            CHECK(residual(outcome.outputs[0], scaled, values, n, n, false) < 1e-12);
        }
}

TEST_CASE("eigenvectors by rows, the largest eigenvalue's turned the agreed way") {
    for (const std::int64_t n : sizes)
        for (const Precision precision : {Precision::f64, Precision::f32}) {
            CAPTURE(n, precision == Precision::f64);
            Builder b(precision);
            const auto a = b.input({n, n}), vectors = b.output({n, n}), top = b.output({}),
                       v = b.output({n}), values = b.output({n}), work = b.temporary({40 * n});
            b.program.error_texts = {"no convergence"};
            b.program.steps = {whole_copy(b.program, a, vectors),
                               call(Routine::eigen, {vectors, top, v, values, work}, n, 0, 1)};
            const std::vector<double> entries = matrix(n, true);
            const Outcome outcome = compiled(b.program, {entries});
            REQUIRE(outcome.code == 0);
            const auto width = static_cast<std::size_t>(n);
            const double tolerance = precision == Precision::f64 ? 1e-11 : 2e-3;
            const auto& [rows, largest, leading, all] = std::tie(
                outcome.outputs[0], outcome.outputs[1], outcome.outputs[2], outcome.outputs[3]);
            CHECK(largest[0] == all.back());
            for (std::size_t k = 0; k < width; ++k)
                for (std::size_t i = 0; i < width; ++i) {
                    double sum = -all[k] * rows[k * width + i];
                    for (std::size_t j = 0; j < width; ++j)
                        sum += entries[i * width + j] * rows[k * width + j];
                    CHECK(std::abs(sum) < tolerance);
                }
            double most = 0;
            for (const double x : leading) most = std::max(most, std::abs(x));
            std::size_t first = 0;
            while (std::abs(leading[first]) <= 0.3 * most) ++first;
            CHECK(leading[first] > 0);
        }
}

TEST_CASE("exponentials of several matrices, small, large and not finite") {
    for (const std::int64_t n : {1, 2, 3, 7, 20})
        for (const double size : {1e-9, 0.3, 5.0, 40.0}) {
            CAPTURE(n, size);
            const std::int64_t count = 3;
            Builder b;
            const auto a = b.input({count, n, n}), e = b.output({count, n, n}),
                       work = b.temporary({6, n, n}), pivots = b.integers(n);
            LibraryCall expm = call(Routine::expm, {e, work, pivots}, n, count, 0);
            b.program.steps = {whole_copy(b.program, a, e), expm};
            Arrays inputs = random_inputs(b.program, -1, 1);
            // With a norm of `size`.
            for (double& x : inputs[0]) x *= size / static_cast<double>(n);
            check_program(b.program, inputs, 1e-11 * std::exp(size));
            inputs[0][0] = NAN;
            CHECK(std::isnan(compiled(b.program, inputs).outputs[0][0]));
            CHECK(std::isfinite(compiled(b.program, inputs).outputs[0].back()));
        }
}

/// Rows of a regression whose last column is the first one but for `apart`.
struct Regression {
    std::int64_t rows, n, columns;
    std::vector<double> m, y, w, g, projected;

    Regression(std::int64_t rows_, std::int64_t n_, std::int64_t columns_, double apart)
        : rows(rows_), n(n_), columns(columns_) {
        std::mt19937_64 random(static_cast<unsigned>(rows * 100 + n));
        std::uniform_real_distribution<double> uniform(-1, 1);
        const auto fill = [&](std::vector<double>& v, std::int64_t count) {
            for (std::int64_t i = 0; i < count; ++i) v.push_back(uniform(random));
        };
        fill(m, rows * n);
        fill(w, rows);
        for (double& x : w) x = 1.5 + x;
        for (std::int64_t i = 0; i < rows && n > 1; ++i)
            at(m, i, n - 1, n) = at(m, i, 0, n) + apart * at(m, i, n - 1, n);
        // Y lies among the columns, so that the solution is known: ones.
        for (std::int64_t i = 0; i < rows; ++i)
            for (std::int64_t c = 0; c < columns; ++c) {
                long double sum = 0;
                for (std::int64_t j = 0; j < n; ++j) sum += at(m, i, j, n);
                y.push_back(static_cast<double>(sum));
            }
        for (std::int64_t i = 0; i < n; ++i) {
            for (std::int64_t j = 0; j < n; ++j) {
                double sum = 0;
                for (std::int64_t r = 0; r < rows; ++r)
                    sum += at(m, r, i, n) * w[static_cast<std::size_t>(r)] * at(m, r, j, n);
                g.push_back(sum);
            }
            for (std::int64_t c = 0; c < columns; ++c) {
                double sum = 0;
                for (std::int64_t r = 0; r < rows; ++r)
                    sum += at(m, r, i, n) * w[static_cast<std::size_t>(r)] * at(y, r, c, columns);
                projected.push_back(sum);
            }
        }
    }
    static double& at(std::vector<double>& v, std::int64_t i, std::int64_t j, std::int64_t width) {
        return v[static_cast<std::size_t>(i * width + j)];
    }
};

TEST_CASE("least squares keep the digits that the square of the matrix would lose") {
    for (const std::int64_t n : {1, 2, 3, 9, 40, 150})
        for (const double apart : {1.0, 1e-4, 1e-7, 1e-9}) {
            const std::int64_t rows = 2 * n + 140, columns = n % 2 == 0 ? 1 : 3;
            CAPTURE(n, apart);
            Regression data(rows, n, columns, apart);
            Builder b;
            const auto g = b.input({n, n}), projected = b.input({n, columns}),
                       m = b.input({rows, n}), w = b.input({rows}), y = b.input({rows, columns});
            const auto x = b.output({n, columns});
            const auto r = b.temporary({n, n}), integers = b.integers(n + 1),
                       work = b.temporary({gram_work(n)}),
                       more = b.temporary({least_squares_work(n, columns)});
            b.program.error_texts = {"singular"};
            b.program.steps = {
                whole_copy(b.program, g, r), whole_copy(b.program, projected, x),
                call(Routine::gram, {r, integers, work, m, w}, n, 0, 1),
                call(Routine::least_squares, {x, r, integers, more, y, m, w}, n, columns)};
            const Outcome outcome =
                compiled(b.program, {data.g, data.projected, data.m, data.w, data.y});
            REQUIRE(outcome.code == 0);
            // Of order epsilon/apart, where the square would give epsilon/apart^2.
            const double tolerance = 1e-12 * static_cast<double>(n) / apart;
            for (const double entry : outcome.outputs[0]) CHECK(std::abs(entry - 1) < tolerance);
        }
}

TEST_CASE("dependent columns fail, and a ridge under them does not") {
    const std::int64_t n = 5, rows = 30;
    Regression data(rows, n, 1, 0.0);
    for (const double ridge : {0.0, 1e-12, 1.0}) {
        CAPTURE(ridge);
        Builder b;
        const auto g = b.input({n, n}), m = b.input({rows, n}), w = b.input({rows}),
                   lambda = b.input({});
        const auto r = b.output({n, n});
        const auto integers = b.integers(n + 1), work = b.temporary({gram_work(n)});
        b.program.error_texts = {"singular"};
        b.program.steps = {whole_copy(b.program, g, r),
                           call(Routine::gram, {r, integers, work, m, w, lambda, lambda}, n, 0, 1)};
        std::vector<double> sum = data.g;
        for (std::int64_t i = 0; i < n; ++i) Regression::at(sum, i, i, n) += ridge;
        const Outcome outcome = compiled(b.program, {sum, data.m, data.w, {ridge}});
        CHECK(outcome.code == (ridge == 0 ? 1 : 0));
        if (ridge == 0) continue;
        for (std::int64_t i = 0; i < n; ++i)
            for (std::int64_t j = i; j < n; ++j) {
                double square = 0;
                for (std::int64_t k = 0; k <= i; ++k)
                    square += outcome.outputs[0][static_cast<std::size_t>(k * n + i)] *
                              outcome.outputs[0][static_cast<std::size_t>(k * n + j)];
                CHECK(std::abs(square - Regression::at(sum, i, j, n)) < 1e-12);
            }
    }
}

TEST_CASE("Sylvester's equations with one pair of matrices") {
    for (const auto& [m, n] :
         {std::pair<std::int64_t, std::int64_t>{1, 1}, {2, 3}, {7, 4}, {5, 20}})
        for (const Precision precision : {Precision::f64, Precision::f32}) {
            CAPTURE(m, n);
            const std::int64_t count = 3;
            Builder b(precision);
            const auto a = b.input({m, m}), c = b.input({n, n}), e = b.input({count, m, n});
            const auto x = b.output({count, m, n});
            const auto work = b.temporary({sylvester_work(m, n)});
            b.program.error_texts = {"singular"};
            LibraryCall solve = call(Routine::sylvester, {x, a, c, work}, n, m, 1);
            solve.k = count;
            b.program.steps = {whole_copy(b.program, e, x), solve};
            Arrays inputs = random_inputs(b.program, -1, 1);
            for (const auto& [which, size] : {std::pair<std::size_t, std::int64_t>{0, m}, {1, n}})
                for (std::int64_t i = 0; i < size; ++i)
                    inputs[which][static_cast<std::size_t>(i * (size + 1))] +=
                        static_cast<double>(size + 1);
            check_program(b.program, inputs, precision == Precision::f64 ? 1e-11 : 1e-4);
            // −A and A share all eigenvalues.
            if (m != n) continue;
            inputs[1] = {-inputs[0][0]};
            CHECK(compiled(b.program, inputs).code == 1);
        }
}

TEST_CASE("Sylvester's equations with four matrices, with complex eigenvalues and without") {
    for (const auto& [m, n] :
         {std::pair<std::int64_t, std::int64_t>{1, 1}, {2, 3}, {7, 4}, {5, 9}, {1, 6}})
        for (const bool symmetric : {false, true}) {
            CAPTURE(m, n, symmetric);
            const std::int64_t count = 2;
            Builder b;
            const auto a = b.input({m, m}), c = b.input({n, n}), d = b.input({m, m}),
                       f = b.input({n, n}), e = b.input({count, m, n});
            const auto x = b.output({count, m, n});
            const auto integers = b.integers(2 * n),
                       work = b.temporary({general_sylvester_work(m, n)});
            b.program.error_texts = {"singular"};
            LibraryCall solve =
                call(Routine::general_sylvester, {x, a, c, d, f, integers, work}, n, m, 1);
            solve.k = count;
            b.program.steps = {whole_copy(b.program, e, x), solve};
            Arrays inputs = random_inputs(b.program, -1, 1);
            const auto reflect = [&](std::vector<double>& values, std::int64_t size) {
                for (std::int64_t i = 0; i < size; ++i)
                    for (std::int64_t j = 0; j < i; ++j)
                        Regression::at(values, i, j, size) = Regression::at(values, j, i, size);
                for (std::int64_t i = 0; i < size; ++i)
                    Regression::at(values, i, i, size) += static_cast<double>(size);
            };
            if (symmetric)
                for (const std::size_t which : {0, 1, 2, 3})
                    reflect(inputs[which], which % 2 == 0 ? m : n);
            check_program(b.program, inputs, 1e-8);
        }
}

TEST_CASE("products of whole matrices") {
    for (const bool ta : {false, true})
        for (const bool tb : {false, true}) {
            CAPTURE(ta, tb);
            const std::int64_t m = 7, n = 4, k = 9;
            Builder b;
            const auto x = ta ? b.input({k, m}) : b.input({m, k});
            const auto y = tb ? b.input({n, k}) : b.input({k, n});
            const auto v = b.input({k});
            const auto z = b.output({m, n}), w = b.output({m}), square = b.output({m, m});
            LibraryCall gemm{Routine::gemm, {x, y, z}, m, n, k, ta, tb, 1.5, 1, 0, 0};
            LibraryCall gemv{Routine::gemv, {x, v, w}, m, 0, k, ta, false, -2, 0, 0, 0};
            LibraryCall syrk{Routine::syrk, {x, square}, 0, m, k, ta, false, 1, 0, 0, 0};
            b.program.steps = {Fill{z, 3}, Fill{square, 0}, gemm, gemv, syrk, Mirror{square}};
            check_program(b.program);
        }
}

}  // namespace
}  // namespace nabla::codegen::tests
