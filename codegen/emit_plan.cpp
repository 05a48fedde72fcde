#include "codegen/emit_plan.hpp"

#include <algorithm>
#include <string>

#include <nabla/error.hpp>

namespace nabla::codegen {
namespace {

/// Strides of an access by axis of the program; an axis that occurs twice is a diagonal.
NestRef linear(const LoopProgram& program, const Access& access, const std::vector<NestDim>& dims,
               const std::optional<StreamShape>& stream) {
    const Buffer& buffer = program.buffers[access.buffer];
    const std::vector<std::int64_t> strides = buffer.strides();
    NestRef ref;
    ref.buffer = access.buffer;
    ref.strides.assign(dims.size(), 0);
    for (std::size_t d = 0; d < access.axes.size(); ++d) {
        const bool on_stream = stream && access.axes[d] == stream->axis;
        if (on_stream && !buffer.block_local) ref.row_stride += strides[d];
        for (std::size_t k = 0; k < dims.size(); ++k)
            if (dims[k].axes.front() == access.axes[d]) ref.strides[k] += strides[d];
    }
    return ref;
}

void for_each_ref(LinearNest& nest, auto&& visit) {
    const auto& body = nest.statement->body;
    for (std::size_t i = 0; i < body.size(); ++i)
        if (body[i].kind == Instr::Kind::load) visit(nest.loads[i]);
    for (NestRef& ref : nest.targets) visit(ref);
}

bool compared(const LinearNest& nest, std::size_t dim) {
    for (const NestEqual& equal : nest.equals)
        if (equal.dims[0] == static_cast<int>(dim) || equal.dims[1] == static_cast<int>(dim))
            return true;
    return false;
}

/// Whether loop `outer` around loop `inner` walks every access like one loop.
bool mergeable(LinearNest& nest, std::size_t outer, std::size_t inner) {
    if (nest.dims[inner].dynamic || compared(nest, outer) || compared(nest, inner)) return false;
    const std::int64_t extent = nest.dims[inner].extent;
    bool fits = true;
    for_each_ref(nest, [&](const NestRef& ref) {
        fits = fits && ref.strides[outer] == extent * ref.strides[inner];
    });
    return fits;
}

void remove_dim(LinearNest& nest, std::size_t dim) {
    const auto at = static_cast<std::ptrdiff_t>(dim);
    nest.dims.erase(nest.dims.begin() + at);
    for_each_ref(nest, [&](NestRef& ref) { ref.strides.erase(ref.strides.begin() + at); });
    for (NestEqual& equal : nest.equals)
        for (int& d : equal.dims) {
            if (d == static_cast<int>(dim))
                d = -1;
            else if (d > static_cast<int>(dim))
                --d;
        }
}

void merge_dims(LinearNest& nest) {
    for (std::size_t d = nest.dims.size(); d-- > 0;)
        if (nest.dims[d].extent == 1 && !nest.dims[d].dynamic) remove_dim(nest, d);
    for (bool changed = true; changed;) {
        changed = false;
        for (std::size_t outer = 0; outer < nest.dims.size() && !changed; ++outer)
            for (std::size_t inner = 0; inner < nest.dims.size() && !changed; ++inner) {
                if (outer == inner || !mergeable(nest, outer, inner)) continue;
                NestDim merged = nest.dims[outer];
                merged.factor *= nest.dims[inner].extent;
                merged.extent *= nest.dims[inner].extent;
                merged.total *= nest.dims[inner].extent;
                for (const AxisId axis : nest.dims[inner].axes) merged.axes.push_back(axis);
                for_each_ref(nest, [&](NestRef& ref) { ref.strides[outer] = ref.strides[inner]; });
                nest.dims[outer] = merged;
                remove_dim(nest, inner);
                changed = true;
            }
    }
}

std::uint32_t touched(const NestRef& ref) {
    std::uint32_t bits = 0;
    for (std::size_t d = 0; d < ref.strides.size(); ++d)
        if (ref.strides[d] != 0) bits |= std::uint32_t{1} << d;
    return bits;
}

void find_dependences(LinearNest& nest) {
    const auto& body = nest.statement->body;
    nest.depends.assign(body.size(), 0);
    for (std::size_t i = 0; i < body.size(); ++i) {
        if (body[i].kind == Instr::Kind::load) nest.depends[i] = touched(nest.loads[i]);
        if (body[i].kind == Instr::Kind::equal || body[i].kind == Instr::Kind::at_least)
            for (const int d : nest.equals[i].dims)
                if (d >= 0) nest.depends[i] |= std::uint32_t{1} << d;
        for (const std::uint32_t operand : body[i].operands)
            nest.depends[i] |= nest.depends[operand];
    }
    for (const NestRef& ref : nest.targets) nest.carried.push_back(touched(ref));
}

}  // namespace

bool NestPlan::through_memory(const LinearNest& nest, std::size_t store) const {
    for (unsigned level = 0; level < register_level[store]; ++level)
        if ((nest.carried[store] >> order[level] & 1) == 0) return true;
    return false;
}

LinearNest make_nest(const LoopProgram& program, const Statement& statement,
                     const std::optional<StreamShape>& stream) {
    LinearNest nest;
    nest.statement = &statement;
    for (const AxisId axis : statement.domain) {
        NestDim dim;
        dim.axes = {axis};
        dim.total = dim.extent = program.axes[axis].extent;
        if (stream && axis == stream->axis) {
            nest.streamed = true;
            dim.extent = std::min(stream->block, dim.extent);
            dim.dynamic = stream->partial;
        }
        nest.dims.push_back(dim);
    }
    nest.loads.resize(statement.body.size());
    nest.equals.resize(statement.body.size());
    for (std::size_t i = 0; i < statement.body.size(); ++i) {
        const Instr& instr = statement.body[i];
        if (instr.kind == Instr::Kind::load)
            nest.loads[i] = linear(program, instr.access, nest.dims, stream);
        if (instr.kind != Instr::Kind::equal && instr.kind != Instr::Kind::at_least) continue;
        for (int side = 0; side < 2; ++side)
            for (std::size_t d = 0; d < nest.dims.size(); ++d) {
                if (nest.dims[d].axes.front() != instr.access.axes[side]) continue;
                nest.equals[i].dims[side] = static_cast<int>(d);
                nest.equals[i].streamed[side] = stream && stream->axis == instr.access.axes[side];
            }
    }
    for (const Store& store : statement.stores)
        nest.targets.push_back(linear(program, store.target, nest.dims, stream));
    merge_dims(nest);
    if (nest.dims.size() > 30) throw InternalError("a loop nest has more than 30 dimensions");
    find_dependences(nest);
    return nest;
}

int heavy_operations(const LinearNest& nest, std::uint32_t dims) {
    int count = 0;
    const auto& body = nest.statement->body;
    for (std::size_t i = 0; i < body.size(); ++i) {
        if ((nest.depends[i] & dims) == 0) continue;
        if (body[i].kind == Instr::Kind::function &&
            ir::function(body[i].function).lowering != ir::LoweringKind::builtin)
            ++count;
        if (body[i].kind == Instr::Kind::power && body[i].exponent.den > 2) ++count;
    }
    return count;
}

}  // namespace nabla::codegen
