// Sizes once everything is checked: names for those that stay open, and what must hold of them.

#include "frontend/elaborate.hpp"

#include <fmt/format.h>

namespace nabla::syntax {

std::set<std::string> Elaborator::taken_names() const {
    std::set<std::string> taken = scope_->dimensions();
    for (const std::string& name : scope_->names()) taken.insert(name);
    return taken;
}

/// m×n for the first matrix, n for a square one and for vectors, then p, q, …
void Elaborator::name_sizes(DimSolver& dims) const {
    const std::set<std::string> taken = taken_names();
    const std::vector<std::string> rest{"p", "q", "k", "l", "r", "s", "t"};
    const auto names = [&](std::vector<std::string> first) {
        first.insert(first.end(), rest.begin(), rest.end());
        return first;
    };
    for (int rank : {2, 1}) {
        for (const Symbol& symbol : scope_->symbols()) {
            if ((symbol.sized && !symbol.open) || symbol.rank != rank) continue;
            const bool square = rank == 2 && dims.equal(symbol.dims[0], symbol.dims[1]);
            const bool first = rank == 1 || square;
            dims.name_unknowns({symbol.dims[0]},
                               names(first ? std::vector<std::string>{"n", "m"}
                                           : std::vector<std::string>{"m", "n"}),
                               taken);
            dims.name_unknowns(symbol.dims, names({"n", "m"}), taken);
        }
    }
}

void Elaborator::require_known_sizes() {
    for (ValueId id = 0; id < values_.size(); ++id) {
        const Span span = values_[id].span;
        for (ir::Dim dim : values_[id].made) {
            const std::string text(diagnostics_->source().text(span));
            const auto size = dims_->resolve(dim).constant();
            if (dims_->is_open(dim)) {
                diagnostics_->error(span, fmt::format("nothing determines the size of `{}`", text),
                                    {text == "I" ? "write `eye(n)` for the n×n identity" : "", {}});
            } else if (size && (*size < 0 || (*size == 0 && dim.constant()))) {
                diagnostics_->error(
                    span, fmt::format("a size of `{}` is {}: sizes are at least 1", text, *size));
            }
        }
    }
}

namespace {

using Bounds = std::map<std::string, std::int64_t>;

/// Dimension names are at least 1, and at most what a `dim` line says: the least value if no
/// coefficient of a name is negative, the greatest if every name with a positive one is bounded.
struct Sign {
    bool never = false;   ///< below 0 for all sizes
    bool always = false;  ///< at least 0 for all sizes
};

/// The greatest value of a term; nothing if there is none.
std::optional<std::int64_t> greatest(const ir::DimTerm& term, const Bounds& at_most) {
    std::int64_t value = term.coefficient;
    if (value < 0) return value;
    for (const std::string& name : term.names) {
        const auto bound = at_most.find(name);
        if (bound == at_most.end() || __builtin_mul_overflow(value, bound->second, &value))
            return std::nullopt;
    }
    return value;
}

Sign sign_of(ir::Dim surplus, const Bounds& at_most) {
    std::int64_t at_ones = 0;
    std::int64_t most = 0;
    bool grows = true;
    bool bounded = true;
    for (const ir::DimTerm& term : surplus.terms()) {
        if (__builtin_add_overflow(at_ones, term.coefficient, &at_ones)) return {};
        const auto value = greatest(term, at_most);
        bounded = bounded && value && !__builtin_add_overflow(most, *value, &most);
        grows = grows && (term.names.empty() || term.coefficient > 0);
    }
    return {bounded && most < 0, grows && at_ones >= 0};
}

}  // namespace

void Elaborator::require_possible_sizes() {
    for (const SizeRequirement& required : requirements_) {
        if (!sign_of(dims_->resolve(required.surplus), greatest_sizes).never) continue;
        diagnostics_->error(required.span, required.message);
    }
}

std::vector<ir::SizeCondition> Elaborator::size_conditions() const {
    std::vector<ir::SizeCondition> conditions;
    for (const SizeRequirement& required : requirements_) {
        const ir::Dim surplus = dims_->resolve(required.surplus);
        if (sign_of(surplus, greatest_sizes).always) continue;
        conditions.push_back(
            {surplus, required.message, diagnostics_->source().locate(required.span)});
    }
    return conditions;
}

}  // namespace nabla::syntax
