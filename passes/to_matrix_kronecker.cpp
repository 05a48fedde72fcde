// Products over merged axes: A ⊗ B where the axes of two matrices interleave, diag(v) where
// identities tie the rows to the columns, diag(v) (A ⊗ B) diag(w) where something ties the two axes
// of the rows or of the columns to each other. What none of these is stays in index notation: a
// commutation matrix, say.
#include <algorithm>
#include <optional>

#include "passes/to_matrix_builder.hpp"

namespace nabla::passes {
namespace {

using ir::EinsumData;
using ir::Expr;
using ir::Factor;
using ir::LabelId;
using ir::Labels;
using ir::Op;

/// The axes of the argument that each axis of the Reshape merges.
std::vector<Labels> merged_axes(const EinsumData& data, Expr reshape) {
    std::vector<Labels> groups;
    std::size_t at = 0;
    for (ir::Dim axis : reshape.shape()) {
        groups.emplace_back();
        ir::Dim product = reshape.context().dim(1);
        do {
            if (at == data.output.size()) return {};
            product = product * data.dims[data.output[at]];
            groups.back().push_back(data.output[at++]);
        } while (product != axis);
    }
    return at == data.output.size() ? groups : std::vector<Labels>{};
}

bool contains(const Labels& labels, LabelId l) {
    return std::find(labels.begin(), labels.end(), l) != labels.end();
}

/// Some factors over some outputs, as an expression.
Expr product_over(ir::Context& context, const EinsumData& data,
                  const std::vector<std::size_t>& factors, const Labels& output) {
    EinsumData part;
    std::vector<int> renamed(data.dims.size(), -1);
    auto label = [&](LabelId l) {
        if (renamed[l] < 0) {
            renamed[l] = static_cast<int>(part.dims.size());
            part.dims.push_back(data.dims[l]);
        }
        return static_cast<LabelId>(renamed[l]);
    };
    for (LabelId l : output) part.output.push_back(label(l));
    for (std::size_t k : factors) {
        Factor f = data.factors[k];
        for (LabelId& l : f.labels) l = label(l);
        part.factors.push_back(std::move(f));
    }
    return ir::einsum(context, std::move(part));
}

/// Factors that summed labels tie together, and the outputs that they carry.
struct Cluster {
    std::vector<std::size_t> factors;
    Labels outputs;
};

std::vector<Cluster> clusters_of(const EinsumData& data) {
    std::vector<Cluster> clusters;
    std::vector<bool> used(data.factors.size(), false);
    for (std::size_t start = 0; start < data.factors.size(); ++start) {
        if (used[start] || data.factors[start].labels.empty()) continue;
        used[start] = true;
        Cluster cluster{{start}, {}};
        for (std::size_t next = 0; next < cluster.factors.size(); ++next)
            for (LabelId l : data.factors[cluster.factors[next]].labels) {
                if (contains(data.output, l)) {
                    if (!contains(cluster.outputs, l)) cluster.outputs.push_back(l);
                    continue;
                }
                for (std::size_t k = 0; k < data.factors.size(); ++k) {
                    if (used[k] || !contains(data.factors[k].labels, l)) continue;
                    used[k] = true;
                    cluster.factors.push_back(k);
                }
            }
        clusters.push_back(std::move(cluster));
    }
    return clusters;
}

class KroneckerForm {
public:
    KroneckerForm(NotationBuilder& builder, Expr reshape)
        : builder_(builder),
          reshape_(reshape),
          data_(reshape.child(0).einsum()),
          groups_(merged_axes(data_, reshape)) {}

    std::optional<Monomial> build() {
        bool axes = !groups_.empty() && groups_.size() <= 2;
        for (const Labels& group : groups_) axes = axes && group.size() <= 2;
        if (!axes || data_.output.size() == groups_.size()) return std::nullopt;
        for (const Factor& f : data_.factors)
            if (f.labels.empty()) multiply_scalar(result_, builder_.monomial(f.base), f.exponent);
        std::vector<NotationPtr> scalings(2);
        std::vector<Cluster> rest;
        for (const Cluster& cluster : clusters_of(data_)) {
            std::size_t axis = scaled_axis(cluster);
            if (axis == groups_.size())
                rest.push_back(cluster);
            else if (scalings[axis])
                return std::nullopt;
            else
                scalings[axis] = scaling(cluster, groups_[axis]);
        }
        if (rest.empty() && (scalings[0] || scalings[1])) {
            result_.core = product_notation(
                {vector_or_ones(scalings[0], 0), transposed(vector_or_ones(scalings[1], 1))});
            return result_;
        }
        NotationPtr middle = is_identity(rest) ? nullptr : kronecker(rest);
        if (!middle && !is_identity(rest)) return std::nullopt;
        std::vector<NotationPtr> chain;
        if (scalings[0]) chain.push_back(diagonal_notation(scalings[0]));
        if (middle) chain.push_back(middle);
        if (scalings[1]) chain.push_back(diagonal_notation(scalings[1]));
        if (chain.empty()) return std::nullopt;
        result_.core = product_notation(std::move(chain));
        return result_;
    }

private:
    /// The axis of the matrix whose two parts the cluster ties to each other, and nothing else; or
    /// the number of axes.
    std::size_t scaled_axis(const Cluster& cluster) const {
        if (groups_.size() != 2) return groups_.size();
        for (std::size_t axis = 0; axis < 2; ++axis)
            if (groups_[axis].size() == 2 && cluster.outputs.size() == 2 &&
                std::is_permutation(cluster.outputs.begin(), cluster.outputs.end(),
                                    groups_[axis].begin()))
                return axis;
        return groups_.size();
    }

