#include "runtime/differentiate_by.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "frontend/source.hpp"
#include "frontend/suggest.hpp"
#include "ir/build.hpp"
#include "passes/pipeline.hpp"
#include "runtime/session/line.hpp"

namespace nabla::runtime {

// Gradient and Hessian where they apply: the same numbers as Jacobians of Jacobians, from sweeps
// that suit a scalar.
ir::Expr differentiate_by(ir::Expr e, ir::Expr symbol, int order) {
    using ir::DerivativeMode;
    int done = 0;
    if (e.is_scalar()) {
        done = order >= 2 ? 2 : 1;
        e = ir::derivative(done == 2 ? DerivativeMode::hessian : DerivativeMode::gradient, e,
                           {symbol});
    }
    for (; done < order; ++done) e = ir::derivative(DerivativeMode::jacobian, e, {symbol});
    return passes::finish(e);
}

void note_unused_variable(const std::string& variable, const syntax::Expression& expression,
                          const std::vector<std::string>& declarations,
                          std::vector<Diagnostic>& notes) {
    const auto& used = expression.symbols;
    if (std::find(used.begin(), used.end(), expression.wanted.at(0)) != used.end()) return;
    const std::string& name = expression.wanted.at(0).symbol().name;
    for (const std::string& text : declarations) {
        const std::vector<std::string> words = words_of(text);
        if (std::find(words.begin(), words.end(), name) != words.end()) return;
    }
    std::vector<std::string> names;
    for (const ir::Expr symbol : used) names.push_back(symbol.symbol().name);
    const std::string near = syntax::did_you_mean(name, names);
    const syntax::Source source("<variable>", variable);
    notes.push_back({Severity::note,
                     source.locate({0, static_cast<std::uint32_t>(variable.size())}),
                     fmt::format("the expression does not use {}: the derivative is zero", name),
                     {},
                     near.empty() && !names.empty()
                         ? fmt::format("its names: {}", fmt::join(names, ", "))
                         : near});
}

}  // namespace nabla::runtime
