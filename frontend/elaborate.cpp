#include "frontend/elaborate.hpp"

#include "frontend/builtins.hpp"
#include "frontend/limits.hpp"
#include "frontend/resolve.hpp"
#include "ir/context.hpp"
#include "ir/work_limit.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace nabla::syntax {

namespace {

/// No value on its own: a row of a block, a range, an option, a comparison.
bool only_a_part(ast::Kind kind) {
    using ast::Kind;
    return kind == Kind::row || kind == Kind::range || kind == Kind::all || kind == Kind::keyword ||
           kind == Kind::binder || kind == Kind::compare;
}

/// Whether a name that means nothing stands somewhere in the expression; collects all nodes for
/// which that holds.
bool find_unknown(const ast::Node& node, const Scope& scope, std::set<std::string> bound,
                  std::set<const ast::Node*>& holding) {
    using ast::Kind;
    if (node.kind == Kind::binder) bound.insert(node.text);
    if (node.kind == Kind::tensor) {
        for (const std::string& name : tensor_indices(node, scope)) bound.insert(name);
    }
    const bool named = node.kind == Kind::name || node.kind == Kind::nabla;
    bool found =
        named && !bound.contains(node.text) && scope.find(node.text).role == Scope::Role::unknown;
    if (node.kind == Kind::group && node.children.size() != 1) found = true;
    const bool calls = node.kind == Kind::call || node.kind == Kind::apply;
    if (const BuiltinRow* row = calls ? find_builtin(node.text) : nullptr) {
        found = found || !row->supported;
    }
    for (const ast::Node& child : node.children) {
        if (find_unknown(child, scope, bound, holding)) found = true;
    }
    if (found) holding.insert(&node);
    return found;
}

/// Definitions and functions that an expression uses.
void collect_uses(const ast::Node& node, const Scope& scope, const std::set<std::string>& locals,
                  std::vector<int>& uses) {
    const bool names = node.kind == ast::Kind::name || node.kind == ast::Kind::call ||
                       node.kind == ast::Kind::apply;
    if (names && !locals.contains(node.text)) {
        const Scope::Entry entry = scope.find(node.text);
        const bool defined =
            entry.role == Scope::Role::definition || entry.role == Scope::Role::function;
        if (defined && scope.definition(entry.index).definition != nullptr) {
            uses.push_back(entry.index);
        }
    }
    for (const ast::Node& child : node.children) collect_uses(child, scope, locals, uses);
}

}  // namespace

std::size_t Elaborator::add(const ast::Node& node, Reading reading, std::string what) {
    tasks_.push_back({&node, reading, std::move(what), {}});
    return tasks_.size() - 1;
}

void Elaborator::order_definitions() {
    const int count = static_cast<int>(scope_->definitions().size());
    std::vector<std::vector<int>> uses(static_cast<std::size_t>(count));
    for (int i = 0; i < count; ++i) {
        const ast::Definition* definition = scope_->definition(i).definition;
        if (definition == nullptr) continue;
        std::set<std::string> locals;
        for (const ast::Name& parameter : definition->parameters) locals.insert(parameter.text);
        collect_uses(definition->value, *scope_, locals, uses[static_cast<std::size_t>(i)]);
    }
    enum class Mark { fresh, open, done };
    std::vector<Mark> marks(static_cast<std::size_t>(count), Mark::fresh);
    // Depth first with a stack of its own: chains of definitions may be long.
    std::vector<std::pair<int, std::size_t>> path;
    for (int start = 0; start < count; ++start) {
        if (marks[static_cast<std::size_t>(start)] != Mark::fresh) continue;
        path.push_back({start, 0});
        marks[static_cast<std::size_t>(start)] = Mark::open;
        while (!path.empty()) {
            auto& [at, next] = path.back();
            const auto& needed = uses[static_cast<std::size_t>(at)];
            if (next == needed.size()) {
                marks[static_cast<std::size_t>(at)] = Mark::done;
                const ast::Definition* definition = scope_->definition(at).definition;
                if (definition != nullptr && !definition->function) order_.push_back(at);
                path.pop_back();
                continue;
            }
            const int use = needed[next++];
            Mark& mark = marks[static_cast<std::size_t>(use)];
            if (mark == Mark::fresh) {
                mark = Mark::open;
                path.push_back({use, 0});
            } else if (mark == Mark::open && !cyclic_.contains(use)) {
                std::string cycle;
                bool inside = false;
                for (const auto& step : path) {
                    inside = inside || step.first == use;
                    if (!inside) continue;
                    cyclic_.insert(step.first);
                    cycle += scope_->definition(step.first).name + " → ";
                }
                diagnostics_->error(scope_->definition(use).span,
                                    fmt::format("`{0}` is defined by itself: {1}{0}",
                                                scope_->definition(use).name, cycle));
            }
        }
    }
}