    NotationPtr vector_or_ones(const NotationPtr& vector, std::size_t axis) const {
        return vector ? vector : sized_notation(NotationKind::ones, {reshape_.shape()[axis]});
    }

    NotationPtr core_of(Expr part) {
        const Monomial& m = builder_.monomial(part);
        multiply_scalar(result_, Monomial{m.coefficient, m.scalars, nullptr}, 1);
        return m.core;
    }

    NotationPtr scaling(const Cluster& cluster, const Labels& axes) {
        ir::Context& context = reshape_.context();
        Expr matrix = product_over(context, data_, cluster.factors, axes);
        Expr vector = ir::reshape(matrix, {data_.dims[axes[0]] * data_.dims[axes[1]]});
        if (!reads_better_turned(builder_, Factor{vector, 1, {0}})) return core_of(vector);
        result_.coefficient = -result_.coefficient;
        return assemble(builder_.negative(vector));
    }

    /// Identities tie the first axis of the rows to that of the columns, and the second ones.
    bool is_identity(const std::vector<Cluster>& rest) const {
        if (rest.size() != 2 || groups_.size() != 2 || groups_[0].size() != 2 ||
            groups_[1].size() != 2)
            return false;
        return std::all_of(rest.begin(), rest.end(), [&](const Cluster& c) {
            const Factor& f = data_.factors[c.factors[0]];
            if (c.factors.size() != 1 || f.base.op() != Op::identity) return false;
            for (std::size_t side : {0, 1})
                if (contains(f.labels, groups_[0][side]) && contains(f.labels, groups_[1][side]))
                    return true;
            return false;
        });
    }

    /// The outputs that one of the two factors carries: of each axis its first or second part; an
    /// axis of one part belongs to the factor that `owner` says.
    Labels outputs_of(std::size_t side, std::size_t owner) const {
        Labels outputs;
        for (const Labels& group : groups_) {
            if (group.size() == 2)
                outputs.push_back(group[side]);
            else if (owner == side)
                outputs.push_back(group[0]);
        }
        return outputs;
    }

    /// One of the factors: a matrix, or a vector as a column or a row; null if the clusters tie its
    /// outputs to others.
    NotationPtr side_form(const std::vector<Cluster>& rest, const Labels& outputs) {
        std::vector<std::size_t> factors;
        for (const Cluster& c : rest) {
            bool some = false, all = true;
            for (LabelId l : c.outputs) {
                bool mine = contains(outputs, l);
                some = some || mine;
                all = all && mine;
            }
            if (some && !all) return nullptr;
            if (some) factors.insert(factors.end(), c.factors.begin(), c.factors.end());
        }
        NotationPtr form = core_of(product_over(reshape_.context(), data_, factors, outputs));
        bool row =
            form && outputs.size() == 1 && groups_.size() == 2 && contains(groups_[1], outputs[0]);
        return row ? transposed(form) : form;
    }

    NotationPtr kronecker(const std::vector<Cluster>& rest) {
        const Monomial before = result_;
        for (std::size_t owner : {0, 1}) {
            Labels left = outputs_of(0, owner), right = outputs_of(1, owner);
            if (left.empty() || right.empty()) continue;
            NotationPtr first = side_form(rest, left);
            NotationPtr second = first ? side_form(rest, right) : nullptr;
            if (first && second) return kronecker_notation(first, second);
            result_ = before;
        }
        return nullptr;
    }

    NotationBuilder& builder_;
    Expr reshape_;
    const EinsumData& data_;
    std::vector<Labels> groups_;
    Monomial result_;
};

}  // namespace

std::optional<Monomial> kronecker_form(NotationBuilder& builder, Expr reshape) {
    Expr argument = reshape.child(0);
    if (argument.op() != Op::einsum || argument.rank() > 2 * reshape.rank() || reshape.rank() > 2)
        return std::nullopt;
    return KroneckerForm(builder, reshape).build();
}

}  // namespace nabla::passes
