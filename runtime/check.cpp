#include "runtime/check.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <nabla/error.hpp>
#include <optional>
#include <random>

#include <fmt/format.h>

#include "ir/context.hpp"
#include "ir/traverse.hpp"
#include "passes/pipeline.hpp"
#include "runtime/differentiate_by.hpp"
#include "runtime/dims.hpp"
#include "runtime/prepared.hpp"
#include "runtime/program_sizes.hpp"
#include "runtime/random_point.hpp"

namespace nabla::runtime {
namespace {

constexpr std::size_t most_directions = 24;

double largest(std::span<const double> entries) {
    double result = 0;
    for (const double entry : entries) {
        if (std::isnan(entry)) return entry;
        result = std::max(result, std::abs(entry));
    }
    return result;
}

double distance(const std::vector<double>& a, const std::vector<double>& b) {
    double result = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        const double difference = std::abs(a[i] - b[i]);
        if (std::isnan(difference)) return std::numeric_limits<double>::infinity();
        result = std::max(result, difference);
    }
    return result;
}

class Check {
public:
    Check(const ModelState& model, ir::Expr e, const std::vector<ir::Expr>& inputs,
          const std::vector<ir::Expr>& symbols, const CheckOptions& options)
        : model_(model), inputs_(inputs), symbols_(symbols), options_(options) {
        derive(e);
        compile();
    }

    CheckReport run() {
        CheckReport report;
        report.dims = dims_;
        for (std::size_t k = 0; k < symbols_.size(); ++k) {
            report.rows.push_back(
                {symbols_[k].symbol().name,
                 concrete_sizes(symbols_[k].shape(), dims_, symbols_[k].symbol().name), 0, 0, 0,
                 reasons_[k]});
        }
        for (int i = 0; i < options_.points; ++i) {
            std::vector<Array> point = find_point();
            for (std::size_t k = 0; k < symbols_.size(); ++k) {
                if (reasons_[k].empty()) compare(point, k, report.rows[k]);
            }
        }
        return report;
    }

private:
    void derive(ir::Expr e) {
        const auto lock = model_.lock();
        ir::Substitution plain;
        for (const ir::Expr symbol : inputs_) {
            // Derivative requests inside are by the declared symbols, so they are carried out
            // first.
            plain[symbol] = symbol.context().fresh_symbol(symbol.symbol().name, symbol.shape());
            value_.inputs.push_back(plain[symbol]);
        }
        value_.outputs = {passes::finish(ir::substitute(passes::derive(e), plain))};
        derivatives_.inputs = inputs_;
        for (const ir::Expr symbol : symbols_) {
            options_.checkpoint();
            places_.push_back(static_cast<std::size_t>(
                std::find(inputs_.begin(), inputs_.end(), symbol) - inputs_.begin()));
            outputs_.push_back(derivatives_.outputs.size());
            reasons_.emplace_back();
            try {
                derivatives_.outputs.push_back(differentiate_by(e, symbol, 1));
            } catch (const InputError& error) {
                reasons_.back() = error.what();
            }
        }
    }

    // Some sizes may be impossible (`n - 3` rows), so larger ones are tried after the smallest.
    void compile() {
        for (const std::int64_t smallest : {3, 5, 8}) {
            try {
                compile(smallest);
                return;
            } catch (const InputError&) {
                if (smallest == 8) throw;
            }
        }
    }

    void compile(std::int64_t smallest) {
        Program all = derivatives_;
        all.outputs.insert(all.outputs.end(), value_.outputs.begin(), value_.outputs.end());
        dims_ = small_sizes(model_, all, smallest);
        std::vector<std::string> texts(derivatives_.outputs.size(), "the derivative");
        value_code_ = std::make_unique<Prepared>(model_, value_, dims_,
                                                 std::vector<std::string>{"the expression"});
        options_.checkpoint();
        if (derivatives_.outputs.empty()) return;
        derivative_code_ = std::make_unique<Prepared>(model_, derivatives_, dims_, texts);
    }

    // The expression at a point; nothing if it is not finite there.
    std::optional<std::vector<double>> value_at(const std::vector<Array>& point) {
        options_.checkpoint();
        if (value_code_->call(pointers(point)) != 0) return std::nullopt;
        const auto entries = value_code_->outputs().front().values();
        for (const double entry : entries) {
            if (!std::isfinite(entry)) return std::nullopt;
        }
        return std::vector<double>(entries.begin(), entries.end());
    }

    bool derivatives_at(const std::vector<Array>& point) {
        if (derivative_code_ == nullptr) return true;
        if (derivative_code_->call(pointers(point)) != 0) return false;
        for (const Array& output : derivative_code_->outputs()) {
            for (const double entry : output.values()) {
                if (!std::isfinite(entry)) return false;
            }
        }
        return true;
    }

    static std::vector<const Array*> pointers(const std::vector<Array>& point) {
        std::vector<const Array*> all;
        for (const Array& array : point) all.push_back(&array);
        return all;
    }

    std::vector<Array> find_point() {
        constexpr int tries = 200;  // each takes microseconds; log(b - A x) needs many
        for (const Region region :
             {Region::around_zero, Region::positive, Region::inside_unit_interval}) {
            if (region < region_) continue;
            for (int i = 0; i < tries; ++i) {
                std::vector<Array> point = draw(region);
                if (!value_at(point) || !derivatives_at(point)) continue;
                region_ = region;
                return point;
            }
        }
        throw InputError(
            "no random point was found at which the expression and its derivatives "
            "are finite",
            "facts in declarations say where the names lie: `param x > 0`");
    }

