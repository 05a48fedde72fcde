// A statement as loops of vector code, as its schedule says. Each loop has a main part in steps of
// a whole tile and a rest; the last vector of a rest is masked, so that nothing outside an array is
// read or written. Accumulators are stack slots that LLVM's mem2reg turns into registers.
#include <llvm/IR/Intrinsics.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include <nabla/error.hpp>

#include "codegen/emit_access.hpp"
#include "codegen/emit_internal.hpp"
#include "codegen/emit_tile.hpp"

namespace nabla::codegen {
namespace {

using llvm::Value;

double identity(Combine combine) {
    switch (combine) {
        case Combine::assign:
        case Combine::sum:
            return 0;
        case Combine::max:
            return -std::numeric_limits<double>::infinity();
        case Combine::min:
            return std::numeric_limits<double>::infinity();
        case Combine::prod:
            return 1;
    }
    throw InternalError("unknown way to combine");
}

class NestEmitter {
public:
    NestEmitter(Emitter& emitter, LinearNest nest, bool symmetric)
        : e_(emitter),
          b_(emitter.builder),
          nest_(std::move(nest)),
          plan_(make_plan(nest_, emitter.target, emitter.program.precision, symmetric)),
          statement_(*nest_.statement),
          tile_(nest_, plan_),
          access_(emitter, tile_),
          accumulators_(statement_.stores.size()) {}

    void run() {
        for (std::size_t s = 0; s < statement_.stores.size(); ++s)
            if (statement_.stores[s].combine != Combine::assign &&
                !statement_.stores[s].accumulate && plan_.through_memory(nest_, s))
                initialise(statement_.stores[s]);
        level(0);
    }

    /// Only the upper triangle of the target is written.
    bool is_triangular() const { return plan_.row >= 0; }

private:
    unsigned levels() const { return static_cast<unsigned>(plan_.order.size()); }
    /// The type a store works in: vectors if the loop is one.
    llvm::Type* lane_type() const { return plan_.vector >= 0 ? access_.vector_type() : e_.real(); }

    // --- loops -----------------------------------------------------------------------------------

    void level(unsigned depth) {
        for (std::size_t s = 0; s < statement_.stores.size(); ++s)
            if (plan_.register_level[s] == depth) start_accumulators(s, depth);
        if (depth == levels())
            run_tile();
        else
            loops(plan_.order[depth], depth);
        for (std::size_t s = 0; s < statement_.stores.size(); ++s)
            if (plan_.register_level[s] == depth && statement_.stores[s].combine != Combine::assign)
                finish(s, depth);
    }

    void enter(unsigned dim, unsigned depth, TilePosition position) {
        tile_[dim] = position;
        level(depth + 1);
    }

    void loops(unsigned dim, unsigned depth) {
        const unsigned step = plan_.tile[dim] * tile_.step(dim);
        if (nest_.dims[dim].dynamic) return dynamic_loops(dim, depth, step);
        const std::int64_t extent = nest_.dims[dim].extent;
        const std::int64_t main = extent / step * step;
        const bool unroll = plan_.vector < 0 || main / step * tile_operations() <= 128;
        const auto [low, high] = bounds(dim, step, main);
        e_.loop(low, high, step, unroll,
                [&](Value* index) { enter(dim, depth, {index, plan_.tile[dim], nullptr, 0}); });
        const std::int64_t rest = extent - main;
        if (rest == 0) return;
        if (static_cast<int>(dim) == plan_.transposed) {
            enter(dim, depth, {e_.index(main), static_cast<unsigned>(rest), nullptr, 0});
            return;
        }
        if (!tile_.is_vector(dim)) {
            e_.loop(e_.index(main), e_.index(extent), 1, unroll,
                    [&](Value* index) { enter(dim, depth, {index, 1, nullptr, 0}); });
            return;
        }
        const auto vectors = static_cast<unsigned>((rest + plan_.lanes - 1) / plan_.lanes);
        const auto live = static_cast<unsigned>(rest % plan_.lanes);
        enter(dim, depth,
              {e_.index(main), vectors, live == 0 ? nullptr : access_.lane_mask(e_.index(live)),
               live});
    }

