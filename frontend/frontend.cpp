#include "frontend/frontend.hpp"

#include <cmath>

#include "frontend/elaborate.hpp"
#include "frontend/module_builder.hpp"
#include "frontend/parser.hpp"
#include "frontend/resolve.hpp"
#include "frontend/session.hpp"

namespace nabla::syntax {

namespace {

/// Where each symbol first stands in a resolved expression.
std::map<int, Span> symbol_uses(const ast::Node& expression, const Scope& scope) {
    std::map<int, Span> uses;
    std::vector<const ast::Node*> open{&expression};
    while (!open.empty()) {
        const ast::Node& node = *open.back();
        open.pop_back();
        for (const ast::Node& child : node.children) open.push_back(&child);
        if (node.kind != ast::Kind::name && node.kind != ast::Kind::nabla) continue;
        const Scope::Entry entry = scope.find(node.text);
        if (entry.role != Scope::Role::symbol) continue;
        const auto [use, is_new] = uses.emplace(entry.index, node.span);
        if (!is_new && node.span.begin < use->second.begin) use->second = node.span;
    }
    return uses;
}

}  // namespace

ir::Module elaborate_module(ir::Context& context, const Source& source, const Options& options,
                            std::vector<Diagnostic>* notes) {
    ModuleBuilder builder(context, source, options);
    ir::Module module = builder.build();
    if (notes != nullptr) *notes = builder.notes();
    return module;
}

Expression elaborate_expression(ir::Context& context, const Source& source, const Options& options,
                                const ir::Module* scope) {
    Session session(context, source, options);
    session.read_options(scope);
    auto node = parse_expression(source, session.known, session.diagnostics);
    session.diagnostics.throw_if_errors();
    session.declare_options(scope);
    if (options.defaults) collect_size_names(*node, session.scope);
    std::set<std::string> words;
    collect_words(*node, words);
    session.give_sizes(words);
    session.give_data(words);
    resolve_names(*node, session.scope, {}, session.diagnostics);
    session.diagnostics.throw_if_errors();
    session.add_wanted();

    Elaborator elaborator(session.scope, session.dims, session.known, session.diagnostics);
    const std::size_t handle = elaborator.add(*node, Elaborator::Reading::value);
    elaborator.check();
    const std::map<int, Span> uses = symbol_uses(*node, session.scope);
    session.declarer.check_sizes(session.diagnostics, &uses);
    session.diagnostics.throw_if_errors();
    elaborator.build();

    Expression result;
    result.expr = elaborator.expr(handle);
    result.orientation = elaborator.orientation(handle);
    for (int index : elaborator.used_symbols({handle})) {
        result.symbols.push_back(elaborator.symbol(index));
        const auto use = uses.find(index);
        result.first_uses.push_back(use == uses.end() ? Location{} : source.locate(use->second));
    }
    for (int index : session.wanted) result.wanted.push_back(elaborator.symbol(index));
    std::set<int> indices(session.wanted.begin(), session.wanted.end());
    for (int index : elaborator.used_symbols({handle})) indices.insert(index);
    for (int index : indices) {
        const Symbol& symbol = session.scope.symbols()[static_cast<std::size_t>(index)];
        if (std::isinf(symbol.lower) && std::isinf(symbol.upper)) continue;
        result.bounds.push_back({elaborator.symbol(index), symbol.text, symbol.lower, symbol.upper,
                                 symbol.lower_strict, symbol.upper_strict});
    }
    result.notes = session.notes();
    result.dims = session.known_sizes();
    result.size_conditions = elaborator.size_conditions();
    return result;
}

}  // namespace nabla::syntax
