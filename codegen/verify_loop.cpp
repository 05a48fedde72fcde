// Well-formedness of loop programs: indices in range, extents that fit, operands before uses, no
// read before the first write, offsets that do not overlap while both buffers live.
#include <algorithm>
#include <limits>
#include <set>

#include <fmt/format.h>

#include "codegen/buffers.hpp"
#include "codegen/compile.hpp"

namespace nabla::codegen {

namespace {

std::size_t operand_count(const Instr& i) {
    switch (i.kind) {
        case Instr::Kind::constant:
        case Instr::Kind::load:
        case Instr::Kind::equal:
        case Instr::Kind::at_least:
            return 0;
        case Instr::Kind::neg:
        case Instr::Kind::power:
            return 1;
        case Instr::Kind::add:
        case Instr::Kind::sub:
        case Instr::Kind::mul:
        case Instr::Kind::div:
        case Instr::Kind::select_zero:
            return 2;
        case Instr::Kind::fma:
            return 3;
        case Instr::Kind::function:
            return ir::function(i.function).arity;
    }
    return 0;
}

std::size_t operand_count(Routine routine) {
    switch (routine) {
        case Routine::potrf:
            return 1;
        case Routine::syrk:
        case Routine::potrs:
        case Routine::getrf:
            return 2;
        case Routine::gemm:
        case Routine::gemv:
        case Routine::getrs:
        case Routine::lu_det:
        case Routine::lu_sign:
            return 3;
        case Routine::expm:
            return 3;
        case Routine::sylvester:
            return 4;
        case Routine::general_sylvester:
            return 7;
        case Routine::gram:  // at least
        case Routine::least_squares:
            return 5;
        case Routine::svd:
        case Routine::eigen:
            return 5;
    }
    return 0;
}

class Verifier {
public:
    explicit Verifier(const LoopProgram& program)
        : p_(program), written_(program.buffers.size(), false) {}

    std::string run() {
        for (const Axis& a : p_.axes)
            check(a.extent >= 0, "axis {} has extent {}", a.name, a.extent);
        for (std::size_t b = 0; b < p_.buffers.size(); ++b) check_buffer(b);
        check_positions(Role::input, p_.input_count);
        check_positions(Role::output, p_.output_count);
        for (const Step& step : p_.steps) check_step(step, nullptr);
        for (std::size_t b = 0; b < p_.buffers.size(); ++b) {
            check(p_.buffers[b].role != Role::output || written_[b], "output {} is never written",
                  p_.buffers[b].name);
        }
        check_overlap();
        return problem_;
    }

private:
    template <typename... Args>
    bool check(bool holds, const char* format, const Args&... args) {
        if (!holds && problem_.empty()) problem_ = fmt::format(fmt::runtime(format), args...);
        return holds;
    }

    void check_buffer(std::size_t b) {
        const Buffer& buffer = p_.buffers[b];
        for (const std::int64_t e : buffer.extents) {
            check(e >= 0, "buffer {} has extent {}", buffer.name, e);
        }
        if (buffer.role == Role::input) written_[b] = true;
        if (buffer.role == Role::temporary || buffer.role == Role::integers) {
            check(buffer.offset % 64 == 0, "buffer {} is not aligned", buffer.name);
        }
        check(!buffer.block_local || (buffer.role == Role::temporary && !buffer.extents.empty()),
              "buffer {} cannot be local to a block", buffer.name);
    }

    void check_positions(Role role, std::uint32_t count) {
        std::set<std::uint32_t> seen;
        for (const Buffer& b : p_.buffers) {
            if (b.role != role) continue;
            check(seen.insert(b.position).second, "two buffers are argument {}", b.position);
        }
        check(seen.size() == count && (count == 0 || *seen.rbegin() + 1 == count),
              "{} arguments, {} buffers for them", count, seen.size());
    }

    bool check_access(const Access& access, const std::vector<AxisId>& domain,
                      const Stream* stream) {
        if (!check(access.buffer < p_.buffers.size(), "access to buffer {}", access.buffer)) {
            return false;
        }
        const Buffer& b = p_.buffers[access.buffer];
        if (!check(access.axes.size() == b.extents.size(), "{} indices for {}", access.axes.size(),
                   b.name)) {
            return false;
        }
        for (std::size_t d = 0; d < access.axes.size(); ++d) {
            const AxisId a = access.axes[d];
            if (!check(std::find(domain.begin(), domain.end(), a) != domain.end(),
                       "{} is indexed by an axis outside of the domain", b.name)) {
                return false;
            }
            if (b.block_local && d == 0) {
                check(stream != nullptr && a == stream->axis && b.extents[0] >= stream->block,
                      "{} is local to a block and not indexed by the stream", b.name);
            } else {
                check(p_.axes[a].extent == b.extents[d], "{} has extent {} at {}, the axis {}",
                      b.name, b.extents[d], d, p_.axes[a].extent);
            }
        }
        return true;
    }

