#include "ir/interpret.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <limits>
#include <numeric>

#include "ir/dense.hpp"
#include "ir/traverse.hpp"
#include "nabla/error.hpp"

namespace nabla::ir {
namespace {

constexpr double inf = std::numeric_limits<double>::infinity();

std::int64_t size_of(const std::vector<std::int64_t>& shape) {
    return std::accumulate(shape.begin(), shape.end(), std::int64_t{1}, std::multiplies<>());
}

/// Advances a multi-index in row-major order; false after the last.
bool next(std::vector<std::int64_t>& index, const std::vector<std::int64_t>& extents) {
    for (std::size_t d = extents.size(); d-- > 0;) {
        if (++index[d] < extents[d]) return true;
        index[d] = 0;
    }
    return false;
}

using Real = long double;

/// Values between the nodes. Sums and products are formed with more digits and a wider range of
/// exponents than a double has, so that a root of a sum of squares, or the logarithm of a
/// determinant, is right where the sum or the determinant itself is no double.
struct Wide {
    std::vector<std::int64_t> shape;
    std::vector<Real> data;
};

Wide widen(const Tensor& t) { return {t.shape, {t.data.begin(), t.data.end()}}; }
Tensor narrow(const Wide& t) {
    Tensor result{t.shape, {}};
    for (Real x : t.data) result.data.push_back(static_cast<double>(x));
    return result;
}

Real raise(Real base, const Rational& e) {
    if (e == Rational(1)) return base;
    if (e == Rational(-1)) return 1 / base;
    if (e == Rational(1, 2)) return std::sqrt(base);
    if (e == Rational(-1, 2)) return 1 / std::sqrt(base);
    return std::pow(base, static_cast<Real>(e.num) / static_cast<Real>(e.den));
}

bool selects(Expr base) {
    if (base.op() == Op::selection || base.op() == Op::identity || base.op() == Op::trimask)
        return true;
    if (base.op() == Op::map) return function(base.map().function).selects;
    return base.op() == Op::reduce && (base.reduce().kind == ReduceKind::max_share ||
                                       base.reduce().kind == ReduceKind::min_share);
}

class Interpreter {
public:
    explicit Interpreter(const Bindings& bindings) : bindings_(bindings) {}

    Tensor take(Expr e) const { return narrow(values_.at(e)); }
    void run(std::span<const Expr> roots) {
        for (Expr e : post_order(roots)) values_[e] = value(e);
    }

private:
    std::vector<std::int64_t> extents(const Shape& shape) {
        std::vector<std::int64_t> result;
        for (Dim d : shape) result.push_back(extent(d));
        return result;
    }
    std::int64_t extent(Dim d) {
        auto value = evaluate(d, bindings_.dims);
        if (!value) throw InputError("the size " + d.str() + " has no value");
        return *value;
    }
    Wide filled(const Shape& shape, Real value) {
        Wide t{extents(shape), {}};
        t.data.assign(static_cast<std::size_t>(size_of(t.shape)), value);
        return t;
    }

