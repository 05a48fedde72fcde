// Calls of the user's functions: the body with the arguments in the place of the parameters.

#include "frontend/shapes.hpp"

#include "frontend/limits.hpp"
#include "ir/build.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

namespace nabla::syntax {

using ast::Kind;
using ast::Node;

/// A user's function is its body with the arguments in the place of the parameters.
ValueId Checker::user_call(const Node& node, int index) {
    const ast::Definition& function = *scope_->definition(index).definition;
    if (node.children.size() != function.parameters.size()) {
        fail(node.span,
             fmt::format("`{}` takes {} argument{}, not {}", node.text, function.parameters.size(),
                         function.parameters.size() == 1 ? "" : "s", node.children.size()));
    }
    if (std::find(calls_.begin(), calls_.end(), index) != calls_.end()) {
        fail(node.span, fmt::format("`{}` is defined by itself", node.text));
    }
    if (calls_.size() >= limits::call_depth) {
        fail(node.span,
             fmt::format("functions call functions too deeply (more than {} levels)",
                         limits::call_depth),
             "define inner values without parameters: `y = f(x)`");
    }
    const auto failed = definitions.find(index);
    if (failed != definitions.end() && !failed->second) throw DependsOnError{};
    std::vector<ValueId> arguments;
    for (const Node& child : node.children) arguments.push_back(check(child));
    const std::pair<int, std::vector<ValueId>> key{index, arguments};
    if (const auto known = call_results_.find(key); known != call_results_.end())
        return known->second;
    if (call_results_.size() >= limits::calls)
        fail(node.span, "functions call functions too often");
    std::map<std::string, ValueId> inner;
    std::map<std::string, BoundIndex> no_indices;
    std::vector<std::pair<ValueId, ValueId>> points;
    const bool derives = contains_derivative(function.value);
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        ValueId& bound = inner[function.parameters[i].text];
        bound = arguments[i];
        if (!derives || stands_alone(arguments, i)) continue;
        bound = parameter(function.parameters[i].text, arguments[i]);
        points.emplace_back(bound, arguments[i]);
    }
    locals_.swap(inner);
    indices_.swap(no_indices);
    calls_.push_back(index);
    const Node* caller = std::exchange(root_, &function.value);
    ValueId result{};
    try {
        result = check(function.value);
    } catch (SyntaxError& error) {
        constexpr std::size_t shown_calls = 4;
        if (error.report.labels.size() >= shown_calls) throw;
        error.report.labels.push_back({node.span, fmt::format("in this call of `{}`", node.text)});
        throw;
    }
    root_ = caller;
    calls_.pop_back();
    locals_.swap(inner);
    indices_.swap(no_indices);
    for (const auto& [symbol, point] : points) result = at_point(result, symbol, point);
    call_results_.emplace(key, result);
    return result;
}

/// Whether some derivative operator stands in the expression or in a function that it calls.
bool Checker::contains_derivative(const Node& node) const {
    if (node.kind == Kind::nabla) return true;
    if (node.kind == Kind::call || node.kind == Kind::apply) {
        const Scope::Entry entry = scope_->find(node.text);
        if (entry.role == Scope::Role::function) {
            const auto known = derives_.find(entry.index);
            if (known != derives_.end()) {
                if (known->second) return true;
            } else {
                derives_[entry.index] = false;  // a cycle is an error of its own
                derives_[entry.index] =
                    contains_derivative(scope_->definition(entry.index).definition->value);
                if (derives_[entry.index]) return true;
            }
        } else if (const BuiltinRow* row = find_builtin(node.text)) {
            if (row->id >= Builtin::grad && row->id <= Builtin::taylor) return true;
        }
    }
    return std::any_of(node.children.begin(), node.children.end(),
                       [&](const Node& child) { return contains_derivative(child); });
}

/// Whether argument `at` is a symbol that no other argument uses: then the derivative by the
/// parameter is that by the symbol.
bool Checker::stands_alone(const std::vector<ValueId>& arguments, std::size_t at) const {
    const int symbol = value(arguments[at]).symbol;
    if (symbol < 0) return value(arguments[at]).parameter;
    std::set<ValueId> seen;
    std::vector<ValueId> open;
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        if (i != at) open.push_back(arguments[i]);
    }
    while (!open.empty()) {
        const ValueId id = open.back();
        open.pop_back();
        if (!seen.insert(id).second) continue;
        if (value(id).symbol == symbol) return false;
        for (ValueId operand : value(id).operands) open.push_back(operand);
    }
    return true;
}

/// A symbol of the argument's shape for a function's body to differentiate by.
ValueId Checker::parameter(const std::string& name, ValueId argument) {
    const Type given = type(argument);
    const int symbol = value(argument).symbol;
    const ir::Facts facts = symbol < 0 ? ir::Facts{} : scope_->symbol(symbol).facts;
    const ValueId id = make(given, {}, [name, given, facts](const Recipe& recipe, auto) {
        return recipe.context.fresh_symbol(name, recipe.shape(given), facts);
    });
    (*values_)[id].parameter = true;
    return id;
}

}  // namespace nabla::syntax