void Elaborator::size_defaults(DimSolver& dims) {
    for (std::size_t i = 0; i < scope_->symbols().size(); ++i) {
        Symbol& symbol = scope_->symbol(static_cast<int>(i));
        if (symbol.sized) continue;
        symbol.dims.clear();
        for (int axis = 0; axis < symbol.rank; ++axis) symbol.dims.push_back(dims.fresh());
    }
}

bool Elaborator::promote(const Promotion& promotion) {
    bool changed = false;
    for (int index : promotion.symbols) {
        Symbol& symbol = scope_->symbol(index);
        if (!symbol.by_default || symbol.rank != 0) continue;
        symbol.rank = 1;
        changed = true;
        diagnostics_->note(promotion.span,
                           fmt::format("read `{}` as a vector: {}", symbol.name, promotion.reason));
    }
    return changed;
}

void Elaborator::promote_transposed(const ast::Node& node) {
    for (const ast::Node& child : node.children) promote_transposed(child);
    if (node.kind != ast::Kind::transpose || node.children[0].kind != ast::Kind::name) return;
    const Scope::Entry entry = scope_->find(node.children[0].text);
    if (entry.role != Scope::Role::symbol) return;
    promote({{entry.index}, node.span, "it is transposed"});
}

void Elaborator::check_task(Checker& checker, Task& task) {
    switch (task.reading) {
        case Reading::value:
            task.results = {checker.check(*task.node)};
            break;
        case Reading::scalar:
            task.results = {checker.check_scalar(*task.node, task.what)};
            break;
        case Reading::comparison: {
            const auto [left, right] = checker.check_comparison(*task.node);
            task.results = {left, right};
            break;
        }
    }
}

bool Elaborator::attempt(Round& round, Span span, const std::function<void()>& check_one) {
    try {
        check_one();
        return true;
    } catch (const SyntaxError& error) {
        round.errors.push_back(error);
    } catch (const Promotion& promotion) {
        if (promote(promotion)) {
            round.promoted = true;
            round.promotion = promotion.span;
        } else {
            round.errors.push_back({promotion.span, "the shapes here do not fit", {}});
        }
    } catch (const DependsOnError&) {
        // The definition itself was reported.
    } catch (const InputError& error) {
        // A coefficient of a size left 64 bits; ir does not know where.
        round.errors.push_back({span, error.what(), {error.diagnostics().front().help, {}}});
    }
    return false;
}

/// A construct that cannot be carried out yet ends the check of the expression around it. What is
/// beside it and inside it can still be wrong on its own: every largest part without such a
/// construct is checked.
void Elaborator::salvage(Round& round, Checker& checker, const ast::Node& whole) {
    std::set<const ast::Node*> holding;
    if (find_unknown(whole, *scope_, {}, holding)) salvage_parts(round, checker, whole, holding);
}

void Elaborator::salvage_parts(Round& round, Checker& checker, const ast::Node& node,
                               const std::set<const ast::Node*>& holding) {
    if (round.promoted || round.errors.size() >= limits::reported_errors) return;
    if (!holding.contains(&node) && !only_a_part(node.kind)) {
        attempt(round, node.span, [&] { checker.check(node); });
        return;
    }
    const std::vector<std::string> bound = checker.bind_indices(node);
    for (const ast::Node& child : node.children) salvage_parts(round, checker, child, holding);
    checker.unbind(bound);
}

