// (X^T X)^-1 X^T X is I: an inverse whose argument is itself a product meets that product flattened
// among the other factors. Found by matching the argument's factors one by one.
#include <algorithm>

#include "ir/einsum.hpp"

namespace nabla::ir {
namespace {

constexpr LabelId unbound = 0xFFFF;

/// Matches the factors of `pattern` with distinct factors of `work`, labels with distinct labels.
class ProductMatch {
public:
    ProductMatch(const EinsumWork& work, const EinsumData& pattern, std::size_t inverse)
        : work_(work),
          pattern_(pattern),
          image_(pattern.dims.size(), unbound),
          used_(work.factors.size(), false) {
        used_[inverse] = true;
    }

    /// With pattern label `from` standing for `to`.
    bool run(LabelId from, LabelId to) {
        shared_ = to;
        image_[from] = to;
        return extend(0);
    }

    LabelId image(LabelId l) const { return image_[l]; }
    bool uses(std::size_t factor) const { return used_[factor]; }

private:
    bool extend(std::size_t at) {
        if (at == pattern_.factors.size()) return closed();
        const Factor& f = pattern_.factors[at];
        for (std::size_t k = 0; k < work_.factors.size(); ++k) {
            const Factor& g = work_.factors[k];
            if (used_[k] || g.base != f.base || g.exponent != f.exponent) continue;
            bool either = f.labels.size() == 2 && f.base.has(Fact::symmetric);
            for (bool swapped : {false, true}) {
                if (swapped && !either) continue;
                Labels before = image_;
                used_[k] = true;
                if (bind(f, g, swapped) && extend(at + 1)) return true;
                used_[k] = false;
                image_ = before;
            }
        }
        return false;
    }

    bool bind(const Factor& f, const Factor& g, bool swapped) {
        for (std::size_t slot = 0; slot < f.labels.size(); ++slot) {
            LabelId from = f.labels[slot], to = g.labels[swapped ? 1 - slot : slot];
            if (image_[from] == to) continue;
            bool taken = std::find(image_.begin(), image_.end(), to) != image_.end();
            if (image_[from] != unbound || taken) return false;
            image_[from] = to;
        }
        return true;
    }

    /// Nobody outside the match and the inverse may touch the labels that vanish with them.
    bool closed() const {
        for (LabelId l = 0; l < pattern_.dims.size(); ++l) {
            bool free = std::find(pattern_.output.begin(), pattern_.output.end(), l) !=
                            pattern_.output.end() &&
                        image_[l] != shared_;
            if (image_[l] == unbound) return false;
            if (!free && (work_.is_output(image_[l]) || outside(image_[l]) != expected(image_[l])))
                return false;
        }
        return true;
    }

    /// The inverse carries the shared label once; a label summed in the pattern occurs only in it.
    int expected(LabelId label) const { return label == shared_ ? 1 : 0; }

    int outside(LabelId label) const {
        int count = 0;
        for (std::size_t k = 0; k < work_.factors.size(); ++k) {
            const Labels& labels = work_.factors[k].labels;
            bool matched = used_[k] && work_.factors[k].base.op() != Op::inverse;
            if (!matched)
                count += static_cast<int>(std::count(labels.begin(), labels.end(), label));
        }
        return count;
    }

    const EinsumWork& work_;
    const EinsumData& pattern_;
    Labels image_;
    std::vector<bool> used_;
    LabelId shared_ = 0;
};

}  // namespace

bool cancel_product_inverses(EinsumWork& work) {
    for (std::size_t k = 0; k < work.factors.size(); ++k) {
        const Factor& f = work.factors[k];
        if (f.base.op() != Op::inverse || f.exponent != Rational(1) || f.labels[0] == f.labels[1])
            continue;
        Expr argument = f.base.child(0);
        if (argument.op() != Op::einsum) continue;
        const EinsumData& pattern = argument.einsum();
        // (E^-1)_ab E_bc is δ_ac, and E_ca (E^-1)_ab is δ_cb.
        for (std::size_t slot : {std::size_t{1}, std::size_t{0}}) {
            LabelId shared = f.labels[slot], kept = f.labels[1 - slot];
            ProductMatch match(work, pattern, k);
            if (work.is_output(shared) || !match.run(pattern.output[1 - slot], shared)) continue;
            LabelId other = match.image(pattern.output[slot]);
            std::vector<Factor> rest;
            for (std::size_t j = 0; j < work.factors.size(); ++j)
                if (!match.uses(j)) rest.push_back(work.factors[j]);
            rest.push_back(Factor{identity(argument.shape()[0]), 1, {kept, other}});
            work.factors = std::move(rest);
            return true;
        }
    }
    return false;
}

}  // namespace nabla::ir
