// A step length along a descent direction.
//
// Brackets a minimum and closes in on it by safeguarded cubic interpolation, until the strong Wolfe
// conditions hold (Nocedal and Wright, "Numerical Optimization", 3.5), or their approximate form
// where rounding hides the decrease (Hager and Zhang, "A new conjugate gradient method with
// guaranteed descent and an efficient line search", 2005). Where the function is not smooth, the
// strong condition may hold nowhere; then the weak one is enough.
#pragma once

#include <optional>
#include <vector>

#include "runtime/optimize/descent.hpp"

namespace nabla::runtime {

/// One search, from the current point of `descent` along `direction`.
class LineSearch {
public:
    LineSearch(Descent& descent, const std::vector<double>& direction);

    /// Leaves the accepted point in the trial buffers of `descent`.
    Descent::Step run(double first_step);

    const Descent::Trial& accepted() const noexcept { return trial_; }

private:
    using Trial = Descent::Trial;

    bool sufficient_decrease(const Trial& trial) const;
    bool acceptable(const Trial& trial, int trials) const;
    bool beyond_minimum(const Trial& trial) const;
    double grow() const;
    double interpolate();
    Descent::Step settle_for_low();

    Descent& descent_;
    const std::vector<double>& direction_;
    Trial start_;
    Trial trial_;
    Trial low_;  // enough decrease, and the value still falls there
    Trial previous_low_;
    std::optional<Trial> high_;  // beyond a minimum; its value need not be finite
    double last_width_ = 0;
};

}  // namespace nabla::runtime
