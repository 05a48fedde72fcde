// What all descent methods have in common: the current point, the step along a direction, when to
// stop, the trace. A method chooses directions; everything else happens here.
#pragma once

#include <optional>
#include <vector>

#include "runtime/optimize/objective.hpp"

namespace nabla::runtime {

/// A run of a descent method: the current point with its value and gradient.
///
/// Stops on the Euclidean norm of the gradient. Near a minimum rounding hides differences of the
/// value long before it hides the gradient; there the run goes on by the gradient alone (the
/// "approximate Wolfe conditions" of Hager and Zhang, 2005) until the gradient stops falling.
class Descent {
public:
    Descent(const Objective& objective, const Settings& settings, std::vector<double> start);

    const std::vector<double>& x() const noexcept { return x_; }
    const std::vector<double>& gradient() const noexcept { return gradient_; }
    double value() const noexcept { return value_; }
    double gradient_norm() const noexcept { return gradient_norm_; }

    /// The Hessian at the current point; value and gradient stay as they are.
    void evaluate_hessian(std::vector<double>& hessian);

    /// Why the run is over, if it is: converged, stuck, out of iterations, or not finite at the
    /// start.
    std::optional<Status> finished() const;

    enum class Step {
        taken,
        unbounded,  ///< the value falls below every bound along the direction
        failed,     ///< no progress along the direction
    };

    /// Goes along `direction`, trying `first_step` times it first, to a point that satisfies the
    /// strong Wolfe conditions. Anything but `taken` leaves the point where it was.
    Step advance(const std::vector<double>& direction, double first_step);

    /// How a run ends that cannot advance: converged if rounding is what stops it.
    Status stuck() const;

    /// The point as it is, as the run's result.
    Solution solution(Status status) const;

private:
    struct Trial {
        double step = 0;
        double value = 0;
        double slope = 0;  // of the value along the direction
    };
    friend class LineSearch;

    void report(double step) const;
    Trial try_step(const std::vector<double>& direction, double step);
    double noise() const;
    bool at_rounding_floor() const;

    const Objective& objective_;
    const Settings& settings_;
    std::vector<double> x_;
    std::vector<double> gradient_;
    std::vector<double> trial_x_;
    std::vector<double> trial_gradient_;
    double value_ = 0;
    double gradient_norm_ = 0;
    double largest_value_ = 0;  // in absolute value
    double largest_norm_ = 0;
    double best_norm_ = 0;
    int stalled_ = 0;  // iterations since value or gradient improved noticeably
    int iterations_ = 0;
    long evaluations_ = 0;
};

}  // namespace nabla::runtime
