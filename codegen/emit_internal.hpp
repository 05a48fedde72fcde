// What the files of the emitter share: the state while one loop program becomes LLVM IR. Private to
// emit*.cpp; includes LLVM.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <llvm/IR/IRBuilder.h>
#include <llvm/IR/LLVMContext.h>
#include <llvm/IR/MDBuilder.h>
#include <llvm/IR/Module.h>

#include "codegen/compile.hpp"
#include "codegen/emit_plan.hpp"
#include "codegen/target.hpp"

namespace nabla::codegen {

/// The block of a stream that is being worked on.
struct StreamBlock {
    StreamShape shape;
    llvm::Value* start = nullptr;  ///< first row
    llvm::Value* rows = nullptr;   ///< rows in this block
};

/// One kernel function under construction.
class Emitter {
public:
    Emitter(llvm::Module& module, const LoopProgram& program, const TargetInfo& target);

    llvm::Module& module;
    llvm::LLVMContext& context;
    const LoopProgram& program;
    const TargetInfo& target;
    llvm::IRBuilder<> builder;
    llvm::Function* function = nullptr;
    std::vector<llvm::Value*> buffers;  ///< a pointer each
    std::optional<StreamBlock> block;
    std::set<const Statement*> symmetric;  ///< may leave a lower triangle to a mirror
    std::set<BufferId> to_mirror;          ///< at the end of the stream

    /// Builds `int32 name(inputs…, outputs…, workspace)`, one noalias pointer each.
    llvm::Function* emit_body(const std::string& name);

    void emit_steps(const std::vector<Step>& steps);
    void emit_statement(const Statement& statement);  ///< emit_statement.cpp
    void emit_library(const LibraryCall& call);       ///< emit_library.cpp
    void emit_mirror(BufferId buffer);                ///< emit_library.cpp

    llvm::Type* real() const;
    llvm::Value* index(std::int64_t value);
    llvm::Value* constant(double value);
    llvm::Value* element(llvm::Value* pointer, llvm::Value* offset);

    /// Broadcast of a scalar, or the vector itself.
    llvm::Value* splat(llvm::Value* value, unsigned lanes);

    /// `body(i)` for i = low, low + step, … while i < high. Constant bounds that give one iteration
    /// or none make no loop. `unroll`: whether LLVM may unroll it.
    void loop(llvm::Value* low, llvm::Value* high, std::int64_t step, bool unroll,
              const std::function<void(llvm::Value*)>& body);
    void if_true(llvm::Value* condition, const std::function<void()>& body);
    void return_if(llvm::Value* condition, int code);
    /// Stack memory, allocated once a call.
    llvm::AllocaInst* local(llvm::Type* type, const char* name);

    /// An external function without side effects on memory that the program can see.
    llvm::FunctionCallee pure_function(const std::string& name, llvm::Type* type, unsigned arity);
    llvm::FunctionCallee library_function(const std::string& name, llvm::Type* result,
                                          llvm::ArrayRef<llvm::Type*> arguments);
    void set_attributes(llvm::Function& created) const;

private:
    void emit_stream(const Stream& stream);
    void emit_fill(const Fill& fill);
    void emit_copy(const Copy& copy);
};

/// emit_math.cpp: a function, or a constant power, of scalars or vectors (all arguments alike).
llvm::Value* emit_function(Emitter& emitter, ir::Fn function,
                           const std::vector<llvm::Value*>& arguments);
llvm::Value* emit_power(Emitter& emitter, llvm::Value* base, const ir::Rational& exponent);

}  // namespace nabla::codegen
