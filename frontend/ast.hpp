// The surface tree: what was typed, with its places, and nothing about shapes or meaning. One node
// type for all expressions, so that walks stay short; chains (`a + b - c`, `A B / c`) are flat, so
// that a sum of 200,000 terms is one node. Its depth is bounded by limits::nesting.
#pragma once

#include "frontend/operators.hpp"

#include <nabla/error.hpp>

#include <string>
#include <variant>
#include <vector>

namespace nabla::syntax::ast {

enum class Kind : std::uint8_t {
    number,         ///< text: the digits as typed
    name,           ///< text: the canonical name (names.hpp); `I` and `pi` too
    sum,            ///< children joined by `op` plus or minus (the first one's op is plus)
    product,        ///< children joined by `op` (the first one's op is none)
    negate,         ///< one child
    group,          ///< `(a)`; with several children `(a, b)`, which only a call could mean
    transpose,      ///< one child
    power,          ///< base, exponent
    element_power,  ///< base, exponent
    index,          ///< base, then one child an index: an expression, `all` or `range`
    all,            ///< `:`
    range,          ///< lower, upper
    call,           ///< text: function; children: arguments
    apply,          ///< text: function without parentheses; children: operand
    keyword,        ///< text: option name; child: value (`axis=1`)
    binder,         ///< text: index name; children: lower, upper, body (`i in 1..m: b`)
    norm,           ///< text: subscript ("", "1", "2", "inf", "F"); one child
    absolute,       ///< `|x|`
    inner,          ///< `<x, y>`
    block,          ///< children: rows
    row,            ///< children: entries
    tensor,         ///< `[i, j: body]`: names, then the body
    compare,        ///< two children, `op` of the second
    nabla,          ///< `∇_x f`: name, body
};

struct Node {
    Kind kind = Kind::number;
    Op op = Op::none;  ///< joins this node to what stands before it in a chain
    Span span;
    Span op_span;
    std::string text;
    std::vector<Node> children;
};

struct Name {
    std::string text;
    Span span;
};

/// A fact after a declaration: a word (`symmetric`), a bound (`>= 0`: op and lower), or an interval
/// (`in [lo, hi]`: word "in", lower and upper). Bounds are numbers as typed, with their sign.
struct Fact {
    std::string word;
    Op op = Op::none;
    std::string lower;
    std::string upper;
    Span span;
};

struct DimStatement {
    Name name;
    Op op = Op::equal;  ///< equal, greater_equal, greater, less_equal or less
    Node value;
    bool only_named() const { return value.span.end == 0; }  ///< `dim n`
};

struct Declaration {
    bool variable = false;  ///< `var`, else `param`
    Name name;
    std::vector<Node> dims;
    /// Axes whose sizes use decides (GENO's `matrix A`); `dims` is empty then.
    int open_rank = 0;
    std::vector<Fact> facts;
};

struct Definition {
    Name name;
    bool function = false;  ///< `f(x, Y) = …`
    std::vector<Name> parameters;
    Node value;
};

struct Problem {
    bool maximize = false;
    Node objective;
    std::vector<Name> over;
    std::vector<Node> constraints;
    Name method;                ///< empty text: none given
    std::vector<Node> options;  ///< keyword nodes
    /// How the request is called, if not by the statement's text (a GENO model has no statement).
    std::string text;
};

struct Solve {
    Node equation;
    Name variable;
};

struct Assert {
    Node claim;
};

struct Show {
    Node value;
};

struct Export {
    std::vector<Node> values;
    Name name;
};

struct Import {
    std::string path;
    Span path_span;  ///< with its quotes
};

struct Statement {
    Span span;
    std::variant<DimStatement, Declaration, Definition, Problem, Solve, Assert, Show, Export,
                 Import>
        what;
};

struct File {
    std::vector<Statement> statements;
    /// Names that lines with syntax errors would have introduced: their uses are no further errors.
    std::vector<std::string> broken;
};

}  // namespace nabla::syntax::ast
