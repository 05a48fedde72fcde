// Least squares without the squared condition number: R with R^T R = G = Σ M^T diag(w) M, and
// solutions of R^T R x = M^T diag(w) Y.
//
// Cholesky of G (scaled to ones on its diagonal, which is what its accuracy depends on) is fast and
// loses as many digits as G's condition number has. Where LAPACK estimates more than a quarter of
// all digits, R comes from the rows instead: blocks of sqrt(w) M are folded into R one after the
// other (LAPACK's tpqrt; Lawson and Hanson, "Solving Least Squares Problems", ch. 27), in memory
// for one block. Solutions are then corrected by the residual of the rows, Y − M x, which makes
// them as good as those of a QR factorisation (Björck, "Stability analysis of the method of
// seminormal equations for linear least squares problems", 1987).
#include <cmath>
#include <limits>

#include "codegen/emit_library.hpp"

namespace nabla::codegen {

class GramEmitter : private LibraryWords {
public:
    using LibraryWords::LibraryWords;

    void factor() {
        if (call_.n == 0) return;
        llvm::AllocaInst* bad = e_.local(b_.getInt1Ty(), "bad");
        b_.CreateStore(b_.getFalse(), bad);
        scaled_cholesky(bad);
        Value* fails = b_.CreateLoad(b_.getInt1Ty(), bad);
        e_.if_true(b_.CreateNot(fails), [&] {
            upper_triangle([&](Value* i, Value* j) {
                Value* place = at(i, call_.n, j);
                store(b_.CreateFMul(load(square(), place), load(scales(), j)), whole(0), place);
            });
            b_.CreateStore(number(0), whole(1));
        });
        e_.if_true(fails, [&] {
            triangularise();
            b_.CreateStore(number(1), whole(1));
        });
    }

    void solve() {
        if (call_.n == 0 || call_.m == 0) return;
        with_factor(whole(0));
        Value* corrected = b_.CreateICmpNE(b_.CreateLoad(b_.getInt32Ty(), whole(2)), number(0));
        e_.if_true(corrected, [&] {
            constexpr int corrections = 3;
            e_.loop(e_.index(0), e_.index(corrections), 1, false, [&](Value*) { correct(); });
        });
    }

private:
    using Body = std::function<void(Value* row)>;

    std::int64_t block() const { return gram_block(call_.n); }
    double epsilon() const { return e_.program.precision == Precision::f64 ? 0x1p-52 : 0x1p-23; }

    void upper_triangle(const std::function<void(Value*, Value*)>& body) {
        e_.loop(e_.index(0), e_.index(call_.n), 1, false, [&](Value* i) {
            e_.loop(i, e_.index(call_.n), 1, false, [&](Value* j) { body(i, j); });
        });
    }
    Value* address(Value* count) {
        llvm::AllocaInst* slot = e_.local(b_.getInt32Ty(), "argument");
        b_.CreateStore(b_.CreateTrunc(count, b_.getInt32Ty()), slot);
        return slot;
    }

    // --- the factor ------------------------------------------------------------------------------

    Value* square() { return whole(2); }
    Value* scales() { return e_.element(whole(2), e_.index(call_.n * call_.n)); }
    Value* estimate_work() { return e_.element(scales(), e_.index(call_.n)); }
    Value* rows_block() { return e_.element(estimate_work(), e_.index(3 * call_.n)); }
    Value* panel() { return e_.element(rows_block(), e_.index(block() * call_.n)); }
    std::int64_t panel_rows() const { return std::min<std::int64_t>(call_.n, gram_panel); }

    void note(llvm::AllocaInst* bad, Value* more) {
        b_.CreateStore(b_.CreateOr(b_.CreateLoad(b_.getInt1Ty(), bad), more), bad);
    }

