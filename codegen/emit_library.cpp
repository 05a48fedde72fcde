// Calls of BLAS and LAPACK. Everything here is row-major. CBLAS takes that as it is; LAPACK's
// Fortran routines see the transpose, and LAPACKE's row-major variants allocate, so factors are
// those of the transposed matrix and the solves below use them as such.
#include <cmath>

#include <nabla/error.hpp>

#include "codegen/emit_gram.hpp"
#include "codegen/emit_library.hpp"
#include "codegen/emit_spectral.hpp"
#include "codegen/emit_sylvester.hpp"

namespace nabla::codegen {
namespace {

using llvm::Value;

class CallEmitter : private LibraryWords {
public:
    using LibraryWords::LibraryWords;

    void run() {
        switch (call_.routine) {
            case Routine::gemm:
                return gemm();
            case Routine::gemv:
                return gemv();
            case Routine::syrk:
                return syrk();
            case Routine::potrf:
                return potrf();
            case Routine::potrs:
                return potrs();
            case Routine::getrf:
                return getrf();
            case Routine::getrs:
                return getrs();
            case Routine::lu_det:
                return lu_det();
            case Routine::lu_sign:
                return lu_sign();
            case Routine::svd:
                return svd();
            case Routine::eigen:
            case Routine::expm:
                return SpectralEmitter(e_, call_).run();
            case Routine::gram:
                return GramEmitter(e_, call_).factor();
            case Routine::least_squares:
                return GramEmitter(e_, call_).solve();
            case Routine::sylvester:
                return SylvesterEmitter(e_, call_).run();
            case Routine::general_sylvester:
                return GeneralSylvesterEmitter(e_, call_).run();
        }
        throw InternalError("unknown library routine");
    }

private:
    Value* transposed(bool yes) { return number(yes ? trans : no_trans); }

    bool streamed(char size) const { return e_.block && call_.streamed == size; }

    std::int64_t constant_size(char size) const {
        return size == 'm' ? call_.m : size == 'n' ? call_.n : call_.k;
    }
    /// m, n or k of this call: the rows of the block for the streamed one.
    Value* size(char size) {
        if (streamed(size)) return b_.CreateTrunc(e_.block->rows, b_.getInt32Ty());
        return number(static_cast<std::uint32_t>(constant_size(size)));
    }
    /// Distance of rows with as many columns as `size` says.
    Value* leading(char size) {
        const std::int64_t columns =
            streamed(size) ? e_.program.axes[e_.block->shape.axis].extent : constant_size(size);
        return number(static_cast<std::uint32_t>(std::max<std::int64_t>(columns, 1)));
    }
    /// Operand `at`, whose rows and columns are counted by `rows` and `columns` ('1': a vector);
    /// what runs along the stream's axis starts at the block.
    Value* operand(std::size_t at, char rows, char columns) {
        const Buffer& buffer = e_.program.buffers[call_.operands[at]];
        Value* base = e_.buffers[call_.operands[at]];
        if (!e_.block || call_.streamed == 0 || buffer.block_local) return base;
        if (streamed(columns)) return e_.element(base, e_.block->start);
        if (!streamed(rows)) return base;
        const std::int64_t width = columns == '1' ? 1 : constant_size(columns);
        return e_.element(base, b_.CreateNSWMul(e_.block->start, e_.index(width)));
    }
    // --- products --------------------------------------------------------------------------------

    void gemm() {
        const bool ta = call_.trans_a, tb = call_.trans_b;
        cblas("gemm", {transposed(ta), transposed(tb), size('m'), size('n'), size('k'),
                       e_.constant(call_.alpha), operand(0, ta ? 'k' : 'm', ta ? 'm' : 'k'),
                       leading(ta ? 'm' : 'k'), operand(1, tb ? 'n' : 'k', tb ? 'k' : 'n'),
                       leading(tb ? 'k' : 'n'), e_.constant(call_.beta), operand(2, 'm', 'n'),
                       leading('n')});
    }

    void gemv() {
        const char rows = call_.trans_a ? 'k' : 'm';
        const char columns = call_.trans_a ? 'm' : 'k';
        cblas("gemv",
              {transposed(call_.trans_a), size(rows), size(columns), e_.constant(call_.alpha),
               operand(0, rows, columns), leading(columns), operand(1, 'k', '1'), number(1),
               e_.constant(call_.beta), operand(2, 'm', '1'), number(1)});
    }

    void syrk() {
        const char rows = call_.trans_a ? 'k' : 'n';
        const char columns = call_.trans_a ? 'n' : 'k';
        cblas("syrk", {number(upper), transposed(call_.trans_a), size('n'), size('k'),
                       e_.constant(call_.alpha), operand(0, rows, columns), leading(columns),
                       e_.constant(call_.beta), operand(1, 'n', 'n'), leading('n')});
    }

    // --- factorisations --------------------------------------------------------------------------

    /// The row-major upper triangle is Fortran's lower one, and A = A^T.
    void potrf() {
        Value* info = by_address(0);
        invoke(named("", "potrf_"), {letter('L'), by_address(call_.n), whole(0),
                                     by_address(call_.n), info, b_.getInt64(1)});
        fail_if_positive(info);
    }

    void getrf() {
        Value* info = by_address(0);
        invoke(named("", "getrf_"), {by_address(call_.n), by_address(call_.n), whole(0),
                                     by_address(call_.n), whole(1), info});
        fail_if_positive(info);
    }

