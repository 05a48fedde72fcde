// Sums over an index, `sum(i in 1..m: …)`, and tensors in index notation, `[i, j: A[i,k] B[k,j]]`.
// Both are one expression with an axis more for each index: a loop in the text is no loop in ir.

#include "frontend/shapes.hpp"

#include "ir/batch.hpp"
#include "ir/build.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace nabla::syntax {

using ast::Kind;
using ast::Node;

namespace {

/// batch(), with the place of the sum if the body has no form over another axis.
ir::Expr batched(ir::Expr body, ir::Expr one_hot, const std::string& index, Span span) {
    try {
        return ir::batch(body, one_hot);
    } catch (const ir::NotBatched& what) {
        throw SyntaxError{
            span,
            fmt::format("{} that depends on the index {} is not supported yet", what.what(), index),
            {"only sums, products, functions of entries and reductions may depend on "
             "an index",
             {}}};
    }
}

ir::Expr reduced(Builtin id, ir::Expr all, ir::Dim size) {
    switch (id) {
        case Builtin::prod:
            return ir::reduce(ir::ReduceKind::prod, all, {0});
        case Builtin::max:
            return ir::reduce(ir::ReduceKind::max, all, {0});
        case Builtin::min:
            return ir::reduce(ir::ReduceKind::min, all, {0});
        case Builtin::logsumexp:
            return ir::reduce(ir::ReduceKind::logsumexp, all, {0});
        case Builtin::mean:
            return ir::divide(ir::sum_axes(all, {0}), ir::dim_value(size));
        default:
            return ir::sum_axes(all, {0});
    }
}

/// The indices of a tensor inside are its own.
void collect_names(const Node& node, std::set<std::string>& names) {
    if (node.kind == Kind::tensor) return;
    if (node.kind == Kind::name) names.insert(node.text);
    for (const Node& child : node.children) collect_names(child, names);
}

}  // namespace

/// A name's meaning outside of a binder, put back when the binder ends.
class Checker::Binding {
public:
    Binding(Checker& checker, const std::vector<std::string>& names) : checker_(checker) {
        for (const std::string& name : names) {
            Saved saved{name, {}, {}};
            if (const auto local = checker.locals_.find(name); local != checker.locals_.end()) {
                saved.local = local->second;
            }
            if (const auto index = checker.indices_.find(name); index != checker.indices_.end()) {
                saved.index = index->second;
            }
            saved_.push_back(std::move(saved));
        }
    }
    Binding(const Binding&) = delete;
    Binding& operator=(const Binding&) = delete;
    ~Binding() {
        for (const Saved& saved : saved_) {
            checker_.locals_.erase(saved.name);
            checker_.indices_.erase(saved.name);
            if (saved.local) checker_.locals_[saved.name] = *saved.local;
            if (saved.index) checker_.indices_[saved.name] = *saved.index;
        }
    }

private:
    struct Saved {
        std::string name;
        std::optional<ValueId> local;
        std::optional<BoundIndex> index;
    };
    Checker& checker_;
    std::vector<Saved> saved_;
};

/// An end of a range: a size, in which no other index may occur.
ir::Dim Checker::range_end(const Node& node) const {
    std::set<std::string> names;
    collect_names(node, names);
    for (const std::string& name : names) {
        if (!indices_.contains(name)) continue;
        fail(node.span, fmt::format("the ends of a range must not depend on the index {}", name),
             "sum over the whole range, and write where(…, …, 0) for what is not to count");
    }
    return dimension(node);
}

ValueId Checker::index_reduction(const Node& node, Builtin id) {
    const Node& binder = node.children[0];
    const bool fits = node.children.size() == 1 &&
                      (id == Builtin::sum || id == Builtin::prod || id == Builtin::max ||
                       id == Builtin::min || id == Builtin::mean || id == Builtin::logsumexp);
    if (!fits) {
        fail(binder.span, fmt::format("`{}` does not run over an index like this", node.text),
             "write sum(i in 1..m: …), and the same with prod, max, min, mean, logsumexp");
    }
    const ir::Dim lower = range_end(binder.children[0]);
    const ir::Dim upper = range_end(binder.children[1]);
    const ir::Dim size = upper - lower + dims_->context().dim(1);
    const Span range{binder.children[0].span.begin, binder.children[1].span.end};
    require_size(upper - lower, range, "the range is empty");
    const Binding outer(*this, {binder.text});
    bind_index(binder.text, binder.span, lower, size, false);
    const ValueId one_hot = indices_.at(binder.text).one_hot;
    const ValueId body = check(binder.children[2]);
    const Span span = binder.children[2].span;
    return make(type(body), {body, one_hot},
                [id, size, span, name = binder.text](const Recipe& recipe,
                                                     std::span<const ir::Expr> built) {
                    return reduced(id, batched(built[0], built[1], name, span), recipe.size(size));
                });
}

