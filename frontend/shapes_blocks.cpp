// Arrays made of parts: block literals, lists of numbers, Kronecker products, other shapes of the
// same entries, unit vectors.

#include "frontend/shapes.hpp"

#include "frontend/limits.hpp"
#include "ir/build.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace nabla::syntax {

using ast::Kind;
using ast::Node;
using ir::Orientation;

namespace {

/// A list of numbers in a list: every entry of the one row is a list of scalars itself.
bool is_list_of_lists(const Node& block) {
    if (block.children.size() != 1) return false;
    const Node& row = block.children[0];
    return std::all_of(row.children.begin(), row.children.end(), [](const Node& entry) {
        return entry.kind == Kind::block && entry.children.size() == 1;
    });
}

/// `e` as a part of a matrix: a column is n×1, a row 1×n, a scalar 1×1.
ir::Expr as_matrix(ir::Expr e, bool row) {
    if (e.rank() == 2) return e;
    ir::Context& context = e.context();
    const ir::Dim one = context.dim(1);
    if (e.is_scalar()) return ir::broadcast(e, {one, one});
    const ir::Expr unit = ir::ones(context, {one});
    return row ? ir::outer(unit, e) : ir::outer(e, unit);
}

}  // namespace

/// Height and width of an entry of a block.
Checker::BlockPart Checker::block_part(const Node& node) {
    const ValueId id = check(node);
    const Type& given = type(id);
    const ir::Dim one = dims_->context().dim(1);
    if (given.rank() > 2) {
        fail(node.span, fmt::format("a block is a scalar, a vector or a matrix, but {}",
                                    described(id, node.span)));
    }
    BlockPart part{id, one, one, &node};
    if (given.is_matrix() || given.is_column()) part.height = given.dims[0];
    if (given.is_matrix()) part.width = given.dims[1];
    if (given.is_row()) part.width = given.dims[0];
    return part;
}

/// `[a, b; c, d]`: parts side by side, rows of them below one another.
ValueId Checker::block(const Node& node) {
    if (is_list_of_lists(node)) return list_of_lists(node);
    std::vector<std::vector<BlockPart>> rows;
    bool all_scalars = true;
    bool all_columns = true;
    bool any_row = false;
    std::size_t entries = 0;
    for (const Node& row_node : node.children) {
        rows.emplace_back();
        for (const Node& entry : row_node.children) {
            if (++entries > limits::literal_entries) {
                fail(entry.span,
                     fmt::format("the literal has more than {} entries", limits::literal_entries),
                     "give large arrays as data");
            }
            rows.back().push_back(block_part(entry));
            const Type& given = type(rows.back().back().id);
            all_scalars = all_scalars && given.is_scalar();
            all_columns = all_columns && (given.is_scalar() || given.is_column());
            any_row = any_row || given.is_row();
        }
    }
    if (all_scalars && rows.size() == 1) {
        // One row of scalars is a column.
        std::vector<std::vector<BlockPart>> turned;
        for (const BlockPart& part : rows[0]) turned.push_back({part});
        return assemble_block(turned, Type{{}, Orientation::column}, true);
    }
    const bool one_column =
        std::all_of(rows.begin(), rows.end(), [](const auto& row) { return row.size() == 1; });
    if (one_column && all_columns) return assemble_block(rows, Type{{}, Orientation::column}, true);
    const bool only_rows = std::all_of(rows[0].begin(), rows[0].end(), [&](const BlockPart& part) {
        return type(part.id).is_scalar() || type(part.id).is_row();
    });
    if (rows.size() == 1 && any_row && only_rows) {
        return assemble_block(rows, Type{{}, Orientation::row}, true);
    }
    return assemble_block(rows, Type{}, false);
}

/// `[[1, 2], [3, 4]]` is read by rows, as data are.
ValueId Checker::list_of_lists(const Node& node) {
    std::vector<std::vector<BlockPart>> rows;
    std::size_t entries = 0;
    for (const Node& list : node.children[0].children) {
        rows.emplace_back();
        for (const Node& entry : list.children[0].children) {
            if (++entries > limits::literal_entries) {
                fail(entry.span,
                     fmt::format("the literal has more than {} entries", limits::literal_entries),
                     "give large arrays as data");
            }
            rows.back().push_back(block_part(entry));
            if (type(rows.back().back().id).is_scalar()) continue;
            fail(entry.span,
                 fmt::format("a list in a list holds numbers, but {}",
                             described(rows.back().back().id, entry.span)),
                 "write [A, B; C, D] for blocks");
        }
        if (rows.back().size() != rows.front().size()) {
            fail(list.span, fmt::format("the rows have {} and {} entries", rows.front().size(),
                                        rows.back().size()));
        }
    }
    return assemble_block(rows, Type{}, false);
}