    Wide value(Expr e) {
        switch (e.op()) {
            case Op::constant:
                return filled({}, e.number().value());
            case Op::pi:
                return filled({}, 3.14159265358979323846);
            case Op::dim_value:
                return filled({}, static_cast<double>(extent(e.dim())));
            case Op::symbol:
                return symbol(e);
            case Op::identity: {
                Wide t = filled(e.shape(), 0);
                for (std::int64_t i = 0; i < t.shape[0]; ++i)
                    t.data[static_cast<std::size_t>(i * (t.shape[0] + 1))] = 1;
                return t;
            }
            case Op::sum:
                return sum(e);
            case Op::einsum:
                return einsum(e);
            case Op::map:
                return map(e);
            case Op::reduce:
                return reduce(e);
            case Op::inverse:
                return widen(dense_inverse(narrow(values_.at(e.child(0)))));
            case Op::det:
                return Wide{{}, {dense_det(narrow(values_.at(e.child(0))))}};
            case Op::adjugate:
                return widen(dense_adjugate(narrow(values_.at(e.child(0)))));
            case Op::selection: {
                Wide t = filled(e.shape(), 0);
                const std::int64_t offset = extent(e.offset());
                if (offset < 0 || offset + t.shape[1] > t.shape[0])
                    throw InputError("a slice ends beyond what it is taken from");
                for (std::int64_t j = 0; j < t.shape[1]; ++j)
                    t.data[static_cast<std::size_t>((j + offset) * t.shape[1] + j)] = 1;
                return t;
            }
            case Op::iota: {
                Wide t = filled(e.shape(), 0);
                std::iota(t.data.begin(), t.data.end(), Real{1});
                return t;
            }
            case Op::reshape:
                return Wide{extents(e.shape()), values_.at(e.child(0)).data};
            case Op::trimask: {
                Wide t = filled(e.shape(), 0);
                for (std::int64_t i = 0; i < t.shape[0]; ++i)
                    std::fill_n(t.data.begin() + i * t.shape[0], i + 1, Real{1});
                return t;
            }
            case Op::chol:
                return widen(dense_cholesky(narrow(values_.at(e.child(0)))));
            case Op::eigenvalue:
                return Wide{{}, {dense_eigen(narrow(values_.at(e.child(0)))).largest}};
            case Op::eigenvector:
                return widen(dense_eigen(narrow(values_.at(e.child(0)))).leading);
            case Op::shifted_pinv:
                return widen(dense_shifted_pinv(narrow(values_.at(e.child(0)))));
            case Op::expm:
                return expm(e);
            case Op::sylvester:
                return sylvester(e);
            case Op::derivative:
                break;
        }
        throw InternalError("interpret: a derivative that no pass has replaced");
    }

    Wide symbol(Expr e) {
        auto found = bindings_.symbols.find(e);
        if (found == bindings_.symbols.end()) throw InputError(e.symbol().name + " has no value");
        if (found->second.shape != extents(e.shape()))
            throw InputError("the value of " + e.symbol().name + " does not have shape " +
                             to_string(e.shape()));
        return widen(found->second);
    }

    Wide sum(Expr e) {
        Wide t = filled(e.shape(), 0);
        for (const Term& term : e.sum().terms) {
            const Wide& x = values_.at(term.expr);
            for (std::size_t i = 0; i < t.data.size(); ++i)
                t.data[i] += static_cast<Real>(term.coefficient.value()) * x.data[i];
        }
        return t;
    }

    /// Factor by factor; a label is summed as soon as no factor left and no output carries it.
    Wide einsum(Expr e) {
        const EinsumData& data = e.einsum();
        std::vector<std::int64_t> sizes = extents(Shape(data.dims.begin(), data.dims.end()));
        std::vector<Factor> rest = data.factors;
        // Selecting factors last: what they do not take contributes nothing, even NaN.
        std::stable_partition(rest.begin(), rest.end(),
                              [](const Factor& f) { return !selects(f.base); });
        Labels live;
        Wide product{{}, {Real{1}}};
        while (!rest.empty()) {
            // Prefer a factor that meets what is there: fewer live labels.
            bool plain = !selects(rest.front().base);
            auto next_factor = std::find_if(rest.begin(), rest.end(), [&](const Factor& f) {
                return selects(f.base) != plain &&
                       std::any_of(f.labels.begin(), f.labels.end(), [&](LabelId l) {
                           return std::find(live.begin(), live.end(), l) != live.end();
                       });
            });
            if (next_factor == rest.end()) next_factor = rest.begin();
            Factor f = *next_factor;
            rest.erase(next_factor);
            multiply_in(product, live, f, sizes);
            Labels kept;
            for (LabelId l : live) {
                bool needed =
                    std::find(data.output.begin(), data.output.end(), l) != data.output.end();
                for (const Factor& g : rest)
                    needed =
                        needed || std::find(g.labels.begin(), g.labels.end(), l) != g.labels.end();
                if (needed) kept.push_back(l);
            }
            product = reindex(product, live, kept, sizes);
            live = kept;
        }
        return reindex(product, live, data.output, sizes);
    }