    std::vector<Array> draw(Region region) {
        std::vector<Array> point;
        for (const ir::Expr symbol : inputs_) {
            ir::Declaration plain;
            plain.symbol = symbol;
            const auto* declaration = model_.module().find_declaration(symbol.symbol().name);
            point.push_back(random_array(
                declaration == nullptr ? plain : *declaration,
                concrete_sizes(symbol.shape(), dims_, symbol.symbol().name), region, random_));
        }
        return point;
    }

    // Unit directions of a small symbol, random ones of a large one, in the space of its structure.
    std::vector<std::vector<double>> directions(ir::Expr symbol, const Array& at) {
        const std::size_t count = at.count();
        const Sizes& sizes = at.sizes();
        const bool square = sizes.size() == 2 && sizes[0] == sizes[1];
        std::vector<std::vector<double>> all;
        for (std::size_t i = 0; i < std::min(count, most_directions); ++i) {
            std::vector<double> direction(count, 0.0);
            if (count <= most_directions) {
                direction[i] = 1;
            } else {
                for (double& entry : direction) {
                    entry = 2 * (static_cast<double>(random_()) / 4294967296.0) - 1;
                }
            }
            if (square) {
                project_on_structure(direction.data(), sizes[0], symbol.symbol().facts);
            }
            if (largest(direction) > 0) all.push_back(std::move(direction));
        }
        return all;
    }

    void compare(std::vector<Array>& point, std::size_t k, CheckRow& row) {
        if (!derivatives_at(point)) return;
        const Array derivative = derivative_code_->outputs()[outputs_[k]];
        const auto value = value_at(point);
        if (!value) return;
        const Array at = point[places_[k]];
        const auto all = directions(symbols_[k], at);
        ++row.points;
        row.directions = static_cast<int>(all.size());
        for (const std::vector<double>& direction : all) {
            const std::vector<double> difference = differences(point, places_[k], direction);
            std::vector<double> product(value->size(), 0.0);
            for (std::size_t i = 0; i < product.size(); ++i) {
                const double* entries = derivative.data() + i * direction.size();
                for (std::size_t j = 0; j < direction.size(); ++j) {
                    product[i] += entries[j] * direction[j];
                }
            }
            const double scale =
                std::max({largest(product), largest(difference), 1e-3 * largest(*value), 1e-8});
            row.error = std::max(row.error, distance(product, difference) / scale);
            point[places_[k]] = at;
        }
    }

    // Central differences at h, h/2, …, extrapolated; the entry of the table that its neighbour
    // confirms best, so that neither a kink nearby nor rounding decides.
    std::vector<double> differences(std::vector<Array>& point, std::size_t place,
                                    const std::vector<double>& direction) {
        constexpr int levels = 7;
        const Array at = point[place];
        std::vector<std::vector<std::vector<double>>> table;
        std::vector<double> best;
        double confirmed = std::numeric_limits<double>::infinity();
        double h = 0.04 * std::max(1.0, 0.5 * largest(at.values()));
        for (int level = 0; level < levels; ++level, h /= 2) {
            const auto step = [&](double size) {
                for (std::size_t j = 0; j < direction.size(); ++j) {
                    point[place].data()[j] = at.data()[j] + size * direction[j];
                }
                return value_at(point);
            };
            const auto above = step(h);
            const auto below = step(-h);
            if (!above || !below) {
                table.clear();
                continue;
            }
            std::vector<std::vector<double>> row(1, *above);
            for (std::size_t i = 0; i < above->size(); ++i) {
                row[0][i] = ((*above)[i] - (*below)[i]) / (2 * h);
            }
            double power = 4;
            for (std::size_t j = 0; !table.empty() && j < table.back().size(); ++j, power *= 4) {
                std::vector<double> next = row[j];
                for (std::size_t i = 0; i < next.size(); ++i) {
                    next[i] += (row[j][i] - table.back()[j][i]) / (power - 1);
                }
                const double change = distance(next, table.back()[j]);
                if (change < confirmed) confirmed = change, best = next;
                row.push_back(std::move(next));
            }
            table.push_back(std::move(row));
        }
        if (best.empty()) {
            best.assign(value_code_->outputs().front().count(),
                        std::numeric_limits<double>::quiet_NaN());
        }
        return best;
    }

    const ModelState& model_;
    std::vector<ir::Expr> inputs_;
    std::vector<ir::Expr> symbols_;
    CheckOptions options_;
    Program value_;
    Program derivatives_;
    ir::DimValues dims_;
    std::unique_ptr<Prepared> value_code_;
    std::unique_ptr<Prepared> derivative_code_;
    std::vector<std::size_t> places_;   // of the symbols among the inputs
    std::vector<std::size_t> outputs_;  // of the derivatives by them
    std::vector<std::string> reasons_;  // why there is none
    Region region_ = Region::around_zero;
    std::mt19937 random_{options_.seed};
};

}  // namespace

bool CheckReport::passed() const {
    return std::all_of(rows.begin(), rows.end(), [](const CheckRow& row) {
        return !row.unsupported.empty() || (row.points > 0 && row.error <= tolerance);
    });
}

CheckReport check_derivatives(const ModelState& model, ir::Expr e,
                              const std::vector<ir::Expr>& inputs,
                              const std::vector<ir::Expr>& symbols, const CheckOptions& options) {
    return Check(model, e, inputs, symbols, options).run();
}

}  // namespace nabla::runtime
