#include "codegen/contraction_order.hpp"

#include <algorithm>
#include <bitset>
#include <limits>
#include <optional>
#include <set>
#include <tuple>

#include <nabla/error.hpp>

namespace nabla::codegen {

namespace {

constexpr std::size_t most_operands = 16;
constexpr std::size_t most_labels = 256;
/// Up to here every split asks whether its product exists already; beyond, only the best one.
constexpr std::size_t exhaustive_sharing = 5;
/// A sum of squares has no cancellation: |X w|^2 is better than w^T (X^T X) w even where the latter's
/// matrix is there already.
constexpr double square_preference = 1e-3;
using LabelSet = std::bitset<most_labels>;

/// One side of a product.
struct Part {
    ValueId value = no_value;
    Labels labels;
    bool selects = false;
};

LabelSet set_of(const Labels& labels) {
    LabelSet set;
    for (const std::uint16_t l : labels) set.set(l);
    return set;
}

/// A factor of a formula under its numbering of labels, for sorting.
struct Numbered {
    const Part* part;
    std::vector<AxisId> labels;
    std::vector<AxisId> sort_key;
};

/// The formula Σ a·b with output axes in the given order. Factors are sorted, so that the product
/// written the other way round is the same formula.
Formula product_formula(const Part& a, const Part& b, const Labels& output,
                        const std::vector<std::int64_t>& extents) {
    constexpr AxisId summed = ~AxisId{0};
    Formula formula;
    formula.rank = static_cast<std::uint32_t>(output.size());
    const auto output_number = [&](std::uint16_t l) {
        const auto it = std::find(output.begin(), output.end(), l);
        return it == output.end() ? summed : static_cast<AxisId>(it - output.begin());
    };
    std::vector<Numbered> sides{{&a, {}, {}}, {&b, {}, {}}};
    for (Numbered& side : sides) {
        for (const std::uint16_t l : side.part->labels) side.sort_key.push_back(output_number(l));
    }
    if (std::pair(b.value, sides[1].sort_key) < std::pair(a.value, sides[0].sort_key)) {
        std::swap(sides[0], sides[1]);
    }
    Labels numbered = output;
    for (Numbered& side : sides) {
        for (const std::uint16_t l : side.part->labels) {
            auto it = std::find(numbered.begin(), numbered.end(), l);
            if (it == numbered.end()) it = numbered.insert(numbered.end(), l);
            side.labels.push_back(static_cast<AxisId>(it - numbered.begin()));
        }
    }
    for (const std::uint16_t l : numbered) formula.label_extents.push_back(extents[l]);
    formula.combine = numbered.size() > output.size() ? Combine::sum : Combine::assign;
    BodyBuilder body;
    const auto first = body.load(sides[0].part->value, sides[0].labels);
    const auto second = body.load(sides[1].part->value, sides[1].labels);
    const auto product = body.mul(first, second);
    if (sides[0].part->selects) body.select_zero(first, product);
    if (sides[1].part->selects) {
        const auto last = static_cast<std::uint32_t>(body.code().size() - 1);
        body.select_zero(second, last);
    }
    formula.body = body.take();
    return formula;
}

class Search {
public:
    Search(Graph& graph, const std::vector<Operand>& operands,
           const std::vector<std::int64_t>& extents, const ContractOptions& options)
        : graph_(graph),
          operands_(operands),
          keep_(set_of(options.keep)),
          extents_(extents),
          options_(options),
          count_(operands.size()),
          states_(std::size_t{1} << count_) {}

    Contraction run();

private:
    struct State {
        double cost = std::numeric_limits<double>::infinity();
        std::uint32_t left = 0, right = 0;
        Part part;
        LabelSet labels;
        bool connected = false;
    };
    struct Found {
        ValueId value = no_value;
        Labels order;
    };

    void single(std::size_t k);
    void combine(std::uint32_t mask);
    void build(std::uint32_t mask);
    double points(const LabelSet& labels) const;
    LabelSet outside(std::uint32_t mask) const;
    /// Which side (0, 1) of the split is an inverse that a solve can replace; −1 for none.
    int solving_side(const State& left, const State& right, const LabelSet& needed,
                     std::uint32_t left_mask, std::uint32_t right_mask) const;
    double split_cost(std::uint32_t left, std::uint32_t right, const LabelSet& needed) const;
    std::optional<std::pair<Part, Part>> root_weighted(const Part& scaled, const Part& plain);
    Labels default_order(const Part& a, const Part& b, const LabelSet& needed) const;
    std::optional<Found> existing(const Part& a, const Part& b, const LabelSet& needed) const;
    const Operand* inverse(std::uint32_t mask) const;
    void want(std::uint32_t mask);
    bool is_full(std::uint32_t mask) const { return mask + 1 == states_.size(); }

