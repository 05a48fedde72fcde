#include "codegen/fuse.hpp"

#include <algorithm>
#include <map>

#include <nabla/error.hpp>

#include "codegen/cost.hpp"
#include "codegen/structure.hpp"

namespace nabla::codegen {

namespace {

constexpr int most_streams = 4;
constexpr std::size_t most_candidates = 8;

/// Finds who joins a stream that starts at axis `axis` of value `seed`.
class Joining {
public:
    Joining(const Graph& graph, const std::vector<Op>& ops, Schedule& schedule, int stream,
            ValueId seed, int axis)
        : graph_(graph),
          ops_(ops),
          schedule_(schedule),
          stream_(stream),
          seed_(seed),
          extent_(graph[seed].extents[static_cast<std::size_t>(axis)]) {
        walked_[seed] = axis;
    }

    void run() {
        bool changed = true;
        while (changed) {
            changed = false;
            for (std::size_t k = 0; k < ops_.size(); ++k) changed = join_forward(k) || changed;
            for (std::size_t k = ops_.size(); k-- > 0;) {
                changed = pull_operands(ops_[k]) || changed;
            }
        }
    }

private:
    int walked_axis(ValueId id) const {
        const auto it = walked_.find(id);
        return it == walked_.end() ? -1 : it->second;
    }

    bool fits(const Op& op, AxisId label) const {
        const Value& value = graph_[op.value];
        if (!value.is_formula() || value.formula.label_extents[label] != extent_) return false;
        // Read by the stream's axis and by another one: each block would need all of it.
        for (const Read& read : op.reads) {
            const int axis = walked_axis(read.value);
            if (axis < 0 || graph_[read.value].size() < 512) continue;
            const bool same = read.labels[static_cast<std::size_t>(axis)] == label;
            if (!same && read.value == seed_) return false;
        }
        return true;
    }

    bool assign(const Op& op, AxisId label) {
        if (!fits(op, label)) return false;
        schedule_.of_value[op.value] = {stream_, label};
        const Value& value = graph_[op.value];
        if (label < value.formula.rank) walked_[op.value] = static_cast<int>(label);
        for (const Read& read : op.reads) {
            if (graph_[read.value].make != Make::input) continue;
            const auto it = std::find(read.labels.begin(), read.labels.end(), label);
            if (it != read.labels.end()) {
                walked_.emplace(read.value, static_cast<int>(it - read.labels.begin()));
            }
        }
        return true;
    }

    bool join_forward(std::size_t k) {
        const Op& op = ops_[k];
        if (schedule_.of_value[op.value].stream >= 0) return false;
        for (const Read& read : op.reads) {
            const int axis = walked_axis(read.value);
            if (axis >= 0 && assign(op, read.labels[static_cast<std::size_t>(axis)])) return true;
        }
        return false;
    }

    /// What a member of the stream reads row by row may be computed row by row, too.
    bool pull_operands(const Op& op) {
        const Assignment own = schedule_.of_value[op.value];
        if (own.stream != stream_) return false;
        bool changed = false;
        for (const Read& read : op.reads) {
            const Value& value = graph_[read.value];
            if (!value.is_formula() || schedule_.of_value[read.value].stream >= 0) continue;
            const auto it = std::find(read.labels.begin(), read.labels.end(), own.label);
            if (it == read.labels.end()) continue;
            const auto axis = static_cast<AxisId>(it - read.labels.begin());
            // Ops are sorted by value.
            const auto producer =
                std::lower_bound(ops_.begin(), ops_.end(), read.value,
                                 [](const Op& o, ValueId id) { return o.value < id; });
            if (producer != ops_.end() && producer->value == read.value) {
                changed = assign(*producer, axis) || changed;
            }
        }
        return changed;
    }

