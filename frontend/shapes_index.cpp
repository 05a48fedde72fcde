// Indices and slices. Inside a sum over an index or a tensor in index notation, an index is a
// one-hot vector and `x[i + 1]` its inner product with a slice of x; ir/batch.hpp makes one
// expression for all values of the index of it.

#include "frontend/shapes.hpp"

#include "frontend/literal.hpp"
#include "ir/build.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace nabla::syntax {

using ast::Kind;
using ast::Node;
using ir::Orientation;

namespace {

using PartKind = ir::AxisPart::Kind;

std::string marks_of(std::size_t rank) {
    return rank == 1 ? "one index" : "an index for each axis";
}

}  // namespace

/// What an index says: a size, plus a bound index if its name occurs.
Checker::Position Checker::position(const Node& node) const {
    ir::Context& context = dims_->context();
    switch (node.kind) {
        case Kind::name:
            if (indices_.contains(node.text)) return {node.text, context.dim(0)};
            break;
        case Kind::group:
            if (node.children.size() == 1) return position(node.children[0]);
            break;
        case Kind::sum: {
            Position total{"", context.dim(0)};
            for (const Node& child : node.children) {
                const Position term = position(child);
                const bool minus = child.op == Op::minus;
                if (!term.index.empty() && (minus || !total.index.empty())) {
                    fail(node.span,
                         fmt::format("`{}` is no index: a bound index may be shifted "
                                     "by a size, nothing else",
                                     text(node.span)),
                         fmt::format("write `{0}`, `{0} + 1` or `{0} - 1`", term.index));
                }
                if (!term.index.empty()) total.index = term.index;
                total.offset = minus ? total.offset - term.offset : total.offset + term.offset;
            }
            return total;
        }
        default:
            break;
    }
    require_index(node, node);
    return {"", dimension(node)};
}

/// What `dimension` would refuse, in terms of indices.
void Checker::require_index(const Node& node, const Node& whole) const {
    const std::string kinds =
        "an index is a whole number, a dimension name, or the index of a sum around it";
    switch (node.kind) {
        case Kind::number:
            if (!read_number(node.text, node.span).integer())
                fail(node.span, fmt::format("`{}` is no index", node.text), kinds);
            return;
        case Kind::name: {
            const Scope::Role role = scope_->find(node.text).role;
            if (indices_.contains(node.text)) {
                fail(whole.span,
                     fmt::format("`{}` is no index: a bound index may be shifted by a size, "
                                 "nothing else",
                                 text(whole.span)),
                     fmt::format("write `{0}`, `{0} + 1` or `{0} - 1`", node.text));
            }
            if (role != Scope::Role::dimension && role != Scope::Role::broken)
                fail(node.span, fmt::format("`{}` is no index", node.text), kinds);
            return;
        }
        case Kind::product:
            for (const Node& child : node.children) {
                const bool times =
                    child.op == Op::none || child.op == Op::times || child.op == Op::juxtapose;
                if (!times)
                    fail(node.span, fmt::format("`{}` is no index", text(node.span)), kinds);
            }
            break;
        case Kind::group:
        case Kind::negate:
        case Kind::sum:
            break;
        case Kind::block:
            fail(node.span, "an index is one number, not a list",
                 "write `x[2:5]` for a slice, or `[x[1], x[4]]` for single entries");
        default:
            fail(node.span, fmt::format("`{}` is no index", text(node.span)), kinds);
    }
    for (const Node& child : node.children) require_index(child, whole);
}

/// The part of an axis of `extent` entries that one index takes.
Checker::AxisUse Checker::axis_use(const Node& node, ir::Dim extent, const std::string& whole) {
    ir::Context& context = dims_->context();
    AxisUse use;
    if (node.kind == Kind::all) return use;
    const auto require = [&](ir::Dim surplus, const std::string& what) {
        require_size(
            surplus, node.span,
            fmt::format("{}: {} has {} entries along this axis", what, whole, show(extent)));
    };
    if (node.kind == Kind::range) {
        for (const Node& end : node.children) {
            if (end.kind == Kind::name && indices_.contains(end.text)) {
                fail(end.span,
                     fmt::format("the ends of a slice must not depend on the index {}", end.text),
                     "sum over the whole axis, and write where(…, …, 0) for what is not to count");
            }
            require_index(end, end);
        }
        const ir::Dim first = dimension(node.children[0]);
        const ir::Dim last = dimension(node.children[1]);
        use.kind = PartKind::range;
        use.offset = first - context.dim(1);
        use.size = last - use.offset;
        require(use.offset, "the slice begins before entry 1");
        require(use.size - context.dim(1), "the slice is empty");
        require(extent - last, fmt::format("the slice ends at entry {}", show(last)));
        return use;
    }
    const Position at = position(node);
    if (at.index.empty()) {
        use.kind = PartKind::entry;
        use.offset = at.offset - context.dim(1);
        require(use.offset, fmt::format("there is no entry {}", show(at.offset)));
        require(extent - at.offset, fmt::format("there is no entry {}", show(at.offset)));
        return use;
    }
    const BoundIndex& index = indices_.at(at.index);
    use.kind = PartKind::marked;
    use.one_hot = index.one_hot;
    use.offset = index.lower - context.dim(1) + at.offset;
    use.size = index.size;
    const bool direct = at.offset.is(0) && index.lower.is(1);
    if (direct && index.by_use && dims_->unify(index.size, extent)) return use;
    if (direct && index.by_use) {
        fail(node.span,
             fmt::format("the index {} runs over 1..{} and over 1..{}", at.index, show(index.size),
                         show(extent)),
             "an index takes its range from the axes that it stands at");
    }
    // An axis of unknown length ends where its last index does: see settle_axes.
    if (!index.by_use) ends_.emplace_back(extent, use.offset + use.size);
    require(use.offset, fmt::format("the first `{}` is before entry 1", text(node.span)));
    const ir::Dim end = use.offset + use.size;
    require(extent - end,
            dims_->is_open(end)
                ? fmt::format("`{}` runs beyond the last entry", text(node.span))
                : fmt::format("the last `{}` is entry {}", text(node.span), show(end)));
    return use;
}

