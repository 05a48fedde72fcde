// Newton's method. The direction solves (H + shift I) d = -g with the smallest tried shift that
// makes the matrix positive definite (Nocedal and Wright, "Numerical Optimization", algorithm 3.3).
#include <lapacke.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "runtime/optimize/descent.hpp"
#include "runtime/optimize/minimize.hpp"
#include "runtime/optimize/vector_math.hpp"

namespace nabla::runtime {
namespace {

class ShiftedSolver {
public:
    explicit ShiftedSolver(std::size_t size)
        : size_(size), hessian_(size * size), factor_(size * size) {}

    std::vector<double>& hessian() { return hessian_; }

    // Writes the direction; false if no shift helps because the Hessian is not finite.
    bool solve(const std::vector<double>& gradient, std::vector<double>& direction) {
        double scale = 0;
        for (const double entry : hessian_) {
            if (!std::isfinite(entry)) return false;
            scale = std::max(scale, std::abs(entry));
        }
        if (scale == 0) scale = 1;
        // The last shift is a good guess for the next; a convex function never needs one.
        double shift = last_shift_ > 4e-12 * scale ? last_shift_ / 4 : 0;
        while (!factor(shift)) {
            shift = shift == 0 ? 1e-12 * scale : 4 * shift;
            if (shift > 1e6 * scale * static_cast<double>(size_)) return false;
        }
        last_shift_ = shift;
        // A shift that only just suffices leaves an almost singular matrix and a step to nowhere;
        // twice as much treats a negative curvature about like the positive one of that size.
        if (shift > 0 && !factor(2 * shift)) return false;
        for (std::size_t i = 0; i < size_; ++i) direction[i] = -gradient[i];
        const auto n = static_cast<lapack_int>(size_);
        return LAPACKE_dpotrs(LAPACK_COL_MAJOR, 'L', n, 1, factor_.data(), n, direction.data(),
                              n) == 0;
    }

private:
    bool factor(double shift) {
        factor_ = hessian_;
        for (std::size_t i = 0; i < size_; ++i) factor_[i * size_ + i] += shift;
        const auto n = static_cast<lapack_int>(size_);
        return LAPACKE_dpotrf(LAPACK_COL_MAJOR, 'L', n, factor_.data(), n) == 0;
    }

    std::size_t size_;
    std::vector<double> hessian_;
    std::vector<double> factor_;
    double last_shift_ = 0;
};

bool is_descent(const std::vector<double>& direction, const std::vector<double>& gradient) {
    const double slope = dot(direction, gradient);
    return std::isfinite(slope) && slope < 0;
}

}  // namespace

Solution newton(const Objective& objective, const Settings& settings, const Method&,
                std::vector<double> start) {
    Descent descent(objective, settings, std::move(start));
    ShiftedSolver solver(objective.size);
    std::vector<double> direction(objective.size);
    while (true) {
        if (const auto status = descent.finished()) return descent.solution(*status);
        descent.evaluate_hessian(solver.hessian());
        double first_step = 1;
        if (!solver.solve(descent.gradient(), direction) ||
            !is_descent(direction, descent.gradient())) {
            for (std::size_t i = 0; i < direction.size(); ++i) {
                direction[i] = -descent.gradient()[i];
            }
            first_step = 1.0 / std::max(1.0, descent.gradient_norm());
        }
        switch (descent.advance(direction, first_step)) {
            case Descent::Step::taken:
                break;
            case Descent::Step::unbounded:
                return descent.solution(Status::unbounded);
            case Descent::Step::failed:
                return descent.solution(descent.stuck());
        }
    }
}

}  // namespace nabla::runtime
