// The symbols that the tests of printing write their expressions with.
#pragma once

#include <initializer_list>
#include <string>

#include "codegen/source/text.hpp"
#include "ir/build.hpp"

namespace nabla::test {

struct Symbols {
    ir::Context context;
    ir::Dim n = context.dim("n"), m = context.dim("m");
    ir::Expr x = vector("x", n), y = vector("y", m), z = vector("z", n), w = vector("w", n);
    ir::Expr v = vector("v", n), s = vector("s", m);
    ir::Expr A = matrix("A", n, n), B = matrix("B", n, n), C = matrix("C", n, n);
    ir::Expr X = matrix("X", m, n), S = matrix("S", n, n, ir::Fact::symmetric);
    ir::Expr a = scalar("a"), b = scalar("b"), lambda = scalar("lambda");

    ir::Expr scalar(const std::string& name) { return context.symbol(name, {}); }
    ir::Expr vector(const std::string& name, ir::Dim size) { return context.symbol(name, {size}); }
    ir::Expr matrix(const std::string& name, ir::Dim rows, ir::Dim columns, ir::Facts facts = {}) {
        return context.symbol(name, {rows, columns}, facts);
    }
    ir::Expr number(ir::Number value) { return ir::constant(context, value); }
    ir::Expr all_ones(ir::Dim size) { return ir::ones(context, {size}); }
};

inline ir::Expr chain(std::initializer_list<ir::Expr> factors) {
    ir::Expr result = *factors.begin();
    for (auto f = factors.begin() + 1; f != factors.end(); ++f) result = ir::matmul(result, *f);
    return result;
}

inline ir::Expr t(ir::Expr matrix) { return ir::transpose(matrix); }
inline ir::Expr half(ir::Expr e) { return ir::scale(ir::Rational(1, 2), e); }
inline ir::Expr f(ir::Fn function, ir::Expr argument) { return ir::map(function, argument); }

inline std::string text(ir::Expr e) { return codegen::print(e); }
inline std::string unicode(ir::Expr e) { return codegen::print(e, codegen::TextStyle::unicode); }
inline std::string latex(ir::Expr e) { return codegen::print(e, codegen::TextStyle::latex); }

}  // namespace nabla::test
