#include "ir/mirror.hpp"

#include <algorithm>
#include <optional>

#include "ir/context.hpp"

namespace nabla::ir {
namespace {

constexpr int none = -1;
constexpr int max_steps = 2000;

/// Searches an involution of labels and factors by backtracking: every factor goes to one of equal
/// base and exponent whose labels are the images.
class Mirror {
public:
    explicit Mirror(const EinsumData& data)
        : data_(data), image_(data.dims.size(), none), partner_(data.factors.size(), none) {
        // A scalar factor mirrors to itself: equal ones are one factor already.
        for (std::size_t k = 0; k < data.factors.size(); ++k) {
            if (data.factors[k].labels.empty()) partner_[k] = static_cast<int>(k);
        }
    }

    /// Calls `accept` for each involution found until it returns true.
    template <class Accept>
    bool search(const Accept& accept) {
        if (data_.output.size() == 2 && !assign(data_.output[0], data_.output[1])) return false;
        return extend(accept);
    }

    Mirroring result() const { return {image_, partner_}; }

private:
    bool assign(LabelId a, LabelId b) {
        if (image_[a] != none || image_[b] != none) return image_[a] == b && image_[b] == a;
        if (data_.dims[a] != data_.dims[b]) return false;
        image_[a] = b;
        image_[b] = a;
        return true;
    }

    bool match(std::size_t k, std::size_t j, bool swapped) {
        const Factor &f = data_.factors[k], &g = data_.factors[j];
        for (std::size_t slot = 0; slot < f.labels.size(); ++slot)
            if (!assign(f.labels[slot], g.labels[swapped ? 1 - slot : slot])) return false;
        partner_[k] = static_cast<int>(j);
        partner_[j] = static_cast<int>(k);
        return true;
    }

    /// The next factor: one that touches a label whose image is known, else any.
    std::optional<std::size_t> next() const {
        std::optional<std::size_t> any;
        for (std::size_t k = 0; k < partner_.size(); ++k) {
            if (partner_[k] != none) continue;
            any = any ? any : std::optional(k);
            for (LabelId l : data_.factors[k].labels)
                if (image_[l] != none) return k;
        }
        return any;
    }

    template <class Accept>
    bool extend(const Accept& accept) {
        if (++steps_ > max_steps) return false;
        if (!data_.factors.empty()) data_.factors[0].base.context().spend(data_.factors.size());
        auto k = next();
        if (!k) return accept(result());
        const Factor& f = data_.factors[*k];
        for (std::size_t j = *k;; j = (j + 1) % partner_.size()) {
            const Factor& g = data_.factors[j];
            bool candidate = partner_[j] == none && g.base == f.base && g.exponent == f.exponent;
            bool either = f.labels.size() == 2 && f.base.has(Fact::symmetric);
            for (bool swapped : {false, true}) {
                if (!candidate || (swapped && !either)) continue;
                auto images = image_;
                auto partners = partner_;
                if (match(*k, j, swapped) && extend(accept)) return true;
                image_ = std::move(images);
                partner_ = std::move(partners);
            }
            if ((j + 1) % partner_.size() == *k) break;
        }
        return false;
    }

    const EinsumData& data_;
    std::vector<int> image_;
    std::vector<int> partner_;
    int steps_ = 0;
};

bool is_even(const Rational& r) { return r.is_integer() && r.num % 2 == 0; }

/// Under the involution the product is B^T M B if every factor that is its own mirror image is
/// either a nonnegative weight on fixed labels, or a psd matrix across a pair of exchanged labels.
bool splits_psd(const EinsumData& data, const Mirroring& mirror) {
    // A label that is fixed is summed as one: Σ_k w_k b_k b_k^T. A factor pair may share it freely.
    for (std::size_t k = 0; k < data.factors.size(); ++k) {
        if (mirror.partner[k] != static_cast<int>(k)) {
            // A pair must not tie the two halves together: its labels are fixed or on one side
            // only.
            const Labels& labels = data.factors[k].labels;
            for (LabelId a : labels)
                for (LabelId b : labels)
                    if (a != b && mirror.image[a] == b) return false;
            continue;
        }
        const Factor& f = data.factors[k];
        bool fixed = std::all_of(f.labels.begin(), f.labels.end(),
                                 [&](LabelId l) { return mirror.image[l] == l; });
        if (fixed) {
            // An entry of the diagonal of a psd matrix is a nonnegative weight too.
            bool diagonal = f.labels.size() == 2 && f.labels[0] == f.labels[1];
            if (!f.base.has(Fact::nonnegative) && !is_even(f.exponent) &&
                !(diagonal && f.base.has(Fact::psd)))
                return false;
            continue;
        }
        bool across = f.labels.size() == 2 && mirror.image[f.labels[0]] == f.labels[1];
        if (!across || !f.base.has(Fact::psd) || f.exponent != Rational(1)) return false;
    }
    return true;
}

}  // namespace

/// The halves must not meet but in the middle: no chain of pair factors from a label to its image
/// that avoids fixed labels and psd middles. Two-colour the exchanged labels along pair factors.
bool halves_separate(const EinsumData& data, const Mirroring& mirror) {
    std::vector<int> side(data.dims.size(), 0);
    for (LabelId start = 0; start < data.dims.size(); ++start) {
        if (mirror.image[start] == none || mirror.image[start] == start || side[start] != 0)
            continue;
        std::vector<LabelId> stack{start};
        side[start] = 1;
        side[static_cast<std::size_t>(mirror.image[start])] = 2;
        while (!stack.empty()) {
            LabelId l = stack.back();
            stack.pop_back();
            for (std::size_t k = 0; k < data.factors.size(); ++k) {
                const Labels& labels = data.factors[k].labels;
                if (mirror.partner[k] == static_cast<int>(k) ||
                    std::find(labels.begin(), labels.end(), l) == labels.end())
                    continue;
                for (LabelId other : labels) {
                    int image = mirror.image[other];
                    if (image == other || image == none) continue;
                    if (side[other] == 2) return false;
                    if (side[other] == 1) continue;
                    side[other] = 1;
                    side[static_cast<std::size_t>(image)] = 2;
                    stack.push_back(other);
                }
            }
        }
    }
    return true;
}

bool find_mirroring(const EinsumData& data, const std::function<bool(const Mirroring&)>& accept) {
    return Mirror(data).search(accept);
}

MirrorStructure mirror_structure(const EinsumData& data) {
    MirrorStructure result;
    if (data.factors.empty())
        return MirrorStructure{data.output.size() == 2, data.output.size() == 2};
    bool matrix = data.output.size() == 2 && data.dims[data.output[0]] == data.dims[data.output[1]];
    if (!matrix && !data.output.empty()) return result;
    find_mirroring(data, [&](const Mirroring& m) {
        result.symmetric = matrix;
        result.psd = splits_psd(data, m) && halves_separate(data, m);
        return result.psd;
    });
    return result;
}

}  // namespace nabla::ir
