// Products: the label graph of an Einsum is cut into connected pieces, each becomes matrix words.
#include <algorithm>
#include <map>
#include <numeric>
#include <set>

#include "passes/to_matrix_builder.hpp"
#include "passes/to_matrix_graph.hpp"

namespace nabla::passes {
namespace {

using ir::EinsumData;
using ir::Expr;
using ir::Factor;
using ir::LabelId;
using ir::Op;
using ir::Rational;

bool is_odd(const Rational& r) { return r.is_integer() && r.num % 2 != 0; }

/// A sum that opens with a positive term of highest degree: X w − y, not y − X w.
bool leads_by_degree(const Notation& sum) {
    return sum.kind == NotationKind::sum && !sum.signs[0] &&
           sum.children[0]->degree == sum.degree &&
           std::none_of(sum.children.begin() + 1, sum.children.end(), [&](const NotationPtr& c) {
               return c->degree == sum.degree && compare_reading(c, sum.children[0]) < 0;
           });
}

/// 1 − f(x), as it stands in the derivatives of tanh, sigmoid and their like.
bool is_one_minus(const Notation& n) {
    return n.kind == NotationKind::sum && n.children.size() == 2 && !n.signs[0] && n.signs[1] &&
           n.children[0]->kind == NotationKind::number && contains_call(n.children[1]);
}

/// The base of an even power, where a and −a are the same: the way round that reads best.
NotationPtr either_sign(NotationBuilder& builder, Expr base) {
    NotationPtr plain = builder.notation(base);
    if (base.op() != Op::sum) return plain;
    NotationPtr turned = assemble(builder.negative(base));
    bool sums = plain->kind == NotationKind::sum && turned->kind == NotationKind::sum;
    return sums && leads_by_degree(*turned) && !leads_by_degree(*plain) ? turned : plain;
}

class ProductForm {
public:
    ProductForm(NotationBuilder& builder, const EinsumData& data) : builder_(builder), data_(data) {
        class_.resize(data.dims.size());
        std::iota(class_.begin(), class_.end(), LabelId{0});
    }

    Monomial build(bool negated);

private:
    struct Piece {
        std::vector<std::size_t> factors;
        std::vector<LabelId> outputs;
    };

    LabelId root(LabelId l) const {
        while (class_[l] != l) l = class_[l];
        return l;
    }
    std::size_t times(Expr base) const;
    bool may_turn(std::size_t k) const;
    bool place_sign(bool negated);
    void scalar_factor(const Factor& f);
    void tie_identities();
    std::vector<Piece> pieces() const;
    Power base_power(std::size_t k);
    LabelGraph graph_of(const Piece& piece, std::map<LabelId, std::size_t>& vertex);
    void add_scalar_piece(const Piece& piece);
    NotationPtr output_form(const Piece& piece);
    NotationPtr ones_of(LabelId label) const {
        return sized_notation(NotationKind::ones, {data_.dims[label]});
    }
    NotationPtr core(const std::vector<Piece>& pieces);
    Monomial in_indices();

