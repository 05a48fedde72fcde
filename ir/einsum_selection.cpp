// Steps that know what Selections and Reshapes are: slices of slices, parts that do not meet, and
// products over merged axes, which are products over the axes themselves.
#include <algorithm>
#include <map>

#include "ir/einsum.hpp"

namespace nabla::ir {
namespace {

bool is_selection(const Factor& f) {
    return f.base.op() == Op::selection && f.exponent == Rational(1);
}

bool shared_by_two(const EinsumWork& work, LabelId label) {
    return !work.is_output(label) && work.occurrences(label) == 2;
}

void erase(EinsumWork& work, std::size_t k) {
    work.factors.erase(work.factors.begin() + static_cast<std::ptrdiff_t>(k));
}

/// S(a,b) T(b,c), b summed: the slice of a slice.
bool compose(EinsumWork& work, std::size_t i, std::size_t j) {
    const Factor &s = work.factors[i], &t = work.factors[j];
    if (s.labels[1] != t.labels[0] || !shared_by_two(work, s.labels[1])) return false;
    Expr both = selection(s.base.shape()[0], t.base.shape()[1], s.base.offset() + t.base.offset());
    work.factors[i] = Factor{both, 1, {s.labels[0], t.labels[1]}};
    erase(work, j);
    return true;
}

/// S(a,b) T(a,c), a summed: equal parts are the identity, parts that do not meet are zero.
bool meet(EinsumWork& work, std::size_t i, std::size_t j) {
    const Factor &s = work.factors[i], &t = work.factors[j];
    if (s.labels[0] != t.labels[0]) return false;
    bool alone = shared_by_two(work, s.labels[0]);
    if (s.base == t.base && !alone) {
        // The same part of one axis twice: b is c.
        if (s.labels[1] == t.labels[1]) {
            erase(work, j);
            return true;
        }
        work.factors[j] = Factor{identity(s.base.shape()[1]), 1, {s.labels[1], t.labels[1]}};
        return true;
    }
    if (s.base == t.base) {
        work.factors[i] = Factor{identity(s.base.shape()[1]), 1, {s.labels[1], t.labels[1]}};
        erase(work, j);
        return true;
    }
    auto apart = [](Expr first, Expr second) {
        auto gap = (second.offset() - first.offset() - first.shape()[1]).constant();
        return gap && *gap >= 0;
    };
    work.zero = apart(s.base, t.base) || apart(t.base, s.base);
    return work.zero;
}

/// Σ_a S(a,b) is 1 for every b.
bool drop_summed(EinsumWork& work) {
    for (std::size_t k = 0; k < work.factors.size(); ++k) {
        const Factor& s = work.factors[k];
        if (!is_selection(s) || work.is_output(s.labels[0]) || work.occurrences(s.labels[0]) != 1)
            continue;
        LabelId column = s.labels[1];
        erase(work, k);
        if (!work.is_output(column) && work.occurrences(column) == 0)
            work.factors.push_back(Factor{dim_value(work.dims[column]), 1, {}});
        return true;
    }
    return false;
}

bool reduce_pair(EinsumWork& work) {
    for (std::size_t i = 0; i < work.factors.size(); ++i) {
        if (!is_selection(work.factors[i])) continue;
        for (std::size_t j = 0; j < work.factors.size(); ++j) {
            if (i == j || !is_selection(work.factors[j])) continue;
            if (compose(work, i, j) || meet(work, i, j)) return true;
        }
    }
    return false;
}

/// The axes of its argument that axis `axis` of a Reshape merges; of anything else, the axis
/// itself.
std::optional<std::pair<std::size_t, std::size_t>> merged_axes(Expr e, std::size_t axis) {
    if (e.op() != Op::reshape) return std::make_pair(axis, axis + 1);
    const Shape &inner = e.child(0).shape(), &outer = e.shape();
    std::size_t begin = 0;
    for (std::size_t k = 0; k <= axis; ++k) {
        Dim product = e.context().dim(1);
        std::size_t end = begin;
        while (end < inner.size() && (end == begin || product != outer[k]))
            product = product * inner[end++];
        if (product != outer[k]) return std::nullopt;
        // Axes of one entry that are left at the end belong to the last one.
        while (k + 1 == outer.size() && end < inner.size() && inner[end].is(1)) ++end;
        if (k == axis) return std::make_pair(begin, end);
        begin = end;
    }
    return std::nullopt;
}

Shape part_of(Expr e, const std::pair<std::size_t, std::size_t>& axes) {
    const Shape& inner = e.op() == Op::reshape ? e.child(0).shape() : e.shape();
    return {inner.begin() + static_cast<std::ptrdiff_t>(axes.first),
            inner.begin() + static_cast<std::ptrdiff_t>(axes.second)};
}

/// The axes that label `l` merges, if everything that carries it merges the same ones.
std::optional<Shape> merged_group(const EinsumWork& work, LabelId l) {
    std::optional<Shape> group;
    for (const Factor& f : work.factors)
        for (std::size_t axis = 0; axis < f.labels.size(); ++axis) {
            if (f.labels[axis] != l) continue;
            auto axes = merged_axes(f.base, axis);
            if (!axes) return std::nullopt;
            Shape part = part_of(f.base, *axes);
            if (group && *group != part) return std::nullopt;
            group = part;
        }
    return group;
}

/// The product of two Reshapes over the labels that only they share, if it is a Reshape again.
bool merge_pair(EinsumWork& work, std::size_t i, std::size_t j) {
    const Factor &f = work.factors[i], &g = work.factors[j];
    EinsumData data{{f, g}, {}, {}};
    Labels left;
    std::map<LabelId, LabelId> renamed;
    bool joined = false;
    for (const Factor* factor : {&f, &g})
        for (LabelId l : factor->labels) {
            bool both = std::find(f.labels.begin(), f.labels.end(), l) != f.labels.end() &&
                        std::find(g.labels.begin(), g.labels.end(), l) != g.labels.end();
            if (both && !shared_by_two(work, l)) return false;
            joined = joined || both;
            auto [at, added] = renamed.emplace(l, static_cast<LabelId>(data.dims.size()));
            if (!added && !both) return false;  // a diagonal
            if (!added) continue;
            data.dims.push_back(work.dims[l]);
            if (both) continue;
            data.output.push_back(at->second);
            left.push_back(l);
        }
    if (!joined) return false;
    for (Factor& factor : data.factors)
        for (LabelId& l : factor.labels) l = renamed.at(l);
    Expr product = einsum(work.context, std::move(data));
    if (product.op() != Op::reshape) return false;
    work.factors[i] = Factor{product, 1, left};
    erase(work, j);
    return true;
}

}  // namespace

bool merge_reshapes(EinsumWork& work) {
    auto fits = [](const Factor& f) {
        return f.base.op() == Op::reshape && f.exponent == Rational(1);
    };
    // Two alone are what expand_reshapes has looked at.
    if (work.factors.size() < 3) return false;
    for (std::size_t i = 0; i < work.factors.size(); ++i)
        for (std::size_t j = i + 1; j < work.factors.size(); ++j)
            if (fits(work.factors[i]) && fits(work.factors[j]) && merge_pair(work, i, j))
                return true;
    return false;
}

bool reduce_selections(EinsumWork& work) {
    bool changed = false;
    while (!work.zero && (drop_summed(work) || reduce_pair(work))) changed = true;
    return changed;
}

std::optional<Expr> expand_reshapes(const EinsumWork& work) {
    bool any = std::any_of(work.factors.begin(), work.factors.end(),
                           [](const Factor& f) { return f.base.op() == Op::reshape; });
    // A Reshape times scalars stays as it is.
    std::vector<const Factor*> shaped;
    for (const Factor& f : work.factors)
        if (!f.labels.empty()) shaped.push_back(&f);
    bool alone = shaped.size() == 1 && shaped[0]->exponent == Rational(1) &&
                 shaped[0]->labels == work.output;
    if (!any || alone) return std::nullopt;
    // Every label of a Reshape must be expanded, or the Reshape stays as it is.
    std::vector<std::optional<Shape>> groups(work.dims.size());
    for (LabelId l = 0; l < work.dims.size(); ++l) groups[l] = merged_group(work, l);
    for (const Factor& f : work.factors)
        for (LabelId l : f.labels)
            if (f.base.op() == Op::reshape && !groups[l]) return std::nullopt;
    EinsumData data;
    std::vector<Labels> names(work.dims.size());
    for (LabelId l = 0; l < work.dims.size(); ++l) {
        // Rewriting may have left unused labels behind; they do not count.
        if (!work.is_output(l) && work.occurrences(l) == 0) continue;
        for (Dim d : groups[l] ? *groups[l] : Shape{work.dims[l]}) {
            names[l].push_back(static_cast<LabelId>(data.dims.size()));
            data.dims.push_back(d);
        }
    }
    auto expand = [&](const Labels& labels) {
        Labels all;
        for (LabelId l : labels) all.insert(all.end(), names[l].begin(), names[l].end());
        return all;
    };
    Shape shape;
    for (LabelId l : work.output) shape.push_back(work.dims[l]);
    data.output = expand(work.output);
    for (const Factor& f : work.factors) {
        bool merged = f.base.op() == Op::reshape;
        data.factors.push_back(
            Factor{merged ? f.base.child(0) : f.base, f.exponent, expand(f.labels)});
    }
    Expr inner = einsum(work.context, std::move(data));
    Expr result = shape.empty() ? inner : reshape(inner, shape);
    return scale(work.coefficient, result);
}

}  // namespace nabla::ir