    const Graph& graph_;
    const std::vector<Op>& ops_;
    Schedule& schedule_;
    int stream_;
    ValueId seed_;
    std::int64_t extent_;
    std::map<ValueId, int> walked_;
};

/// Puts the ops into groups: everything that is ready outside of streams, then the stream that
/// leaves the fewest of its members for a later pass, and so on.
class Grouping {
public:
    Grouping(const Graph& graph, const std::vector<Op>& ops, Schedule& schedule)
        : graph_(graph), ops_(ops), schedule_(schedule), done_(graph.size(), false) {
        for (ValueId id = 0; id < graph.size(); ++id) {
            if (graph[id].make == Make::input) done_[id] = true;
        }
        for (std::size_t k = 0; k < ops.size(); ++k) remaining_.push_back(k);
    }

    void run() {
        schedule_.groups.clear();
        while (!remaining_.empty()) {
            take(-1, ready_outside());
            if (remaining_.empty()) break;
            int best = -1;
            std::size_t fewest_left = ~std::size_t{0};
            std::vector<std::size_t> best_members;
            for (int s = 0; s < static_cast<int>(schedule_.stream_extents.size()); ++s) {
                std::size_t left = 0;
                std::vector<std::size_t> members = ready_in(s, left);
                if (members.empty() || left >= fewest_left) continue;
                fewest_left = left;
                best = s;
                best_members = std::move(members);
            }
            if (best < 0) throw InternalError("fuse: no computation is ready");
            take(best, best_members);
        }
    }

private:
    ValueId whole(ValueId id) const {
        return graph_[id].make == Make::part ? graph_[id].operands[0] : id;
    }

    bool all_done(const Op& op, const std::vector<bool>& done) const {
        return std::all_of(op.reads.begin(), op.reads.end(),
                           [&](const Read& r) { return done[whole(r.value)]; }) &&
               std::all_of(op.operands.begin(), op.operands.end(),
                           [&](ValueId o) { return done[whole(o)]; });
    }

    std::vector<std::size_t> ready_outside() const {
        std::vector<bool> done = done_;
        std::vector<std::size_t> members;
        for (const std::size_t k : remaining_) {
            const Op& op = ops_[k];
            if (schedule_.of_value[op.value].stream >= 0 || !all_done(op, done)) continue;
            done[op.value] = true;
            members.push_back(k);
        }
        return members;
    }

    std::vector<std::size_t> ready_in(int stream, std::size_t& left) const {
        std::vector<std::size_t> members;
        std::vector<bool> inside(graph_.size(), false);
        for (const std::size_t k : remaining_) {
            const Op& op = ops_[k];
            const Assignment own = schedule_.of_value[op.value];
            if (own.stream != stream) continue;
            const bool ready = std::all_of(op.reads.begin(), op.reads.end(), [&](const Read& r) {
                if (done_[whole(r.value)]) return true;
                if (!inside[r.value]) return false;
                const int axis = streamed_axis(graph_, schedule_, r.value);
                return axis >= 0 && r.labels[static_cast<std::size_t>(axis)] == own.label;
            });
            if (!ready) {
                ++left;
                continue;
            }
            inside[op.value] = true;
            members.push_back(k);
        }
        return members;
    }

    void take(int stream, const std::vector<std::size_t>& members) {
        if (members.empty()) return;
        for (const std::size_t k : members) done_[ops_[k].value] = true;
        std::erase_if(remaining_, [&](std::size_t k) { return done_[ops_[k].value]; });
        schedule_.groups.push_back({stream, members});
    }