void Checker::fail_block(const BlockPart& first, const BlockPart& other, bool heights) {
    const Span both{std::min(first.node->span.begin, other.node->span.begin),
                    std::max(first.node->span.end, other.node->span.end)};
    const std::string a = text(first.node->span);
    const std::string b = text(other.node->span);
    std::string help;
    const auto fits_so = [&](const std::string& block) {
        return fits && fits(block, Place::part).has_value();
    };
    const std::string below = fmt::format("[{}; {}]", a, b);
    if (heights && fits_so(below))
        help = fmt::format("write {} to put them below one another", below);
    const std::string_view sign = heights ? ", " : "; ";
    for (const std::string& block : {fmt::format("[{}{}{}]", a, sign, with_transpose(b)),
                                     fmt::format("[{}{}{}]", with_transpose(a), sign, b),
                                     fmt::format("[{}; {}]", a, with_transpose(b)),
                                     fmt::format("[{}; {}]", with_transpose(a), b)}) {
        if (help.empty() && fits_so(block)) help = fmt::format("did you mean {}?", block);
    }
    fail(both,
         fmt::format("the blocks {} and {} do not fit {}: {} and {} {}",
                     operand(first.id, first.node->span), operand(other.id, other.node->span),
                     heights ? "side by side" : "below one another",
                     show(heights ? first.height : first.width),
                     show(heights ? other.height : other.width), heights ? "rows" : "columns"),
         help);
}

/// Σ over the parts of each part between zeros.
ValueId Checker::assemble_block(const std::vector<std::vector<BlockPart>>& rows, Type result,
                                bool vector) {
    struct Placed {
        ir::Dim row, column;
        bool is_row;
    };
    ir::Context& context = dims_->context();
    ir::Dim height = context.dim(0);
    ir::Dim width = context.dim(0);
    std::vector<ValueId> operands;
    std::vector<Placed> places;
    for (std::size_t r = 0; r < rows.size(); ++r) {
        ir::Dim across = context.dim(0);
        for (const BlockPart& part : rows[r]) {
            if (!dims_->unify(part.height, rows[r].front().height)) {
                fail_block(rows[r].front(), part, true);
            }
            operands.push_back(part.id);
            places.push_back({height, across, type(part.id).is_row()});
            across = across + part.width;
        }
        height = height + rows[r].front().height;
        if (r == 0) {
            width = across;
        } else if (!dims_->unify(width, across)) {
            if (rows[r].size() == 1 && rows[0].size() == 1) {
                fail_block(rows[0].front(), rows[r].front(), false);
            }
            fail({rows[0].front().node->span.begin, rows[r].back().node->span.end},
                 fmt::format("the rows of blocks have {} and {} columns", show(width),
                             show(across)));
        }
    }
    const bool row = result.is_row() || result.orientation == Orientation::row;
    result.dims =
        vector ? std::vector<ir::Dim>{row ? width : height} : std::vector<ir::Dim>{height, width};
    return make(
        result, operands,
        [places, result, vector, row](const Recipe& recipe, std::span<const ir::Expr> built) {
            const ir::Shape shape = recipe.shape(result);
            const ir::Dim one = recipe.context.dim(1);
            std::vector<ir::Term> terms;
            for (std::size_t k = 0; k < built.size(); ++k) {
                const ir::Dim r = recipe.size(places[k].row);
                const ir::Dim c = recipe.size(places[k].column);
                if (vector) {
                    const ir::Expr part =
                        built[k].is_scalar() ? ir::broadcast(built[k], {one}) : built[k];
                    terms.push_back({1, ir::place(part, {row ? c : r}, shape)});
                } else {
                    const ir::Expr part = as_matrix(built[k], places[k].is_row);
                    terms.push_back({1, ir::place(part, {r, c}, shape)});
                }
            }
            return ir::sum(recipe.context, std::move(terms), shape);
        });
}

