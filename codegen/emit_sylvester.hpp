// A X + X B = E by real Schur forms (Bartels and Stewart, 1972): with A = V T V^T and B = U S U^T
// it is T Y + Y S = V^T E U for Y = V^T X U, which substitution solves. Written out as calls of
// LAPACK; Fortran sees the transposed equation, B^T X^T + X^T A^T = E^T.
#include <utility>

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
        cold_each(size * size, [&](Value* i) { store(load(matrix, i), triangle, i); });
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
        cold_each(m * n, [&](Value* i) { store(b_.CreateFDiv(load(x, i), by), x, i); });
        multiply(true, false, m, left_vectors(), m, x, n, product());
        multiply(false, false, n, product(), n, right_vectors(), n, x);
    }
};

/// A X B + C X D = E by the generalised real Schur form of one pair of matrices. With Fortran's
/// a = A^T = Q S Z^T, c = C^T = Q T Z^T, b = B^T, d = D^T and x = X^T the equation b x a + d x c =
/// e is b y S + d y T = e Z for y = x Q: a system with the matrix S_jj b + T_jj d for each column
/// of y, one of twice the size where S has a block of two (Gardiner, Laub, Amato and Moler,
/// "Solution of the Sylvester matrix equation AXB^T + CXD^T = E", 1992).
class GeneralSylvesterEmitter : private LibraryWords {
public:
    using LibraryWords::LibraryWords;

    void run() {
        if (call_.m == 0 || call_.n == 0 || call_.k == 0) return;
        decompose();
        e_.loop(e_.index(0), e_.index(call_.k), 1, false, [&](Value* which) {
            solve(e_.element(whole(0), b_.CreateMul(which, e_.index(call_.m * call_.n))));
        });
    }

private:
    Value* after(Value* base, std::int64_t count) { return e_.element(base, e_.index(count)); }
    std::int64_t squares() const { return call_.m * call_.m; }
    std::int64_t entries() const { return call_.m * call_.n; }
    Value* s() { return whole(6); }
    Value* t() { return after(s(), squares()); }
    Value* q() { return after(t(), squares()); }
    Value* z() { return after(q(), squares()); }
    Value* eigenvalues() { return after(z(), squares()); }
    Value* f() { return after(eigenvalues(), 3 * call_.m); }
    Value* by() { return after(f(), entries()); }
    Value* dy() { return after(by(), entries()); }
    Value* system() { return after(dy(), entries()); }
    Value* right() { return after(system(), 4 * call_.n * call_.n); }
    Value* work() { return after(right(), 2 * call_.n); }

    Value* small(std::int64_t value) { return number(static_cast<std::uint32_t>(value)); }

    void decompose() {
        const std::int64_t m = call_.m;
        cold_each(squares(), [&](Value* i) {
            store(load(whole(1), i), s(), i);
            store(load(whole(3), i), t(), i);
        });
        Value *info = by_address(0), *sorted = by_address(0);
        Value* nothing = llvm::ConstantPointerNull::get(b_.getPtrTy());
        invoke(named("", "gges_"), {letter('V'),
                                    letter('V'),
                                    letter('N'),
                                    nothing,
                                    by_address(m),
                                    s(),
                                    by_address(m),
                                    t(),
                                    by_address(m),
                                    sorted,
                                    eigenvalues(),
                                    after(eigenvalues(), m),
                                    after(eigenvalues(), 2 * m),
                                    q(),
                                    by_address(m),
                                    z(),
                                    by_address(m),
                                    work(),
                                    by_address(schur_work(m)),
                                    nothing,
                                    info,
                                    b_.getInt64(1),
                                    b_.getInt64(1),
                                    b_.getInt64(1)});
        fail_if_positive(info);
    }

    /// c[m×n] := op(a[m×m]) b[m×n], row-major.
    void multiply(bool ta, Value* a, Value* b, Value* c) {
        cblas("gemm", {number(ta ? trans : no_trans), number(no_trans), small(call_.m),
                       small(call_.n), small(call_.m), e_.constant(1), a, small(call_.m), b,
                       small(call_.n), e_.constant(0), c, small(call_.n)});
    }

