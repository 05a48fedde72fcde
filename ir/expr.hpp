// Expressions: immutable, hash-consed nodes of the tensor DAG and 8-byte handles to them.
//
// Two structurally equal expressions of one Context are the same node, so that equality is equality
// of handles and common subexpressions are shared for nothing. Nodes are made only through the
// smart constructors of build.hpp, which keep them in canonical form (see einsum.hpp); a handle is
// valid while its Context lives.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "ir/facts.hpp"
#include "ir/functions.hpp"
#include "ir/number.hpp"
#include "ir/shape.hpp"

namespace nabla::ir {

/// The closed set of node kinds.
enum class Op : std::uint8_t {
    constant,    ///< a scalar Number
    pi,          ///< the scalar π
    dim_value,   ///< a dimension name as a scalar number
    symbol,      ///< a declared or default name
    identity,    ///< the n×n identity matrix
    sum,         ///< n-ary linear combination with Number coefficients (no terms: zeros)
    einsum,      ///< n-ary multilinear product of powers (no factors: ones)
    map,         ///< a scalar function of the table, entry by entry
    reduce,      ///< logsumexp, max, min, prod along axes, and the shares that max/min derive to
    inverse,     ///< of a square matrix
    det,         ///< of a square matrix
    adjugate,    ///< of a square matrix
    derivative,  ///< a request that the first pass replaces
    selection,   ///< a 0/1 matrix: entry (i, j) is 1 where i = j + offset. Its columns pick a slice
    iota,        ///< the vector 1, 2, …, n
    reshape,     ///< the same entries in row-major order, under another shape
    trimask,     ///< n×n, 1 on and below the diagonal, 0 above: keeps a triangle
    chol,        ///< lower L with L L^T = (A + A^T)/2
    eigenvalue,  ///< λ: the largest one of (A + A^T)/2
    eigenvector,   ///< its eigenvector of length 1, its first large entry positive
    shifted_pinv,  ///< (λ I − (A + A^T)/2)^+, the pseudo-inverse
    expm,          ///< the matrix exponential, or its derivative along given matrices
    sylvester,     ///< the X with A X B + C X D = E
};
inline constexpr int op_count = static_cast<int>(Op::sylvester) + 1;

class Expr;
struct Node;

using LabelId = std::uint16_t;
using Labels = std::vector<LabelId>;

/// One factor of an Einsum: base^exponent, entry by entry, its axes named by labels.
struct Factor;
/// One term of a Sum.
struct Term;

struct SymbolData {
    std::string name;
    std::uint32_t id = 0;  ///< distinguishes symbols of equal name; 0 for the first
    Facts facts;
    bool is_variable = false;  ///< `var` rather than `param`
};

struct SumData {
    std::vector<Term> terms;
};

/// Σ over every label that is not in `output` of Π factors[k].base^exponent[labels]. `dims[l]` is
/// the extent of label l. Labels are 0, 1, …: canonical numbering. Output labels are distinct; an
/// output label that no factor carries is a broadcast.
struct EinsumData {
    std::vector<Factor> factors;
    Labels output;
    std::vector<Dim> dims;
};

struct MapData {
    Fn function;
    std::vector<Expr> arguments;  ///< each of the node's shape, or scalar
};

enum class ReduceKind : std::uint8_t {
    logsumexp,
    max,
    min,
    prod,
    max_share,  ///< shape of the argument: 1/(number of ties) where the entry is the maximum, else
                ///< 0
    min_share,
};

struct ReduceData {
    ReduceKind kind;
    std::vector<std::uint8_t>
        axes;  ///< sorted, of the argument; removed from the shape unless a share
    std::vector<Expr> arguments;  ///< exactly one
};

/// What a Selection skips: S^T x is the slice of x that begins after `offset` entries and is as
/// long as S is wide; S y puts y back there, zeros around it.
struct SelectionData {
    Dim offset;
};

/// Matrix functions: Inverse, Det, Adjugate, Chol, Eigenvalue and its kin, Expm, Sylvester; and
/// Reshape.
struct MatrixData {
    std::vector<Expr> arguments;  ///< exactly one; Expm: the matrix, then the directions;
                                  ///< Sylvester: A, B, C, D, E
};

enum class DerivativeMode : std::uint8_t {
    gradient,
    jacobian,
    hessian,
    directional,
    vjp,
    hvp,
    at,  ///< the expression itself, its derivatives carried out, at a point of the symbol
};

/// `arguments`: the expression, the symbols to differentiate by (one, or two for a mixed Hessian),
/// then the direction for directional, vjp and hvp, or the point.
struct DerivativeData {
    DerivativeMode mode;
    std::vector<Expr> arguments;
};

/// Handle to an interned node. A default one is null.
class Expr {
public:
    Expr() = default;
    explicit Expr(const Node* node) : node_(node) {}

