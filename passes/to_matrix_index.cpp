// Index notation, for tensors of rank 3 and more and for products that are no path, star or cycle:
// `[i, j, k, l: A[i,k] B[l,j]]`. Each term is summed over its indices that are not on the left.
#include <algorithm>
#include <map>

#include "passes/to_matrix_builder.hpp"
#include "passes/to_matrix_graph.hpp"

namespace nabla::passes {
namespace {

using ir::Expr;
using ir::Factor;
using ir::LabelId;
using ir::Labels;
using ir::Op;

using Names = std::vector<std::string>;

NotationPtr indexed(NotationPtr base, Names names) {
    Notation n;
    n.kind = NotationKind::indexed;
    n.indices = std::move(names);
    n.children = {std::move(base)};
    return make(std::move(n));
}

NotationPtr tensor(Names names, NotationPtr body, Names summed, Expr source) {
    Notation n;
    n.source = source;
    n.summed = std::move(summed);
    n.kind = NotationKind::index_tensor;
    n.rank = static_cast<std::uint8_t>(names.size());
    n.indices = std::move(names);
    n.children = {std::move(body)};
    return make(std::move(n));
}

/// Symbols in reading order, then what has no symbol (identities).
bool before(const NotationPtr& a, const NotationPtr& b) {
    if ((a->degree == 0) != (b->degree == 0)) return b->degree == 0;
    return compare_reading(a, b) < 0;
}

class IndexForm {
public:
    /// `inside`: what the tensor is made of. Indices that tensors in there sum over keep their
    /// names for themselves: an inner tensor sees the indices around it.
    IndexForm(NotationBuilder& builder, const std::vector<Expr>& inside) : builder_(builder) {
        for (Expr e : inside) {
            NotationPtr shown = builder.notation(e);
            if (shown->dummies) inner_.insert(shown->dummies->begin(), shown->dummies->end());
        }
    }

    /// The entry of a product at `outputs` (names of the output labels), as a scalar monomial.
    Monomial product(const std::vector<Factor>& factors, const Labels& output,
                     const std::vector<ir::Dim>& dims, const Names& outputs) const {
        std::map<LabelId, std::string> names;
        for (std::size_t k = 0; k < output.size(); ++k) names[output[k]] = outputs[k];
        std::vector<NotationPtr> above;
        Monomial result;
        for (const Entry& e : entries_of(factors, output, dims, result)) {
            Names used;
            for (LabelId l : e.labels) {
                auto [at, added] = names.emplace(l, std::string());
                if (added) at->second = summed_name(names, outputs.size(), dims[l]);
                used.push_back(at->second);
            }
            NotationPtr shown = indexed(e.power.base, used);
            if (e.power.exponent.num > 0)
                above.push_back(power_notation(shown, e.power.exponent));
            else
                multiply_power(result.scalars, Power{shown, e.power.exponent});
        }
        add_missing(above, factors, output, dims, names);
        std::sort(above.begin(), above.end(), before);
        if (!above.empty()) result.core = product_notation(above);
        return result;
    }

    /// The entry of any expression.
    Monomial entry(Expr e, const Names& names) const {
        if (e.op() == Op::einsum) {
            const ir::EinsumData& data = e.einsum();
            return product(data.factors, data.output, data.dims, names);
        }
        if (e.is_scalar()) return builder_.monomial(e);
        return single(indexed(builder_.notation(e), names));
    }

    NotationPtr sum(Expr e, const Names& names) const {
        Notation n;
        n.kind = NotationKind::sum;
        std::vector<std::pair<NotationPtr, bool>> terms;
        for (const ir::Term& t : e.sum().terms) {
            Monomial m = entry(t.expr, names);
            m.coefficient = m.coefficient * t.coefficient;
            bool negative = false;
            NotationPtr shown = assemble_magnitude(m, negative);
            terms.emplace_back(shown, negative);
        }
        std::sort(terms.begin(), terms.end(), [](const auto& a, const auto& b) {
            if (a.second != b.second) return b.second;
            return before(a.first, b.first);
        });
        for (auto& [shown, negative] : terms) {
            n.children.push_back(shown);
            n.signs.push_back(negative);
        }
        return make(std::move(n));
    }

