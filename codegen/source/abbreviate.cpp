#include "codegen/source/abbreviate.hpp"

#include <set>
#include <unordered_map>

namespace nabla::codegen {
namespace {

using passes::Notation;
using passes::NotationKind;
using passes::NotationPtr;

// A whole of this many symbols is still printed in full (some ten pages); beyond it, parts of more
// than `part_size` symbols get names. The depth bounds the recursion of the printers.
constexpr std::int64_t whole_size = 20'000;
constexpr std::int64_t part_size = 120;
constexpr std::int64_t whole_depth = 1'000;
constexpr std::int64_t part_depth = 200;

/// Children before parents, each shared subtree once.
std::vector<NotationPtr> post_order(const NotationPtr& root) {
    std::vector<NotationPtr> order;
    std::set<const Notation*> seen;
    std::vector<std::pair<NotationPtr, std::size_t>> stack{{root, 0}};
    seen.insert(root.get());
    while (!stack.empty()) {
        auto& [node, next] = stack.back();
        if (next == node->children.size()) {
            order.push_back(node);
            stack.pop_back();
            continue;
        }
        NotationPtr child = node->children[next++];
        if (seen.insert(child.get()).second) stack.emplace_back(std::move(child), 0);
    }
    return order;
}

class Namer {
public:
    explicit Namer(const std::vector<NotationPtr>& nodes) {
        for (const NotationPtr& n : nodes)
            if (n->kind == NotationKind::name) taken_.insert(n->text);
    }
    std::string next() {
        std::string name;
        do name = "t" + std::to_string(++count_);
        while (taken_.contains(name));
        return name;
    }

private:
    std::set<std::string> taken_;
    int count_ = 0;
};

}  // namespace

Abbreviated abbreviate(const NotationPtr& notation) {
    if (notation->size <= whole_size && notation->depth <= whole_depth) return {notation, {}};
    std::vector<NotationPtr> nodes = post_order(notation);
    Namer namer(nodes);
    Abbreviated result;
    std::unordered_map<const Notation*, NotationPtr> shown;
    for (const NotationPtr& node : nodes) {
        Notation copy = *node;
        for (NotationPtr& child : copy.children) child = shown.at(child.get());
        NotationPtr made = node->children.empty() ? node : passes::make(std::move(copy));
        bool large = made->size > part_size || made->depth > part_depth;
        if (large && node != notation) {
            std::string name = namer.next();
            result.definitions.emplace_back(name, made);
            Notation reference;
            reference.kind = NotationKind::name;
            reference.text = name;
            reference.rank = node->rank;
            reference.row = node->row;
            reference.symmetric = node->symmetric;
            made = passes::make(std::move(reference));
        }
        shown.emplace(node.get(), made);
    }
    result.main = shown.at(notation.get());
    return result;
}

}  // namespace nabla::codegen