    std::size_t offset_of(const Labels& labels, const Labels& order,
                          const std::vector<std::int64_t>& index,
                          const std::vector<std::int64_t>& sizes) {
        std::int64_t at = 0;
        for (LabelId l : labels) {
            auto position = std::find(order.begin(), order.end(), l) - order.begin();
            at = at * sizes[l] + index[static_cast<std::size_t>(position)];
        }
        return static_cast<std::size_t>(at);
    }

    /// product[live] := product[live] · f, over the union of their labels.
    void multiply_in(Wide& product, Labels& live, const Factor& f,
                     const std::vector<std::int64_t>& sizes) {
        Labels all = live;
        for (LabelId l : f.labels)
            if (std::find(all.begin(), all.end(), l) == all.end()) all.push_back(l);
        Wide result = indexed(all, sizes);
        std::vector<std::int64_t> index(all.size(), 0);
        bool cuts = selects(f.base) && f.exponent.num > 0;
        const Wide& value = values_.at(f.base);
        for (Real& entry : result.data) {
            Real x = value.data[offset_of(f.labels, all, index, sizes)];
            Real y = product.data[offset_of(live, all, index, sizes)];
            entry = cuts && x == 0 ? 0 : y * raise(x, f.exponent);
            next(index, result.shape);
        }
        product = std::move(result);
        live = std::move(all);
    }

    Wide indexed(const Labels& labels, const std::vector<std::int64_t>& sizes) {
        Wide t;
        for (LabelId l : labels) t.shape.push_back(sizes[l]);
        t.data.assign(static_cast<std::size_t>(size_of(t.shape)), Real{0});
        return t;
    }

    /// Sums labels that `to` lacks, repeats along labels that only `to` has.
    Wide reindex(const Wide& t, const Labels& from, const Labels& to,
                 const std::vector<std::int64_t>& sizes) {
        Labels all = from;
        for (LabelId l : to)
            if (std::find(all.begin(), all.end(), l) == all.end()) all.push_back(l);
        Wide result = indexed(to, sizes), walk = indexed(all, sizes);
        std::vector<std::int64_t> index(all.size(), 0);
        for (std::size_t i = 0; i < walk.data.size(); ++i) {
            result.data[offset_of(to, all, index, sizes)] +=
                t.data[offset_of(from, all, index, sizes)];
            next(index, walk.shape);
        }
        return result;
    }

    Wide sylvester(Expr e) {
        const auto child = [&](int k) { return narrow(values_.at(e.child(k))); };
        return widen(dense_sylvester(child(0), child(1), child(2), child(3), child(4)));
    }

    Wide expm(Expr e) {
        std::vector<Tensor> directions;
        for (int i = 1; i < e.child_count(); ++i)
            directions.push_back(narrow(values_.at(e.child(i))));
        return widen(dense_expm(narrow(values_.at(e.child(0))), directions));
    }

    /// A function of the table, in doubles; those that only pass on a large or small number, or
    /// bring it back into range, with all of it.
    static Real call(const Function& row, const std::array<Real, 3>& x) {
        if (row.id == Fn::log) return std::log(x[0]);
        if (row.id == Fn::abs) return std::fabs(x[0]);
        if (row.id == Fn::rnorm) return x[0] == 0 ? 0 : 1 / std::sqrt(x[0]);
        if (row.id == Fn::where) return x[0] != 0 ? x[1] : x[2];
        if (row.id == Fn::strong_zero) return x[0];
        if (row.id == Fn::sign && x[0] != 0) return x[0] > 0 ? 1 : x[0] < 0 ? -1 : x[0];
        std::array<double, 3> narrow{};
        for (std::size_t k = 0; k < x.size(); ++k) narrow[k] = static_cast<double>(x[k]);
        return row.reference(narrow.data());
    }

    Wide map(Expr e) {
        Wide t = filled(e.shape(), 0);
        const Function& row = function(e.map().function);
        std::array<Real, 3> x{};
        for (std::size_t i = 0; i < t.data.size(); ++i) {
            for (int a = 0; a < e.child_count(); ++a) {
                const Wide& argument = values_.at(e.child(a));
                x[static_cast<std::size_t>(a)] = argument.data[e.child(a).is_scalar() ? 0 : i];
            }
            t.data[i] = call(row, x);
        }
        return t;
    }

