#include "codegen/source/column.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace nabla::codegen {

std::string ColumnWriter::size_of(const std::string& parameter, std::size_t axis,
                                  std::size_t rank) {
    if (rank == 1) return fmt::format("length({})", parameter);
    return fmt::format("size({}, {})", parameter, axis + 1);
}

std::string ColumnWriter::size_list(const ir::Shape& dims) {
    std::string text;
    for (ir::Dim d : dims) text += (text.empty() ? "" : ", ") + dim(d);
    return text;
}

Spelled ColumnWriter::infix(const Code& n, std::string_view op, Tie left, Tie right) {
    return {fmt::format("{} {} {}", at(n.children[0], left), op, at(n.children[1], right)),
            Tie::product};
}

Spelled ColumnWriter::sum(const Code& n) {
    const bool mixed = std::any_of(n.children.begin(), n.children.end(),
                                   [&](const CodePtr& c) { return c->rank != n.rank; });
    const bool dotted = dots_sums() && mixed;
    return sum_of(n, dotted ? ".+" : "+", dotted ? ".-" : "-");
}

Spelled ColumnWriter::multiply(const Code& n) {
    std::string text;
    int arrays = 0;
    for (std::size_t k = 0; k < n.children.size(); ++k) {
        const CodePtr& factor = n.children[k];
        const bool last = k + 1 == n.children.size();
        const bool product = factor->kind == CodeKind::matmul && !is_named(factor);
        // `2 * X' * r` is (2 X') r, the same up to rounding and how people write it.
        const bool open = k == 0 ? !product || last : product && last && arrays == 0;
        if (factor->rank > 0) ++arrays;
        if (k > 0) text += arrays > 1 && factor->rank > 0 ? " .* " : " * ";
        text += at(factor, open ? Tie::product : Tie::sign);
    }
    return {std::move(text), Tie::product};
}

Spelled ColumnWriter::power(const Code& n) {
    const CodePtr& base = n.children[0];
    const char* op = n.rank > 0 ? " .^ " : "^";
    if (n.kind == CodeKind::power_by)
        return {at(base, Tie::atom) + op + at(n.children[1], Tie::atom), Tie::power};
    if (n.exponent == ir::Rational(-1))
        return {(n.rank > 0 ? "1 ./ " : "1 / ") + at(base, Tie::sign), Tie::product};
    if (base->kind == CodeKind::norm && base->children[0]->rank == 1 && !is_named(base) &&
        n.exponent == ir::Rational(2))
        return {"sum(" + at(base->children[0], Tie::atom) + " .^ 2)"};
    const std::string exponent =
        n.exponent.is_integer() && n.exponent.num > 0
            ? std::to_string(n.exponent.num)
            : fmt::format("({}{})", n.exponent.num,
                          n.exponent.is_integer() ? std::string(".0")
                                                  : "/" + std::to_string(n.exponent.den));
    return {at(base, Tie::atom) + op + exponent, Tie::power};
}

std::string ColumnWriter::slice_places(const Code& n) {
    std::string places;
    for (const CodePart& part : n.parts) {
        if (!places.empty()) places += ", ";
        switch (part.kind) {
            case CodePart::Kind::all:
                places += ":";
                break;
            case CodePart::Kind::range:
                places += dim(part.first) + ":" + dim(part.last);
                break;
            case CodePart::Kind::entry:
                places += dim(part.first);
                break;
        }
    }
    return places;
}

Spelled ColumnWriter::spell(const Code& n) {
    switch (n.kind) {
        case CodeKind::number:
            return number(n.number);
        case CodeKind::size:
            return {dim(n.dims[0]), Tie::sum};
        case CodeKind::name:
            return {parameter_name(n.text)};
        case CodeKind::add:
            return sum(n);
        case CodeKind::multiply:
            return multiply(n);
        case CodeKind::divide:
            return infix(n, n.children[1]->rank > 0 ? "./" : "/", Tie::product, Tie::sign);
        case CodeKind::power:
        case CodeKind::power_by:
            return power(n);
        case CodeKind::matmul: {
            const CodePtr& left = n.children[0];
            const bool chain = left->kind == CodeKind::matmul && !is_named(left);
            return infix(n, "*", chain ? Tie::product : Tie::sign, Tie::sign);
        }
        case CodeKind::outer:
            return {at(n.children[0], Tie::sign) + " * " + at(n.children[1], Tie::atom) + "'",
                    Tie::product};
        case CodeKind::scale_rows:
            return infix(n, ".*", Tie::sign, Tie::sign);
        case CodeKind::scale_columns:
            return {at(n.children[0], Tie::sign) + " .* " + at(n.children[1], Tie::atom) + "'",
                    Tie::product};
        case CodeKind::transpose:
        case CodeKind::as_row:
            return {at(n.children[0], Tie::atom) + "'"};
        case CodeKind::as_column:
            return operand(n.children[0]);
        case CodeKind::solve:
            return infix(n, "\\", Tie::sign, Tie::sign);
        case CodeKind::solve_right:
            return infix(n, "/", Tie::sign, Tie::sign);
        case CodeKind::matrix_power:
            return {at(n.children[0], Tie::atom) + (n.exponent.num < 0
                                                        ? fmt::format("^({})", n.exponent.num)
                                                        : fmt::format("^{}", n.exponent.num)),
                    Tie::power};
        case CodeKind::pi:
        case CodeKind::eye:
        case CodeKind::ones:
        case CodeKind::zeros:
        case CodeKind::unit:
        case CodeKind::iota:
        case CodeKind::dot:
        case CodeKind::inverse:
        case CodeKind::trace:
        case CodeKind::from_diagonal:
        case CodeKind::diagonal:
        case CodeKind::lower_triangle:
        case CodeKind::upper_triangle:
        case CodeKind::kron:
        case CodeKind::vec:
        case CodeKind::reshape:
        case CodeKind::reshape_rows:
        case CodeKind::block:
        case CodeKind::slice:
        case CodeKind::einsum:
        case CodeKind::map:
        case CodeKind::sqrt:
        case CodeKind::compare:
        case CodeKind::where:
        case CodeKind::norm:
        case CodeKind::norm_one:
        case CodeKind::norm_infinity:
        case CodeKind::reduce:
        case CodeKind::cross_entropy:
        case CodeKind::det:
        case CodeKind::logdet:
        case CodeKind::chol:
        case CodeKind::eigenvalue:
        case CodeKind::eigenvector:
        case CodeKind::shifted_pinv:
        case CodeKind::expm:
            return other(n);
    }
    return {};
}

}  // namespace nabla::codegen