    /// Instructions in a whole tile, about.
    std::int64_t tile_operations() const {
        constexpr std::size_t call = 100;  // a function call counts for this many
        std::size_t count = statement_.body.size() + statement_.stores.size() +
                            call * static_cast<std::size_t>(heavy_operations(nest_, nest_.all()));
        for (const unsigned points : plan_.tile) count *= points;
        return static_cast<std::int64_t>(count);
    }

    /// Of the loop over `dim` in steps of whole tiles: all, or what touches the upper triangle.
    std::pair<Value*, Value*> bounds(unsigned dim, unsigned step, std::int64_t main) {
        Value* low = e_.index(0);
        Value* high = e_.index(main);
        const auto level_of = [&](int d) {
            return std::find(plan_.order.begin(), plan_.order.end(), static_cast<unsigned>(d));
        };
        const bool row_first = plan_.row >= 0 && level_of(plan_.row) < level_of(plan_.column);
        if (static_cast<int>(dim) == plan_.row && !row_first) {
            const auto column = static_cast<unsigned>(plan_.column);
            const std::int64_t width = std::int64_t{tile_[column].count} * tile_.step(column);
            Value* end = b_.CreateAdd(tile_[column].index, e_.index(width));
            high = b_.CreateBinaryIntrinsic(llvm::Intrinsic::smin, high, end);
        } else if (static_cast<int>(dim) == plan_.column && row_first) {
            Value* row = tile_[static_cast<unsigned>(plan_.row)].index;
            low = b_.CreateSub(row, b_.CreateURem(row, e_.index(step)));
            low = b_.CreateBinaryIntrinsic(llvm::Intrinsic::smin, low, high);
        }
        return {low, high};
    }

    void dynamic_loops(unsigned dim, unsigned depth, unsigned step) {
        Value* extent = b_.CreateNUWMul(e_.block->rows, e_.index(nest_.dims[dim].factor));
        const auto whole = [&](unsigned unit) {
            return b_.CreateSub(extent, b_.CreateURem(extent, e_.index(unit)));
        };
        Value* done = whole(step);
        e_.loop(e_.index(0), done, step, false,
                [&](Value* index) { enter(dim, depth, {index, plan_.tile[dim], nullptr, 0}); });
        if (plan_.tile[dim] > 1) {
            Value* main = done;
            done = whole(tile_.step(dim));
            e_.loop(main, done, tile_.step(dim), false,
                    [&](Value* index) { enter(dim, depth, {index, 1, nullptr, 0}); });
        }
        if (!tile_.is_vector(dim)) return;
        e_.if_true(b_.CreateICmpULT(done, extent), [&] {
            enter(dim, depth, {done, 1, access_.lane_mask(b_.CreateSub(extent, done)), 0});
        });
    }

    // --- the body --------------------------------------------------------------------------------

    void run_tile() {
        access_.moved();
        const auto& body = statement_.body;
        std::vector<std::vector<Value*>> known(body.size());
        for (std::size_t i = 0; i < body.size(); ++i)
            known[i].resize(tile_.points(nest_.depends[i]));
        tile_.for_each_point(nest_.all(), [&](const TilePoint& point) {
            std::vector<Value*> values(body.size());
            for (std::size_t i = 0; i < body.size(); ++i) {
                Value*& value = known[i][tile_.number(point, nest_.depends[i])];
                if (!value && body[i].kind == Instr::Kind::load &&
                    access_.is_transposed(nest_.loads[i], point))
                    load_square(i, point, known[i]);
                if (!value) value = compute(i, values, point);
                values[i] = value;
            }
            for (std::size_t s = 0; s < statement_.stores.size(); ++s) {
                Value* value = values[statement_.stores[s].value];
                if (statement_.stores[s].combine == Combine::assign)
                    access_.store(nest_.targets[s], point, value);
                else
                    accumulate(s, point, value);
            }
        });
    }

    /// Fills in the values of load `i` at all points of the transposed dimension.
    void load_square(std::size_t i, TilePoint point, std::vector<Value*>& known) {
        const auto u = static_cast<unsigned>(plan_.transposed);
        const std::vector<Value*> vectors = access_.load_transposed(nest_.loads[i], point);
        for (point[u] = 0; point[u] < vectors.size(); ++point[u])
            known[tile_.number(point, nest_.depends[i])] = vectors[point[u]];
    }

