// What acts entry by entry in Eigen: its own operators where it has them, else a lambda.
#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "codegen/source/cpp_eigen.hpp"

namespace nabla::codegen {
namespace {

/// Functions that arrays have as members.
constexpr std::array<std::string_view, 12> members{"exp",  "log",  "sin",  "cos",  "tan",  "asin",
                                                   "acos", "atan", "sinh", "cosh", "tanh", "log1p"};

bool is_array(const CodePtr& c) { return c->rank > 0; }

std::string call_of(std::string_view name, const std::vector<std::string>& operands) {
    return fmt::format("{}({})", name, fmt::join(operands, ", "));
}

}  // namespace

/// One entry of the result in terms of an entry of each child.
std::string EigenWriter::entry(const Code& n, const std::vector<std::string>& operands) {
    std::string text;
    switch (n.kind) {
        case CodeKind::add:
            for (std::size_t k = 0; k < operands.size(); ++k)
                text += (n.signs[k] ? (k > 0 ? " - " : "-") : (k > 0 ? " + " : "")) + operands[k];
            return text;
        case CodeKind::multiply:
            return fmt::format("{}", fmt::join(operands, " * "));
        case CodeKind::divide:
            return operands[0] + " / " + operands[1];
        case CodeKind::power:
            if (n.exponent == ir::Rational(-1)) return "1.0 / " + operands[0];
            return fmt::format("pow({}, {})", operands[0], literal(ir::Number(n.exponent)));
        case CodeKind::power_by:
            return call_of("pow", operands);
        case CodeKind::sqrt:
            return call_of("sqrt", operands);
        case CodeKind::map:
            if (n.function == ir::Fn::strong_zero) return operands[0];
            return call_of(call_name(ir::spellings(n.function).c), operands);
        case CodeKind::where:
            return fmt::format("({} ? {} : {})", operands[0], operands[1], operands[2]);
        case CodeKind::compare:
            return fmt::format("{} {} {}", operands[0], n.text, operands[1]);
        default:
            return {};
    }
}

Spelled EigenWriter::by_entries(const Code& n) {
    if (n.rank > 2) {
        std::vector<std::string> tensors, operands;
        const auto operand_of = [&](const CodePtr& child) {
            operands.push_back(fmt::format("a[{}]", tensors.size()));
            tensors.push_back(tensor(child));
            return operands.back();
        };
        std::vector<std::string> texts;
        for (const CodePtr& child : n.children) {
            if (child->kind == CodeKind::compare) {
                const std::string left = operand_of(child->children[0]);
                texts.push_back(entry(*child, {left, operand_of(child->children[1])}));
            } else {
                texts.push_back(operand_of(child));
            }
        }
        const std::string list = fmt::format("{}", fmt::join(tensors, ", "));
        return {fmt::format("{}({{{}}}, [](const double* a) {{ return {}; }})",
                            call_name("entrywise"), list, entry(n, texts))};
    }
    switch (n.kind) {
        case CodeKind::add:
            return add(n);
        case CodeKind::multiply:
            return multiply(n);
        case CodeKind::divide:
            return divide(n);
        case CodeKind::power:
        case CodeKind::power_by:
            return power(n);
        case CodeKind::where:
            return where(n);
        default:
            return map(n);
    }
}

Spelled EigenWriter::add(const Code& n) {
    const bool mixed = n.rank > 0 && !std::all_of(n.children.begin(), n.children.end(), is_array);
    if (!mixed) return sum_of(n, "+", "-");
    // Arrays first, then the numbers that go to every entry.
    std::string arrays, numbers;
    for (std::size_t k = 0; k < n.children.size(); ++k) {
        const bool array = is_array(n.children[k]);
        std::string& text = array ? arrays : numbers;
        const bool first = array && text.empty();
        text += n.signs[k] ? (first ? "-" : " - ") : (first ? "" : " + ");
        text += at(n.children[k], Tie::product);
    }
    return {fmt::format("(({}).array(){}).matrix()", arrays, numbers)};
}

Spelled EigenWriter::multiply(const Code& n) {
    std::string scalars, arrays;
    const auto count = std::count_if(n.children.begin(), n.children.end(), is_array);
    for (const CodePtr& factor : n.children) {
        if (!is_array(factor)) {
            scalars += (scalars.empty() ? "" : " * ") +
                       at(factor, scalars.empty() ? Tie::product : Tie::sign);
        } else if (count == 1) {
            const bool product = factor->kind == CodeKind::matmul && !is_named(factor);
            arrays = at(factor, product ? Tie::product : Tie::sign);
        } else if (arrays.empty()) {
            arrays = at(factor, Tie::atom);
        } else {
            arrays += ".cwiseProduct(" + at(factor, Tie::choice) + ")";
        }
    }
    if (scalars.empty()) return {arrays};
    return {arrays.empty() ? scalars : scalars + " * " + arrays, Tie::product};
}

Spelled EigenWriter::divide(const Code& n) {
    const CodePtr &above = n.children[0], &below = n.children[1];
    if (!is_array(below))
        return {at(above, Tie::product) + " / " + at(below, Tie::sign), Tie::product};
    if (is_array(above)) return {member(above, ".cwiseQuotient(" + at(below, Tie::choice) + ")")};
    return {at(above, Tie::product) + " * " + member(below, ".cwiseInverse()"), Tie::product};
}

Spelled EigenWriter::power(const Code& n) {
    const CodePtr& base = n.children[0];
    if (n.kind == CodeKind::power_by) {
        if (n.rank == 0) return {"pow(" + arguments(n) + ")"};
        return map(n);
    }
    const bool square = n.exponent == ir::Rational(2);
    if (square && base->kind == CodeKind::norm && !is_named(base))
        return {member(base->children[0], ".squaredNorm()")};
    if (n.rank == 0) {
        if (n.exponent == ir::Rational(-1)) return {"1.0 / " + at(base, Tie::sign), Tie::product};
        return {fmt::format("pow({}, {})", at(base, Tie::choice), literal(ir::Number(n.exponent)))};
    }
    if (square) return {member(base, ".cwiseAbs2()")};
    if (n.exponent == ir::Rational(-1)) return {member(base, ".cwiseInverse()")};
    return {
        member(base, fmt::format(".array().pow({}).matrix()", literal(ir::Number(n.exponent))))};
}

Spelled EigenWriter::map(const Code& n) {
    if (n.kind == CodeKind::map && n.function == ir::Fn::strong_zero) return operand(n.children[0]);
    std::vector<std::string> operands;
    if (n.rank == 0) {
        for (const CodePtr& child : n.children) operands.push_back(at(child, Tie::choice));
        return {entry(n, operands)};
    }
    const CodePtr& first = n.children[0];
    if (n.kind == CodeKind::sqrt) return {member(first, ".cwiseSqrt()")};
    if (n.kind == CodeKind::map) {
        const std::string_view name = ir::spellings(n.function).c;
        if (n.function == ir::Fn::abs) return {member(first, ".cwiseAbs()")};
        if (std::find(members.begin(), members.end(), name) != members.end())
            return {member(first, fmt::format(".array().{}().matrix()", name))};
    }
    std::vector<CodePtr> arrays;
    for (const CodePtr& child : n.children) {
        if (!is_array(child))
            operands.push_back(at(child, Tie::choice));
        else {
            arrays.push_back(child);
            operands.emplace_back(arrays.size() == 1 ? "s" : "t");
        }
    }
    const std::string body = "return " + entry(n, operands) + ";";
    if (arrays.size() == 1)
        return {member(arrays[0], ".unaryExpr([&](double s) { " + body + " })")};
    return {member(arrays[0], ".binaryExpr(" + at(arrays[1], Tie::choice) +
                                  ", [&](double s, double t) { " + body + " })")};
}

std::string EigenWriter::condition(const Code& n) {
    const CodePtr &left = n.children[0], &right = n.children[1];
    if (n.rank == 0) return at(left, Tie::sum) + " " + n.text + " " + at(right, Tie::sum);
    const auto side = [&](const CodePtr& c) {
        return is_array(c) ? member(c, ".array()") : at(c, Tie::sum);
    };
    if (is_array(left)) return side(left) + " " + n.text + " " + side(right);
    // A number on the left: the other way round.
    const std::string turned = n.text == ">"    ? "<"
                               : n.text == ">=" ? "<="
                               : n.text == "<"  ? ">"
                               : n.text == "<=" ? ">="
                                                : n.text;
    return side(right) + " " + turned + " " + side(left);
}

Spelled EigenWriter::where(const Code& n) {
    const CodePtr &test = n.children[0], &a = n.children[1], &b = n.children[2];
    const std::string holds = condition(*test);
    if (n.rank == 0)
        return {fmt::format("({} ? {} : {})", holds, at(a, Tie::choice), at(b, Tie::choice))};
    if (test->rank == 0) {
        if (is_array(a) && is_array(b))
            return {fmt::format("({} ? {} : {})", holds,
                                type_of(n.rank) + "(" + at(a, Tie::choice) + ")",
                                type_of(n.rank) + "(" + at(b, Tie::choice) + ")")};
        const std::string one = is_array(a) ? "s" : at(a, Tie::choice);
        const std::string two = is_array(b) ? "s" : at(b, Tie::choice);
        return {member(
            is_array(a) ? a : b,
            fmt::format(".unaryExpr([&](double s) {{ return {} ? {} : {}; }})", holds, one, two))};
    }
    const auto side = [&](const CodePtr& c) {
        return is_array(c) ? member(c, ".array()") : at(c, Tie::choice);
    };
    if (is_array(a) || is_array(b))
        return {fmt::format("({}).select({}, {}).matrix()", holds, side(a), side(b))};
    const std::string indicator = "(" + holds + ").cast<double>()";
    const bool one = a->kind == CodeKind::number && a->number.is_one() &&
                     b->kind == CodeKind::number && b->number.is_zero();
    if (one) return {indicator + ".matrix()"};
    return {fmt::format("({} * ({} - {}) + {}).matrix()", indicator, at(a, Tie::product),
                        at(b, Tie::sign), at(b, Tie::product))};
}

}  // namespace nabla::codegen
