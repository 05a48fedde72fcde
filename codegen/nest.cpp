#include "codegen/nest.hpp"

#include <algorithm>
#include <set>

namespace nabla::codegen {

namespace {

constexpr std::size_t most_merged_operations = 400;
constexpr AxisId unmapped = ~AxisId{0};

std::vector<AxisId> mapped(const std::vector<AxisId>& labels, const std::vector<AxisId>& axes) {
    std::vector<AxisId> result;
    for (const AxisId l : labels) result.push_back(axes[l]);
    return result;
}

std::set<AxisId> reduced_axes(const std::vector<AxisId>& domain,
                              const std::vector<AxisId>& target) {
    std::set<AxisId> result(domain.begin(), domain.end());
    for (const AxisId a : target) result.erase(a);
    return result;
}

/// Reads `body` elements, expanding values that have no buffer.
std::uint32_t load_or_expand(const Graph& graph, const Inlining& inlining, BodyBuilder& body,
                             ValueId value, std::vector<AxisId> axes) {
    if (inlining.stored(value)) return body.load(value, std::move(axes));
    return body.replay(graph[value].formula.body, axes, [&](BufferId v, std::vector<AxisId> a) {
        return load_or_expand(graph, inlining, body, v, std::move(a));
    });
}

}  // namespace

std::vector<Instr> expanded_body(const Graph& graph, const Inlining& inlining, ValueId value) {
    const Formula& formula = graph[value].formula;
    std::vector<AxisId> labels;
    for (AxisId l = 0; l < formula.label_extents.size(); ++l) labels.push_back(l);
    BodyBuilder body;
    const auto root = body.replay(formula.body, labels, [&](BufferId v, std::vector<AxisId> a) {
        return load_or_expand(graph, inlining, body, v, std::move(a));
    });
    return extract(body.code(), root);
}

std::uint32_t Items::element(Nest& nest, ValueId value, std::vector<AxisId> axes) {
    const std::pair key(value, axes);
    const auto it = nest.known.find(key);
    if (it != nest.known.end()) return it->second;
    std::uint32_t index = 0;
    if (inlining_.stored(value)) {
        index = nest.body.load(value, std::move(axes));
    } else {
        index = nest.body.replay(
            graph_[value].formula.body, axes,
            [&](BufferId v, std::vector<AxisId> a) { return element(nest, v, std::move(a)); });
    }
    nest.known.emplace(key, index);
    return index;
}

/// The first item that an op may be merged into: no earlier than what it reads is made.
std::size_t Items::first_item(const Op& op) const {
    std::size_t first = 0;
    for (const Read& read : op.reads) {
        const Value& value = graph_[read.value];
        const auto it = made_in_.find(value.make == Make::part ? value.operands[0] : read.value);
        if (it != made_in_.end()) first = std::max(first, it->second);
    }
    return first;
}

std::vector<AxisId> Items::new_axes(const Formula& formula, std::optional<AxisId> label) {
    static constexpr const char* names = "ijklpqrstuvw";
    std::vector<AxisId> result;
    std::size_t next = stream_axis_ ? 1 : 0;
    for (AxisId l = 0; l < formula.label_extents.size(); ++l) {
        if (label && *label == l) {
            result.push_back(*stream_axis_);
            continue;
        }
        const std::string name =
            next < 12 ? std::string(1, names[next]) : "x" + std::to_string(next);
        ++next;
        result.push_back(static_cast<AxisId>(axes_.size()));
        axes_.push_back({name, formula.label_extents[l]});
    }
    return result;
}

/// Which axes of the nest the op's labels can stand for, so that shared elements are the same.
std::optional<std::vector<AxisId>> Items::match(const Op& op, const Nest& nest,
                                                std::optional<AxisId> label) const {
    const Formula& formula = graph_[op.value].formula;
    const std::size_t count = formula.label_extents.size();
    if (count != nest.domain.size()) return std::nullopt;
    std::vector<AxisId> axes(count, unmapped);
    std::set<AxisId> taken;
    const auto set = [&](AxisId l, AxisId a) {
        axes[l] = a;
        taken.insert(a);
    };
    if (label) set(*label, *stream_axis_);
    bool shares = count <= (label ? 1U : 0U) || count == 1;
    for (const Read& read : op.reads) {
        for (const auto& [key, index] : nest.known) {
            if (key.first != read.value || key.second.size() != read.labels.size()) continue;
            std::map<AxisId, AxisId> pairs;
            bool fits = true;
            for (std::size_t d = 0; d < read.labels.size() && fits; ++d) {
                const AxisId l = read.labels[d];
                const AxisId a = key.second[d];
                const auto known = pairs.find(l);
                if (known != pairs.end()) {
                    fits = known->second == a;
                } else if (axes[l] != unmapped) {
                    fits = axes[l] == a;
                } else {
                    fits = !taken.contains(a) &&
                           std::none_of(pairs.begin(), pairs.end(),
                                        [&](const auto& p) { return p.second == a; });
                    pairs[l] = a;
                }
            }
            if (!fits) continue;
            for (const auto& [l, a] : pairs) set(l, a);
            shares = true;
        }
    }
    if (!shares) return std::nullopt;
    for (AxisId l = 0; l < count; ++l) {
        for (const AxisId a : nest.domain) {
            if (axes[l] != unmapped || taken.contains(a)) continue;
            if (axes_[a].extent == formula.label_extents[l]) set(l, a);
        }
        if (axes[l] == unmapped || axes_[axes[l]].extent != formula.label_extents[l]) {
            return std::nullopt;
        }
    }
    return axes;
}

/// What the op reads of this item's values must be known at the same point.
bool Items::can_follow(const Op& op, const Nest& nest, std::size_t item,
                       const std::vector<AxisId>& axes) const {
    return std::all_of(op.reads.begin(), op.reads.end(), [&](const Read& read) {
        const auto made = made_in_.find(read.value);
        if (made == made_in_.end() || made->second != item) return true;
        return nest.known.contains({read.value, mapped(read.labels, axes)});
    });
}

bool Items::worth_merging(const Op& op, const Nest& nest, const std::vector<AxisId>& axes) const {
    if (nest.body.code().size() > most_merged_operations) return false;
    std::vector<AxisId> target(axes.begin(), axes.begin() + graph_[op.value].formula.rank);
    const std::set<AxisId> own = reduced_axes(nest.domain, target);
    // Sums over different axes hinder each other's loops, unless one is of what the other made.
    bool uses_member = false;
    for (const Store& store : nest.stores) {
        uses_member = uses_member ||
                      std::any_of(op.reads.begin(), op.reads.end(),
                                  [&](const Read& r) { return r.value == store.target.buffer; });
    }
    return uses_member || own.empty() ||
           std::all_of(nest.stores.begin(), nest.stores.end(), [&](const Store& store) {
               const std::set<AxisId> other = reduced_axes(nest.domain, store.target.axes);
               return other.empty() || other == own;
           });
}

void Items::write(const Op& op, Nest& nest, const std::vector<AxisId>& axes, bool accumulate) {
    const Formula& formula = graph_[op.value].formula;
    const auto result = nest.body.replay(
        formula.body, axes,
        [&](BufferId v, std::vector<AxisId> a) { return element(nest, v, std::move(a)); });
    Store store;
    store.target.buffer = op.value;
    store.target.axes.assign(axes.begin(), axes.begin() + formula.rank);
    store.combine = formula.combine;
    store.value = result;
    store.accumulate = accumulate;
    if (formula.combine == Combine::assign) {
        nest.known[{op.value, store.target.axes}] = result;
    }
    nest.stores.push_back(std::move(store));
}

void Items::add_loops(const Op& op, std::optional<AxisId> label, bool accumulate) {
    for (std::size_t k = first_item(op); k < items_.size(); ++k) {
        auto* nest = std::get_if<Nest>(&items_[k]);
        if (nest == nullptr) continue;
        const auto axes = match(op, *nest, label);
        if (!axes || !can_follow(op, *nest, k, *axes) || !worth_merging(op, *nest, *axes)) continue;
        write(op, *nest, *axes, accumulate);
        made_in_[op.value] = k;
        return;
    }
    const std::vector<AxisId> axes = new_axes(graph_[op.value].formula, label);
    Nest nest;
    nest.domain = axes;
    write(op, nest, axes, accumulate);
    made_in_[op.value] = items_.size();
    items_.emplace_back(std::move(nest));
}

void Items::add_steps(ValueId value, std::vector<Step> steps) {
    made_in_[value] = items_.size();
    items_.emplace_back(std::move(steps));
}

}  // namespace nabla::codegen
