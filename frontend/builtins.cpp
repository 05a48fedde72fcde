#include "frontend/builtins.hpp"

#include "ir/functions.hpp"

#include <algorithm>

namespace nabla::syntax {

namespace {

constexpr std::array<BuiltinRow, builtin_count> rows{{
    {Builtin::sum, "sum", {}, 1, 2, true, true},
    {Builtin::mean, "mean", {}, 1, 2, true, true},
    {Builtin::prod, "prod", {}, 1, 2, true, true},
    {Builtin::max, "max", {}, 1, 2, true, true},
    {Builtin::min, "min", {}, 1, 2, true, true},
    {Builtin::norm1, "norm1", {}, 1, 2, true, true},
    {Builtin::norm2, "norm2", {"norm"}, 1, 2, true, true},
    {Builtin::norminf, "norminf", {}, 1, 2, true, true},
    {Builtin::logsumexp, "logsumexp", {}, 1, 2, true, true},
    {Builtin::max_share, "max_share", {}, 1, 2, true, true},
    {Builtin::min_share, "min_share", {}, 1, 2, true, true},
    {Builtin::dot, "dot", {"inner"}, 2, 2, false, true},
    {Builtin::outer, "outer", {}, 2, 2, false, true},
    {Builtin::kron, "kron", {}, 2, 2, false, true},
    {Builtin::tr, "tr", {"trace"}, 1, 1, false, true},
    {Builtin::det, "det", {}, 1, 1, false, true},
    {Builtin::logdet, "logdet", {}, 1, 1, false, true},
    {Builtin::inv, "inv", {}, 1, 1, false, true},
    {Builtin::transpose, "transpose", {}, 1, 1, false, true},
    {Builtin::diag, "diag", {}, 1, 1, false, true},
    {Builtin::vec, "vec", {}, 1, 1, false, true},
    {Builtin::reshape, "reshape", {}, 2, 9, false, true},
    {Builtin::adj, "adj", {"adjugate"}, 1, 1, false, true},
    {Builtin::chol, "chol", {}, 1, 1, false, true},
    {Builtin::expm, "expm", {}, 1, 1, false, true},
    {Builtin::lambda_max, "lambda_max", {}, 1, 1, false, true},
    {Builtin::softmax, "softmax", {}, 1, 2, true, true},
    {Builtin::log_softmax, "log_softmax", {}, 1, 2, true, true},
    {Builtin::cross_entropy, "cross_entropy", {}, 2, 2, false, true},
    {Builtin::ones, "ones", {}, 1, 9, false, true},
    {Builtin::zeros, "zeros", {}, 1, 9, false, true},
    {Builtin::eye, "eye", {}, 1, 1, false, true},
    {Builtin::unit, "unit", {}, 2, 2, false, true},
    {Builtin::iota, "iota", {}, 1, 1, false, true},
    {Builtin::vector, "vector", {}, 1, 1, false, true},
    {Builtin::matrix, "matrix", {}, 1, 1, false, true},
    {Builtin::where, "where", {}, 3, 3, false, true},
    {Builtin::clamp, "clamp", {}, 3, 3, false, true},
    {Builtin::sqrt, "sqrt", {}, 1, 1, false, true},
    {Builtin::square, "square", {}, 1, 1, false, true},
    {Builtin::grad, "grad", {"gradient"}, 2, 2, false, true},
    {Builtin::jacobian, "jacobian", {}, 2, 2, false, true},
    {Builtin::hessian, "hessian", {}, 2, 3, false, true},
    {Builtin::hvp, "hvp", {}, 3, 3, false, true},
    {Builtin::directional, "directional", {}, 3, 3, false, true},
    {Builtin::vjp, "vjp", {}, 3, 3, false, true},
    {Builtin::taylor, "taylor", {}, 4, 4, false, true},
    {Builtin::tril, "tril", {}, 1, 1, false, true},
    {Builtin::triu, "triu", {}, 1, 1, false, true},
    {Builtin::lambda_max_vector, "lambda_max_vector", {}, 1, 1, false, true},
    {Builtin::lambda_max_pinv, "lambda_max_pinv", {}, 1, 1, false, true},
    {Builtin::dexpm, "dexpm", {}, 2, 8, false, true},
    {Builtin::sylvester, "sylvester", {"solve_sylvester"}, 3, 5, false, true},
    {Builtin::lyap, "lyap", {}, 2, 2, false, true},
    {Builtin::dlyap, "dlyap", {}, 2, 2, false, true},
}};

constexpr bool in_order() {
    for (int i = 0; i < builtin_count; ++i) {
        if (static_cast<int>(rows[static_cast<std::size_t>(i)].id) != i) return false;
    }
    return true;
}
static_assert(in_order(), "builtin(id) finds a row by its position");

}  // namespace

const BuiltinRow* find_builtin(std::string_view name) noexcept {
    for (const BuiltinRow& row : rows) {
        if (row.name == name || row.aliases[0] == name || row.aliases[1] == name) {
            return name.empty() ? nullptr : &row;
        }
    }
    return nullptr;
}

const BuiltinRow& builtin(Builtin id) noexcept { return rows[static_cast<std::size_t>(id)]; }

bool is_function_name(std::string_view name) noexcept {
    return find_builtin(name) != nullptr || ir::find_function(name).has_value();
}

std::vector<std::string> function_names() {
    std::vector<std::string> names;
    const auto add = [&](std::string_view name) {
        if (!name.empty()) names.emplace_back(name);
    };
    for (const BuiltinRow& row : rows) {
        add(row.name);
        for (std::string_view alias : row.aliases) add(alias);
    }
    for (const ir::Function& row : ir::all_functions()) {
        add(row.name);
        for (std::string_view alias : row.aliases) add(alias);
    }
    return names;
}

}  // namespace nabla::syntax
