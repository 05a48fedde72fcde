#include "frontend/dims.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <iterator>
#include <optional>

namespace nabla::syntax {

namespace {

bool unknown(const std::string& name) { return name.starts_with("?"); }

/// Later unknowns are younger than earlier ones, and all are younger than typed names.
int age(const std::string& name) { return unknown(name) ? std::atoi(name.c_str() + 1) : 0; }

bool occurs_once(const ir::Dim& dim, const std::string& name) {
    long terms = 0;
    for (const ir::DimTerm& term : dim.terms()) {
        terms += std::count(term.names.begin(), term.names.end(), name);
    }
    return terms == 1;
}

}  // namespace

ir::Dim DimSolver::fresh() { return context_->dim("?" + std::to_string(++unknowns_)); }

ir::Dim DimSolver::resolve(ir::Dim dim) const {
    // Every solution is older than what it solves, or typed, so that this ends.
    while (!solution_.empty()) {
        const ir::Dim next = ir::substitute(dim, solution_);
        if (next == dim) break;
        dim = next;
    }
    return dim;
}

Type DimSolver::resolve(Type type) const {
    for (ir::Dim& dim : type.dims) dim = resolve(dim);
    return type;
}

bool DimSolver::unify(ir::Dim a, ir::Dim b) {
    const ir::Dim difference = resolve(a) - resolve(b);
    if (difference.is(0)) return true;
    const ir::DimTerm* best = nullptr;
    // A typed name is solved for only where that gives it a number.
    const auto solvable_name = [&](const ir::Dim& equation) {
        return sizes_from_data && equation.names().size() == 1;
    };
    for (const ir::DimTerm& term : difference.terms()) {
        const bool linear = term.names.size() == 1 && std::abs(term.coefficient) == 1;
        const bool open = linear && (unknown(term.names[0]) || solvable_name(difference));
        if (!open || !occurs_once(difference, term.names[0])) continue;
        if (best == nullptr || age(term.names[0]) > age(best->names[0])) best = &term;
    }
    if (best == nullptr) return unify_products(difference);
    const std::string name = best->names[0];
    const ir::Dim self = context_->dim(name);
    // difference = c·name + rest = 0 with c = ±1, so name = -c·rest.
    const ir::Dim rest = best->coefficient == 1 ? difference - self : difference + self;
    const ir::Dim value = best->coefficient == 1 ? context_->dim(0) - rest : rest;
    const auto number = value.constant();
    if (number && *number < 1) return false;
    solution_[name] = value;
    places_[name] = place;
    return true;
}

namespace {

/// The names of both sides of an equation between two products without what stands on both, each
/// with the oldest first; nothing if it is no such equation.
std::optional<std::array<std::vector<std::string>, 2>> two_products(const ir::Dim& difference) {
    const std::vector<ir::DimTerm>& terms = difference.terms();
    if (terms.size() != 2 || terms[0].coefficient != -terms[1].coefficient ||
        std::abs(terms[0].coefficient) != 1) {
        return std::nullopt;
    }
    std::array<std::vector<std::string>, 2> sides;
    std::set_difference(terms[0].names.begin(), terms[0].names.end(), terms[1].names.begin(),
                        terms[1].names.end(), std::back_inserter(sides[0]));
    std::set_difference(terms[1].names.begin(), terms[1].names.end(), terms[0].names.begin(),
                        terms[0].names.end(), std::back_inserter(sides[1]));
    for (std::vector<std::string>& names : sides) {
        std::stable_sort(
            names.begin(), names.end(),
            [](const std::string& a, const std::string& b) { return age(a) < age(b); });
    }
    return sides;
}

}  // namespace

/// `k n = n q` is k = q; `m p = n q` with unknown sizes is solved factor by factor, the older one
/// with the older one, so that A ⊗ B is square where A and B are: one of many solutions, and the
/// one that is meant.
bool DimSolver::unify_products(ir::Dim difference) {
    const auto sides = two_products(difference);
    if (!sides || (*sides)[0].size() != (*sides)[1].size()) return false;
    const auto all_unknown = [](const std::vector<std::string>& names) {
        return std::all_of(names.begin(), names.end(), unknown);
    };
    if (!all_unknown((*sides)[0]) && !all_unknown((*sides)[1])) return false;
    for (std::size_t k = 0; k < (*sides)[0].size(); ++k) {
        if (!unify(context_->dim((*sides)[0][k]), context_->dim((*sides)[1][k]))) return false;
    }
    return true;
}

bool DimSolver::unify(const Type& a, const Type& b) {
    bool fits = a.rank() == b.rank();
    for (std::size_t i = 0; fits && i < a.rank(); ++i) fits = unify(a.dims[i], b.dims[i]);
    return fits;
}

std::optional<Span> DimSolver::place_of(ir::Dim made) const {
    for (const std::string& name : made.names()) {
        const auto place = places_.find(name);
        if (place != places_.end() && place->second.end > place->second.begin) return place->second;
    }
    return std::nullopt;
}

bool DimSolver::is_open(ir::Dim dim) const {
    const std::vector<std::string> names = resolve(dim).names();
    return std::any_of(names.begin(), names.end(), unknown);
}

void DimSolver::name_unknowns(const std::vector<ir::Dim>& dims, std::vector<std::string> preferred,
                              const std::set<std::string>& taken) {
    // A name once given is not given again.
    std::erase_if(preferred, [&](const std::string& name) {
        return taken.contains(name) || given_.contains(name);
    });
    std::reverse(preferred.begin(), preferred.end());
    for (ir::Dim dim : dims) {
        for (const std::string& open : resolve(dim).names()) {
            if (!unknown(open) || solution_.contains(open)) continue;
            std::string name;
            if (!preferred.empty()) {
                name = preferred.back();
                preferred.pop_back();
            } else {
                do {
                    name = "n" + std::to_string(++named_);
                } while (taken.contains(name));
            }
            solution_[open] = context_->dim(name);
            given_.insert(name);
        }
    }
}

std::string DimSolver::show(ir::Dim dim) const { return is_open(dim) ? "?" : resolve(dim).str(); }

std::string DimSolver::show(const Type& type) const {
    if (type.is_scalar()) return "scalar";
    std::string text = type.is_row() ? "row of " : "";
    for (std::size_t i = 0; i < type.rank(); ++i) {
        if (i > 0) text += "×";
        const std::string size = show(type.dims[i]);
        const bool several = type.rank() > 1 && size.find(' ') != std::string::npos;
        text += several ? "(" + size + ")" : size;
    }
    return text;
}

}  // namespace nabla::syntax
