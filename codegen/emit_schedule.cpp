#include <algorithm>
#include <bit>
#include <limits>

#include "codegen/emit_plan.hpp"

namespace nabla::codegen {
namespace {

std::uint32_t bit(unsigned dim) { return std::uint32_t{1} << dim; }

std::int64_t ceil_div(std::int64_t a, std::int64_t b) { return (a + b - 1) / b; }

/// Everything that the choices below look at.
struct Chooser {
    const LinearNest& nest;
    const TargetInfo& target;
    Precision precision;
    bool symmetric;
    NestPlan result;

    unsigned max_lanes() const { return static_cast<unsigned>(target.lanes(precision)); }
    std::int64_t element() const { return precision == Precision::f64 ? 8 : 4; }

    /// SLEEF has no float vectors of fewer than 4 lanes.
    unsigned lanes_for(std::int64_t extent) const {
        const auto wanted = std::bit_ceil(static_cast<std::uint64_t>(extent));
        const std::uint64_t least = precision == Precision::f64 ? 2 : 4;
        return static_cast<unsigned>(std::min<std::uint64_t>(max_lanes(), std::max(wanted, least)));
    }

    /// A dimension along which a load that is strided along `dim` is contiguous, or −1.
    int square_partner(const NestRef& ref, unsigned dim) const {
        if (ref.strides[dim] == 0 || ref.strides[dim] == 1) return -1;
        for (unsigned d = 0; d < nest.dims.size(); ++d)
            if (ref.strides[d] == 1 && nest.dims[d].extent > 1) return static_cast<int>(d);
        return -1;
    }

    /// Instructions for one element if `dim` is the vector's, memory in proportion to how it is
    /// walked: broadcast, contiguous, transposed in squares, or one lane at a time.
    double cost(unsigned dim) const {
        const unsigned lanes = lanes_for(nest.dims[dim].extent);
        double vector = 20.0 * heavy_operations(nest, bit(dim));
        const auto add = [&](const NestRef& ref) {
            const std::int64_t stride = ref.strides[dim];
            const double strided = square_partner(ref, dim) >= 0 ? 4.0 : 1.0 + 1.2 * lanes;
            vector += stride == 0 ? 0.25 : stride == 1 ? 1.0 : strided;
        };
        const auto& body = nest.statement->body;
        for (std::size_t i = 0; i < body.size(); ++i) {
            if (body[i].kind == Instr::Kind::load)
                add(nest.loads[i]);
            else if (nest.depends[i] & bit(dim))
                vector += 0.5;
        }
        const std::int64_t vectors = ceil_div(nest.dims[dim].extent, lanes);
        double total = vector * static_cast<double>(vectors);
        for (std::size_t s = 0; s < nest.targets.size(); ++s) {
            const std::int64_t stride = nest.targets[s].strides[dim];
            if (stride == 0)
                total += 2.0 + 1.5 * std::bit_width(lanes);
            else
                total += (stride == 1 ? 1.0 : 1.0 + 1.2 * lanes) * static_cast<double>(vectors);
        }
        return total / static_cast<double>(nest.dims[dim].extent);
    }

    double scalar_cost() const {
        double total = 20.0 * heavy_operations(nest, nest.all());
        for (std::size_t i = 0; i < nest.statement->body.size(); ++i) total += 0.7;
        return total + static_cast<double>(nest.targets.size());
    }

    void choose_vector() {
        double best = scalar_cost();
        for (unsigned d = 0; d < nest.dims.size(); ++d) {
            if (nest.dims[d].extent < 2) continue;
            if (const double c = cost(d); c <= best) {
                best = c;
                result.vector = static_cast<int>(d);
                result.lanes = lanes_for(nest.dims[d].extent);
            }
        }
    }

    void choose_squares() {
        if (result.vector < 0) return;
        const auto v = static_cast<unsigned>(result.vector);
        const auto& body = nest.statement->body;
        for (std::size_t i = 0; i < body.size() && result.transposed < 0; ++i)
            if (body[i].kind == Instr::Kind::load)
                result.transposed = square_partner(nest.loads[i], v);
        if (result.transposed < 0) return;
        const auto u = static_cast<unsigned>(result.transposed);
        result.tile[v] = 1;
        result.tile[u] =
            static_cast<unsigned>(std::min<std::int64_t>(result.lanes, nest.dims[u].extent));
    }

    std::int64_t vectors() const {
        return ceil_div(nest.dims[static_cast<unsigned>(result.vector)].extent, result.lanes);
    }

    /// A vector load that does not depend on `dim`: points along it share the load.
    bool shares_load(unsigned dim) const {
        if (result.vector < 0) return false;
        const auto& body = nest.statement->body;
        for (std::size_t i = 0; i < body.size(); ++i)
            if (body[i].kind == Instr::Kind::load &&
                nest.loads[i].strides[static_cast<unsigned>(result.vector)] != 0 &&
                nest.loads[i].strides[dim] == 0)
                return true;
        return false;
    }

