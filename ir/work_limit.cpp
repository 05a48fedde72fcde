#include "ir/work_limit.hpp"

#include "nabla/error.hpp"

namespace nabla::ir {

WorkLimit::WorkLimit(Context& context, std::uint64_t limit)
    : context_(context), outermost_(!context.work_limited_) {
    if (!outermost_) return;
    context.work_limited_ = true;
    context.work_left_ = limit;
}

WorkLimit::~WorkLimit() {
    if (outermost_) context_.work_limited_ = false;
}

void Context::spend(std::uint64_t steps) {
    if (!work_limited_) return;
    if (steps > work_left_) {
        throw InputError(
            "working this out takes too many steps: the expression or its derivative is too large",
            "ask for a lower order, or for a directional derivative, or take the expression apart");
    }
    work_left_ -= steps;
}

}  // namespace nabla::ir
