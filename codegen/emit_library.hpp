// Words for calls of BLAS and LAPACK that emit_library.cpp and emit_spectral.hpp share: arguments
// the way Fortran wants them, names by precision, failures as return values.
#pragma once

#include <llvm/IR/Intrinsics.h>

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "codegen/emit_internal.hpp"

namespace nabla::codegen {

class LibraryWords {
public:
    using Value = llvm::Value;

    LibraryWords(Emitter& emitter, const LibraryCall& call)
        : e_(emitter), b_(emitter.builder), call_(call) {}

protected:
    /// Values of CBLAS's enumerations.
    enum Cblas : std::uint32_t {
        row_major = 101,
        no_trans = 111,
        trans = 112,
        upper = 121,
        lower = 122,
        non_unit = 131,
        unit = 132,
        left = 141,
    };

    Value* number(std::uint32_t value) { return b_.getInt32(value); }
    Value* whole(std::size_t at) { return e_.buffers[call_.operands[at]]; }

    std::string named(const std::string& before, const std::string& after) const {
        return before + (e_.program.precision == Precision::f64 ? "d" : "s") + after;
    }

    void invoke(const std::string& name, const std::vector<Value*>& arguments) {
        std::vector<llvm::Type*> types;
        for (const Value* argument : arguments) types.push_back(argument->getType());
        b_.CreateCall(e_.library_function(name, b_.getVoidTy(), types), arguments);
    }
    void cblas(const std::string& name, const std::vector<Value*>& arguments) {
        std::vector<Value*> all = {number(row_major)};
        all.insert(all.end(), arguments.begin(), arguments.end());
        invoke(named("cblas_", name), all);
    }

    /// A Fortran argument: the address of an integer.
    Value* by_address(std::int64_t value) {
        llvm::AllocaInst* slot = e_.local(b_.getInt32Ty(), "argument");
        b_.CreateStore(b_.getInt32(static_cast<std::uint32_t>(value)), slot);
        return slot;
    }
    Value* letter(char value) {
        llvm::AllocaInst* slot = e_.local(b_.getInt8Ty(), "letter");
        b_.CreateStore(b_.getInt8(static_cast<std::uint8_t>(value)), slot);
        return slot;
    }
    Value* load(Value* base, Value* at) { return b_.CreateLoad(e_.real(), e_.element(base, at)); }
    void store(Value* value, Value* base, Value* at) {
        b_.CreateStore(value, e_.element(base, at));
    }
    Value* magnitude(Value* x) { return b_.CreateUnaryIntrinsic(llvm::Intrinsic::fabs, x); }
    void for_each(std::int64_t count, const std::function<void(Value*)>& body) {
        e_.loop(e_.index(0), e_.index(count), 1, true, body);
    }
    /// Beside a factorisation such loops are nothing: not worth the time to unroll them.
    void cold_each(std::int64_t count, const std::function<void(Value*)>& body) {
        e_.loop(e_.index(0), e_.index(count), 1, false, body);
    }
    /// row·width + column.
    Value* at(Value* row, std::int64_t width, Value* column) {
        return b_.CreateAdd(b_.CreateMul(row, e_.index(width)), column);
    }

    void fail_if_positive(Value* info) {
        if (call_.error_code == 0) return;
        Value* code = b_.CreateLoad(b_.getInt32Ty(), info);
        e_.return_if(b_.CreateICmpSGT(code, number(0)), call_.error_code);
    }

    Emitter& e_;
    llvm::IRBuilder<>& b_;
    const LibraryCall& call_;
};

}  // namespace nabla::codegen
