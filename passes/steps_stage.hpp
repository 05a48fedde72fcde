// One differentiation: from a function to its derivative by one variable, line by line.
#pragma once

#include <unordered_map>
#include <vector>

#include "ir/traverse.hpp"
#include "passes/steps_board.hpp"

namespace nabla::passes {

/// What all differentiations of one derivation share.
struct StageSetting {
    ir::Expr x;
    ir::Expr dx;
    FreeNames& names;
    NotationBuilder& builder;
    std::vector<Step>& steps;
};

class Stage {
public:
    struct Question {
        ir::Expr function;
        std::string name;      ///< f
        std::string why = {};  ///< the rule of its first line
        ir::Expr answer;       ///< the finished derivative
        int order = 1;
        bool as_row = false;
    };
    Stage(const StageSetting& setting, const Question& question)
        : s_(setting), q_(question), rank_(question.function.rank()) {}

    void write();

private:
    using Terms = std::vector<ChangeTerm>;
    struct Factor {
        std::vector<ir::Expr> parts;
        int lines = 0;  ///< that the parts come from
    };

    void write_values();
    void write_backwards();
    void write_value(const NamedValue& value, Terms terms);
    void write_result();
    void insert_values(ir::Expr factor);

    Terms differential(const NamedValue& value, std::vector<StepRule>& rules);
    /// The differential of the function as cofactors times changes, collected by change.
    void arrange(const Terms& terms);
    void collect(const Terms& terms, const std::vector<ir::Expr>& cofactors);
    /// A name for the factor of a value's change where it is long, or occurs in several lines.
    ir::Expr named_factor(const NamedValue& value, bool alone);
    Terms inserted(ir::Expr factor, const NamedValue& value, const Terms& terms);
    ChangeTerm paired(ir::Expr cofactor, ir::Expr change);
    ir::Expr cofactor(const ChangeTerm& term);
    ir::Expr total(const Factor& factor, ir::Expr change);
    bool only_live(ir::Expr change) const;

    /// A line; one that says what the line before says is left out, unless it must stand.
    void line(StepLeft kind, NotationPtr left, NotationPtr right, std::vector<StepRule> rules,
              bool must = false);
    /// The next line of the same equation.
    void go_on(NotationPtr right, std::vector<StepRule> rules, bool must = false);
    NotationPtr oriented_result(NotationPtr notation) const;

    const StageSetting& s_;
    const Question& q_;
    std::size_t rank_;
    NotationPtr name_, change_name_;
    std::vector<NamedValue> values_;
    Changes changes_;
    std::unordered_map<ir::Expr, NotationPtr, ir::ExprHash> shown_;  ///< by change
    std::unordered_map<ir::Expr, Factor, ir::ExprHash> factors_;     ///< by change
    ir::Substitution meanings_;                                      ///< of the names of factors
};

/// A rule without a law.
StepRule plain_rule(std::string name, NotationPtr piece = nullptr);

}  // namespace nabla::passes
