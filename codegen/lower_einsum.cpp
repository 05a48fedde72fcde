// Products. The factors with axes are contracted in the cheapest order; scalars, identities between
// two output labels and (where that costs little) selecting factors are applied to the result.
#include <algorithm>
#include <map>
#include <utility>

#include "codegen/contraction_order.hpp"
#include "codegen/lowering.hpp"
#include "codegen/normalize.hpp"
#include "codegen/selections.hpp"

namespace nabla::codegen {

namespace {

bool selects(ir::Expr e, const ir::Rational& exponent) {
    if (exponent.num <= 0) return false;
    switch (e.op()) {
        case ir::Op::map:
            return ir::function(e.map().function).selects;
        case ir::Op::reduce:
            return e.reduce().kind == ir::ReduceKind::max_share ||
                   e.reduce().kind == ir::ReduceKind::min_share;
        case ir::Op::identity:
        case ir::Op::selection:
        case ir::Op::trimask:
            return true;
        case ir::Op::constant:
        case ir::Op::pi:
        case ir::Op::dim_value:
        case ir::Op::symbol:
        case ir::Op::sum:
        case ir::Op::einsum:
        case ir::Op::inverse:
        case ir::Op::det:
        case ir::Op::adjugate:
        case ir::Op::chol:
        case ir::Op::eigenvalue:
        case ir::Op::eigenvector:
        case ir::Op::shifted_pinv:
        case ir::Op::expm:
        case ir::Op::sylvester:
        case ir::Op::derivative:
        case ir::Op::iota:
        case ir::Op::reshape:
            return false;
    }
    return false;
}

/// A matrix of zeros and ones that the indices alone decide.
bool is_pattern(ir::Expr e) { return e.op() == ir::Op::identity || e.op() == ir::Op::trimask; }

/// The parts of a product.
struct Factors {
    std::vector<Operand> tensors;
    std::vector<Operand> masks;  ///< identities over outputs; selecting factors taken out
    std::vector<Operand> scalars;
};

bool in(const Labels& labels, std::uint16_t l) {
    return std::find(labels.begin(), labels.end(), l) != labels.end();
}

class Product {
public:
    Product(Lowering& lowering, ir::Expr e, std::vector<Division> divisions = {})
        : lowering_(lowering),
          graph_(lowering.graph()),
          data_(e.einsum()),
          divisions_(std::move(divisions)) {
        for (const ir::Dim d : data_.dims) extents_.push_back(lowering.extent(d));
        output_ = data_.output;
    }

    ValueId lower();

private:
    Factors split_factors(const std::vector<Operand>& operands) const;
    ValueId lower_rest(Factors factors);
    Operand operand(const ir::Factor& factor);
    std::vector<Operand> plain_operands(std::vector<SelectionFactor>& selections);
    std::vector<Operand> divided(Operand o, std::int64_t times, ValueId norm);
    Operand ones_over(std::uint16_t label);
    bool plain_product() const;
    Operand least_squares_operand(const LeastSquares& found);
    void add_ones_beside_inverses(Factors& factors);
    ValueId scalar_product(const std::vector<Operand>& scalars);
    Contraction contract_tensors(const Factors& factors, const Labels& keep);
    ValueId finish(const Factors& factors, const Contraction& rest, ValueId scalar);
    Factors without_selectors(const Factors& factors) const;
    double finish_cost(const Factors& factors, const Contraction& rest) const;

