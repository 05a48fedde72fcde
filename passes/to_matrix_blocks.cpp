// Sums of arrays between zeros, as the blocks that they were written as: [A, B; C, D], [x; 1].
#include <algorithm>

#include "passes/to_matrix_builder.hpp"

namespace nabla::passes {
namespace {

using ir::Dim;
using ir::Expr;
using ir::LabelId;

/// Where a part stands on an axis.
struct Interval {
    Dim offset, size;
    friend bool operator==(const Interval&, const Interval&) = default;
};

struct Part {
    Expr value;                ///< over all axes of the whole
    std::vector<Interval> at;  ///< one an axis
};

/// The Selection that puts axis `l` of a product between zeros, if nothing else carries the axis.
std::optional<std::size_t> placing(const ir::EinsumData& data, LabelId l) {
    std::optional<std::size_t> found;
    for (std::size_t k = 0; k < data.factors.size(); ++k) {
        const ir::Factor& f = data.factors[k];
        if (std::find(f.labels.begin(), f.labels.end(), l) == f.labels.end()) continue;
        bool places = f.base.op() == ir::Op::selection && f.exponent == ir::Rational(1) &&
                      f.labels[0] == l && f.labels[1] != l;
        if (!places || found) return std::nullopt;
        found = k;
    }
    return found;
}

std::optional<Part> part_of(const ir::Term& term) {
    if (term.expr.op() != ir::Op::einsum) return std::nullopt;
    ir::EinsumData data = term.expr.einsum();
    Part part;
    std::vector<std::size_t> gone;
    for (LabelId& l : data.output) {
        auto k = placing(data, l);
        if (!k) {
            part.at.push_back({term.expr.context().dim(0), data.dims[l]});
            continue;
        }
        const ir::Factor& f = data.factors[*k];
        if (std::find(data.output.begin(), data.output.end(), f.labels[1]) != data.output.end())
            return std::nullopt;
        part.at.push_back({f.base.offset(), f.base.shape()[1]});
        gone.push_back(*k);
        l = f.labels[1];
    }
    if (gone.empty()) return std::nullopt;
    std::sort(gone.rbegin(), gone.rend());
    for (std::size_t k : gone)
        data.factors.erase(data.factors.begin() + static_cast<std::ptrdiff_t>(k));
    // Labels that are left, numbered anew: a stray one would count as a sum.
    ir::EinsumData compact;
    std::vector<std::optional<LabelId>> renamed(data.dims.size());
    auto label = [&](LabelId l) {
        if (!renamed[l]) {
            renamed[l] = static_cast<LabelId>(compact.dims.size());
            compact.dims.push_back(data.dims[l]);
        }
        return *renamed[l];
    };
    for (LabelId l : data.output) compact.output.push_back(label(l));
    for (ir::Factor f : data.factors) {
        for (LabelId& l : f.labels) l = label(l);
        compact.factors.push_back(std::move(f));
    }
    part.value = ir::scale(term.coefficient, ir::einsum(term.expr.context(), std::move(compact)));
    return part;
}

/// The intervals of some parts on an axis, end to end from 0 to `extent`; empty if they are not.
std::vector<Interval> chain(const std::vector<Part>& parts, std::size_t axis, Dim extent) {
    std::vector<Interval> links;
    Dim at = extent.context().dim(0);
    while (at != extent && links.size() < parts.size()) {
        auto next = std::find_if(parts.begin(), parts.end(),
                                 [&](const Part& p) { return p.at[axis].offset == at; });
        if (next == parts.end()) return {};
        links.push_back(next->at[axis]);
        at = at + next->at[axis].size;
    }
    bool all = at == extent && std::all_of(parts.begin(), parts.end(), [&](const Part& p) {
                   return std::find(links.begin(), links.end(), p.at[axis]) != links.end();
               });
    return all ? links : std::vector<Interval>{};
}

/// An axis of one entry that nothing carries.
bool is_thin(Expr value, std::size_t axis) {
    if (!value.shape()[axis].is(1)) return false;
    Expr e = value;
    if (e.op() == ir::Op::sum && e.sum().terms.size() == 1) e = e.sum().terms[0].expr;
    if (e.op() != ir::Op::einsum) return false;
    const ir::EinsumData& data = e.einsum();
    return std::none_of(data.factors.begin(), data.factors.end(), [&](const ir::Factor& f) {
        return std::find(f.labels.begin(), f.labels.end(), data.output[axis]) != f.labels.end();
    });
}

/// A cell as it is typed: a scalar, a column, a row or a matrix.
NotationPtr cell(NotationBuilder& builder, Expr value) {
    std::vector<std::uint8_t> thin;
    for (std::size_t axis = 0; axis < value.rank(); ++axis)
        if (is_thin(value, axis)) thin.push_back(static_cast<std::uint8_t>(axis));
    NotationPtr shown = builder.notation(thin.empty() ? value : ir::sum_axes(value, thin));
    bool row = value.rank() == 2 && thin.size() == 1 && thin[0] == 0;
    return row ? transposed(shown) : shown;
}

NotationPtr block(std::vector<NotationPtr> cells, std::vector<bool> row_begins, std::uint8_t rank) {
    Notation n;
    n.kind = NotationKind::block;
    n.children = std::move(cells);
    n.signs = std::move(row_begins);
    n.rank = rank;
    return make(std::move(n));
}

/// Cells that would be read as a vector although the whole is a matrix.
bool reads_as_vector(const std::vector<NotationPtr>& cells, const std::vector<bool>& row_begins) {
    auto rows = std::count(row_begins.begin(), row_begins.end(), true);
    bool one_column = rows == static_cast<std::ptrdiff_t>(cells.size());
    auto all = [&](bool row) {
        return std::all_of(cells.begin(), cells.end(), [&](const NotationPtr& c) {
            return c->rank == 0 || (c->rank == 1 && c->row == row);
        });
    };
    return (one_column && all(false)) || (rows == 1 && all(true));
}

}  // namespace

NotationPtr block_notation(NotationBuilder& builder, Expr sum) {
    if (sum.rank() == 0 || sum.rank() > 2) return nullptr;
    std::vector<Part> parts;
    for (const ir::Term& t : sum.sum().terms) {
        auto part = part_of(t);
        if (!part) return nullptr;
        parts.push_back(std::move(*part));
    }
    std::vector<NotationPtr> cells;
    std::vector<bool> row_begins;
    std::size_t used = 0;
    std::vector<Interval> all_columns;
    if (sum.rank() == 2) all_columns = chain(parts, 1, sum.shape()[1]);
    for (const Interval& row : chain(parts, 0, sum.shape()[0])) {
        std::vector<Part> in_row;
        for (const Part& p : parts)
            if (p.at[0] == row) in_row.push_back(p);
        std::vector<Interval> columns{row};
        if (sum.rank() == 2) columns = chain(in_row, 1, sum.shape()[1]);
        if (columns.empty()) columns = all_columns;
        if (columns.empty()) return nullptr;
        bool begins = true;
        for (const Interval& column : columns) {
            std::vector<Expr> here;
            for (const Part& p : in_row)
                if (sum.rank() == 1 || p.at[1] == column) here.push_back(p.value);
            if (here.size() > 1) return nullptr;
            used += here.size();
            cells.push_back(here.empty()
                                ? sized_notation(NotationKind::zeros, {row.size, column.size})
                                : cell(builder, here[0]));
            row_begins.push_back(begins);
            begins = false;
        }
    }
    bool fits = used == parts.size() && !cells.empty();
    if (!fits || (sum.rank() == 2 && reads_as_vector(cells, row_begins))) return nullptr;
    return block(std::move(cells), std::move(row_begins), static_cast<std::uint8_t>(sum.rank()));
}

}  // namespace nabla::passes
