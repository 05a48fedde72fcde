#include "frontend/declare.hpp"

#include "frontend/declare_facts.hpp"
#include "frontend/literal.hpp"
#include "frontend/resolve.hpp"
#include "frontend/shapes.hpp"
#include "frontend/suggest.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>

namespace nabla::syntax {

namespace {

std::string shape_text(const std::vector<std::int64_t>& shape) {
    if (shape.empty()) return "scalar";
    std::string out;
    for (std::int64_t size : shape) out += (out.empty() ? "" : "×") + std::to_string(size);
    return out;
}

/// A Checker only for its reading of sizes.
ir::Dim read_size(const ast::Node& node, const Scope& scope, DimSolver& dims,
                  const Source& source) {
    Values none;
    return Checker(scope, dims, none, source).dimension(node);
}

/// `X[m n]`: a vector of m n entries, or a matrix with its comma left out.
bool refuse_two_names(const ast::Declaration& declaration, Diagnostics& diagnostics) {
    if (declaration.dims.size() != 1 || declaration.dims[0].kind != ast::Kind::product)
        return false;
    std::string rows;
    std::string product;
    for (const ast::Node& factor : declaration.dims[0].children) {
        const bool apart = factor.op == Op::none || factor.op == Op::juxtapose;
        if (factor.kind != ast::Kind::name || !apart) return false;
        rows += (rows.empty() ? "" : ", ") + factor.text;
        product += (product.empty() ? "" : "*") + factor.text;
    }
    const std::string& name = declaration.name.text;
    diagnostics.error(
        declaration.dims[0].span,
        fmt::format("`{}[{}]` could mean two things", name,
                    diagnostics.source().text(declaration.dims[0].span)),
        {fmt::format("write {0}[{1}] for a matrix, or {0}[{2}] for a vector", name, rows, product),
         {}});
    return true;
}

}  // namespace

void Declarer::collect_dimensions(const ast::Declaration& declaration) {
    std::set<std::string> words;
    for (const ast::Node& dim : declaration.dims) collect_words(dim, words);
    for (const std::string& word : words) scope_->add_dimension(word);
}

void Declarer::collect_dimensions(const ast::DimStatement& statement) {
    scope_->add_dimension(statement.name.text);
    dim_lines_.emplace(statement.name.text, statement.name.span);
}

bool Declarer::is_new(const std::string& name, Span span, Diagnostics& diagnostics) const {
    const Scope::Entry entry = scope_->find(name);
    switch (entry.role) {
        case Scope::Role::unknown:
        case Scope::Role::broken:
            return true;
        case Scope::Role::constant:
            diagnostics.error(span, fmt::format("`{}` is a constant and cannot be declared", name));
            return false;
        case Scope::Role::dimension:
            if (const auto line = dim_lines_.find(name);
                line != dim_lines_.end() && line->second.begin > span.begin) {
                diagnostics.error(line->second, fmt::format("`{}` has a meaning already", name),
                                  {"a size needs a name of its own",
                                   {{span, fmt::format("`{}` is first declared here", name)}}});
                return true;
            }
            diagnostics.error(span, fmt::format("`{}` is a dimension name already", name),
                              {"a dimension name is also a scalar; it needs no declaration", {}});
            return false;
        case Scope::Role::symbol:
        case Scope::Role::definition:
        case Scope::Role::function:
            break;
    }
    Report report;
    SpanLabel first{{}, fmt::format("`{}` is first declared here", name)};
    if (entry.role == Scope::Role::symbol) {
        first.where = scope_->symbol(entry.index).where;
    } else {
        first.span = scope_->definition(entry.index).span;
    }
    report.labels.push_back(std::move(first));
    diagnostics.error(span, fmt::format("`{}` has a meaning already", name), std::move(report));
    return false;
}

void Declarer::declare(const ast::Declaration& declaration, Span statement,
                       Diagnostics& diagnostics) {
    const std::string& name = declaration.name.text;
    if (!is_new(name, declaration.name.span, diagnostics)) return;
    Symbol symbol;
    symbol.name = name;
    symbol.span = declaration.name.span;
    symbol.where = diagnostics.source().locate(declaration.name.span);
    symbol.is_variable = declaration.variable;
    symbol.open = declaration.open_rank > 0;
    symbol.rank = symbol.open ? declaration.open_rank : static_cast<int>(declaration.dims.size());
    for (int axis = 0; axis < declaration.open_rank; ++axis) symbol.dims.push_back(dims_->fresh());
    symbol.sized = true;
    symbol.text =
        std::string(diagnostics.source().text({declaration.name.span.begin, statement.end}));
    if (declaration.dims.size() > 2) {
        diagnostics.error(declaration.dims[2].span,
                          "names with more than two dimensions are not supported yet");
    }
    if (refuse_two_names(declaration, diagnostics)) return scope_->add_broken(name);
    for (const ast::Node& dim : declaration.dims) {
        try {
            symbol.dims.push_back(read_size(dim, *scope_, *dims_, diagnostics.source()));
        } catch (const DependsOnError&) {
            symbol.dims.push_back(dims_->fresh());
        } catch (const SyntaxError& error) {
            diagnostics.error(error.span, error.message, error.report);
            symbol.dims.push_back(dims_->fresh());
        } catch (const InputError& error) {
            diagnostics.error(dim.span, error.what());
            symbol.dims.push_back(dims_->fresh());
        }
    }
    for (const ast::Fact& fact : joined_facts(declaration.facts)) {
        const bool possible = contradiction(symbol).empty();
        try {
            add_fact(symbol, fact, diagnostics);
        } catch (const SyntaxError& error) {
            diagnostics.error(error.span, error.message, error.report);
        } catch (const InputError& error) {
            diagnostics.error(fact.span, error.what());
        }
        const std::string why = contradiction(symbol);
        if (possible && !why.empty()) diagnostics.error(fact.span, why);
    }
    scope_->add_symbol(std::move(symbol));
}

void Declarer::fix(const ast::DimStatement& statement, Diagnostics& diagnostics) {
    if (statement.only_named()) return;
    const std::string& name = statement.name.text;
    ir::Dim value;
    std::set<std::string> words;
    collect_words(statement.value, words);
    try {
        for (const std::string& word : words) {
            if (scope_->find(word).role == Scope::Role::dimension) continue;
            diagnostics.error(statement.value.span,
                              fmt::format("unknown dimension name `{}`", word),
                              {did_you_mean(word, scope_->names()), {}});
            return;
        }
        value = dims_->resolve(read_size(statement.value, *scope_, *dims_, diagnostics.source()));
    } catch (const DependsOnError&) {
        return;
    } catch (const SyntaxError& error) {
        diagnostics.error(error.span, error.message, error.report);
        return;
    } catch (const InputError& error) {
        diagnostics.error(statement.value.span, error.what());
        return;
    }
    const std::string_view between =
        diagnostics.source().text({statement.name.span.end, statement.value.span.begin});
    if (statement.op == Op::not_equal || between.find("==") != std::string_view::npos) {
        diagnostics.error(statement.name.span,
                          "a size is fixed with `=`, bounded with `>=` or `<=`",
                          {fmt::format("write dim {} = {}", name,
                                       diagnostics.source().text(statement.value.span)),
                           {}});
        return;
    }
    if (statement.op != Op::equal) {
        const auto number = value.constant();
        if (!number) {
            diagnostics.error(statement.value.span, "the bound of a dimension is a number");
            return;
        }
        bounds_.push_back({name, statement.op, *number, statement.name.span});
        return;
    }
    fixed_.emplace(name, statement.value.span);
    const ir::Dim before = dims_->resolve(dims_->context().dim(name));
    const std::vector<std::string> names = value.names();
    if (std::find(names.begin(), names.end(), name) != names.end() && !(before == value)) {
        diagnostics.error(statement.name.span, fmt::format("`{}` is defined by itself", name));
    } else if (before == dims_->context().dim(name)) {
        dims_->fix(name, value);
    } else if (!(before == value)) {
        diagnostics.error(statement.name.span,
                          fmt::format("`{}` is {} already", name, before.str()));
    }
}

void Declarer::check_fixed(Diagnostics& diagnostics) {
    std::vector<std::string> impossible;
    for (const auto& [name, span] : fixed_) {
        const auto size = dims_->resolve(dims_->context().dim(name)).constant();
        const bool zero_allowed =
            std::any_of(bounds_.begin(), bounds_.end(), [&, &fixed = name](const Bound& bound) {
                return bound.name == fixed && bound.op == Op::greater_equal && bound.value <= 0;
            });
        if (!size || *size > 0 || (*size == 0 && zero_allowed)) continue;
        impossible.push_back(name);
        std::string help;
        if (*size == 0)
            help = fmt::format("where 0 is meant, a line `dim {} >= 0` allows it", name);
        diagnostics.error(span, fmt::format("`{}` is {}, but a size is at least 1", name, *size),
                          {std::move(help), {}});
    }
    for (const std::string& name : impossible) dims_->release(name);
}

void Declarer::define(const ast::Definition& definition, Diagnostics& diagnostics) {
    const Span span = definition.name.span;
    if (!is_new(definition.name.text, span, diagnostics)) return;
    std::set<std::string> seen;
    for (const ast::Name& parameter : definition.parameters) {
        if (seen.insert(parameter.text).second) continue;
        diagnostics.error(parameter.span,
                          fmt::format("two arguments are named `{}`", parameter.text));
    }
    scope_->add_definition({definition.name.text, span, &definition, {}, {}, {}, {}});
}

void Declarer::give(const std::string& name, const std::vector<std::int64_t>& shape) {
    const std::string canonical = canonical_name(name);
    const Scope::Entry entry = scope_->find(canonical);
    if (entry.role == Scope::Role::unknown) {
        Symbol symbol;
        symbol.name = canonical;
        symbol.rank = static_cast<int>(shape.size());
        symbol.sized = true;
        for (std::int64_t size : shape) symbol.dims.push_back(dims_->context().dim(size));
        scope_->add_symbol(std::move(symbol));
        return;
    }
    if (entry.role != Scope::Role::symbol) return;
    const Symbol& symbol = scope_->symbol(entry.index);
    std::string why;
    bool fits = symbol.dims.size() == shape.size();
    for (std::size_t i = 0; fits && i < shape.size(); ++i) {
        fits = dims_->unify(symbol.dims[i], dims_->context().dim(shape[i]));
        if (!fits) why = misfit(symbol, shape, i);
        for (const std::string& size : symbol.dims[i].names()) sized_by_.emplace(size, canonical);
    }
    if (fits) return;
    const std::string declared = symbol.dims.empty() ? "a scalar" : ir::to_string(symbol.dims);
    throw InputError({Diagnostic{Severity::error,
                                 symbol.where,
                                 fmt::format("the data for `{}` have shape {}, but it is declared "
                                             "as {}{}",
                                             name, shape_text(shape), declared, why),
                                 {},
                                 {}}});
}

/// Why a given size cannot be that of the axis: it is another one by an earlier axis or by other
/// data, or none at all.
std::string Declarer::misfit(const Symbol& symbol, const std::vector<std::int64_t>& shape,
                             std::size_t axis) const {
    const ir::Dim dim = symbol.dims[axis];
    for (std::size_t earlier = 0; earlier < axis; ++earlier) {
        if (symbol.dims[earlier] == dim) {
            return fmt::format(": {} and {} cannot both be {}", shape[earlier], shape[axis],
                               dim.str());
        }
    }
    for (const std::string& name : dim.names()) {
        const auto number = dims_->resolve(dims_->context().dim(name)).constant();
        const auto source = sized_by_.find(name);
        if (!number || source == sized_by_.end() || source->second == symbol.name) continue;
        return fmt::format(": {} is {} by the data for `{}`", name, *number, source->second);
    }
    if (dim.constant()) return {};
    return fmt::format(": {} cannot be {}", dim.str(), shape[axis]);
}

void Declarer::import(const ir::Module& module) {
    const auto add_sizes = [&](ir::Expr expr) {
        for (ir::Dim dim : expr.shape()) {
            for (const std::string& name : dim.names()) scope_->add_dimension(name);
        }
    };
    for (const ir::Declaration& declaration : module.declarations) {
        Symbol symbol;
        symbol.name = declaration.symbol.symbol().name;
        symbol.is_variable = declaration.symbol.symbol().is_variable;
        symbol.rank = static_cast<int>(declaration.symbol.rank());
        symbol.dims = declaration.symbol.shape();
        symbol.sized = true;
        symbol.existing = declaration.symbol;
        symbol.where = declaration.where;
        add_sizes(declaration.symbol);
        scope_->add_symbol(std::move(symbol));
    }
    const int first = static_cast<int>(scope_->definitions().size());
    for (const ir::Definition& definition : module.definitions) {
        add_sizes(definition.expr);
        std::vector<int> symbols;
        std::vector<int> uses;
        for (ir::Expr symbol : definition.symbols) {
            symbols.push_back(scope_->find(symbol.symbol().name).index);
        }
        for (std::size_t other : definition.definitions) {
            uses.push_back(first + static_cast<int>(other));
        }
        scope_->add_definition({definition.name,
                                {},
                                nullptr,
                                definition.expr,
                                definition.orientation,
                                std::move(symbols),
                                std::move(uses)});
    }
    for (const auto& [name, value] : module.dims) {
        scope_->add_dimension(name);
        dims_->fix(name, value);
    }
}

std::vector<ir::DimBound> Declarer::dim_bounds(const Source& source) const {
    std::vector<ir::DimBound> result;
    for (const Bound& bound : bounds_) {
        ir::DimBound one;
        one.name = bound.name;
        const char* sign = ">=";
        if (bound.op == Op::greater_equal) one.lower = bound.value;
        if (bound.op == Op::greater && bound.value < std::numeric_limits<std::int64_t>::max()) {
            one.lower = bound.value + 1;
            sign = ">";
        }
        if (bound.op == Op::less_equal) {
            one.upper = bound.value;
            sign = "<=";
        }
        if (bound.op == Op::less && bound.value > std::numeric_limits<std::int64_t>::min()) {
            one.upper = bound.value - 1;
            sign = "<";
        }
        one.text = fmt::format("{} {} {}", bound.name, sign, bound.value);
        one.where = source.locate(bound.span);
        result.push_back(std::move(one));
    }
    return result;
}

void Declarer::check_sizes(Diagnostics& diagnostics, const std::map<int, Span>* uses) const {
    std::set<std::string> may_be_zero;
    for (const Bound& bound : bounds_) {
        const auto size = dims_->resolve(dims_->context().dim(bound.name)).constant();
        if (bound.op == Op::greater_equal && bound.value <= 0) may_be_zero.insert(bound.name);
        if (!size) continue;
        const bool fits = (bound.op == Op::greater_equal && *size >= bound.value) ||
                          (bound.op == Op::greater && *size > bound.value) ||
                          (bound.op == Op::less_equal && *size <= bound.value) ||
                          (bound.op == Op::less && *size < bound.value);
        if (!fits) {
            diagnostics.error(
                bound.span, fmt::format("`{}` is {}, which breaks this bound", bound.name, *size));
        }
    }
    for (std::size_t i = 0; i < scope_->symbols().size(); ++i) {
        const Symbol& symbol = scope_->symbols()[i];
        Span place = symbol.span;
        if (uses != nullptr) {
            const auto use = uses->find(static_cast<int>(i));
            if (use == uses->end()) continue;
            place = use->second;
        }
        for (ir::Dim dim : symbol.dims) {
            std::optional<std::int64_t> size;
            try {
                size = dims_->resolve(dim).constant();
            } catch (const InputError& error) {
                diagnostics.error(place, error.what());
                return;
            }
            const std::vector<std::string> names = dim.names();
            const bool zero_allowed = names.size() == 1 && may_be_zero.contains(names[0]);
            if (!size || *size > 0 || (*size == 0 && zero_allowed)) continue;
            diagnostics.error(place, fmt::format("a size of `{}` is {}: sizes are at least 1",
                                                 symbol.name, *size));
        }
    }
}

}  // namespace nabla::syntax
