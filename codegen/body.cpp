#include "codegen/body.hpp"

#include <bit>
#include <cmath>
#include <utility>

namespace nabla::codegen {

bool same(const Instr& a, const Instr& b) {
    return a.kind == b.kind &&
           std::bit_cast<std::uint64_t>(a.value) == std::bit_cast<std::uint64_t>(b.value) &&
           a.access.buffer == b.access.buffer && a.access.axes == b.access.axes &&
           a.exponent == b.exponent && a.function == b.function && a.operands == b.operands;
}

std::uint64_t hash_of(const Instr& instr) {
    std::uint64_t h = 0x9e3779b97f4a7c15ULL;
    const auto mix = [&](std::uint64_t v) { h = (h ^ v) * 0x100000001b3ULL + (h >> 29); };
    mix(static_cast<std::uint64_t>(instr.kind));
    mix(std::bit_cast<std::uint64_t>(instr.value));
    mix(instr.access.buffer);
    for (const AxisId a : instr.access.axes) mix(a + 1);
    mix(static_cast<std::uint64_t>(instr.exponent.num));
    mix(static_cast<std::uint64_t>(instr.exponent.den));
    mix(static_cast<std::uint64_t>(instr.function));
    for (const std::uint32_t o : instr.operands) mix(o + 17);
    return h;
}

double power_value(double base, const ir::Rational& exponent) {
    if (exponent == ir::Rational(1, 2)) return std::sqrt(base);
    return std::pow(base, exponent.value());
}

std::vector<Instr> without_dead_code(std::span<const Instr> code, std::span<std::uint32_t> roots) {
    std::vector<bool> needed(code.size(), false);
    for (const std::uint32_t r : roots) needed[r] = true;
    for (std::size_t i = code.size(); i-- > 0;) {
        if (!needed[i]) continue;
        for (const std::uint32_t o : code[i].operands) needed[o] = true;
    }
    std::vector<std::uint32_t> at(code.size(), 0);
    std::vector<Instr> result;
    for (std::size_t i = 0; i < code.size(); ++i) {
        if (!needed[i]) continue;
        at[i] = static_cast<std::uint32_t>(result.size());
        result.push_back(code[i]);
        for (std::uint32_t& o : result.back().operands) o = at[o];
    }
    for (std::uint32_t& r : roots) r = at[r];
    return result;
}

std::vector<Instr> extract(std::span<const Instr> code, std::uint32_t root) {
    return without_dead_code(code, {&root, 1});
}

BodyBuilder::BodyBuilder(std::vector<Instr> code) : code_(std::move(code)) {
    for (std::size_t i = 0; i < code_.size(); ++i) {
        known_.emplace(hash_of(code_[i]), static_cast<Index>(i));
    }
}

BodyBuilder::Index BodyBuilder::intern(Instr instr) {
    const std::uint64_t h = hash_of(instr);
    const auto [begin, end] = known_.equal_range(h);
    for (auto it = begin; it != end; ++it) {
        if (same(code_[it->second], instr)) return it->second;
    }
    const auto index = static_cast<Index>(code_.size());
    code_.push_back(std::move(instr));
    known_.emplace(h, index);
    return index;
}

bool BodyBuilder::is_constant(Index i, double value) const {
    return is_constant(i) && code_[i].value == value;
}

BodyBuilder::Index BodyBuilder::constant(double value) {
    Instr instr;
    instr.kind = Instr::Kind::constant;
    instr.value = value;
    return intern(std::move(instr));
}

BodyBuilder::Index BodyBuilder::load(BufferId buffer, std::vector<AxisId> axes) {
    Instr instr;
    instr.kind = Instr::Kind::load;
    instr.access = Access{buffer, std::move(axes)};
    return intern(std::move(instr));
}

BodyBuilder::Index BodyBuilder::equal(AxisId a, AxisId b) {
    if (a == b) return constant(1);
    Instr instr;
    instr.kind = Instr::Kind::equal;
    instr.access.axes = {std::min(a, b), std::max(a, b)};
    return intern(std::move(instr));
}

BodyBuilder::Index BodyBuilder::at_least(AxisId a, AxisId b) {
    if (a == b) return constant(1);
    Instr instr;
    instr.kind = Instr::Kind::at_least;
    instr.access.axes = {a, b};
    return intern(std::move(instr));
}

namespace {

Instr operation(Instr::Kind kind, std::vector<std::uint32_t> operands) {
    Instr instr;
    instr.kind = kind;
    instr.operands = std::move(operands);
    return instr;
}

}  // namespace

BodyBuilder::Index BodyBuilder::add(Index a, Index b) {
    if (is_constant(a) && is_constant(b)) return constant(code_[a].value + code_[b].value);
    if (is_constant(a, 0)) return b;
    if (is_constant(b, 0)) return a;
    return intern(operation(Instr::Kind::add, {std::min(a, b), std::max(a, b)}));
}

BodyBuilder::Index BodyBuilder::sub(Index a, Index b) {
    if (is_constant(a) && is_constant(b)) return constant(code_[a].value - code_[b].value);
    if (is_constant(b, 0)) return a;
    return intern(operation(Instr::Kind::sub, {a, b}));
}

BodyBuilder::Index BodyBuilder::mul(Index a, Index b) {
    if (is_constant(a) && is_constant(b)) return constant(code_[a].value * code_[b].value);
    if (is_constant(a, 1)) return b;
    if (is_constant(b, 1)) return a;
    if (is_constant(a, -1)) return neg(b);
    if (is_constant(b, -1)) return neg(a);
    return intern(operation(Instr::Kind::mul, {std::min(a, b), std::max(a, b)}));
}

BodyBuilder::Index BodyBuilder::div(Index a, Index b) {
    if (is_constant(a) && is_constant(b)) return constant(code_[a].value / code_[b].value);
    if (is_constant(b, 1)) return a;
    return intern(operation(Instr::Kind::div, {a, b}));
}

BodyBuilder::Index BodyBuilder::neg(Index a) {
    if (is_constant(a)) return constant(-code_[a].value);
    if (code_[a].kind == Instr::Kind::neg) return code_[a].operands[0];
    return intern(operation(Instr::Kind::neg, {a}));
}

BodyBuilder::Index BodyBuilder::power(Index base, const ir::Rational& exponent) {
    if (exponent == ir::Rational(1)) return base;
    if (exponent == ir::Rational(0)) return constant(1);
    if (is_constant(base)) return constant(power_value(code_[base].value, exponent));
    Instr instr = operation(Instr::Kind::power, {base});
    instr.exponent = exponent;
    return intern(std::move(instr));
}

BodyBuilder::Index BodyBuilder::function(ir::Fn fn, std::vector<Index> arguments) {
    Instr instr = operation(Instr::Kind::function, std::move(arguments));
    instr.function = fn;
    return intern(std::move(instr));
}

BodyBuilder::Index BodyBuilder::select_zero(Index mask, Index value) {
    if (is_constant(mask)) return code_[mask].value == 0 ? constant(0) : value;
    return intern(operation(Instr::Kind::select_zero, {mask, value}));
}

BodyBuilder::Index BodyBuilder::replay_one(const Instr& instr, std::vector<Index> o) {
    switch (instr.kind) {
        case Instr::Kind::constant:
            return constant(instr.value);
        case Instr::Kind::add:
            return add(o[0], o[1]);
        case Instr::Kind::sub:
            return sub(o[0], o[1]);
        case Instr::Kind::mul:
            return mul(o[0], o[1]);
        case Instr::Kind::div:
            return div(o[0], o[1]);
        case Instr::Kind::neg:
            return neg(o[0]);
        case Instr::Kind::power:
            return power(o[0], instr.exponent);
        case Instr::Kind::function:
            return function(instr.function, std::move(o));
        case Instr::Kind::select_zero:
            return select_zero(o[0], o[1]);
        case Instr::Kind::fma:
            return add(mul(o[0], o[1]), o[2]);
        case Instr::Kind::load:
        case Instr::Kind::equal:
        case Instr::Kind::at_least:
            break;
    }
    return 0;
}

BodyBuilder::Index BodyBuilder::replay(std::span<const Instr> code, std::span<const AxisId> axes,
                                       const Loader& load) {
    std::vector<Index> at(code.size());
    for (std::size_t i = 0; i < code.size(); ++i) {
        const Instr& instr = code[i];
        std::vector<AxisId> mapped;
        for (const AxisId a : instr.access.axes) mapped.push_back(axes[a]);
        if (instr.kind == Instr::Kind::load) {
            at[i] = load(instr.access.buffer, std::move(mapped));
        } else if (instr.kind == Instr::Kind::equal) {
            at[i] = equal(mapped[0], mapped[1]);
        } else if (instr.kind == Instr::Kind::at_least) {
            at[i] = at_least(mapped[0], mapped[1]);
        } else {
            std::vector<Index> operands;
            for (const std::uint32_t o : instr.operands) operands.push_back(at[o]);
            at[i] = replay_one(instr, std::move(operands));
        }
    }
    return at.back();
}

}  // namespace nabla::codegen
