// One LLJIT per Jit and one JITDylib per kernel. Objects name SLEEF's, BLAS's and the C library's
// functions; a generator finds these by dlsym with handles of our own, so that it also works where
// the process does not export them (an extension module loaded with RTLD_LOCAL).
#include "runtime/jit.hpp"

#include <dlfcn.h>

#include <array>
#include <atomic>
#include <mutex>
#include <string>

#include <llvm/ExecutionEngine/Orc/LLJIT.h>
#include <llvm/Support/MemoryBuffer.h>
#include <llvm/Support/TargetSelect.h>

#include <nabla/error.hpp>

namespace nabla::runtime {
namespace {

namespace orc = llvm::orc;

/// What LLVM reports through the session instead of through return values.
class Reports {
public:
    void add(llvm::Error error) {
        const std::scoped_lock lock(mutex_);
        text_ += (text_.empty() ? "" : "; ") + llvm::toString(std::move(error));
    }
    std::string take() {
        const std::scoped_lock lock(mutex_);
        return std::exchange(text_, {});
    }

private:
    std::mutex mutex_;
    std::string text_;
};

/// Finds functions of the shared libraries that kernels call.
class LibrarySymbols : public orc::DefinitionGenerator {
public:
    explicit LibrarySymbols(std::vector<void*> handles) : handles_(std::move(handles)) {}

    llvm::Error tryToGenerate(orc::LookupState&, orc::LookupKind, orc::JITDylib& dylib,
                              orc::JITDylibLookupFlags,
                              const orc::SymbolLookupSet& wanted) override {
        orc::SymbolMap found;
        for (const auto& [name, flags] : wanted)
            if (void* address = find((*name).str()))
                found[name] = {orc::ExecutorAddr::fromPtr(address),
                               llvm::JITSymbolFlags::Exported | llvm::JITSymbolFlags::Callable};
        if (found.empty()) return llvm::Error::success();
        return dylib.define(orc::absoluteSymbols(std::move(found)));
    }

private:
    void* find(const std::string& name) const {
        for (void* handle : handles_)
            if (void* address = dlsym(handle, name.c_str())) return address;
        return dlsym(RTLD_DEFAULT, name.c_str());
    }

    std::vector<void*> handles_;
};

template <class Value>
Value take(llvm::Expected<Value> value, const char* doing) {
    if (value) return static_cast<Value&&>(*value);
    throw InternalError(std::string(doing) + ": " + llvm::toString(value.takeError()));
}

void initialise_llvm() {
    static std::once_flag once;
    std::call_once(once, [] {
        llvm::InitializeNativeTarget();
        llvm::InitializeNativeTargetAsmPrinter();
    });
}

}  // namespace

struct Jit::Impl {
    Reports reports;
    std::vector<void*> handles;
    std::unique_ptr<orc::LLJIT> lljit;
    std::atomic<std::uint64_t> loaded = 0;

    Impl() {
        initialise_llvm();
        for (const char* library : {"libsleef.so.3", "libopenblas.so.0", "libm.so.6", "libc.so.6"})
            if (void* handle = dlopen(library, RTLD_NOW | RTLD_LOCAL)) handles.push_back(handle);
        orc::LLJITBuilder builder;
        builder.setLinkProcessSymbolsByDefault(false);
        builder.setPlatformSetUp(orc::setUpInactivePlatform);
        lljit = take(builder.create(), "starting the JIT");
        lljit->getExecutionSession().setErrorReporter(
            [this](llvm::Error error) { reports.add(std::move(error)); });
        lljit->getMainJITDylib().addGenerator(std::make_unique<LibrarySymbols>(handles));
    }

    ~Impl() {
        lljit.reset();
        for (void* handle : handles) dlclose(handle);
    }

    void remove(orc::JITDylib& dylib) {
        if (llvm::Error error = lljit->getExecutionSession().removeJITDylib(dylib))
            reports.add(std::move(error));
    }
};

Jit::Jit() : impl_(std::make_shared<Impl>()) {}
Jit::~Jit() = default;

LoadedKernel Jit::load(const codegen::CompiledObject& object) {
    const std::string name = "kernel " + std::to_string(impl_->loaded++);
    orc::JITDylib& dylib = take(impl_->lljit->createJITDylib(name), "making room for a kernel");
    // From here on the last owner removes the code, also when linking fails.
    std::shared_ptr<orc::JITDylib> owner(&dylib,
                                         [impl = impl_](orc::JITDylib* d) { impl->remove(*d); });
    dylib.addToLinkOrder(impl_->lljit->getMainJITDylib());
    auto bytes = llvm::MemoryBuffer::getMemBufferCopy(
        llvm::StringRef(object.bytes.data(), object.bytes.size()), name);
    if (llvm::Error error = impl_->lljit->addObjectFile(dylib, std::move(bytes)))
        throw InternalError("adding a kernel: " + llvm::toString(std::move(error)));
    auto address = impl_->lljit->lookup(dylib, object.entry);
    if (!address) {
        const std::string message = llvm::toString(address.takeError());
        throw InternalError("linking a kernel: " + message + " " + impl_->reports.take());
    }
    LoadedKernel kernel;
    kernel.function = address->toPtr<KernelFunction>();
    kernel.workspace_bytes = object.workspace_bytes;
    kernel.error_texts = object.error_texts;
    kernel.owner = std::move(owner);
    return kernel;
}

}  // namespace nabla::runtime
