// Loads and stores of a statement's arrays at the points of a tile: broadcast, contiguous with or
// without a mask, strided lane by lane, or a whole transposed tile. Private to emit_statement.cpp.
#pragma once

#include <map>
#include <vector>

#include "codegen/emit_internal.hpp"
#include "codegen/emit_tile.hpp"

namespace nabla::codegen {

class TileAccess {
public:
    TileAccess(Emitter& emitter, const Tile& tile)
        : e_(emitter), b_(emitter.builder), tile_(tile), plan_(tile.plan()) {
        llvm::MDBuilder metadata(e_.context);
        llvm::MDNode* domain = metadata.createAnonymousAliasScopeDomain();
        const auto add = [&](BufferId buffer) {
            if (!scopes_.contains(buffer))
                scopes_[buffer] = metadata.createAnonymousAliasScope(domain);
        };
        const LinearNest& nest = tile.nest();
        for (std::size_t i = 0; i < nest.loads.size(); ++i)
            if (nest.statement->body[i].kind == Instr::Kind::load) add(nest.loads[i].buffer);
        for (const NestRef& target : nest.targets) add(target.buffer);
    }

    llvm::Type* vector_type() const { return llvm::FixedVectorType::get(e_.real(), plan_.lanes); }

    llvm::Value* lane_numbers() const {
        std::vector<llvm::Constant*> lanes;
        for (unsigned l = 0; l < plan_.lanes; ++l) lanes.push_back(b_.getInt64(l));
        return llvm::ConstantVector::get(lanes);
    }
    /// The first `live` lanes.
    llvm::Value* lane_mask(llvm::Value* live) const {
        return b_.CreateICmpULT(lane_numbers(), b_.CreateVectorSplat(plan_.lanes, live));
    }

    /// Forgets addresses: the tile has moved, or other code than what made them may run before.
    void moved() { bases_.clear(); }

    llvm::Value* load(const NestRef& ref, const TilePoint& point) {
        llvm::Value* from = address(ref, point);
        const std::int64_t stride = tile_.vector_stride(ref);
        if (stride == 0) return load_at(ref.buffer, e_.real(), from);
        llvm::Value* lanes = tile_.mask(point);
        if (stride == 1 && !lanes) return load_at(ref.buffer, vector_type(), from);
        if (stride == 1) return load_masked(ref.buffer, from, lanes);
        llvm::Value* result = llvm::Constant::getNullValue(vector_type());
        const unsigned live = tile_.live_lanes(point);
        if (live == 0)
            return scoped(b_.CreateMaskedGather(vector_type(), pointers(from, stride), alignment(),
                                                lanes, result),
                          ref.buffer);
        for (unsigned l = 0; l < live; ++l) {
            llvm::Value* lane = e_.element(from, e_.index(stride * l));
            result = b_.CreateInsertElement(result, load_at(ref.buffer, e_.real(), lane), l);
        }
        return result;
    }

    void store(const NestRef& ref, const TilePoint& point, llvm::Value* value) {
        llvm::Value* to = address(ref, point);
        const std::int64_t stride = tile_.vector_stride(ref);
        if (stride != 0) value = e_.splat(value, plan_.lanes);
        llvm::Value* lanes = stride == 0 ? nullptr : tile_.mask(point);
        const unsigned live = tile_.live_lanes(point);
        if (stride == 0 || (stride == 1 && !lanes)) {
            scoped(b_.CreateAlignedStore(value, to, alignment()), ref.buffer);
        } else if (stride == 1) {
            scoped(b_.CreateMaskedStore(value, to, alignment(), lanes), ref.buffer);
        } else if (live == 0) {
            scoped(b_.CreateMaskedScatter(value, pointers(to, stride), alignment(), lanes),
                   ref.buffer);
        } else {
            for (unsigned l = 0; l < live; ++l)
                scoped(b_.CreateAlignedStore(b_.CreateExtractElement(value, l),
                                             e_.element(to, e_.index(stride * l)), alignment()),
                       ref.buffer);
        }
    }

    /// Whether `ref` at `point` can come from load_transposed: it is contiguous along the plan's
    /// transposed dimension, and there is more than one point of that.
    bool is_transposed(const NestRef& ref, const TilePoint& point) const {
        if (plan_.transposed < 0) return false;
        const auto u = static_cast<unsigned>(plan_.transposed);
        const std::int64_t stride = tile_.vector_stride(ref);
        return stride != 0 && stride != 1 && ref.strides[u] == 1 && tile_[u].count > 1 &&
               tile_.live_lanes(point) != 0;
    }

