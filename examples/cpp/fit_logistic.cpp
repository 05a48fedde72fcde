// Loads a model, compiles its loss with the gradient, calls the kernel in a loop of its own, then
// lets the library minimise. Run from the project's root, or give the path of the model:
//
//     fit_logistic [examples/logistic.nabla]
#include <nabla/nabla.hpp>

#include <cmath>
#include <cstdio>
#include <exception>
#include <random>
#include <vector>

namespace {

struct Data {
    std::size_t rows = 0;
    std::size_t columns = 0;
    std::vector<double> X;
    std::vector<double> y;
};

// Points with labels that follow a plane through the origin, some of them on the wrong side.
Data make_data(std::size_t rows, std::size_t columns) {
    Data data{rows, columns, {}, {}};
    std::mt19937 random(1);
    std::normal_distribution<double> normal;
    for (std::size_t i = 0; i < rows; ++i) {
        double side = normal(random);
        for (std::size_t j = 0; j < columns; ++j) {
            data.X.push_back(normal(random));
            side += data.X.back() * static_cast<double>(j + 1);
        }
        data.y.push_back(side > 0 ? 1 : 0);
    }
    return data;
}

// Plain gradient descent: what a program of one's own does with a kernel.
std::vector<double> descend(const nabla::Model& model, const Data& data, int steps) {
    std::vector<double> w(data.columns, 0.0);
    const nabla::Kernel kernel = model.compile({"loss", "grad(loss, w)"});
    nabla::Call call = kernel.bind("X", {data.X.data(), {data.rows, data.columns}})
                           .bind("y", data.y)
                           .bind("lambda", 0.01)
                           .bind("w", w);
    for (int step = 0; step < steps; ++step) {
        call();  // reads w where it is, writes into the call's own outputs
        const auto [value, gradient] = call.outputs<2>();
        if (step % 20 == 0) std::printf("step %3d: loss %.9f\n", step, value[0]);
        for (std::size_t j = 0; j < w.size(); ++j) w[j] -= 2.0 * gradient[j];
    }
    return w;
}

nabla::Result minimize(const nabla::Model& model, const Data& data) {
    nabla::MinimizeOptions options;
    options.method = nabla::Lbfgs{.memory = 10};
    options.tolerance = 1e-10;
    options.data = {{"X", nabla::Array({data.rows, data.columns}, data.X)},
                    {"y", nabla::Array({data.rows}, data.y)},
                    {"lambda", nabla::Array(0.01)}};
    options.on_iteration = [](const nabla::Iteration& iteration) {
        std::printf("iteration %2d: loss %.9f, gradient norm %.1e\n", iteration.number,
                    iteration.value, iteration.gradient_norm);
    };
    return nabla::minimize(model, "loss", options);
}

}  // namespace

int main(int argc, char** argv) {
    try {
        const nabla::Model model =
            nabla::Model::from_file(argc > 1 ? argv[1] : "examples/logistic.nabla");
        const Data data = make_data(500, 5);
        const std::vector<double> by_hand = descend(model, data, 200);
        const nabla::Result fit = minimize(model, data);
        const auto best = fit.x.at("w").values();
        for (std::size_t j = 0; j < by_hand.size(); ++j) {
            std::printf("w[%zu]: %+.6f by hand, %+.6f minimised\n", j, by_hand[j], best[j]);
        }
        double distance = 0;
        for (std::size_t j = 0; j < by_hand.size(); ++j) {
            distance = std::fmax(distance, std::abs(by_hand[j] - best[j]));
        }
        return fit.status == nabla::Status::converged && distance < 0.1 ? 0 : 1;
    } catch (const nabla::InputError& error) {
        for (const nabla::Diagnostic& diagnostic : error.diagnostics()) {
            const nabla::Location& where = diagnostic.where;
            if (where.line > 0) {
                std::fprintf(stderr, "%s:%u:%u: ", where.file.c_str(), where.line, where.column);
            }
            std::fprintf(stderr, "%s\n", diagnostic.message.c_str());
        }
    } catch (const std::exception& error) {
        std::fprintf(stderr, "%s\n", error.what());
    }
    return 1;
}
