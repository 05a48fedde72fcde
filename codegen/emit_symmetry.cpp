#include "codegen/emit_symmetry.hpp"

#include <algorithm>
#include <map>
#include <tuple>
#include <vector>

namespace nabla::codegen {
namespace {

/// Numbers values so that equal numbers mean equal values, up to the order of factors and terms.
class ValueNumbers {
public:
    /// The number of the value `at` of the body, with axes `a` and `b` exchanged where they occur.
    std::uint32_t number(const Statement& statement, std::uint32_t at, AxisId a, AxisId b) {
        const auto exchanged = [&](AxisId axis) { return axis == a ? b : axis == b ? a : axis; };
        std::vector<std::uint32_t> known;
        for (const Instr& instr : statement.body) {
            Key key{static_cast<int>(instr.kind), {}, 0, 0, 0, {}, {}};
            auto& [kind, buffer, value, num, den, axes, operands] = key;
            for (const AxisId axis : instr.access.axes) axes.push_back(exchanged(axis));
            if (instr.kind == Instr::Kind::equal) std::sort(axes.begin(), axes.end());
            if (instr.kind == Instr::Kind::load) buffer = instr.access.buffer;
            if (instr.kind == Instr::Kind::constant) value = instr.value;
            if (instr.kind == Instr::Kind::function) buffer = static_cast<BufferId>(instr.function);
            if (instr.kind == Instr::Kind::power) {
                num = instr.exponent.num;
                den = instr.exponent.den;
            }
            for (const std::uint32_t operand : instr.operands) operands.push_back(known[operand]);
            if (instr.kind == Instr::Kind::mul || instr.kind == Instr::Kind::add)
                operands = flattened(instr.kind, operands);
            known.push_back(number_of(key));
        }
        return known[at];
    }

private:
    using Key = std::tuple<int, BufferId, double, std::int64_t, std::int64_t, std::vector<AxisId>,
                           std::vector<std::uint32_t>>;

    std::uint32_t number_of(const Key& key) {
        const auto [at, added] = numbers_.try_emplace(key, keys_.size());
        if (added) keys_.push_back(key);
        return at->second;
    }

    /// The factors of a product of products, or the terms of a sum of sums, sorted.
    std::vector<std::uint32_t> flattened(Instr::Kind kind,
                                         const std::vector<std::uint32_t>& operands) const {
        constexpr std::size_t most = 64;  // keeps keys short in long chains
        std::vector<std::uint32_t> result;
        for (const std::uint32_t operand : operands) {
            const Key& key = keys_[operand];
            const auto& parts = std::get<6>(key);
            if (std::get<0>(key) == static_cast<int>(kind) && parts.size() < most)
                result.insert(result.end(), parts.begin(), parts.end());
            else
                result.push_back(operand);
        }
        std::sort(result.begin(), result.end());
        return result;
    }

    std::map<Key, std::uint32_t> numbers_;
    std::vector<Key> keys_;
};

bool is_symmetric(const LoopProgram& program, const Statement& statement) {
    if (statement.stores.size() != 1) return false;
    const Store& store = statement.stores.front();
    const auto& axes = store.target.axes;
    if (store.combine == Combine::assign || axes.size() != 2 || axes[0] == axes[1]) return false;
    const auto& extents = program.buffers[store.target.buffer].extents;
    if (extents.size() != 2 || extents[0] != extents[1]) return false;
    ValueNumbers numbers;
    return numbers.number(statement, store.value, axes[0], axes[0]) ==
           numbers.number(statement, store.value, axes[0], axes[1]);
}

bool loads(const Statement& statement, BufferId buffer) {
    return std::any_of(statement.body.begin(), statement.body.end(), [&](const Instr& instr) {
        return instr.kind == Instr::Kind::load && instr.access.buffer == buffer;
    });
}

/// Whether a step does anything with `buffer` that is not a symmetric write.
bool disturbs(const Step& step, BufferId buffer, const std::set<const Statement*>& symmetric) {
    if (std::holds_alternative<Fill>(step)) return false;
    if (const auto* copy = std::get_if<Copy>(&step))
        return copy->from == buffer || copy->to == buffer;
    if (const auto* mirror = std::get_if<Mirror>(&step)) return mirror->buffer == buffer;
    if (const auto* call = std::get_if<LibraryCall>(&step))
        return std::count(call->operands.begin(), call->operands.end(), buffer) > 0;
    if (const auto* stream = std::get_if<Stream>(&step))
        return std::any_of(stream->body.begin(), stream->body.end(),
                           [&](const Step& inner) { return disturbs(inner, buffer, symmetric); });
    const auto& statement = std::get<Statement>(step);
    if (loads(statement, buffer)) return true;
    const bool writes =
        std::any_of(statement.stores.begin(), statement.stores.end(),
                    [&](const Store& store) { return store.target.buffer == buffer; });
    return writes && !symmetric.contains(&statement);
}

void collect(const LoopProgram& program, const std::vector<Step>& steps,
             std::set<const Statement*>& found) {
    for (const Step& step : steps) {
        if (const auto* statement = std::get_if<Statement>(&step)) {
            if (is_symmetric(program, *statement)) found.insert(statement);
        } else if (const auto* stream = std::get_if<Stream>(&step)) {
            collect(program, stream->body, found);
        }
    }
}

}  // namespace

std::set<const Statement*> symmetric_statements(const LoopProgram& program) {
    std::set<const Statement*> found;
    collect(program, program.steps, found);
    std::set<const Statement*> result;
    for (const Statement* statement : found) {
        const BufferId target = statement->stores.front().target.buffer;
        // What comes after the step with the statement sees the whole matrix and may do anything.
        bool calm = true, done = false;
        for (const Step& step : program.steps) {
            if (done) break;
            calm = calm && !disturbs(step, target, found);
            if (std::get_if<Statement>(&step) == statement) done = true;
            if (const auto* stream = std::get_if<Stream>(&step))
                for (const Step& inner : stream->body)
                    if (std::get_if<Statement>(&inner) == statement) done = true;
        }
        if (calm) result.insert(statement);
    }
    return result;
}

}  // namespace nabla::codegen
