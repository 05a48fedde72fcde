// Limited-memory BFGS: the two-loop recursion of Nocedal ("Updating quasi-Newton matrices with
// limited storage", 1980), scaled by the curvature along the newest step.
#include <algorithm>
#include <cmath>
#include <vector>

#include "runtime/optimize/descent.hpp"
#include "runtime/optimize/minimize.hpp"
#include "runtime/optimize/vector_math.hpp"

namespace nabla::runtime {
namespace {

// The newest steps and the changes of the gradient along them, in a ring.
class Memory {
public:
    Memory(std::size_t size, int pairs)
        : pairs_(static_cast<std::size_t>(std::max(1, pairs)), Pair(size)),
          weights_(pairs_.size()) {}

    bool empty() const { return count_ == 0; }
    void clear() { count_ = 0; }

    // Keeps the pair unless the curvature along the step is not positive, to rounding.
    void add(const std::vector<double>& x, const std::vector<double>& last_x,
             const std::vector<double>& gradient, const std::vector<double>& last_gradient) {
        Pair& pair = pairs_[(first_ + count_) % pairs_.size()];
        for (std::size_t i = 0; i < x.size(); ++i) {
            pair.step[i] = x[i] - last_x[i];
            pair.change[i] = gradient[i] - last_gradient[i];
        }
        pair.curvature = dot(pair.step, pair.change);
        if (!(pair.curvature > 1e-16 * norm(pair.step) * norm(pair.change))) {
            // In a full ring the pair overwrote the oldest one.
            if (count_ == pairs_.size()) drop_oldest();
            return;
        }
        if (count_ == pairs_.size()) {
            first_ = (first_ + 1) % pairs_.size();
        } else {
            ++count_;
        }
    }

    // direction = -H gradient, H the approximate inverse Hessian.
    void apply(const std::vector<double>& gradient, std::vector<double>& direction) {
        for (std::size_t i = 0; i < direction.size(); ++i) direction[i] = -gradient[i];
        for (std::size_t k = count_; k-- > 0;) {
            const Pair& pair = at(k);
            weights_[k] = dot(pair.step, direction) / pair.curvature;
            add_scaled(direction, -weights_[k], pair.change);
        }
        if (count_ > 0) {
            const Pair& newest = at(count_ - 1);
            const double scale = newest.curvature / dot(newest.change, newest.change);
            for (double& entry : direction) entry *= scale;
        }
        for (std::size_t k = 0; k < count_; ++k) {
            const Pair& pair = at(k);
            add_scaled(direction, weights_[k] - dot(pair.change, direction) / pair.curvature,
                       pair.step);
        }
    }

private:
    struct Pair {
        explicit Pair(std::size_t size) : step(size), change(size) {}
        std::vector<double> step;
        std::vector<double> change;
        double curvature = 0;
    };

    const Pair& at(std::size_t k) const { return pairs_[(first_ + k) % pairs_.size()]; }

    void drop_oldest() {
        first_ = (first_ + 1) % pairs_.size();
        --count_;
    }

    std::vector<Pair> pairs_;
    std::vector<double> weights_;
    std::size_t first_ = 0;
    std::size_t count_ = 0;
};

}  // namespace

Solution lbfgs(const Objective& objective, const Settings& settings, const Method& method,
               std::vector<double> start) {
    Descent descent(objective, settings, std::move(start));
    Memory memory(objective.size, std::get<Lbfgs>(method).memory);
    std::vector<double> direction(objective.size);
    std::vector<double> last_x;
    std::vector<double> last_gradient;
    while (true) {
        if (const auto status = descent.finished()) return descent.solution(*status);
        memory.apply(descent.gradient(), direction);
        last_x = descent.x();
        last_gradient = descent.gradient();
        const double first_step =
            memory.empty() ? 1.0 / std::max(1.0, descent.gradient_norm()) : 1.0;
        const Descent::Step outcome = descent.advance(direction, first_step);
        if (outcome == Descent::Step::unbounded) return descent.solution(Status::unbounded);
        if (outcome == Descent::Step::failed) {
            // What the memory knows may be wrong here; the gradient itself is not.
            if (memory.empty()) return descent.solution(descent.stuck());
            memory.clear();
            continue;
        }
        memory.add(descent.x(), last_x, descent.gradient(), last_gradient);
    }
}

}  // namespace nabla::runtime
