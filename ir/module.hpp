// What a file (or a one-liner) declares, defines and asks for, after resolution: all shapes known,
// every expression a node. Orientation (row or column) is no part of a node, so it stands beside
// each definition and request.
#pragma once

#include <nabla/error.hpp>

#include <limits>
#include <string>
#include <variant>
#include <vector>

#include "ir/expr.hpp"

namespace nabla::ir {

enum class Orientation : std::uint8_t { column, row };

struct Declaration {
    Expr symbol;
    std::string text;  ///< as written: `X[m, n]`
    /// Bounds from `>= c`, `<= c`, `in [lo, hi]` facts; infinities where absent.
    double lower = -std::numeric_limits<double>::infinity();
    double upper = std::numeric_limits<double>::infinity();
    bool lower_strict = false;  ///< `> c` instead of `>= c`
    bool upper_strict = false;
    /// The name where it is declared; where it is first used if nothing declares it.
    Location where = {};
};

struct Definition {
    std::string name;
    Expr expr;
    Orientation orientation = Orientation::column;
    std::string text;     ///< the right-hand side as written
    Location where = {};  ///< the name
    /// What its text names: symbols, in order of declaration, and definitions, as indices into
    /// those of the module. Linear in the text, where all symbols of all definitions would not be.
    std::vector<Expr> symbols = {};
    std::vector<std::size_t> definitions = {};
};

enum class Relation : std::uint8_t { equal, less_equal, greater_equal, less, greater };

struct Constraint {
    Expr left, right;
    Relation relation = Relation::equal;
    std::string text;
    Location where = {};
};

struct Problem {
    bool maximize = false;
    Expr objective;
    std::string objective_text;
    std::vector<Expr> variables;
    std::vector<Constraint> constraints;
    std::string method;  ///< of `using METHOD(…)`; empty if not given
    std::vector<std::pair<std::string, double>> method_options;
    std::string text;  ///< the statement as written, for "request"
    Location where = {};
    Location method_where = {};                ///< the method's name
    std::vector<Location> option_wheres = {};  ///< one for each of method_options
};

struct Show {
    Expr expr;
    Orientation orientation = Orientation::column;
    std::string text;               ///< the expression as written
    Location where = {};            ///< the expression
    std::vector<Expr> inputs = {};  ///< symbols that it uses as written, in order of declaration
};

struct Export {
    std::string name;
    std::vector<Expr> outputs;
    std::vector<Orientation> orientations;
    std::vector<std::string> texts;
    std::vector<Expr> inputs;  ///< symbols that the outputs use as written, in order of declaration
    Location where = {};       ///< the statement
};

/// `solve left == right for unknown`; one side may be a scalar that the other's shape broadcasts.
struct Solve {
    Expr left, right;
    Expr unknown;
    std::string left_text, right_text;
    std::string text;               ///< the statement as written
    Location where = {};            ///< the equation
    std::vector<Expr> inputs = {};  ///< symbols that the equation uses as written
};

/// `assert left == right` and the like, entry by entry; one side may be a scalar.
struct Assert {
    Expr left, right;
    Relation relation = Relation::equal;
    std::string left_text, right_text;
    std::string text;               ///< the statement as written
    Location where = {};            ///< the claim
    std::vector<Expr> inputs = {};  ///< symbols that the claim uses as written
};

/// What a line like `dim n >= 3` says of a dimension name.
struct DimBound {
    std::string name;
    std::int64_t lower = std::numeric_limits<std::int64_t>::min();
    std::int64_t upper = std::numeric_limits<std::int64_t>::max();
    std::string text;     ///< `n >= 3`
    Location where = {};  ///< the name in that line
};

/// `surplus >= 0` must hold of the sizes: an index lies in its axis, a slice is not empty. Neither
/// true nor false for all sizes.
struct SizeCondition {
    Dim surplus;
    std::string text;  ///< what is wrong where it does not hold
    Location where = {};
};

using Request = std::variant<Problem, Solve, Assert, Show, Export>;

struct Module {
    std::vector<Declaration> declarations;  ///< in the file's order
    std::vector<Definition> definitions;
    std::vector<Request> requests;
    DimSubstitution dims;  ///< fixed by `dim n = 4`
    std::vector<DimBound> dim_bounds;
    std::vector<SizeCondition> size_conditions;

    const Declaration* find_declaration(const std::string& name) const;
    const Definition* find_definition(const std::string& name) const;
};

}  // namespace nabla::ir