    Value* loop_variable(const NestEqual& equal, int side, const TilePoint& point, bool vector) {
        Value* result = e_.index(0);
        const int dim = equal.dims[side];
        if (dim >= 0) {
            const auto d = static_cast<unsigned>(dim);
            result = b_.CreateAdd(tile_[d].index, e_.index(std::int64_t{point[d]} * tile_.step(d)));
        }
        if (equal.streamed[side]) result = b_.CreateAdd(result, e_.block->start);
        if (!vector) return result;
        result = b_.CreateVectorSplat(plan_.lanes, result);
        const bool moves = dim >= 0 && tile_.is_vector(static_cast<unsigned>(dim));
        return moves ? b_.CreateAdd(result, access_.lane_numbers()) : result;
    }

    Value* compute(std::size_t i, const std::vector<Value*>& values, const TilePoint& point) {
        const Instr& instr = statement_.body[i];
        const bool vector = tile_.on_vector(nest_.depends[i]);
        const unsigned lanes = vector ? plan_.lanes : 1;
        std::vector<Value*> x;
        for (const std::uint32_t operand : instr.operands)
            x.push_back(e_.splat(values[operand], lanes));
        switch (instr.kind) {
            case Instr::Kind::constant:
                return e_.constant(instr.value);
            case Instr::Kind::load:
                return access_.load(nest_.loads[i], point);
            case Instr::Kind::equal:
            case Instr::Kind::at_least: {
                const NestEqual& axes = nest_.equals[i];
                Value* holds = b_.CreateICmp(
                    instr.kind == Instr::Kind::equal ? llvm::CmpInst::ICMP_EQ
                                                     : llvm::CmpInst::ICMP_SGE,
                    loop_variable(axes, 0, point, vector), loop_variable(axes, 1, point, vector));
                return b_.CreateSelect(holds, e_.splat(e_.constant(1), lanes),
                                       e_.splat(e_.constant(0), lanes));
            }
            case Instr::Kind::add:
                return b_.CreateFAdd(x[0], x[1]);
            case Instr::Kind::sub:
                return b_.CreateFSub(x[0], x[1]);
            case Instr::Kind::mul:
                return b_.CreateFMul(x[0], x[1]);
            case Instr::Kind::div:
                return b_.CreateFDiv(x[0], x[1]);
            case Instr::Kind::neg:
                return b_.CreateFNeg(x[0]);
            case Instr::Kind::fma:
                return b_.CreateFAdd(b_.CreateFMul(x[0], x[1]), x[2]);
            case Instr::Kind::power:
                return emit_power(e_, x[0], instr.exponent);
            case Instr::Kind::function:
                return emit_function(e_, instr.function, x);
            case Instr::Kind::select_zero: {
                Value* zero = e_.splat(e_.constant(0), lanes);
                return b_.CreateSelect(b_.CreateFCmpOEQ(x[0], zero), zero, x[1]);
            }
        }
        throw InternalError("unknown instruction");
    }

    // --- reductions ------------------------------------------------------------------------------

    Value* combine(Combine how, Value* a, Value* b) {
        switch (how) {
            case Combine::assign:
                return b;
            case Combine::sum:
                return b_.CreateFAdd(a, b);
            case Combine::prod:
                return b_.CreateFMul(a, b);
            case Combine::max:
                return emit_function(e_, ir::Fn::max, {a, b});
            case Combine::min:
                return emit_function(e_, ir::Fn::min, {a, b});
        }
        throw InternalError("unknown way to combine");
    }

    /// Accumulators for each element of the target in the tile.
    unsigned slots(std::size_t s, unsigned depth) const {
        if (depth == levels()) return 1;
        unsigned reduced = 1;
        for (unsigned d = 0; d < tile_.dims(); ++d)
            if ((nest_.carried[s] >> d & 1) == 0) reduced *= plan_.tile[d];
        return std::min(plan_.slots, reduced);
    }

