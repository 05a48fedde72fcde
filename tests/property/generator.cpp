#include "generator.hpp"

#include <algorithm>
#include <cmath>

namespace nabla::testing {

using namespace ir;

namespace {

std::vector<double> uniform(std::mt19937& random, std::size_t count, double low, double high) {
    std::uniform_real_distribution<double> value(low, high);
    std::vector<double> result(count);
    for (double& v : result) v = value(random);
    return result;
}

int pick(World& world, int count) {
    return std::uniform_int_distribution<int>(0, count - 1)(world.random());
}

}  // namespace

World::World(unsigned seed, std::int64_t n_size, std::int64_t m_size)
    : context_(std::make_unique<Context>()), random_(seed) {
    n = context_->dim("n"), m = context_->dim("m");
    bindings_.dims = {{"n", n_size}, {"m", m_size}};
    s = add("s", {}), t = add("t", {});
    x = add("x", {n}), w = add("w", {n}), p = add("p", {n}, Fact::simplex), y = add("y", {m});
    A = add("A", {n, n}), B = add("B", {n, n});
    S = add("S", {n, n}, Fact::symmetric), P = add("P", {n, n}, Fact::pd);
    X = add("X", {m, n});
    L = add("L", {n, n}, Fact::lower);
}

Expr World::add(const std::string& name, Shape shape, Facts facts) {
    Expr symbol = context_->symbol(name, shape, facts, true);
    Tensor value;
    std::size_t size = 1;
    for (Dim d : shape) {
        value.shape.push_back(*evaluate(d, bindings_.dims));
        size *= static_cast<std::size_t>(value.shape.back());
    }
    value.data = uniform(random_, size, -1.2, 1.2);
    if (facts.has(Fact::simplex)) {
        double total = 0;
        for (double& v : value.data) total += v = std::abs(v) + 0.1;
        for (double& v : value.data) v /= total;
    }
    if (facts.has(Fact::lower)) {
        auto k = static_cast<std::size_t>(value.shape[0]);
        for (std::size_t i = 0; i < k; ++i)
            for (std::size_t j = i + 1; j < k; ++j) value.data[i * k + j] = 0;
    }
    if (facts.has(Fact::symmetric)) {
        auto k = static_cast<std::size_t>(value.shape[0]);
        for (std::size_t i = 0; i < k; ++i)
            for (std::size_t j = 0; j < i; ++j) value.data[i * k + j] = value.data[j * k + i];
        if (facts.has(Fact::pd))
            for (std::size_t i = 0; i < k; ++i) value.data[i * k + i] += static_cast<double>(k) + 1;
    }
    bindings_.symbols[symbol] = std::move(value);
    return symbol;
}

namespace {

class Generator {
public:
    explicit Generator(World& world) : w_(world) {}

    Expr make(const Shape& shape, int depth) {
        if (depth <= 0) return leaf(shape);
        if (shape.empty()) return scalar(depth - 1);
        if (shape.size() == 1) return vector(shape[0], depth - 1);
        return matrix(shape, depth - 1);
    }

private:
    Expr leaf(const Shape& shape) {
        Context& c = w_.context();
        if (shape.empty()) {
            const Expr all[] = {w_.s, w_.t, constant(c, pick(w_, 4) - 1), dim_value(w_.n)};
            return all[pick(w_, 4)];
        }
        if (shape.size() == 1) {
            if (shape[0] == w_.m) return w_.y;
            const Expr all[] = {w_.x, w_.w, w_.x, w_.p, ones(c, shape)};
            return all[pick(w_, 5)];
        }
        if (shape == Shape{w_.n, w_.n}) {
            const Expr all[] = {w_.A, w_.B, w_.S, w_.P, w_.L, identity(w_.n)};
            return all[pick(w_, 6)];
        }
        if (shape == Shape{w_.m, w_.n}) return w_.X;
        if (shape == Shape{w_.n, w_.m}) return transpose(w_.X);
        return outer(w_.y, w_.y);
    }

    /// Entry by entry, inside the function's domain.
    Expr apply_function(Expr e) {
        Context& c = w_.context();
        Expr one = constant(c, 1);
        switch (pick(w_, 20)) {
            case 0:
                return map(Fn::exp, scale(Rational(1, 2), map(Fn::tanh, e)));
            case 1:
                return map(Fn::log, add(one, power(e, Rational(2))));
            case 2:
                return power(add(one, power(e, Rational(2))), Rational(1, 2));
            case 3:
                return map(Fn::sin, e);
            case 4:
                return map(Fn::cos, e);
            case 5:
                return map(Fn::tanh, e);
            case 6:
                return map(Fn::sigmoid, e);
            case 7:
                return map(Fn::softplus, e);
            case 8:
                return map(Fn::erf, e);
            case 9:
                return power(e, Rational(2));
            case 10:
                return map(Fn::abs, e);
            case 11:
                return map(Fn::relu, e);
            case 12:
                return map(Fn::atan, e);
            case 13:
                return map(Fn::pow, {add(one, power(e, Rational(2))), map(Fn::tanh, w_.s)});
            case 14:
                return map(Fn::max, {e, broadcast(w_.t, e.shape())});
            case 15:
                return map(Fn::lgamma, add(one, power(e, Rational(2))));
            case 16:
                return map(Fn::digamma, add(one, power(e, Rational(2))));
            case 17:
                return map(Fn::polygamma,
                           {constant(c, 1 + pick(w_, 3)), add(one, power(e, Rational(2)))});
            case 18:
                return multiply(map(Fn::strong_zero, e), map(Fn::log, add(one, map(Fn::exp, e))));
            default:
                return divide(e, add(constant(c, 2), power(e, Rational(2))));
        }
    }

