#include "codegen/buffers.hpp"

#include <algorithm>
#include <limits>

namespace nabla::codegen {

namespace {

constexpr std::uint64_t alignment = 64;

bool in_workspace(const Buffer& b) { return b.role == Role::temporary || b.role == Role::integers; }

void collect(const Step& step, std::vector<BufferId>& result) {
    if (const auto* s = std::get_if<Statement>(&step)) {
        for (const Instr& i : s->body) {
            if (i.kind == Instr::Kind::load) result.push_back(i.access.buffer);
        }
        for (const Store& store : s->stores) result.push_back(store.target.buffer);
    } else if (const auto* call = std::get_if<LibraryCall>(&step)) {
        result.insert(result.end(), call->operands.begin(), call->operands.end());
    } else if (const auto* fill = std::get_if<Fill>(&step)) {
        result.push_back(fill->buffer);
    } else if (const auto* copy = std::get_if<Copy>(&step)) {
        result.push_back(copy->from);
        result.push_back(copy->to);
    } else if (const auto* mirror = std::get_if<Mirror>(&step)) {
        result.push_back(mirror->buffer);
    } else if (const auto* stream = std::get_if<Stream>(&step)) {
        for (const Step& inner : stream->body) collect(inner, result);
    }
}

struct Live {
    BufferId buffer = 0;
    std::size_t first = std::numeric_limits<std::size_t>::max();
    std::size_t last = 0;
    std::uint64_t bytes = 0;
    std::uint64_t offset = 0;
};

}  // namespace

std::vector<BufferId> buffers_of(const Step& step) {
    std::vector<BufferId> result;
    collect(step, result);
    return result;
}

std::uint64_t bytes_of(const LoopProgram& program, const Buffer& buffer) {
    const std::uint64_t width =
        buffer.role == Role::integers || program.precision == Precision::f32 ? 4 : 8;
    return width * static_cast<std::uint64_t>(buffer.size());
}

void assign_offsets(LoopProgram& program) {
    std::vector<Live> lives(program.buffers.size());
    for (std::size_t s = 0; s < program.steps.size(); ++s) {
        for (const BufferId b : buffers_of(program.steps[s])) {
            lives[b].first = std::min(lives[b].first, s);
            lives[b].last = std::max(lives[b].last, s);
        }
    }
    for (BufferId b = 0; b < lives.size(); ++b) {
        lives[b].buffer = b;
        const std::uint64_t bytes = bytes_of(program, program.buffers[b]);
        lives[b].bytes = std::max((bytes + alignment - 1) / alignment * alignment, alignment);
    }
    std::erase_if(lives, [&](const Live& l) {
        return !in_workspace(program.buffers[l.buffer]) || l.first > l.last;
    });
    // Largest first, each at the lowest place that is free for its whole life.
    std::stable_sort(lives.begin(), lives.end(),
                     [](const Live& a, const Live& b) { return a.bytes > b.bytes; });
    std::vector<Live> placed;
    for (Live& live : lives) {
        std::vector<std::pair<std::uint64_t, std::uint64_t>> taken;
        for (const Live& other : placed) {
            if (other.first <= live.last && live.first <= other.last) {
                taken.emplace_back(other.offset, other.offset + other.bytes);
            }
        }
        std::sort(taken.begin(), taken.end());
        live.offset = 0;
        for (const auto& [begin, end] : taken) {
            if (live.offset + live.bytes <= begin) break;
            live.offset = std::max(live.offset, end);
        }
        placed.push_back(live);
        program.buffers[live.buffer].offset = live.offset;
        program.workspace_bytes = std::max(program.workspace_bytes, live.offset + live.bytes);
    }
}

}  // namespace nabla::codegen
