#include "ir/definite.hpp"

#include <algorithm>
#include <vector>

namespace nabla::ir {

bool at_least_zero(Dim d) {
    std::int64_t least = 0;
    for (const DimTerm& term : d.terms()) {
        if (!term.names.empty() && term.coefficient < 0) return false;
        least += term.coefficient;
    }
    return least >= 0;
}

namespace {

bool touches(const Factor& f, LabelId l) {
    return std::find(f.labels.begin(), f.labels.end(), l) != f.labels.end();
}

LabelId other_end(const Factor& f, LabelId l) {
    return f.labels[0] == l ? f.labels[1] : f.labels[0];
}

bool never_zero(const Factor& f) {
    const bool even = f.exponent.is_integer() && f.exponent.num % 2 == 0;
    return f.base.has(Fact::positive) || (even && f.base.facts().nonzero());
}

/// Every factor stands on both outputs: a Schur product.
bool is_schur_product(const EinsumData& data) {
    bool any = false;
    for (const Factor& f : data.factors) {
        if (f.labels.empty() && never_zero(f)) continue;
        const bool whole = f.labels.size() == 2 && f.exponent.is_integer() && f.exponent.num > 0 &&
                           touches(f, data.output[0]) && touches(f, data.output[1]);
        if (!whole || !f.base.has(Fact::pd)) return false;
        any = true;
    }
    return any;
}

}  // namespace

bool is_definite_product(const EinsumData& data) {
    if (data.output.size() != 2) return false;
    if (is_schur_product(data)) return true;
    // A chain of matrices from one output to the other; weights may stand at its middle label.
    std::vector<const Factor*> matrices, weights;
    for (const Factor& f : data.factors) {
        if (f.labels.size() < 2) {
            if (!never_zero(f)) return false;
            if (!f.labels.empty()) weights.push_back(&f);
        } else {
            if (f.labels.size() != 2 || f.labels[0] == f.labels[1] || f.exponent != Rational(1))
                return false;
            matrices.push_back(&f);
        }
    }
    std::vector<const Factor*> chain;
    LabelId at = data.output[0], middle = at;
    while (chain.size() < matrices.size()) {
        const Factor* next = nullptr;
        for (const Factor* f : matrices) {
            if (!touches(*f, at) || (!chain.empty() && f == chain.back())) continue;
            if (next != nullptr) return false;  // a third factor at this label
            next = f;
        }
        if (next == nullptr || std::find(chain.begin(), chain.end(), next) != chain.end())
            return false;
        chain.push_back(next);
        const LabelId to = other_end(*next, at);
        // The first half leads from the output to the middle, one to one.
        if (2 * chain.size() <= matrices.size()) {
            const bool injective =
                next->base.has(Fact::invertible) ||
                (next->base.has(Fact::full_rank) && at_least_zero(data.dims[to] - data.dims[at]));
            if (!injective) return false;
            middle = to;
        }
        at = to;
    }
    if (at != data.output[1]) return false;
    if (matrices.size() % 2 == 1 && !chain[matrices.size() / 2]->base.has(Fact::pd)) return false;
    return std::all_of(weights.begin(), weights.end(), [&](const Factor* f) {
        return matrices.size() % 2 == 0 && f->labels[0] == middle;
    });
}

}  // namespace nabla::ir
