// Which names in an expression are sizes and indices, before any of them is resolved.

#include "frontend/resolve.hpp"

#include "frontend/builtins.hpp"

#include <algorithm>

namespace nabla::syntax {

using ast::Kind;
using ast::Node;

std::size_t first_size_argument(const Node& call) {
    const BuiltinRow* row = find_builtin(call.text);
    const Builtin id = row == nullptr ? Builtin::sum : row->id;
    const bool filled = id == Builtin::ones || id == Builtin::zeros || id == Builtin::eye ||
                        id == Builtin::iota || id == Builtin::unit;
    return filled ? 0 : id == Builtin::reshape ? 1 : call.children.size();
}

void collect_words(const Node& expression, std::set<std::string>& words) {
    if (expression.kind == Kind::name) words.insert(expression.text);
    for (const Node& child : expression.children) collect_words(child, words);
}

namespace {

/// The names that stand at axes in `node`, but for those that an inner sum or tensor binds.
void names_at_axes(const Node& node, bool at_axis, std::set<std::string> bound,
                   std::vector<std::string>& names) {
    if (node.kind == Kind::name && at_axis && !bound.contains(node.text)) {
        names.push_back(node.text);
    }
    if (node.kind == Kind::tensor) return;
    if (node.kind == Kind::binder) bound.insert(node.text);
    const bool within = at_axis && node.kind != Kind::range;
    for (std::size_t i = 0; i < node.children.size(); ++i) {
        const bool axis = node.kind == Kind::index ? i > 0 : within;
        names_at_axes(node.children[i], axis, bound, names);
    }
}

void add_sizes(const Node& size, const std::set<std::string>& bound, Scope& scope) {
    std::set<std::string> words;
    collect_words(size, words);
    for (const std::string& word : words) {
        const bool fresh = scope.find(word).role == Scope::Role::unknown;
        // MATLAB's `end` is no size: it stands for one.
        if (fresh && !bound.contains(word) && word != "end") scope.add_dimension(word);
    }
}

void size_names(const Node& expression, std::set<std::string> bound, Scope& scope) {
    const auto& children = expression.children;
    if (expression.kind == Kind::call) {
        for (std::size_t i = first_size_argument(expression); i < children.size(); ++i) {
            add_sizes(children[i], bound, scope);
        }
    }
    if (expression.kind == Kind::binder) {
        add_sizes(children[0], bound, scope);
        add_sizes(children[1], bound, scope);
        bound.insert(expression.text);
    }
    if (expression.kind == Kind::tensor) {
        for (const std::string& name : tensor_indices(expression, scope)) bound.insert(name);
    }
    for (std::size_t i = 1; expression.kind == Kind::index && i < children.size(); ++i) {
        add_sizes(children[i], bound, scope);
    }
    for (const Node& child : children) size_names(child, bound, scope);
}

}  // namespace

std::vector<std::string> tensor_indices(const Node& tensor, const Scope& scope) {
    std::vector<std::string> indices;
    const auto add = [&](const std::string& name) {
        if (std::find(indices.begin(), indices.end(), name) == indices.end()) {
            indices.push_back(name);
        }
    };
    for (std::size_t i = 0; i + 1 < tensor.children.size(); ++i) add(tensor.children[i].text);
    std::vector<std::string> at_axes;
    names_at_axes(tensor.children.back(), false, {}, at_axes);
    for (const std::string& name : at_axes) {
        const Scope::Entry entry = scope.find(name);
        // A vector is no index, and neither is what only happens to stand in the data.
        const bool hidden =
            entry.role == Scope::Role::symbol &&
            (scope.symbol(entry.index).by_default || scope.symbol(entry.index).rank > 0 ||
             scope.symbol(entry.index).text.empty());
        if (entry.role == Scope::Role::unknown || hidden) add(name);
    }
    return indices;
}

void collect_size_names(const Node& expression, Scope& scope) { size_names(expression, {}, scope); }

}  // namespace nabla::syntax
