// What was rewritten, by which rule, and when: the record behind `--verbose`. While a RewriteLog
// lives, the passes that work in its context tell it of each application of a named rule; there is
// no other state, and without one nothing is recorded.
#pragma once

#include <string_view>
#include <unordered_set>
#include <vector>

#include "ir/context.hpp"

namespace nabla::passes {

/// When a rule was applied.
enum class RewriteStage : std::uint8_t {
    before,     ///< to what will be differentiated
    after,      ///< to a derivative, or to an expression that is not differentiated
    computing,  ///< to what is computed, when the formula is shown already
};

struct Rewrite {
    RewriteStage stage;
    std::string_view rule;
    ir::Expr before, after;
};

class RewriteLog final : public ir::RewriteWatcher {
public:
    /// Watches the context until it dies; then the watcher of before does again.
    explicit RewriteLog(ir::Context& context)
        : context_(context), previous_(context.set_watcher(this)) {}
    ~RewriteLog() override { context_.set_watcher(previous_); }

    void rewritten(std::string_view rule, ir::Expr before, ir::Expr after) override;

    /// In the order of their first application; the same rule on the same node is one.
    const std::vector<Rewrite>& rewrites() const { return rewrites_; }

    /// Sets the stage of what the current scope rewrites in a context, if a log watches it.
    class Stage {
    public:
        Stage(ir::Context& context, RewriteStage stage);
        ~Stage();
        Stage(const Stage&) = delete;
        Stage& operator=(const Stage&) = delete;

    private:
        RewriteLog* log_;
        RewriteStage previous_ = RewriteStage::after;
    };

private:
    struct Key {
        std::string_view rule;
        ir::Expr before;
        friend bool operator==(const Key&, const Key&) = default;
    };
    struct KeyHash {
        std::size_t operator()(const Key& key) const {
            return ir::ExprHash()(key.before) ^ std::hash<std::string_view>()(key.rule);
        }
    };

    ir::Context& context_;
    ir::RewriteWatcher* previous_;
    RewriteStage stage_ = RewriteStage::after;
    std::vector<Rewrite> rewrites_;
    std::unordered_set<Key, KeyHash> known_;
};

}  // namespace nabla::passes