    // --- parts of arrays -------------------------------------------------------------------------

    Dim one() { return w_.context().dim(1); }

    AxisPart range(Dim offset, Dim size) {
        AxisPart part;
        part.kind = AxisPart::Kind::range;
        part.offset = offset;
        part.size = size;
        return part;
    }

    /// Its entries but the last, one place further on: 0, v_1, …, v_(n−1).
    Expr shifted(Expr v) {
        Dim d = v.shape()[0];
        Expr head = take(v, {range(d - d, d - one())});
        return place(head, {one()}, {d});
    }

    /// The first entry of v, then all of w but its first one.
    Expr joined(Expr v, Expr w) {
        Dim d = v.shape()[0];
        Expr first = take(v, {range(d - d, one())});
        Expr rest = take(w, {range(one(), d - one())});
        return add(place(first, {d - d}, {d}), place(rest, {one()}, {d}));
    }

    Expr entry(Expr e) {
        AxisPart part;
        part.kind = AxisPart::Kind::entry;
        part.offset = w_.context().dim(pick(w_, 2));
        return take(e, std::vector<AxisPart>(e.rank(), part));
    }

    /// Smooth enough at the border for differences.
    Expr chosen(Expr e) {
        Expr bounded = map(Fn::tanh, e);
        Expr zero = constant(w_.context(), 0);
        return map(Fn::where,
                   {map(Fn::greater, {bounded, zero}), power(bounded, Rational(4)), zero});
    }

    Expr scalar(int depth) {
        Dim n = w_.n, m = w_.m;
        switch (pick(w_, 16)) {
            case 12:
                return entry(make({n}, depth));
            case 13:
                return inner(kronecker(make({n}, depth - 1), make({m}, depth - 1)),
                             vec(make({m, n}, depth - 1)));
            case 14:
                return entry(make({n, n}, depth));
            case 0:
                return inner(make({n}, depth), make({n}, depth));
            case 1:
                return sum_entries(make({m}, depth));
            case 2:
                return trace(make({n, n}, depth));
            case 3:
                return inner(make({m, n}, depth - 1), make({m, n}, depth - 1));
            case 4:
                return add(make({}, depth), make({}, depth));
            case 5:
                return multiply(make({}, depth), make({}, depth));
            case 6:
                return apply_function(make({}, depth));
            case 7:
                return reduce(ReduceKind::logsumexp, make({n}, depth), {0});
            case 8:
                return det(dominant(make({n, n}, depth - 1)));
            case 9:
                return map(Fn::log, det(dominant(make({n, n}, depth - 1))));
            case 11:
                return eigenvalue(spread(make({n, n}, depth - 1)));
            case 10:
                return power(inner(make({n}, depth), w_.x), Rational(2));
            default:
                return matmul(matmul(make({n}, depth), make({n, n}, depth)), make({n}, depth));
        }
    }

    Expr vector(Dim d, int depth) {
        Dim other = pick(w_, 2) == 0 ? w_.n : w_.m;
        switch (pick(w_, 14)) {
            case 9:
                return shifted(make({d}, depth));
            case 10:
                return joined(make({d}, depth), make({d}, depth));
            case 11:
                return chosen(make({d}, depth));
            case 12:
                return multiply(iota(d), make({d}, depth));
            case 0:
                return matmul(make({d, other}, depth), make({other}, depth));
            case 1:
                return add(make({d}, depth), make({d}, depth));
            case 2:
                return multiply(make({d}, depth), make({d}, depth));
            case 3:
                return multiply(make({}, depth), make({d}, depth));
            case 4:
                return apply_function(make({d}, depth));
            case 5:
                return softmax(make({d}, depth), {0});
            case 6:
                return sum_axes(make({d, other}, depth), {1});
            case 7:
                return d == w_.n ? diagonal(make({d, d}, depth)) : make({d}, depth);
            case 8:
                return d == w_.n ? eigenvector(spread(make({d, d}, depth - 1))) : make({d}, depth);
            default:
                return subtract(make({d}, depth), make({d}, depth));
        }
    }

