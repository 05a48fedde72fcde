#include "runtime/optimize/descent.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "runtime/optimize/line_search.hpp"
#include "runtime/optimize/vector_math.hpp"

namespace nabla::runtime {

Descent::Descent(const Objective& objective, const Settings& settings, std::vector<double> start)
    : objective_(objective),
      settings_(settings),
      x_(std::move(start)),
      gradient_(x_.size()),
      trial_x_(x_.size()),
      trial_gradient_(x_.size()) {
    value_ = objective_.value_and_gradient(x_.data(), gradient_.data());
    evaluations_ = 1;
    gradient_norm_ = norm(gradient_);
    largest_value_ = std::abs(value_);
    largest_norm_ = best_norm_ = gradient_norm_;
    report(0);
}

void Descent::report(double step) const {
    if (!settings_.on_iteration) return;
    settings_.on_iteration({iterations_, value_, gradient_norm_, step, evaluations_});
}

void Descent::evaluate_hessian(std::vector<double>& hessian) {
    // The gradient at hand is the one that the last step was accepted with: it stays.
    objective_.with_hessian(x_.data(), trial_gradient_.data(), hessian.data());
    ++evaluations_;
}

std::optional<Status> Descent::finished() const {
    if (!std::isfinite(value_) || !std::isfinite(gradient_norm_)) return Status::not_finite;
    if (gradient_norm_ <= settings_.tolerance) return Status::converged;
    constexpr int patience = 30;
    if (stalled_ >= patience) return stuck();
    if (iterations_ >= settings_.max_iterations) return Status::max_iterations;
    return std::nullopt;
}

bool Descent::at_rounding_floor() const {
    return gradient_norm_ <= settings_.tolerance * std::max(1.0, largest_norm_);
}

Status Descent::stuck() const {
    return at_rounding_floor() ? Status::converged : Status::line_search_failed;
}

// Differences of the value below this say nothing: rounding in a sum of many terms, and the terms
// may be as large as the largest value was.
double Descent::noise() const { return 1e-12 * std::abs(value_) + 1e-15 * largest_value_; }

Descent::Trial Descent::try_step(const std::vector<double>& direction, double step) {
    for (std::size_t i = 0; i < x_.size(); ++i) trial_x_[i] = x_[i] + step * direction[i];
    Trial trial;
    trial.step = step;
    trial.value = objective_.value_and_gradient(trial_x_.data(), trial_gradient_.data());
    trial.slope = dot(trial_gradient_, direction);
    ++evaluations_;
    return trial;
}

Descent::Step Descent::advance(const std::vector<double>& direction, double first_step) {
    LineSearch search(*this, direction);
    const Step outcome = search.run(first_step);
    if (outcome != Step::taken) return outcome;

    const Trial& trial = search.accepted();
    const bool value_fell = trial.value < value_ - noise();
    std::swap(x_, trial_x_);
    std::swap(gradient_, trial_gradient_);
    value_ = trial.value;
    gradient_norm_ = norm(gradient_);
    largest_value_ = std::max(largest_value_, std::abs(value_));
    largest_norm_ = std::max(largest_norm_, gradient_norm_);
    stalled_ = value_fell || gradient_norm_ < 0.99 * best_norm_ ? 0 : stalled_ + 1;
    best_norm_ = std::min(best_norm_, gradient_norm_);
    ++iterations_;
    report(trial.step);
    return outcome;
}

Solution Descent::solution(Status status) const {
    return {status, x_, value_, gradient_norm_, iterations_, evaluations_};
}

}  // namespace nabla::runtime
