// Operands that do not fit: what is said of them, with a label at each and a repair that fits.

#include "frontend/names.hpp"
#include "frontend/shapes.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace nabla::syntax {

void Checker::fail_product(ValueId left, Span left_span, ValueId right, Span right_span) {
    const Type& l = type(left);
    const Type& r = type(right);
    std::string message = fmt::format("cannot multiply {} by {}", operand(left, left_span),
                                      operand(right, right_span));
    if (l.is_column() && r.is_column()) {
        message += ": both are columns";
    } else if (l.is_row() && r.is_row()) {
        message += ": both are rows";
    } else if (l.is_column()) {
        message += ": a column stands on the left of a matrix";
    } else if (r.is_row()) {
        message += ": a row stands on the right of a matrix";
    } else if (l.rank() > 2 || r.rank() > 2) {
        const std::string name = text(l.rank() > 2 ? left_span : right_span);
        const bool word = name_length(name) == name.size();
        fail({left_span.begin, right_span.end}, message + ": products are of vectors and matrices",
             Report{fmt::format("write it with indices: {}[i, j: {}[i,j,k] x[k]]",
                                word ? "" : "T = …, then ", word ? name : "T"),
                    {shape_label(left, left_span), shape_label(right, right_span)}});
    } else if (!l.dims.empty() && !r.dims.empty()) {
        message += fmt::format(": the inner dimensions {} and {} differ", show(l.dims.back()),
                               show(r.dims.front()));
    }
    fail({left_span.begin, right_span.end}, std::move(message),
         Report{offer(product_repairs(left, left_span, right, right_span), Place::part),
                operand_labels(left, left_span, right, right_span)});
}

void Checker::fail_shapes(const std::string& verb, ValueId left, Span left_span, ValueId right,
                          Span right_span) {
    const Type& l = type(left);
    const Type& r = type(right);
    const std::string a = operand(left, left_span);
    const std::string b = operand(right, right_span);
    std::string message = verb == "subtract" ? fmt::format("cannot subtract {} from {}", b, a)
                                             : fmt::format("cannot {} {} and {}", verb, a, b);
    const std::string_view manner = " entry by entry";
    if (verb.ends_with(manner)) {
        message = fmt::format("cannot {} {} and {}{}", verb.substr(0, verb.size() - manner.size()),
                              a, b, manner);
    }
    const bool turned = l.is_vector() && r.is_vector() && l.orientation != r.orientation;
    message += turned ? ": one is a row, the other a column" : ": the shapes differ";
    const Span both{std::min(left_span.begin, right_span.begin),
                    std::max(left_span.end, right_span.end)};
    std::string help = offer(term_repairs(verb, left, left_span, right, right_span));
    const bool transposes = text(right_span) == with_transpose(text(left_span)) ||
                            text(left_span) == with_transpose(text(right_span));
    if (help.empty() && l.is_matrix() && transposes)
        help = "a matrix has the shape of its transpose if it is square, declared as `A[n, n]`";
    fail(both, std::move(message),
         Report{std::move(help), operand_labels(left, left_span, right, right_span)});
}

/// `(x, y)`: a block in the wrong brackets.
void Checker::fail_list(const Node& group) {
    std::string beside;
    std::string below;
    for (const Node& child : group.children) {
        beside += (beside.empty() ? "" : ", ") + text(child.span);
        below += (below.empty() ? "" : "; ") + text(child.span);
    }
    const auto shape_of = [&](const std::string& block) {
        return fits ? fits(block, Place::part) : std::nullopt;
    };
    std::string help = "a block is written in square brackets";
    const auto wide = shape_of("[" + beside + "]");
    const auto high = shape_of("[" + below + "]");
    const bool side = wide.has_value();
    const bool stack = high.has_value() && high != wide;
    if (side) help = fmt::format("write [{}]", beside);
    if (stack && !side) help = fmt::format("write [{}]", below);
    if (stack && side) {
        help =
            fmt::format("write [{}] to put them side by side, [{}] to put them below one another",
                        beside, below);
    }
    fail(group.span, "a list in parentheses is no value", std::move(help));
}

void Checker::fail_division(ValueId left, Span left_span, ValueId right, Span right_span) {
    const Type& r = type(right);
    const std::string a = text(left_span);
    const std::string b = text(right_span);
    const Span both{left_span.begin, right_span.end};
    Report report{{}, operand_labels(left, left_span, right, right_span)};
    if (r.is_vector()) {
        report.help = offer({{fmt::format("{} ./ {}", a, b), both, "to divide entry by entry"},
                             {fmt::format("{} / ||{}||", a, b), both, "to divide by the length"}});
        if (value(right).symbol >= 0 && scope_->symbol(value(right).symbol).by_default) {
            report.help += fmt::format(
                "{1}`{0}` is read as a vector because nothing declares it: declared as `{0}` it is "
                "a scalar, and a declaration `{2}[{0}]` makes it a size",
                b, report.help.empty() ? "" : "; ", b == "x" ? "y" : "x");
        }
        fail(both, fmt::format("cannot divide by a vector: {}", operand(right, right_span)),
             std::move(report));
    }
    const std::string inverse = b.find_first_of(" +-") == std::string::npos ? b : "(" + b + ")";
    report.help = offer({{fmt::format("{} {}^-1", a, inverse), both, "for the inverse"},
                         {fmt::format("{} \\ {}", inverse, a), both, "to solve"},
                         {fmt::format("{} ./ {}", a, b), both, "to divide entry by entry"}});
    fail(both,
         fmt::format("cannot divide {} by {}: `/` is the product with the inverse",
                     operand(left, left_span), operand(right, right_span)),
         std::move(report));
}

}  // namespace nabla::syntax