    Names first_names(std::size_t count) const {
        Names names;
        for (std::size_t k = 0; k < count; ++k) names.push_back(builder_.index_name(k, inner_));
        return names;
    }

    /// The indices that the terms were summed over.
    Names summed_names() const {
        Names names;
        for (const auto& [name, range] : ranges_) names.push_back(name);
        return names;
    }

private:
    /// A name that this term has not taken yet. An index has one range in all terms of a tensor.
    std::string summed_name(const std::map<LabelId, std::string>& taken, std::size_t first,
                            ir::Dim dim) const {
        for (std::size_t k = first;; ++k) {
            std::string name = builder_.index_name(k, inner_);
            bool used = std::any_of(taken.begin(), taken.end(),
                                    [&](const auto& entry) { return entry.second == name; });
            if (used) continue;
            auto [at, added] = ranges_.emplace(name, dim);
            if (added || at->second == dim) return name;
        }
    }

    /// A vector, matrix or tensor and the labels at which it is taken.
    struct Entry {
        Power power;
        Labels labels;
    };

    /// The factors, with chains between outputs multiplied out to (A^T B)[i,k] and dead ends folded
    /// to (A x)[i], in reading order. Scalars and signs go to `result`.
    std::vector<Entry> entries_of(const std::vector<Factor>& factors, const Labels& output,
                                  const std::vector<ir::Dim>& dims, Monomial& result) const {
        std::vector<Entry> entries;
        LabelGraph graph;
        graph.vertices.resize(dims.size());
        for (LabelId l : output) graph.vertices[l].kept = true;
        bool has_tensor = std::any_of(factors.begin(), factors.end(),
                                      [](const Factor& f) { return f.labels.size() > 2; });
        for (const Factor& f : factors) {
            if (f.labels.empty()) {
                multiply_scalar(result, builder_.monomial(f.base), f.exponent);
                continue;
            }
            bool is_identity = f.base.op() == Op::identity;
            Power power = is_identity ? Power{identity(f, factors, dims), f.exponent}
                                      : factor_power(builder_, f);
            if (f.labels.size() <= 2 && reads_better_turned(builder_, f)) {
                power.base = assemble(builder_.negative(f.base));
                result.coefficient = -result.coefficient;
            }
            if (picks_entry(f, factors, output)) {
                Power unit{unit_notation(f.base)};
                if (has_tensor)
                    entries.push_back(Entry{unit, {f.labels[0]}});
                else
                    multiply_power(graph.vertices[f.labels[0]].factors, unit);
            } else if (is_identity || has_tensor)
                entries.push_back(Entry{power, f.labels});
            else if (f.labels.size() == 1)
                multiply_power(graph.vertices[f.labels[0]].factors, power);
            else
                graph.edges.push_back(GraphEdge{f.labels[0], f.labels[1], {power}});
        }
        reduce(graph, false);
        for (std::size_t v = 0; v < graph.vertices.size(); ++v)
            if (!graph.vertices[v].gone)
                for (const Power& p : graph.vertices[v].factors)
                    entries.push_back(Entry{p, {static_cast<LabelId>(v)}});
        for (const GraphEdge& edge : graph.edges)
            for (const Power& p : edge.factors) entries.push_back(matrix_entry(p, edge));
        std::stable_sort(entries.begin(), entries.end(), [](const Entry& x, const Entry& y) {
            return before(x.power.base, y.power.base);
        });
        return entries;
    }

    /// The way round that needs fewer transposes: A[k,i] for (A^T)[i,k].
    static Entry matrix_entry(const Power& p, const GraphEdge& edge) {
        auto from = static_cast<LabelId>(edge.from), to = static_cast<LabelId>(edge.to);
        NotationPtr flipped = transposed(p.base);
        if (flipped->transposes < p.base->transposes)
            return Entry{Power{flipped, p.exponent}, {to, from}};
        return Entry{p, {from, to}};
    }