    /// The vectors of `ref` at all points of the transposed dimension, the others as in `point`:
    /// one contiguous load a lane, then a transposition in registers.
    std::vector<llvm::Value*> load_transposed(const NestRef& ref, TilePoint point) {
        const auto u = static_cast<unsigned>(plan_.transposed);
        const std::int64_t stride = tile_.vector_stride(ref);
        point[u] = 0;
        llvm::Value* from = address(ref, point);
        const unsigned count = tile_[u].count;
        std::vector<llvm::Value*> rows;
        for (unsigned l = 0; l < plan_.lanes; ++l) {
            llvm::Value* row = e_.element(from, e_.index(stride * l));
            if (l >= tile_.live_lanes(point))
                rows.push_back(llvm::Constant::getNullValue(vector_type()));
            else if (count == plan_.lanes)
                rows.push_back(load_at(ref.buffer, vector_type(), row));
            else
                rows.push_back(load_masked(ref.buffer, row, lane_mask(e_.index(count))));
        }
        for (unsigned step = plan_.lanes / 2; step > 0; step /= 2) exchange_blocks(rows, step);
        rows.resize(count);
        return rows;
    }

private:
    /// Tells LLVM that the statement's buffers do not overlap.
    llvm::Instruction* scoped(llvm::Instruction* access, BufferId buffer) const {
        std::vector<llvm::Metadata*> others;
        for (const auto& [id, scope] : scopes_)
            if (id != buffer) others.push_back(scope);
        access->setMetadata(llvm::LLVMContext::MD_alias_scope,
                            llvm::MDNode::get(e_.context, {scopes_.at(buffer)}));
        if (!others.empty())
            access->setMetadata(llvm::LLVMContext::MD_noalias,
                                llvm::MDNode::get(e_.context, others));
        return access;
    }

    llvm::Value* load_at(BufferId buffer, llvm::Type* type, llvm::Value* from) const {
        return scoped(b_.CreateAlignedLoad(type, from, alignment()), buffer);
    }
    llvm::Value* load_masked(BufferId buffer, llvm::Value* from, llvm::Value* lanes) const {
        return scoped(b_.CreateMaskedLoad(vector_type(), from, alignment(), lanes,
                                          llvm::Constant::getNullValue(vector_type())),
                      buffer);
    }

    llvm::Value* address(const NestRef& ref, const TilePoint& point) {
        std::int64_t fixed = 0;
        for (unsigned d = 0; d < tile_.dims(); ++d)
            fixed += ref.strides[d] * point[d] * tile_.step(d);
        llvm::Value*& base = bases_[&ref];
        if (!base) base = first_address(ref);
        return fixed == 0 ? base : e_.element(base, e_.index(fixed));
    }

    llvm::Value* first_address(const NestRef& ref) {
        llvm::Value* offset = e_.index(0);
        if (e_.block && ref.row_stride != 0)
            offset = b_.CreateNSWMul(e_.block->start, e_.index(ref.row_stride));
        for (unsigned d = 0; d < tile_.dims(); ++d)
            if (ref.strides[d] != 0)
                offset = b_.CreateNSWAdd(offset,
                                         b_.CreateNSWMul(tile_[d].index, e_.index(ref.strides[d])));
        return e_.element(e_.buffers[ref.buffer], offset);
    }

    llvm::Value* pointers(llvm::Value* first, std::int64_t stride) const {
        llvm::Value* offsets =
            b_.CreateMul(lane_numbers(), b_.CreateVectorSplat(plan_.lanes, e_.index(stride)));
        return b_.CreateGEP(e_.real(), first, offsets);
    }

    llvm::Align alignment() const {
        return llvm::Align(e_.program.precision == Precision::f64 ? 8 : 4);
    }

    /// In every square of 2·step rows and lanes, swaps the upper right with the lower left quarter.
    void exchange_blocks(std::vector<llvm::Value*>& rows, unsigned step) const {
        std::vector<int> low, high;
        for (unsigned l = 0; l < plan_.lanes; ++l) {
            const bool second = (l & step) != 0;
            low.push_back(static_cast<int>(second ? plan_.lanes + l - step : l));
            high.push_back(static_cast<int>(second ? plan_.lanes + l : l + step));
        }
        for (unsigned i = 0; i < plan_.lanes; ++i) {
            if (i & step) continue;
            llvm::Value* a = rows[i];
            llvm::Value* b = rows[i + step];
            rows[i] = b_.CreateShuffleVector(a, b, low);
            rows[i + step] = b_.CreateShuffleVector(a, b, high);
        }
    }

    Emitter& e_;
    llvm::IRBuilder<>& b_;
    const Tile& tile_;
    const NestPlan& plan_;
    std::map<BufferId, llvm::Metadata*> scopes_;
    std::map<const NestRef*, llvm::Value*> bases_;  ///< addresses of the tile's first point
};

}  // namespace nabla::codegen
