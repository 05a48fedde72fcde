// The loop program: concrete sizes, layouts and precision; buffers and an ordered list of steps,
// each a loop nest over scalar operations, a library call, or a stream over a long axis. What the
// LLVM backend reads, what the plan shows, what flops and bytes are counted on.
//
// Everything is dense and row-major. A step reads what earlier steps wrote. No two buffers overlap,
// except that a temporary may reuse the memory of one that is dead (offset in the workspace).
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "ir/functions.hpp"
#include "ir/number.hpp"

namespace nabla::codegen {

enum class Precision : std::uint8_t { f64, f32 };

using BufferId = std::uint32_t;
using AxisId = std::uint32_t;

enum class Role : std::uint8_t {
    input,      ///< argument `position` of the kernel, read only
    output,     ///< output `position`, written whole
    temporary,  ///< in the workspace, at byte `offset`
    integers,   ///< int32 in the workspace: pivots of a factorisation
};

struct Buffer {
    std::string name;
    Role role = Role::temporary;
    std::uint32_t position = 0;         ///< of an input or output
    std::vector<std::int64_t> extents;  ///< empty: one number
    /// A temporary that lives within one step of a stream: its dimension 0 is the stream's axis and
    /// holds one block of rows (extents[0] is the block size), indexed relative to the block.
    bool block_local = false;
    std::uint64_t offset = 0;  ///< bytes; set by buffers.cpp; 64-byte aligned

    std::int64_t size() const;                  ///< in elements
    std::vector<std::int64_t> strides() const;  ///< row-major, in elements
};

/// A loop variable, 0 … extent−1. Axes are global to the program: the axis of a stream is shared by
/// its statements.
struct Axis {
    std::string name;
    std::int64_t extent = 0;
};

/// An element of a buffer: axes[d] indexes its dimension d (an axis may occur twice: a diagonal).
struct Access {
    BufferId buffer = 0;
    std::vector<AxisId> axes;
};

/// One scalar operation of a statement's straight-line body; operands are indices of earlier ones.
struct Instr {
    enum class Kind : std::uint8_t {
        constant,  ///< `value`
        load,      ///< `access`
        equal,     ///< 1 if the loop variables axes[0] and axes[1] of `access` are equal, else 0
        at_least,  ///< 1 if the loop variable axes[0] of `access` is at least axes[1], else 0
        add,       ///< operands[0] + operands[1]
        sub,
        mul,
        div,
        neg,
        fma,          ///< operands[0]·operands[1] + operands[2]
        power,        ///< operands[0]^exponent, a constant rational: 2, −1, 1/2, −1/2, 3, −2, 3/2 …
        function,     ///< `function`(operands…)
        select_zero,  ///< operands[0] == 0 ? 0 : operands[1]: a selecting factor and the rest
    };
    Kind kind = Kind::constant;
    double value = 0;
    Access access;
    ir::Rational exponent{1};
    ir::Fn function = ir::Fn::exp;
    std::vector<std::uint32_t> operands;
};

enum class Combine : std::uint8_t {
    assign,  ///< the target carries every axis of the domain
    sum,     ///< over the axes of the domain that the target does not carry
    max,     ///< NaN if any value is NaN
    min,     ///< likewise
    prod,
};

/// What a reduction starts from: 0, 1, −∞, ∞.
double neutral(Combine combine);

struct Store {
    Access target;
    Combine combine = Combine::assign;
    std::uint32_t value = 0;  ///< index into the body
    /// For reductions: combine with what the target holds (initialised by a Fill before). Otherwise
    /// the target is overwritten with the whole reduction.
    bool accumulate = false;
};

/// A loop nest: for every point of the domain run the body, then the stores. The order of the axes
/// is a hint (outermost first); the emitter chooses vectors, register blocks and order. Points are
/// independent but for the reductions. Within a stream, the stream's axis runs over the block.
struct Statement {
    std::vector<AxisId> domain;
    std::vector<Instr> body;
    std::vector<Store> stores;  ///< several: outputs that share the loads
};

/// Sets element k to value + slope·k.
struct Fill {
    BufferId buffer = 0;
    double value = 0;
    double slope = 0;
};

/// A box of elements and where it lies in two arrays: the element at an index of the box is at
/// offset + Σ stride·index, in elements.
struct Box {
    std::vector<std::int64_t> extents;
    std::int64_t from_offset = 0;
    std::vector<std::int64_t> from_strides;
    std::int64_t to_offset = 0;
    std::vector<std::int64_t> to_strides;

