// Canonical numbering of an Einsum's labels: colour refinement, then individualisation of tied
// labels with a bounded number of tries (as in canonical graph labelling; McKay and Piperno,
// "Practical graph isomorphism, II", 2014). Output labels are 0, 1, … in order.
#include <algorithm>
#include <numeric>

#include "ir/context.hpp"
#include "ir/einsum.hpp"

namespace nabla::ir {
namespace {

using Colours = std::vector<std::uint64_t>;

constexpr int max_leaves = 32;

std::uint64_t mix(std::uint64_t h, std::uint64_t value) {
    h ^= value + 0x9E3779B97F4A7C15ull + (h << 6) + (h >> 2);
    h = (h ^ (h >> 31)) * 0xBF58476D1CE4E5B9ull;
    return h ^ (h >> 29);
}

bool unordered(const Factor& f) {
    return f.labels.size() == 2 && (f.base.has(Fact::symmetric) || f.base.op() == Op::identity);
}

struct Numbering {
    std::vector<Factor> factors;
    std::vector<Dim> dims;
};

bool factor_less(const Factor& a, const Factor& b) {
    if (int c = compare(a.base, b.base)) return c < 0;
    if (!(a.exponent == b.exponent)) return less(a.exponent, b.exponent);
    return a.labels < b.labels;
}

bool numbering_less(const Numbering& a, const Numbering& b) {
    return std::lexicographical_compare(a.factors.begin(), a.factors.end(), b.factors.begin(),
                                        b.factors.end(), factor_less);
}

class Labeller {
public:
    explicit Labeller(const EinsumWork& work) : work_(work), used_(work.dims.size(), false) {
        for (LabelId l : work.output) used_[l] = true;
        for (const Factor& f : work.factors)
            for (LabelId l : f.labels) used_[l] = true;
    }

    Numbering run() {
        Colours colours(work_.dims.size());
        for (LabelId l = 0; l < colours.size(); ++l) colours[l] = mix(2, work_.dims[l].hash());
        for (std::size_t p = 0; p < work_.output.size(); ++p)
            colours[work_.output[p]] = mix(1, p + 17);
        search(std::move(colours));
        return best_;
    }

private:
    void refine(Colours& colours) const {
        std::size_t classes = class_count(colours);
        for (std::size_t round = 0; round < colours.size() + 1; ++round) {
            work_.context.spend(8 * work_.factors.size());
            std::vector<std::vector<std::uint64_t>> seen(colours.size());
            for (const Factor& f : work_.factors) {
                std::uint64_t h = mix(f.base.hash(), static_cast<std::uint64_t>(f.exponent.num));
                h = mix(h, static_cast<std::uint64_t>(f.exponent.den));
                std::vector<std::uint64_t> around;
                for (LabelId l : f.labels) around.push_back(colours[l]);
                if (unordered(f)) std::sort(around.begin(), around.end());
                for (std::uint64_t c : around) h = mix(h, c);
                for (std::size_t slot = 0; slot < f.labels.size(); ++slot)
                    seen[f.labels[slot]].push_back(mix(h, unordered(f) ? 0 : slot + 1));
            }
            for (LabelId l = 0; l < colours.size(); ++l) {
                std::sort(seen[l].begin(), seen[l].end());
                for (std::uint64_t h : seen[l]) colours[l] = mix(colours[l], h);
            }
            std::size_t now = class_count(colours);
            if (now == classes && round > 0) return;
            classes = now;
        }
    }

    std::size_t class_count(const Colours& colours) const {
        Colours sorted;
        for (LabelId l = 0; l < colours.size(); ++l)
            if (used_[l]) sorted.push_back(colours[l]);
        std::sort(sorted.begin(), sorted.end());
        return static_cast<std::size_t>(std::unique(sorted.begin(), sorted.end()) - sorted.begin());
    }

    /// The smallest class of tied labels (by size, then colour); empty if all differ.
    Labels first_tie(const Colours& colours) const {
        Labels order;
        for (LabelId l = 0; l < colours.size(); ++l)
            if (used_[l]) order.push_back(l);
        std::sort(order.begin(), order.end(), [&](LabelId a, LabelId b) {
            return colours[a] != colours[b] ? colours[a] < colours[b] : a < b;
        });
        Labels best;
        for (std::size_t i = 0; i < order.size();) {
            std::size_t j = i;
            while (j < order.size() && colours[order[j]] == colours[order[i]]) ++j;
            if (j - i > 1 && (best.empty() || j - i < best.size()))
                best.assign(order.begin() + static_cast<std::ptrdiff_t>(i),
                            order.begin() + static_cast<std::ptrdiff_t>(j));
            i = j;
        }
        return best;
    }

    void search(Colours colours) {
        refine(colours);
        Labels tie = first_tie(colours);
        if (tie.empty()) {
            leaf(colours);
            return;
        }
        for (LabelId l : tie) {
            if (leaves_ >= max_leaves) return;
            Colours next = colours;
            next[l] = mix(next[l], 0xF1257ull);
            search(std::move(next));
        }
    }

    void leaf(const Colours& colours) {
        ++leaves_;
        Labels order;
        for (LabelId l = 0; l < colours.size(); ++l)
            if (used_[l] && !work_.is_output(l)) order.push_back(l);
        std::sort(order.begin(), order.end(),
                  [&](LabelId a, LabelId b) { return colours[a] < colours[b]; });
        Labels number(colours.size(), 0);
        Numbering result;
        for (LabelId l : work_.output) {
            number[l] = static_cast<LabelId>(result.dims.size());
            result.dims.push_back(work_.dims[l]);
        }
        for (LabelId l : order) {
            number[l] = static_cast<LabelId>(result.dims.size());
            result.dims.push_back(work_.dims[l]);
        }
        for (Factor f : work_.factors) {
            for (LabelId& l : f.labels) l = number[l];
            if (unordered(f)) std::sort(f.labels.begin(), f.labels.end());
            result.factors.push_back(std::move(f));
        }
        std::sort(result.factors.begin(), result.factors.end(), factor_less);
        if (leaves_ == 1 || numbering_less(result, best_)) best_ = std::move(result);
    }

    const EinsumWork& work_;
    std::vector<bool> used_;
    Numbering best_;
    int leaves_ = 0;
};

}  // namespace

void canonical_labels(EinsumWork& work) {
    Numbering numbering = Labeller(work).run();
    work.factors = std::move(numbering.factors);
    work.dims = std::move(numbering.dims);
    for (std::size_t p = 0; p < work.output.size(); ++p) work.output[p] = static_cast<LabelId>(p);
}

}  // namespace nabla::ir