    /// `I` where other factors carry both of its indices, else `eye(n)`: dims come from use.
    NotationPtr identity(const Factor& f, const std::vector<Factor>& factors,
                         const std::vector<ir::Dim>& dims) const {
        Notation n =
            *sized_notation(NotationKind::identity, {dims[f.labels[0]], dims[f.labels[0]]});
        bool carried = std::all_of(f.labels.begin(), f.labels.end(), [&](LabelId l) {
            return std::any_of(factors.begin(), factors.end(), [&](const Factor& g) {
                return g.base.op() != Op::identity &&
                       std::find(g.labels.begin(), g.labels.end(), l) != g.labels.end();
            });
        });
        if (carried) n.text.clear();
        return make(std::move(n));
    }

    /// Outputs that nothing carries get their extent from a vector of ones.
    void add_missing(std::vector<NotationPtr>& above, const std::vector<Factor>& factors,
                     const Labels& output, const std::vector<ir::Dim>& dims,
                     const std::map<LabelId, std::string>& names) const {
        for (LabelId l : output) {
            bool carried = std::any_of(factors.begin(), factors.end(), [&](const Factor& f) {
                return std::find(f.labels.begin(), f.labels.end(), l) != f.labels.end();
            });
            if (carried) continue;
            NotationPtr ones = sized_notation(NotationKind::ones, {dims[l]});
            above.push_back(indexed(ones, {names.at(l)}));
        }
    }

    NotationBuilder& builder_;
    std::set<std::string> inner_;
    mutable std::map<std::string, ir::Dim> ranges_;  ///< of the summed indices
};

/// The product over labels that it uses, numbered anew: a stray label would count as a sum.
Expr product_of(std::vector<Factor> factors, const Labels& output,
                const std::vector<ir::Dim>& dims) {
    ir::EinsumData data;
    std::map<LabelId, LabelId> renamed;
    auto label = [&](LabelId l) {
        auto [at, added] = renamed.emplace(l, static_cast<LabelId>(data.dims.size()));
        if (added) data.dims.push_back(dims[l]);
        return at->second;
    };
    for (LabelId l : output) data.output.push_back(label(l));
    for (Factor& f : factors)
        for (LabelId& l : f.labels) l = label(l);
    data.factors = std::move(factors);
    // 6 ones(n, n, n) has no factors.
    Expr any = data.factors.empty() ? ir::dim_value(data.dims[0]) : data.factors[0].base;
    ir::Context& context = any.context();
    return ir::einsum(context, std::move(data));
}

}  // namespace

NotationPtr index_notation(NotationBuilder& builder, const std::vector<Factor>& factors,
                           const Labels& output, const std::vector<ir::Dim>& dims) {
    std::vector<Expr> inside;
    for (const Factor& f : factors) inside.push_back(f.base);
    IndexForm form(builder, inside);
    Names names = form.first_names(output.size());
    NotationPtr body = assemble(form.product(factors, output, dims, names));
    return tensor(names, body, form.summed_names(), product_of(factors, output, dims));
}

NotationPtr index_notation(NotationBuilder& builder, Expr e) {
    std::vector<Expr> inside;
    const auto add = [&](Expr part) {
        if (part.op() == Op::einsum)
            for (const Factor& f : part.einsum().factors) inside.push_back(f.base);
        else if (part != e)
            inside.push_back(part);
    };
    if (e.op() == Op::sum)
        for (const ir::Term& t : e.sum().terms) add(t.expr);
    else
        add(e);
    IndexForm form(builder, inside);
    Names names = form.first_names(e.rank());
    NotationPtr body = e.op() == Op::sum ? form.sum(e, names) : assemble(form.entry(e, names));
    return tensor(names, body, form.summed_names(), e);
}

}  // namespace nabla::passes
