#include "passes/rewrite_log.hpp"

namespace nabla::passes {

void RewriteLog::rewritten(std::string_view rule, ir::Expr before, ir::Expr after) {
    if (known_.insert(Key{rule, before}).second)
        rewrites_.push_back(Rewrite{stage_, rule, before, after});
}

RewriteLog::Stage::Stage(ir::Context& context, RewriteStage stage)
    : log_(dynamic_cast<RewriteLog*>(context.watcher())) {
    if (log_) previous_ = std::exchange(log_->stage_, stage);
}

RewriteLog::Stage::~Stage() {
    if (log_) log_->stage_ = previous_;
}

}  // namespace nabla::passes