    Expr matrix(const Shape& shape, int depth) {
        Dim inner_dim = pick(w_, 2) == 0 ? w_.n : w_.m;
        bool square = shape == Shape{w_.n, w_.n};
        switch (pick(w_, 15)) {
            case 11: {
                Expr v = vec(make({shape[1], shape[0]}, depth));
                return reshape_by_columns(v, shape);
            }
            case 12:
                return multiply(make(shape, depth), chosen(make(shape, depth - 1)));
            case 13:
                return outer(shifted(make({shape[0]}, depth)), make({shape[1]}, depth));
            case 0:
                return matmul(make({shape[0], inner_dim}, depth),
                              make({inner_dim, shape[1]}, depth));
            case 1:
                return add(make(shape, depth), make(shape, depth));
            case 2:
                return multiply(make(shape, depth), make(shape, depth));
            case 3:
                return outer(make({shape[0]}, depth), make({shape[1]}, depth));
            case 4:
                return apply_function(make(shape, depth));
            case 5:
                return transpose(make({shape[1], shape[0]}, depth));
            case 6:
                return square ? diagonal(make({w_.n}, depth)) : make(shape, depth);
            case 7:
                return square ? inverse(dominant(make(shape, depth - 1))) : make(shape, depth);
            case 8:
                return square ? chol(dominant(make(shape, depth - 1))) : make(shape, depth);
            case 9:
                return square ? expm(scale(Rational(1, 2), map(Fn::tanh, make(shape, depth - 1))))
                              : make(shape, depth);
            case 10:
                return square ? multiply(triangle(), make(shape, depth)) : make(shape, depth);
            default:
                return softmax(make(shape, depth), {1});
        }
    }

    /// Away from singular: tanh keeps the entries within ±1, and (n + 1) I dominates them.
    Expr dominant(Expr e) {
        Expr weight = add(dim_value(w_.n), constant(w_.context(), 1));
        return add(map(Fn::tanh, e), multiply(weight, identity(w_.n)));
    }

    /// One eigenvalue far above the others: tanh keeps those of its matrix within ±n.
    Expr spread(Expr e) {
        return add(map(Fn::tanh, e), scale(4, ones(w_.context(), {w_.n, w_.n})));
    }

    Expr triangle() {
        Expr mask = trimask(w_.n);
        return pick(w_, 2) == 0 ? mask : transpose(mask);
    }

    World& w_;
};

std::vector<double> flat_difference(Expr f, Expr x, const Bindings& at,
                                    const std::vector<double>& v, double h) {
    Bindings moved = at;
    auto evaluate_at = [&](double step) {
        std::vector<double>& data = moved.symbols.at(x).data;
        const std::vector<double>& base = at.symbols.at(x).data;
        for (std::size_t i = 0; i < data.size(); ++i) data[i] = base[i] + step * v[i];
        return interpret(f, moved).data;
    };
    std::vector<double> up = evaluate_at(h), down = evaluate_at(-h);
    for (std::size_t i = 0; i < up.size(); ++i) up[i] = (up[i] - down[i]) / (2 * h);
    return up;
}

}  // namespace

Expr random_expression(World& world, const Shape& shape, int depth) {
    return Generator(world).make(shape, depth);
}

double relative_difference(const Tensor& a, const Tensor& b) {
    if (a.shape != b.shape) return INFINITY;
    double size = 1, difference = 0;
    for (std::size_t i = 0; i < a.data.size(); ++i) {
        size = std::max({size, std::abs(a.data[i]), std::abs(b.data[i])});
        if (std::isnan(a.data[i]) != std::isnan(b.data[i])) return INFINITY;
        if (!std::isnan(a.data[i]) && a.data[i] != b.data[i])
            difference = std::max(difference, std::abs(a.data[i] - b.data[i]));
    }
    return difference / size;
}

bool all_finite(const Tensor& t) {
    return std::all_of(t.data.begin(), t.data.end(), [](double v) { return std::isfinite(v); });
}

Tensor difference_quotients(Expr f, Expr x, const Bindings& at, double h) {
    const Tensor& value = at.symbols.at(x);
    Tensor base = interpret(f, at);
    Tensor result{base.shape, {}};
    result.shape.insert(result.shape.end(), value.shape.begin(), value.shape.end());
    std::size_t rows = base.data.size(), columns = value.data.size();
    result.data.assign(rows * columns, 0.0);
    for (std::size_t j = 0; j < columns; ++j) {
        std::vector<double> direction(columns, 0.0);
        direction[j] = 1;
        if (x.has(Fact::lower) && j / static_cast<std::size_t>(value.shape[0]) <
                                      j % static_cast<std::size_t>(value.shape[0]))
            direction[j] = 0;
        if (x.has(Fact::symmetric)) {
            auto k = static_cast<std::size_t>(value.shape[0]);
            direction[j] = 0;
            direction[j] += 0.5, direction[(j % k) * k + j / k] += 0.5;
        }
        // T(h), T(h/2), T(h/4) extrapolated to sixth order.
        auto d1 = flat_difference(f, x, at, direction, h);
        auto d2 = flat_difference(f, x, at, direction, h / 2);
        auto d3 = flat_difference(f, x, at, direction, h / 4);
        for (std::size_t i = 0; i < rows; ++i) {
            double e1 = (4 * d2[i] - d1[i]) / 3, e2 = (4 * d3[i] - d2[i]) / 3;
            result.data[i * columns + j] = (16 * e2 - e1) / 15;
        }
    }
    return result;
}

}  // namespace nabla::testing
