// Connected pieces of a product that carry no output label are scalars of their own: they become
// shared nodes, so that (x^T A x) y and its derivatives compute x^T A x once.
#include <algorithm>
#include <numeric>

#include "ir/einsum.hpp"

namespace nabla::ir {
namespace {

/// component[k] for every factor with labels, joined where labels meet; −1 for scalars.
std::vector<int> components(const EinsumWork& work, int& count) {
    std::vector<int> of(work.factors.size(), -1);
    std::vector<int> label_component(work.dims.size(), -1);
    count = 0;
    for (std::size_t start = 0; start < work.factors.size(); ++start) {
        if (of[start] >= 0 || work.factors[start].labels.empty()) continue;
        std::vector<std::size_t> stack{start};
        of[start] = count;
        while (!stack.empty()) {
            std::size_t k = stack.back();
            stack.pop_back();
            for (LabelId l : work.factors[k].labels) {
                if (label_component[l] == count) continue;
                label_component[l] = count;
                for (std::size_t j = 0; j < work.factors.size(); ++j) {
                    const Labels& labels = work.factors[j].labels;
                    if (of[j] < 0 && std::find(labels.begin(), labels.end(), l) != labels.end()) {
                        of[j] = count;
                        stack.push_back(j);
                    }
                }
            }
        }
        ++count;
    }
    return of;
}

}  // namespace

bool split_components(EinsumWork& work) {
    int count = 0;
    std::vector<int> of = components(work, count);
    bool scalars = std::find(of.begin(), of.end(), -1) != of.end();
    if (count == 1 && !scalars && work.output.empty()) return false;
    std::vector<bool> has_output(static_cast<std::size_t>(count), false);
    for (std::size_t k = 0; k < of.size(); ++k)
        for (LabelId l : work.factors[k].labels)
            if (work.is_output(l)) has_output[static_cast<std::size_t>(of[k])] = true;
    if (std::find(has_output.begin(), has_output.end(), false) == has_output.end()) return false;
    std::vector<Factor> kept;
    std::vector<EinsumData> pieces(static_cast<std::size_t>(count));
    for (std::size_t k = 0; k < of.size(); ++k) {
        bool stays = of[k] < 0 || has_output[static_cast<std::size_t>(of[k])];
        (stays ? kept : pieces[static_cast<std::size_t>(of[k])].factors).push_back(work.factors[k]);
    }
    for (EinsumData& piece : pieces) {
        if (piece.factors.empty()) continue;
        Labels rename(work.dims.size(), 0);
        std::vector<bool> seen(work.dims.size(), false);
        for (Factor& f : piece.factors)
            for (LabelId& l : f.labels) {
                if (!seen[l]) {
                    seen[l] = true;
                    rename[l] = static_cast<LabelId>(piece.dims.size());
                    piece.dims.push_back(work.dims[l]);
                }
                l = rename[l];
            }
        kept.push_back(Factor{einsum(work.context, std::move(piece)), 1, {}});
    }
    work.factors = std::move(kept);
    return true;
}

}  // namespace nabla::ir
