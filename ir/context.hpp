// The owner of expressions: an arena of nodes and dims and the tables that intern them. No global
// state: a Context is confined to one thread at a time, and everything made in it dies with it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ir/expr.hpp"

namespace nabla::ir {

/// Is told of every rewrite by a named rule in the context that it watches.
class RewriteWatcher {
public:
    RewriteWatcher() = default;
    RewriteWatcher(const RewriteWatcher&) = delete;
    RewriteWatcher& operator=(const RewriteWatcher&) = delete;
    virtual ~RewriteWatcher() = default;
    virtual void rewritten(std::string_view rule, Expr before, Expr after) = 0;
};

class Context {
public:
    Context();
    ~Context();
    Context(const Context&) = delete;
    Context& operator=(const Context&) = delete;

    Dim dim(std::int64_t value);
    Dim dim(const std::string& name);
    /// Interns a polynomial; `terms` need not be sorted or merged.
    Dim dim(std::vector<DimTerm> terms);

    /// A symbol. Equal (name, id, shape, facts, is_variable) gives the same node.
    Expr symbol(const std::string& name, Shape shape, Facts facts = {}, bool is_variable = false,
                std::uint32_t id = 0);
    /// A symbol that no other one equals (a fresh id).
    Expr fresh_symbol(const std::string& name, Shape shape, Facts facts = {},
                      bool is_variable = false);

    /// For the smart constructors only: interns a node whose payload is already canonical.
    Expr intern(Node node);

    std::size_t node_count() const;

    /// Counts work while a WorkLimit is set on this context, and throws InputError past it. A step
    /// is about one node, term, factor or label looked at.
    void spend(std::uint64_t steps);

    /// Whoever rewrites tells the watcher, if there is one (passes/rewrite_log.hpp).
    RewriteWatcher* watcher() const { return watcher_; }
    /// The one until now.
    RewriteWatcher* set_watcher(RewriteWatcher* watcher) {
        return std::exchange(watcher_, watcher);
    }

    /// For einsum() only: results by the product that was asked for. Canonical form looks at nested
    /// products and their transposes, which without memory would be redone exponentially often.
    Expr recall_product(const EinsumData& asked) const;
    void remember_product(EinsumData asked, Expr result);

private:
    friend class WorkLimit;
    std::uint64_t work_left_ = 0;
    bool work_limited_ = false;
    RewriteWatcher* watcher_ = nullptr;

    struct Tables;
    std::unique_ptr<Tables> tables_;
};

}  // namespace nabla::ir
