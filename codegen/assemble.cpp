#include "codegen/assemble.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <set>

#include "codegen/cost.hpp"
#include "codegen/finish.hpp"
#include "codegen/nest.hpp"
#include "codegen/structure.hpp"

namespace nabla::codegen {

namespace {

constexpr BufferId no_buffer = ~BufferId{0};

class Assembler {
public:
    explicit Assembler(const AssembleRequest& request)
        : r_(request),
          graph_(request.graph),
          local_(block_local_values(graph_, r_.ops, r_.schedule, r_.outputs)),
          is_output_(graph_.size(), false),
          buffer_of_(graph_.size(), no_buffer) {
        for (const ValueId id : r_.outputs) is_output_[id] = true;
    }

    LoopProgram run();

private:
    void choose_layouts();
    Stretch build(const Group& group);
    void add_op(Items& items, Stretch& stretch, const Op& op);
    void add_routine(Items& items, const Op& op);
    std::int64_t block_rows(const Stretch& stretch) const;
    void finish_stretch(Stretch& stretch);
    void finish_stream(Stretch& stretch, std::vector<Step> body);
    std::vector<Step> convert_items(const Stretch& stretch);
    void place(Step& step);
    void place(Access& access);
    BufferId buffer(ValueId id);
    void add_arguments();

    std::optional<ProductCall> product(Items& items, const Stretch& stretch, const Op& op);
    ValueId block_copy(Items& items, const Stretch& stretch, const Op& op, ValueId source);