    /// B := op(T)^-1 B for a triangle T of the row-major matrix operand 0.
    void solve_triangle(std::size_t b, Cblas triangle, bool transpose, Cblas diagonal) {
        if (call_.m == 1)
            cblas("trsv", {number(triangle), transposed(transpose), number(diagonal), size('n'),
                           whole(0), leading('n'), whole(b), number(1)});
        else
            cblas("trsm", {number(left), number(triangle), transposed(transpose), number(diagonal),
                           size('n'), size('m'), e_.constant(1), whole(0), leading('n'), whole(b),
                           leading('m')});
    }

    void potrs() {
        solve_triangle(1, upper, true, non_unit);
        solve_triangle(1, upper, false, non_unit);
    }

    /// getrf's P L U = A^T lies in memory as the row-major triangles R = U^T (lower) and
    /// S = L^T (upper, unit diagonal): A = R S P^T and A^T = P S^T R^T.
    void getrs() {
        if (call_.trans_a) {
            swap_rows(true);
            solve_triangle(2, upper, true, unit);
            solve_triangle(2, lower, true, non_unit);
        } else {
            solve_triangle(2, lower, false, non_unit);
            solve_triangle(2, upper, false, unit);
            swap_rows(false);
        }
    }

    Value* pivot(Value* i) {
        Value* from = b_.CreateInBoundsGEP(b_.getInt32Ty(), whole(1), i);
        Value* one_based = b_.CreateSExt(b_.CreateLoad(b_.getInt32Ty(), from), b_.getInt64Ty());
        return b_.CreateSub(one_based, e_.index(1));
    }

    /// Exchanges row i of B with row pivot(i), for all i upwards or downwards.
    void swap_rows(bool upwards) {
        e_.loop(e_.index(0), e_.index(call_.n), 1, false, [&](Value* count) {
            Value* i = upwards ? count : b_.CreateSub(e_.index(call_.n - 1), count);
            Value* other = pivot(i);
            e_.if_true(b_.CreateICmpNE(i, other), [&] {
                Value* first = e_.element(whole(2), b_.CreateMul(i, e_.index(call_.m)));
                Value* second = e_.element(whole(2), b_.CreateMul(other, e_.index(call_.m)));
                e_.loop(e_.index(0), e_.index(call_.m), 1, true, [&](Value* j) {
                    Value* a = b_.CreateLoad(e_.real(), e_.element(first, j));
                    Value* b = b_.CreateLoad(e_.real(), e_.element(second, j));
                    b_.CreateStore(b, e_.element(first, j));
                    b_.CreateStore(a, e_.element(second, j));
                });
            });
        });
    }

    /// Runs `combine` over the diagonal of the factors, from the sign of the permutation.
    void over_diagonal(const std::function<Value*(Value*, Value*)>& combine) {
        llvm::AllocaInst* result = e_.local(e_.real(), "det");
        b_.CreateStore(e_.constant(1), result);
        e_.loop(e_.index(0), e_.index(call_.n), 1, false, [&](Value* i) {
            Value* at = b_.CreateMul(i, e_.index(call_.n + 1));
            Value* entry = b_.CreateLoad(e_.real(), e_.element(whole(0), at));
            Value* before = b_.CreateLoad(e_.real(), result);
            Value* turned =
                b_.CreateSelect(b_.CreateICmpNE(pivot(i), i), b_.CreateFNeg(before), before);
            b_.CreateStore(combine(turned, entry), result);
        });
        b_.CreateStore(b_.CreateLoad(e_.real(), result), whole(2));
    }

    void lu_det() {
        over_diagonal([&](Value* det, Value* entry) { return b_.CreateFMul(det, entry); });
    }

    void lu_sign() {
        over_diagonal([&](Value* sign, Value* entry) {
            return b_.CreateFMul(sign, emit_function(e_, ir::Fn::sign, {entry}));
        });
    }

    /// Fortran sees A^T = V S U^T, so V^T comes where it writes U and U where it writes V^T.
    void svd() {
        const std::int64_t work = e_.program.buffers[call_.operands[4]].size();
        Value* info = by_address(0);
        invoke(named("", "gesvd_"),
               {letter('A'), letter('A'), by_address(call_.n), by_address(call_.n), whole(0),
                by_address(call_.n), whole(2), whole(3), by_address(call_.n), whole(1),
                by_address(call_.n), whole(4), by_address(work), info, b_.getInt64(1),
                b_.getInt64(1)});
        fail_if_positive(info);
    }
};

}  // namespace

void Emitter::emit_library(const LibraryCall& call) { CallEmitter(*this, call).run(); }

void Emitter::emit_mirror(BufferId buffer) {
    const auto n = static_cast<std::int64_t>(
        std::llround(std::sqrt(static_cast<double>(program.buffers[buffer].size()))));
    Value* base = buffers[buffer];
    loop(index(0), index(n), 1, false, [&](Value* i) {
        Value* row = element(base, builder.CreateMul(i, index(n)));
        loop(builder.CreateAdd(i, index(1)), index(n), 1, false, [&](Value* j) {
            Value* value = builder.CreateLoad(real(), element(row, j));
            Value* at = builder.CreateAdd(builder.CreateMul(j, index(n)), i);
            builder.CreateStore(value, element(base, at));
        });
    });
}

}  // namespace nabla::codegen
