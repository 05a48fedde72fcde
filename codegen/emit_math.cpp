// Functions of numbers and vectors. A row of the function table says how: SLEEF's variant for this
// width and machine, a few instructions, or a stable combination of other functions; those are
// written so that LLVM merges what two of them share, as exp(−|x|) of sigmoid and softplus.
#include <llvm/IR/Intrinsics.h>

#include <cmath>
#include <limits>
#include <numbers>
#include <string>

#include <nabla/error.hpp>

#include "codegen/emit_internal.hpp"
#include "ir/gamma.hpp"

namespace nabla::codegen {
namespace {

using llvm::Value;

unsigned lanes_of(const Value* value) {
    const auto* vector = llvm::dyn_cast<llvm::FixedVectorType>(value->getType());
    return vector ? vector->getNumElements() : 1;
}

/// "Sleef_expd8_u10avx512f": base name, element and lanes, accuracy, instruction set.
std::string sleef_name(const Emitter& emitter, std::string_view base, unsigned lanes) {
    const bool f64 = emitter.program.precision == Precision::f64;
    std::string name = "Sleef_" + std::string(base) + (f64 ? "d" : "f") + std::to_string(lanes);
    name += base == "erfc" ? "_u15" : "_u10";
    const VectorIsa isa = emitter.target.isa;
    const unsigned bits = lanes * (f64 ? 64 : 32);
    if (lanes == 1) return name + (isa >= VectorIsa::avx2 ? "purecfma" : "purec");
    if (bits == 512) return name + "avx512f";
    if (bits == 256) return name + (isa >= VectorIsa::avx2 ? "avx2" : "avx");
    return name + (isa >= VectorIsa::avx2 ? "avx2128" : "sse2");
}

/// The few operations that composite functions are written in.
class Math {
public:
    Math(Emitter& emitter, const Value* sample)
        : emitter_(emitter), builder_(emitter.builder), lanes_(lanes_of(sample)) {}

    Value* number(double value) { return emitter_.splat(emitter_.constant(value), lanes_); }
    Value* add(Value* a, Value* b) { return builder_.CreateFAdd(a, b); }
    Value* sub(Value* a, Value* b) { return builder_.CreateFSub(a, b); }
    Value* mul(Value* a, Value* b) { return builder_.CreateFMul(a, b); }
    Value* div(Value* a, Value* b) { return builder_.CreateFDiv(a, b); }
    Value* neg(Value* a) { return builder_.CreateFNeg(a); }
    Value* abs(Value* a) { return builder_.CreateUnaryIntrinsic(llvm::Intrinsic::fabs, a); }
    Value* sqrt(Value* a) { return builder_.CreateUnaryIntrinsic(llvm::Intrinsic::sqrt, a); }
    Value* greater(Value* a, Value* b) { return builder_.CreateFCmpOGT(a, b); }
    Value* is_nan(Value* a) { return builder_.CreateFCmpUNO(a, a); }
    Value* choose(Value* condition, Value* a, Value* b) {
        return builder_.CreateSelect(condition, a, b);
    }
    Value* sleef(std::string_view base, const std::vector<Value*>& arguments) {
        return builder_.CreateCall(
            emitter_.pure_function(sleef_name(emitter_, base, lanes_), arguments[0]->getType(),
                                   static_cast<unsigned>(arguments.size())),
            arguments);
    }

    /// NaN if either is.
    Value* max(Value* a, Value* b) {
        return choose(builder_.CreateOr(greater(a, b), is_nan(a)), a, b);
    }
    Value* min(Value* a, Value* b) {
        return choose(builder_.CreateOr(greater(b, a), is_nan(a)), a, b);
    }
    Value* relu(Value* x) { return choose(builder_.CreateFCmpULT(number(0), x), x, number(0)); }
    /// exp(−|x|), in (0, 1]: never overflows.
    Value* decay(Value* x) { return sleef("exp", {neg(abs(x))}); }

