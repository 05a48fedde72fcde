// Builds straight-line bodies of scalar operations with value numbering: asking twice for the same
// operation on the same operands gives the same index. Constants are folded, multiplications by 1
// and additions of 0 vanish; nothing else is rewritten, so that IEEE meaning is kept.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <unordered_map>
#include <vector>

#include "codegen/loop.hpp"

namespace nabla::codegen {

/// Equal in every field; constants by their bits.
bool same(const Instr& a, const Instr& b);
std::uint64_t hash_of(const Instr& instr);

class BodyBuilder {
public:
    using Index = std::uint32_t;

    BodyBuilder() = default;
    /// Continues after `code`.
    explicit BodyBuilder(std::vector<Instr> code);

    Index constant(double value);
    Index load(BufferId buffer, std::vector<AxisId> axes);
    Index equal(AxisId a, AxisId b);
    Index at_least(AxisId a, AxisId b);
    Index add(Index a, Index b);
    Index sub(Index a, Index b);
    Index mul(Index a, Index b);
    Index div(Index a, Index b);
    Index neg(Index a);
    Index power(Index base, const ir::Rational& exponent);
    Index function(ir::Fn fn, std::vector<Index> arguments);
    Index select_zero(Index mask, Index value);

    /// Replays `code` with axis a of it standing for axes[a]; `load` makes its loads (given the
    /// buffer and the mapped axes). Returns the index of the last operation.
    using Loader = std::function<Index(BufferId, std::vector<AxisId>)>;
    Index replay(std::span<const Instr> code, std::span<const AxisId> axes, const Loader& load);

    const std::vector<Instr>& code() const { return code_; }
    std::vector<Instr> take() { return std::move(code_); }

private:
    Index intern(Instr instr);
    Index replay_one(const Instr& instr, std::vector<Index> operands);
    bool is_constant(Index i) const { return code_[i].kind == Instr::Kind::constant; }
    bool is_constant(Index i, double value) const;

    std::vector<Instr> code_;
    std::unordered_multimap<std::uint64_t, Index> known_;
};

/// What `root` needs of `code`, with `root` last.
std::vector<Instr> extract(std::span<const Instr> code, std::uint32_t root);
/// Keeps what the roots need; they are renumbered in place.
std::vector<Instr> without_dead_code(std::span<const Instr> code, std::span<std::uint32_t> roots);

/// base^exponent as IEEE arithmetic has it: 0^0 is 1, roots of negative numbers are NaN.
double power_value(double base, const ir::Rational& exponent);

}  // namespace nabla::codegen
