// Gradients by all weights of deep networks: one sweep for all of them, and work that grows as the
// depth does, also where layers are added to one another.
#include <catch2/catch.hpp>

#include <string>
#include <vector>

#include "ir/build.hpp"
#include "ir/context.hpp"
#include "ir/traverse.hpp"
#include "ir/work_limit.hpp"
#include "nabla/error.hpp"
#include "passes/differentiate.hpp"
#include "passes/pipeline.hpp"

using namespace nabla::ir;
using namespace nabla::passes;

namespace {

struct Network {
    Context context;
    Expr loss;
    std::vector<Expr> weights;

    /// h_k = tanh(W_k h_{k−1}), or with `residual` h_{k−1} + tanh(W_k h_{k−1}).
    Network(int depth, bool residual) {
        Dim d = context.dim("d");
        Expr y = context.symbol("y", {d});
        Expr h = context.symbol("x", {d});
        for (int k = 0; k < depth; ++k) {
            weights.push_back(context.symbol("W" + std::to_string(k), {d, d}));
            Expr layer = map(Fn::tanh, matmul(weights.back(), h));
            h = residual ? add(h, layer) : layer;
        }
        Expr error = subtract(h, y);
        loss = inner(error, error);
    }

    std::vector<Expr> requests() const {
        std::vector<Expr> all;
        for (Expr w : weights) all.push_back(derivative(DerivativeMode::gradient, loss, {w}));
        return all;
    }
};

std::size_t nodes_of_gradients(int depth, bool residual) {
    Network network(depth, residual);
    return post_order(finish(network.requests())).size();
}

/// Whether all gradients are found within so many steps (ir/work_limit.hpp).
bool within(std::uint64_t steps, int depth, bool residual) {
    Network network(depth, residual);
    const WorkLimit limit(network.context, steps);
    try {
        finish(network.requests());
        return true;
    } catch (const nabla::InputError&) {
        return false;
    }
}

}  // namespace

TEST_CASE("all gradients of one sweep are those of one sweep each") {
    for (bool residual : {false, true}) {
        Network network(6, residual);
        const std::vector<Expr> all = gradients(network.loss, network.weights);
        for (std::size_t k = 0; k < all.size(); ++k)
            CHECK(all[k] == gradient(network.loss, network.weights[k]));
        const std::vector<Expr> together = finish(network.requests());
        for (std::size_t k = 0; k < all.size(); ++k)
            CHECK(together[k] == finish(network.requests()[k]));
    }
}

TEST_CASE("the gradients of a network grow with its depth and not with the square of it") {
    for (bool residual : {false, true}) {
        const std::size_t once = nodes_of_gradients(100, residual);
        CHECK(nodes_of_gradients(200, residual) < 2.2 * static_cast<double>(once));
        std::uint64_t steps = 1000;
        while (!within(steps, 100, residual)) steps += steps / 4;
        CHECK(within(3 * steps, 200, residual));
    }
}
