// Eigenvalues, and the matrix exponential by scaling and squaring (Higham, "The scaling and
// squaring method for the matrix exponential revisited", 2005): written out as calls of BLAS and
// LAPACK and a few loops, so that an exported object needs nothing of ours.
#include <array>

#include <nabla/error.hpp>

#include "codegen/emit_library.hpp"
#include "ir/dense.hpp"

namespace nabla::codegen {

/// Coefficients of the Padé approximant of order 13, and the norm up to which it is exact to the
/// rounding of a double.
inline constexpr std::array<double, 14> pade{64764752532480000.0,
                                             32382376266240000.0,
                                             7771770303897600.0,
                                             1187353796428800.0,
                                             129060195264000.0,
                                             10559470521600.0,
                                             670442572800.0,
                                             33522128640.0,
                                             1323241920.0,
                                             40840800.0,
                                             960960.0,
                                             16380.0,
                                             182.0,
                                             1.0};
inline constexpr double pade_norm = 5.371920351148152;

class SpectralEmitter : private LibraryWords {
public:
    using LibraryWords::LibraryWords;

    void run() {
        if (call_.n == 0) return empty();
        if (call_.routine == Routine::eigen) return eigen();
        e_.loop(e_.index(0), e_.index(call_.m), 1, false, [&](Value* b) {
            exponential(e_.element(whole(0), b_.CreateMul(b, e_.index(entries()))));
        });
    }

private:
    std::int64_t entries() const { return call_.n * call_.n; }

    /// A matrix of size 0 has no largest eigenvalue.
    void empty() {
        if (call_.routine != Routine::eigen) return;
        b_.CreateStore(llvm::ConstantFP::getNaN(e_.real()), whole(1));
    }

    // --- eigenvalues -----------------------------------------------------------------------------

    /// Fortran's columns are rows here: the eigenvectors, the largest eigenvalue's last.
    void eigen() {
        const std::int64_t n = call_.n;
        const std::int64_t work = e_.program.buffers[call_.operands[4]].size();
        Value* info = by_address(0);
        invoke(named("", "syev_"),
               {letter('V'), letter('U'), by_address(n), whole(0), by_address(n), whole(3),
                whole(4), by_address(work), info, b_.getInt64(1), b_.getInt64(1)});
        fail_if_positive(info);
        store(load(whole(3), e_.index(n - 1)), whole(1), e_.index(0));
        Value* row = e_.element(whole(0), e_.index(n * (n - 1)));
        llvm::AllocaInst* most = e_.local(e_.real(), "most");
        llvm::AllocaInst* sign = e_.local(e_.real(), "sign");
        b_.CreateStore(e_.constant(0), most);
        b_.CreateStore(e_.constant(1), sign);
        for_each(n, [&](Value* i) {
            Value* before = b_.CreateLoad(e_.real(), most);
            Value* x = magnitude(load(row, i));
            b_.CreateStore(b_.CreateSelect(b_.CreateFCmpOGT(x, before), x, before), most);
        });
        Value* least = b_.CreateFMul(e_.constant(ir::small_entry), b_.CreateLoad(e_.real(), most));
        for_each(n, [&](Value* count) {
            Value* x = load(row, b_.CreateSub(e_.index(n - 1), count));
            Value* own = b_.CreateSelect(b_.CreateFCmpOLT(x, e_.constant(0)), e_.constant(-1),
                                         e_.constant(1));
            Value* before = b_.CreateLoad(e_.real(), sign);
            b_.CreateStore(b_.CreateSelect(b_.CreateFCmpOGT(magnitude(x), least), own, before),
                           sign);
        });
        Value* turn = b_.CreateLoad(e_.real(), sign);
        for_each(n, [&](Value* i) { store(b_.CreateFMul(turn, load(row, i)), whole(2), i); });
    }

    // --- exponentials ----------------------------------------------------------------------------

    Value* work(std::int64_t which) { return e_.element(whole(1), e_.index(which * entries())); }

    /// c := a b.
    void multiply(Value* a, Value* b, Value* c) {
        Value* n = number(static_cast<std::uint32_t>(call_.n));
        cblas("gemm", {number(no_trans), number(no_trans), n, n, n, e_.constant(1), a, n, b, n,
                       e_.constant(0), c, n});
    }