    void scaled_cholesky(llvm::AllocaInst* bad) {
        const std::int64_t n = call_.n;
        cold_each(n, [&](Value* i) {
            Value* x = load(whole(0), b_.CreateMul(i, e_.index(n + 1)));
            note(bad, b_.CreateNot(b_.CreateFCmpOGT(x, e_.constant(0))));
            store(emit_power(e_, x, {1, 2}), scales(), i);
        });
        llvm::AllocaInst* norm = e_.local(e_.real(), "norm");
        llvm::AllocaInst* row = e_.local(e_.real(), "row");
        llvm::AllocaInst* quality = e_.local(e_.real(), "rcond");
        b_.CreateStore(e_.constant(0), norm);
        b_.CreateStore(e_.constant(0), quality);
        e_.loop(e_.index(0), e_.index(n), 1, false, [&](Value* i) {
            b_.CreateStore(e_.constant(0), row);
            cold_each(n, [&](Value* j) {
                Value* x = b_.CreateFDiv(load(whole(0), at(i, n, j)), load(scales(), i));
                x = b_.CreateFDiv(x, load(scales(), j));
                store(x, square(), at(i, n, j));
                b_.CreateStore(b_.CreateFAdd(b_.CreateLoad(e_.real(), row), magnitude(x)), row);
            });
            Value *sum = b_.CreateLoad(e_.real(), row), *most = b_.CreateLoad(e_.real(), norm);
            b_.CreateStore(b_.CreateSelect(b_.CreateFCmpOGT(sum, most), sum, most), norm);
        });
        Value* info = by_address(0);
        invoke(named("", "potrf_"),
               {letter('L'), by_address(n), square(), by_address(n), info, b_.getInt64(1)});
        note(bad, b_.CreateICmpNE(b_.CreateLoad(b_.getInt32Ty(), info), number(0)));
        e_.if_true(b_.CreateNot(b_.CreateLoad(b_.getInt1Ty(), bad)), [&] {
            invoke(named("", "pocon_"), {letter('L'), by_address(n), square(), by_address(n), norm,
                                         quality, estimate_work(), whole(1), info, b_.getInt64(1)});
            Value* least = e_.constant(std::sqrt(std::sqrt(epsilon())));
            note(bad, b_.CreateNot(b_.CreateFCmpOGE(b_.CreateLoad(e_.real(), quality), least)));
        });
    }

    /// R of the rows, its diagonal made positive.
    void triangularise() {
        const std::int64_t n = call_.n;
        cold_each(n * n, [&](Value* i) { store(e_.constant(0), square(), i); });
        for_blocks(3, [&](const Rows& rows) { fold(rows); });
        upper_triangle([&](Value* i, Value* j) {
            Value* diagonal = load(square(), b_.CreateMul(i, e_.index(n + 1)));
            Value* x = load(square(), at(j, n, i));
            Value* turned = b_.CreateFCmpOLT(diagonal, e_.constant(0));
            store(b_.CreateSelect(turned, b_.CreateFNeg(x), x), whole(0), at(i, n, j));
        });
        if (call_.error_code != 0) fail_if_dependent();
    }

    /// A column that its predecessors explain up to rounding.
    void fail_if_dependent() {
        const std::int64_t n = call_.n;
        llvm::AllocaInst* most = e_.local(e_.real(), "most");
        llvm::AllocaInst* dependent = e_.local(b_.getInt1Ty(), "dependent");
        b_.CreateStore(b_.getFalse(), dependent);
        const double tolerance = epsilon() * std::max(64.0, 4.0 * static_cast<double>(n));
        e_.loop(e_.index(0), e_.index(n), 1, false, [&](Value* j) {
            b_.CreateStore(e_.constant(0), most);
            e_.loop(e_.index(0), b_.CreateAdd(j, e_.index(1)), 1, false, [&](Value* i) {
                Value *x = magnitude(load(whole(0), at(i, n, j))),
                      *before = b_.CreateLoad(e_.real(), most);
                b_.CreateStore(b_.CreateSelect(b_.CreateFCmpOGT(x, before), x, before), most);
            });
            Value* least = b_.CreateFMul(e_.constant(tolerance), b_.CreateLoad(e_.real(), most));
            Value* x = magnitude(load(whole(0), b_.CreateMul(j, e_.index(n + 1))));
            note(dependent, b_.CreateFCmpOLE(x, least));
        });
        e_.return_if(b_.CreateLoad(b_.getInt1Ty(), dependent), call_.error_code);
    }

    // --- rows ------------------------------------------------------------------------------------

    /// Some rows of one term: `count` from `start` on.
    struct Rows {
        std::size_t operand = 0;  ///< of M; its weights follow
        bool identity = false;
        bool first = false;  ///< Y's term
        Value* start = nullptr;
        Value* count = nullptr;
    };

    /// For each block of rows of each term. The pairs begin at operand `from`.
    void for_blocks(std::size_t from, const std::function<void(const Rows&)>& body) {
        for (std::size_t k = from; k + 1 < call_.operands.size(); k += 2) {
            Rows rows;
            rows.operand = k;
            rows.first = k == from;
            rows.identity = call_.operands[k] == call_.operands[k + 1];
            const std::int64_t extent =
                rows.identity ? call_.n : e_.program.buffers[call_.operands[k]].extents[0];
            e_.loop(e_.index(0), e_.index(extent), block(), false, [&](Value* start) {
                Value* left = b_.CreateSub(e_.index(extent), start);
                rows.start = start;
                rows.count = b_.CreateSelect(b_.CreateICmpSLT(left, e_.index(block())), left,
                                             e_.index(block()));
                body(rows);
            });
        }
    }
    /// The weight of the row at `row` of the block.
    Value* weight(const Rows& rows, Value* row) {
        const bool one = e_.program.buffers[call_.operands[rows.operand + 1]].extents.empty();
        Value* place = one ? e_.index(0) : b_.CreateAdd(rows.start, row);
        return load(whole(rows.operand + 1), place);
    }

