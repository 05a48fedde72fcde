// Sums of products as loops. A product of many factors is computed in steps where that saves loops:
// an index is summed as soon as the factors that carry it are multiplied.
#include <algorithm>

#include <fmt/format.h>

#include "codegen/source/c_function.hpp"

namespace nabla::codegen {

using ir::LabelId;
using ir::Op;

namespace {

/// Symbolic sizes count as a hundred.
double weight(ir::Dim d) {
    if (auto value = d.constant()) return static_cast<double>(std::max<std::int64_t>(1, *value));
    return 100;
}

double cost(const std::set<LabelId>& labels, const std::vector<ir::Dim>& dims) {
    double total = 1;
    for (LabelId l : labels) total *= weight(dims[l]);
    return total;
}

bool has(const ir::Labels& labels, LabelId l) {
    return std::find(labels.begin(), labels.end(), l) != labels.end();
}

}  // namespace

void CFunction::emit_product(ir::Expr e, const std::string& target) {
    const ir::EinsumData& data = e.einsum();
    LoopProduct product;
    product.output = data.output;
    product.dims = data.dims;
    for (const ir::Factor& f : data.factors)
        product.factors.push_back(LoopFactor{f.base, f.exponent, f.labels});
    split_product(product);
    emit_nest(product, target, e.shape());
}

/// Takes sums out while the loops of one sum are at most half of all.
void CFunction::split_product(LoopProduct& product) {
    for (;;) {
        std::set<LabelId> all(product.output.begin(), product.output.end());
        for (const LoopFactor& f : product.factors) all.insert(f.labels.begin(), f.labels.end());
        const double whole = cost(all, product.dims);
        std::set<LabelId> best;
        double best_cost = whole / 2;
        for (LabelId l : all) {
            if (has(product.output, l)) continue;
            std::set<LabelId> together;
            for (const LoopFactor& f : product.factors)
                if (has(f.labels, l)) together.insert(f.labels.begin(), f.labels.end());
            if (const double c = cost(together, product.dims); c < best_cost) {
                best = together;
                best_cost = c;
            }
        }
        if (best.empty()) return;
        LoopProduct step;
        std::vector<LoopFactor> rest;
        step.dims = product.dims;
        // Factors within these loops; what is left outside decides which labels stay.
        for (LoopFactor& f : product.factors) {
            const bool inside =
                !f.labels.empty() && std::all_of(f.labels.begin(), f.labels.end(),
                                                 [&](LabelId l) { return best.contains(l); });
            (inside ? step.factors : rest).push_back(std::move(f));
        }
        std::vector<ir::Dim> dims;
        for (LabelId l : best) {
            const bool needed = has(product.output, l) ||
                                std::any_of(rest.begin(), rest.end(),
                                            [&](const auto& f) { return has(f.labels, l); });
            if (!needed) continue;
            step.output.push_back(l);
            dims.push_back(product.dims[l]);
        }
        LoopFactor made;
        made.labels = step.output;
        made.dims = dims;
        if (dims.empty()) {
            made.buffer = fresh("s");
            line(fmt::format("double {};", made.buffer));
        } else {
            made.buffer = new_buffer(size_text(dims));
        }
        emit_nest(step, made.buffer, dims);
        rest.push_back(std::move(made));
        product.factors = std::move(rest);
    }
}

/// A part of an identity ties two indices: the summed one is the other one, shifted.
void CFunction::resolve_selections(const LoopProduct& product,
                                   std::map<LabelId, std::string>& index,
                                   std::vector<std::string>& guards, std::vector<bool>& resolved) {
    std::set<LabelId> replaced, used;
    for (std::size_t k = 0; k < product.factors.size(); ++k) {
        const LoopFactor& f = product.factors[k];
        if (!f.buffer.empty() || f.base.op() != Op::selection || f.exponent != ir::Rational(1))
            continue;
        const LabelId row = f.labels[0], column = f.labels[1];
        if (replaced.contains(row) || replaced.contains(column) || row == column) continue;
        const std::string offset = program_.dim(f.base.offset());
        if (!has(product.output, row) && !used.contains(row)) {
            index[row] = offset == "0" ? index.at(column)
                                       : fmt::format("({} + {})", index.at(column), offset);
            replaced.insert(row);
            used.insert(column);
        } else if (!has(product.output, column) && !used.contains(column)) {
            const std::string i = index.at(row), width = program_.dim(f.base.shape()[1]);
            if (offset != "0") guards.push_back(fmt::format("{} >= {}", i, offset));
            guards.push_back(fmt::format("{} < {} + {}", i, offset, width));
            index[column] = offset == "0" ? i : fmt::format("({} - ({}))", i, offset);
            replaced.insert(column);
            used.insert(row);
        } else {
            continue;
        }
        resolved[k] = true;
    }
}

void CFunction::emit_nest(const LoopProduct& product, const std::string& target,
                          const std::vector<ir::Dim>& target_dims) {
    std::map<LabelId, std::string> index;
    std::vector<LabelId> summed;
    for (const LoopFactor& f : product.factors)
        for (LabelId l : f.labels)
            if (!has(product.output, l) &&
                std::find(summed.begin(), summed.end(), l) == summed.end())
                summed.push_back(l);
    const Index names = loop_names(product.output.size() + summed.size());
    std::size_t next = 0;
    Index outputs;
    for (LabelId l : product.output) outputs.push_back(index[l] = names[next++]);
    for (LabelId l : summed) index[l] = names[next++];
    const std::map<LabelId, std::string> loops = index;
    std::vector<std::string> guards;
    std::vector<bool> resolved(product.factors.size(), false);
    resolve_selections(product, index, guards, resolved);
    for (std::size_t k = 0; k < outputs.size(); ++k)
        open_loop(outputs[k], program_.dim(target_dims[k]));
    std::vector<Spelled> plain, masks;
    for (std::size_t k = 0; k < product.factors.size(); ++k) {
        if (resolved[k]) continue;
        const LoopFactor& f = product.factors[k];
        Index at_labels;
        for (LabelId l : f.labels) at_labels.push_back(index.at(l));
        if (!f.buffer.empty()) {
            plain.push_back({access(f.buffer, f.dims, at_labels)});
            continue;
        }
        const Spelled text = raised(entry(f.base, at_labels), f.exponent);
        const bool mask = selects(f.base) || f.base.op() == Op::identity ||
                          f.base.op() == Op::selection || f.base.op() == Op::trimask;
        (mask && f.exponent.num > 0 ? masks : plain).push_back(text);
    }
    const std::string term = multiplied(plain, masks).text;
    const std::string total = fresh("sum");
    line(fmt::format("double {} = 0;", total));
    std::size_t opened = 0;
    for (LabelId l : summed) {
        if (index.at(l) != loops.at(l)) continue;
        open_loop(index.at(l), program_.dim(product.dims[l]));
        ++opened;
    }
    std::string guard = fmt::format("{}", fmt::join(guards, " && "));
    line((guard.empty() ? "" : "if (" + guard + ") ") + total + " += " + term + ";");
    close_loops(opened);
    line((outputs.empty() ? target : access(target, target_dims, outputs)) + " = " + total + ";");
    close_loops(outputs.size());
    taken_.erase(total);
}

}  // namespace nabla::codegen
