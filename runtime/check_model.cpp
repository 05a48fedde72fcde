#include "runtime/check_model.hpp"

#include <algorithm>
#include <nabla/error.hpp>
#include <utility>

#include "ir/build.hpp"
#include "ir/traverse.hpp"
#include "passes/pipeline.hpp"
#include "runtime/located.hpp"

namespace nabla::runtime {
namespace {

constexpr std::size_t longest_text = 100;

/// A function and the symbols that it is differentiated by.
struct Wanted {
    ir::Expr e;
    std::string text;
    std::vector<ir::Expr> symbols;
};

class Collector {
public:
    void operator()(const ir::Problem& problem) {
        add(problem.objective, problem.objective_text, problem.variables);
        for (const ir::Expr v : problem.variables) {
            add(ir::derivative(ir::DerivativeMode::gradient, problem.objective, {v}),
                "grad(" + problem.objective_text + ", " + v.symbol().name + ")", problem.variables);
        }
    }
    void operator()(const ir::Solve& solve) {
        look_into(solve.left);
        look_into(solve.right);
        const ir::Expr difference = ir::subtract(solve.left, solve.right);
        const bool zero = ir::is_zero(solve.right);
        add(difference, zero ? solve.left_text : solve.left_text + " - (" + solve.right_text + ")",
            {solve.unknown});
    }
    void operator()(const ir::Assert& claim) {
        look_into(claim.left);
        look_into(claim.right);
    }
    void operator()(const ir::Show& show) { look_into(show.expr); }
    void operator()(const ir::Export& all) {
        for (const ir::Expr e : all.outputs) look_into(e);
    }

    std::vector<Wanted> wanted;

private:
    /// The derivatives below `root`: of what, and by what.
    void look_into(ir::Expr root) {
        for (const ir::Expr node : ir::post_order(root)) {
            if (node.op() != ir::Op::derivative) continue;
            const ir::DerivativeData& data = node.derivative();
            const ir::Expr f = data.arguments[0], x = data.arguments[1];
            if (x.op() != ir::Op::symbol) continue;
            add(f, text_of(f), {x});
            const bool twice =
                data.mode == ir::DerivativeMode::hessian || data.mode == ir::DerivativeMode::hvp;
            if (!twice) continue;
            const bool mixed =
                data.mode == ir::DerivativeMode::hessian && data.arguments.size() > 2;
            const ir::Expr gradient = ir::derivative(ir::DerivativeMode::gradient, f, {x});
            add(gradient, "grad(" + text_of(f) + ", " + x.symbol().name + ")",
                {mixed ? data.arguments[2] : x});
        }
    }

    static std::string text_of(ir::Expr e) {
        const std::string text = format_formula(passes::finish(e)).text;
        return text.size() <= longest_text ? text : text.substr(0, longest_text) + " …";
    }

    void add(ir::Expr e, const std::string& text, const std::vector<ir::Expr>& symbols) {
        for (Wanted& one : wanted) {
            if (!(one.e == e)) continue;
            for (const ir::Expr s : symbols)
                if (std::find(one.symbols.begin(), one.symbols.end(), s) == one.symbols.end())
                    one.symbols.push_back(s);
            return;
        }
        wanted.push_back({e, text, symbols});
    }
};

DerivativeCheck compare(const ModelState& model, const Wanted& wanted,
                        const CheckOptions& options) {
    DerivativeCheck check;
    check.expression = wanted.text;
    std::vector<ir::Expr> inputs = ir::symbols_of(std::vector<ir::Expr>{wanted.e});
    inputs.insert(inputs.end(), wanted.symbols.begin(), wanted.symbols.end());
    try {
        check.report =
            check_derivatives(model, wanted.e, model.in_declaration_order(std::move(inputs)),
                              wanted.symbols, options);
    } catch (const InputError& error) {
        check.error = error.what();
    }
    return check;
}

}  // namespace

bool ModelCheck::passed() const {
    return std::all_of(derivatives.begin(), derivatives.end(),
                       [](const DerivativeCheck& check) { return check.passed(); });
}

ModelCheck check_model(const ModelState& model, const CheckOptions& options) {
    Collector collector;
    {
        const auto lock = model.lock();
        for (const ir::Request& request : model.module().requests) std::visit(collector, request);
    }
    ModelCheck check;
    for (const Wanted& one : collector.wanted)
        check.derivatives.push_back(compare(model, one, options));
    for (const ir::Request& request : model.module().requests) {
        const auto* problem = std::get_if<ir::Problem>(&request);
        if (problem == nullptr) continue;
        check.objectives.push_back(
            {problem->objective_text, problem->maximize,
             certify_convexity(model, problem->objective, problem->variables)});
    }
    return check;
}

CheckAnswer check(const CheckQuery& query) {
    const auto end = static_cast<std::uint32_t>(query.expression.size());
    const Location whole = syntax::Source("<expression>", query.expression).locate({0, end});
    return located(whole, [&] {
        syntax::Options options;
        options.defaults = true;
        options.wanted = query.variables;
        for (const std::string& text : query.declarations) options.declarations.push_back({text});
        auto [model, expression] = ModelState::from_expression(query.expression, options);
        CheckAnswer answer;
        answer.check = check_expression(*model, expression.expr, query.expression,
                                        expression.symbols, expression.wanted, {}, query.options);
        for (const ir::Declaration& declaration : model->module().declarations)
            answer.names.push_back(describe_name(declaration.symbol));
        answer.notes = std::move(expression.notes);
        return answer;
    });
}

std::vector<std::vector<ir::Expr>> variable_groups(const std::vector<ir::Expr>& symbols,
                                                   const std::vector<ir::Expr>& variables) {
    if (!variables.empty()) return {variables};
    std::vector<ir::Expr> declared;
    for (const ir::Expr symbol : symbols)
        if (symbol.symbol().is_variable) declared.push_back(symbol);
    if (!declared.empty()) return {declared};
    std::vector<std::vector<ir::Expr>> groups;
    for (const ir::Expr symbol : symbols) groups.push_back({symbol});
    return groups;
}

ModelCheck check_expression(const ModelState& model, ir::Expr e, const std::string& text,
                            const std::vector<ir::Expr>& symbols,
                            const std::vector<ir::Expr>& variables, const Values& values,
                            const CheckOptions& options) {
    ModelCheck check;
    const auto groups = variable_groups(symbols, variables);
    Wanted wanted{e, text, {}};
    for (const auto& group : groups)
        wanted.symbols.insert(wanted.symbols.end(), group.begin(), group.end());
    if (!wanted.symbols.empty()) check.derivatives.push_back(compare(model, wanted, options));
    if (!e.is_scalar()) return check;
    for (const auto& group : groups)
        check.objectives.push_back({text, false, certify_convexity(model, e, group, values)});
    return check;
}

}  // namespace nabla::runtime