/// `x[i]`, `X[i, :]`, `x[2:5]`.
ValueId Checker::index(const Node& node) {
    const Node& base_node = node.children[0];
    const ValueId base = check(base_node);
    promote_if_default(base, base_node.span, "it is indexed");
    if (type(base).is_scalar() && !value(base).may_be_vectors.empty()) {
        throw Promotion{value(base).may_be_vectors, base_node.span, "it is indexed"};
    }
    const Type given = type(base);
    const std::size_t count = node.children.size() - 1;
    if (given.is_scalar()) {
        fail(node.span, fmt::format("a scalar has no entries: {}", operand(base, base_node.span)));
    }
    if (count != given.rank()) {
        const std::string x = text(base_node.span);
        const std::string help = given.is_matrix()
                                     ? fmt::format(
                                           "write {0}[i, j] for an entry, {0}[i, :] for a row, "
                                           "{0}[:, j] for a column",
                                           x)
                                 : given.is_vector() ? fmt::format("write {}[i]", x)
                                                     : "";
        fail(node.span,
             fmt::format("{} takes {}, not {}", operand(base, base_node.span),
                         marks_of(given.rank()), count),
             help);
    }
    std::vector<AxisUse> uses;
    std::vector<ValueId> operands{base};
    Type result;
    result.orientation = given.orientation;
    for (std::size_t axis = 0; axis < count; ++axis) {
        uses.push_back(axis_use(node.children[axis + 1], given.dims[axis], text(base_node.span)));
        const AxisUse& use = uses.back();
        if (use.kind == PartKind::all) result.dims.push_back(given.dims[axis]);
        if (use.kind == PartKind::range) result.dims.push_back(use.size);
        if (use.kind == PartKind::marked) operands.push_back(use.one_hot);
    }
    // What is left of the columns' axis is a row.
    if (given.is_matrix() && result.is_vector()) {
        const bool first_left = uses[0].kind == PartKind::all || uses[0].kind == PartKind::range;
        result.orientation = first_left ? Orientation::column : Orientation::row;
    }
    if (!result.is_vector()) result.orientation = Orientation::column;
    return make(result, operands, [uses](const Recipe& recipe, std::span<const ir::Expr> built) {
        std::vector<ir::AxisPart> parts;
        std::size_t next = 1;
        for (const AxisUse& use : uses) {
            ir::AxisPart part;
            part.kind = use.kind;
            if (use.kind != PartKind::all) part.offset = recipe.size(use.offset);
            if (use.kind == PartKind::range) part.size = recipe.size(use.size);
            if (use.kind == PartKind::marked) part.one_hot = built[next++];
            parts.push_back(part);
        }
        return ir::take(built[0], parts);
    });
}

void Checker::settle_axes() {
    for (std::size_t k = 0; k < ends_.size(); ++k) {
        const ir::Dim extent = dims_->resolve(ends_[k].first);
        // With data the lengths are numbers, and the ends of ranges may be what is asked for.
        const bool given = dims_->sizes_from_data && extent.constant().has_value();
        if (!dims_->is_open(extent) && !given) continue;
        // Of several ends of one axis the last one, where that can be said.
        ir::Dim last = dims_->resolve(ends_[k].second);
        for (const auto& [other, end] : ends_) {
            if (dims_->resolve(other) != extent) continue;
            const auto beyond = (dims_->resolve(end) - last).constant();
            if (beyond && *beyond > 0) last = dims_->resolve(end);
        }
        dims_->unify(extent, last);
    }
    ends_.clear();
}

void Checker::require_size(ir::Dim surplus, Span span, std::string message) {
    if (conditions != nullptr) conditions->push_back({surplus, span, std::move(message)});
}

/// Makes a name an index over lower, lower + 1, …: `size` values.
void Checker::bind_index(const std::string& name, Span span, ir::Dim lower, ir::Dim size,
                         bool by_use) {
    const ValueId one_hot = make({{size}, {}}, {}, [name, size](const Recipe& recipe, auto) {
        return recipe.context.fresh_symbol(name, {recipe.size(size)},
                                           ir::Facts(ir::Fact::nonnegative) | ir::Fact::integer);
    });
    if (by_use) (*values_)[one_hot].made = {size};
    (*values_)[one_hot].span = span;
    indices_[name] = {one_hot, lower, size, by_use};
    locals_[name] = make({}, {one_hot}, [lower, size](const Recipe& recipe, auto built) {
        const ir::Expr counted = ir::inner(ir::iota(recipe.size(size)), built[0]);
        const ir::Dim before = recipe.size(lower) - recipe.context.dim(1);
        return ir::add(counted, ir::dim_value(before));
    });
}

std::vector<std::string> Checker::bind_indices(const Node& node) {
    std::vector<std::string> bound;
    const auto bind = [&](const std::string& index) {
        if (locals_.contains(index)) return;
        bind_index(index, node.span, dims_->context().dim(1), dims_->fresh(), false);
        bound.push_back(index);
    };
    if (node.kind == Kind::binder) bind(node.text);
    if (node.kind == Kind::tensor) {
        for (const std::string& name : tensor_indices(node, *scope_)) bind(name);
    }
    return bound;
}

void Checker::unbind(const std::vector<std::string>& names) {
    for (const std::string& name : names) {
        locals_.erase(name);
        indices_.erase(name);
    }
}

}  // namespace nabla::syntax
