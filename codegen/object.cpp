// The target machine of this host, LLVM's pass pipeline, and object files.
#include "codegen/object.hpp"

#include <llvm/ADT/SmallVector.h>
#include <llvm/Analysis/TargetTransformInfo.h>
#include <llvm/Config/llvm-config.h>
#include <llvm/IR/LegacyPassManager.h>
#include <llvm/IR/Module.h>
#include <llvm/IR/Verifier.h>
#include <llvm/MC/TargetRegistry.h>
#include <llvm/Passes/PassBuilder.h>
#include <llvm/Support/TargetSelect.h>
#include <llvm/Support/raw_ostream.h>
#include <llvm/Target/TargetMachine.h>
#include <llvm/TargetParser/Host.h>
#include <llvm/Transforms/Utils/Cloning.h>

#include <algorithm>
#include <memory>
#include <mutex>
#include <vector>

#include <nabla/error.hpp>

namespace nabla::codegen {
namespace {

void initialise_llvm() {
    static std::once_flag once;
    std::call_once(once, [] {
        llvm::InitializeNativeTarget();
        llvm::InitializeNativeTargetAsmPrinter();
    });
}

/// Small code model and position-independent code: objects link into any program.
std::unique_ptr<llvm::TargetMachine> make_target_machine(const TargetInfo& target) {
    initialise_llvm();
    const std::string triple = llvm::sys::getProcessTriple();
    std::string message;
    const llvm::Target* registered = llvm::TargetRegistry::lookupTarget(triple, message);
    if (!registered) throw InternalError("LLVM has no code generator for this host: " + message);
    std::unique_ptr<llvm::TargetMachine> machine(registered->createTargetMachine(
        triple, target.cpu, target.features, llvm::TargetOptions(), llvm::Reloc::PIC_,
        llvm::CodeModel::Small, llvm::CodeGenOptLevel::Default));
    if (!machine) throw InternalError("LLVM cannot generate code for this host");
    return machine;
}

void check(const llvm::Module& module) {
    std::string text;
    llvm::raw_string_ostream stream(text);
    if (llvm::verifyModule(module, &stream))
        throw InternalError("the emitted module is not well formed: " + text);
}

/// Loops are vectors already where they can be; what is left to LLVM is scalar work.
void optimise(llvm::Module& module, llvm::TargetMachine& machine) {
    llvm::PipelineTuningOptions tuning;
    tuning.LoopVectorization = true;
    // Its cost grows faster than the code, and long code is made of vectors already.
    tuning.SLPVectorization = module.getInstructionCount() < 1500;
    llvm::PassBuilder passes(&machine, tuning);
    llvm::LoopAnalysisManager loops;
    llvm::FunctionAnalysisManager functions;
    llvm::CGSCCAnalysisManager calls;
    llvm::ModuleAnalysisManager modules;
    passes.registerModuleAnalyses(modules);
    passes.registerCGSCCAnalyses(calls);
    passes.registerFunctionAnalyses(functions);
    passes.registerLoopAnalyses(loops);
    passes.crossRegisterProxies(loops, functions, calls, modules);
    passes.buildPerModuleDefaultPipeline(llvm::OptimizationLevel::O3).run(module, modules);
}

void generate(llvm::Module& module, llvm::TargetMachine& machine, llvm::CodeGenFileType type,
              llvm::SmallVectorImpl<char>& bytes) {
    llvm::raw_svector_ostream stream(bytes);
    llvm::legacy::PassManager manager;
    if (machine.addPassesToEmitFile(manager, stream, nullptr, type))
        throw InternalError("LLVM cannot write object files for this host");
    manager.run(module);
}

}  // namespace

int TargetInfo::vector_bits() const {
    switch (isa) {
        case VectorIsa::sse2:
            return 128;
        case VectorIsa::avx:
        case VectorIsa::avx2:
            return 256;
        case VectorIsa::avx512:
            return 512;
    }
    throw InternalError("unknown vector extension");
}

TargetInfo host_target() {
    TargetInfo target;
    target.cpu = llvm::sys::getHostCPUName().str();
    const llvm::StringMap<bool> features = llvm::sys::getHostCPUFeatures();
    std::vector<std::string> texts;
    for (const auto& feature : features)
        texts.push_back((feature.second ? "+" : "-") + feature.first().str());
    std::sort(texts.begin(), texts.end());
    for (const std::string& text : texts)
        target.features += (target.features.empty() ? "" : ",") + text;
    const auto has = [&](const char* name) { return features.lookup(name); };
    if (has("avx512f") && has("avx512dq") && has("avx512vl"))
        target.isa = VectorIsa::avx512;
    else if (has("avx2") && has("fma"))
        target.isa = VectorIsa::avx2;
    else if (has("avx"))
        target.isa = VectorIsa::avx;
    return target;
}

HostDescription host() {
    const TargetInfo target = host_target();
    return {target.cpu, target.features, LLVM_VERSION_STRING, target.vector_bits()};
}

void make_object(llvm::Module& module, const TargetInfo& target, const EmitOptions& options,
                 CompiledObject& result) {
    const std::unique_ptr<llvm::TargetMachine> machine = make_target_machine(target);
    module.setTargetTriple(machine->getTargetTriple().str());
    module.setDataLayout(machine->createDataLayout());
    module.setPICLevel(llvm::PICLevel::BigPIC);
    check(module);
    optimise(module, *machine);
    if (options.keep_llvm_ir) {
        llvm::raw_string_ostream stream(result.llvm_ir);
        module.print(stream, nullptr);
    }
    if (options.keep_assembly) {
        // Code generation changes the module, so the text is made from a copy.
        llvm::SmallVector<char, 0> text;
        const auto copy = llvm::CloneModule(module);
        generate(*copy, *machine, llvm::CodeGenFileType::AssemblyFile, text);
        result.assembly.assign(text.begin(), text.end());
    }
    llvm::SmallVector<char, 0> bytes;
    generate(module, *machine, llvm::CodeGenFileType::ObjectFile, bytes);
    result.bytes.assign(bytes.begin(), bytes.end());
}

}  // namespace nabla::codegen