    /// to := (keep ? to : 0) + Σ coefficients[k] powers[k] + diagonal I.
    void combine(Value* to, bool keep, const std::array<double, 3>& coefficients, double diagonal) {
        for_each(entries(), [&](Value* i) {
            Value* sum = keep ? load(to, i) : e_.constant(0);
            for (std::int64_t k = 0; k < 3; ++k) {
                Value* c = e_.constant(coefficients[static_cast<std::size_t>(k)]);
                sum = b_.CreateFAdd(sum, b_.CreateFMul(c, load(work(k), i)));
            }
            store(sum, to, i);
        });
        if (diagonal == 0) return;
        for_each(call_.n, [&](Value* i) {
            Value* at = b_.CreateMul(i, e_.index(call_.n + 1));
            store(b_.CreateFAdd(load(to, at), e_.constant(diagonal)), to, at);
        });
    }

    /// The largest sum of magnitudes in a row.
    Value* norm(Value* a) {
        llvm::AllocaInst* most = e_.local(e_.real(), "norm");
        llvm::AllocaInst* row = e_.local(e_.real(), "row");
        b_.CreateStore(e_.constant(0), most);
        e_.loop(e_.index(0), e_.index(call_.n), 1, false, [&](Value* i) {
            b_.CreateStore(e_.constant(0), row);
            Value* start = e_.element(a, b_.CreateMul(i, e_.index(call_.n)));
            for_each(call_.n, [&](Value* j) {
                Value* before = b_.CreateLoad(e_.real(), row);
                b_.CreateStore(b_.CreateFAdd(before, magnitude(load(start, j))), row);
            });
            Value* sum = b_.CreateLoad(e_.real(), row);
            Value* before = b_.CreateLoad(e_.real(), most);
            b_.CreateStore(b_.CreateSelect(b_.CreateFCmpOGT(sum, before), sum, before), most);
        });
        return b_.CreateLoad(e_.real(), most);
    }

    /// Halves `a` until its norm is small enough; returns how often.
    Value* scale(Value* a) {
        constexpr int most_halvings = 1100;  // from the largest double
        Value* size = norm(a);
        llvm::AllocaInst* factor = e_.local(e_.real(), "factor");
        llvm::AllocaInst* count = e_.local(b_.getInt64Ty(), "halvings");
        b_.CreateStore(e_.constant(1), factor);
        b_.CreateStore(e_.index(0), count);
        e_.loop(e_.index(0), e_.index(most_halvings), 1, false, [&](Value*) {
            Value* before = b_.CreateLoad(e_.real(), factor);
            Value* large = b_.CreateFCmpOGT(b_.CreateFMul(size, before), e_.constant(pade_norm));
            Value* half = b_.CreateFMul(before, e_.constant(0.5));
            b_.CreateStore(b_.CreateSelect(large, half, before), factor);
            Value* done = b_.CreateLoad(b_.getInt64Ty(), count);
            b_.CreateStore(b_.CreateAdd(done, b_.CreateZExt(large, b_.getInt64Ty())), count);
        });
        Value* by = b_.CreateLoad(e_.real(), factor);
        for_each(entries(), [&](Value* i) { store(b_.CreateFMul(by, load(a, i)), a, i); });
        return b_.CreateLoad(b_.getInt64Ty(), count);
    }

    /// r(A) = Q^-1 P with P = V + U, Q = V − U; U odd and V even in A. All commute, so that
    /// Fortran's view, which is of the transposes, may solve from the other side.
    void exponential(Value* a) {
        Value* halvings = scale(a);
        Value *u = work(3), *v = work(4), *t = work(5);
        multiply(a, a, work(0));
        multiply(work(0), work(0), work(1));
        multiply(work(0), work(1), work(2));
        combine(u, false, {pade[9], pade[11], pade[13]}, 0);
        multiply(work(2), u, t);
        combine(t, true, {pade[3], pade[5], pade[7]}, pade[1]);
        multiply(a, t, u);
        combine(t, false, {pade[8], pade[10], pade[12]}, 0);
        multiply(work(2), t, v);
        combine(v, true, {pade[2], pade[4], pade[6]}, pade[0]);
        for_each(entries(), [&](Value* i) {
            Value *x = load(u, i), *y = load(v, i);
            store(b_.CreateFAdd(y, x), a, i);
            store(b_.CreateFSub(y, x), t, i);
        });
        Value* info = by_address(0);
        invoke(named("", "gesv_"), {by_address(call_.n), by_address(call_.n), t,
                                    by_address(call_.n), whole(2), a, by_address(call_.n), info});
        fail_if_positive(info);
        e_.loop(e_.index(0), halvings, 1, false, [&](Value*) {
            multiply(a, a, t);
            for_each(entries(), [&](Value* i) { store(load(t, i), a, i); });
        });
    }
};

}  // namespace nabla::codegen
