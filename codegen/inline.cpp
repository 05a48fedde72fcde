#include "codegen/inline.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace nabla::codegen {

namespace {

// Bounds on what is expanded into one body: recursion depth and operations.
constexpr int most_depth = 48;
constexpr std::size_t most_operations = 256;

/// Loads, comparisons of indices and constants only: free to repeat.
bool no_arithmetic(const Formula& f) {
    for (const Instr& i : f.body) {
        switch (i.kind) {
            case Instr::Kind::constant:
            case Instr::Kind::load:
            case Instr::Kind::equal:
            case Instr::Kind::at_least:
                break;
            case Instr::Kind::add:
            case Instr::Kind::sub:
            case Instr::Kind::mul:
            case Instr::Kind::div:
            case Instr::Kind::neg:
            case Instr::Kind::fma:
            case Instr::Kind::power:
            case Instr::Kind::function:
            case Instr::Kind::select_zero:
                return false;
        }
    }
    return true;
}

bool costly(const Formula& f) {
    return f.body.size() > 6 || std::any_of(f.body.begin(), f.body.end(), [](const Instr& i) {
               return i.kind == Instr::Kind::div || i.kind == Instr::Kind::power ||
                      i.kind == Instr::Kind::function;
           });
}

}  // namespace

Inlining::Inlining(const Graph& graph, const std::vector<ValueId>& outputs)
    : graph_(&graph), reachable_(graph.size(), false), stored_(graph.size(), false) {
    mark_reachable(outputs);
    decide(outputs);
    bound_bodies();
}

void Inlining::mark_reachable(const std::vector<ValueId>& outputs) {
    for (const ValueId id : outputs) reachable_[id] = true;
    for (std::size_t id = graph_->size(); id-- > 0;) {
        if (!reachable_[id]) continue;
        const Value& value = (*graph_)[static_cast<ValueId>(id)];
        for (const ValueId o : value.operands) reachable_[o] = true;
        for (const Instr& i : value.formula.body) {
            if (i.kind == Instr::Kind::load) reachable_[i.access.buffer] = true;
        }
    }
    // A routine's parts exist with it.
    for (ValueId id = 0; id < graph_->size(); ++id) {
        const Value& value = (*graph_)[id];
        if (value.make == Make::part && reachable_[value.operands[0]]) reachable_[id] = true;
    }
}

bool Inlining::must_store(ValueId id, double largest_reader, int readers) const {
    const Value& value = (*graph_)[id];
    if (!value.entrywise()) return true;
    const Formula& f = value.formula;
    if (no_arithmetic(f)) return false;
    if (f.points() < largest_reader) return true;
    return readers > 1 && costly(f) && f.rank > 0;
}

void Inlining::decide(const std::vector<ValueId>& outputs) {
    std::vector<double> largest_reader(graph_->size(), 0);
    std::vector<std::set<ValueId>> readers(graph_->size());
    for (const ValueId id : outputs) stored_[id] = true;
    for (std::size_t i = graph_->size(); i-- > 0;) {
        const auto id = static_cast<ValueId>(i);
        if (!reachable_[id]) continue;
        const Value& value = (*graph_)[id];
        if (!stored_[id]) {
            stored_[id] = must_store(id, largest_reader[id], static_cast<int>(readers[id].size()));
        }
        // What a routine takes whole.
        for (const ValueId o : value.operands) stored_[o] = true;
        const double domain =
            stored_[id] ? value.formula.points() : std::max(largest_reader[id], 1.0);
        for (const Instr& instr : value.formula.body) {
            if (instr.kind != Instr::Kind::load) continue;
            const ValueId read = instr.access.buffer;
            largest_reader[read] = std::max(largest_reader[read], domain);
            readers[read].insert(id);
        }
    }
}

void Inlining::bound_bodies() {
    std::vector<int> depth(graph_->size(), 0);
    std::vector<std::size_t> operations(graph_->size(), 0);
    for (ValueId id = 0; id < graph_->size(); ++id) {
        if (!reachable_[id] || !(*graph_)[id].has_formula()) continue;
        int d = 1;
        std::size_t n = (*graph_)[id].formula.body.size();
        for (const Instr& instr : (*graph_)[id].formula.body) {
            if (instr.kind != Instr::Kind::load || stored_[instr.access.buffer]) continue;
            d = std::max(d, depth[instr.access.buffer] + 1);
            n += operations[instr.access.buffer];
        }
        if (!stored_[id] && (d > most_depth || n > most_operations)) stored_[id] = true;
        depth[id] = d;
        operations[id] = n;
    }
}

void Inlining::add_stored(ValueId id) {
    reachable_.resize(graph_->size(), true);
    stored_.resize(graph_->size(), true);
    stored_[id] = true;
}

std::vector<ValueId> Inlining::computed() const {
    std::vector<ValueId> result;
    for (ValueId id = 0; id < graph_->size(); ++id) {
        const Make make = (*graph_)[id].make;
        if (reachable_[id] && stored_[id] && make != Make::input && make != Make::part) {
            result.push_back(id);
        }
    }
    return result;
}

std::vector<Read> Inlining::reads(ValueId id) const {
    std::vector<Read> result;
    std::set<std::pair<ValueId, std::vector<AxisId>>> seen;
    std::vector<Read> open;
    const auto visit = [&](const Formula& formula, const std::vector<AxisId>& labels) {
        for (const Instr& instr : formula.body) {
            if (instr.kind != Instr::Kind::load) continue;
            Read read{instr.access.buffer, {}};
            for (const AxisId a : instr.access.axes) read.labels.push_back(labels[a]);
            if (!seen.emplace(read.value, read.labels).second) continue;
            (stored_[read.value] ? result : open).push_back(std::move(read));
        }
    };
    std::vector<AxisId> own;
    for (AxisId l = 0; l < (*graph_)[id].formula.label_extents.size(); ++l) own.push_back(l);
    visit((*graph_)[id].formula, own);
    while (!open.empty()) {
        const Read next = open.back();
        open.pop_back();
        visit((*graph_)[next.value].formula, next.labels);
    }
    return result;
}

}  // namespace nabla::codegen
