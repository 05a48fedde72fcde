// Bounds the work that one question may cost. A short text can ask for more than any machine can
// do (the sixth derivative of eighteen nested exponentials); counting steps instead of seconds
// gives the same answer, or the same error, on every machine.
#pragma once

#include <cstdint>

#include "ir/context.hpp"

namespace nabla::ir {

/// While it lives, work in the context is counted against the limit; past it Context::spend throws
/// InputError (without a place: whoever asked knows it). Inside another one it does nothing, so
/// that the outermost question has one limit for all its parts.
class WorkLimit {
public:
    /// Some seconds of work.
    static constexpr std::uint64_t steps = 50'000'000;

    explicit WorkLimit(Context& context, std::uint64_t limit = steps);
    ~WorkLimit();
    WorkLimit(const WorkLimit&) = delete;
    WorkLimit& operator=(const WorkLimit&) = delete;

private:
    Context& context_;
    bool outermost_;
};

}  // namespace nabla::ir