    Value* sigmoid(Value* x) {
        Value* e = decay(x);
        Value* one = number(1);
        return div(choose(builder_.CreateFCmpOGE(x, number(0)), one, e), add(one, e));
    }
    Value* softplus(Value* x) { return add(relu(x), sleef("log1p", {decay(x)})); }
    /// x Φ(x) by the complementary error function: keeps its digits for x → −∞.
    Value* gelu(Value* x) {
        Value* tail = sleef("erfc", {mul(x, number(-1 / std::numbers::sqrt2))});
        return zero_at_minus_infinity(x, mul(mul(number(0.5), x), tail));
    }
    Value* silu(Value* x) { return zero_at_minus_infinity(x, mul(x, sigmoid(x))); }
    Value* zero_at_minus_infinity(Value* x, Value* value) {
        Value* least = number(-std::numeric_limits<double>::infinity());
        return choose(builder_.CreateFCmpOEQ(x, least), number(0), value);
    }
    Value* sign(Value* x) {
        Value* zero = number(0);
        Value* positive = choose(greater(x, zero), number(1), x);
        return choose(greater(zero, x), number(-1), positive);
    }
    Value* step(Value* x) { return choose(greater(x, number(0)), number(1), number(0)); }
    Value* max_weight(Value* a, Value* b) {
        Value* tie = choose(builder_.CreateFCmpOEQ(a, b), number(0.5), number(0));
        Value* weight = choose(greater(a, b), number(1), tie);
        return choose(builder_.CreateFCmpUNO(a, b), add(a, b), weight);
    }
    /// 1 or 0; comparisons with NaN do not hold, and their opposites do.
    Value* compare(ir::Fn function, Value* a, Value* b) {
        const bool opposite = function == ir::Fn::not_greater ||
                              function == ir::Fn::not_greater_equal ||
                              function == ir::Fn::not_equal;
        const ir::Fn held = opposite ? ir::opposite(function) : function;
        Value* condition = held == ir::Fn::greater         ? greater(a, b)
                           : held == ir::Fn::greater_equal ? builder_.CreateFCmpOGE(a, b)
                                                           : builder_.CreateFCmpOEQ(a, b);
        return choose(condition, number(opposite ? 0 : 1), number(opposite ? 1 : 0));
    }
    Value* where(Value* c, Value* a, Value* b) {
        return choose(builder_.CreateFCmpUNE(c, number(0)), a, b);
    }
    /// asinh and acosh of SLEEF square their argument. Where that overflows both are log(2x), and
    /// so is twice their value at the root of x/2.
    Value* inverse_hyperbolic(std::string_view base, Value* x) {
        const bool f64 = emitter_.program.precision == Precision::f64;
        Value* is_large = greater(abs(x), number(f64 ? 1e150 : 1e15));
        Value* root = sqrt(mul(abs(x), number(0.5)));
        root = builder_.CreateBinaryIntrinsic(llvm::Intrinsic::copysign, root, x);
        Value* value = sleef(base, {choose(is_large, root, x)});
        return mul(value, choose(is_large, number(2), number(1)));
    }
    Value* rnorm(Value* s) {
        Value* inverse = div(number(1), sqrt(s));
        return choose(builder_.CreateFCmpOEQ(s, number(0)), number(0), inverse);
    }

    /// x^n by repeated squaring.
    Value* integer_power(Value* x, std::int64_t n) {
        Value* result = nullptr;
        for (Value* square = x; n != 0; n >>= 1) {
            if (n & 1) result = result ? mul(result, square) : square;
            if (n > 1) square = mul(square, square);
        }
        return result ? result : number(1);
    }

private:
    Emitter& emitter_;
    llvm::IRBuilder<>& builder_;
    unsigned lanes_;
};

/// What ir::Polygamma is written in, as instructions.
class GammaWords {
public:
    using Value = llvm::Value*;

    GammaWords(Math& math, llvm::IRBuilder<>& builder) : math_(math), builder_(builder) {}

