// Array programs: what an expression computes, in the operations that NumPy, MATLAB, Eigen and
// their kin share. It stands between notation, which is made for reading, and the text of one
// language: products know whether they are dot, outer or matrix products, slices have sizes, and
// what has only an index form is an einsum. Every vector is a column here.
//
// Nodes are immutable and interned by a CodeBuilder, so that equal parts are one node.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "ir/expr.hpp"

namespace nabla::codegen {

enum class CodeKind : std::uint8_t {
    number,
    pi,
    size,           ///< dims[0] as a number
    name,           ///< text: a parameter
    eye,            ///< dims[0]
    ones,           ///< dims
    zeros,          ///< dims
    unit,           ///< of length dims[1], a one at dims[0] (from 1)
    iota,           ///< 1 … dims[0]
    add,            ///< children, subtracted where signs[k]; scalars broadcast
    multiply,       ///< children, entry by entry; scalars broadcast
    divide,         ///< entry by entry; scalars broadcast
    power,          ///< children[0]^exponent, entry by entry
    power_by,       ///< children[0]^children[1], entry by entry
    matmul,         ///< matrix · matrix or vector
    dot,            ///< of two vectors
    outer,          ///< of two vectors
    scale_rows,     ///< diag(children[0]) · children[1]
    scale_columns,  ///< children[0] · diag(children[1])
    transpose,      ///< of a matrix
    inverse,
    solve,        ///< children[0]^-1 · children[1]
    solve_right,  ///< children[0] · children[1]^-1
    matrix_power,
    trace,
    from_diagonal,  ///< vector → matrix
    diagonal,       ///< matrix → vector
    lower_triangle,
    upper_triangle,
    kron,          ///< of two matrices or two vectors
    vec,           ///< columns below one another
    reshape,       ///< to dims, filled by columns
    reshape_rows,  ///< to dims, filled by rows
    block,         ///< children, signs[k] where one begins a row; as_row and as_column in it
    as_row,        ///< a vector as a 1×n matrix: only in blocks
    as_column,     ///< a vector as an n×1 matrix: only in blocks
    slice,         ///< children[0] at parts
    einsum,        ///< text: `ij,jk->ik`
    map,           ///< function of the table
    sqrt,
    compare,        ///< children[0] text children[1]
    where,          ///< children: compare, then, else
    norm,           ///< Euclidean, of a vector or a matrix
    norm_one,       ///< sum of absolute values
    norm_infinity,  ///< largest absolute value
    reduce,         ///< text: sum prod max min logsumexp, and softmax log_softmax max_share
                    ///< min_share of the argument's shape; along axes, none: all
    cross_entropy,
    det,
    logdet,
    chol,
    eigenvalue,
    eigenvector,
    shifted_pinv,
    expm,  ///< children: the matrix, then directions
};

/// What an axis is taken at.
struct CodePart {
    enum class Kind : std::uint8_t { all, range, entry };
    Kind kind = Kind::all;
    ir::Dim first;  ///< from 1
    ir::Dim last;   ///< included
};

struct Code;
using CodePtr = std::shared_ptr<const Code>;

struct Code {
    CodeKind kind = CodeKind::number;
    std::uint8_t rank = 0;
    ir::Number number;
    ir::Rational exponent{1};
    std::string text;
    ir::Fn function = ir::Fn::exp;
    ir::Shape dims;
    std::vector<std::uint8_t> axes;
    std::vector<bool> signs;
    std::vector<CodePart> parts;
    std::vector<CodePtr> children;
    bool symmetric = false;   ///< of a matrix: known to equal its transpose
    std::uint32_t index = 0;  ///< order of creation: children before parents
};

/// The name of a node kind, for diagrams and errors.
std::string_view kind_name(CodeKind kind);

/// Interns nodes; the constructors make the simpler node where there is one.
class CodeBuilder {
public:
    CodePtr make(Code node);

    CodePtr leaf(CodeKind kind, std::uint8_t rank, ir::Shape dims = {});
    CodePtr number(const ir::Number& value);
    CodePtr name(const std::string& text, std::uint8_t rank, bool symmetric);
    CodePtr plain(CodeKind kind, std::uint8_t rank, std::vector<CodePtr> children);
    CodePtr multiply(std::vector<CodePtr> factors);
    CodePtr add(std::vector<CodePtr> terms, std::vector<bool> signs);
    CodePtr power(const CodePtr& base, const ir::Rational& exponent);
    CodePtr transpose(const CodePtr& matrix);
    /// matrix · matrix, or matrix · vector.
    CodePtr product(const CodePtr& left, const CodePtr& right);
    CodePtr compare(const CodePtr& left, const std::string& sign, const CodePtr& right);

private:
    std::map<std::string, CodePtr> nodes_;
};

/// Every node below `root`, children before parents, each once.
std::vector<CodePtr> code_order(const CodePtr& root);

}  // namespace nabla::codegen
