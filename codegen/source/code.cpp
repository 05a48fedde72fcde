#include "codegen/source/code.hpp"

#include <algorithm>
#include <array>
#include <unordered_set>
#include <utility>

namespace nabla::codegen {
namespace {

constexpr std::array<std::string_view, 52> kind_names{
    "number",
    "pi",
    "size",
    "name",
    "eye",
    "ones",
    "zeros",
    "unit",
    "iota",
    "+",
    ".*",
    "./",
    ".^",
    ".^",
    "product",
    "dot",
    "outer",
    "scale rows",
    "scale columns",
    "transpose",
    "inverse",
    "solve",
    "solve right",
    "matrix power",
    "tr",
    "diag",
    "diag",
    "tril",
    "triu",
    "kron",
    "vec",
    "reshape",
    "reshape",
    "block",
    "row",
    "column",
    "slice",
    "einsum",
    "map",
    "sqrt",
    "compare",
    "where",
    "norm2",
    "norm1",
    "norminf",
    "reduce",
    "cross_entropy",
    "det",
    "logdet",
    "chol",
    "lambda_max",
    "lambda_max_vector",
};
static_assert(static_cast<int>(CodeKind::eigenvector) == 51);

/// A text that two nodes share exactly if they compute the same.
std::string key_of(const Code& n) {
    std::string key = std::to_string(static_cast<int>(n.kind)) + '/' + std::to_string(n.rank);
    if (n.kind == CodeKind::number) key += '#' + n.number.str();
    if (n.exponent != ir::Rational(1))
        key += '^' + std::to_string(n.exponent.num) + '/' + std::to_string(n.exponent.den);
    key += '\'' + n.text + '\'';
    if (n.kind == CodeKind::map) key += 'f' + std::to_string(static_cast<int>(n.function));
    for (ir::Dim d : n.dims) key += 'd' + d.str();
    for (std::uint8_t axis : n.axes) key += 'x' + std::to_string(axis);
    for (bool sign : n.signs) key += sign ? '-' : '+';
    for (const CodePart& part : n.parts) {
        key += 'p' + std::to_string(static_cast<int>(part.kind));
        if (part.first) key += part.first.str();
        if (part.last) key += ':' + part.last.str();
    }
    for (const CodePtr& child : n.children) key += ',' + std::to_string(child->index);
    return key;
}

}  // namespace

std::string_view kind_name(CodeKind kind) {
    if (kind == CodeKind::shifted_pinv) return "lambda_max_pinv";
    if (kind == CodeKind::expm) return "expm";
    return kind_names[static_cast<std::size_t>(kind)];
}

CodePtr CodeBuilder::make(Code node) {
    std::string key = key_of(node);
    auto found = nodes_.find(key);
    if (found != nodes_.end()) return found->second;
    node.index = static_cast<std::uint32_t>(nodes_.size());
    auto made = std::make_shared<const Code>(std::move(node));
    nodes_.emplace(std::move(key), made);
    return made;
}

CodePtr CodeBuilder::leaf(CodeKind kind, std::uint8_t rank, ir::Shape dims) {
    Code n;
    n.kind = kind;
    n.rank = rank;
    n.symmetric = rank == 2 && dims.front() == dims.back();
    n.dims = std::move(dims);
    return make(std::move(n));
}

CodePtr CodeBuilder::number(const ir::Number& value) {
    Code n;
    n.number = value;
    return make(std::move(n));
}

CodePtr CodeBuilder::name(const std::string& text, std::uint8_t rank, bool symmetric) {
    Code n;
    n.kind = CodeKind::name;
    n.text = text;
    n.rank = rank;
    n.symmetric = symmetric;
    return make(std::move(n));
}

CodePtr CodeBuilder::plain(CodeKind kind, std::uint8_t rank, std::vector<CodePtr> children) {
    Code n;
    n.kind = kind;
    n.rank = rank;
    n.symmetric =
        kind == CodeKind::from_diagonal || (kind == CodeKind::inverse && children[0]->symmetric);
    n.children = std::move(children);
    return make(std::move(n));
}

CodePtr CodeBuilder::multiply(std::vector<CodePtr> factors) {
    std::vector<CodePtr> flat;
    for (CodePtr& factor : factors) {
        if (factor->kind == CodeKind::number && factor->number.is_one() && factors.size() > 1)
            continue;
        if (factor->kind == CodeKind::multiply)
            flat.insert(flat.end(), factor->children.begin(), factor->children.end());
        else
            flat.push_back(std::move(factor));
    }
    if (flat.empty()) return number(1);
    if (flat.size() == 1) return flat[0];
    // Scalars first: they multiply each other before they meet an array.
    std::stable_partition(flat.begin(), flat.end(), [](const CodePtr& c) { return c->rank == 0; });
    std::uint8_t rank = 0;
    for (const CodePtr& factor : flat) rank = std::max(rank, factor->rank);
    return plain(CodeKind::multiply, rank, std::move(flat));
}

CodePtr CodeBuilder::add(std::vector<CodePtr> terms, std::vector<bool> signs) {
    if (terms.size() == 1 && !signs[0]) return terms[0];
    Code n;
    n.kind = CodeKind::add;
    n.symmetric = true;
    for (const CodePtr& term : terms) {
        n.rank = std::max(n.rank, term->rank);
        n.symmetric = n.symmetric && (term->rank == 0 || term->symmetric);
    }
    n.children = std::move(terms);
    n.signs = std::move(signs);
    return make(std::move(n));
}

CodePtr CodeBuilder::power(const CodePtr& base, const ir::Rational& exponent) {
    if (exponent == ir::Rational(1)) return base;
    if (exponent == ir::Rational(1, 2)) return plain(CodeKind::sqrt, base->rank, {base});
    Code n;
    n.kind = CodeKind::power;
    n.rank = base->rank;
    n.exponent = exponent;
    n.symmetric = base->symmetric;
    n.children = {base};
    return make(std::move(n));
}

CodePtr CodeBuilder::transpose(const CodePtr& matrix) {
    if (matrix->rank != 2 || matrix->symmetric) return matrix;
    switch (matrix->kind) {
        case CodeKind::transpose:
            return matrix->children[0];
        case CodeKind::inverse:
            return plain(CodeKind::inverse, 2, {transpose(matrix->children[0])});
        case CodeKind::ones:
        case CodeKind::zeros:
            return leaf(matrix->kind, 2, {matrix->dims[1], matrix->dims[0]});
        default:
            return plain(CodeKind::transpose, 2, {matrix});
    }
}

CodePtr CodeBuilder::product(const CodePtr& left, const CodePtr& right) {
    if (left->kind == CodeKind::eye) return right;
    if (right->kind == CodeKind::eye) return left;
    if (left->kind == CodeKind::from_diagonal) {
        const CodePtr& v = left->children[0];
        return right->rank == 1 ? multiply({v, right}) : plain(CodeKind::scale_rows, 2, {v, right});
    }
    if (left->kind == CodeKind::inverse)
        return plain(CodeKind::solve, right->rank, {left->children[0], right});
    if (right->rank == 2 && right->kind == CodeKind::from_diagonal)
        return plain(CodeKind::scale_columns, 2, {left, right->children[0]});
    if (right->rank == 2 && right->kind == CodeKind::inverse)
        return plain(CodeKind::solve_right, 2, {left, right->children[0]});
    return plain(CodeKind::matmul, right->rank, {left, right});
}

CodePtr CodeBuilder::compare(const CodePtr& left, const std::string& sign, const CodePtr& right) {
    Code n;
    n.kind = CodeKind::compare;
    n.rank = std::max(left->rank, right->rank);
    n.text = sign;
    n.children = {left, right};
    return make(std::move(n));
}

std::vector<CodePtr> code_order(const CodePtr& root) {
    std::vector<CodePtr> order;
    std::unordered_set<const Code*> seen{root.get()};
    std::vector<std::pair<CodePtr, std::size_t>> stack{{root, 0}};
    while (!stack.empty()) {
        auto& [node, next] = stack.back();
        if (next == node->children.size()) {
            order.push_back(node);
            stack.pop_back();
            continue;
        }
        CodePtr child = node->children[next++];
        if (seen.insert(child.get()).second) stack.emplace_back(std::move(child), 0);
    }
    return order;
}

}  // namespace nabla::codegen
