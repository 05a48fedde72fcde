#include "runtime/curvature_search.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "ir/build.hpp"
#include "ir/traverse.hpp"
#include "passes/pipeline.hpp"
#include "runtime/compute.hpp"
#include "runtime/dims.hpp"
#include "runtime/hessian_at.hpp"
#include "runtime/program_sizes.hpp"
#include "runtime/sample.hpp"
#include "runtime/symmetric_eigen.hpp"

namespace nabla::runtime {
namespace {

using ir::Fact;

constexpr std::size_t most_entries = 60;   ///< of all variables together
constexpr std::size_t most_data = 20'000;  ///< numbers that are given; more would take long
constexpr std::size_t most_nodes = 1000;   ///< of what gets a second derivative
constexpr int points = 40;
/// An eigenvalue counts where it is this large a part of the largest one.
constexpr double margin = 1e-5;

constexpr std::array spreads{Spread::normal, Spread::positive, Spread::unit, Spread::normal,
                             Spread::wide};

/// Between two points of such a set there are others that are not in it.
bool has_gaps(ir::Facts facts) {
    const bool invertible = facts.has(Fact::invertible) && !facts.has(Fact::pd);
    return facts.has(Fact::orthogonal) || facts.has(Fact::integer) || invertible ||
           (facts.has(Fact::full_rank) && !facts.has(Fact::pd));
}

class Searcher {
public:
    Searcher(const ModelState& model, ir::Expr f, const std::vector<ir::Expr>& variables,
             const Values& values)
        : model_(model), variables_(variables), sampler_(model.module(), 20240517) {
        {
            const auto lock = model.lock();
            f_ = passes::finish(f);
            inputs_ = ir::symbols_of(std::vector<ir::Expr>{f_});
            for (const ir::Expr v : variables)
                if (place(v) == inputs_.size()) inputs_.push_back(v);
            inputs_ = model.in_declaration_order(inputs_);
        }
        keep_values(values);
    }

    CurvatureSearch run() {
        // Random numbers in place of large data would answer another question.
        if (kept_entries_ > most_data || ir::dag_size(f_) > most_nodes) return {};
        for (const std::int64_t smallest : {2, 3}) {
            if (!set_sizes(smallest)) continue;
            for (int i = 0; i < points && !done(); ++i)
                if (sample(spreads[static_cast<std::size_t>(i) % spreads.size()])) look_here();
            for (int i = 0; i < points && !done(); ++i)
                look_between(spreads[static_cast<std::size_t>(i) % spreads.size()]);
            if (done() || !kept_.empty()) break;
        }
        found_.kept_values = !kept_.empty();
        return std::move(found_);
    }

private:
    bool done() const { return found_.downwards && found_.upwards; }

    std::size_t place(ir::Expr symbol) const {
        return static_cast<std::size_t>(std::find(inputs_.begin(), inputs_.end(), symbol) -
                                        inputs_.begin());
    }

    bool is_variable(ir::Expr symbol) const {
        return std::find(variables_.begin(), variables_.end(), symbol) != variables_.end();
    }

    /// All or none: values of some names would leave the sizes of others open.
    void keep_values(const Values& values) {
        for (const ir::Expr symbol : inputs_) {
            if (is_variable(symbol)) continue;
            const Value* value = values.find(symbol.symbol().name);
            if (value == nullptr) {
                kept_ = {};
                kept_entries_ = 0;
                return;
            }
            kept_.add(*value);
            kept_entries_ += value->array.count();
        }
    }

    bool set_sizes(std::int64_t smallest) {
        Program program;
        program.outputs = {f_};
        program.inputs = inputs_;
        try {
            if (kept_.empty()) {
                dims_ = small_sizes(model_, program, smallest);
            } else {
                KnownSizes sizes = sizes_of(model_, program, kept_);
                if (!sizes.missing.empty()) return false;
                dims_ = std::move(sizes.dims);
            }
            std::size_t entries = 0;
            for (const ir::Expr v : variables_)
                entries += entry_count(concrete_sizes(v.shape(), dims_, v.symbol().name));
            if (entries > most_entries) return false;
            hessian_ = std::make_unique<HessianAt>(model_, f_, variables_, inputs_, dims_);
        } catch (const InputError&) {
            return false;  // no derivative, or sizes that cannot be
        }
        return true;
    }

    bool sample(Spread spread) {
        point_.clear();
        for (const ir::Expr symbol : inputs_) {
            const Value* kept = is_variable(symbol) ? nullptr : kept_.find(symbol.symbol().name);
            if (kept != nullptr) {
                point_.push_back(kept->array);
                continue;
            }
            auto value = sampler_.value(symbol, dims_, spread);
            if (!value) return false;
            point_.push_back(std::move(*value));
        }
        return true;
    }

    std::vector<const Array*> pointers() const {
        std::vector<const Array*> all;
        for (const Array& array : point_) all.push_back(&array);
        return all;
    }

    /// The function at the point moved by `step` along a direction of all variables' entries.
    std::optional<double> value_at(const std::vector<double>& direction, double step) {
        const std::vector<Array> before = point_;
        std::size_t at = 0;
        for (const ir::Expr v : variables_) {
            Array& array = point_[place(v)];
            for (double& entry : array.values()) entry += step * direction[at++];
        }
        const auto value = hessian_->value(pointers());
        point_ = before;
        return value;
    }