    void check_statement(const Statement& s, const Stream* stream) {
        std::set<AxisId> axes;
        for (const AxisId a : s.domain) {
            if (!check(a < p_.axes.size() && axes.insert(a).second, "bad axis {}", a)) return;
        }
        if (stream != nullptr) {
            check(axes.contains(stream->axis), "a statement of a stream lacks its axis");
        }
        for (std::size_t k = 0; k < s.body.size(); ++k) {
            const Instr& i = s.body[k];
            check(i.operands.size() == operand_count(i), "operation {} has {} operands", k,
                  i.operands.size());
            for (const std::uint32_t o : i.operands) check(o < k, "operation {} uses {}", k, o);
            if (i.kind == Instr::Kind::load && check_access(i.access, s.domain, stream)) {
                check(written_[i.access.buffer], "{} is read before it is written",
                      p_.buffers[i.access.buffer].name);
            }
            if (i.kind == Instr::Kind::equal || i.kind == Instr::Kind::at_least) {
                check(i.access.axes.size() == 2 && axes.contains(i.access.axes[0]) &&
                          axes.contains(i.access.axes[1]),
                      "a comparison of indices outside of the domain");
            }
        }
        for (const Store& store : s.stores) check_store(s, store, stream);
        for (const Store& store : s.stores) {
            if (problem_.empty()) written_[store.target.buffer] = true;
        }
        check(!s.stores.empty(), "a statement stores nothing");
    }

    void check_store(const Statement& s, const Store& store, const Stream* stream) {
        if (!check_access(store.target, s.domain, stream)) return;
        const Buffer& b = p_.buffers[store.target.buffer];
        check(b.role != Role::input && b.role != Role::integers, "{} is written", b.name);
        check(store.value < s.body.size(), "a store of operation {}", store.value);
        const std::set<AxisId> target(store.target.axes.begin(), store.target.axes.end());
        check(target.size() == store.target.axes.size(), "{} is written on a diagonal", b.name);
        check(store.combine != Combine::assign || target.size() == s.domain.size(),
              "{} is assigned several times", b.name);
        check(!store.accumulate || written_[store.target.buffer],
              "{} accumulates without an initial value", b.name);
        const bool over_blocks = stream != nullptr && !target.contains(stream->axis);
        check(!over_blocks || store.accumulate, "{} is overwritten by every block", b.name);
    }

    void check_call(const LibraryCall& c, const Stream* stream) {
        const bool more = c.routine == Routine::gram || c.routine == Routine::least_squares;
        const std::size_t least = operand_count(c.routine);
        if (!check(more ? c.operands.size() >= least : c.operands.size() == least,
                   "{} operands of a call", c.operands.size())) {
            return;
        }
        for (const BufferId b : c.operands) {
            if (!check(b < p_.buffers.size(), "a call on buffer {}", b)) return;
        }
        check((c.streamed != 0) == (stream != nullptr), "a call's streamed dimension is wrong");
        check(c.error_code >= 0 && c.error_code <= static_cast<int>(p_.error_texts.size()),
              "error code {} has no text", c.error_code);
        const bool product =
            c.routine == Routine::gemm || c.routine == Routine::gemv || c.routine == Routine::syrk;
        for (std::size_t k = 0; k < c.operands.size(); ++k) {
            const bool result = k + 1 == c.operands.size();
            const bool read = product ? !result || c.beta != 0 : reads_operand(c.routine, k);
            check(!read || written_[c.operands[k]], "{} is read before it is written",
                  p_.buffers[c.operands[k]].name);
        }
        for (const BufferId b : c.operands) written_[b] = true;
        if (product) check_product(c);
    }

    static bool reads_operand(Routine routine, std::size_t k) {
        switch (routine) {
            case Routine::potrf:
            case Routine::getrf:
            case Routine::svd:
            case Routine::eigen:
            case Routine::expm:
                return k == 0;
            case Routine::gram:
                return k != 1 && k != 2;
            case Routine::least_squares:
            case Routine::sylvester:
                return k != 3;
            case Routine::general_sylvester:
                return k < 5;
            case Routine::potrs:
            case Routine::getrs:
                return true;
            case Routine::lu_det:
            case Routine::lu_sign:
                return k < 2;
            case Routine::gemm:
            case Routine::gemv:
            case Routine::syrk:
                return true;
        }
        return true;
    }

