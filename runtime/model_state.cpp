#include "runtime/model_state.hpp"

#include <algorithm>
#include <limits>
#include <unordered_map>
#include <unordered_set>
#include <utility>

namespace nabla::runtime {

ModelState::ModelState(std::unique_ptr<ir::Context> context, bool defaults)
    : context_(std::move(context)), defaults_(defaults) {}

std::shared_ptr<const ModelState> ModelState::from_source(const std::string& name, std::string text,
                                                          bool defaults, const std::string& file) {
    syntax::Options options;
    options.defaults = defaults;
    options.file = file;
    return from_source(syntax::Source(name, std::move(text)), options);
}

std::shared_ptr<const ModelState> ModelState::from_source(const syntax::Source& source,
                                                          const syntax::Options& options,
                                                          std::vector<Diagnostic>* notes) {
    auto model = std::make_shared<ModelState>(std::make_unique<ir::Context>(), options.defaults);
    model->module_ = syntax::elaborate_module(*model->context_, source, options, notes);
    return model;
}

ModelState::OneLiner ModelState::from_expression(const std::string& text,
                                                 const syntax::Options& options) {
    auto model = std::make_shared<ModelState>(std::make_unique<ir::Context>(), options.defaults);
    syntax::Expression expression = syntax::elaborate_expression(
        *model->context_, syntax::Source("<expression>", text), options);
    std::vector<ir::Expr> symbols = expression.symbols;
    symbols.insert(symbols.end(), expression.wanted.begin(), expression.wanted.end());
    for (const ir::Expr symbol : model->in_declaration_order(std::move(symbols))) {
        ir::Declaration declaration;
        declaration.symbol = symbol;
        declaration.text = symbol.symbol().name;
        const auto& used = expression.symbols;
        const auto use = std::find(used.begin(), used.end(), symbol);
        if (use != used.end()) {
            declaration.where = expression.first_uses[static_cast<std::size_t>(use - used.begin())];
        }
        for (const ir::Declaration& bound : expression.bounds) {
            if (!(bound.symbol == symbol)) continue;
            declaration.lower = bound.lower;
            declaration.upper = bound.upper;
            declaration.lower_strict = bound.lower_strict;
            declaration.upper_strict = bound.upper_strict;
        }
        model->module_.declarations.push_back(std::move(declaration));
    }
    model->module_.dims = expression.dims;
    model->module_.size_conditions = expression.size_conditions;
    return {std::move(model), std::move(expression)};
}

syntax::Expression ModelState::read(std::string_view text) const {
    syntax::Options options;
    options.defaults = defaults_;
    return syntax::elaborate_expression(
        *context_, syntax::Source("<expression>", std::string(text)), options, &module_);
}

std::vector<ir::Expr> ModelState::in_declaration_order(std::vector<ir::Expr> symbols) const {
    std::unordered_map<ir::Expr, std::size_t, ir::ExprHash> places;
    for (const ir::Declaration& declared : module_.declarations) {
        places.emplace(declared.symbol, places.size());
    }
    const auto place = [&](ir::Expr symbol) {
        const auto found = places.find(symbol);
        return found == places.end() ? places.size() : found->second;
    };
    std::vector<ir::Expr> unique;
    std::unordered_set<ir::Expr, ir::ExprHash> seen;
    for (const ir::Expr symbol : symbols) {
        if (seen.insert(symbol).second) unique.push_back(symbol);
    }
    std::stable_sort(unique.begin(), unique.end(),
                     [&](ir::Expr a, ir::Expr b) { return place(a) < place(b); });
    return unique;
}

std::shared_ptr<const Variant> ModelState::specialise(const Program& program,
                                                      const ir::DimValues& dims,
                                                      const std::vector<std::string>& what,
                                                      codegen::Precision precision) const {
    const auto guard = lock();
    return engine_.specialise(program, dims, what, precision);
}

}  // namespace nabla::runtime