    /// R := the triangle of [R; sqrt(w) M], by columns as Fortran has it.
    void fold(const Rows& rows) {
        const std::int64_t n = call_.n, height = block();
        e_.loop(e_.index(0), rows.count, 1, false, [&](Value* i) {
            Value* root = emit_power(e_, weight(rows, i), {1, 2});
            Value* row = b_.CreateAdd(rows.start, i);
            cold_each(n, [&](Value* j) {
                Value* x = rows.identity
                               ? b_.CreateSelect(b_.CreateICmpEQ(row, j), root, e_.constant(0))
                               : b_.CreateFMul(root, load(whole(rows.operand), at(row, n, j)));
                store(x, rows_block(), at(j, height, i));
            });
        });
        Value* info = by_address(0);
        invoke(named("", "tpqrt_"),
               {address(rows.count), by_address(n), by_address(0), by_address(panel_rows()),
                square(), by_address(n), rows_block(), by_address(height), panel(),
                by_address(panel_rows()), e_.element(panel(), e_.index(panel_rows() * n)), info});
    }

    // --- solutions -------------------------------------------------------------------------------

    /// x := (R^T R)^-1 x.
    void with_factor(Value* x) {
        for (const bool transpose : {true, false}) {
            cblas("trsm", {number(left), number(upper), number(transpose ? trans : no_trans),
                           number(non_unit), small(call_.n), small(call_.m), e_.constant(1),
                           whole(1), small(call_.n), x, small(call_.m)});
        }
    }
    Value* small(std::int64_t value) { return number(static_cast<std::uint32_t>(value)); }
    Value* residual() { return whole(3); }
    Value* rest() { return e_.element(whole(3), e_.index(call_.n * call_.m)); }

    /// x += G^-1 Σ M^T W (Y − M x), with Y for the first term alone.
    void correct() {
        const std::int64_t n = call_.n, p = call_.m;
        cold_each(n * p, [&](Value* i) { store(e_.constant(0), residual(), i); });
        for_blocks(5,
                   [&](const Rows& rows) { rows.identity ? add_diagonal(rows) : add_rows(rows); });
        with_factor(residual());
        cold_each(n * p, [&](Value* i) {
            store(b_.CreateFAdd(load(whole(0), i), load(residual(), i)), whole(0), i);
        });
    }

    void add_diagonal(const Rows& rows) {
        const std::int64_t p = call_.m;
        e_.loop(e_.index(0), rows.count, 1, false, [&](Value* i) {
            Value *w = weight(rows, i), *row = b_.CreateAdd(rows.start, i);
            cold_each(p, [&](Value* c) {
                Value* place = at(row, p, c);
                Value* term = b_.CreateFMul(w, load(whole(0), place));
                store(b_.CreateFSub(load(residual(), place), term), residual(), place);
            });
        });
    }

    void add_rows(const Rows& rows) {
        const std::int64_t n = call_.n, p = call_.m;
        Value* count = b_.CreateTrunc(rows.count, b_.getInt32Ty());
        Value* m = e_.element(whole(rows.operand), b_.CreateMul(rows.start, e_.index(n)));
        e_.loop(e_.index(0), b_.CreateMul(rows.count, e_.index(p)), 1, false, [&](Value* i) {
            Value* y = e_.constant(0);
            if (rows.first)
                y = load(whole(4), b_.CreateAdd(b_.CreateMul(rows.start, e_.index(p)), i));
            store(y, rest(), i);
        });
        cblas("gemm",
              {number(no_trans), number(no_trans), count, small(p), small(n), e_.constant(-1), m,
               small(n), whole(0), small(p), e_.constant(1), rest(), small(p)});
        e_.loop(e_.index(0), rows.count, 1, false, [&](Value* i) {
            Value* w = weight(rows, i);
            cold_each(p, [&](Value* c) {
                Value* place = at(i, p, c);
                store(b_.CreateFMul(w, load(rest(), place)), rest(), place);
            });
        });
        cblas("gemm", {number(trans), number(no_trans), small(n), small(p), count, e_.constant(1),
                       m, small(n), rest(), small(p), e_.constant(1), residual(), small(p)});
    }
};

}  // namespace nabla::codegen