    /// Rows of y lie where Fortran has its columns.
    void solve(Value* x) {
        multiply(false, z(), x, f());
        llvm::AllocaInst* skip = e_.local(b_.getInt1Ty(), "second");
        b_.CreateStore(b_.getFalse(), skip);
        e_.loop(e_.index(0), e_.index(call_.m), 1, false, [&](Value* j) {
            Value* second = b_.CreateLoad(b_.getInt1Ty(), skip);
            b_.CreateStore(b_.getFalse(), skip);
            e_.if_true(b_.CreateNot(second), [&] {
                Value* last = b_.CreateICmpEQ(j, e_.index(call_.m - 1));
                // Beyond the last column nothing is read: the diagonal stands for it.
                Value* next = b_.CreateSelect(last, j, b_.CreateAdd(j, e_.index(1)));
                Value* below = load(s(), at(j, call_.m, next));
                Value* pair =
                    b_.CreateAnd(b_.CreateNot(last), b_.CreateFCmpUNE(below, e_.constant(0)));
                b_.CreateStore(pair, skip);
                columns(x, j, b_.CreateSelect(pair, e_.index(2), e_.index(1)));
            });
        });
        cold_each(entries(), [&](Value* i) { store(load(x, i), f(), i); });
        multiply(true, q(), f(), x);
    }

    /// Columns j … j + count − 1 of y, into x.
    void columns(Value* x, Value* j, Value* count) {
        const std::int64_t n = call_.n, m = call_.m;
        Value* size = b_.CreateMul(count, e_.index(n));
        Value* done = b_.CreateTrunc(j, b_.getInt32Ty());
        e_.loop(e_.index(0), count, 1, false, [&](Value* p) {
            Value* column = b_.CreateAdd(j, p);
            Value* rest = e_.element(right(), b_.CreateMul(p, e_.index(n)));
            cold_each(n, [&](Value* i) { store(load(f(), at(column, n, i)), rest, i); });
            for (const auto& [product, triangle] : {std::pair(by(), s()), std::pair(dy(), t())}) {
                cblas("gemv", {number(trans), done, small(n), e_.constant(-1), product, small(n),
                               e_.element(triangle, b_.CreateMul(column, e_.index(m))), number(1),
                               e_.constant(1), rest, number(1)});
            }
            // The equation of this column: a block for each y_{j+row}.
            e_.loop(e_.index(0), count, 1, false, [&](Value* row) {
                Value* place = at(column, m, b_.CreateAdd(j, row));
                Value *from_s = load(s(), place), *from_t = load(t(), place);
                e_.loop(e_.index(0), e_.index(n), 1, false, [&](Value* c) {
                    cold_each(n, [&](Value* r) {
                        Value* entry =
                            b_.CreateFAdd(b_.CreateFMul(from_s, load(whole(2), at(c, n, r))),
                                          b_.CreateFMul(from_t, load(whole(4), at(c, n, r))));
                        Value* across = at(row, n, c);
                        Value* down = at(p, n, r);
                        store(entry, system(), b_.CreateAdd(b_.CreateMul(across, size), down));
                    });
                });
            });
        });
        llvm::AllocaInst* order = e_.local(b_.getInt32Ty(), "size");
        b_.CreateStore(b_.CreateTrunc(size, b_.getInt32Ty()), order);
        Value* info = by_address(0);
        invoke(named("", "gesv_"),
               {order, by_address(1), system(), order, whole(5), right(), order, info});
        fail_if_positive(info);
        e_.loop(e_.index(0), count, 1, false, [&](Value* p) {
            Value* row = b_.CreateMul(b_.CreateAdd(j, p), e_.index(n));
            Value* y = e_.element(x, row);
            Value* from = e_.element(right(), b_.CreateMul(p, e_.index(n)));
            cold_each(n, [&](Value* i) { store(load(from, i), y, i); });
            for (const auto& [matrix, product] :
                 {std::pair(whole(2), by()), std::pair(whole(4), dy())}) {
                cblas("gemv", {number(trans), small(n), small(n), e_.constant(1), matrix, small(n),
                               y, number(1), e_.constant(0), e_.element(product, row), number(1)});
            }
        });
    }
};

}  // namespace nabla::codegen
