// The same entries under another shape: vec, reshape, Kronecker products. Axes that are split go
// down to what carries them, axes that are merged stay outside, and einsum() takes products over
// merged axes apart (expand_reshapes), so that (A ⊗ B)(C ⊗ D) and (A C) ⊗ (B D) are one node.
#include <algorithm>
#include <numeric>

#include "ir/einsum.hpp"
#include "nabla/error.hpp"

namespace nabla::ir {
namespace {

Dim product_of(Context& context, const Shape& shape) {
    Dim total = context.dim(1);
    for (Dim d : shape) total = total * d;
    return total;
}

Expr leaf(Context& context, Op op, Shape shape, decltype(Node::data) data) {
    Node node{};
    node.op = op;
    node.shape = std::move(shape);
    node.data = std::move(data);
    return context.intern(std::move(node));
}

/// A Sum under another shape, term by term: vec(A + B) and vec(A) + vec(B) are one node.
Expr reshape_sum(Expr e, const Shape& shape) {
    std::vector<Term> terms;
    for (const Term& t : e.sum().terms)
        terms.push_back(Term{t.coefficient, reshape(t.expr, shape)});
    return sum(e.context(), std::move(terms), shape);
}

/// The first axis of `from` that is several consecutive axes of `to`, and which ones.
struct Split {
    std::size_t axis, begin, end;
};

std::optional<Split> first_split(const Shape& from, const Shape& to) {
    std::size_t i = 0, j = 0;
    while (i < from.size() && j < to.size()) {
        if (from[i] == to[j]) {
            ++i, ++j;
            continue;
        }
        // Several axes of `to` for one of `from`, or the other way round.
        Dim product = to[j];
        std::size_t k = j + 1;
        while (k < to.size() && product != from[i]) product = product * to[k++];
        if (product == from[i]) return Split{i, j, k};
        product = from[i++];
        while (i < from.size() && product != to[j]) product = product * from[i++];
        if (product != to[j]) return std::nullopt;
        ++j;
    }
    return std::nullopt;
}

/// A product with one axis split: whatever carries it is split there. An identity between the axis
/// and another one is an identity for each part, so that the other one is split too. Nothing if a
/// factor could only be split by a Reshape of its own: then the product stays whole.
std::optional<Expr> split_axis(Expr e, const Split& split, const Shape& shape) {
    EinsumData data = e.op() == Op::identity
                          ? EinsumData{{Factor{e, 1, {0, 1}}}, {0, 1}, {e.dim(), e.dim()}}
                          : e.einsum();
    const Shape parts(shape.begin() + static_cast<std::ptrdiff_t>(split.begin),
                      shape.begin() + static_cast<std::ptrdiff_t>(split.end));
    std::vector<Labels> names(data.dims.size());
    auto open = [&](LabelId l) {
        for (Dim d : parts) {
            names[l].push_back(static_cast<LabelId>(data.dims.size()));
            data.dims.push_back(d);
        }
    };
    open(data.output[split.axis]);
    for (bool more = true; more;) {
        more = false;
        for (const Factor& f : data.factors) {
            if (f.base.op() != Op::identity || f.exponent != Rational(1)) continue;
            for (int side : {0, 1}) {
                const LabelId here = f.labels[static_cast<std::size_t>(side)];
                const LabelId there = f.labels[static_cast<std::size_t>(1 - side)];
                if (names[here].empty() || !names[there].empty()) continue;
                open(there);
                more = true;
            }
        }
    }
    auto expand = [&](const Labels& labels) {
        Labels all;
        for (LabelId l : labels) {
            if (names[l].empty())
                all.push_back(l);
            else
                all.insert(all.end(), names[l].begin(), names[l].end());
        }
        return all;
    };
    EinsumData result{{}, expand(data.output), data.dims};
    for (const Factor& f : data.factors) {
        const bool identical = f.base.op() == Op::identity && f.exponent == Rational(1);
        if (identical && !names[f.labels[0]].empty()) {
            for (std::size_t k = 0; k < parts.size(); ++k)
                result.factors.push_back(
                    Factor{identity(parts[k]), 1, {names[f.labels[0]][k], names[f.labels[1]][k]}});
            continue;
        }
        const Labels labels = expand(f.labels);
        Shape inner;
        for (LabelId l : labels) inner.push_back(data.dims[l]);
        Expr part = reshape(f.base, inner);
        if (part.op() == Op::reshape && f.base.op() != Op::reshape) return std::nullopt;
        result.factors.push_back(Factor{part, f.exponent, labels});
    }
    // Labels that were split are in use no more: only those that are left count.
    std::vector<LabelId> rename(result.dims.size(), 0);
    Shape dims;
    for (LabelId l = 0; l < result.dims.size(); ++l) {
        if (l < names.size() && !names[l].empty()) continue;
        rename[l] = static_cast<LabelId>(dims.size());
        dims.push_back(result.dims[l]);
    }
    for (LabelId& l : result.output) l = rename[l];
    for (Factor& f : result.factors)
        for (LabelId& l : f.labels) l = rename[l];
    result.dims = std::move(dims);
    return reshape(einsum(e.context(), std::move(result)), shape);
}

/// Output labels of `e` that one axis of `shape` merges, for each axis; empty if they are not.
std::vector<std::vector<std::size_t>> merges(Context& context, const Shape& from, const Shape& to) {
    std::vector<std::vector<std::size_t>> groups;
    std::size_t at = 0;
    for (Dim axis : to) {
        groups.emplace_back();
        Dim product = context.dim(1);
        do {
            if (at == from.size()) return {};
            product = product * from[at];
            groups.back().push_back(at++);
        } while (product != axis);
    }
    return at == from.size() ? groups : std::vector<std::vector<std::size_t>>{};
}

/// Identities between the axes of two merged axes are one identity between the merged ones.
std::optional<Expr> join_identities(Expr e, const Shape& shape) {
    if (e.op() != Op::einsum) return std::nullopt;
    const EinsumData& data = e.einsum();
    const auto groups = merges(e.context(), e.shape(), shape);
    auto carriers = [&](LabelId l) {
        return std::count_if(data.factors.begin(), data.factors.end(), [&](const Factor& f) {
            return std::find(f.labels.begin(), f.labels.end(), l) != f.labels.end();
        });
    };
    auto tied = [&](LabelId a, LabelId b) {
        return carriers(a) == 1 && carriers(b) == 1 &&
               std::any_of(data.factors.begin(), data.factors.end(), [&](const Factor& f) {
                   return f.base.op() == Op::identity && f.exponent == Rational(1) &&
                          std::is_permutation(f.labels.begin(), f.labels.end(),
                                              Labels{a, b}.begin());
               });
    };
    for (std::size_t g = 0; g < groups.size(); ++g)
        for (std::size_t h = g + 1; h < groups.size(); ++h) {
            if (groups[g].size() < 2 || groups[g].size() != groups[h].size()) continue;
            bool all = true;
            for (std::size_t k = 0; k < groups[g].size(); ++k)
                all = all && tied(data.output[groups[g][k]], data.output[groups[h][k]]);
            if (!all) continue;
            // The same product without those axes, times the identity of the merged ones.
            EinsumData joined{{}, {}, {}};
            std::vector<LabelId> rename(data.dims.size(), 0);
            std::vector<bool> gone(data.dims.size(), false);
            for (std::size_t axis : groups[g]) gone[data.output[axis]] = true;
            for (std::size_t axis : groups[h]) gone[data.output[axis]] = true;
            for (LabelId l = 0; l < data.dims.size(); ++l) {
                if (gone[l]) continue;
                rename[l] = static_cast<LabelId>(joined.dims.size());
                joined.dims.push_back(data.dims[l]);
            }
            const auto first = static_cast<LabelId>(joined.dims.size());
            joined.dims.push_back(shape[g]);
            joined.dims.push_back(shape[h]);
            for (std::size_t axis = 0; axis < groups.size(); ++axis) {
                if (axis == g || axis == h) {
                    joined.output.push_back(static_cast<LabelId>(first + (axis == h ? 1 : 0)));
                    continue;
                }
                for (std::size_t inner : groups[axis])
                    joined.output.push_back(rename[data.output[inner]]);
            }
            for (Factor f : data.factors) {
                if (!f.labels.empty() && gone[f.labels[0]]) continue;
                for (LabelId& l : f.labels) l = rename[l];
                joined.factors.push_back(std::move(f));
            }
            joined.factors.push_back(
                Factor{identity(shape[g]), 1, {first, static_cast<LabelId>(first + 1)}});
            return reshape(einsum(e.context(), std::move(joined)), shape);
        }
    return std::nullopt;
}

}  // namespace

namespace {

/// Scalars stay outside: vec(s X) is s vec(X).
std::optional<Expr> reshape_scaled(Expr e, const Shape& shape) {
    if (e.op() != Op::einsum) return std::nullopt;
    EinsumData rest = e.einsum();
    EinsumData scalars;
    for (const Factor& f : rest.factors)
        if (f.labels.empty()) scalars.factors.push_back(f);
    if (scalars.factors.empty()) return std::nullopt;
    std::erase_if(rest.factors, [](const Factor& f) { return f.labels.empty(); });
    Context& context = e.context();
    return multiply(einsum(context, std::move(scalars)),
                    reshape(einsum(context, std::move(rest)), shape));
}

}  // namespace

namespace {

/// Axes of one entry that nothing carries are no axes: y ones(1)^T under another shape is y under
/// it. Nothing if there is none, or if the shape has such axes itself.
std::optional<Expr> without_unit_axes(Expr e, const Shape& shape) {
    if (e.op() != Op::einsum) return std::nullopt;
    auto is_unit = [](Dim d) { return d.is(1); };
    if (std::any_of(shape.begin(), shape.end(), is_unit)) return std::nullopt;
    const EinsumData& data = e.einsum();
    EinsumData rest;
    std::vector<LabelId> rename(data.dims.size(), 0);
    for (LabelId l = 0; l < data.dims.size(); ++l) {
        bool output = std::find(data.output.begin(), data.output.end(), l) != data.output.end();
        bool carried = std::any_of(data.factors.begin(), data.factors.end(), [&](const Factor& f) {
            return std::find(f.labels.begin(), f.labels.end(), l) != f.labels.end();
        });
        if (output && !carried && data.dims[l].is(1)) continue;
        rename[l] = static_cast<LabelId>(rest.dims.size());
        rest.dims.push_back(data.dims[l]);
        if (output) rest.output.push_back(l);
    }
    if (rest.dims.size() == data.dims.size()) return std::nullopt;
    // In the order of the axes.
    Labels kept;
    for (LabelId l : data.output)
        if (std::find(rest.output.begin(), rest.output.end(), l) != rest.output.end())
            kept.push_back(rename[l]);
    rest.output = std::move(kept);
    for (Factor f : data.factors) {
        for (LabelId& l : f.labels) l = rename[l];
        rest.factors.push_back(std::move(f));
    }
    return reshape(einsum(e.context(), std::move(rest)), shape);
}

}  // namespace

Expr reshape(Expr e, Shape shape) {
    if (e.shape() == shape) return e;
    if (auto fewer = without_unit_axes(e, shape)) return *fewer;
    Context& context = e.context();
    if (product_of(context, e.shape()) != product_of(context, shape))
        throw InternalError("reshape: " + to_string(e.shape()) + " to " + to_string(shape));
    if (e.op() == Op::reshape) return reshape(e.child(0), std::move(shape));
    if (auto scalar = match_broadcast(e)) return broadcast(*scalar, shape);
    if (e.op() == Op::sum) return reshape_sum(e, shape);
    if (auto scaled = reshape_scaled(e, shape)) return *scaled;
    if (shape.empty()) return sum_entries(e);  // every axis has one entry
    // Splits go down to what carries the axis, merges stay outside (expand_reshapes in einsum.hpp).
    if (e.op() == Op::einsum || e.op() == Op::identity)
        if (auto split = first_split(e.shape(), shape))
            if (auto parts = split_axis(e, *split, shape)) return *parts;
    if (auto joined = join_identities(e, shape)) return *joined;
    return leaf(context, Op::reshape, std::move(shape), MatrixData{{e}});
}

Expr reshape_by_columns(Expr e, const Shape& shape) {
    // Column-major order is the row-major order of the axes turned round.
    auto turned = [](Expr a) {
        std::vector<std::uint8_t> axes(a.rank());
        std::iota(axes.rbegin(), axes.rend(), std::uint8_t{0});
        return permute(a, axes);
    };
    return turned(reshape(turned(e), {shape.rbegin(), shape.rend()}));
}

Expr kronecker(Expr a, Expr b) {
    if (a.is_scalar() || b.is_scalar()) return multiply(a, b);
    if (a.rank() != b.rank()) throw InternalError("kronecker: operands of one rank");
    // a[i, j] b[p, q] at (i, p), (j, q).
    EinsumData data{{Factor{a, 1, {}}, Factor{b, 1, {}}}, {}, {}};
    Shape shape;
    for (std::size_t axis = 0; axis < a.rank(); ++axis) {
        for (std::size_t k : {0, 1}) {
            auto label = static_cast<LabelId>(data.dims.size());
            data.factors[k].labels.push_back(label);
            data.output.push_back(label);
            data.dims.push_back((k == 0 ? a : b).shape()[axis]);
        }
        shape.push_back(a.shape()[axis] * b.shape()[axis]);
    }
    return reshape(einsum(a.context(), std::move(data)), std::move(shape));
}

Expr vec(Expr matrix) {
    if (matrix.rank() < 2) return matrix;
    return reshape(transpose(matrix), {matrix.shape()[0] * matrix.shape()[1]});
}

}  // namespace nabla::ir
