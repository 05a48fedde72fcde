#include "frontend/lines.hpp"
#include "frontend/module_builder.hpp"
#include "frontend/overloaded.hpp"
#include "frontend/requests.hpp"

namespace nabla::syntax {

namespace {

ir::Relation relation_of(Op op) {
    if (op == Op::less) return ir::Relation::less;
    if (op == Op::less_equal) return ir::Relation::less_equal;
    if (op == Op::greater) return ir::Relation::greater;
    if (op == Op::greater_equal) return ir::Relation::greater_equal;
    return ir::Relation::equal;
}

}  // namespace

ir::Module ModuleBuilder::collect() {
    ir::Module module;
    for (std::size_t i = 0; i < session_.scope.symbols().size(); ++i) {
        const Symbol& symbol = session_.scope.symbol(static_cast<int>(i));
        module.declarations.push_back({elaborator_.symbol(static_cast<int>(i)),
                                       symbol.text.empty() ? symbol.name : symbol.text,
                                       symbol.lower, symbol.upper, symbol.lower_strict,
                                       symbol.upper_strict, symbol.where});
    }
    collect_definitions(module);
    module.dims = session_.known_sizes();
    module.dim_bounds = session_.declarer.dim_bounds(source_);
    module.size_conditions = elaborator_.size_conditions();
    std::size_t task = 0;
    for (const ast::Statement& statement : file_.statements) {
        collect_request(statement, task, module);
    }
    return module;
}

void ModuleBuilder::collect_definitions(ir::Module& module) {
    const auto& definitions = session_.scope.definitions();
    std::map<int, std::size_t> places;  // in the module, which has no functions
    for (std::size_t i = 0; i < definitions.size(); ++i) {
        const int index = static_cast<int>(i);
        if (elaborator_.defined(index)) places.emplace(index, places.size());
    }
    for (const auto& [index, place] : places) {
        const DefinedName& defined = session_.scope.definition(index);
        ir::Definition definition;
        definition.name = defined.name;
        definition.expr = elaborator_.definition(index);
        definition.orientation = elaborator_.definition_orientation(index);
        definition.text = one_line(source_, defined.definition->value.span);
        definition.where = source_.locate(defined.span);
        const Elaborator::Uses uses = elaborator_.definition_uses(index);
        definition.symbols = symbols(uses.symbols);
        for (int other : uses.definitions) definition.definitions.push_back(places.at(other));
        module.definitions.push_back(std::move(definition));
    }
}

void ModuleBuilder::collect_request(const ast::Statement& statement, std::size_t& task,
                                    ir::Module& module) {
    std::visit(Overloaded{
                   [](const ast::DimStatement&) {},
                   [](const ast::Declaration&) {},
                   [](const ast::Definition&) {},
                   [](const ast::Import&) {},
                   [&](const ast::Problem& p) {
                       module.requests.push_back(collect_problem(statement, p, task));
                   },
                   [&](const ast::Solve& s) {
                       module.requests.push_back(collect_solve(statement, s, task));
                   },
                   [&](const ast::Assert& a) {
                       module.requests.push_back(collect_assert(statement, a, task));
                   },
                   [&](const ast::Show& s) {
                       module.requests.push_back(
                           ir::Show{elaborator_.expr(task), elaborator_.orientation(task),
                                    one_line(source_, s.value.span), source_.locate(s.value.span),
                                    symbols(elaborator_.used_symbols({task}))});
                       ++task;
                   },
                   [&](const ast::Export& e) {
                       module.requests.push_back(collect_export(statement, e, task));
                   },
               },
               statement.what);
}

ir::Problem ModuleBuilder::collect_problem(const ast::Statement& statement, const ast::Problem& p,
                                           std::size_t& task) {
    ir::Problem problem;
    problem.maximize = p.maximize;
    problem.objective = elaborator_.expr(task++);
    problem.objective_text = one_line(source_, p.objective.span);
    problem.text = p.text.empty() ? one_line(source_, statement.span) : p.text;
    problem.where = source_.locate(statement.span);
    for (const ast::Name& name : p.over) {
        problem.variables.push_back(elaborator_.symbol(session_.scope.find(name.text).index));
    }
    for (const ast::Node& node : p.constraints) {
        problem.constraints.push_back({elaborator_.expr(task, 0), elaborator_.expr(task, 1),
                                       relation_of(node.children[1].op),
                                       one_line(source_, node.span), source_.locate(node.span)});
        ++task;
    }
    problem.method = p.method.text;
    if (!problem.method.empty()) problem.method_where = source_.locate(p.method.span);
    for (const ast::Node& option : p.options) {
        problem.method_options.emplace_back(option.text, option_value(option));
        problem.option_wheres.push_back(source_.locate(option.span));
    }
    return problem;
}

ir::Solve ModuleBuilder::collect_solve(const ast::Statement& statement, const ast::Solve& s,
                                       std::size_t& task) {
    ir::Solve solve;
    solve.left = elaborator_.expr(task, 0);
    solve.right = elaborator_.expr(task, 1);
    solve.unknown = elaborator_.symbol(session_.scope.find(s.variable.text).index);
    solve.left_text = one_line(source_, s.equation.children[0].span);
    solve.right_text = one_line(source_, s.equation.children[1].span);
    solve.text = one_line(source_, statement.span);
    solve.where = source_.locate(s.equation.span);
    solve.inputs = symbols(elaborator_.used_symbols({task}));
    ++task;
    return solve;
}

ir::Assert ModuleBuilder::collect_assert(const ast::Statement& statement, const ast::Assert& a,
                                         std::size_t& task) {
    ir::Assert claim;
    claim.left = elaborator_.expr(task, 0);
    claim.right = elaborator_.expr(task, 1);
    claim.relation = relation_of(a.claim.children[1].op);
    claim.left_text = one_line(source_, a.claim.children[0].span);
    claim.right_text = one_line(source_, a.claim.children[1].span);
    claim.text = one_line(source_, statement.span);
    claim.where = source_.locate(a.claim.span);
    claim.inputs = symbols(elaborator_.used_symbols({task}));
    ++task;
    return claim;
}

ir::Export ModuleBuilder::collect_export(const ast::Statement& statement, const ast::Export& e,
                                         std::size_t& task) {
    ir::Export out;
    out.name = e.name.text;
    out.where = source_.locate(statement.span);
    std::vector<std::size_t> handles;
    for (const ast::Node& value : e.values) {
        out.outputs.push_back(elaborator_.expr(task));
        out.orientations.push_back(elaborator_.orientation(task));
        out.texts.push_back(one_line(source_, value.span));
        handles.push_back(task++);
    }
    out.inputs = symbols(elaborator_.used_symbols(handles));
    return out;
}

std::vector<ir::Expr> ModuleBuilder::symbols(const std::vector<int>& indices) const {
    std::vector<ir::Expr> found;
    for (int index : indices) found.push_back(elaborator_.symbol(index));
    return found;
}

}  // namespace nabla::syntax
