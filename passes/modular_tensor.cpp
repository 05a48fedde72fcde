#include "passes/modular_tensor.hpp"

#include <algorithm>

namespace nabla::passes {

namespace {

constexpr std::size_t most_entries = 400'000;

}  // namespace

std::uint64_t add_mod(std::uint64_t a, std::uint64_t b) {
    const std::uint64_t s = a + b;
    return s >= modulus ? s - modulus : s;
}

std::uint64_t negate_mod(std::uint64_t a) { return a == 0 ? 0 : modulus - a; }

std::uint64_t multiply_mod(std::uint64_t a, std::uint64_t b) {
    const auto wide = static_cast<unsigned __int128>(a) * b;
    const auto low = static_cast<std::uint64_t>(wide) & modulus;
    const auto high = static_cast<std::uint64_t>(wide >> 61);
    return add_mod(low, high);
}

std::optional<std::uint64_t> power_mod(std::uint64_t a, std::int64_t exponent) {
    if (exponent < 0) {
        if (a == 0) return std::nullopt;
        // Fermat: a^(p-2) is the inverse.
        std::uint64_t inverse = 1, square = a;
        for (std::uint64_t k = modulus - 2; k > 0; k >>= 1) {
            if (k & 1) inverse = multiply_mod(inverse, square);
            square = multiply_mod(square, square);
        }
        return power_mod(inverse, -exponent);
    }
    std::uint64_t result = 1;
    for (std::uint64_t square = a; exponent > 0; exponent >>= 1) {
        if (exponent & 1) result = multiply_mod(result, square);
        square = multiply_mod(square, square);
    }
    return result;
}

ModularTensor ModularTensor::filled(std::vector<std::int64_t> shape, std::uint64_t value) {
    std::size_t count = 1;
    for (const std::int64_t size : shape) count *= static_cast<std::size_t>(size);
    return {std::move(shape), std::vector<std::uint64_t>(count, value)};
}

namespace {

/// Gauss and Jordan on `m`, the same steps on `with`; the determinant.
std::uint64_t eliminate(ModularTensor& m, ModularTensor* with) {
    const std::int64_t n = m.shape[0];
    std::uint64_t det = 1;
    for (std::int64_t k = 0; k < n; ++k) {
        std::int64_t pivot = k;
        while (pivot < n && m.at(pivot, k) == 0) ++pivot;
        if (pivot == n) return 0;
        if (pivot != k) det = negate_mod(det);
        for (std::int64_t j = 0; j < n && pivot != k; ++j) {
            std::swap(m.at(k, j), m.at(pivot, j));
            if (with) std::swap(with->at(k, j), with->at(pivot, j));
        }
        det = multiply_mod(det, m.at(k, k));
        const std::uint64_t scale = *power_mod(m.at(k, k), -1);
        for (std::int64_t j = 0; j < n; ++j) {
            m.at(k, j) = multiply_mod(m.at(k, j), scale);
            if (with) with->at(k, j) = multiply_mod(with->at(k, j), scale);
        }
        for (std::int64_t i = 0; i < n; ++i) {
            if (i == k) continue;
            const std::uint64_t factor = negate_mod(m.at(i, k));
            for (std::int64_t j = 0; j < n; ++j) {
                m.at(i, j) = add_mod(m.at(i, j), multiply_mod(factor, m.at(k, j)));
                if (with)
                    with->at(i, j) = add_mod(with->at(i, j), multiply_mod(factor, with->at(k, j)));
            }
        }
    }
    return det;
}

}  // namespace

std::optional<ModularTensor> inverse_mod(ModularTensor matrix) {
    ModularTensor result = ModularTensor::filled(matrix.shape, 0);
    for (std::int64_t i = 0; i < matrix.shape[0]; ++i) result.at(i, i) = 1;
    if (eliminate(matrix, &result) == 0) return std::nullopt;
    return result;
}

std::uint64_t det_mod(ModularTensor matrix) { return eliminate(matrix, nullptr); }

namespace {

bool has(const ir::Labels& labels, ir::LabelId l) {
    return std::find(labels.begin(), labels.end(), l) != labels.end();
}

/// Where each entry of an array over `labels` lies, as label values run over `all`.
std::vector<std::size_t> strides(const ir::Labels& labels, const ir::Labels& all,
                                 const std::vector<std::int64_t>& extents) {
    std::vector<std::size_t> result(all.size(), 0);
    std::size_t stride = 1;
    for (std::size_t axis = labels.size(); axis-- > 0;) {
        const auto at = std::find(all.begin(), all.end(), labels[axis]) - all.begin();
        result[static_cast<std::size_t>(at)] += stride;
        stride *= static_cast<std::size_t>(extents[labels[axis]]);
    }
    return result;
}

}  // namespace

std::optional<ModularTensor> product_mod(const std::vector<ModularFactor>& factors,
                                         const ir::Labels& output,
                                         const std::vector<std::int64_t>& extents) {
    ModularTensor so_far = ModularTensor::filled({}, 1);
    ir::Labels carried;
    for (std::size_t k = 0; k <= factors.size(); ++k) {
        // Another factor, or the outputs that no factor carries; then what nobody needs is summed.
        const ir::Labels& more = k < factors.size() ? *factors[k].labels : output;
        ir::Labels all = carried, kept;
        for (const ir::LabelId l : more)
            if (!has(all, l)) all.push_back(l);
        std::size_t steps = 1;
        for (const ir::LabelId l : all) steps *= static_cast<std::size_t>(extents[l]);
        if (steps > most_entries) return std::nullopt;
        if (k == factors.size()) {
            kept = output;
        } else {
            for (const ir::LabelId l : all) {
                bool needed = has(output, l);
                for (std::size_t j = k + 1; j < factors.size(); ++j)
                    needed = needed || has(*factors[j].labels, l);
                if (needed) kept.push_back(l);
            }
        }
        ModularTensor next;
        for (const ir::LabelId l : kept) next.shape.push_back(extents[l]);
        next = ModularTensor::filled(next.shape, 0);
        const auto from = strides(carried, all, extents), to = strides(kept, all, extents);
        const auto with = k < factors.size() ? strides(*factors[k].labels, all, extents)
                                             : std::vector<std::size_t>(all.size(), 0);
        std::vector<std::int64_t> index(all.size(), 0);
        for (std::size_t step = 0; step < steps; ++step) {
            std::size_t a = 0, b = 0, c = 0;
            for (std::size_t i = 0; i < all.size(); ++i) {
                const auto at = static_cast<std::size_t>(index[i]);
                a += at * from[i], b += at * with[i], c += at * to[i];
            }
            const std::uint64_t factor = k < factors.size() ? factors[k].value->data[b] : 1;
            next.data[c] = add_mod(next.data[c], multiply_mod(so_far.data[a], factor));
            for (std::size_t i = all.size(); i-- > 0;) {
                if (++index[i] < extents[all[i]]) break;
                index[i] = 0;
            }
        }
        so_far = std::move(next);
        carried = kept;
    }
    return so_far;
}

}  // namespace nabla::passes
