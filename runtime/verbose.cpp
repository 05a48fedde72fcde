#include "runtime/verbose.hpp"

#include <array>

#include <nabla/error.hpp>

#include "codegen/source/text.hpp"

namespace nabla::runtime {
namespace {

constexpr std::array<std::string_view, 9> texts{
    "a gradient has the variable's shape",
    "a derivative's axes are those of the function, then those of the variable, once an order",
    "∂(A x)/∂x = A, ∂ tr(A X)/∂X = A^T",
    "vec stacks columns: ∂ vec(A X B)/∂ vec(X) = B^T ⊗ A",
    "for a variable declared symmetric the gradient is (G + G^T)/2; for diagonal, lower, upper and "
    "antisymmetric it is projected likewise",
    "∂ det(X)/∂X = det(X) X^-T; log det X is NaN where det X < 0",
    "abs'(0) = relu'(0) = step(0) = 0, sign' = 0; the gradient of ||x|| at 0 is 0",
    "at a tie of max or min each side gets its equal share; 0^0 is 1",
    "where, relu, step, clamp, max and min select: what is not taken contributes nothing",
};

std::string name_of(passes::RewriteStage stage) {
    switch (stage) {
        case passes::RewriteStage::before:
            return "before differentiation";
        case passes::RewriteStage::after:
            return "simplified";
        case passes::RewriteStage::computing:
            return "for computing";
    }
    throw InternalError("verbose: unknown stage");
}

}  // namespace

std::vector<RewriteNote> describe_rewrites(const passes::RewriteLog& log) {
    const std::vector<passes::Rewrite> rewrites = log.rewrites();  // printing may rewrite
    std::vector<RewriteNote> notes;
    for (const passes::Rewrite& r : rewrites) {
        notes.push_back({name_of(r.stage), std::string(r.rule), codegen::print(r.before),
                         codegen::print(r.after)});
    }
    return notes;
}

std::span<const std::string_view> conventions() noexcept { return texts; }

}  // namespace nabla::runtime