    NotationBuilder& builder_;
    const EinsumData& data_;
    Monomial result_;
    std::vector<LabelId> class_;       ///< labels that an identity ties
    std::vector<std::size_t> shaped_;  ///< factors with labels, without such identities
    std::set<std::size_t> turned_;     ///< factors whose sign is turned
};

void ProductForm::scalar_factor(const Factor& f) {
    bool turn = turned_.contains(static_cast<std::size_t>(&f - data_.factors.data()));
    const Monomial& m = turn ? builder_.negative(f.base) : builder_.monomial(f.base);
    multiply_scalar(result_, m, f.exponent);
}

void ProductForm::tie_identities() {
    for (std::size_t k = 0; k < data_.factors.size(); ++k) {
        const Factor& f = data_.factors[k];
        if (f.labels.empty()) continue;
        if (f.base.op() == Op::identity && f.exponent == Rational(1) && data_.output.size() == 2)
            class_[root(f.labels[1])] = root(f.labels[0]);
        else
            shaped_.push_back(k);
    }
}

/// Connected pieces; outputs that nothing carries are pieces without factors.
std::vector<ProductForm::Piece> ProductForm::pieces() const {
    std::vector<LabelId> parent = class_;
    auto find = [&](LabelId l) {
        while (parent[l] != l) l = parent[l];
        return l;
    };
    for (std::size_t k : shaped_)
        for (LabelId l : data_.factors[k].labels)
            parent[find(l)] = find(data_.factors[k].labels[0]);
    std::vector<Piece> result;
    std::map<LabelId, std::size_t> index;
    auto piece_at = [&](LabelId l) -> Piece& {
        auto [at, added] = index.emplace(find(l), result.size());
        if (added) result.emplace_back();
        return result[at->second];
    };
    for (LabelId l : data_.output) piece_at(l).outputs.push_back(l);
    for (std::size_t k : shaped_) piece_at(data_.factors[k].labels[0]).factors.push_back(k);
    return result;
}

Power ProductForm::base_power(std::size_t k) {
    const Factor& f = data_.factors[k];
    bool turned = turned_.contains(k);
    const Monomial& m = turned ? builder_.negative(f.base) : builder_.monomial(f.base);
    if (f.exponent == Rational(1) && m.core && !m.scalars.empty()) {
        // An adjugate, or a sum of some: its determinant goes with the other scalars.
        for (const Power& p : m.scalars) multiply_power(result_.scalars, p);
        result_.coefficient = result_.coefficient * m.coefficient;
        return Power{m.core};
    }
    if (turned) return Power{assemble(m), f.exponent};
    // Both of r r^T may be turned; of r.^2 and r not the one.
    const auto once = [&](const Factor& g) {
        return g.base == f.base && g.exponent == Rational(1);
    };
    if (times(f.base) == 2 && std::count_if(data_.factors.begin(), data_.factors.end(), once) == 2)
        return Power{either_sign(builder_, f.base)};
    return factor_power(builder_, f);
}

LabelGraph ProductForm::graph_of(const Piece& piece, std::map<LabelId, std::size_t>& vertex) {
    LabelGraph graph;
    auto vertex_of = [&](LabelId l) {
        auto [at, added] = vertex.emplace(root(l), graph.vertices.size());
        if (added) graph.vertices.push_back(GraphVertex{{}, false, false, data_.dims[l]});
        return at->second;
    };
    for (LabelId l : piece.outputs) vertex_of(l);
    for (std::size_t k : piece.factors) {
        const Factor& f = data_.factors[k];
        std::size_t from = vertex_of(f.labels[0]);
        if (picks_entry(f, data_.factors, data_.output)) {
            multiply_power(graph.vertices[from].factors, Power{unit_notation(f.base)});
        } else if (f.labels.size() == 1) {
            multiply_power(graph.vertices[from].factors, base_power(k));
        } else {
            std::size_t to = vertex_of(f.labels[1]);
            graph.edges.push_back(GraphEdge{from, to, {base_power(k)}});
        }
    }
    return graph;
}

bool is_graph(const EinsumData& data, const std::vector<std::size_t>& factors) {
    return std::all_of(factors.begin(), factors.end(),
                       [&](std::size_t k) { return data.factors[k].labels.size() <= 2; });
}

void ProductForm::add_scalar_piece(const Piece& piece) {
    if (is_graph(data_, piece.factors)) {
        Monomial before = result_;  // which the factors' determinants go to
        std::map<LabelId, std::size_t> vertex;
        if (auto power = scalar_of(graph_of(piece, vertex))) {
            multiply_power(result_.scalars, *power);
            return;
        }
        result_ = std::move(before);
    }
    std::vector<Factor> factors;
    for (std::size_t k : piece.factors) {
        factors.push_back(data_.factors[k]);
        // Index notation turns differences itself; what was turned here is to be turned back.
        if (turned_.contains(k)) result_.coefficient = -result_.coefficient;
    }
    multiply_power(result_.scalars, Power{index_notation(builder_, factors, {}, data_.dims)});
}

/// The piece as a column vector or a matrix; null where it has no matrix form.
NotationPtr ProductForm::output_form(const Piece& piece) {
    if (!is_graph(data_, piece.factors)) return nullptr;
    std::map<LabelId, std::size_t> vertex;
    LabelGraph graph = graph_of(piece, vertex);
    std::size_t first = vertex.at(root(piece.outputs[0]));
    std::optional<NotationPtr> form =
        piece.outputs.size() == 1
            ? vector_of(std::move(graph), first)
            : matrix_of(std::move(graph), first, vertex.at(root(piece.outputs[1])));
    return form ? *form : nullptr;
}

NotationPtr ProductForm::core(const std::vector<Piece>& pieces) {
    bool all_ones = std::all_of(pieces.begin(), pieces.end(), [](const Piece& p) {
        return p.factors.empty() && p.outputs.size() == 1;
    });
    if (all_ones) {
        ir::Shape shape;
        for (LabelId l : data_.output) shape.push_back(data_.dims[l]);
        return sized_notation(NotationKind::ones, shape);
    }
    std::vector<NotationPtr> forms;
    for (const Piece& piece : pieces) {
        forms.push_back(output_form(piece));
        if (!forms.back()) return nullptr;
    }
    if (forms.size() == 1) return forms[0];
    return product_notation({forms[0], transposed(forms[1])});
}

Monomial ProductForm::in_indices() {
    std::vector<Factor> factors;
    for (const Factor& f : data_.factors)
        if (!f.labels.empty()) factors.push_back(f);
    result_ = Monomial{};
    for (const Factor& f : data_.factors)
        if (f.labels.empty()) scalar_factor(f);
    bool scaled_tensor = factors.size() == 1 && factors[0].exponent == Rational(1) &&
                         factors[0].labels == data_.output;
    result_.core = scaled_tensor ? builder_.notation(factors[0].base)
                                 : index_notation(builder_, factors, data_.output, data_.dims);
    return result_;
}

std::size_t ProductForm::times(Expr base) const {
    return static_cast<std::size_t>(std::count_if(data_.factors.begin(), data_.factors.end(),
                                                  [&](const Factor& f) { return f.base == base; }));
}

/// A difference that stands in the product once and to an odd power; r r^T keeps its sign outside.
bool ProductForm::may_turn(std::size_t k) const {
    const Factor& f = data_.factors[k];
    return data_.output.size() <= 2 && is_odd(f.exponent) && can_turn(f.base) && times(f.base) == 1;
}

/// Decides which differences are turned; returns the sign that is left.
bool ProductForm::place_sign(bool negated) {
    for (std::size_t k = 0; k < data_.factors.size(); ++k) {
        if (!may_turn(k) || !reads_better_turned(builder_, data_.factors[k])) continue;
        turned_.insert(k);
        negated = !negated;
    }
    std::size_t chosen = data_.factors.size();
    for (std::size_t k = 0; k < data_.factors.size() && negated; ++k) {
        NotationPtr plain = builder_.notation(data_.factors[k].base);
        if (!may_turn(k) || turned_.contains(k) || is_one_minus(*plain)) continue;
        bool first = chosen == data_.factors.size();
        if (first || !leads_by_degree(*plain)) chosen = k;
    }
    if (chosen == data_.factors.size()) return negated;
    turned_.insert(chosen);
    return !negated;
}

Monomial ProductForm::build(bool negated) {
    if (place_sign(negated)) result_.coefficient = -1;
    for (const Factor& f : data_.factors)
        if (f.labels.empty()) scalar_factor(f);
    tie_identities();
    if (data_.output.size() <= 2) {
        std::vector<Piece> with_output;
        for (const Piece& piece : pieces())
            if (piece.outputs.empty())
                add_scalar_piece(piece);
            else
                with_output.push_back(piece);
        if (data_.output.empty()) return result_;
        result_.core = core(with_output);
        if (result_.core) return result_;
    }
    turned_.clear();
    Monomial tensor = in_indices();
    if (negated) tensor.coefficient = -tensor.coefficient;
    return tensor;
}

}  // namespace

void multiply_scalar(Monomial& result, const Monomial& scalar, const Rational& exponent) {
    bool plain = exponent == Rational(1);
    bool one_norm = scalar.coefficient.is_one() && scalar.scalars.size() == 1 &&
                    scalar.scalars[0].base->kind == NotationKind::norm;
    bool distributes = exponent.is_integer() && scalar.coefficient.is_one();
    if (!plain && !one_norm && !distributes) {
        multiply_power(result.scalars, Power{assemble(scalar), exponent});
        return;
    }
    if (plain) result.coefficient = result.coefficient * scalar.coefficient;
    for (const Power& p : scalar.scalars) {
        auto product = ir::mul(p.exponent, exponent);
        Power raised =
            product ? Power{p.base, *product} : Power{power_notation(p.base, p.exponent), exponent};
        multiply_power(result.scalars, raised);
    }
}

bool reads_better_turned(NotationBuilder& builder, const Factor& factor) {
    return is_odd(factor.exponent) && can_turn(factor.base) &&
           !is_one_minus(*builder.notation(factor.base)) &&
           is_one_minus(*assemble(builder.negative(factor.base)));
}

Power factor_power(NotationBuilder& builder, const Factor& factor) {
    if (factor.base.op() == Op::map && factor.base.map().function == ir::Fn::rnorm) {
        auto exponent = ir::mul(factor.exponent, Rational(-1, 2));
        if (exponent) return Power{builder.notation(factor.base.child(0)), *exponent};
    }
    bool even = factor.exponent.is_integer() && !is_odd(factor.exponent);
    return Power{even ? either_sign(builder, factor.base) : builder.notation(factor.base),
                 factor.exponent};
}

namespace {

/// −Σ p log q with zeros of p that win: what the language calls cross_entropy(p, q), or null.
NotationPtr cross_entropy_notation(NotationBuilder& builder, const EinsumData& data) {
    if (!data.output.empty() || data.factors.size() != 2) return nullptr;
    const Factor *p = &data.factors[0], *q = &data.factors[1];
    auto is = [](const Factor& f, ir::Fn function) {
        return f.base.op() == Op::map && f.base.map().function == function &&
               f.exponent == Rational(1);
    };
    if (is(*q, ir::Fn::strong_zero)) std::swap(p, q);
    bool once = std::set<LabelId>(p->labels.begin(), p->labels.end()).size() == p->labels.size();
    if (!is(*p, ir::Fn::strong_zero) || !is(*q, ir::Fn::log) || p->labels != q->labels || !once)
        return nullptr;
    return call_notation("cross_entropy",
                         {builder.notation(p->base.child(0)), builder.notation(q->base.child(0))},
                         0);
}

}  // namespace

Monomial einsum_monomial(NotationBuilder& builder, Expr e, bool negated) {
    if (NotationPtr entropy = cross_entropy_notation(builder, e.einsum()))
        return Monomial{negated ? 1 : -1, {Power{entropy}}, nullptr};
    return ProductForm(builder, e.einsum()).build(negated);
}

}  // namespace nabla::passes
