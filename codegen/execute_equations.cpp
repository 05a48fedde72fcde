// Plain versions of the routines that solve equations with more than one matrix: rotations that
// fold rows into R one by one, and Sylvester's equation entry by entry.
#include <algorithm>
#include <cmath>
#include <vector>

#include "codegen/execute_library.hpp"
#include "ir/dense.hpp"

namespace nabla::codegen {

namespace {

/// R := the triangle of [R; row], by Givens' rotations.
void fold(double* r, std::vector<double> row, std::int64_t n) {
    for (std::int64_t j = 0; j < n; ++j) {
        double& x = row[static_cast<std::size_t>(j)];
        if (x == 0) continue;
        const double length = std::hypot(r[j * n + j], x);
        const double c = r[j * n + j] / length, s = x / length;
        for (std::int64_t l = j; l < n; ++l) {
            double& y = row[static_cast<std::size_t>(l)];
            const double old = r[j * n + l];
            r[j * n + l] = c * old + s * y;
            y = c * y - s * old;
        }
    }
}

/// Row i of term `at`, whose weights follow it.
struct Term {
    const LibraryCall& call;
    std::span<const CallOperand> operands;
    std::size_t at;
    std::int64_t n;

    bool identity() const { return call.operands[at] == call.operands[at + 1]; }
    std::int64_t rows() const { return identity() ? n : operands[at].size / n; }
    double weight(std::int64_t i) const {
        return operands[at + 1].data[operands[at + 1].size == 1 ? 0 : i];
    }
    double entry(std::int64_t i, std::int64_t j) const {
        if (identity()) return i == j ? 1 : 0;
        return operands[at].data[i * n + j];
    }
};

void solve_with(const double* r, double* x, std::int64_t n, std::int64_t columns) {
    for (std::int64_t c = 0; c < columns; ++c) {
        for (std::int64_t i = 0; i < n; ++i) {
            for (std::int64_t l = 0; l < i; ++l)
                x[i * columns + c] -= r[l * n + i] * x[l * columns + c];
            x[i * columns + c] /= r[i * n + i];
        }
        for (std::int64_t i = n; i-- > 0;) {
            for (std::int64_t l = i + 1; l < n; ++l)
                x[i * columns + c] -= r[i * n + l] * x[l * columns + c];
            x[i * columns + c] /= r[i * n + i];
        }
    }
}

}  // namespace

bool run_gram(const LibraryCall& call, std::span<const CallOperand> operands, std::int64_t n) {
    double* r = operands[0].data;
    std::fill_n(r, n * n, 0.0);
    if (n == 0) return true;
    for (std::size_t k = 3; k + 1 < operands.size(); k += 2) {
        const Term term{call, operands, k, n};
        for (std::int64_t i = 0; i < term.rows(); ++i) {
            std::vector<double> row;
            for (std::int64_t j = 0; j < n; ++j)
                row.push_back(std::sqrt(term.weight(i)) * term.entry(i, j));
            fold(r, std::move(row), n);
        }
    }
    operands[1].integers[0] = 1;
    const double tolerance = 0x1p-52 * std::max(64.0, 4.0 * static_cast<double>(n));
    bool independent = true;
    for (std::int64_t j = 0; j < n; ++j) {
        if (r[j * n + j] < 0)
            for (std::int64_t l = j; l < n; ++l) r[j * n + l] = -r[j * n + l];
    }
    for (std::int64_t j = 0; j < n; ++j) {
        double most = 0;
        for (std::int64_t i = 0; i <= j; ++i) most = std::max(most, std::fabs(r[i * n + j]));
        independent = independent && !(r[j * n + j] <= tolerance * most);
    }
    return independent;
}

void run_least_squares(const LibraryCall& call, std::span<const CallOperand> operands,
                       std::int64_t n, std::int64_t columns) {
    double* x = operands[0].data;
    const double* r = operands[1].data;
    if (n == 0) return;
    solve_with(r, x, n, columns);
    for (int step = 0; step < 3; ++step) {
        std::vector<double> residual(static_cast<std::size_t>(n * columns), 0.0);
        for (std::size_t k = 5; k + 1 < operands.size(); k += 2) {
            const Term term{call, operands, k, n};
            for (std::int64_t i = 0; i < term.rows(); ++i)
                for (std::int64_t c = 0; c < columns; ++c) {
                    double rest = k == 5 ? operands[4].data[i * columns + c] : 0;
                    for (std::int64_t j = 0; j < n; ++j)
                        rest -= term.entry(i, j) * x[j * columns + c];
                    for (std::int64_t j = 0; j < n; ++j)
                        residual[static_cast<std::size_t>(j * columns + c)] +=
                            term.weight(i) * term.entry(i, j) * rest;
                }
        }
        solve_with(r, residual.data(), n, columns);
        for (std::size_t i = 0; i < residual.size(); ++i) x[i] += residual[i];
    }
}

namespace {

ir::Tensor matrix(const double* data, std::int64_t rows, std::int64_t columns) {
    return ir::Tensor{{rows, columns}, std::vector<double>(data, data + rows * columns)};
}

ir::Tensor identity(std::int64_t size) {
    ir::Tensor eye{{size, size}, std::vector<double>(static_cast<std::size_t>(size * size))};
    for (std::int64_t i = 0; i < size; ++i) eye.data[static_cast<std::size_t>(i * (size + 1))] = 1;
    return eye;
}

struct FourMatrices {
    ir::Tensor a, b, c, d;
};

bool solve_each(const FourMatrices& sides, double* right, std::int64_t count) {
    const std::int64_t m = sides.a.shape[0], n = sides.b.shape[0];
    for (std::int64_t k = 0; k < count; ++k, right += m * n) {
        const ir::Tensor x =
            ir::dense_sylvester(sides.a, sides.b, sides.c, sides.d, matrix(right, m, n));
        std::copy(x.data.begin(), x.data.end(), right);
        if (!x.data.empty() && std::isnan(x.data[0])) return false;
    }
    return true;
}

}  // namespace

bool run_sylvester(std::span<const CallOperand> operands, std::int64_t m, std::int64_t n,
                   std::int64_t count) {
    return solve_each(
        {matrix(operands[1].data, m, m), identity(n), identity(m), matrix(operands[2].data, n, n)},
        operands[0].data, count);
}

bool run_general_sylvester(std::span<const CallOperand> operands, std::int64_t m, std::int64_t n,
                           std::int64_t count) {
    return solve_each({matrix(operands[1].data, m, m), matrix(operands[2].data, n, n),
                       matrix(operands[3].data, m, m), matrix(operands[4].data, n, n)},
                      operands[0].data, count);
}

}  // namespace nabla::codegen
