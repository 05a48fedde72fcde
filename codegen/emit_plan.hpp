// How a statement becomes vector code, decided without LLVM. A LinearNest is the statement in
// linear form: every access is a buffer and one stride a loop dimension, neighbouring loops that
// walk memory as one are merged, loops of extent 1 are gone. A NestPlan says in which order the
// loops run, which of them is the vector's, and how many points of each are one tile of
// straight-line code. Any schedule is correct; a good one only makes the code fast.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "codegen/loop.hpp"
#include "codegen/target.hpp"

namespace nabla::codegen {

/// The stream around a statement; `partial`: its last block is shorter than `block`.
struct StreamShape {
    AxisId axis = 0;
    std::int64_t block = 0;
    bool partial = false;
};

struct NestDim {
    std::int64_t extent = 0;  ///< the largest, if dynamic
    std::int64_t total = 0;   ///< extent over all blocks of the stream
    bool dynamic = false;     ///< the extent is the number of rows in the stream's block × factor
    std::int64_t factor = 1;
    std::vector<AxisId> axes;  ///< merged, outermost first
};

/// Element `base + Σ strides[d]·index[d]` of a buffer; inside a stream, the base moves by
/// `row_stride` elements for each row before the block.
struct NestRef {
    BufferId buffer = 0;
    std::vector<std::int64_t> strides;
    std::int64_t row_stride = 0;
};

/// The two loop variables that an `equal` compares: a dimension, or −1 for a variable that is 0.
struct NestEqual {
    int dims[2] = {-1, -1};
    bool streamed[2] = {false, false};  ///< counted from the start of the stream, not of the block
};

struct LinearNest {
    const Statement* statement = nullptr;
    std::vector<NestDim> dims;
    std::vector<NestRef> loads;     ///< one an instruction; meaningful for loads
    std::vector<NestEqual> equals;  ///< one an instruction; meaningful for `equal` and `at_least`
    std::vector<NestRef> targets;   ///< one a store
    std::vector<std::uint32_t> depends;  ///< an instruction's dimensions, as bits
    std::vector<std::uint32_t> carried;  ///< a store's dimensions, as bits
    bool streamed = false;

    std::uint32_t all() const { return (std::uint32_t{1} << dims.size()) - 1; }
    bool reduces(std::size_t store) const { return carried[store] != all(); }
};

struct NestPlan {
    std::vector<unsigned> order;  ///< dimensions, outermost first
    std::vector<unsigned> tile;   ///< points a dimension (vectors, for the vector dimension)
    int vector = -1;              ///< dimension, or −1: scalar code
    unsigned lanes = 1;
    /// Or −1: a dimension whose tile is as many points as lanes, along which loads that are strided
    /// along the vector are contiguous: they come as a square and are transposed in registers.
    int transposed = -1;
    /// Or −1: the target's two dimensions, of which only the upper triangle (column ≥ row), rounded
    /// up to whole tiles, is computed.
    int row = -1, column = -1;
    unsigned slots = 1;  ///< independent accumulators along a reduced vector dimension
    /// A store's accumulators live in registers across the loops from this level inwards; it equals
    /// order.size() if they live within one tile only.
    std::vector<unsigned> register_level;

    /// Whether a reduction still has loops around its accumulators that it sums over.
    bool through_memory(const LinearNest& nest, std::size_t store) const;
};

/// Throws InternalError for more than 30 dimensions.
LinearNest make_nest(const LoopProgram& program, const Statement& statement,
                     const std::optional<StreamShape>& stream);

/// `symmetric`: the statement's target needs its upper triangle only; the plan says whether it made
/// use of that.
NestPlan make_plan(const LinearNest& nest, const TargetInfo& target, Precision precision,
                   bool symmetric);

/// Function calls in the body that depend on one of `dims`: what makes an iteration heavy.
int heavy_operations(const LinearNest& nest, std::uint32_t dims);

}  // namespace nabla::codegen
