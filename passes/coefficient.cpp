#include "passes/coefficient.hpp"

#include <algorithm>
#include <vector>

#include "ir/build.hpp"

namespace nabla::passes {

using namespace ir;

namespace {

/// Finds u's factors among z's by backtracking: labels of u map to labels of z one to one, and
/// u's inner labels occur nowhere else in z.
class Embedding {
public:
    Embedding(const EinsumData& z, const EinsumData& u) : z_(z), u_(u), to_(u.dims.size(), -1) {}

    std::optional<Expr> rest(Context& context) {
        if (!place(0) || !inner_labels_are_free()) return std::nullopt;
        EinsumData data;
        data.dims = z_.dims;
        for (std::size_t k = 0; k < z_.factors.size(); ++k)
            if (!used(k)) data.factors.push_back(z_.factors[k]);
        for (LabelId l : u_.output) {
            if (to_[l] < 0) return std::nullopt;
            data.output.push_back(static_cast<LabelId>(to_[l]));
        }
        return compact(context, data);
    }

private:
    bool used(std::size_t k) const {
        return std::find(taken_.begin(), taken_.end(), k) != taken_.end();
    }

    bool place(std::size_t i) {
        if (i == u_.factors.size()) return true;
        const Factor& f = u_.factors[i];
        for (std::size_t k = 0; k < z_.factors.size(); ++k) {
            const Factor& g = z_.factors[k];
            if (used(k) || g.base != f.base || g.exponent != f.exponent) continue;
            const auto before = to_;
            if (fits(f.labels, g.labels)) {
                taken_.push_back(k);
                if (place(i + 1)) return true;
                taken_.pop_back();
            }
            to_ = before;
        }
        return false;
    }

    bool fits(const Labels& mine, const Labels& theirs) {
        for (std::size_t s = 0; s < mine.size(); ++s) {
            const int target = theirs[s];
            if (to_[mine[s]] >= 0 && to_[mine[s]] != target) return false;
            for (std::size_t l = 0; l < to_.size(); ++l)
                if (l != mine[s] && to_[l] == target) return false;
            to_[mine[s]] = target;
        }
        return true;
    }

    bool inner_labels_are_free() const {
        for (std::size_t l = 0; l < to_.size(); ++l) {
            const bool output = std::find(u_.output.begin(), u_.output.end(), l) != u_.output.end();
            if (output || to_[l] < 0) continue;
            for (std::size_t k = 0; k < z_.factors.size(); ++k) {
                const Labels& labels = z_.factors[k].labels;
                if (!used(k) && std::find(labels.begin(), labels.end(), to_[l]) != labels.end())
                    return false;
            }
        }
        return true;
    }

    /// Only the labels in use.
    static Expr compact(Context& context, EinsumData data) {
        std::vector<int> number(data.dims.size(), -1);
        std::vector<Dim> dims;
        const auto renumber = [&](LabelId& l) {
            if (number[l] < 0) {
                number[l] = static_cast<int>(dims.size());
                dims.push_back(data.dims[l]);
            }
            l = static_cast<LabelId>(number[l]);
        };
        for (LabelId& l : data.output) renumber(l);
        for (Factor& f : data.factors)
            for (LabelId& l : f.labels) renumber(l);
        data.dims = std::move(dims);
        return einsum(context, std::move(data));
    }

    const EinsumData& z_;
    const EinsumData& u_;
    std::vector<int> to_;
    std::vector<std::size_t> taken_;
};

EinsumData as_product(Expr e) {
    if (e.op() == Op::einsum) return e.einsum();
    EinsumData data;
    for (LabelId l = 0; l < e.rank(); ++l) data.output.push_back(l);
    data.dims = e.shape();
    data.factors = {Factor{e, 1, data.output}};
    return data;
}

}  // namespace

std::optional<Expr> coefficient_of(Expr u, Expr z) {
    const EinsumData whole = as_product(z), part = as_product(u);
    return Embedding(whole, part).rest(z.context());
}

}  // namespace nabla::passes