    const AssembleRequest& r_;
    Graph& graph_;
    std::vector<bool> local_, is_output_;
    std::vector<std::vector<std::uint8_t>> layouts_;
    std::vector<BufferId> buffer_of_;
    /// By stream's axis, source and the source's axis that it walks.
    std::map<std::tuple<AxisId, ValueId, AxisId>, ValueId> block_copies_;
    std::int64_t block_ = 0;  ///< of the stream being finished
    LoopProgram program_;
};

void Assembler::choose_layouts() {
    layouts_.resize(graph_.size());
    for (ValueId id = 0; id < graph_.size(); ++id) {
        const std::size_t rank = graph_[id].extents.size();
        const int first = local_[id] ? streamed_axis(graph_, r_.schedule, id) : -1;
        if (first >= 0) layouts_[id].push_back(static_cast<std::uint8_t>(first));
        for (std::size_t d = 0; d < rank; ++d) {
            if (static_cast<int>(d) != first) layouts_[id].push_back(static_cast<std::uint8_t>(d));
        }
    }
}

void Assembler::add_routine(Items& items, const Op& op) {
    const Value& value = graph_[op.value];
    if (value.has_formula()) items.add_loops(op, std::nullopt, false);
    LibraryCall call;
    const std::int64_t n = value.extents.empty() ? 0 : value.extents[0];
    call.n = n;
    call.error_code = value.error;
    call.operands = {op.value};
    switch (value.make) {
        case Make::cholesky:
            call.routine = Routine::potrf;
            break;
        case Make::lu:
            call.routine = Routine::getrf;
            call.operands = {op.value, graph_.part(op.value, 0)};
            break;
        case Make::svd:
            call.routine = Routine::svd;
            for (std::uint32_t k = 0; k < 4; ++k) {
                call.operands.push_back(graph_.part(op.value, k));
            }
            break;
        case Make::eigen:
            call.routine = Routine::eigen;
            for (std::uint32_t k = 0; k < 4; ++k) {
                call.operands.push_back(graph_.part(op.value, k));
            }
            break;
        case Make::expm:
            call.routine = Routine::expm;
            call.n = value.position;
            call.m = call.n == 0 ? 0 : static_cast<std::int64_t>(value.size()) / (call.n * call.n);
            call.operands = {op.value, graph_.part(op.value, 0), graph_.part(op.value, 1)};
            break;
        case Make::gram:
            call.routine = Routine::gram;
            call.operands = {op.value, graph_.part(op.value, 0), graph_.part(op.value, 1)};
            call.operands.insert(call.operands.end(), value.operands.begin(), value.operands.end());
            break;
        case Make::least_squares: {
            const ValueId factor = value.operands[0];
            call.routine = Routine::least_squares;
            call.m = n == 0 ? 0 : static_cast<std::int64_t>(value.size()) / n;
            call.operands = {op.value, factor, graph_.part(factor, 0), graph_.part(op.value, 0)};
            call.operands.insert(call.operands.end(), value.operands.begin() + 1,
                                 value.operands.end());
            break;
        }
        case Make::sylvester:
            call.routine = Routine::sylvester;
            call.m = graph_[value.operands[0]].extents[0];
            call.n = graph_[value.operands[1]].extents[0];
            call.k = call.m * call.n == 0
                         ? 0
                         : static_cast<std::int64_t>(value.size()) / (call.m * call.n);
            call.operands = {op.value};
            call.operands.insert(call.operands.end(), value.operands.begin(), value.operands.end());
            call.operands.push_back(graph_.part(op.value, 0));
            if (value.operands.size() == 4) {
                call.routine = Routine::general_sylvester;
                call.operands.push_back(graph_.part(op.value, 1));
            }
            break;
        case Make::solve: {
            const ValueId factor = value.operands[0];
            const bool lu = graph_[factor].make == Make::lu;
            call.routine = lu ? Routine::getrs : Routine::potrs;
            call.operands = {factor};
            if (lu) call.operands.push_back(graph_.part(factor, 0));
            call.operands.push_back(op.value);
            call.trans_a = lu && value.transposed;
            call.m = n == 0 ? 0 : static_cast<std::int64_t>(value.size()) / n;
            break;
        }
        case Make::lu_det:
        case Make::lu_sign:
            call.routine = value.make == Make::lu_det ? Routine::lu_det : Routine::lu_sign;
            call.n = graph_[value.operands[0]].extents[0];
            call.operands = {value.operands[0], graph_.part(value.operands[0], 0), op.value};
            break;
        case Make::windows: {
            std::vector<Step> steps;
            if (value.padded) steps.emplace_back(Fill{op.value, 0, 0});
            for (std::size_t k = 0; k < value.boxes.size(); ++k) {
                steps.emplace_back(Copy{value.operands[k], op.value, value.boxes[k]});
            }
            items.add_steps(op.value, std::move(steps));
            return;
        }
        case Make::ramp:
            items.add_steps(op.value, {Fill{op.value, 1, 1}});
            return;
        case Make::input:
        case Make::formula:
        case Make::part:
            return;
    }
    items.add_steps(op.value, {call});
}

/// The part of `source` in the current block, the stream's axis first.
ValueId Assembler::block_copy(Items& items, const Stretch& stretch, const Op& op, ValueId source) {
    const AxisId label = r_.schedule.of_value[op.value].label;
    AxisId axis = 0;
    for (const Read& read : op.reads) {
        const auto it = std::find(read.labels.begin(), read.labels.end(), label);
        if (read.value == source && it != read.labels.end()) {
            axis = static_cast<AxisId>(it - read.labels.begin());
        }
    }
    ValueId& copy =
        block_copies_.try_emplace({*stretch.stream_axis, source, axis}, no_value).first->second;
    if (copy != no_value) return copy;
    copy = graph_.copy_of(source);
    r_.inlining.add_stored(copy);
    local_.push_back(true);
    is_output_.push_back(false);
    buffer_of_.push_back(no_buffer);
    layouts_.push_back({static_cast<std::uint8_t>(axis)});
    std::vector<AxisId> labels;
    for (AxisId d = 0; d < graph_[source].extents.size(); ++d) {
        labels.push_back(d);
        if (d != axis) layouts_.back().push_back(static_cast<std::uint8_t>(d));
    }
    items.add_loops({copy, {{source, labels}}, {}, false}, axis, false);
    return copy;
}

/// The library call for an op. In a stream, operands whose walked axis is not the first one in
/// memory are copied block by block.
std::optional<ProductCall> Assembler::product(Items& items, const Stretch& stretch, const Op& op) {
    ProductContext context;
    context.threshold = r_.options.library_threshold;
    context.layouts = &layouts_;
    if (!stretch.stream_axis) return match_product(graph_, r_.inlining, op.value, context);
    context.streamed = r_.schedule.of_value[op.value].label;
    if (!op.library) return std::nullopt;
    std::vector<std::vector<std::uint8_t>> layouts;
    std::set<ValueId> turned;
    for (const Read& read : op.reads) {
        const auto it = std::find(read.labels.begin(), read.labels.end(), *context.streamed);
        if (it == read.labels.end() || local_[read.value]) continue;
        const auto axis = static_cast<std::uint8_t>(it - read.labels.begin());
        if (axis == 0) continue;
        if (layouts.empty()) layouts = layouts_;
        std::erase(layouts[read.value], axis);
        layouts[read.value].insert(layouts[read.value].begin(), axis);
        turned.insert(read.value);
    }
    if (!layouts.empty()) context.layouts = &layouts;
    auto result = match_product(graph_, r_.inlining, op.value, context);
    if (!result) return result;
    std::vector<BufferId>& operands = result->call.operands;
    for (std::size_t k = 0; k + 1 < operands.size(); ++k) {
        if (turned.contains(operands[k])) {
            operands[k] = block_copy(items, stretch, op, operands[k]);
        }
    }
    return result;
}

void Assembler::add_op(Items& items, Stretch& stretch, const Op& op) {
    const Value& value = graph_[op.value];
    if (!value.is_formula()) {
        add_routine(items, op);
        return;
    }
    std::optional<AxisId> label;
    if (stretch.stream_axis) label = r_.schedule.of_value[op.value].label;
    const bool accumulate = label && *label >= value.formula.rank;
    const auto found = product(items, stretch, op);
    if (!found) {
        items.add_loops(op, label, accumulate);
        return;
    }
    LibraryCall call = found->call;
    call.beta = accumulate ? 1 : 0;
    std::vector<Step> steps{call};
    if (found->mirror) {
        // Blocks add to the upper triangle until the pass ends; a product that a pass computes
        // whole is read by the steps that follow it.
        (accumulate ? stretch.after : steps).emplace_back(Mirror{op.value});
    }
    items.add_steps(op.value, std::move(steps));
}

Stretch Assembler::build(const Group& group) {
    Stretch stretch;
    Items items(graph_, r_.inlining, program_.axes);
    if (group.stream >= 0) {
        stretch.stream_axis = static_cast<AxisId>(program_.axes.size());
        program_.axes.push_back(
            {"i", r_.schedule.stream_extents[static_cast<std::size_t>(group.stream)]});
        items.set_stream(*stretch.stream_axis);
    }
    for (const std::size_t k : group.ops) add_op(items, stretch, r_.ops[k]);
    stretch.items = std::move(items.items());
    return stretch;
}

BufferId Assembler::buffer(ValueId id) {
    if (buffer_of_[id] != no_buffer) return buffer_of_[id];
    const Value& value = graph_[id];
    Buffer b;
    b.name = value.name.empty() ? "t" + std::to_string(id) : value.name;
    b.extents = value.extents;
    if (value.make == Make::part) {
        const Make whole = graph_[value.operands[0]].make;
        if (whole == Make::lu || (whole == Make::expm && value.position == 1) ||
            (whole == Make::gram && value.position == 0) ||
            (whole == Make::sylvester && value.position == 0 &&
             graph_[value.operands[0]].operands.size() == 4)) {
            b.role = Role::integers;
        }
    }
    if (local_[id]) {
        b.block_local = true;
        b.extents.clear();
        for (const std::uint8_t d : layouts_[id]) b.extents.push_back(value.extents[d]);
        b.extents[0] = block_;
    }
    buffer_of_[id] = static_cast<BufferId>(program_.buffers.size());
    program_.buffers.push_back(std::move(b));
    return buffer_of_[id];
}

void Assembler::add_arguments() {
    const auto add = [&](ValueId id, Role role, std::size_t position) {
        const BufferId b = buffer(id);
        program_.buffers[b].role = role;
        program_.buffers[b].position = static_cast<std::uint32_t>(position);
        if (role == Role::output) program_.buffers[b].name = "out" + std::to_string(position);
    };
    for (std::size_t k = 0; k < r_.inputs.size(); ++k) add(r_.inputs[k], Role::input, k);
    for (std::size_t k = 0; k < r_.outputs.size(); ++k) add(r_.outputs[k], Role::output, k);
    program_.input_count = static_cast<std::uint32_t>(r_.inputs.size());
    program_.output_count = static_cast<std::uint32_t>(r_.outputs.size());
}

void Assembler::place(Access& access) {
    const ValueId id = access.buffer;
    std::vector<AxisId> axes;
    for (const std::uint8_t d : layouts_[id]) axes.push_back(access.axes[d]);
    access.axes = std::move(axes);
    access.buffer = buffer(id);
}

void Assembler::place(Step& step) {
    if (auto* statement = std::get_if<Statement>(&step)) {
        for (Instr& i : statement->body) {
            if (i.kind == Instr::Kind::load) place(i.access);
        }
        for (Store& s : statement->stores) place(s.target);
    } else if (auto* call = std::get_if<LibraryCall>(&step)) {
        for (BufferId& b : call->operands) b = buffer(b);
    } else if (auto* mirror = std::get_if<Mirror>(&step)) {
        mirror->buffer = buffer(mirror->buffer);
    } else if (auto* fill = std::get_if<Fill>(&step)) {
        fill->buffer = buffer(fill->buffer);
    } else if (auto* copy = std::get_if<Copy>(&step)) {
        copy->from = buffer(copy->from);
        copy->to = buffer(copy->to);
    }
}

std::vector<Step> Assembler::convert_items(const Stretch& stretch) {
    std::vector<Step> steps;
    for (const Item& item : stretch.items) {
        if (const auto* nest = std::get_if<Nest>(&item)) {
            steps.emplace_back(to_statement(*nest, stretch.stream_axis, layouts_));
        } else {
            const auto& done = std::get<std::vector<Step>>(item);
            steps.insert(steps.end(), done.begin(), done.end());
        }
    }
    return steps;
}

/// Rows of a block: as many as the caches hold of everything that the stream walks, so that the
/// second use comes from cache, however long the rows are.
std::int64_t Assembler::block_rows(const Stretch& stretch) const {
    const AxisId axis = *stretch.stream_axis;
    const std::int64_t extent = program_.axes[axis].extent;
    std::set<ValueId> walked;
    bool calls = false;
    bool strided = false;
    const auto note = [&](const Access& access) {
        const std::vector<std::uint8_t>& layout = layouts_[access.buffer];
        for (std::size_t d = 0; d < layout.size(); ++d) {
            if (access.axes[layout[d]] != axis) continue;
            walked.insert(access.buffer);
            strided = strided || d > 0;
        }
    };
    for (const Item& item : stretch.items) {
        const auto* nest = std::get_if<Nest>(&item);
        calls = calls || nest == nullptr;
        if (nest == nullptr) continue;
        for (const Instr& i : nest->body.code()) {
            if (i.kind == Instr::Kind::load) note(i.access);
        }
        for (const Store& s : nest->stores) note(s.target);
    }
    const double width = r_.options.precision == Precision::f64 ? 8 : 4;
    double row = width;
    for (const ValueId v : walked) row += width * graph_[v].size() / static_cast<double>(extent);
    double rows = std::floor(first_level_block / row);
    if (rows < 16) rows = std::floor(second_level_block / row);
    rows = std::max(rows, 8.0);
    // Library products want depth; segments of strided rows want whole cache lines.
    if (calls) rows = std::max(std::floor(library_block / row), 64.0);
    if (strided) rows = std::max(rows, 64.0);
    rows = std::min(rows, 4096.0);
    const auto whole = static_cast<std::int64_t>(rows) / 8 * 8;
    return std::clamp<std::int64_t>(whole, 1, std::max<std::int64_t>(extent, 1));
}

/// A stream of one step is that step.
bool unwrap(Step& step, std::int64_t extent) {
    if (auto* statement = std::get_if<Statement>(&step)) {
        for (Store& s : statement->stores) s.accumulate = false;
        return true;
    }
    if (auto* call = std::get_if<LibraryCall>(&step)) {
        if (call->streamed == 'm') call->m = extent;
        if (call->streamed == 'k') call->k = extent;
        call->streamed = 0;
        call->beta = 0;
        return true;
    }
    return false;
}

void Assembler::finish_stream(Stretch& stretch, std::vector<Step> body) {
    const AxisId axis = *stretch.stream_axis;
    if (body.size() == 1 && unwrap(body[0], program_.axes[axis].extent)) {
        program_.steps.push_back(std::move(body[0]));
        return;
    }
    for (const Step& step : body) {
        if (const auto* statement = std::get_if<Statement>(&step)) {
            for (const Store& s : statement->stores) {
                if (s.accumulate) {
                    program_.steps.emplace_back(Fill{s.target.buffer, neutral(s.combine), 0});
                }
            }
        } else if (const auto* call = std::get_if<LibraryCall>(&step)) {
            if (call->beta != 0) program_.steps.emplace_back(Fill{call->operands.back(), 0, 0});
        }
    }
    program_.steps.emplace_back(Stream{axis, block_, std::move(body)});
}

void Assembler::finish_stretch(Stretch& stretch) {
    if (stretch.items.empty()) return;
    if (stretch.stream_axis) block_ = block_rows(stretch);
    std::vector<Step> steps = convert_items(stretch);
    for (Step& step : steps) place(step);
    for (Step& step : stretch.after) place(step);
    if (stretch.stream_axis) {
        finish_stream(stretch, std::move(steps));
    } else {
        for (Step& step : steps) program_.steps.push_back(std::move(step));
    }
    for (Step& step : stretch.after) program_.steps.push_back(std::move(step));
}

LoopProgram Assembler::run() {
    program_.name = r_.options.name;
    program_.precision = r_.options.precision;
    choose_layouts();
    std::vector<Stretch> stretches;
    for (const Group& group : r_.schedule.groups) stretches.push_back(build(group));
    drop_unread(stretches, is_output_);
    add_arguments();
    for (Stretch& stretch : stretches) finish_stretch(stretch);
    return std::move(program_);
}

}  // namespace

LoopProgram assemble(const AssembleRequest& request) { return Assembler(request).run(); }

}  // namespace nabla::codegen
