#include "runtime/formula.hpp"

#include <array>
#include <set>
#include <utility>

#include "codegen/source/text.hpp"
#include "ir/traverse.hpp"
#include "passes/to_matrix.hpp"

namespace nabla::runtime {
namespace {

// Each fact with those that imply it: `pd` alone is said, not also `psd` and `symmetric`.
struct FactName {
    ir::Fact fact;
    std::string_view name;
    std::array<ir::Fact, 3> implied_by;
};

using enum ir::Fact;
constexpr std::array fact_names{
    FactName{pd, "pd", {pd, pd, pd}},
    FactName{psd, "psd", {pd, pd, pd}},
    FactName{diagonal, "diagonal", {diagonal, diagonal, diagonal}},
    FactName{symmetric, "symmetric", {psd, diagonal, diagonal}},
    FactName{antisymmetric, "antisymmetric", {antisymmetric, antisymmetric, antisymmetric}},
    FactName{lower, "lower", {diagonal, diagonal, diagonal}},
    FactName{upper, "upper", {diagonal, diagonal, diagonal}},
    FactName{orthogonal, "orthogonal", {orthogonal, orthogonal, orthogonal}},
    FactName{invertible, "invertible", {pd, orthogonal, orthogonal}},
    FactName{full_rank, "full_rank", {invertible, invertible, invertible}},
    FactName{simplex, "simplex", {simplex, simplex, simplex}},
    FactName{positive, "> 0", {pd, pd, pd}},
    FactName{nonnegative, ">= 0", {positive, simplex, simplex}},
    FactName{negative, "< 0", {negative, negative, negative}},
    FactName{nonpositive, "<= 0", {negative, negative, negative}},
    FactName{integer, "integer", {integer, integer, integer}},
};

}  // namespace

Formula format_formula(ir::Expr finished, ir::Orientation orientation) {
    using codegen::TextStyle;
    const bool as_row = orientation == ir::Orientation::row && finished.rank() == 1;
    const passes::NotationPtr notation = passes::to_matrix(finished, as_row);
    return {codegen::print(notation, TextStyle::ascii),
            codegen::print(notation, TextStyle::unicode),
            codegen::print(notation, TextStyle::latex)};
}

std::vector<std::string> shape_texts(const ir::Shape& shape) {
    std::vector<std::string> texts;
    for (const ir::Dim dim : shape) {
        // As a declaration takes it: in `x[m n]` a comma could be meant, in `x[2 n + 1]` none.
        std::string text = dim.str();
        bool name = false;
        for (std::size_t at = 0; at + 1 < text.size(); ++at) {
            const char c = text[at];
            const char next = text[at + 1];
            if (c == ' ' && name && next != '+' && next != '-') text[at] = '*';
            const bool digit = c >= '0' && c <= '9';
            name = c != ' ' && c != '+' && c != '-' && (name || !digit);
        }
        texts.push_back(std::move(text));
    }
    return texts;
}

std::string_view kind_of_rank(std::size_t rank) noexcept {
    constexpr std::array<std::string_view, 4> kinds{"scalar", "vector", "matrix", "tensor"};
    return kinds[std::min<std::size_t>(rank, 3)];
}

std::vector<std::string> fact_texts(ir::Facts facts) {
    std::vector<std::string> texts;
    for (const FactName& row : fact_names) {
        bool implied = false;
        for (const ir::Fact other : row.implied_by) {
            implied |= other != row.fact && facts.has(other);
        }
        if (facts.has(row.fact) && !implied) texts.emplace_back(row.name);
    }
    return texts;
}

NameInfo describe_name(ir::Expr symbol) {
    return {symbol.symbol().name, std::string(kind_of_rank(symbol.rank())),
            shape_texts(symbol.shape()), fact_texts(symbol.symbol().facts)};
}

std::vector<NameInfo> describe_dimensions(ir::Expr e, const std::vector<ir::Expr>& symbols) {
    std::set<std::string> told, used;
    const auto add = [](const ir::Shape& shape, std::set<std::string>& names) {
        for (const ir::Dim dim : shape)
            for (const std::string& name : dim.names()) names.insert(name);
    };
    for (const ir::Expr symbol : symbols) add(symbol.shape(), told);
    for (const ir::Expr node : ir::post_order(e)) {
        add(node.shape(), used);
        if (node.op() == ir::Op::dim_value) add({node.dim()}, used);
        if (node.op() == ir::Op::einsum) add(node.einsum().dims, used);
    }
    std::vector<NameInfo> infos;
    for (const std::string& name : used)
        if (!told.contains(name)) infos.push_back({name, "dimension", {}, {}});
    return infos;
}

}  // namespace nabla::runtime