    /// The result has m·n elements, whatever is streamed or local.
    void check_product(const LibraryCall& c) {
        const Buffer& result = p_.buffers[c.operands.back()];
        if (result.block_local) return;
        const std::int64_t rows = c.routine == Routine::syrk ? c.n : c.m;
        const std::int64_t columns = c.routine == Routine::gemv ? 1 : c.n;
        check(result.size() == rows * columns, "{} is not {}×{}", result.name, rows, columns);
    }

    void check_step(const Step& step, const Stream* stream) {
        if (const auto* s = std::get_if<Statement>(&step)) {
            check_statement(*s, stream);
        } else if (const auto* f = std::get_if<Fill>(&step)) {
            if (check(f->buffer < p_.buffers.size(), "a fill of buffer {}", f->buffer)) {
                written_[f->buffer] = true;
            }
        } else if (const auto* copy = std::get_if<Copy>(&step)) {
            const bool known = copy->from < p_.buffers.size() && copy->to < p_.buffers.size();
            if (!check(known, "a copy of buffer {}", copy->from)) return;
            check_box(*copy);
            check(written_[copy->from], "a copy of an unwritten buffer");
            written_[copy->to] = true;
        } else if (const auto* m = std::get_if<Mirror>(&step)) {
            const bool known = m->buffer < p_.buffers.size();
            if (!check(known, "a mirror of buffer {}", m->buffer)) return;
            const Buffer& b = p_.buffers[m->buffer];
            check(b.extents.size() == 2 && b.extents[0] == b.extents[1] && written_[m->buffer],
                  "{} cannot be mirrored", b.name);
        } else if (const auto* c = std::get_if<LibraryCall>(&step)) {
            check_call(*c, stream);
        } else if (const auto* inner = std::get_if<Stream>(&step)) {
            check(stream == nullptr, "a stream within a stream");
            check(inner->axis < p_.axes.size() && inner->block > 0, "a stream without blocks");
            if (!problem_.empty()) return;
            for (const Step& s : inner->body) check_step(s, inner);
        }
    }

    /// Both ends of a copy lie in their buffers.
    void check_box(const Copy& copy) {
        const Box& box = copy.box;
        const std::size_t rank = box.extents.size();
        if (!check(box.from_strides.size() == rank && box.to_strides.size() == rank,
                   "a box of {} axes without as many strides", rank)) {
            return;
        }
        const auto last = [&](std::int64_t offset, const std::vector<std::int64_t>& strides) {
            for (std::size_t d = 0; d < rank; ++d) offset += (box.extents[d] - 1) * strides[d];
            return offset;
        };
        const bool empty =
            std::find(box.extents.begin(), box.extents.end(), 0) != box.extents.end();
        check(empty || (box.from_offset >= 0 &&
                        last(box.from_offset, box.from_strides) < p_.buffers[copy.from].size()),
              "a copy reads beyond {}", p_.buffers[copy.from].name);
        check(empty || (box.to_offset >= 0 &&
                        last(box.to_offset, box.to_strides) < p_.buffers[copy.to].size()),
              "a copy writes beyond {}", p_.buffers[copy.to].name);
    }

    void check_overlap() {
        if (!problem_.empty()) return;
        struct Life {
            std::size_t first = std::numeric_limits<std::size_t>::max(), last = 0;
        };
        std::vector<Life> lives(p_.buffers.size());
        for (std::size_t s = 0; s < p_.steps.size(); ++s) {
            for (const BufferId b : buffers_of(p_.steps[s])) {
                lives[b].first = std::min(lives[b].first, s);
                lives[b].last = s;
            }
        }
        for (std::size_t a = 0; a < lives.size(); ++a) {
            const Buffer& x = p_.buffers[a];
            if (x.role == Role::input || x.role == Role::output) continue;
            check(
                lives[a].first > lives[a].last || x.offset + bytes_of(p_, x) <= p_.workspace_bytes,
                "{} lies outside of the workspace", x.name);
            for (std::size_t b = a + 1; b < lives.size(); ++b) {
                const Buffer& y = p_.buffers[b];
                if (y.role == Role::input || y.role == Role::output) continue;
                const bool together =
                    lives[a].first <= lives[b].last && lives[b].first <= lives[a].last;
                const bool overlap =
                    x.offset < y.offset + bytes_of(p_, y) && y.offset < x.offset + bytes_of(p_, x);
                check(!(together && overlap), "{} and {} overlap", x.name, y.name);
            }
        }
    }

    const LoopProgram& p_;
    std::vector<bool> written_;
    std::string problem_;
};

}  // namespace

std::string verify(const LoopProgram& program) { return Verifier(program).run(); }

}  // namespace nabla::codegen
