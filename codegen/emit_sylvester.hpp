// A X + X B = E by real Schur forms (Bartels and Stewart, 1972): with A = V T V^T and B = U S U^T
// it is T Y + Y S = V^T E U for Y = V^T X U, which substitution solves. Written out as calls of
// LAPACK; Fortran sees the transposed equation, B^T X^T + X^T A^T = E^T.
#include "codegen/emit_library.hpp"

namespace nabla::codegen {

class SylvesterEmitter : private LibraryWords {
public:
    using LibraryWords::LibraryWords;

    void run() {
        const std::int64_t m = call_.m, n = call_.n;
        if (m == 0 || n == 0 || call_.k == 0) return;
        schur(whole(1), m, left_triangle(), left_vectors());
        schur(whole(2), n, right_triangle(), right_vectors());
        e_.loop(e_.index(0), e_.index(call_.k), 1, false, [&](Value* which) {
            solve(e_.element(whole(0), b_.CreateMul(which, e_.index(m * n))));
        });
    }

private:
    Value* after(Value* base, std::int64_t count) { return e_.element(base, e_.index(count)); }
    Value* left_triangle() { return whole(3); }
    Value* left_vectors() { return after(left_triangle(), call_.m * call_.m); }
    Value* right_triangle() { return after(left_vectors(), call_.m * call_.m); }
    Value* right_vectors() { return after(right_triangle(), call_.n * call_.n); }
    Value* eigenvalues() { return after(right_vectors(), call_.n * call_.n); }
    std::int64_t most() const { return std::max(call_.m, call_.n); }
    Value* product() { return after(eigenvalues(), 2 * most()); }
    Value* work() { return after(product(), call_.m * call_.n); }

    Value* small(std::int64_t value) { return number(static_cast<std::uint32_t>(value)); }

    /// The triangle and the vectors by columns, of the transposed matrix.
    void schur(Value* matrix, std::int64_t size, Value* triangle, Value* vectors) {
        for_each(size * size, [&](Value* i) { store(load(matrix, i), triangle, i); });
        Value *info = by_address(0), *sorted = by_address(0);
        Value* nothing = llvm::ConstantPointerNull::get(b_.getPtrTy());
        invoke(
            named("", "gees_"),
            {letter('V'), letter('N'), nothing, by_address(size), triangle, by_address(size),
             sorted, eigenvalues(), after(eigenvalues(), most()), vectors, by_address(size), work(),
             by_address(schur_work(most())), nothing, info, b_.getInt64(1), b_.getInt64(1)});
        fail_if_positive(info);
    }

    /// c := op(a) op(b), m×n, row-major.
    void multiply(bool ta, bool tb, std::int64_t k, Value* a, std::int64_t lda, Value* b,
                  std::int64_t ldb, Value* c) {
        cblas("gemm", {number(ta ? trans : no_trans), number(tb ? trans : no_trans), small(call_.m),
                       small(call_.n), small(k), e_.constant(1), a, small(lda), b, small(ldb),
                       e_.constant(0), c, small(call_.n)});
    }

    /// By rows the vectors are transposed: V lies as V^T.
    void solve(Value* x) {
        const std::int64_t m = call_.m, n = call_.n;
        multiply(false, false, m, left_vectors(), m, x, n, product());
        multiply(false, true, n, product(), n, right_vectors(), n, x);
        Value* info = by_address(0);
        llvm::AllocaInst* scale = e_.local(e_.real(), "scale");
        b_.CreateStore(e_.constant(1), scale);
        invoke(named("", "trsyl_"),
               {letter('N'), letter('N'), by_address(1), by_address(n), by_address(m),
                right_triangle(), by_address(n), left_triangle(), by_address(m), x, by_address(n),
                scale, info, b_.getInt64(1), b_.getInt64(1)});
        fail_if_positive(info);
        Value* by = b_.CreateLoad(e_.real(), scale);
        for_each(m * n, [&](Value* i) { store(b_.CreateFDiv(load(x, i), by), x, i); });
        multiply(true, false, m, left_vectors(), m, x, n, product());
        multiply(false, false, n, product(), n, right_vectors(), n, x);
    }
};

}  // namespace nabla::codegen