Elaborator::Round Elaborator::check_round() {
    Round round;
    values_.clear();
    requirements_.clear();
    definitions_.clear();
    DimSolver dims = *dims_;
    size_defaults(dims);
    Checker checker(*scope_, dims, values_, diagnostics_->source());
    for (int index : cyclic_) checker.definitions[index] = std::nullopt;
    for (std::size_t i = 0; i < scope_->definitions().size(); ++i) {
        const ast::Definition* definition = scope_->definitions()[i].definition;
        if (definition != nullptr && skipped_.contains(&definition->value)) {
            checker.definitions[static_cast<int>(i)] = std::nullopt;
        }
    }
    checker.conditions = &requirements_;
    checker.fits = [&](const std::string& text, Checker::Place place) {
        return text_fits(text, place, checker);
    };
    checker.name_sizes = [&](DimSolver& open) { name_sizes(open); };
    for (int index : order_) {
        if (cyclic_.contains(index)) continue;
        const ast::Node& node = scope_->definition(index).definition->value;
        if (skipped_.contains(&node)) continue;
        if (round.errors.size() >= limits::reported_errors) break;
        checker.begin(node);
        reading_ = Reading::value;
        std::optional<ValueId>& result = checker.definitions[index];
        result.reset();
        if (!attempt(round, node.span, [&] { result = checker.check(node); })) {
            salvage(round, checker, node);
        }
        if (result) definitions_[index] = *result;
    }
    for (Task& task : tasks_) {
        task.results.clear();
        if (skipped_.contains(task.node)) continue;
        if (round.errors.size() >= limits::reported_errors) break;
        checker.begin(*task.node);
        reading_ = task.reading;
        if (!attempt(round, task.node->span, [&] { check_task(checker, task); })) {
            salvage(round, checker, *task.node);
        }
    }
    checker.settle_axes();
    if (!round.promoted) *dims_ = std::move(dims);
    return round;
}

void Elaborator::check() {
    // What a transpose stands on is seen without checking, and without a round for each name.
    for (const Task& task : tasks_) {
        if (scope_->defaults) promote_transposed(*task.node);
    }
    Round round;
    for (int count = 0; count < limits::promotion_rounds; ++count) {
        round = check_round();
        if (!round.promoted) break;
    }
    if (round.promoted) {
        diagnostics_->error(
            round.promotion, "too many undeclared names would have to be read as vectors",
            {"declare them, or give them names from h to z, which are vectors", {}});
        return;
    }
    for (const SyntaxError& error : round.errors) {
        diagnostics_->error(error.span, error.message, error.report);
    }
    require_possible_sizes();
    if (diagnostics_->has_errors()) return;
    name_sizes(*dims_);
    require_known_sizes();
}

std::vector<ValueId> Elaborator::roots() const {
    std::vector<ValueId> all;
    for (const Task& task : tasks_) all.insert(all.end(), task.results.begin(), task.results.end());
    for (const auto& [index, id] : definitions_) all.push_back(id);
    return all;
}

void Elaborator::make_symbols() {
    for (const Symbol& symbol : scope_->symbols()) {
        if (symbol.existing) {
            symbols_.push_back(symbol.existing);
            continue;
        }
        const ir::Shape shape = dims_->resolve(Type{symbol.dims, {}}).dims;
        symbols_.push_back(
            dims_->context().symbol(symbol.name, shape, symbol.facts, symbol.is_variable));
    }
}

