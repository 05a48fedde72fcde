// Random well-shaped expressions over a fixed set of symbols, with values for them: what every
// property test runs over. Arguments of functions are kept inside their domains by construction.
#pragma once

#include <memory>
#include <random>

#include "ir/build.hpp"
#include "ir/interpret.hpp"

namespace nabla::testing {

/// Symbols of every kind, and values that keep their facts. Small sizes by default, so that
/// differences by every entry stay cheap.
class World {
public:
    explicit World(unsigned seed, std::int64_t n_size = 3, std::int64_t m_size = 2);

    ir::Context& context() { return *context_; }
    const ir::Bindings& bindings() const { return bindings_; }
    ir::Bindings& bindings() { return bindings_; }
    std::mt19937& random() { return random_; }

    /// Symbols to differentiate by.
    std::vector<ir::Expr> variables() const { return {s, x, w, A, X, S, L}; }

    ir::Dim n, m;
    ir::Expr s, t;        // scalars
    ir::Expr x, w, p;     // vectors of n; p on the simplex
    ir::Expr y;           // a vector of m
    ir::Expr A, B, S, P;  // n×n: general, general, symmetric, positive definite
    ir::Expr X;           // m×n
    ir::Expr L;           // n×n, lower

private:
    ir::Expr add(const std::string& name, ir::Shape shape, ir::Facts facts = {});

    std::unique_ptr<ir::Context> context_;
    ir::Bindings bindings_;
    std::mt19937 random_;
};

/// A random expression of the given shape, about `depth` operations deep.
ir::Expr random_expression(World& world, const ir::Shape& shape, int depth);

/// The largest difference of two tensors, relative to their size.
double relative_difference(const ir::Tensor& a, const ir::Tensor& b);

bool all_finite(const ir::Tensor& t);

/// Central differences of f by every entry of x, extrapolated twice (Richardson): axes of f, then
/// of x. A symbol with a structure is varied inside it, as its derivative is defined.
ir::Tensor difference_quotients(ir::Expr f, ir::Expr x, const ir::Bindings& at, double step = 2e-3);

}  // namespace nabla::testing
