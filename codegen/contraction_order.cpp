#include "codegen/contraction_order.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <limits>
#include <optional>
#include <tuple>

#include <nabla/error.hpp>

#include "codegen/product_formula.hpp"

namespace nabla::codegen {

namespace {

constexpr std::size_t most_operands = 16;
constexpr std::size_t most_labels = 128;
/// Up to here every split asks whether its product exists already; beyond, only the best one.
constexpr std::size_t exhaustive_sharing = 5;
/// A sum of squares has no cancellation: |X w|^2 is better than w^T (X^T X) w even where the
/// latter's matrix is there already.
constexpr double square_preference = 1e-3;
/// A set of labels: small and fast, for it is what the search handles most.
class LabelSet {
public:
    void set(std::size_t l) { words_[l / 64] |= std::uint64_t{1} << (l % 64); }
    bool operator[](std::size_t l) const { return ((words_[l / 64] >> (l % 64)) & 1U) != 0; }
    bool any() const { return (words_[0] | words_[1]) != 0; }
    bool none() const { return !any(); }
    friend LabelSet operator|(LabelSet a, const LabelSet& b) { return a |= b; }
    LabelSet& operator|=(const LabelSet& b) {
        words_[0] |= b.words_[0];
        words_[1] |= b.words_[1];
        return *this;
    }
    friend LabelSet operator&(LabelSet a, const LabelSet& b) {
        a.words_[0] &= b.words_[0];
        a.words_[1] &= b.words_[1];
        return a;
    }
    friend bool operator==(const LabelSet&, const LabelSet&) = default;

    template <typename Visit>
    void for_each(const Visit& visit) const {
        for (std::size_t w = 0; w < words_.size(); ++w) {
            for (std::uint64_t rest = words_[w]; rest != 0; rest &= rest - 1) {
                visit(w * 64 + static_cast<std::size_t>(std::countr_zero(rest)));
            }
        }
    }

private:
    std::array<std::uint64_t, 2> words_{};
};

LabelSet set_of(const Labels& labels) {
    LabelSet set;
    for (const std::uint16_t l : labels) set.set(l);
    return set;
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
    void consider(std::uint32_t mask, std::uint32_t left, std::uint32_t right,
                  const LabelSet& outer);
    std::uint32_t component(std::uint32_t mask) const;
    bool connected(std::uint32_t mask) const { return states_[mask].connected; }
    std::uint32_t join_components();
    void build(std::uint32_t mask);
    double points(const LabelSet& labels) const;
    LabelSet outside(std::uint32_t mask) const;
    /// Which side (0, 1) of the split is an inverse that a solve can replace; −1 for none.
    int solving_side(const State& left, const State& right, const LabelSet& needed,
                     std::uint32_t left_mask, std::uint32_t right_mask) const;
    double split_cost(std::uint32_t left, std::uint32_t right, const LabelSet& needed) const;
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
    std::array<std::uint32_t, most_operands> neighbours_{};
    bool has_inverse_ = false;
};

double Search::points(const LabelSet& labels) const {
    double product = 1;
    labels.for_each([&](std::size_t l) { product *= static_cast<double>(extents_[l]); });
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
    if (!has_inverse_) return -1;
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
    if (has_inverse_ && solving_side(l, r, needed, left, right) < 0) {
        for (const std::uint32_t mask : {left, right}) {
            const Operand* operand = inverse(mask);
            if (operand == nullptr) continue;
            const double n = static_cast<double>(graph_[operand->value].extents[0]);
            cost += 2 * n * n * n;
        }
    }
    return cost;
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
    const LabelSet outer = outside(mask);
    for (std::uint32_t left = (mask - 1) & mask; left != 0; left = (left - 1) & mask) {
        const std::uint32_t right = mask ^ left;
        if (left < right) continue;
        if (connected(left) && connected(right)) consider(mask, left, right, outer);
    }
    build(mask);
}

void Search::consider(std::uint32_t mask, std::uint32_t left, std::uint32_t right,
                      const LabelSet& outer) {
    const State& l = states_[left];
    const State& r = states_[right];
    State& state = states_[mask];
    // Splits that cannot win; but what exists already is free, whatever its parts would cost.
    if (count_ > exhaustive_sharing && std::max(l.cost, r.cost) >= state.cost) return;
    const LabelSet needed = (l.labels | r.labels) & outer;
    double cost = split_cost(left, right, needed);
    if (count_ <= exhaustive_sharing && solving_side(l, r, needed, left, right) < 0 &&
        existing(l.part, r.part, needed)) {
        cost = 0;
    }
    if (l.part.value == r.part.value && needed.none()) cost *= square_preference;
    if (cost < state.cost) {
        state.cost = cost;
        state.left = left;
        state.right = right;
        state.labels = needed;
    }
}

/// Which operands share a label with each other, directly or through others of the mask.
std::uint32_t Search::component(std::uint32_t mask) const {
    std::uint32_t reached = mask & (~mask + 1);
    while (true) {
        std::uint32_t next = reached;
        for (std::size_t k = 0; k < count_; ++k) {
            if (((reached >> k) & 1U) != 0) next |= neighbours_[k] & mask;
        }
        if (next == reached) return reached;
        reached = next;
    }
}

/// The pieces of a product that share no label: each in its own best order, then multiplied.
std::uint32_t Search::join_components() {
    const auto full = static_cast<std::uint32_t>(states_.size() - 1);
    std::uint32_t joined = component(full);
    while (joined != full) {
        const std::uint32_t next = component(full ^ joined);
        consider(joined | next, joined, next, outside(joined | next));
        joined |= next;
        build(joined);
    }
    return full;
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
        auto roots = root_weighted(graph_, l.part, r.part);
        if (!roots) roots = root_weighted(graph_, r.part, l.part);
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
    for (std::size_t k = 0; k < count_; ++k) {
        single(k);
        has_inverse_ = has_inverse_ || operands_[k].factor != no_value;
        for (std::size_t other = 0; other < count_; ++other) {
            if ((set_of(operands_[k].labels) & set_of(operands_[other].labels)).any()) {
                neighbours_[k] |= 1U << other;
            }
        }
    }
    for (std::uint32_t mask = 1; mask < states_.size(); ++mask) {
        states_[mask].connected = component(mask) == mask;
        if ((mask & (mask - 1)) != 0 && connected(mask)) combine(mask);
    }
    const std::uint32_t full = join_components();
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