ValueId Checker::kronecker(ValueId left, Span left_span, ValueId right, Span right_span) {
    const Type l = type(left);
    const Type r = type(right);
    if (l.is_scalar() || r.is_scalar()) return multiply(left, left_span, right, right_span);
    if (l.rank() > 2 || r.rank() > 2) {
        fail({left_span.begin, right_span.end},
             fmt::format("a Kronecker product takes vectors and matrices, not {} and {}",
                         operand(left, left_span), operand(right, right_span)));
    }
    const bool vectors = l.is_vector() && r.is_vector() && l.orientation == r.orientation;
    Type result;
    if (vectors) {
        result = {{l.dims[0] * r.dims[0]}, l.orientation};
        return make(result, {left, right}, [](const Recipe&, auto operands) {
            return ir::kronecker(operands[0], operands[1]);
        });
    }
    const ir::Dim one = dims_->context().dim(1);
    const auto rows = [&](const Type& t) { return t.is_row() ? one : t.dims[0]; };
    const auto columns = [&](const Type& t) { return t.is_column() ? one : t.dims.back(); };
    result.dims = {rows(l) * rows(r), columns(l) * columns(r)};
    return make(result, {left, right},
                [a = l.is_row(), b = r.is_row()](const Recipe&, auto operands) {
                    return ir::kronecker(as_matrix(operands[0], a), as_matrix(operands[1], b));
                });
}

ValueId Checker::vectorised(const Node& node) {
    const ValueId argument = check(node.children[0]);
    promote_if_default(argument, node.children[0].span, "`vec` takes a matrix");
    const Type given = type(argument);
    if (given.is_scalar() || given.rank() > 2) {
        fail(node.span, fmt::format("`vec` takes a matrix, but {}",
                                    described(argument, node.children[0].span)));
    }
    const ir::Dim size = given.is_matrix() ? given.dims[0] * given.dims[1] : given.dims[0];
    return make({{size}, {}}, {argument},
                [](const Recipe&, auto operands) { return ir::vec(operands[0]); });
}

ValueId Checker::reshaped(const Node& node) {
    const ValueId argument = check(node.children[0]);
    promote_if_default(argument, node.children[0].span, "`reshape` takes an array");
    Type result;
    ir::Dim after = dims_->context().dim(1);
    ir::Dim before = after;
    for (std::size_t k = 1; k < node.children.size(); ++k) {
        result.dims.push_back(dimension(node.children[k]));
        after = after * result.dims.back();
    }
    for (ir::Dim d : type(argument).dims) before = before * d;
    if (!dims_->unify(before, after)) {
        const ir::Dim difference = dims_->resolve(before) - dims_->resolve(after);
        if (difference.constant()) {
            fail(node.span, fmt::format("`reshape` keeps all entries: {} has {}, and {} are asked "
                                        "for",
                                        text(node.children[0].span), show(before), show(after)));
        }
        fail(node.span,
             fmt::format("`reshape` keeps all entries, but {} and {} need not be equal",
                         show(before), show(after)),
             "tie the sizes with a `dim` line, or declare the array with this product as its size");
    }
    const ValueId id =
        make(result, {argument}, [result](const Recipe& recipe, std::span<const ir::Expr> built) {
            return ir::reshape_by_columns(built[0], recipe.shape(result));
        });
    (*values_)[id].made = result.dims;
    (*values_)[id].span = node.span;
    return id;
}

/// `unit(i, n)`: 1 at entry i of n.
ValueId Checker::unit_vector(const Node& node) {
    const ir::Dim n = dimension(node.children[1]);
    const Position at = position(node.children[0]);
    const ir::Dim one = dims_->context().dim(1);
    if (at.index.empty()) {
        require_size(at.offset - one, node.span,
                     fmt::format("there is no entry {}", show(at.offset)));
        require_size(n - at.offset, node.span,
                     fmt::format("there is no entry {} of {}", show(at.offset), show(n)));
        return make({{n}, {}}, {}, [n, at, one](const Recipe& recipe, auto) {
            const ir::Expr entry = ir::ones(recipe.context, {one});
            return ir::place(entry, {recipe.size(at.offset) - one}, {recipe.size(n)});
        });
    }
    const BoundIndex& index = indices_.at(at.index);
    const ir::Dim offset = index.lower - one + at.offset;
    require_size(offset, node.span, "the first unit vector has no entry");
    require_size(n - offset - index.size, node.span,
                 fmt::format("the last unit vector is beyond entry {}", show(n)));
    return make({{n}, {}}, {index.one_hot}, [n, offset](const Recipe& recipe, auto built) {
        return ir::place(built[0], {recipe.size(offset)}, {recipe.size(n)});
    });
}

}  // namespace nabla::syntax
