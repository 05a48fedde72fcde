// Steepest descent. The first step tried is Barzilai and Borwein's ("Two-point step size gradient
// methods", 1988), s'y / y'y, which knows the curvature along the last step; the line search makes
// every iteration go down.
#include <algorithm>
#include <cmath>
#include <vector>

#include "runtime/optimize/descent.hpp"
#include "runtime/optimize/minimize.hpp"
#include "runtime/optimize/vector_math.hpp"

namespace nabla::runtime {

Solution gradient_descent(const Objective& objective, const Settings& settings, const Method&,
                          std::vector<double> start) {
    Descent descent(objective, settings, std::move(start));
    std::vector<double> direction(objective.size);
    std::vector<double> last_x;
    std::vector<double> last_gradient;
    double step = 1.0 / std::max(1.0, descent.gradient_norm());
    while (true) {
        if (const auto status = descent.finished()) return descent.solution(*status);
        for (std::size_t i = 0; i < direction.size(); ++i) direction[i] = -descent.gradient()[i];
        last_x = descent.x();
        last_gradient = descent.gradient();
        switch (descent.advance(direction, step)) {
            case Descent::Step::taken:
                break;
            case Descent::Step::unbounded:
                return descent.solution(Status::unbounded);
            case Descent::Step::failed:
                return descent.solution(descent.stuck());
        }
        double sy = 0;
        double yy = 0;
        for (std::size_t i = 0; i < direction.size(); ++i) {
            const double s = descent.x()[i] - last_x[i];
            const double y = descent.gradient()[i] - last_gradient[i];
            sy += s * y;
            yy += y * y;
        }
        // Without curvature along the step, a longer one is worth trying.
        step = sy > 0 && yy > 0 ? sy / yy : 2 * step;
    }
}

}  // namespace nabla::runtime
