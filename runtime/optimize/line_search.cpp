#include "runtime/optimize/line_search.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "runtime/optimize/vector_math.hpp"

namespace nabla::runtime {
namespace {

constexpr double decrease = 1e-4;  // share of the predicted decrease that is enough
constexpr double curvature = 0.9;  // share of the slope that may remain
constexpr int max_trials = 80;
constexpr int strong_trials = 15;  // after so many the weak condition is enough
constexpr double fall_without_end = 1e30;

}  // namespace

LineSearch::LineSearch(Descent& descent, const std::vector<double>& direction)
    : descent_(descent), direction_(direction) {
    start_ = {0, descent.value(), dot(descent.gradient(), direction)};
    low_ = previous_low_ = start_;
}

Descent::Step LineSearch::run(double first_step) {
    if (!(start_.slope < 0) || !std::isfinite(start_.slope)) return Descent::Step::failed;
    double step = first_step;
    for (int trials = 1; trials <= max_trials; ++trials) {
        trial_ = descent_.try_step(direction_, step);
        const double bound = -fall_without_end * std::max(1.0, std::abs(start_.value));
        if (trial_.value < bound) return Descent::Step::unbounded;
        const bool finite = std::isfinite(trial_.value) && std::isfinite(trial_.slope);
        if (finite && acceptable(trial_, trials)) return Descent::Step::taken;
        if (!finite || beyond_minimum(trial_)) {
            high_ = trial_;
        } else {
            previous_low_ = low_;
            low_ = trial_;
        }
        step = high_ ? interpolate() : grow();
        const double width = high_ ? high_->step - low_.step : step;
        if (!std::isfinite(step) || width <= 1e-16 * step) break;
    }
    return settle_for_low();
}

bool LineSearch::sufficient_decrease(const Trial& trial) const {
    return trial.value <= start_.value + decrease * trial.step * start_.slope;
}

bool LineSearch::acceptable(const Trial& trial, int trials) const {
    if (sufficient_decrease(trial)) {
        if (std::abs(trial.slope) <= -curvature * start_.slope) return true;
        if (trials > strong_trials && trial.slope >= curvature * start_.slope) return true;
    }
    return std::abs(trial.value - start_.value) <= descent_.noise() &&
           trial.slope <= (2 * decrease - 1) * start_.slope &&
           trial.slope >= curvature * start_.slope;
}

bool LineSearch::beyond_minimum(const Trial& trial) const {
    if (trial.slope >= 0) return true;
    if (std::abs(trial.value - start_.value) <= descent_.noise()) return false;
    return !sufficient_decrease(trial);
}

// The slope's secant tells where it would vanish; never less than twice as far, never more than
// ten times.
double LineSearch::grow() const {
    const double rise = low_.slope - previous_low_.slope;
    double step = std::numeric_limits<double>::infinity();
    if (rise > 0) step = low_.step - low_.slope * (low_.step - previous_low_.step) / rise;
    return std::clamp(step, 2 * low_.step, 10 * low_.step);
}

double LineSearch::interpolate() {
    const double width = high_->step - low_.step;
    const bool slow = last_width_ > 0 && width > 0.66 * last_width_;
    last_width_ = width;
    double step = low_.step + 0.5 * width;
    if (!std::isfinite(high_->value) || !std::isfinite(high_->slope)) {
        return low_.step + 0.1 * width;
    }
    if (slow) return step;
    // The minimiser of the cubic through both ends with their slopes (Nocedal and Wright, 3.59).
    const double d1 = low_.slope + high_->slope - 3 * (high_->value - low_.value) / width;
    const double radicand = d1 * d1 - low_.slope * high_->slope;
    if (radicand >= 0) {
        const double d2 = std::sqrt(radicand);
        const double share = (high_->slope + d2 - d1) / (high_->slope - low_.slope + 2 * d2);
        if (std::isfinite(share)) step = high_->step - width * share;
    }
    // Where the values differ by rounding only, the slopes still tell.
    if (std::abs(high_->value - low_.value) <= descent_.noise() && high_->slope > 0) {
        step = low_.step - low_.slope * width / (high_->slope - low_.slope);
    }
    return std::clamp(step, low_.step + 0.05 * width, high_->step - 0.05 * width);
}

// No trial satisfied the conditions; one that made progress still does.
Descent::Step LineSearch::settle_for_low() {
    if (low_.step == 0 || !(low_.value < start_.value)) return Descent::Step::failed;
    trial_ = descent_.try_step(direction_, low_.step);
    return Descent::Step::taken;
}

}  // namespace nabla::runtime
