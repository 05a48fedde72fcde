// How the checker explains itself: operands with their shapes, and where these come from.

#include "frontend/names.hpp"
#include "frontend/shapes.hpp"

#include "ir/build.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace nabla::syntax {

namespace {

constexpr std::size_t shown_text = 60;

std::string counted_entries(const std::string& size) {
    return size == "1" ? "1 entry" : size + " entries";
}

}  // namespace

std::string Checker::text(Span span) const {
    std::string out;
    bool blank = false;
    for (char c : source_->text(span)) {
        const bool space = c == ' ' || c == '\t' || c == '\n' || c == '\r';
        if (space) {
            blank = true;
            continue;
        }
        if (blank && !out.empty()) out += ' ';
        blank = false;
        out += c;
    }
    return out;
}

std::string Checker::show(const Type& type) const {
    DimSolver named = *dims_;
    if (name_sizes) name_sizes(named);
    return named.show(type);
}

std::string Checker::operand(ValueId id, Span span) const {
    std::string name = text(span);
    if (count_code_points(name) > shown_text) name = "the operand";
    return fmt::format("{} ({})", name, show(type(id)));
}

std::string Checker::described(ValueId id, Span span) const {
    const Type& given = type(id);
    const bool shaped = !given.is_scalar() && !given.is_row();
    return fmt::format("{} {} {}", text(span), shaped ? "has shape" : "is a", show(given));
}

/// An exponent as it stands after `^` or `.^`: in parentheses where it is more than one operand.
std::string Checker::exponent_text(const Node& exponent) const {
    using ast::Kind;
    const bool negated = exponent.kind == Kind::negate;
    const Node& inner = negated ? exponent.children[0] : exponent;
    if (inner.kind == Kind::number) return (negated ? "-" : "") + inner.text;
    const bool simple = inner.kind == Kind::name || inner.kind == Kind::call ||
                        inner.kind == Kind::index || inner.kind == Kind::group;
    const std::string typed = text(exponent.span);
    return simple ? typed : "(" + typed + ")";
}

/// `X is m×n`, `y has m entries`, `y^T is a row of m entries`.
SpanLabel Checker::shape_label(ValueId id, Span span) const {
    std::string name = text(span);
    if (count_code_points(name) > shown_text) name = "this";
    const Type& given = type(id);
    const std::string shape = show(given);
    std::string says = "is " + shape;
    if (given.is_scalar()) says = "is a scalar";
    if (given.is_column()) says = "has " + counted_entries(shape);
    if (given.is_row()) says = "is a row of " + counted_entries(show(given.dims[0]));
    return {span, fmt::format("{} {}", name, says)};
}

/// Where the operands got their sizes, if that is elsewhere: the definition that an operand names,
/// and the uses that fixed sizes which nobody declared.
void Checker::add_origins(std::vector<SpanLabel>& labels, ValueId id, Span span, Span whole) const {
    const std::string name = text(span);
    const Scope::Entry entry = scope_->find(canonical_name(name));
    const bool local = locals_.contains(name);
    if (entry.role == Scope::Role::definition && !local) {
        const DefinedName& defined = scope_->definition(entry.index);
        if (defined.definition != nullptr)
            labels.push_back({defined.span, fmt::format("`{}` is defined here", name)});
        return;
    }
    for (ir::Dim dim : type(id).dims) {
        const auto place = dims_->place_of(dim);
        if (!place || (place->begin <= whole.begin && place->end >= whole.end)) continue;
        const bool symbol = value(id).symbol >= 0;
        labels.push_back({*place, symbol ? fmt::format("here {} of `{}` becomes {}",
                                                       type(id).is_vector() ? "the size" : "a size",
                                                       name, show(dim))
                                         : fmt::format("here a size of it becomes {}", show(dim))});
    }
}

/// Why an undeclared name is what it is.
std::string Checker::by_letter(ValueId id) const {
    const int index = value(id).symbol;
    if (index < 0 || !scope_->symbol(index).by_default) return {};
    const Type& given = type(id);
    return fmt::format(": nothing declares it, and by its letter it is a {}",
                       given.is_matrix()   ? "matrix"
                       : given.is_vector() ? "vector"
                                           : "scalar");
}

std::vector<SpanLabel> Checker::operand_labels(ValueId left, Span left_span, ValueId right,
                                               Span right_span) const {
    std::vector<SpanLabel> labels{shape_label(left, left_span), shape_label(right, right_span)};
    const Span whole{std::min(left_span.begin, right_span.begin),
                     std::max(left_span.end, right_span.end)};
    if (type(left).rank() != type(right).rank()) {
        labels[0].text += by_letter(left);
        labels[1].text += by_letter(right);
    }
    add_origins(labels, left, left_span, whole);
    if (left != right) add_origins(labels, right, right_span, whole);
    return labels;
}

void Checker::fail(Span span, std::string message, std::string help) const {
    throw SyntaxError{span, std::move(message), {std::move(help), {}}};
}

void Checker::fail(Span span, std::string message, Report report) const {
    throw SyntaxError{span, std::move(message), std::move(report)};
}

bool Checker::promotable(ValueId id) const {
    const int index = value(id).symbol;
    return index >= 0 && scope_->symbol(index).by_default && scope_->symbol(index).rank == 0;
}

void Checker::promote_if_default(ValueId id, Span span, const std::string& reason) const {
    if (promotable(id)) throw Promotion{{value(id).symbol}, span, reason};
}

void Checker::try_vectors(ValueId left, ValueId right, Span span) const {
    for (ValueId id : {right, left}) {
        if (promotable(id)) continue;
        if (!value(id).may_be_vectors.empty()) {
            throw Promotion{
                {value(id).may_be_vectors.front()}, span, "the scalar reading does not fit"};
        }
    }
}

bool Checker::is_one_by_one(ValueId id) const {
    const Type resolved = dims_->resolve(type(id));
    return resolved.is_matrix() && resolved.dims[0].is(1) && resolved.dims[1].is(1);
}

ValueId Checker::as_scalar(ValueId id) {
    return make({}, {id},
                [](const Recipe&, auto operands) { return ir::sum_entries(operands[0]); });
}

}  // namespace nabla::syntax
