#include "codegen/cost.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include <nabla/error.hpp>

namespace nabla::codegen {

namespace {

constexpr double element = 8;
/// What is smaller stays in cache while a stream runs.
constexpr double resident_bytes = 128 * 1024;
/// Longer rows do not stay in cache from one statement of a stream to the next.
constexpr double longest_row_bytes = 256 * 1024;

/// Elements that could be moved while a product's point is computed in loops instead of by a
/// library.
constexpr double library_advantage = 0.3;

/// A library product needs the stream's axis to be summed, or first in memory.
bool loses_library(const Op& op, AxisId label, const Graph& graph, const std::vector<bool>& local) {
    return op.library && label > 0 && label < graph[op.value].formula.rank && !local[op.value];
}

/// Elements of everything that the group reads row by row.
double streamed_elements(const Graph& graph, const std::vector<Op>& ops, const Group& group,
                         const Schedule& schedule) {
    std::set<ValueId> streamed;
    for (const std::size_t k : group.ops) {
        const AxisId label = schedule.of_value[ops[k].value].label;
        for (const Read& read : ops[k].reads) {
            if (std::find(read.labels.begin(), read.labels.end(), label) != read.labels.end()) {
                streamed.insert(read.value);
            }
        }
    }
    double sum = 0;
    for (const ValueId v : streamed) sum += graph[v].size();
    return sum;
}

double stream_traffic(const Graph& graph, const std::vector<Op>& ops, const Group& group,
                      const Schedule& schedule, const std::vector<bool>& local) {
    const double streamed = streamed_elements(graph, ops, group, schedule);
    const auto extent =
        static_cast<double>(schedule.stream_extents[static_cast<std::size_t>(group.stream)]);
    const double blocks = std::max(1.0, streamed * element / library_block);
    const bool long_rows = streamed * element / std::max(extent, 1.0) > longest_row_bytes;
    // How a value is walked: by which of its axes (or as a whole), and by whom if rows are long.
    std::set<std::tuple<ValueId, std::ptrdiff_t, std::size_t>> walks;
    double traffic = 0;
    for (const std::size_t k : group.ops) {
        const Op& op = ops[k];
        const AxisId label = schedule.of_value[op.value].label;
        if (!local[op.value]) traffic += graph[op.value].size();
        if (loses_library(op, label, graph, local)) {
            traffic += library_advantage * graph[op.value].formula.points();
        }
        for (const Read& read : op.reads) {
            if (local[read.value]) continue;
            const auto it = std::find(read.labels.begin(), read.labels.end(), label);
            const bool whole = it == read.labels.end();
            const std::ptrdiff_t axis = whole ? -1 : it - read.labels.begin();
            if (!walks.emplace(read.value, axis, long_rows ? k : 0).second) continue;
            const double size = graph[read.value].size();
            traffic += whole && size * element > resident_bytes ? size * blocks : size;
        }
    }
    return traffic;
}

}  // namespace

double memory_traffic(const Graph& graph, const std::vector<Op>& ops, const Schedule& schedule,
                      const std::vector<ValueId>& outputs) {
    const std::vector<bool> local = block_local_values(graph, ops, schedule, outputs);
    double traffic = 0;
    for (const Group& group : schedule.groups) {
        if (group.stream >= 0) {
            traffic += stream_traffic(graph, ops, group, schedule, local);
            continue;
        }
        for (const std::size_t k : group.ops) {
            traffic += graph[ops[k].value].size();
            for (const Read& read : ops[k].reads) traffic += graph[read.value].size();
            for (const ValueId o : ops[k].operands) traffic += graph[o].size();
        }
    }
    return traffic;
}

namespace {

double instr_flops(const Instr& instr) {
    switch (instr.kind) {
        case Instr::Kind::constant:
        case Instr::Kind::load:
        case Instr::Kind::equal:
        case Instr::Kind::at_least:
            return 0;
        case Instr::Kind::add:
        case Instr::Kind::sub:
        case Instr::Kind::mul:
        case Instr::Kind::div:
        case Instr::Kind::neg:
        case Instr::Kind::select_zero:
            return 1;
        case Instr::Kind::fma:
            return 2;
        case Instr::Kind::power:
            return instr.exponent == ir::Rational(2) || instr.exponent == ir::Rational(-1) ? 1 : 20;
        case Instr::Kind::function:
            return 20;
    }
    return 0;
}

double statement_flops(const LoopProgram& program, const Statement& s) {
    double points = 1;
    for (const AxisId a : s.domain) points *= static_cast<double>(program.axes[a].extent);
    double each = 0;
    for (const Instr& i : s.body) each += instr_flops(i);
    for (const Store& store : s.stores) each += store.combine == Combine::assign ? 0 : 1;
    return points * each;
}

double call_flops(const LoopProgram& program, const LibraryCall& c, double streamed_extent) {
    const auto size = [&](std::int64_t n, char which) {
        return c.streamed == which && streamed_extent > 0 ? streamed_extent
                                                          : static_cast<double>(n);
    };
    const double m = size(c.m, 'm'), n = size(c.n, 'n'), k = size(c.k, 'k');
    switch (c.routine) {
        case Routine::gemm:
            return 2 * m * n * k;
        case Routine::gemv:
            return 2 * m * k;
        case Routine::syrk:
            return n * n * k;
        case Routine::potrf:
            return n * n * n / 3;
        case Routine::getrf:
            return 2 * n * n * n / 3;
        case Routine::potrs:
        case Routine::getrs:
            return 2 * n * n * m;
        case Routine::lu_det:
        case Routine::lu_sign:
            return n;
        case Routine::svd:
            return 20 * n * n * n;
        case Routine::eigen:
            return 9 * n * n * n;
        case Routine::expm:
            return 20 * m * n * n * n;
        case Routine::gram:
            return n * n * n / 3;
        case Routine::least_squares:
            return 2 * n * n * m;
        case Routine::sylvester:
            return 25 * (m * m * m + n * n * n) + 5 * k * m * n * (m + n);
        case Routine::general_sylvester:
            return 60 * m * m * m + k * m * n * (n * n + m + n);
    }
    static_cast<void>(program);
    return 0;
}

/// How many of a call's operands it reads or writes whatever the numbers are.
std::size_t always_read(Routine routine) {
    if (routine == Routine::gram) return 3;
    if (routine == Routine::least_squares) return 4;
    return ~std::size_t{0};
}

struct Tally {
    double flops = 0;
    std::set<BufferId> buffers;
};

void add(const LoopProgram& program, const Step& step, double streamed_extent, Tally& tally) {
    if (const auto* s = std::get_if<Statement>(&step)) {
        tally.flops += statement_flops(program, *s);
        for (const Instr& i : s->body) {
            if (i.kind == Instr::Kind::load) tally.buffers.insert(i.access.buffer);
        }
        for (const Store& store : s->stores) tally.buffers.insert(store.target.buffer);
    } else if (const auto* c = std::get_if<LibraryCall>(&step)) {
        tally.flops += call_flops(program, *c, streamed_extent);
        // The rows of a sum of squares are read only where it is ill-conditioned.
        const auto read =
            static_cast<std::ptrdiff_t>(std::min(c->operands.size(), always_read(c->routine)));
        tally.buffers.insert(c->operands.begin(), c->operands.begin() + read);
    } else if (const auto* f = std::get_if<Fill>(&step)) {
        tally.buffers.insert(f->buffer);
    } else if (const auto* copy = std::get_if<Copy>(&step)) {
        tally.buffers.insert({copy->from, copy->to});
    } else if (const auto* mirror = std::get_if<Mirror>(&step)) {
        tally.buffers.insert(mirror->buffer);
    } else if (const auto* stream = std::get_if<Stream>(&step)) {
        for (const Step& inner : stream->body) {
            add(program, inner, static_cast<double>(program.axes[stream->axis].extent), tally);
        }
    }
}

StepCost finish(const LoopProgram& program, const Tally& tally) {
    const double width = program.precision == Precision::f64 ? 8 : 4;
    StepCost result{tally.flops, 0};
    for (const BufferId b : tally.buffers) {
        if (!program.buffers[b].block_local) {
            result.bytes += width * static_cast<double>(program.buffers[b].size());
        }
    }
    return result;
}

bool mentions(const Access& access, AxisId axis) {
    return std::find(access.axes.begin(), access.axes.end(), axis) != access.axes.end();
}

/// How a step in a stream reads the buffer: 0 not at all, 1 by rows of the block, 2 as a whole.
int reading(const Step& step, BufferId buffer, AxisId axis) {
    int result = 0;
    if (const auto* s = std::get_if<Statement>(&step)) {
        for (const Instr& i : s->body) {
            if (i.kind != Instr::Kind::load || i.access.buffer != buffer) continue;
            result = std::max(result, mentions(i.access, axis) ? 1 : 2);
        }
    } else if (const auto* c = std::get_if<LibraryCall>(&step)) {
        for (std::size_t k = 0; k + 1 < c->operands.size() && k < always_read(c->routine); ++k) {
            if (c->operands[k] != buffer) continue;
            const bool by_rows = c->streamed == 'k' || (c->streamed == 'm' && k == 0);
            result = std::max(result, by_rows ? 1 : 2);
        }
    } else if (const auto* copy = std::get_if<Copy>(&step)) {
        if (copy->from == buffer) result = 2;
    }
    return result;
}

BufferId find_buffer(const LoopProgram& program, Role role, std::uint32_t position) {
    for (BufferId b = 0; b < program.buffers.size(); ++b) {
        if (program.buffers[b].role == role && program.buffers[b].position == position) return b;
    }
    throw InternalError("loop program: no buffer for argument " + std::to_string(position));
}

}  // namespace

StepCost cost(const LoopProgram& program, const Step& step) {
    Tally tally;
    add(program, step, 0, tally);
    return finish(program, tally);
}

StepCost cost(const LoopProgram& program) {
    StepCost sum;
    for (const Step& step : program.steps) {
        const StepCost c = cost(program, step);
        sum.flops += c.flops;
        sum.bytes += c.bytes;
    }
    return sum;
}

int passes_over(const LoopProgram& program, BufferId buffer) {
    constexpr AxisId none = ~AxisId{0};
    const double bytes = element * static_cast<double>(program.buffers[buffer].size());
    int passes = 0;
    for (const Step& step : program.steps) {
        const auto* stream = std::get_if<Stream>(&step);
        if (stream == nullptr) {
            passes += reading(step, buffer, none) > 0 ? 1 : 0;
            continue;
        }
        int how = 0;
        for (const Step& inner : stream->body) {
            how = std::max(how, reading(inner, buffer, stream->axis));
        }
        if (how == 0) continue;
        const std::int64_t extent = program.axes[stream->axis].extent;
        const std::int64_t blocks = (extent + stream->block - 1) / stream->block;
        passes += how == 2 && bytes > resident_bytes ? static_cast<int>(blocks) : 1;
    }
    return passes;
}

BufferId input_buffer(const LoopProgram& program, std::uint32_t position) {
    return find_buffer(program, Role::input, position);
}

BufferId output_buffer(const LoopProgram& program, std::uint32_t position) {
    return find_buffer(program, Role::output, position);
}

}  // namespace nabla::codegen