    /// A tile of about `wanted` points that leaves no rest if there is one.
    unsigned tile_for(unsigned dim, unsigned wanted) const {
        const std::int64_t extent = nest.dims[dim].extent;
        if (nest.dims[dim].dynamic)
            return static_cast<unsigned>(std::min<std::int64_t>(extent, wanted));
        if (extent <= wanted + wanted / 2) return static_cast<unsigned>(extent);
        for (unsigned t = wanted; t > wanted / 2; --t)
            if (extent % t == 0) return t;
        return wanted;
    }

    /// Equal shares of the vectors, at most `most` a tile.
    unsigned vector_tile(std::int64_t most) const {
        const std::int64_t parts = ceil_div(vectors(), most);
        return static_cast<unsigned>(std::max<std::int64_t>(1, ceil_div(vectors(), parts)));
    }

    /// Whether the largest array that the body reads stays in the cache from run to run.
    bool fits_cache() const {
        std::int64_t most = 0;
        for (std::size_t i = 0; i < nest.loads.size(); ++i) {
            if (nest.statement->body[i].kind != Instr::Kind::load) continue;
            std::int64_t size = element();
            for (unsigned d = 0; d < nest.dims.size(); ++d)
                if (nest.depends[i] & bit(d)) size *= nest.dims[d].total;
            most = std::max(most, size);
        }
        return most <= cache_bytes;
    }

    void append(std::uint32_t dims) {
        for (unsigned d = 0; d < nest.dims.size(); ++d)
            if (dims & bit(d)) result.order.push_back(d);
    }

    bool uniform() const {
        return std::all_of(nest.carried.begin(), nest.carried.end(),
                           [&](std::uint32_t c) { return c == nest.carried.front(); });
    }

    /// Sums along the vector: dot products. Rows that are short are read one after the other, in
    /// address order, because that is what the hardware prefetches; long ones side by side share
    /// the loads of the other factor.
    void dot(std::uint32_t carried, unsigned v) {
        append(carried);
        append(nest.all() & ~carried & ~bit(v));
        result.order.push_back(v);
        std::vector<unsigned> sharing;
        for (unsigned d = 0; d < nest.dims.size(); ++d)
            if ((carried & bit(d)) && shares_load(d)) sharing.push_back(d);
        const bool wide = target.registers() > 16;
        const bool heavy = heavy_operations(nest, bit(v)) > 0;
        result.slots = 4;
        if (heavy) {
            result.tile[v] = 1;
        } else if (sharing.empty()) {
            result.tile[v] = vector_tile(8);
            result.slots = 8;
        } else if (sharing.size() > 1) {
            result.tile[sharing.end()[-1]] = tile_for(sharing.end()[-1], 4);
            result.tile[sharing.end()[-2]] = tile_for(sharing.end()[-2], wide ? 4 : 2);
            result.slots = 1;
        } else if (vectors() <= (wide ? 16 : 8)) {
            result.tile[v] = static_cast<unsigned>(vectors());
            if (fits_cache())
                result.tile[sharing[0]] = tile_for(sharing[0], vectors() <= 4 ? 8 : 4);
            result.slots = vectors() <= 4 ? 1 : 2;
        } else if (vectors() * result.lanes * element() >= 16 * 1024) {
            result.tile[sharing[0]] = tile_for(sharing[0], wide ? 8 : 4);
            result.slots = 1;
        } else {
            result.tile[v] = vector_tile(8);
        }
    }

    /// Cycles, about, of one step of an outer-product tile of `a` vectors and `b` broadcasts: the
    /// multiplications, no fewer than their latency, and what it takes to load.
    static double tile_cost(std::int64_t a, std::int64_t b) {
        return std::max(static_cast<double>(a * b), 4.0) + 0.3 * static_cast<double>(a) +
               0.8 * static_cast<double>(b);
    }

    /// The register tile of a product of matrices that covers the whole at the least cost.
    void choose_product_tile(unsigned v, unsigned shared) {
        const std::int64_t rows = nest.dims[shared].extent;
        const std::int64_t most = target.registers() - 2;
        double best = std::numeric_limits<double>::infinity();
        for (std::int64_t a = 1; a <= std::min<std::int64_t>(vectors(), 6); ++a)
            for (std::int64_t b = 1; b <= std::min<std::int64_t>(rows, 12); ++b) {
                if (a * b + a > most) continue;
                double total = 0;
                for (std::int64_t at = 0; at < vectors(); at += a) {
                    const std::int64_t width = std::min(a, vectors() - at);
                    const std::int64_t end = (at + width) * result.lanes;
                    const std::int64_t reach = symmetric ? std::min(rows, end) : rows;
                    const std::int64_t tiles = symmetric ? ceil_div(reach, b) : rows / b;
                    total += static_cast<double>(std::min(tiles, rows / b)) * tile_cost(width, b) +
                             static_cast<double>(rows % b) * tile_cost(width, 1);
                }
                if (total < best) {
                    best = total;
                    result.tile[v] = static_cast<unsigned>(a);
                    result.tile[shared] = static_cast<unsigned>(b);
                }
            }
    }