    const Graph& graph_;
    const std::vector<Op>& ops_;
    Schedule& schedule_;
    std::vector<bool> done_;
    std::vector<std::size_t> remaining_;
};

struct Candidate {
    ValueId value;
    int axis;
};

std::vector<Candidate> candidates(const Graph& graph, const std::vector<Op>& ops) {
    std::vector<ValueId> values;
    for (const Op& op : ops) {
        for (const Read& read : op.reads) {
            const Value& value = graph[read.value];
            const bool walkable = value.make == Make::input || value.is_formula();
            if (!walkable || value.extents.empty()) continue;
            if (std::find(values.begin(), values.end(), read.value) == values.end()) {
                values.push_back(read.value);
            }
        }
    }
    std::stable_sort(values.begin(), values.end(),
                     [&](ValueId a, ValueId b) { return graph[a].size() > graph[b].size(); });
    if (values.size() > most_candidates) values.resize(most_candidates);
    std::vector<Candidate> result;
    for (const ValueId v : values) {
        for (std::size_t d = 0; d < graph[v].extents.size(); ++d) {
            if (graph[v].extents[d] > 1) result.push_back({v, static_cast<int>(d)});
        }
    }
    return result;
}

Schedule with_stream(const Graph& graph, const std::vector<Op>& ops, const Schedule& base,
                     const Candidate& seed) {
    Schedule schedule = base;
    const int stream = static_cast<int>(schedule.stream_extents.size());
    schedule.stream_extents.push_back(
        graph[seed.value].extents[static_cast<std::size_t>(seed.axis)]);
    Joining(graph, ops, schedule, stream, seed.value, seed.axis).run();
    Grouping(graph, ops, schedule).run();
    return schedule;
}

}  // namespace

std::vector<Op> collect_ops(const Graph& graph, const Inlining& inlining,
                            std::int64_t library_threshold) {
    const std::vector<std::vector<std::uint8_t>> layouts = row_major_layouts(graph);
    ProductContext context;
    context.layouts = &layouts;
    context.threshold = library_threshold;
    std::vector<Op> ops;
    for (const ValueId id : inlining.computed()) {
        Op op{id, inlining.reads(id), graph[id].operands, false};
        op.library = match_product(graph, inlining, id, context).has_value();
        ops.push_back(std::move(op));
    }
    return ops;
}

int streamed_axis(const Graph& graph, const Schedule& schedule, ValueId id) {
    const Assignment a = schedule.of_value[id];
    if (a.stream < 0 || a.label >= graph[id].formula.rank) return -1;
    return static_cast<int>(a.label);
}

std::vector<bool> block_local_values(const Graph& graph, const std::vector<Op>& ops,
                                     const Schedule& schedule,
                                     const std::vector<ValueId>& outputs) {
    std::vector<bool> local(graph.size(), false);
    std::vector<int> group_of(graph.size(), -1);
    for (std::size_t g = 0; g < schedule.groups.size(); ++g) {
        for (const std::size_t k : schedule.groups[g].ops) {
            const ValueId id = ops[k].value;
            group_of[id] = static_cast<int>(g);
            local[id] = schedule.groups[g].stream >= 0 && streamed_axis(graph, schedule, id) >= 0;
        }
    }
    for (const Op& op : ops) {
        const AxisId label = schedule.of_value[op.value].label;
        for (const Read& read : op.reads) {
            if (!local[read.value]) continue;
            const auto axis = static_cast<std::size_t>(streamed_axis(graph, schedule, read.value));
            if (group_of[op.value] != group_of[read.value] || read.labels[axis] != label) {
                local[read.value] = false;
            }
        }
        for (const ValueId o : op.operands) local[o] = false;
    }
    for (const ValueId id : outputs) local[id] = false;
    return local;
}

Schedule fuse(const Graph& graph, const std::vector<Op>& ops, const std::vector<ValueId>& outputs) {
    Schedule best;
    best.of_value.resize(graph.size());
    Grouping(graph, ops, best).run();
    double best_traffic = memory_traffic(graph, ops, best, outputs);
    const std::vector<Candidate> seeds = candidates(graph, ops);
    for (int round = 0; round < most_streams; ++round) {
        Schedule base = best;
        bool improved = false;
        for (const Candidate& seed : seeds) {
            Schedule trial = with_stream(graph, ops, base, seed);
            const double traffic = memory_traffic(graph, ops, trial, outputs);
            if (traffic < best_traffic) {
                best_traffic = traffic;
                best = std::move(trial);
                improved = true;
            }
        }
        if (!improved) break;
    }
    return best;
}

}  // namespace nabla::codegen