    void start_accumulators(std::size_t s, unsigned depth) {
        accumulators_[s].clear();
        if (statement_.stores[s].combine == Combine::assign) return;
        const unsigned lanes = plan_.vector >= 0 ? plan_.lanes : 1;
        Value* first = e_.splat(e_.constant(identity(statement_.stores[s].combine)), lanes);
        const std::size_t count = tile_.points(nest_.carried[s]) * slots(s, depth);
        for (std::size_t k = 0; k < count; ++k) {
            accumulators_[s].push_back(e_.local(lane_type(), "sum"));
            b_.CreateStore(first, accumulators_[s].back());
        }
    }

    void accumulate(std::size_t s, const TilePoint& point, Value* value) {
        const unsigned each = slots(s, plan_.register_level[s]);
        const std::uint32_t reduced = nest_.all() & ~nest_.carried[s];
        const std::size_t k =
            tile_.number(point, nest_.carried[s]) * each + tile_.number(point, reduced) % each;
        Value* before = b_.CreateLoad(lane_type(), accumulators_[s][k]);
        value = e_.splat(value, plan_.vector >= 0 ? plan_.lanes : 1);
        Value* after = combine(statement_.stores[s].combine, before, value);
        if (Value* lanes = tile_.mask(point)) after = b_.CreateSelect(lanes, after, before);
        b_.CreateStore(after, accumulators_[s][k]);
    }

    Value* across_lanes(Combine how, Value* vector) {
        if (how == Combine::sum) {
            llvm::CallInst* sum =
                b_.CreateFAddReduce(llvm::ConstantFP::getNegativeZero(e_.real()), vector);
            sum->setHasAllowReassoc(true);
            return sum;
        }
        for (unsigned width = plan_.lanes / 2; width > 0; width /= 2) {
            std::vector<int> low(width), high(width);
            for (unsigned l = 0; l < width; ++l) {
                low[l] = static_cast<int>(l);
                high[l] = static_cast<int>(l + width);
            }
            vector = combine(how, b_.CreateShuffleVector(vector, low),
                             b_.CreateShuffleVector(vector, high));
        }
        return b_.CreateExtractElement(vector, std::uint64_t{0});
    }

    void finish(std::size_t s, unsigned depth) {
        access_.moved();
        const Store& what = statement_.stores[s];
        const unsigned each = slots(s, depth);
        const bool update = what.accumulate || plan_.through_memory(nest_, s);
        tile_.for_each_point(nest_.carried[s], [&](const TilePoint& point) {
            const std::size_t first = tile_.number(point, nest_.carried[s]) * each;
            Value* value = b_.CreateLoad(lane_type(), accumulators_[s][first]);
            for (unsigned k = 1; k < each; ++k)
                value = combine(what.combine, value,
                                b_.CreateLoad(lane_type(), accumulators_[s][first + k]));
            if (plan_.vector >= 0 && !tile_.on_vector(nest_.carried[s]))
                value = across_lanes(what.combine, value);
            if (update) value = combine(what.combine, access_.load(nest_.targets[s], point), value);
            access_.store(nest_.targets[s], point, value);
        });
    }

    /// Sets what a reduction through memory will write to the neutral element.
    void initialise(const Store& what) {
        Statement clear;
        clear.domain = what.target.axes;
        std::sort(clear.domain.begin(), clear.domain.end());
        clear.domain.erase(std::unique(clear.domain.begin(), clear.domain.end()),
                           clear.domain.end());
        Instr neutral;
        neutral.value = identity(what.combine);
        clear.body = {neutral};
        clear.stores = {{what.target, Combine::assign, 0, false}};
        e_.emit_statement(clear);
    }

    Emitter& e_;
    llvm::IRBuilder<>& b_;
    LinearNest nest_;
    NestPlan plan_;
    const Statement& statement_;
    Tile tile_;
    TileAccess access_;
    std::vector<std::vector<llvm::AllocaInst*>> accumulators_;
};

}  // namespace

void Emitter::emit_statement(const Statement& statement) {
    std::optional<StreamShape> shape;
    if (block) shape = block->shape;
    NestEmitter nest(*this, make_nest(program, statement, shape), symmetric.contains(&statement));
    nest.run();
    if (!nest.is_triangular()) return;
    const BufferId target = statement.stores.front().target.buffer;
    if (block)
        to_mirror.insert(target);
    else
        emit_mirror(target);
}

}  // namespace nabla::codegen
