#include "frontend/frontend.hpp"

#include "frontend/elaborate.hpp"
#include "frontend/parser.hpp"
#include "frontend/requests.hpp"
#include "frontend/resolve.hpp"
#include "frontend/session.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace nabla::syntax {

namespace {

/// The text of a span on one line, without comments.
std::string clean_text(const Source& source, Span span) {
    std::string out;
    bool blank = false;
    const std::string_view text = source.text(span);
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool comment = text[i] == '#' || text.substr(i).starts_with("//");
        if (comment) {
            i = std::min(text.find('\n', i), text.size() - 1);
            blank = true;
            continue;
        }
        const bool space = text[i] == ' ' || text[i] == '\t' || text[i] == '\n' || text[i] == '\r';
        if (!space && blank && !out.empty()) out += ' ';
        blank = space;
        if (!space) out += text[i];
    }
    return out;
}

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

template <typename... Visitors>
struct Overloaded : Visitors... {
    using Visitors::operator()...;
};
template <typename... Visitors>
Overloaded(Visitors...) -> Overloaded<Visitors...>;

/// A file, statement by statement.
class ModuleBuilder {
public:
    ModuleBuilder(ir::Context& context, const Source& source, const Options& options)
        : source_(source),
          session_(context, source, options),
          elaborator_(session_.scope, session_.dims, session_.known, session_.diagnostics) {}

    ir::Module build() {
        session_.read_options(nullptr);
        file_ = parse_file(source_, session_.known, session_.diagnostics);
        declare();
        resolve();
        elaborator_.order_definitions();
        add_tasks();
        elaborator_.check();
        session_.declarer.check_sizes(session_.diagnostics);
        session_.diagnostics.throw_if_errors();
        elaborator_.build();
        return collect();
    }

    std::vector<Diagnostic> notes() const { return session_.notes(); }

private:
    void declare() {
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

    void resolve_expression(ast::Node& node, const std::set<std::string>& locals = {}) {
        if (session_.scope.defaults) collect_size_names(node, session_.scope);
        const Resolution resolution =
            resolve_names(node, session_.scope, locals, session_.diagnostics);
        if (resolution == Resolution::rejected) elaborator_.skip(node);
    }

    void resolve() {
        for (ast::Statement& statement : file_.statements) {
            std::visit(Overloaded{
                           [](ast::DimStatement&) {},
                           [](ast::Declaration&) {},
                           [&](ast::Import&) {
                               session_.diagnostics.error(statement.span,
                                                          "`import` is not supported yet");
                           },
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

    /// Expressions of requests, in the order in which `collect` asks for them again.
    void add_tasks() {
        using Reading = Elaborator::Reading;
        for (ast::Statement& statement : file_.statements) {
            std::visit(Overloaded{
                           [](ast::DimStatement&) {},
                           [](ast::Declaration&) {},
                           [](ast::Import&) {},
                           [](ast::Definition&) {},
                           [&](ast::Problem& p) {
                               elaborator_.add(p.objective, Reading::scalar, "the objective");
                               for (ast::Node& c : p.constraints) {
                                   elaborator_.add(c, Reading::comparison);
                               }
                               check_problem(p, session_.scope, session_.diagnostics);
                           },
                           [&](ast::Solve& s) { elaborator_.add(s.equation, Reading::comparison); },
                           [&](ast::Assert& a) { elaborator_.add(a.claim, Reading::comparison); },
                           [&](ast::Show& s) { elaborator_.add(s.value, Reading::value); },
                           [&](ast::Export& e) {
                               for (ast::Node& v : e.values) elaborator_.add(v, Reading::value);
                           },
                       },
                       statement.what);
        }
        check_exports(file_, session_.diagnostics);
    }

    ir::Module collect() {
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

    void collect_definitions(ir::Module& module) {
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
            definition.text = clean_text(source_, defined.definition->value.span);
            definition.where = source_.locate(defined.span);
            const Elaborator::Uses uses = elaborator_.definition_uses(index);
            definition.symbols = symbols(uses.symbols);
            for (int other : uses.definitions) definition.definitions.push_back(places.at(other));
            module.definitions.push_back(std::move(definition));
        }
    }

    void collect_request(const ast::Statement& statement, std::size_t& task, ir::Module& module) {
        const std::string text = clean_text(source_, statement.span);
        const auto unsupported = [&](const char* what) {
            module.requests.push_back(ir::Unsupported{text,
                                                      fmt::format("{} is not supported yet", what),
                                                      source_.locate(statement.span)});
        };
        std::visit(Overloaded{
                       [](const ast::DimStatement&) {},
                       [](const ast::Declaration&) {},
                       [](const ast::Definition&) {},
                       [&](const ast::Import&) { unsupported("`import`"); },
                       [&](const ast::Problem& p) {
                           module.requests.push_back(collect_problem(p, text, task));
                           std::get<ir::Problem>(module.requests.back()).where =
                               source_.locate(statement.span);
                       },
                       [&](const ast::Solve&) { ++task, unsupported("`solve`"); },
                       [&](const ast::Assert&) { ++task, unsupported("`assert`"); },
                       [&](const ast::Show& s) {
                           module.requests.push_back(ir::Show{
                               elaborator_.expr(task), elaborator_.orientation(task),
                               clean_text(source_, s.value.span), source_.locate(s.value.span),
                               symbols(elaborator_.used_symbols({task}))});
                           ++task;
                       },
                       [&](const ast::Export& e) {
                           module.requests.push_back(collect_export(e, task));
                           std::get<ir::Export>(module.requests.back()).where =
                               source_.locate(statement.span);
                       },
                   },
                   statement.what);
    }

    ir::Problem collect_problem(const ast::Problem& p, const std::string& text, std::size_t& task) {
        ir::Problem problem;
        problem.maximize = p.maximize;
        problem.objective = elaborator_.expr(task++);
        problem.objective_text = clean_text(source_, p.objective.span);
        problem.text = text;
        for (const ast::Name& name : p.over) {
            problem.variables.push_back(elaborator_.symbol(session_.scope.find(name.text).index));
        }
        for (const ast::Node& node : p.constraints) {
            const Op op = node.children[1].op;
            const bool less = op == Op::less || op == Op::less_equal;
            problem.constraints.push_back({elaborator_.expr(task, 0), elaborator_.expr(task, 1),
                                           op == Op::equal ? ir::Relation::equal
                                           : less          ? ir::Relation::less_equal
                                                           : ir::Relation::greater_equal,
                                           clean_text(source_, node.span),
                                           source_.locate(node.span)});
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

    ir::Export collect_export(const ast::Export& e, std::size_t& task) {
        ir::Export out;
        out.name = e.name.text;
        std::vector<std::size_t> handles;
        for (const ast::Node& value : e.values) {
            out.outputs.push_back(elaborator_.expr(task));
            out.orientations.push_back(elaborator_.orientation(task));
            out.texts.push_back(clean_text(source_, value.span));
            handles.push_back(task++);
        }
        out.inputs = symbols(elaborator_.used_symbols(handles));
        return out;
    }

    std::vector<ir::Expr> symbols(const std::vector<int>& indices) const {
        std::vector<ir::Expr> found;
        for (int index : indices) found.push_back(elaborator_.symbol(index));
        return found;
    }

    const Source& source_;
    Session session_;
    Elaborator elaborator_;
    ast::File file_;
};

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
    result.notes = session.notes();
    result.dims = session.known_sizes();
    result.size_conditions = elaborator.size_conditions();
    return result;
}

}  // namespace nabla::syntax