    /// Of a simplex only directions that keep the sum count.
    void keep_in_simplex(std::vector<double>& matrix) const {
        const std::size_t n = hessian_->size();
        std::size_t begin = 0;
        for (std::size_t k = 0; k < variables_.size(); ++k) {
            const std::size_t count = entry_count(hessian_->variable_sizes()[k]);
            const std::size_t end = begin + count;
            if (variables_[k].has(Fact::simplex)) {
                for (std::size_t i = 0; i < n; ++i) center(matrix, i * n + begin, 1, count);
                for (std::size_t j = 0; j < n; ++j) center(matrix, begin * n + j, n, count);
            }
            begin = end;
        }
    }

    static void center(std::vector<double>& matrix, std::size_t start, std::size_t stride,
                       std::size_t count) {
        double sum = 0;
        for (std::size_t i = 0; i < count; ++i) sum += matrix[start + i * stride];
        for (std::size_t i = 0; i < count; ++i)
            matrix[start + i * stride] -= sum / static_cast<double>(count);
    }

    void look_here() {
        auto matrix = hessian_->matrix(pointers());
        if (!matrix) return;
        keep_in_simplex(*matrix);
        const SymmetricEigen eigen = symmetric_eigen(*matrix, hessian_->size());
        const double low = eigen.values.front(), high = eigen.values.back();
        const double largest = std::max(std::abs(low), std::abs(high));
        if (!std::isfinite(largest) || largest < 1e-9) return;
        if (!found_.downwards && low < -margin * largest && confirmed(eigen.vectors.front(), low))
            keep(found_.downwards, eigen.vectors.front(), low, false);
        if (!found_.upwards && high > margin * largest && confirmed(eigen.vectors.back(), high))
            keep(found_.upwards, eigen.vectors.back(), high, false);
    }

    /// The values on both sides say the same, so that no kink and no rounding is taken for
    /// curvature.
    bool confirmed(const std::vector<double>& direction, double curvature) {
        const auto here = value_at(direction, 0);
        if (!here) return false;
        for (const double step : {1e-2, 1e-3, 1e-4}) {
            const auto above = value_at(direction, step), below = value_at(direction, -step);
            if (!above || !below) continue;
            const double scale = std::max({std::abs(*above), std::abs(*below), std::abs(*here)});
            const double second = *above + *below - 2 * *here;
            if (std::abs(second) < 1e-11 * scale) continue;
            const double ratio = second / (step * step * curvature);
            if (ratio > 0.8 && ratio < 1.25) return true;
        }
        return false;
    }

    /// For functions with kinks: the middle of two points against its ends.
    void look_between(Spread spread) {
        if (!sample(spread)) return;
        const std::vector<Array> first = point_;
        if (!sample(spread)) return;
        std::vector<double> half;
        for (const ir::Expr v : variables_) {
            const std::size_t k = place(v);
            for (std::size_t i = 0; i < first[k].count(); ++i)
                half.push_back((point_[k].data()[i] - first[k].data()[i]) / 2);
        }
        point_ = first;
        std::size_t at = 0;
        for (const ir::Expr v : variables_)
            for (double& entry : point_[place(v)].values()) entry += half[at++];
        const auto here = value_at(half, 0), above = value_at(half, 1), below = value_at(half, -1);
        if (!here || !above || !below) return;
        const double scale = std::max({std::abs(*above), std::abs(*below), std::abs(*here)});
        const double second = *above + *below - 2 * *here;
        if (std::abs(second) <= 1e-9 * scale || std::abs(second) < 1e-9) return;
        auto& target = second < 0 ? found_.downwards : found_.upwards;
        if (!target) keep(target, half, second, true);
    }

    void keep(std::optional<CurvatureWitness>& target, const std::vector<double>& direction,
              double curvature, bool is_difference) {
        CurvatureWitness witness;
        witness.dims = dims_;
        for (std::size_t i = 0; i < inputs_.size(); ++i)
            witness.point.emplace_back(inputs_[i].symbol().name, point_[i]);
        std::size_t at = 0;
        for (const ir::Expr v : variables_) {
            Array part = point_[place(v)];
            for (double& entry : part.values()) entry = direction[at++];
            witness.direction.emplace_back(v.symbol().name, std::move(part));
        }
        witness.curvature = curvature;
        witness.is_difference = is_difference;
        target = std::move(witness);
    }

    const ModelState& model_;
    std::vector<ir::Expr> variables_;
    Sampler sampler_;
    ir::Expr f_;
    std::vector<ir::Expr> inputs_;
    Values kept_;
    std::size_t kept_entries_ = 0;
    ir::DimValues dims_;
    std::unique_ptr<HessianAt> hessian_;
    std::vector<Array> point_;
    CurvatureSearch found_;
};

}  // namespace

CurvatureSearch search_curvature(const ModelState& model, ir::Expr f,
                                 const std::vector<ir::Expr>& variables, const Values& values) {
    for (const ir::Expr v : variables)
        if (has_gaps(v.facts())) return {};
    return Searcher(model, f, variables, values).run();
}

}  // namespace nabla::runtime