    explicit operator bool() const { return node_ != nullptr; }
    const Node* node() const { return node_; }
    inline Op op() const;
    inline const Shape& shape() const;
    inline std::size_t rank() const;
    inline bool is_scalar() const;
    inline Facts facts() const;
    inline bool has(Fact fact) const;
    inline std::uint64_t hash() const;  ///< of the structure: the same from run to run
    inline Context& context() const;

    /// Children in order: terms of a sum, bases of an einsum's factors, arguments. Iterate with
    /// `for (int i = 0; i < e.child_count(); ++i) e.child(i)`.
    int child_count() const;
    Expr child(int i) const;

    // Payload access; each requires the matching op.
    inline const Number& number() const;
    inline Dim dim() const;     ///< dim_value, iota: the dimension; identity, trimask: its size
    inline Dim offset() const;  ///< selection
    inline const SymbolData& symbol() const;
    inline const SumData& sum() const;
    inline const EinsumData& einsum() const;
    inline const MapData& map() const;
    inline const ReduceData& reduce() const;
    inline const DerivativeData& derivative() const;

    friend bool operator==(Expr a, Expr b) { return a.node_ == b.node_; }

private:
    const Node* node_ = nullptr;
};

struct Factor {
    Expr base;
    Rational exponent{1};
    Labels labels;
    friend bool operator==(const Factor&, const Factor&) = default;
};

struct Term {
    Number coefficient;
    Expr expr;
};

struct Node {
    Op op;
    Facts facts;
    std::uint64_t hash = 0;
    std::uint32_t index = 0;  ///< order of creation: children before parents
    Context* context = nullptr;
    Shape shape;
    std::variant<std::monostate, Number, Dim, SymbolData, SumData, EinsumData, MapData, ReduceData,
                 MatrixData, DerivativeData, SelectionData>
        data;
};

inline Op Expr::op() const { return node_->op; }
inline const Shape& Expr::shape() const { return node_->shape; }
inline std::size_t Expr::rank() const { return node_->shape.size(); }
inline bool Expr::is_scalar() const { return node_->shape.empty(); }
inline Facts Expr::facts() const { return node_->facts; }
inline bool Expr::has(Fact fact) const { return node_->facts.has(fact); }
inline std::uint64_t Expr::hash() const { return node_->hash; }
inline Context& Expr::context() const { return *node_->context; }
inline const Number& Expr::number() const { return std::get<Number>(node_->data); }
inline Dim Expr::dim() const { return std::get<Dim>(node_->data); }
inline Dim Expr::offset() const { return std::get<SelectionData>(node_->data).offset; }
inline const SymbolData& Expr::symbol() const { return std::get<SymbolData>(node_->data); }
inline const SumData& Expr::sum() const { return std::get<SumData>(node_->data); }
inline const EinsumData& Expr::einsum() const { return std::get<EinsumData>(node_->data); }
inline const MapData& Expr::map() const { return std::get<MapData>(node_->data); }
inline const ReduceData& Expr::reduce() const { return std::get<ReduceData>(node_->data); }
inline const DerivativeData& Expr::derivative() const {
    return std::get<DerivativeData>(node_->data);
}

/// Total order by structure (op, then hash, then contents): never by address.
int compare(Expr a, Expr b);

struct ExprHash {
    std::size_t operator()(Expr e) const { return std::hash<const void*>()(e.node()); }
};

/// True for a constant equal to `value` at any shape (a Sum of `value`·ones for tensors).
bool is_zero(Expr e);
bool is_one(Expr e);  ///< scalar 1, or ones of any shape

}  // namespace nabla::ir
