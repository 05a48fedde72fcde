// A file as a module, statement by statement: reads what it imports, declares all names, resolves
// and checks every expression, and puts what it asks for into an ir::Module.
#pragma once

#include "frontend/elaborate.hpp"
#include "frontend/session.hpp"

#include <string>
#include <vector>

namespace nabla::syntax {

class ModuleBuilder {
public:
    /// `options` must live as long as the builder.
    ModuleBuilder(ir::Context& context, Source source, const Options& options);

    /// Throws InputError with all diagnostics.
    ir::Module build();

    /// After build().
    std::vector<Diagnostic> notes() const { return session_.notes(); }

private:
    void declare();
    void resolve();
    void resolve_expression(ast::Node& node, const std::set<std::string>& locals = {});
    /// Expressions of requests, in the order in which `collect` asks for them again.
    void add_tasks();

    // module_collect.cpp: the checked statements as parts of a module. `task` counts the
    // expressions of requests.
    ir::Module collect();
    void collect_definitions(ir::Module& module);
    void collect_request(const ast::Statement& statement, std::size_t& task, ir::Module& module);
    ir::Problem collect_problem(const ast::Statement& statement, const ast::Problem& p,
                                std::size_t& task);
    ir::Solve collect_solve(const ast::Statement& statement, const ast::Solve& s,
                            std::size_t& task);
    ir::Assert collect_assert(const ast::Statement& statement, const ast::Assert& a,
                              std::size_t& task);
    ir::Export collect_export(const ast::Statement& statement, const ast::Export& e,
                              std::size_t& task);
    std::vector<ir::Expr> symbols(const std::vector<int>& indices) const;

    Source source_;
    const Options& options_;
    Session session_;
    Elaborator elaborator_;
    ast::File file_;
};

}  // namespace nabla::syntax