    Wide reduce(Expr e) {
        const ReduceData& data = e.reduce();
        const Wide& x = values_.at(e.child(0));
        std::vector<std::int64_t> kept_shape;
        std::vector<bool> reduced(x.shape.size(), false);
        for (auto axis : data.axes) reduced[axis] = true;
        for (std::size_t d = 0; d < x.shape.size(); ++d)
            if (!reduced[d]) kept_shape.push_back(x.shape[d]);
        std::vector<std::vector<Real>> groups(static_cast<std::size_t>(size_of(kept_shape)));
        std::vector<std::size_t> group_of;
        std::vector<std::int64_t> index(x.shape.size(), 0);
        if (!x.data.empty()) do {
                std::int64_t at = 0;
                for (std::size_t d = 0; d < x.shape.size(); ++d)
                    if (!reduced[d]) at = at * x.shape[d] + index[d];
                groups[static_cast<std::size_t>(at)].push_back(x.data[group_of.size()]);
                group_of.push_back(static_cast<std::size_t>(at));
            } while (next(index, x.shape));
        bool share = data.kind == ReduceKind::max_share || data.kind == ReduceKind::min_share;
        Wide t{share ? x.shape : kept_shape, {}};
        if (!share) {
            for (const auto& group : groups) t.data.push_back(reduced_value(data.kind, group));
            return t;
        }
        for (std::size_t i = 0; i < x.data.size(); ++i)
            t.data.push_back(share_of(data.kind, x.data[i], groups[group_of[i]]));
        return t;
    }

    static Real extreme(bool largest, const std::vector<Real>& values) {
        Real best = largest ? -inf : inf;
        for (Real v : values) {
            if (std::isnan(v)) return v;
            if (largest ? v > best : v < best) best = v;
        }
        return best;
    }

    static Real reduced_value(ReduceKind kind, const std::vector<Real>& values) {
        if (kind == ReduceKind::max) return extreme(true, values);
        if (kind == ReduceKind::min) return extreme(false, values);
        if (kind == ReduceKind::prod)
            return std::accumulate(values.begin(), values.end(), Real{1}, std::multiplies<>());
        Real top = extreme(true, values);
        if (std::isinf(top) || std::isnan(top)) return top;
        Real total = 0;
        for (Real v : values) total += std::exp(v - top);
        return top + std::log(total);
    }

    static Real share_of(ReduceKind kind, Real x, const std::vector<Real>& values) {
        Real best = extreme(kind == ReduceKind::max_share, values);
        if (std::isnan(best)) return best;
        Real ties = 0;
        for (Real v : values) ties += v == best;
        return x == best ? 1 / ties : 0;
    }

    const Bindings& bindings_;
    std::unordered_map<Expr, Wide, ExprHash> values_;
};

}  // namespace

DimValues infer_dims(const std::unordered_map<Expr, Tensor, ExprHash>& symbols) {
    DimValues sizes;
    for (const auto& [symbol, value] : symbols) {
        if (symbol.rank() != value.shape.size())
            throw InputError("the value of " + symbol.symbol().name + " does not have shape " +
                             to_string(symbol.shape()));
        for (std::size_t d = 0; d < value.shape.size(); ++d) {
            const auto& terms = symbol.shape()[d].terms();
            bool name =
                terms.size() == 1 && terms[0].coefficient == 1 && terms[0].names.size() == 1;
            if (!name) continue;
            auto [it, fresh] = sizes.emplace(terms[0].names[0], value.shape[d]);
            if (!fresh && it->second != value.shape[d])
                throw InputError("the dimension " + it->first + " is " +
                                 std::to_string(it->second) + " in one value and " +
                                 std::to_string(value.shape[d]) + " in " + symbol.symbol().name);
        }
    }
    return sizes;
}

std::vector<Tensor> interpret(std::span<const Expr> roots, const Bindings& bindings) {
    Interpreter interpreter(bindings);
    interpreter.run(roots);
    std::vector<Tensor> result;
    for (Expr e : roots) result.push_back(interpreter.take(e));
    return result;
}

Tensor interpret(Expr e, const Bindings& bindings) {
    return interpret(std::span<const Expr>(&e, 1), bindings)[0];
}

}  // namespace nabla::ir
