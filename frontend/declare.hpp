// The statements that only introduce names: `dim`, `param`, `var`, the heads of definitions, the
// `--declare` texts, the shapes of given data, and the names of a module made earlier. Fills the
// Scope and fixes sizes in the DimSolver; what is wrong is reported.
#pragma once

#include "frontend/diagnostics.hpp"
#include "frontend/dims.hpp"
#include "frontend/frontend.hpp"
#include "frontend/scope.hpp"

namespace nabla::syntax {

class Declarer {
public:
    Declarer(Scope& scope, DimSolver& dims) : scope_(&scope), dims_(&dims) {}

    /// Dimension names of a declaration and of a `dim` statement; before any `declare`.
    void collect_dimensions(const ast::Declaration& declaration);
    void collect_dimensions(const ast::DimStatement& statement);

    void declare(const ast::Declaration& declaration, Span statement, Diagnostics& diagnostics);
    void fix(const ast::DimStatement& statement, Diagnostics& diagnostics);
    /// Sizes that `fix` made impossible, once all are read; their names become free again.
    void check_fixed(Diagnostics& diagnostics);
    void define(const ast::Definition& definition, Diagnostics& diagnostics);
    /// Throws InputError if the data do not fit what is declared.
    void give(const std::string& name, const std::vector<std::int64_t>& shape);
    void import(const ir::Module& module);

    /// Sizes that are numbers now must be possible ones; with `uses`, only those of the symbols in
    /// there, reported where they are used.
    void check_sizes(Diagnostics& diagnostics, const std::map<int, Span>* uses = nullptr) const;

    /// The `dim` lines that bound a name instead of fixing it.
    std::vector<ir::DimBound> dim_bounds(const Source& source) const;

private:
    bool is_new(const std::string& name, Span span, Diagnostics& diagnostics) const;
    std::string misfit(const Symbol& symbol, const std::vector<std::int64_t>& shape,
                       std::size_t axis) const;
    void add_fact(Symbol& symbol, const ast::Fact& fact, Diagnostics& diagnostics) const;

    struct Bound {
        std::string name;
        Op op;
        std::int64_t value;
        Span span;
    };

    Scope* scope_;
    DimSolver* dims_;
    std::vector<Bound> bounds_;
    std::map<std::string, Span> fixed_;            ///< by `dim n = …`: the value
    std::map<std::string, Span> dim_lines_;        ///< the name in `dim n`
    std::map<std::string, std::string> sized_by_;  ///< dimension names: whose data came first
};

}  // namespace nabla::syntax