void Elaborator::build() {
    make_symbols();
    stamps_.assign(values_.size(), 0);
    for (const auto& [index, id] : definitions_) {
        // The value of `b = x` is that of x, everywhere.
        if (values_[id].symbol < 0) definition_at_.emplace(id, index);
    }
    std::vector<bool> needed(values_.size(), false);
    for (ValueId root : roots()) needed[root] = true;
    for (std::size_t id = values_.size(); id-- > 0;) {
        if (!needed[id]) continue;
        for (ValueId operand : values_[static_cast<ValueId>(id)].operands) needed[operand] = true;
    }
    const ir::WorkLimit limit(dims_->context());
    const Recipe recipe{dims_->context(), *dims_, symbols_};
    exprs_.assign(values_.size(), {});
    std::vector<ir::Expr> operands;
    for (std::size_t id = 0; id < values_.size(); ++id) {
        if (!needed[id]) continue;
        const Value& value = values_[static_cast<ValueId>(id)];
        operands.clear();
        for (ValueId operand : value.operands) operands.push_back(exprs_[operand]);
        const auto refused = [](ir::Expr operand) { return !operand; };
        if (std::any_of(operands.begin(), operands.end(), refused)) continue;
        try {
            exprs_[id] = value.build(recipe, operands);
        } catch (const SyntaxError& error) {
            diagnostics_->error(error.span, error.message, error.report);
        } catch (const InputError& error) {
            // A size left 64 bits, or the work its limit: ir does not know where.
            diagnostics_->error(value.span, error.what(), {error.diagnostics().front().help, {}});
            diagnostics_->throw_if_errors();
        }
    }
    // What could not be built has no expression that anybody could use.
    diagnostics_->throw_if_errors();
}

ir::Expr Elaborator::expr(std::size_t handle, std::size_t side) const {
    return exprs_[tasks_[handle].results[side]];
}

ir::Orientation Elaborator::orientation(std::size_t handle) const {
    return values_[tasks_[handle].results[0]].type.orientation;
}

ir::Expr Elaborator::definition(int index) const { return exprs_[definitions_.at(index)]; }

ir::Orientation Elaborator::definition_orientation(int index) const {
    return values_[definitions_.at(index)].type.orientation;
}

std::vector<int> Elaborator::used_symbols(const std::vector<std::size_t>& handles) const {
    std::vector<ValueId> roots;
    for (std::size_t handle : handles) {
        const auto& results = tasks_[handle].results;
        roots.insert(roots.end(), results.begin(), results.end());
    }
    // A walk ends at definitions; those are followed here, each once.
    Uses uses = direct_uses(std::move(roots));
    std::set<int> symbols(uses.symbols.begin(), uses.symbols.end());
    std::set<int> seen;
    std::vector<int> open = std::move(uses.definitions);
    while (!open.empty()) {
        const int index = open.back();
        open.pop_back();
        if (!seen.insert(index).second) continue;
        const Uses more = definition_uses(index);
        symbols.insert(more.symbols.begin(), more.symbols.end());
        open.insert(open.end(), more.definitions.begin(), more.definitions.end());
    }
    return {symbols.begin(), symbols.end()};
}

Elaborator::Uses Elaborator::definition_uses(int index) const {
    const DefinedName& defined = scope_->definition(index);
    if (defined.definition == nullptr) return {defined.symbols, defined.definitions};
    const ValueId id = definitions_.at(index);
    const Value& value = values_[id];
    if (value.symbol >= 0) return {{value.symbol}, {}};
    // `b = a` is the value that a names.
    if (const int owner = definition_at_.at(id); owner != index) return {{}, {owner}};
    return direct_uses(value.operands);
}

Elaborator::Uses Elaborator::direct_uses(std::vector<ValueId> open) const {
    ++stamp_;
    std::set<int> symbols;
    std::set<int> definitions;
    while (!open.empty()) {
        const ValueId id = open.back();
        open.pop_back();
        if (stamps_[id] == stamp_) continue;
        stamps_[id] = stamp_;
        if (const auto named = definition_at_.find(id); named != definition_at_.end()) {
            definitions.insert(named->second);
            continue;
        }
        const Value& value = values_[id];
        if (value.symbol >= 0) symbols.insert(value.symbol);
        if (value.definition >= 0) definitions.insert(value.definition);
        open.insert(open.end(), value.operands.begin(), value.operands.end());
    }
    return {{symbols.begin(), symbols.end()}, {definitions.begin(), definitions.end()}};
}

}  // namespace nabla::syntax
