#include "frontend/module_builder.hpp"

#include "frontend/imports.hpp"
#include "frontend/overloaded.hpp"
#include "frontend/parser.hpp"
#include "frontend/requests.hpp"
#include "frontend/resolve.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace nabla::syntax {

ModuleBuilder::ModuleBuilder(ir::Context& context, Source source, const Options& options)
    : source_(std::move(source)),
      options_(options),
      session_(context, source_, options),
      elaborator_(session_.scope, session_.dims, session_.known, session_.diagnostics) {}

ir::Module ModuleBuilder::build() {
    session_.read_options(nullptr);
    const Imports imports = load_imports(source_, options_.file, session_.diagnostics);
    const bool complete = !session_.diagnostics.has_errors();
    file_ = parse_file(source_, session_.known, session_.diagnostics, imports);
    // What a file that did not come in would have declared is unknown: its names are no mistakes.
    if (!complete) session_.diagnostics.throw_if_errors();
    declare();
    resolve();
    elaborator_.order_definitions();
    add_tasks();
    for (const ir::DimBound& bound : session_.declarer.dim_bounds(source_)) {
        if (bound.upper == std::numeric_limits<std::int64_t>::max()) continue;
        const auto first = elaborator_.greatest_sizes.emplace(bound.name, bound.upper).first;
        first->second = std::min(first->second, bound.upper);
    }
    elaborator_.check();
    session_.declarer.check_sizes(session_.diagnostics);
    session_.diagnostics.throw_if_errors();
    elaborator_.build();
    return collect();
}

void ModuleBuilder::declare() {
    session_.declare_options(nullptr);
    for (const std::string& name : file_.broken) session_.scope.add_broken(name);
    for (const ast::Statement& statement : file_.statements) {
        if (const auto* d = std::get_if<ast::Declaration>(&statement.what)) {
            session_.declarer.collect_dimensions(*d);
        } else if (const auto* dim = std::get_if<ast::DimStatement>(&statement.what)) {
            session_.declarer.collect_dimensions(*dim);
        }
    }
    // Sizes are fixed before declarations ask whether a matrix is square.
    for (const ast::Statement& statement : file_.statements) {
        if (const auto* dim = std::get_if<ast::DimStatement>(&statement.what)) {
            session_.declarer.fix(*dim, session_.diagnostics);
        }
    }
    session_.declarer.check_fixed(session_.diagnostics);
    for (const ast::Statement& statement : file_.statements) {
        if (const auto* d = std::get_if<ast::Declaration>(&statement.what)) {
            session_.declarer.declare(*d, statement.span, session_.diagnostics);
        } else if (const auto* definition = std::get_if<ast::Definition>(&statement.what)) {
            session_.declarer.define(*definition, session_.diagnostics);
            const bool function = definition->function;
            (function ? session_.known.functions : session_.known.values)
                .insert(definition->name.text);
        }
    }
    session_.give_data();
}

void ModuleBuilder::resolve_expression(ast::Node& node, const std::set<std::string>& locals) {
    if (session_.scope.defaults) collect_size_names(node, session_.scope);
    const Resolution resolution = resolve_names(node, session_.scope, locals, session_.diagnostics);
    if (resolution == Resolution::rejected) elaborator_.skip(node);
}

void ModuleBuilder::resolve() {
    for (ast::Statement& statement : file_.statements) {
        std::visit(Overloaded{
                       [](ast::DimStatement&) {},
                       [](ast::Declaration&) {},
                       [](ast::Import&) {},
                       [&](ast::Definition& d) {
                           std::set<std::string> locals;
                           for (const ast::Name& p : d.parameters) locals.insert(p.text);
                           resolve_expression(d.value, locals);
                       },
                       [&](ast::Problem& p) {
                           resolve_expression(p.objective);
                           for (ast::Node& c : p.constraints) resolve_expression(c);
                       },
                       [&](ast::Solve& s) { resolve_expression(s.equation); },
                       [&](ast::Assert& a) { resolve_expression(a.claim); },
                       [&](ast::Show& s) { resolve_expression(s.value); },
                       [&](ast::Export& e) {
                           for (ast::Node& v : e.values) resolve_expression(v);
                       },
                   },
                   statement.what);
    }
    session_.add_wanted();
}

void ModuleBuilder::add_tasks() {
    using Reading = Elaborator::Reading;
    for (ast::Statement& statement : file_.statements) {
        std::visit(Overloaded{
                       [](ast::DimStatement&) {},
                       [](ast::Declaration&) {},
                       [](ast::Import&) {},
                       [](ast::Definition&) {},
                       [&](ast::Problem& p) {
                           elaborator_.add(p.objective, Reading::scalar, "the objective");
                           for (ast::Node& c : p.constraints)
                               elaborator_.add(c, Reading::comparison);
                           check_problem(p, session_.scope, session_.diagnostics);
                       },
                       [&](ast::Solve& s) {
                           elaborator_.add(s.equation, Reading::comparison);
                           check_solve(s, session_.scope, session_.diagnostics);
                       },
                       [&](ast::Assert& a) {
                           elaborator_.add(a.claim, Reading::comparison);
                           check_assert(a, session_.diagnostics);
                       },
                       [&](ast::Show& s) { elaborator_.add(s.value, Reading::value); },
                       [&](ast::Export& e) {
                           for (ast::Node& v : e.values) elaborator_.add(v, Reading::value);
                       },
                   },
                   statement.what);
    }
    check_exports(file_, session_.diagnostics);
}

}  // namespace nabla::syntax
