// What `--verbose` tells beside an answer: which named rules rewrote what, before and after
// differentiation and for computing, and the conventions that derivatives follow.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "passes/rewrite_log.hpp"

namespace nabla::runtime {

/// One application of a rule, for people.
struct RewriteNote {
    std::string stage;   ///< before differentiation, simplified, for computing
    std::string rule;    ///< `log(1 + exp z) = softplus(z)`
    std::string before;  ///< the piece that it was applied to; reads back
    std::string after;
};

/// In the order of their first application. Prints, hence makes nodes: needs the lock of the model.
std::vector<RewriteNote> describe_rewrites(const passes::RewriteLog& log);

/// A sentence a line.
std::span<const std::string_view> conventions() noexcept;

}  // namespace nabla::runtime
