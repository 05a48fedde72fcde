// Builds the LLVM module of a loop program: the kernel's body, its entry points, streams, and the
// small tools that the other emit files use. Statements are in emit_statement.cpp, library calls in
// emit_library.cpp, functions of numbers in emit_math.cpp.
#include <llvm/IR/Intrinsics.h>
#include <llvm/IR/Verifier.h>
#include <llvm/Support/raw_ostream.h>

#include <algorithm>
#include <utility>

#include <nabla/error.hpp>

#include "codegen/emit_internal.hpp"
#include "codegen/emit_symmetry.hpp"
#include "codegen/object.hpp"

namespace nabla::codegen {

using llvm::Value;

Emitter::Emitter(llvm::Module& target_module, const LoopProgram& loop_program,
                 const TargetInfo& target_info)
    : module(target_module),
      context(target_module.getContext()),
      program(loop_program),
      target(target_info),
      builder(context) {
    llvm::FastMathFlags flags;
    flags.setAllowContract(true);
    builder.setFastMathFlags(flags);
}

llvm::Type* Emitter::real() const {
    return program.precision == Precision::f64 ? llvm::Type::getDoubleTy(context)
                                               : llvm::Type::getFloatTy(context);
}

Value* Emitter::index(std::int64_t value) {
    return builder.getInt64(static_cast<std::uint64_t>(value));
}

Value* Emitter::constant(double value) { return llvm::ConstantFP::get(real(), value); }

Value* Emitter::element(Value* pointer, Value* offset) {
    return builder.CreateInBoundsGEP(real(), pointer, offset);
}

Value* Emitter::splat(Value* value, unsigned lanes) {
    if (lanes == 1 || value->getType()->isVectorTy()) return value;
    return builder.CreateVectorSplat(lanes, value);
}

llvm::AllocaInst* Emitter::local(llvm::Type* type, const char* name) {
    llvm::BasicBlock& entry = function->getEntryBlock();
    llvm::IRBuilder<> at_entry(&entry, entry.begin());
    return at_entry.CreateAlloca(type, nullptr, name);
}

void Emitter::loop(Value* low, Value* high, std::int64_t step, bool unroll,
                   const std::function<void(Value*)>& body) {
    const auto* first = llvm::dyn_cast<llvm::ConstantInt>(low);
    const auto* last = llvm::dyn_cast<llvm::ConstantInt>(high);
    if (first && last) {
        if (first->getSExtValue() >= last->getSExtValue()) return;
        if (first->getSExtValue() + step >= last->getSExtValue()) return body(low);
    }
    llvm::BasicBlock* before = builder.GetInsertBlock();
    auto* head = llvm::BasicBlock::Create(context, "head", function);
    auto* inside = llvm::BasicBlock::Create(context, "loop", function);
    auto* after = llvm::BasicBlock::Create(context, "after", function);
    builder.CreateBr(head);
    builder.SetInsertPoint(head);
    llvm::PHINode* variable = builder.CreatePHI(builder.getInt64Ty(), 2);
    variable->addIncoming(low, before);
    builder.CreateCondBr(builder.CreateICmpSLT(variable, high), inside, after);
    builder.SetInsertPoint(inside);
    body(variable);
    variable->addIncoming(builder.CreateNSWAdd(variable, index(step)), builder.GetInsertBlock());
    llvm::BranchInst* back = builder.CreateBr(head);
    if (!unroll) {
        llvm::Metadata* hint =
            llvm::MDNode::get(context, llvm::MDString::get(context, "llvm.loop.unroll.disable"));
        llvm::MDNode* id = llvm::MDNode::getDistinct(context, {nullptr, hint});
        id->replaceOperandWith(0, id);
        back->setMetadata(llvm::LLVMContext::MD_loop, id);
    }
    builder.SetInsertPoint(after);
}

void Emitter::if_true(Value* condition, const std::function<void()>& body) {
    auto* inside = llvm::BasicBlock::Create(context, "then", function);
    auto* after = llvm::BasicBlock::Create(context, "after", function);
    builder.CreateCondBr(condition, inside, after);
    builder.SetInsertPoint(inside);
    body();
    builder.CreateBr(after);
    builder.SetInsertPoint(after);
}

void Emitter::return_if(Value* condition, int code) {
    auto* leave = llvm::BasicBlock::Create(context, "failed", function);
    auto* after = llvm::BasicBlock::Create(context, "after", function);
    builder.CreateCondBr(condition, leave, after);
    builder.SetInsertPoint(leave);
    builder.CreateRet(builder.getInt32(static_cast<std::uint32_t>(code)));
    builder.SetInsertPoint(after);
}

void Emitter::set_attributes(llvm::Function& created) const {
    created.addFnAttr("target-cpu", target.cpu);
    created.addFnAttr("target-features", target.features);
    created.addFnAttr("prefer-vector-width", std::to_string(target.vector_bits()));
    created.addFnAttr("min-legal-vector-width", std::to_string(target.vector_bits()));
    created.setDoesNotThrow();
}

llvm::FunctionCallee Emitter::pure_function(const std::string& name, llvm::Type* type,
                                            unsigned arity) {
    const std::vector<llvm::Type*> parameters(arity, type);
    llvm::FunctionCallee callee =
        module.getOrInsertFunction(name, llvm::FunctionType::get(type, parameters, false));
    auto* declared = llvm::cast<llvm::Function>(callee.getCallee());
    declared->setDoesNotThrow();
    declared->setDoesNotAccessMemory();
    declared->addFnAttr(llvm::Attribute::WillReturn);
    return callee;
}

llvm::FunctionCallee Emitter::library_function(const std::string& name, llvm::Type* result,
                                               llvm::ArrayRef<llvm::Type*> arguments) {
    llvm::FunctionCallee callee =
        module.getOrInsertFunction(name, llvm::FunctionType::get(result, arguments, false));
    llvm::cast<llvm::Function>(callee.getCallee())->setDoesNotThrow();
    return callee;
}

llvm::Function* Emitter::emit_body(const std::string& name) {
    const unsigned count = program.input_count + program.output_count + 1;
    const std::vector<llvm::Type*> parameters(count, builder.getPtrTy());
    function =
        llvm::Function::Create(llvm::FunctionType::get(builder.getInt32Ty(), parameters, false),
                               llvm::Function::InternalLinkage, name, module);
    set_attributes(*function);
    for (unsigned i = 0; i < count; ++i) {
        function->addParamAttr(i, llvm::Attribute::NoAlias);
        if (i < program.input_count) function->addParamAttr(i, llvm::Attribute::ReadOnly);
    }
    builder.SetInsertPoint(llvm::BasicBlock::Create(context, "entry", function));
    for (const Buffer& buffer : program.buffers) {
        Value* base = function->getArg(count - 1);
        if (buffer.role == Role::input)
            base = function->getArg(buffer.position);
        else if (buffer.role == Role::output)
            base = function->getArg(program.input_count + buffer.position);
        else
            base = builder.CreateConstInBoundsGEP1_64(builder.getInt8Ty(), base, buffer.offset);
        buffers.push_back(base);
    }
    symmetric = symmetric_statements(program);
    emit_steps(program.steps);
    builder.CreateRet(builder.getInt32(0));
    return function;
}

void Emitter::emit_steps(const std::vector<Step>& steps) {
    for (const Step& step : steps) {
        if (const auto* statement = std::get_if<Statement>(&step))
            emit_statement(*statement);
        else if (const auto* fill = std::get_if<Fill>(&step))
            emit_fill(*fill);
        else if (const auto* copy = std::get_if<Copy>(&step))
            emit_copy(*copy);
        else if (const auto* mirror = std::get_if<Mirror>(&step))
            emit_mirror(mirror->buffer);
        else if (const auto* call = std::get_if<LibraryCall>(&step))
            emit_library(*call);
        else
            emit_stream(std::get<Stream>(step));
    }
}

void Emitter::emit_stream(const Stream& stream) {
    if (block) throw InternalError("a stream inside a stream");
    const std::int64_t extent = program.axes[stream.axis].extent;
    const std::int64_t size = std::min(stream.block, extent);
    const bool partial = size > 0 && extent % size != 0;
    loop(index(0), index(extent), std::max<std::int64_t>(size, 1), false, [&](Value* start) {
        Value* rows = index(size);
        if (partial) {
            Value* left = builder.CreateNSWSub(index(extent), start);
            rows = builder.CreateBinaryIntrinsic(llvm::Intrinsic::umin, rows, left);
        }
        block = StreamBlock{{stream.axis, size, partial}, start, rows};
        emit_steps(stream.body);
        block.reset();
    });
    for (const BufferId buffer : std::exchange(to_mirror, {})) emit_mirror(buffer);
}

void Emitter::emit_fill(const Fill& fill) {
    const Buffer& buffer = program.buffers[fill.buffer];
    const std::uint64_t bytes =
        static_cast<std::uint64_t>(buffer.size()) * (real()->getPrimitiveSizeInBits() / 8);
    if (fill.value == 0 && fill.slope == 0) {
        builder.CreateMemSet(buffers[fill.buffer], builder.getInt8(0), bytes, llvm::MaybeAlign());
        return;
    }
    Value* value = constant(fill.value);
    loop(index(0), index(buffer.size()), 1, true, [&](Value* i) {
        Value* entry = value;
        if (fill.slope != 0) {
            Value* k = builder.CreateSIToFP(i, real());
            entry = builder.CreateFAdd(value, builder.CreateFMul(constant(fill.slope), k));
        }
        builder.CreateStore(entry, element(buffers[fill.buffer], i));
    });
}

void Emitter::emit_copy(const Copy& copy) {
    const std::uint64_t width = real()->getPrimitiveSizeInBits() / 8;
    const llvm::MaybeAlign align(width);
    Box box = copy.box;
    // Inner axes that are contiguous on both sides are one run of memory.
    std::int64_t run = 1;
    while (!box.extents.empty() && box.from_strides.back() == run && box.to_strides.back() == run) {
        run *= box.extents.back();
        box.extents.pop_back();
        box.from_strides.pop_back();
        box.to_strides.pop_back();
    }
    const std::function<void(std::size_t, Value*, Value*)> walk = [&](std::size_t axis, Value* from,
                                                                      Value* to) {
        if (axis == box.extents.size()) {
            Value* source = element(buffers[copy.from], from);
            Value* target = element(buffers[copy.to], to);
            if (run == 1) {
                builder.CreateAlignedStore(builder.CreateAlignedLoad(real(), source, align), target,
                                           align);
            } else {
                builder.CreateMemCpy(target, align, source, align,
                                     static_cast<std::uint64_t>(run) * width);
            }
            return;
        }
        loop(index(0), index(box.extents[axis]), 1, true, [&](Value* i) {
            const auto at = [&](Value* base, std::int64_t stride) {
                return builder.CreateAdd(base, builder.CreateMul(i, index(stride)));
            };
            walk(axis + 1, at(from, box.from_strides[axis]), at(to, box.to_strides[axis]));
        });
    };
    walk(0, index(box.from_offset), index(box.to_offset));
}

namespace {

/// int32 entry(const void* const* inputs, void* const* outputs, void* workspace)
void emit_entry(Emitter& emitter, llvm::Function* body, const std::string& name) {
    llvm::IRBuilder<>& b = emitter.builder;
    auto* pointer = b.getPtrTy();
    auto* entry = llvm::Function::Create(
        llvm::FunctionType::get(b.getInt32Ty(), {pointer, pointer, pointer}, false),
        llvm::Function::ExternalLinkage, name, emitter.module);
    emitter.set_attributes(*entry);
    b.SetInsertPoint(llvm::BasicBlock::Create(emitter.context, "entry", entry));
    std::vector<Value*> arguments;
    const auto load = [&](Value* array, unsigned count) {
        for (unsigned i = 0; i < count; ++i)
            arguments.push_back(b.CreateLoad(pointer, b.CreateConstGEP1_32(pointer, array, i)));
    };
    load(entry->getArg(0), emitter.program.input_count);
    load(entry->getArg(1), emitter.program.output_count);
    arguments.push_back(entry->getArg(2));
    b.CreateRet(b.CreateCall(body, arguments));
}

/// int NAME(scalars by value, arrays and outputs by pointer, workspace)
void emit_c_function(Emitter& emitter, llvm::Function* body, const ExportSignature& signature) {
    llvm::IRBuilder<>& b = emitter.builder;
    std::vector<llvm::Type*> parameters;
    for (const auto& input : signature.inputs)
        parameters.push_back(input.scalar ? emitter.real() : b.getPtrTy());
    parameters.resize(parameters.size() + signature.outputs.size() + 1, b.getPtrTy());
    auto* created = llvm::Function::Create(
        llvm::FunctionType::get(b.getInt32Ty(), parameters, false), llvm::Function::ExternalLinkage,
        emitter.program.name, emitter.module);
    emitter.set_attributes(*created);
    b.SetInsertPoint(llvm::BasicBlock::Create(emitter.context, "entry", created));
    std::vector<Value*> arguments;
    for (unsigned i = 0; i < parameters.size(); ++i) {
        Value* argument = created->getArg(i);
        if (i < signature.inputs.size() && signature.inputs[i].scalar) {
            Value* slot = b.CreateAlloca(emitter.real());
            b.CreateStore(argument, slot);
            argument = slot;
        }
        arguments.push_back(argument);
    }
    b.CreateRet(b.CreateCall(body, arguments));
}

/// size_t NAME_workspace(void) and const char* NAME_error(int)
void emit_c_queries(Emitter& emitter) {
    llvm::IRBuilder<>& b = emitter.builder;
    const LoopProgram& program = emitter.program;
    const auto begin = [&](const char* suffix, llvm::FunctionType* type) {
        auto* created = llvm::Function::Create(type, llvm::Function::ExternalLinkage,
                                               program.name + suffix, emitter.module);
        emitter.set_attributes(*created);
        b.SetInsertPoint(llvm::BasicBlock::Create(emitter.context, "entry", created));
        return created;
    };
    begin("_workspace", llvm::FunctionType::get(b.getInt64Ty(), false));
    b.CreateRet(b.getInt64(program.workspace_bytes));

    auto* error = begin("_error", llvm::FunctionType::get(b.getPtrTy(), {b.getInt32Ty()}, false));
    const auto answer = [&](llvm::BasicBlock* block, const std::string& text) {
        b.SetInsertPoint(block);
        b.CreateRet(b.CreateGlobalString(text, "error", 0, &emitter.module));
    };
    auto* unknown = llvm::BasicBlock::Create(emitter.context, "unknown", error);
    llvm::SwitchInst* choice = b.CreateSwitch(error->getArg(0), unknown);
    answer(unknown, "unknown error number");
    std::vector<std::string> texts = {"no error"};
    texts.insert(texts.end(), program.error_texts.begin(), program.error_texts.end());
    for (unsigned code = 0; code < texts.size(); ++code) {
        auto* block = llvm::BasicBlock::Create(emitter.context, "text", error);
        choice->addCase(b.getInt32(code), block);
        answer(block, texts[code]);
    }
}

}  // namespace

CompiledObject emit(const LoopProgram& program, const EmitOptions& options) {
    const TargetInfo target = host_target();
    llvm::LLVMContext context;
    llvm::Module module(program.name, context);
    Emitter emitter(module, program, target);
    llvm::Function* body = emitter.emit_body(program.name + ".body");
    if (options.export_as) {
        emit_c_function(emitter, body, *options.export_as);
        emit_c_queries(emitter);
    } else {
        emit_entry(emitter, body, program.name);
    }
    CompiledObject result;
    result.entry = program.name;
    result.workspace_bytes = program.workspace_bytes;
    result.error_texts = program.error_texts;
    make_object(module, target, options, result);
    return result;
}

}  // namespace nabla::codegen