    Lowering& lowering_;
    Graph& graph_;
    const ir::EinsumData& data_;
    std::vector<Division> divisions_;  ///< of its factors, by norms outside
    std::vector<std::int64_t> extents_;
    Labels output_;  ///< without Selections, which may take other labels of the result
};

Operand Product::operand(const ir::Factor& factor) {
    Operand result;
    result.value = lowering_.value(factor.base);
    result.labels = factor.labels;
    result.exponent = factor.exponent;
    result.selects = selects(factor.base, factor.exponent);
    result.indicator = is_pattern(factor.base) && factor.exponent.num > 0;
    if (factor.exponent.den == 2) {
        const ValueId root = root_of_squares(lowering_, result.value);
        if (root != no_value) {
            result.value = root;
            result.exponent = factor.exponent.num;
        }
    }
    if (factor.base.op() == ir::Op::inverse && factor.exponent == ir::Rational(1)) {
        const ir::Expr matrix = factor.base.child(0);
        result.factor = matrix_factor(lowering_, matrix, true);
        result.symmetric = matrix.has(ir::Fact::symmetric);
    }
    return result;
}

Operand Product::ones_over(std::uint16_t label) {
    BodyBuilder body;
    body.constant(1);
    Formula ones;
    ones.label_extents = {extents_[label]};
    ones.rank = 1;
    ones.body = body.take();
    Operand operand;
    operand.value = graph_.formula(std::move(ones));
    operand.labels = {label};
    return operand;
}

/// Without slices, which would cut a least squares problem's axes.
bool Product::plain_product() const {
    return std::none_of(data_.factors.begin(), data_.factors.end(),
                        [](const ir::Factor& f) { return f.base.op() == ir::Op::selection; });
}

/// A label that an inverse alone carries and sums away is a solve with ones.
void Product::add_ones_beside_inverses(Factors& factors) {
    std::map<std::uint16_t, int> count;
    for (const Operand& o : factors.tensors) {
        for (const std::uint16_t l : o.labels) ++count[l];
    }
    std::vector<Operand> added;
    for (const Operand& o : factors.tensors) {
        if (o.factor == no_value) continue;
        for (const std::uint16_t l : o.labels) {
            if (count[l] != 1 || in(output_, l)) continue;
            added.push_back(ones_over(l));
            break;  // with both labels summed, the other one sums the solution
        }
    }
    factors.tensors.insert(factors.tensors.end(), added.begin(), added.end());
}

ValueId Product::scalar_product(const std::vector<Operand>& scalars) {
    if (scalars.empty()) return no_value;
    if (scalars.size() == 1 && scalars[0].exponent == ir::Rational(1)) return scalars[0].value;
    BodyBuilder body;
    bool first = true;
    BodyBuilder::Index product = 0;
    std::vector<BodyBuilder::Index> masks;
    for (const Operand& s : scalars) {
        const Value& value = graph_[s.value];
        const bool constant = value.is_formula() && value.formula.body.size() == 1 &&
                              value.formula.body[0].kind == Instr::Kind::constant;
        const auto x = body.power(
            constant ? body.constant(value.formula.body[0].value) : body.load(s.value, {}),
            s.exponent);
        product = first ? x : body.mul(product, x);
        first = false;
        if (s.selects) masks.push_back(x);
    }
    for (const auto mask : masks) product = body.select_zero(mask, product);
    Formula formula;
    formula.body = extract(body.code(), product);
    return graph_.formula(std::move(formula));
}

Contraction Product::contract_tensors(const Factors& factors, const Labels& keep) {
    if (factors.tensors.empty()) return {};
    ContractOptions options;
    options.keep = keep;
    options.preferred = output_;
    options.symmetric_threshold = static_cast<double>(lowering_.options().library_threshold);
    return contract(graph_, factors.tensors, extents_, options);
}

/// Selecting factors out of the contraction: then nothing of the rest leaks through a zero.
Factors Product::without_selectors(const Factors& factors) const {
    Factors result = factors;
    result.tensors.clear();
    for (const Operand& o : factors.tensors) {
        (o.selects ? result.masks : result.tensors).push_back(o);
    }
    return result;
}

double Product::finish_cost(const Factors& factors, const Contraction& rest) const {
    Labels all = output_;
    const auto add = [&](const Labels& labels) {
        for (const std::uint16_t l : labels) {
            if (!in(all, l)) all.push_back(l);
        }
    };
    add(rest.labels);
    for (const Operand& o : factors.masks) add(o.labels);
    double points = 2;
    for (const std::uint16_t l : all) points *= static_cast<double>(extents_[l]);
    return points;
}

/// Σ mask · scalar · rest over the output's labels.
ValueId Product::finish(const Factors& factors, const Contraction& rest, ValueId scalar) {
    Labels all = output_;
    const auto number = [&](std::uint16_t l) {
        auto it = std::find(all.begin(), all.end(), l);
        if (it == all.end()) it = all.insert(all.end(), l);
        return static_cast<AxisId>(it - all.begin());
    };
    const auto axes = [&](const Labels& labels) {
        std::vector<AxisId> result;
        for (const std::uint16_t l : labels) result.push_back(number(l));
        return result;
    };
    BodyBuilder body;
    BodyBuilder::Index product = body.constant(1);
    if (rest.value != no_value) product = body.load(rest.value, axes(rest.labels));
    if (scalar != no_value) product = body.mul(body.load(scalar, {}), product);
    for (const Operand& o : factors.masks) {
        auto mask = body.load(o.value, axes(o.labels));
        if (!o.indicator) mask = body.power(mask, o.exponent);
        const bool one =
            body.code()[product].kind == Instr::Kind::constant && body.code()[product].value == 1;
        const auto masked = o.indicator && !one ? product : body.mul(mask, product);
        product = one ? masked : body.select_zero(mask, masked);
    }
    Formula formula;
    formula.rank = static_cast<std::uint32_t>(output_.size());
    for (const std::uint16_t l : all) formula.label_extents.push_back(extents_[l]);
    formula.combine = all.size() > output_.size() ? Combine::sum : Combine::assign;
    formula.body = extract(body.code(), product);
    return graph_.formula(std::move(formula));
}

Factors Product::split_factors(const std::vector<Operand>& operands) const {
    Factors factors;
    for (const Operand& o : operands) {
        const bool mask = o.indicator && o.labels.size() == 2 && in(output_, o.labels[0]) &&
                          in(output_, o.labels[1]);
        auto& part = o.labels.empty() ? factors.scalars : mask ? factors.masks : factors.tensors;
        part.push_back(o);
    }
    return factors;
}

/// base^exponent, divided by a norm that many times.
std::vector<Operand> Product::divided(Operand o, std::int64_t times, ValueId norm) {
    const std::size_t rank = graph_[o.value].extents.size();
    BodyBuilder body;
    const auto labels = first_labels(rank);
    const bool entry_by_entry = !graph_[norm].extents.empty();
    body.div(body.load(o.value, labels),
             body.load(norm, entry_by_entry ? labels : std::vector<AxisId>()));
    Formula formula;
    formula.label_extents = graph_[o.value].extents;
    formula.rank = static_cast<std::uint32_t>(rank);
    formula.body = body.take();
    Operand quotient = o;
    quotient.value = graph_.formula(std::move(formula));
    quotient.exponent = times;
    o.exponent.num -= times;
    if (o.exponent.num == 0) return {quotient};
    return {quotient, o};
}

/// G^-1 M^T W Y as one operand. M^T W Y is contracted as any product is.
Operand Product::least_squares_operand(const LeastSquares& found) {
    const GramTerm& term = found.terms[found.term];
    std::vector<Operand> right;
    for (const std::size_t k : found.right) right.push_back(operand(data_.factors[k]));
    if (right.empty()) right.push_back(ones_over(found.row));
    Labels order{found.row};
    for (const Operand& o : right) {
        for (const std::uint16_t l : o.labels) {
            if (in(output_, l) && !in(order, l)) order.push_back(l);
        }
    }
    const auto contracted = [&](const std::vector<Operand>& operands, const Labels& wanted) {
        const Contraction part = contract(graph_, operands, extents_, {wanted, wanted, 0});
        Formula formula;
        formula.rank = static_cast<std::uint32_t>(wanted.size());
        std::vector<AxisId> axes;
        for (const std::uint16_t l : wanted) formula.label_extents.push_back(extents_[l]);
        for (const std::uint16_t l : part.labels) {
            axes.push_back(
                static_cast<AxisId>(std::find(wanted.begin(), wanted.end(), l) - wanted.begin()));
        }
        formula.body = load_body(part.value, std::move(axes));
        return formula;
    };
    LeastSquaresSides sides;
    sides.terms = found.terms;
    sides.term = found.term;
    Formula y = contracted(right, order);
    Operand whole;
    whole.value = graph_.formula(y);
    whole.labels = order;
    std::vector<Operand> factors{operand(data_.factors[found.rows]), whole};
    for (const std::size_t k : found.weights) factors.push_back(operand(data_.factors[k]));
    order[0] = found.columns;
    sides.projected = contracted(factors, order);
    if (!ir::is_one(term.scalar)) {
        // G has the scalar, M^T W Y has not.
        BodyBuilder body(y.body);
        const auto last = static_cast<BodyBuilder::Index>(y.body.size() - 1);
        body.div(last, body.load(lowered(lowering_, term.scalar), {}));
        y.body = body.take();
    }
    sides.right = graph_.formula(std::move(y));
    const ir::Expr matrix = data_.factors[found.inverse].base.child(0);
    Operand result;
    result.value = least_squares(lowering_, matrix_factor(lowering_, matrix, true), sides);
    order[0] = found.result;
    result.labels = std::move(order);
    return result;
}

std::vector<Operand> Product::plain_operands(std::vector<SelectionFactor>& selections) {
    const Normalization norms = normalize(lowering_, data_);
    std::vector<Operand> operands = norms.rest;
    std::vector<Division> divisions = divisions_;
    divisions.insert(divisions.end(), norms.divisions.begin(), norms.divisions.end());
    std::vector<bool> used(data_.factors.size(), false);
    const bool plain = plain_product() && norms.gone.empty() && norms.inner.empty() &&
                       divisions.empty() && operands.empty();
    while (const auto found = plain ? find_least_squares(data_, used) : std::nullopt) {
        operands.push_back(least_squares_operand(*found));
        used[found->inverse] = used[found->rows] = true;
        for (const std::size_t k : found->weights) used[k] = true;
        for (const std::size_t k : found->right) used[k] = true;
    }
    Labels cut;  // axes that a Selection takes a part of; a second one multiplies
    for (std::size_t k = 0; k < data_.factors.size(); ++k) {
        const ir::Factor& f = data_.factors[k];
        if (used[k] || norms.gone.contains(k)) continue;
        const bool selection = f.base.op() == ir::Op::selection && f.exponent.num > 0;
        if (selection && !in(cut, f.labels[0])) {
            cut.push_back(f.labels[0]);
            selections.push_back({f.labels[0], f.labels[1], lowering_.extent(f.base.offset())});
            continue;
        }
        Operand o = operand(f);
        const auto inner = std::find_if(norms.inner.begin(), norms.inner.end(),
                                        [&](const auto& i) { return i.factor == k; });
        if (inner != norms.inner.end()) {
            o.value = Product(lowering_, f.base, inner->divisions).lower();
        }
        const auto division = std::find_if(divisions.begin(), divisions.end(),
                                           [&](const Division& d) { return d.factor == k; });
        if (division == divisions.end()) {
            operands.push_back(std::move(o));
            continue;
        }
        const auto parts = divided(std::move(o), division->times, division->norm);
        operands.insert(operands.end(), parts.begin(), parts.end());
    }
    return operands;
}

ValueId Product::lower() {
    std::vector<SelectionFactor> selections;
    std::vector<Operand> operands = plain_operands(selections);
    if (selections.empty()) return lower_rest(split_factors(operands));
    const WithoutSelections plan =
        apply_selections(graph_, std::move(operands), selections, data_.output, extents_);
    output_ = plan.output;
    Factors factors = split_factors(plan.operands);
    if (plan.repeats != 1) {
        Operand repeats;
        repeats.value = lower_constant(lowering_, plan.repeats);
        factors.scalars.push_back(repeats);
    }
    const ValueId product = lower_rest(std::move(factors));
    return spread_result(graph_, product, plan, data_.output, extents_);
}

ValueId Product::lower_rest(Factors factors) {
    add_ones_beside_inverses(factors);
    const ValueId scalar = scalar_product(factors.scalars);
    const Contraction direct = contract_tensors(factors, output_);
    const Factors outside = without_selectors(factors);
    if (outside.masks.size() > factors.masks.size()) {
        Labels keep = output_;
        for (const Operand& o : outside.masks) {
            for (const std::uint16_t l : o.labels) {
                if (!in(keep, l)) keep.push_back(l);
            }
        }
        const Contraction rest = contract_tensors(outside, keep);
        const double direct_cost = direct.cost + finish_cost(factors, direct);
        if (rest.cost + finish_cost(outside, rest) <= 2 * direct_cost) {
            return finish(outside, rest, scalar);
        }
    }
    if (factors.masks.empty() && scalar == no_value && direct.labels == output_ &&
        direct.value != no_value) {
        return direct.value;
    }
    return finish(factors, direct, scalar);
}

}  // namespace

ValueId lower_einsum(Lowering& lowering, ir::Expr e) {
    if (const ir::Expr spread = spread_right_side(e)) return lowered(lowering, spread);
    return Product(lowering, e).lower();
}

}  // namespace nabla::codegen
