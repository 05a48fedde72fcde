#include "codegen/lowering.hpp"

#include <algorithm>
#include <numbers>

#include <nabla/error.hpp>

#include "ir/traverse.hpp"

namespace nabla::codegen {

std::int64_t Lowering::extent(ir::Dim dim) const {
    const auto value = ir::evaluate(dim, options_.dims);
    if (!value) throw InputError("no size is given for the dimension " + dim.str());
    if (*value < 0) {
        throw InputError("the dimension " + dim.str() + " is " + std::to_string(*value) +
                         ", less than 0");
    }
    return *value;
}

std::vector<std::int64_t> Lowering::extents(const ir::Shape& shape) const {
    std::vector<std::int64_t> result;
    for (const ir::Dim d : shape) result.push_back(extent(d));
    return result;
}

int Lowering::error(const std::string& text) {
    const auto it = std::find(error_texts_.begin(), error_texts_.end(), text);
    if (it != error_texts_.end()) return static_cast<int>(it - error_texts_.begin()) + 1;
    error_texts_.push_back(text);
    return static_cast<int>(error_texts_.size());
}

void Lowering::bind_input(ir::Expr symbol, std::uint32_t position) {
    if (symbol.op() != ir::Op::symbol) throw InternalError("lower: an input is not a symbol");
    const ValueId id = graph_.input(position, extents(symbol.shape()), symbol.symbol().name);
    if (symbol.has(ir::Fact::nonnegative)) graph_.set_nonnegative(id);
    values_.emplace(symbol, id);
}

ValueId Lowering::value(ir::Expr e) const {
    const auto it = values_.find(e);
    if (it == values_.end()) throw InternalError("lower: an expression has no value yet");
    return it->second;
}

void Lowering::lower_all(std::span<const ir::Expr> roots) {
    // By level; within one, products of two first (there is nothing to choose), then the longest
    // ones, whose parts the shorter ones then find.
    struct Entry {
        ir::Expr e;
        int level;
        int turn;
    };
    const auto turn = [](ir::Expr e) {
        if (e.op() != ir::Op::einsum || e.child_count() <= 2) return 0;
        return 1000 - e.child_count();
    };
    const std::vector<ir::Expr> nodes = ir::post_order(roots);
    std::unordered_map<ir::Expr, int, ir::ExprHash> levels;
    std::vector<Entry> entries;
    for (const ir::Expr e : nodes) {
        int level = 0;
        for (int i = 0; i < e.child_count(); ++i) {
            level = std::max(level, levels.at(e.child(i)) + 1);
        }
        levels.emplace(e, level);
        entries.push_back({e, level, turn(e)});
    }
    std::stable_sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) {
        return a.level != b.level ? a.level < b.level : a.turn < b.turn;
    });
    for (const Entry& entry : entries) {
        if (values_.contains(entry.e)) continue;
        const ValueId id = lower_node(entry.e);
        if (entry.e.has(ir::Fact::nonnegative)) graph_.set_nonnegative(id);
        values_.emplace(entry.e, id);
    }
}

ValueId Lowering::lower_node(ir::Expr e) {
    switch (e.op()) {
        case ir::Op::constant:
            return lower_constant(*this, e.number().value());
        case ir::Op::pi:
            return lower_constant(*this, std::numbers::pi);
        case ir::Op::dim_value:
            return lower_constant(*this, static_cast<double>(extent(e.dim())));
        case ir::Op::symbol:
            throw InternalError("lower: the symbol " + e.symbol().name + " is not an input");
        case ir::Op::identity:
            return lower_identity(*this, e);
        case ir::Op::sum:
            return lower_sum(*this, e);
        case ir::Op::einsum:
            return lower_einsum(*this, e);
        case ir::Op::map:
            return lower_map(*this, e);
        case ir::Op::reduce:
            return lower_reduce(*this, e);
        case ir::Op::inverse:
            return lower_inverse(*this, e.child(0));
        case ir::Op::det:
            return lower_det(*this, e.child(0));
        case ir::Op::adjugate:
            return lower_adjugate(*this, e.child(0));
        case ir::Op::selection:
            return lower_selection(*this, e);
        case ir::Op::iota:
            return lower_iota(*this, e);
        case ir::Op::reshape:
            return lower_reshape(*this, e);
        case ir::Op::trimask:
            return lower_trimask(*this, e);
        case ir::Op::chol:
            return lower_chol(*this, e.child(0));
        case ir::Op::eigenvalue:
            return lower_eigenvalue(*this, e.child(0));
        case ir::Op::eigenvector:
            return lower_eigenvector(*this, e.child(0));
        case ir::Op::shifted_pinv:
            return lower_shifted_pinv(*this, e.child(0));
        case ir::Op::expm:
            return lower_expm(*this, e);
        case ir::Op::sylvester:
            return lower_sylvester(*this, e);
        case ir::Op::derivative:
            throw InternalError("lower: a derivative is left in the expression");
    }
    throw InternalError("lower: unknown node");
}

}  // namespace nabla::codegen
