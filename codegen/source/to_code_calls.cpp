// Functions by the names that notation has for them.
#include <algorithm>
#include <array>
#include <optional>

#include "codegen/source/to_code.hpp"
#include "nabla/error.hpp"

namespace nabla::codegen {
namespace {

using passes::Notation;

/// Functions of one matrix (or vector) that need no options.
struct MatrixFunction {
    std::string_view name;
    CodeKind kind;
    std::uint8_t rank;
};

constexpr std::array<MatrixFunction, 12> matrix_functions{{
    {"tr", CodeKind::trace, 0},
    {"det", CodeKind::det, 0},
    {"logdet", CodeKind::logdet, 0},
    {"vec", CodeKind::vec, 1},
    {"tril", CodeKind::lower_triangle, 2},
    {"triu", CodeKind::upper_triangle, 2},
    {"chol", CodeKind::chol, 2},
    {"lambda_max", CodeKind::eigenvalue, 0},
    {"lambda_max_vector", CodeKind::eigenvector, 1},
    {"lambda_max_pinv", CodeKind::shifted_pinv, 2},
    {"norm1", CodeKind::norm_one, 0},
    {"norminf", CodeKind::norm_infinity, 0},
}};

constexpr std::array<std::string_view, 9> reductions{
    "sum", "prod", "max", "min", "logsumexp", "softmax", "log_softmax", "max_share", "min_share"};

bool is_reduction(const Notation& n) {
    return n.children.size() == 1 &&
           std::find(reductions.begin(), reductions.end(), n.text) != reductions.end();
}

/// The dimension that was written as a sum of products of sizes.
ir::Dim size_of(ir::Context& context, const Code& n) {
    if (n.kind == CodeKind::size) return n.dims[0];
    if (n.kind == CodeKind::number && n.number.integer()) return context.dim(*n.number.integer());
    const bool product = n.kind == CodeKind::multiply;
    if (!product && n.kind != CodeKind::add)
        throw InternalError("to_code: a length that is no size");
    ir::Dim total = context.dim(product ? 1 : 0);
    for (std::size_t k = 0; k < n.children.size(); ++k) {
        const ir::Dim part = size_of(context, *n.children[k]);
        total = product ? total * part : n.signs[k] ? total - part : total + part;
    }
    return total;
}

}  // namespace

CodePtr CodeConverter::reduction(const Notation& n, const CodePtr& argument) {
    Code reduce;
    reduce.kind = CodeKind::reduce;
    reduce.rank = n.rank;
    reduce.text = n.text;
    reduce.children = {argument};
    // `2` or `axis=2`.
    for (const std::string& option : n.indices)
        reduce.axes.push_back(static_cast<std::uint8_t>(option.back() - '1'));
    return builder_.make(std::move(reduce));
}

CodePtr CodeConverter::call_of_matrix(const Notation& n, const std::vector<CodePtr>& arguments) {
    for (const MatrixFunction& f : matrix_functions)
        if (f.name == n.text) return builder_.plain(f.kind, f.rank, arguments);
    if (n.text == "diag")
        return n.rank == 2 ? builder_.plain(CodeKind::from_diagonal, 2, arguments)
                           : builder_.plain(CodeKind::diagonal, 1, arguments);
    if (n.text == "expm" || n.text == "dexpm")
        return builder_.plain(CodeKind::expm, n.rank, arguments);
    if (n.text == "cross_entropy") return builder_.plain(CodeKind::cross_entropy, 0, arguments);
    if (n.text == "sqrt") return builder_.plain(CodeKind::sqrt, n.rank, arguments);
    if (n.text == "unit")
        return builder_.leaf(CodeKind::unit, 1, {parse_dim(n.indices[0]), parse_dim(n.indices[1])});
    if (n.text == "iota") {
        return builder_.leaf(CodeKind::iota, 1, {size_of(context_, *arguments[0])});
    }
    if (n.text == "reshape") {
        ir::Shape shape;
        for (const std::string& size : n.indices) shape.push_back(parse_dim(size));
        Code reshape;
        reshape.kind = CodeKind::reshape;
        reshape.rank = static_cast<std::uint8_t>(shape.size());
        reshape.dims = std::move(shape);
        reshape.children = arguments;
        return builder_.make(std::move(reshape));
    }
    throw InputError("the function " + n.text + " has no form in this output language");
}

CodeConverter::Item CodeConverter::call(const Notation& n) {
    std::vector<CodePtr> arguments;
    bool row = false;
    for (const passes::NotationPtr& child : n.children) {
        Item argument = item(child);
        row = row || argument.row;
        arguments.push_back(argument.code);
    }
    if (is_reduction(n)) return {reduction(n, arguments[0]), n.rank == 1 && (n.row || row)};
    if (n.text == "where") return {builder_.plain(CodeKind::where, n.rank, arguments), row};
    std::optional<ir::Fn> fn = ir::find_function(n.text);
    if (!fn || ir::function(*fn).arity != arguments.size())
        return {call_of_matrix(n, arguments), row && n.text == "sqrt"};
    Code map;
    map.kind = CodeKind::map;
    map.function = *fn;
    map.rank = n.rank;
    map.symmetric = n.symmetric;
    map.children = std::move(arguments);
    return {builder_.make(std::move(map)), row};
}

}  // namespace nabla::codegen