    Value number(long double value) { return math_.number(static_cast<double>(value)); }
    Value add(Value a, Value b) { return math_.add(a, b); }
    Value sub(Value a, Value b) { return math_.sub(a, b); }
    Value mul(Value a, Value b) { return math_.mul(a, b); }
    Value div(Value a, Value b) { return math_.div(a, b); }
    Value less(Value a, Value b) { return builder_.CreateFCmpOLT(a, b); }
    Value equal(Value a, Value b) { return builder_.CreateFCmpOEQ(a, b); }
    Value choose(Value condition, Value a, Value b) { return math_.choose(condition, a, b); }
    Value log(Value a) { return math_.sleef("log", {a}); }
    Value round(Value a) { return builder_.CreateUnaryIntrinsic(llvm::Intrinsic::rint, a); }
    Value cot_pi(Value r) {
        return div(number(1),
                   math_.sleef("tan", {mul(number(std::numbers::pi_v<long double>), r)}));
    }

private:
    Math& math_;
    llvm::IRBuilder<>& builder_;
};

/// The order of a polygamma, a constant of the program.
int order_of(const Value* order) {
    const auto* constant = llvm::dyn_cast<llvm::Constant>(order);
    if (constant && constant->getType()->isVectorTy()) constant = constant->getSplatValue();
    const auto* number = llvm::dyn_cast_or_null<llvm::ConstantFP>(constant);
    if (!number) throw InternalError("the order of a polygamma is no constant");
    return static_cast<int>(number->getValueAPF().convertToDouble());
}

Value* emit_composite(Emitter& emitter, Math& math, ir::Fn function,
                      const std::vector<Value*>& arguments) {
    Value* x = arguments[0];
    if (function == ir::Fn::digamma || function == ir::Fn::polygamma) {
        GammaWords words(math, emitter.builder);
        const int order = function == ir::Fn::digamma ? 0 : order_of(x);
        return ir::Polygamma<GammaWords>(words, order)(arguments.back());
    }
    if (function == ir::Fn::sigmoid) return math.sigmoid(x);
    if (function == ir::Fn::softplus) return math.softplus(x);
    if (function == ir::Fn::silu) return math.silu(x);
    if (function == ir::Fn::gelu) return math.gelu(x);
    throw InternalError("no expansion for function " + std::string(ir::function(function).name));
}

Value* emit_builtin(Math& math, ir::Fn function, const std::vector<Value*>& arguments) {
    Value* x = arguments[0];
    if (function == ir::Fn::abs) return math.abs(x);
    if (function == ir::Fn::sign) return math.sign(x);
    if (function == ir::Fn::step) return math.step(x);
    if (function == ir::Fn::relu) return math.relu(x);
    if (function == ir::Fn::rnorm) return math.rnorm(x);
    if (function == ir::Fn::strong_zero) return x;
    if (function == ir::Fn::max) return math.max(x, arguments[1]);
    if (function == ir::Fn::min) return math.min(x, arguments[1]);
    if (function == ir::Fn::max_weight) return math.max_weight(x, arguments[1]);
    if (function == ir::Fn::where) return math.where(x, arguments[1], arguments[2]);
    if (ir::is_comparison(function)) return math.compare(function, x, arguments[1]);
    throw InternalError("no instructions for function " + std::string(ir::function(function).name));
}

}  // namespace

Value* emit_function(Emitter& emitter, ir::Fn function, const std::vector<Value*>& arguments) {
    Math math(emitter, arguments.back());
    const ir::Function& row = ir::function(function);
    switch (row.lowering) {
        case ir::LoweringKind::sleef:
            if (function == ir::Fn::asinh || function == ir::Fn::acosh) {
                return math.inverse_hyperbolic(row.symbol, arguments[0]);
            }
            return math.sleef(row.symbol, arguments);
        case ir::LoweringKind::builtin:
            return emit_builtin(math, function, arguments);
        case ir::LoweringKind::expand:
            return emit_composite(emitter, math, function, arguments);
    }
    throw InternalError("unknown kind of function");
}

Value* emit_power(Emitter& emitter, Value* base, const ir::Rational& exponent) {
    constexpr std::int64_t most = 16;  // beyond, the rounding errors of the products add up
    Math math(emitter, base);
    const std::int64_t magnitude = std::abs(exponent.num);
    Value* result = nullptr;
    if (exponent.den == 1 && magnitude <= most) {
        result = math.integer_power(base, magnitude);
    } else if (exponent.den == 2 && magnitude <= most) {
        result = math.sqrt(base);
        if (magnitude > 1) result = math.mul(result, math.integer_power(base, magnitude / 2));
    } else {
        return math.sleef("pow", {base, math.number(exponent.value())});
    }
    return exponent.num < 0 ? math.div(math.number(1), result) : result;
}

}  // namespace nabla::codegen