/// One term of a tensor, summed over its indices that are not on the left.
/// Their ranges are the term's own: another term may run the same letter over another axis.
Checker::TensorTerm Checker::tensor_term(const Node& node, const std::vector<std::string>& summed) {
    std::set<std::string> names;
    collect_names(node, names);
    const Binding outer(*this, summed);
    for (const std::string& name : summed) {
        if (!names.contains(name)) continue;
        bind_index(name, node.span, dims_->context().dim(1), dims_->fresh(), true);
    }
    TensorTerm term{check(node), {}, node.span};
    if (!type(term.value).is_scalar()) {
        fail(node.span,
             fmt::format("a term of a tensor is the number at its indices, but {}",
                         described(term.value, node.span)),
             "give every vector and matrix its indices");
    }
    for (const std::string& name : summed) {
        if (names.contains(name)) term.summed.emplace_back(name, indices_.at(name).one_hot);
    }
    return term;
}

ValueId Checker::tensor(const Node& node) {
    std::vector<std::string> left;
    for (std::size_t i = 0; i + 1 < node.children.size(); ++i) {
        const std::string& name = node.children[i].text;
        if (std::find(left.begin(), left.end(), name) != left.end()) {
            fail(node.children[i].span, fmt::format("the index {} stands twice on the left", name));
        }
        left.push_back(name);
    }
    const std::vector<std::string> all = tensor_indices(node, *scope_);
    // An index that is bound around the tensor is that one, unless the left side hides it.
    std::vector<std::string> summed(all.begin() + static_cast<std::ptrdiff_t>(left.size()),
                                    all.end());
    std::erase_if(summed, [&](const std::string& name) { return indices_.contains(name); });
    const Binding outer(*this, all);
    for (const std::string& name : left) {
        bind_index(name, node.span, dims_->context().dim(1), dims_->fresh(), true);
    }
    const Node& body = node.children.back();
    std::vector<TensorTerm> terms;
    std::vector<ValueId> operands;
    if (body.kind == Kind::sum) {
        for (const Node& child : body.children) {
            terms.push_back(tensor_term(child, summed));
            terms.back().minus = child.op == Op::minus;
        }
    } else {
        terms.push_back(tensor_term(body, summed));
    }
    Type result;
    std::vector<ValueId> one_hots;
    for (const std::string& name : left) {
        result.dims.push_back(indices_.at(name).size);
        one_hots.push_back(indices_.at(name).one_hot);
    }
    for (const TensorTerm& term : terms) {
        operands.push_back(term.value);
        for (const auto& [name, one_hot] : term.summed) operands.push_back(one_hot);
    }
    operands.insert(operands.end(), one_hots.begin(), one_hots.end());
    return make(result, operands,
                [terms, left, result](const Recipe& recipe, std::span<const ir::Expr> built) {
                    std::vector<ir::Term> parts;
                    std::size_t next = 0;
                    const std::size_t first_left = built.size() - left.size();
                    for (const TensorTerm& term : terms) {
                        ir::Expr e = built[next++];
                        for (const auto& [name, value] : term.summed) {
                            e = ir::sum_axes(batched(e, built[next++], name, term.span), {0});
                        }
                        for (std::size_t k = left.size(); k-- > 0;) {
                            e = batched(e, built[first_left + k], left[k], term.span);
                        }
                        parts.push_back({term.minus ? -1 : 1, e});
                    }
                    return ir::sum(recipe.context, std::move(parts), recipe.shape(result));
                });
}

}  // namespace nabla::syntax
