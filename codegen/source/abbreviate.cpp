#include "codegen/source/abbreviate.hpp"

#include <set>
#include <unordered_map>
#include <unordered_set>

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

struct Walk {
    std::vector<NotationPtr> order;  ///< children before parents, each shared subtree once
    std::unordered_set<const Notation*> open;  ///< what may hold a bound index of its surroundings
};

/// Below the left of `[i, j: …]` and of a sum over an index stand bound indices; what is indexed
/// there, the A of `A[i,j]`, is closed again.
bool opens(const Notation& n) { return n.kind == NotationKind::index_tensor; }

Walk walk(const NotationPtr& root) {
    Walk result;
    std::unordered_set<const Notation*> seen{root.get()};
    struct Step {
        NotationPtr node;
        std::size_t next = 0;
    };
    std::vector<Step> stack{{root}};
    while (!stack.empty()) {
        Step& step = stack.back();
        if (step.next == step.node->children.size()) {
            result.order.push_back(step.node);
            stack.pop_back();
            continue;
        }
        NotationPtr child = step.node->children[step.next++];
        if (seen.insert(child.get()).second) stack.push_back({std::move(child)});
    }
    // Parents before children: a subtree is open if one of its places is.
    for (auto node = result.order.rbegin(); node != result.order.rend(); ++node) {
        const Notation& n = **node;
        bool inside = opens(n) || (result.open.contains(&n) && n.kind != NotationKind::indexed);
        if (!inside) continue;
        for (const NotationPtr& child : n.children) result.open.insert(child.get());
    }
    return result;
}

class Namer {
public:
    explicit Namer(const std::vector<NotationPtr>& nodes) {
        for (const NotationPtr& n : nodes) {
            if (n->kind == NotationKind::name) taken_.insert(n->text);
            taken_.insert(n->indices.begin(), n->indices.end());
            for (ir::Dim d : n->dims)
                for (const std::string& name : d.names()) taken_.insert(name);
        }
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
    Walk walked = walk(notation);
    const std::vector<NotationPtr>& nodes = walked.order;
    Namer namer(nodes);
    Abbreviated result;
    std::unordered_map<const Notation*, NotationPtr> shown;
    for (const NotationPtr& node : nodes) {
        Notation copy = *node;
        for (NotationPtr& child : copy.children) child = shown.at(child.get());
        NotationPtr made = node->children.empty() ? node : passes::make(std::move(copy));
        bool large = made->size > part_size || made->depth > part_depth;
        if (large && node != notation && !walked.open.contains(node.get())) {
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