    Graph& graph_;
    const std::vector<Operand>& operands_;
    LabelSet keep_;
    const std::vector<std::int64_t>& extents_;
    const ContractOptions& options_;
    std::size_t count_;
    std::vector<State> states_;
};

double Search::points(const LabelSet& labels) const {
    double product = 1;
    for (std::size_t l = 0; l < extents_.size(); ++l) {
        if (labels[l]) product *= static_cast<double>(extents_[l]);
    }
    return product;
}

LabelSet Search::outside(std::uint32_t mask) const {
    LabelSet labels = keep_;
    for (std::size_t k = 0; k < count_; ++k) {
        if (((mask >> k) & 1U) == 0) labels |= set_of(operands_[k].labels);
    }
    return labels;
}

const Operand* Search::inverse(std::uint32_t mask) const {
    if ((mask & (mask - 1)) != 0) return nullptr;
    std::size_t k = 0;
    while (((mask >> k) & 1U) == 0) ++k;
    return operands_[k].factor == no_value ? nullptr : &operands_[k];
}

/// One operand by itself: its power taken, diagonals read, labels that only it carries summed.
void Search::single(std::size_t k) {
    const Operand& operand = operands_[k];
    State& state = states_[std::size_t{1} << k];
    state.cost = 0;
    state.connected = true;
    state.part.selects = operand.selects;
    const LabelSet needed = outside(1U << k) & set_of(operand.labels);
    state.labels = needed;
    Labels distinct;
    Labels summed;
    for (const std::uint16_t l : operand.labels) {
        Labels& list = needed[l] ? distinct : summed;
        if (std::find(list.begin(), list.end(), l) == list.end()) list.push_back(l);
    }
    state.part.labels = distinct;
    Formula formula;
    formula.rank = static_cast<std::uint32_t>(distinct.size());
    formula.combine = summed.empty() ? Combine::assign : Combine::sum;
    Labels all = distinct;
    all.insert(all.end(), summed.begin(), summed.end());
    for (const std::uint16_t l : all) formula.label_extents.push_back(extents_[l]);
    std::vector<AxisId> axes;
    for (const std::uint16_t l : operand.labels) {
        axes.push_back(static_cast<AxisId>(std::find(all.begin(), all.end(), l) - all.begin()));
    }
    BodyBuilder body;
    body.power(body.load(operand.value, axes), operand.exponent);
    formula.body = body.take();
    const bool nonnegative = graph_[operand.value].nonnegative || operand.exponent.num % 2 == 0 ||
                             operand.exponent.den % 2 == 0;
    state.part.value = graph_.formula(std::move(formula));
    if (nonnegative) graph_.set_nonnegative(state.part.value);
}

int Search::solving_side(const State& left, const State& right, const LabelSet& needed,
                         std::uint32_t left_mask, std::uint32_t right_mask) const {
    for (const int side : {0, 1}) {
        const Operand* operand = inverse(side == 0 ? left_mask : right_mask);
        if (operand == nullptr || operand->exponent != ir::Rational(1)) continue;
        const Part& part = side == 0 ? left.part : right.part;
        const LabelSet& other = side == 0 ? right.labels : left.labels;
        if (part.labels.size() != 2) continue;
        const bool first = other[part.labels[0]];
        const bool second = other[part.labels[1]];
        if (first == second) continue;
        if (needed[part.labels[first ? 0 : 1]]) continue;
        return side;
    }
    return -1;
}

double Search::split_cost(std::uint32_t left, std::uint32_t right, const LabelSet& needed) const {
    const State& l = states_[left];
    const State& r = states_[right];
    const LabelSet all = l.labels | r.labels;
    double cost = l.part.value == r.part.value ? l.cost : l.cost + r.cost;
    const bool sums = (all & needed) != all;
    cost += points(all) * (sums ? 2 : 1) + (sums ? points(needed & all) : 0);
    if (solving_side(l, r, needed, left, right) < 0) {
        for (const std::uint32_t mask : {left, right}) {
            const Operand* operand = inverse(mask);
            if (operand == nullptr) continue;
            const double n = static_cast<double>(graph_[operand->value].extents[0]);
            cost += 2 * n * n * n;
        }
    }
    return cost;
}

/// For `scaled` = t·X and `plain` = X, where t >= 0 has only labels that both share: sqrt(t)·X
/// twice.
std::optional<std::pair<Part, Part>> Search::root_weighted(const Part& scaled, const Part& plain) {
    const Value& product = graph_[scaled.value];
    const std::vector<Instr>& body = product.formula.body;
    if (!product.entrywise() || body.size() != 3 || body[2].kind != Instr::Kind::mul ||
        body[0].kind != Instr::Kind::load || body[1].kind != Instr::Kind::load) {
        return std::nullopt;
    }
    for (const std::size_t side : {0, 1}) {
        const Access x = body[side].access;
        const Access t = body[1 - side].access;
        const std::set<AxisId> distinct(x.axes.begin(), x.axes.end());
        if (x.buffer != plain.value || !graph_[t.buffer].nonnegative ||
            distinct.size() != plain.labels.size() || product.formula.rank != distinct.size()) {
            continue;
        }
        Labels other(distinct.size());
        bool shared = true;
        for (std::size_t d = 0; d < x.axes.size(); ++d) {
            const AxisId axis = x.axes[d];
            other[axis] = plain.labels[d];
            const bool weighted = std::find(t.axes.begin(), t.axes.end(), axis) != t.axes.end();
            shared = shared && (!weighted || scaled.labels[axis] == plain.labels[d]);
        }
        if (!shared || other == scaled.labels) continue;
        Formula formula = product.formula;
        Formula root;
        root.label_extents = graph_[t.buffer].extents;
        root.rank = static_cast<std::uint32_t>(root.label_extents.size());
        BodyBuilder power;
        std::vector<AxisId> axes;
        for (AxisId a = 0; a < root.rank; ++a) axes.push_back(a);
        power.power(power.load(t.buffer, axes), ir::Rational(1, 2));
        root.body = power.take();
        const ValueId weights = graph_.formula(std::move(root));
        BodyBuilder scaling;
        const auto data = scaling.load(x.buffer, x.axes);
        scaling.mul(data, scaling.load(weights, t.axes));
        formula.body = scaling.take();
        const ValueId half = graph_.formula(std::move(formula));
        return std::pair(Part{half, scaled.labels, false}, Part{half, other, false});
    }
    return std::nullopt;
}

Labels Search::default_order(const Part& a, const Part& b, const LabelSet& needed) const {
    const bool a_first = a.labels.size() >= b.labels.size();
    Labels order;
    for (const Part* part : {a_first ? &a : &b, a_first ? &b : &a}) {
        for (const std::uint16_t l : part->labels) {
            if (needed[l] && std::find(order.begin(), order.end(), l) == order.end()) {
                order.push_back(l);
            }
        }
    }
    return order;
}

std::optional<Search::Found> Search::existing(const Part& a, const Part& b,
                                              const LabelSet& needed) const {
    Labels order = default_order(a, b, needed);
    const int turns = order.size() == 2 ? 2 : 1;
    for (int turn = 0; turn < turns; ++turn) {
        const ValueId id = graph_.find(product_formula(a, b, order, extents_));
        if (id != no_value && graph_.wanted(id)) return Found{id, order};
        std::reverse(order.begin(), order.end());
    }
    return std::nullopt;
}

void Search::combine(std::uint32_t mask) {
    State& state = states_[mask];
    const LabelSet outer = outside(mask);
    bool any_connected = false;
    for (const bool connected_only : {true, false}) {
        if (!connected_only && any_connected) break;
        for (std::uint32_t left = (mask - 1) & mask; left != 0; left = (left - 1) & mask) {
            const std::uint32_t right = mask ^ left;
            if (left < right) continue;
            const State& l = states_[left];
            const State& r = states_[right];
            const bool joined = (l.labels & r.labels).any();
            if (connected_only && !(joined && l.connected && r.connected)) continue;
            const LabelSet needed = (l.labels | r.labels) & outer;
            double cost = split_cost(left, right, needed);
            if (count_ <= exhaustive_sharing && solving_side(l, r, needed, left, right) < 0 &&
                existing(l.part, r.part, needed)) {
                cost = 0;
            }
            if (l.part.value == r.part.value && needed.none()) cost *= square_preference;
            any_connected = any_connected || connected_only;
            if (cost < state.cost) {
                state.cost = cost;
                state.left = left;
                state.right = right;
                state.labels = needed;
                state.connected = connected_only;
            }
        }
    }
    build(mask);
}

void Search::build(std::uint32_t mask) {
    State& state = states_[mask];
    const State& l = states_[state.left];
    const State& r = states_[state.right];
    state.part.selects = l.part.selects && r.part.selects;
    const int side = solving_side(l, r, state.labels, state.left, state.right);
    if (side >= 0) {
        const Operand& operand = *inverse(side == 0 ? state.left : state.right);
        const Part& matrix = side == 0 ? l.part : r.part;
        const State& rest = side == 0 ? r : l;
        const bool contracts_first = rest.labels[matrix.labels[0]];
        const std::uint16_t summed = matrix.labels[contracts_first ? 0 : 1];
        Labels order{summed};
        for (const std::uint16_t x : rest.part.labels) {
            if (x != summed) order.push_back(x);
        }
        Value solve;
        solve.make = Make::solve;
        solve.operands = {operand.factor};
        solve.transposed = contracts_first && !operand.symmetric;
        solve.formula.rank = static_cast<std::uint32_t>(order.size());
        std::vector<AxisId> axes;
        for (const std::uint16_t x : order) solve.formula.label_extents.push_back(extents_[x]);
        for (const std::uint16_t x : rest.part.labels) {
            axes.push_back(
                static_cast<AxisId>(std::find(order.begin(), order.end(), x) - order.begin()));
        }
        solve.extents = solve.formula.label_extents;
        solve.formula.body = load_body(rest.part.value, std::move(axes));
        state.part.value = graph_.routine(std::move(solve));
        order[0] = matrix.labels[contracts_first ? 1 : 0];
        state.part.labels = std::move(order);
        return;
    }
    if (const auto found = existing(l.part, r.part, state.labels)) {
        state.part.value = found->value;
        state.part.labels = found->order;
        return;
    }
    Part a = l.part;
    Part b = r.part;
    if (options_.symmetric_threshold > 0 &&
        2 * points(l.labels | r.labels) >= options_.symmetric_threshold) {
        auto roots = root_weighted(l.part, r.part);
        if (!roots) roots = root_weighted(r.part, l.part);
        if (roots) std::tie(a, b) = *roots;
    }
    Labels order = default_order(a, b, state.labels);
    if (is_full(mask) && set_of(options_.preferred) == state.labels) {
        order = options_.preferred;
    }
    const bool nonnegative = graph_[l.part.value].nonnegative && graph_[r.part.value].nonnegative;
    state.part.value = graph_.formula(product_formula(a, b, order, extents_));
    if (nonnegative) graph_.set_nonnegative(state.part.value);
    state.part.labels = std::move(order);
}

void Search::want(std::uint32_t mask) {
    std::vector<std::uint32_t> open{mask};
    while (!open.empty()) {
        const State& state = states_[open.back()];
        open.pop_back();
        graph_.want(state.part.value);
        if (state.left != 0) {
            open.push_back(state.left);
            open.push_back(state.right);
        }
    }
}

Contraction Search::run() {
    for (std::size_t k = 0; k < count_; ++k) single(k);
    for (std::uint32_t mask = 1; mask < states_.size(); ++mask) {
        if ((mask & (mask - 1)) != 0) combine(mask);
    }
    const auto full = static_cast<std::uint32_t>(states_.size() - 1);
    want(full);
    const State& state = states_[full];
    return {state.part.value, state.part.labels, state.cost};
}

}  // namespace

Contraction contract(Graph& graph, const std::vector<Operand>& operands,
                     const std::vector<std::int64_t>& extents, const ContractOptions& options) {
    if (operands.empty() || operands.size() > most_operands || extents.size() > most_labels) {
        throw InternalError("contraction_order: a product of " + std::to_string(operands.size()) +
                            " factors");
    }
    return Search(graph, operands, extents, options).run();
}

}  // namespace nabla::codegen
