#include "codegen/source/c_function.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "codegen/source/text.hpp"
#include "ir/traverse.hpp"
#include "nabla/error.hpp"

namespace nabla::codegen {

using ir::Expr;
using ir::Op;

namespace {

// An entry of more operations than this is computed in steps.
constexpr std::int64_t entry_size = 24;
// A comment that says what a part is, if it is no longer than this.
constexpr std::size_t comment_length = 60;

bool is_leaf(Expr e) {
    switch (e.op()) {
        case Op::constant:
        case Op::pi:
        case Op::dim_value:
        case Op::symbol:
        case Op::identity:
        case Op::selection:
        case Op::iota:
        case Op::trimask:
            return true;
        default:
            return false;
    }
}

bool contracts(Expr e) {
    if (e.op() != Op::einsum) return false;
    return e.einsum().dims.size() > e.einsum().output.size();
}

/// The log of a determinant is computed as one.
bool is_logdet(Expr e) {
    return e.op() == Op::map && e.map().function == ir::Fn::log && e.child(0).op() == Op::det;
}

/// What loops over entries cannot compute on the way.
bool needs_memory(Expr e) {
    switch (e.op()) {
        case Op::reduce:
        case Op::inverse:
        case Op::det:
        case Op::adjugate:
        case Op::chol:
        case Op::eigenvalue:
        case Op::eigenvector:
        case Op::shifted_pinv:
        case Op::expm:
            return true;
        case Op::einsum:
            return contracts(e);
        case Op::map:
            return is_logdet(e);
        default:
            return false;
    }
}

bool wants_whole_operands(Expr e) {
    if (is_logdet(e)) return false;  // the determinant's matrix is kept for the determinant
    return e.op() == Op::reshape || e.op() == Op::reduce ||
           (needs_memory(e) && e.op() != Op::einsum);
}

}  // namespace

/// Operands that are read as arrays, or more often than once an entry.
void CFunction::keep_operands(Expr e) {
    const bool whole = wants_whole_operands(e);
    for (int k = 0; k < e.child_count(); ++k) {
        Expr child = e.child(k);
        if (is_leaf(child)) {
            // A matrix function reads memory; masks and identities have none.
            if (whole && child.op() != Op::symbol) keep(child);
            continue;
        }
        if (whole || (child.is_scalar() && (!e.is_scalar() || contracts(e)))) keep(child);
    }
    if (e.op() != Op::einsum) return;
    const ir::EinsumData& data = e.einsum();
    for (const ir::Factor& f : data.factors) {
        std::set<ir::LabelId> labels(f.labels.begin(), f.labels.end());
        if (labels.size() < data.dims.size() && !is_leaf(f.base)) keep(f.base);
    }
}

void CFunction::choose() {
    const std::vector<Expr> order = ir::post_order(function_.value);
    for (Expr e : order)
        for (int k = 0; k < e.child_count(); ++k) ++uses_[e.child(k)];
    for (Expr e : order) {
        keep_operands(e);
        if (needs_memory(e)) keep(e);
        if (!is_leaf(e) && uses_[e] > 1) keep(e);
        std::int64_t size = 1;
        for (int k = 0; k < e.child_count(); ++k) {
            Expr child = e.child(k);
            if (!kept_.contains(child) && !is_leaf(child) &&
                size + inline_size_[child] > entry_size)
                keep(child);
            size += kept_.contains(child) ? 1 : inline_size_[child];
        }
        inline_size_[e] = size;
    }
    // A determinant that only logarithms want is not computed.
    std::unordered_map<Expr, int, ir::ExprHash> logarithms;
    for (Expr e : order)
        if (is_logdet(e)) ++logarithms[e.child(0)];
    for (const auto& [det, count] : logarithms)
        if (uses_[det] == count) kept_.erase(det);
}

std::string CFunction::fresh(const std::string& wish) {
    std::string name = wish;
    for (int k = 1; taken_.contains(name) || program_.taken().contains(name); ++k)
        name = wish + std::to_string(k);
    taken_.insert(name);
    return name;
}

std::string CFunction::size_text(const ir::Shape& shape) {
    std::string text;
    for (ir::Dim d : shape) {
        std::string size = program_.dim(d);
        if (size.find(' ') != std::string::npos) size = "(" + size + ")";
        text += (text.empty() ? "" : " * ") + size;
    }
    return text.empty() ? "1" : text;
}

/// Memory for `size` numbers, from the function's one block.
std::string CFunction::new_buffer(const std::string& size, const std::string& wish) {
    const std::string name = fresh(wish);
    std::string offset;
    for (const std::string& part : work_) offset += " + " + part;
    work_.push_back(size);
    line(fmt::format("double *{} = work{};", name, offset));
    return name;
}

std::string CFunction::scratch(const std::string& size) { return new_buffer(size, "scratch"); }

void CFunction::line(const std::string& text) {
    body_ += std::string(4 * depth_, ' ') + text + "\n";
}

void CFunction::open_loop(const std::string& index, const std::string& count) {
    line(fmt::format("for (size_t {0} = 0; {0} < {1}; ++{0}) {{", index, count));
    ++depth_;
}

void CFunction::close_loops(std::size_t count) {
    for (; count > 0; --count) {
        --depth_;
        line("}");
    }
}

CFunction::Index CFunction::loop_names(std::size_t count) {
    constexpr std::string_view letters = "ijklpqr";
    Index names;
    const auto free = [&](const std::string& name) {
        return !taken_.contains(name) && !program_.taken().contains(name);
    };
    for (char letter : letters)
        if (names.size() < count && free(std::string(1, letter))) names.emplace_back(1, letter);
    for (int k = 1; names.size() < count; ++k)
        if (std::string name = "i" + std::to_string(k); free(name)) names.push_back(name);
    return names;
}

void CFunction::build() {
    choose();
    Expr root = function_.value;
    for (Expr e : ir::post_order(root)) {
        if (e == root || !kept_.contains(e) || places_.contains(e)) continue;
        if (e.op() == Op::reshape) {
            // The same memory under other sizes.
            Expr child = e.child(0);
            places_[e] = child.op() == Op::symbol ? program_.parameter(child.symbol().name)
                                                  : places_.at(child);
            if (child.is_scalar()) places_[e] = "(&" + places_[e] + ")";
            if (e.is_scalar() && !child.is_scalar()) places_[e] += "[0]";
            continue;
        }
        std::string text = print(e);
        const bool shown = text.size() <= comment_length && text.find('\n') == std::string::npos &&
                           text.find("*/") == std::string::npos && !is_leaf(e);
        if (shown) line("/* " + text + " */");
        std::string name;
        if (e.is_scalar()) {
            name = fresh("s");
            line(fmt::format("double {};", name));
            emit(e, name);
        } else {
            name = new_buffer(size_text(e.shape()));
            emit(e, name);
        }
        places_[e] = name;
    }
    emit(root, root.is_scalar() ? "*out" : "out");
}

void CFunction::emit(Expr e, const std::string& target) {
    switch (e.op()) {
        case Op::einsum:
            if (contracts(e)) return emit_product(e, target);
            return emit_entries(e, target);
        case Op::reduce:
            return emit_reduce(e, target);
        case Op::expm:
            return emit_expm(e, target);
        case Op::map:
            if (is_logdet(e)) return emit_matrix(e, target);
            return emit_entries(e, target);
        case Op::inverse:
        case Op::det:
        case Op::adjugate:
        case Op::chol:
        case Op::eigenvalue:
        case Op::eigenvector:
        case Op::shifted_pinv:
            return emit_matrix(e, target);
        case Op::constant:
        case Op::pi:
        case Op::dim_value:
        case Op::symbol:
        case Op::identity:
        case Op::sum:
        case Op::selection:
        case Op::iota:
        case Op::reshape:
        case Op::trimask:
            return emit_entries(e, target);
        case Op::derivative:
            break;
    }
    throw InternalError("C: a derivative that no pass has replaced");
}

void CFunction::emit_entries(Expr e, const std::string& target) {
    const Index index = loop_names(e.rank());
    for (std::size_t k = 0; k < index.size(); ++k) open_loop(index[k], program_.dim(e.shape()[k]));
    const std::string place = e.is_scalar() ? target : access(target, e.shape(), index);
    line(place + " = " + entry(e, index).text + ";");
    close_loops(index.size());
}

void CFunction::emit_reduce(Expr e, const std::string& target) {
    const ir::ReduceData& data = e.reduce();
    Expr x = e.child(0);
    const Index index = loop_names(x.rank());
    std::vector<bool> inner(x.rank(), false);
    for (std::uint8_t axis : data.axes) inner[axis] = true;
    Index kept;
    for (std::size_t k = 0; k < index.size(); ++k) {
        if (inner[k]) continue;
        kept.push_back(index[k]);
        open_loop(index[k], program_.dim(x.shape()[k]));
    }
    const std::string value = entry(x, index).text;
    const auto over = [&](const std::string& statement) {
        for (std::size_t k = 0; k < index.size(); ++k)
            if (inner[k]) open_loop(index[k], program_.dim(x.shape()[k]));
        line(statement);
        close_loops(data.axes.size());
    };
    using ir::ReduceKind;
    const bool share = data.kind == ReduceKind::max_share || data.kind == ReduceKind::min_share;
    const bool smallest = data.kind == ReduceKind::min || data.kind == ReduceKind::min_share;
    const std::string place = share || kept.empty() ? target : access(target, e.shape(), kept);
    const std::string total = fresh("total"), best = fresh("best");
    if (data.kind == ReduceKind::prod) {
        line(fmt::format("double {} = 1;", total));
        over(fmt::format("{} *= {};", total, value));
        line(fmt::format("{} = {};", place, total));
    } else {
        line(fmt::format("double {} = {}INFINITY;", best, smallest ? "" : "-"));
        over(fmt::format("{0} = {1}({0}, {2});", best,
                         program_.helper(smallest ? "smaller" : "larger"), value));
        if (data.kind == ReduceKind::max || data.kind == ReduceKind::min) {
            line(fmt::format("{} = {};", place, best));
        } else {
            line(fmt::format("double {} = 0;", total));
            if (share) {
                over(fmt::format("{} += {} == {};", total, value, best));
                over(fmt::format("{} = {} == {} ? 1 / {} : 0;", access(target, e.shape(), index),
                                 value, best, total));
            } else {
                over(fmt::format("{} += exp({} - {});", total, value, best));
                line(fmt::format("{} = isfinite({}) ? {} + log({}) : {};", place, best, best, total,
                                 best));
            }
        }
    }
    close_loops(kept.size());
}

void CFunction::emit_matrix(Expr e, const std::string& target) {
    Expr matrix = is_logdet(e) ? e.child(0).child(0) : e.child(0);
    if (is_logdet(e) && !places_.contains(matrix) && matrix.op() != Op::symbol)
        throw InternalError("C: a determinant of what is not in memory");
    const std::string n = program_.dim(matrix.shape()[0]);
    const std::string a =
        matrix.op() == Op::symbol ? program_.parameter(matrix.symbol().name) : places_.at(matrix);
    const std::string square = size_text({matrix.shape()[0], matrix.shape()[0]});
    const auto checked = [&](std::string_view name, const std::string& work) {
        may_fail_ = true;
        line(fmt::format("if ({}({}, {}, {}{})) goto failed;", program_.helper(name), n, a, target,
                         work));
    };
    switch (e.op()) {
        case Op::inverse:
            return checked("invert", ", " + scratch(square));
        case Op::chol:
            return checked("cholesky", "");
        case Op::adjugate: {
            const std::string work = scratch("2 * " + square);
            line(fmt::format("{}({}, {}, {}, {});", program_.helper("adjugate"), n, a, target,
                             work));
            return;
        }
        case Op::det:
        case Op::map: {
            const std::string work = scratch(square);
            line(fmt::format("{} = {}({}, {}, {});", target,
                             program_.helper(e.op() == Op::det ? "determinant" : "log_determinant"),
                             n, a, work));
            return;
        }
        case Op::eigenvalue: {
            const std::string work = scratch("2 * " + square);
            line(fmt::format("{} = {}({}, {}, {});", target, program_.helper("lambda_max"), n, a,
                             work));
            return;
        }
        default: {
            const std::string work = scratch("2 * " + square);
            const bool vector = e.op() == Op::eigenvector;
            line(fmt::format("{}({}, {}, {}, {});",
                             program_.helper(vector ? "lambda_max_vector" : "lambda_max_pinv"), n,
                             a, target, work));
        }
    }
}

void CFunction::emit_expm(Expr e, const std::string& target) {
    const auto array = [&](Expr x) {
        return x.op() == Op::symbol ? program_.parameter(x.symbol().name) : places_.at(x);
    };
    Expr matrix = e.child(0);
    const std::string n = program_.dim(matrix.shape()[0]);
    const std::string square = size_text({matrix.shape()[0], matrix.shape()[0]});
    const int directions = e.child_count() - 1;
    if (directions == 0) {
        const std::string work = scratch("3 * " + square);
        line(fmt::format("{}({}, {}, {}, {});", program_.helper("exponential"), n, array(matrix),
                         target, work));
        return;
    }
    std::string pointers, batches;
    for (int k = 1; k <= directions; ++k) {
        ir::Shape batch(e.child(k).shape().begin() + 2, e.child(k).shape().end());
        pointers += (k > 1 ? ", " : "") + array(e.child(k));
        batches += (k > 1 ? ", " : "") + size_text(batch);
    }
    const std::int64_t blocks = std::int64_t{1} << directions;
    const std::string work = scratch(fmt::format("{} * {}", 5 * blocks * blocks, square));
    line(fmt::format("{}({}, {}, {}, (const double *[]){{{}}}, (size_t[]){{{}}}, {}, {});",
                     program_.helper("exponential_derivative"), n, array(matrix), directions,
                     pointers, batches, target, work));
}

}  // namespace nabla::codegen