    /// The target carries the vector, other loops are summed over. Accumulators stay in registers
    /// across those loops; where a large array would then be read in narrow panels, several rows
    /// are added to the target in one pass over it instead.
    void update(std::uint32_t carried, unsigned v) {
        const std::uint32_t reduced = nest.all() & ~carried;
        const bool wide = target.registers() > 16;
        int shared = -1;
        for (unsigned d = 0; d < nest.dims.size(); ++d)
            if (d != v && (carried & bit(d)) && shares_load(d)) shared = static_cast<int>(d);
        const unsigned last = static_cast<unsigned>(std::bit_width(reduced)) - 1;
        const std::uint32_t others =
            carried & ~bit(v) & ~(shared >= 0 ? bit(static_cast<unsigned>(shared)) : 0);
        append(others);
        if (heavy_operations(nest, bit(v)) > 0) {
            if (shared >= 0) result.order.push_back(static_cast<unsigned>(shared));
            result.order.push_back(v);
            append(reduced);
        } else if (shared >= 0) {
            // The panel of the vector's operand stays in the nearest cache for all of `shared`.
            result.order.push_back(v);
            result.order.push_back(static_cast<unsigned>(shared));
            append(reduced);
            choose_product_tile(v, static_cast<unsigned>(shared));
        } else if (!nest.streamed && vectors() > 16 && !fits_cache()) {
            append(reduced);
            result.order.push_back(v);
            result.tile[v] = vector_tile(2);
            result.tile[last] = tile_for(last, 8);
        } else {
            result.order.push_back(v);
            append(reduced);
            result.tile[v] = vector_tile(wide ? 16 : 8);
            if (result.tile[v] < 4) {
                result.tile[last] = tile_for(last, 8 / result.tile[v]);
                result.slots = result.tile[last];
            }
        }
    }

    /// Stores that carry different dimensions. What is summed over an outer loop passes through
    /// memory: several rows at once do so together.
    void mixed(unsigned v) {
        result.slots = 4;
        if (heavy_operations(nest, bit(v)) > 0) return;
        result.tile[v] = vector_tile(4);
        for (unsigned d = 0; d < nest.dims.size(); ++d)
            for (const std::uint32_t carried : nest.carried) {
                if (d == v || (carried & bit(v)) == 0 || (carried & bit(d)) != 0) continue;
                std::fill(result.tile.begin(), result.tile.end(), 1);
                result.tile[v] = vector_tile(2);
                result.tile[d] = tile_for(d, 4);
            }
    }

    void choose_order() {
        result.tile.assign(nest.dims.size(), 1);
        if (result.vector < 0) {
            append(nest.carried.front());
            append(nest.all() & ~nest.carried.front());
            return;
        }
        const auto v = static_cast<unsigned>(result.vector);
        const std::uint32_t carried = nest.carried.front();
        if (uniform() && (carried & bit(v)) == 0) {
            dot(carried, v);
        } else if (uniform() && carried != nest.all()) {
            update(carried, v);
        } else {
            append(nest.all() & ~bit(v));
            result.order.push_back(v);
            mixed(v);
        }
    }

    /// Half the work, where the matrix has more than one tile.
    void choose_triangle() {
        if (!symmetric || nest.targets.size() != 1 || std::popcount(nest.carried[0]) != 2) return;
        const NestRef& target_ref = nest.targets[0];
        for (unsigned d = 0; d < nest.dims.size(); ++d) {
            if (target_ref.strides[d] != 0 && nest.dims[d].dynamic) {
                result.row = result.column = -1;
                return;
            }
            if (target_ref.strides[d] == 1)
                result.column = static_cast<int>(d);
            else if (target_ref.strides[d] != 0)
                result.row = static_cast<int>(d);
        }
        if (result.row < 0 || result.column < 0) result.row = result.column = -1;
    }

    /// Keeps straight-line code short: compile time grows faster than its length.
    void limit_size() {
        const auto points = [&] {
            std::size_t product = nest.statement->body.size() + nest.targets.size();
            for (const unsigned t : result.tile) product *= t;
            return product;
        };
        while (points() > 600) {
            // The largest tile that may shrink; a scalar nest has none.
            unsigned* largest = nullptr;
            for (unsigned d = 0; d < result.tile.size(); ++d) {
                const bool fixed = static_cast<int>(d) == result.transposed;
                if (!fixed && (!largest || result.tile[d] > *largest)) largest = &result.tile[d];
            }
            if (!largest || *largest == 1) return;
            *largest = (*largest + 1) / 2;
        }
    }

    void find_register_levels() {
        for (const std::uint32_t carried : nest.carried) {
            auto level = static_cast<unsigned>(result.order.size());
            while (level > 0 && (carried & bit(result.order[level - 1])) == 0) --level;
            result.register_level.push_back(level);
        }
    }
};

}  // namespace

NestPlan make_plan(const LinearNest& nest, const TargetInfo& target, Precision precision,
                   bool symmetric) {
    Chooser chooser{nest, target, precision, symmetric, {}};
    chooser.choose_vector();
    chooser.choose_order();
    chooser.choose_squares();
    chooser.limit_size();
    chooser.choose_triangle();
    chooser.find_register_levels();
    return chooser.result;
}

}  // namespace nabla::codegen