    friend bool operator==(const Box&, const Box&) = default;
};

/// Copies a box of `from` to its place in `to`; what lies around it stays.
struct Copy {
    BufferId from = 0;
    BufferId to = 0;
    Box box;
};
struct Mirror {
    BufferId buffer = 0;  ///< square: entry (j, i) := (i, j) for j > i
};

enum class Routine : std::uint8_t {
    gemm,   ///< C[m×n] := alpha op(A) op(B) + beta C; operands A, B, C
    gemv,   ///< y[m] := alpha op(A) x + beta y, op(A) is m×k; operands A, x, y
    syrk,   ///< upper triangle of C[n×n] := alpha op(A) op(A)^T + beta C, op(A) is n×k; operands A,
            ///< C
    potrf,  ///< A = U^T U in place (upper, row-major); operand A[n×n]; error code if not pd
    potrs,  ///< solves A X = B in place of B[n×m] with potrf's factor; operands A, B
    getrf,  ///< P A^T … LU of the row-major A in place; operands A, pivots
    getrs,  ///< op(A) X = B in place of B[n×m] (trans_a: A^T); operands A, pivots, B
    lu_det,  ///< det from getrf's factors; operands A, pivots, result (one number)
    /// The sign of det from getrf's factors: −1, 0 (some U(i,i) is 0), 1, or NaN if some U(i,i) is
    /// NaN; operands A, pivots, result (one number). log det is a Statement over the diagonal of A,
    /// Σ log|A(i,i)|, plus log of this sign (NaN for a negative det, −Inf for a singular matrix).
    lu_sign,
    /// A[n×n] = U diag(s) Vt, all row-major, A destroyed; operands A, U[n×n], s[n], Vt[n×n], work
    /// (its size is LAPACK's lwork, at least 8n). Fortran dgesvd on the row-major A sees A^T = V S
    /// U^T: pass Vt where it wants U and U where it wants VT.
    svd,
    /// Of the symmetric A[n×n], which becomes its eigenvectors by rows: operands A, the largest
    /// eigenvalue (one number), its eigenvector [n] (sign: ir::orient_eigenvector), all eigenvalues
    /// [n] upwards, work (at least 3n).
    eigen,
    /// exp of each of m row-major n×n matrices in A, in place; operands A, work[6 n n], pivots[n].
    expm,
    /// R with R^T R = G in place (upper, row-major), where G[n×n] = Σ M^T diag(w) M: Cholesky if G
    /// is well conditioned, else R of a QR factorisation of the rows sqrt(w) M; fails where those
    /// depend on each other. Operands G, integers [n + 1] (the first one becomes 0, or 1 for QR),
    /// work [gram_work], then M (rows of n) and w (one for each row, or one for all) in pairs; M is
    /// the identity where both name one buffer.
    gram,
    /// R^T R x = x in place of x[n×m], which holds M^T diag(w) Y; with corrections from the rows
    /// where gram has used QR. Operands x, gram's R and integers, work [least_squares_work], Y,
    /// then the pairs as for gram, Y's own first.
    least_squares,
    /// A X + X B = E in place of each of k row-major m×n matrices E; operands E, A[m×m], B[n×n],
    /// work [sylvester_work].
    sylvester,
    /// A X B + C X D = E in place of each of k row-major m×n matrices E; operands E, A[m×m],
    /// B[n×n], C[m×m], D[n×n], integers [2n], work [general_sylvester_work]. O(m^3 + m n^3).
    general_sylvester,
};

/// Columns that LAPACK's blocked QR handles at a time.
inline constexpr std::int64_t gram_panel = 32;
/// Rows that gram and least_squares handle at a time.
std::int64_t gram_block(std::int64_t n);
std::int64_t gram_work(std::int64_t n);
std::int64_t least_squares_work(std::int64_t n, std::int64_t columns);
/// LAPACK's own work in sylvester_work.
std::int64_t schur_work(std::int64_t n);
std::int64_t sylvester_work(std::int64_t m, std::int64_t n);
std::int64_t general_sylvester_work(std::int64_t m, std::int64_t n);

/// A BLAS/LAPACK call on whole buffers, row-major. In a stream, a buffer whose dimension 0 is the
/// stream's axis means its current block (and the size that stands for it is the block's rows).
struct LibraryCall {
    Routine routine = Routine::gemm;
    std::vector<BufferId> operands;
    std::int64_t m = 0, n = 0, k = 0;
    bool trans_a = false, trans_b = false;
    double alpha = 1, beta = 0;
    /// Which of m, n, k is the number of rows in the block when inside a stream: 'm', 'n', 'k' or
    /// 0.
    char streamed = 0;
    /// The kernel's return value if the routine fails; 0: a failure is not an error (det of a
    /// singular matrix is 0).
    int error_code = 0;
};

struct Stream;
using Step = std::variant<Statement, Fill, Copy, Mirror, LibraryCall, Stream>;

/// One pass over memory: `body` runs for each block of `block` consecutive values of `axis` (the
/// last block may be shorter). Statements in the body have `axis` in their domains, or work on
/// block-local and small buffers.
struct Stream {
    AxisId axis = 0;
    std::int64_t block = 0;
    std::vector<Step> body;
};

struct LoopProgram {
    std::string name;  ///< entry point's name
    Precision precision = Precision::f64;
    std::vector<Buffer> buffers;
    std::vector<Axis> axes;
    std::vector<Step> steps;
    std::uint64_t workspace_bytes = 0;
    std::uint32_t input_count = 0;
    std::uint32_t output_count = 0;
    std::vector<std::string> error_texts;  ///< error_texts[k−1] explains return value k
};

/// The plan as text: one line a step, loops indented, with flops and bytes.
std::string to_string(const LoopProgram& program);

}  // namespace nabla::codegen
