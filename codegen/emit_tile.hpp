// The piece of a loop nest that straight-line code covers: where each dimension stands, how many
// points it has there, which of them is a masked vector. Knows LLVM's values only by name. Private
// to emit*.cpp.
#pragma once

#include <cstdint>
#include <vector>

#include "codegen/emit_plan.hpp"

namespace llvm {
class Value;
}

namespace nabla::codegen {

/// A point of a tile: a number a dimension, in vectors for the vector dimension.
using TilePoint = std::vector<unsigned>;

/// Where a dimension stands.
struct TilePosition {
    llvm::Value* index = nullptr;  ///< of the first point
    unsigned count = 1;            ///< points (vectors)
    llvm::Value* mask = nullptr;   ///< lanes in use of the last vector; null: all
    unsigned live = 0;             ///< how many that are, if known now, else 0
};

class Tile {
public:
    Tile(const LinearNest& nest, const NestPlan& plan)
        : nest_(nest), plan_(plan), at_(nest.dims.size()) {}

    const LinearNest& nest() const { return nest_; }
    const NestPlan& plan() const { return plan_; }
    TilePosition& operator[](unsigned dim) { return at_[dim]; }
    const TilePosition& operator[](unsigned dim) const { return at_[dim]; }
    unsigned dims() const { return static_cast<unsigned>(at_.size()); }

    bool is_vector(unsigned dim) const { return static_cast<int>(dim) == plan_.vector; }
    /// Iterations that one point of `dim` stands for.
    unsigned step(unsigned dim) const { return is_vector(dim) ? plan_.lanes : 1; }
    /// Whether what varies along `dims` is a vector.
    bool on_vector(std::uint32_t dims) const {
        return plan_.vector >= 0 && (dims >> plan_.vector & 1) != 0;
    }
    std::int64_t vector_stride(const NestRef& ref) const {
        return plan_.vector < 0 ? 0 : ref.strides[static_cast<unsigned>(plan_.vector)];
    }

    /// The mask of the vector at `point`, or null.
    llvm::Value* mask(const TilePoint& point) const {
        if (plan_.vector < 0) return nullptr;
        const auto v = static_cast<unsigned>(plan_.vector);
        return point[v] + 1 == at_[v].count ? at_[v].mask : nullptr;
    }
    /// Lanes in use at `point`; 0: known at run time only.
    unsigned live_lanes(const TilePoint& point) const {
        return mask(point) ? at_[static_cast<unsigned>(plan_.vector)].live : plan_.lanes;
    }

    /// Number of points along `dims`, and a point's number among them.
    std::size_t points(std::uint32_t dims) const {
        std::size_t count = 1;
        for (unsigned d = 0; d < at_.size(); ++d)
            if (dims >> d & 1) count *= at_[d].count;
        return count;
    }
    std::size_t number(const TilePoint& point, std::uint32_t dims) const {
        std::size_t result = 0;
        for (unsigned d = 0; d < at_.size(); ++d)
            if (dims >> d & 1) result = result * at_[d].count + point[d];
        return result;
    }
    /// Calls `visit` for every point along `dims`, the innermost loop's fastest.
    void for_each_point(std::uint32_t dims, auto&& visit) const {
        TilePoint point(at_.size(), 0);
        const std::size_t total = points(dims);
        for (std::size_t n = 0; n < total; ++n) {
            visit(point);
            for (std::size_t level = plan_.order.size(); level-- > 0;) {
                const unsigned d = plan_.order[level];
                if ((dims >> d & 1) == 0) continue;
                if (++point[d] < at_[d].count) break;
                point[d] = 0;
            }
        }
    }

private:
    const LinearNest& nest_;
    const NestPlan& plan_;
    std::vector<TilePosition> at_;
};

}  // namespace nabla::codegen
