// From resolved expressions to nodes: checks all of them together (shared unknown sizes,
// definitions before their uses, again and again while default scalars turn out to be vectors),
// gives readable names to sizes that stayed open, and then builds every node that is needed, with
// all shapes known.
#pragma once

#include "frontend/lexer.hpp"
#include "frontend/scope.hpp"
#include "frontend/shapes.hpp"

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace nabla::syntax {

class Elaborator {
public:
    enum class Reading { value, scalar, comparison };

    /// `known`: what the parser knows, to parse suggestions; the sizes that `dims` already fixes
    /// hold in every round.
    Elaborator(Scope& scope, DimSolver& dims, const KnownNames& known, Diagnostics& diagnostics)
        : scope_(&scope), dims_(&dims), known_(&known), diagnostics_(&diagnostics) {}

    /// Adds an expression; the handle is for `expr` and the like. `what` names it in messages.
    std::size_t add(const ast::Node& node, Reading reading, std::string what = {});

    /// Leaves out an expression, task or definition, that was reported as wrong already.
    void skip(const ast::Node& node) { skipped_.insert(&node); }

    /// The definitions in an order in which each comes after what it uses; cycles are reported.
    void order_definitions();

    /// Checks everything; errors are reported, not thrown.
    void check();

    /// What `dim` lines say that sizes are at most.
    std::map<std::string, std::int64_t> greatest_sizes;

    /// Builds all nodes. Only after a check without errors.
    void build();

    // Results, after build().
    ir::Expr expr(std::size_t handle, std::size_t side = 0) const;
    ir::Orientation orientation(std::size_t handle) const;
    ir::Expr definition(int index) const;
    ir::Orientation definition_orientation(int index) const;
    ir::Expr symbol(int index) const { return symbols_[static_cast<std::size_t>(index)]; }
    /// Indices of the symbols that these expressions use as written, ascending.
    std::vector<int> used_symbols(const std::vector<std::size_t>& handles) const;
    /// What the text of a definition names: symbols and definitions, ascending.
    struct Uses {
        std::vector<int> symbols;
        std::vector<int> definitions;
    };
    Uses definition_uses(int index) const;
    /// What must hold of sizes that are not numbers yet.
    std::vector<ir::SizeCondition> size_conditions() const;
    bool defined(int index) const { return definitions_.contains(index); }

private:
    struct Task {
        const ast::Node* node;
        Reading reading;
        std::string what;
        std::vector<ValueId> results;
    };

    /// What one pass over everything found; after a promotion the errors mean nothing.
    struct Round {
        std::vector<SyntaxError> errors;
        bool promoted = false;
        Span promotion;  ///< where the last one was asked for
    };

    Round check_round();
    static void check_task(Checker& checker, Task& task);
    bool attempt(Round& round, Span span, const std::function<void()>& check_one);
    void salvage(Round& round, Checker& checker, const ast::Node& whole);
    void salvage_parts(Round& round, Checker& checker, const ast::Node& node,
                       const std::set<const ast::Node*>& holding);
    void size_defaults(DimSolver& dims);
    bool promote(const Promotion& promotion);
    void promote_transposed(const ast::Node& node);
    std::optional<std::string> text_fits(const std::string& text, Checker::Place place,
                                         const Checker& like);
    void name_sizes(DimSolver& dims) const;
    void require_known_sizes();
    void require_possible_sizes();
    void make_symbols();
    std::vector<ValueId> roots() const;
    Uses direct_uses(std::vector<ValueId> open) const;
    std::set<std::string> taken_names() const;

    Scope* scope_;
    DimSolver* dims_;
    const KnownNames* known_;
    Diagnostics* diagnostics_;
    std::vector<Task> tasks_;
    std::vector<int> order_;  ///< definitions that are values, dependencies first
    std::set<int> cyclic_;
    std::set<const ast::Node*> skipped_;
    Values values_;
    std::vector<SizeRequirement> requirements_;
    Reading reading_ = Reading::value;  ///< of the expression that is being checked
    std::size_t trial_cost_ = 0;
    std::map<int, ValueId> definitions_;
    std::map<ValueId, int> definition_at_;       ///< results of definitions
    mutable std::vector<std::uint32_t> stamps_;  ///< the walk that was last at a value
    mutable std::uint32_t stamp_ = 0;
    std::vector<ir::Expr> exprs_;
    std::vector<ir::Expr> symbols_;
};

}  // namespace nabla::syntax
