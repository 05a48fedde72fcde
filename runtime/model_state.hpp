// What stands behind the public Model: a module with the Context that its expressions live in, and
// the engine that makes native code of them.
//
// A Context is confined to one thread at a time: whoever makes nodes, or prints, holds `lock()`.
// Reading nodes that exist needs no lock.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include <nabla/error.hpp>

#include "frontend/frontend.hpp"
#include "ir/context.hpp"
#include "ir/module.hpp"
#include "runtime/specialise.hpp"

namespace nabla::runtime {

class ModelState {
public:
    /// A file's text; `file` is its path, if it has one (imports are relative to it). Throws
    /// InputError with all its mistakes.
    static std::shared_ptr<const ModelState> from_source(const std::string& name, std::string text,
                                                         bool defaults,
                                                         const std::string& file = {});

    /// The same with all that the frontend can be told; `notes` receives its remarks.
    static std::shared_ptr<const ModelState> from_source(const syntax::Source& source,
                                                         const syntax::Options& options,
                                                         std::vector<Diagnostic>* notes = nullptr);

    /// One expression as a model of its own: its symbols are the module's declarations.
    struct OneLiner;
    static OneLiner from_expression(const std::string& text, const syntax::Options& options);

    ModelState(std::unique_ptr<ir::Context> context, bool defaults);

    const ir::Module& module() const noexcept { return module_; }
    /// Where its nodes live. Whoever makes more of them needs the lock.
    ir::Context& context() const noexcept { return *context_; }

    [[nodiscard]] std::unique_lock<std::mutex> lock() const { return std::unique_lock(mutex_); }

    /// Reads an expression in which the module's names mean what they mean there. Needs the lock.
    syntax::Expression read(std::string_view text) const;

    /// The symbols without repetitions, declared ones first and in their order.
    std::vector<ir::Expr> in_declaration_order(std::vector<ir::Expr> symbols) const;

    /// Engine::specialise; takes the lock.
    std::shared_ptr<const Variant> specialise(
        const Program& program, const ir::DimValues& dims, const std::vector<std::string>& what,
        codegen::Precision precision = codegen::Precision::f64) const;

private:
    mutable std::mutex mutex_;
    std::unique_ptr<ir::Context> context_;
    ir::Module module_;
    bool defaults_ = false;
    mutable Engine engine_;
};

struct ModelState::OneLiner {
    std::shared_ptr<const ModelState> model;
    syntax::Expression expression;
};

}  // namespace nabla::runtime
