// How the checker explains itself: operands with their shapes, and repairs that were tried first.

#include "frontend/shapes.hpp"

#include "ir/build.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace nabla::syntax {

namespace {

constexpr std::size_t shown_text = 60;

bool simple_operand(const std::string& text) {
    const bool bracketed = text.starts_with("(") || text.starts_with("[");
    return bracketed || text.find_first_of(" +-*/\\^'") == std::string::npos;
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

void Checker::fail(Span span, std::string message, std::string help) const {
    throw SyntaxError{span, std::move(message), {std::move(help), {}}};
}

/// The operand's text with a transpose on it (or off it), in parentheses where it is several
/// factors.
std::string Checker::with_transpose(const std::string& operand) const {
    for (std::string_view mark : {"'", "^T"}) {
        if (!operand.ends_with(mark)) continue;
        const std::string before = operand.substr(0, operand.size() - mark.size());
        if (simple_operand(before)) return before;
    }
    // A word that is no name was split into several.
    const bool word = name_length(operand) == operand.size();
    const bool split = word && scope_->find(canonical_name(operand)).role == Scope::Role::unknown;
    return simple_operand(operand) && !split ? operand + "^T" : "(" + operand + ")^T";
}

/// Puts `local` in the place of `replaced` and offers the whole expression if that fits.
std::string Checker::offer(const std::string& local, Span replaced,
                           const std::string& shape) const {
    const bool row = shape.starts_with("row");
    const std::string has_shape = fmt::format("{} {} {}", local, row ? "is a" : "has shape", shape);
    // Inside the body of a called function the expression's text is elsewhere.
    if (replaced.begin < whole_.begin || replaced.end > whole_.end) return has_shape;
    const std::string before = text({whole_.begin, replaced.begin});
    const std::string after = text({replaced.end, whole_.end});
    const std::string_view source = source_->text(whole_);
    std::string complete(source.substr(0, replaced.begin - whole_.begin));
    complete += local;
    complete += source.substr(replaced.end - whole_.begin);
    if (count_code_points(complete) > 2 * shown_text || !fits || !fits(complete)) return has_shape;
    if (before.empty() && after.empty()) return fmt::format("did you mean {}?", local);
    return fmt::format("{}; did you mean {}?", has_shape, complete);
}

/// Of the products that transposing one factor gives, the first that fits.
std::string Checker::repair(ValueId left, Span left_span, ValueId right, Span right_span) {
    const std::string a = text(left_span);
    const std::string b = text(right_span);
    const Span both{left_span.begin, right_span.end};
    std::string fallback;
    for (const bool first : {true, false}) {
        Type l = type(left);
        Type r = type(right);
        Type& turned = first ? l : r;
        std::reverse(turned.dims.begin(), turned.dims.end());
        turned.orientation = turned.is_row() ? ir::Orientation::column : ir::Orientation::row;
        DimSolver trial = *dims_;
        const bool inner = l.is_matrix() || l.is_row();
        const bool joins = r.is_matrix() || r.is_column();
        Type result;
        if (inner && joins && trial.unify(l.dims.back(), r.dims.front())) {
            if (l.is_matrix()) result.dims.push_back(l.dims[0]);
            if (r.is_matrix()) result.dims.push_back(r.dims[1]);
            if (l.is_row()) result.orientation = ir::Orientation::row;
        } else if (l.is_column() && r.is_row()) {
            result.dims = {l.dims[0], r.dims[0]};
        } else {
            continue;
        }
        const std::string local = first ? with_transpose(a) + " " + b : a + " " + with_transpose(b);
        const std::string help = offer(local, both, show(result));
        if (help.find("did you mean") != std::string::npos) return help;
        if (fallback.empty()) fallback = help;
    }
    return fallback;
}

void Checker::fail_product(ValueId left, Span left_span, ValueId right, Span right_span) {
    const Type& l = type(left);
    const Type& r = type(right);
    const Span both{left_span.begin, right_span.end};
    const std::string product = fmt::format("cannot multiply {} by {}", operand(left, left_span),
                                            operand(right, right_span));
    std::string reason;
    if (l.is_column() && r.is_column()) {
        const std::string a = text(left_span);
        const std::string b = text(right_span);
        DimSolver trial = *dims_;
        const bool equal = trial.unify(l, r);
        fail(both, product + ": both are columns",
             equal ? fmt::format("write {0} {1} for the inner product, {2} {3} for the outer "
                                 "product, {2} .* {1} entry by entry",
                                 with_transpose(a), b, a, with_transpose(b))
                   : fmt::format("write {} {} for the outer product", a, with_transpose(b)));
    }
    if (l.is_row() && r.is_row()) {
        reason = "both are rows";
    } else if (l.is_column()) {
        reason = "a column stands on the left of a matrix";
    } else if (r.is_row()) {
        reason = "a row stands on the right of a matrix";
    } else if (!l.dims.empty() && !r.dims.empty()) {
        reason = fmt::format("the inner dimensions {} and {} differ", show(l.dims.back()),
                             show(r.dims.front()));
    }
    fail(both, reason.empty() ? product : product + ": " + reason,
         repair(left, left_span, right, right_span));
}

void Checker::fail_shapes(const std::string& verb, ValueId left, Span left_span, ValueId right,
                          Span right_span) {
    const Type& l = type(left);
    const Type& r = type(right);
    const bool subtract = verb == "subtract";
    const std::string a = operand(left, left_span);
    const std::string b = operand(right, right_span);
    std::string message = subtract ? fmt::format("cannot subtract {} from {}", b, a)
                                   : fmt::format("cannot {} {} and {}", verb, a, b);
    const std::string_view manner = " entry by entry";
    if (verb.ends_with(manner)) {
        message = fmt::format("cannot {} {} and {}{}", verb.substr(0, verb.size() - manner.size()),
                              a, b, manner);
    }
    std::string help;
    const Span both{std::min(left_span.begin, right_span.begin),
                    std::max(left_span.end, right_span.end)};
    if (l.is_vector() && r.is_vector() && l.orientation != r.orientation) {
        message += ": one is a row, the other a column";
        DimSolver trial = *dims_;
        if (trial.unify(l, r)) {
            const Span row = l.is_row() ? left_span : right_span;
            help =
                offer(with_transpose(text(row)), row, show(Type{l.is_row() ? l.dims : r.dims, {}}));
        }
    } else if (l.is_matrix() && r.is_matrix()) {
        DimSolver trial = *dims_;
        Type turned = r;
        std::reverse(turned.dims.begin(), turned.dims.end());
        message += ": the shapes differ";
        if (trial.unify(l, turned)) {
            help = offer(with_transpose(text(right_span)), right_span, show(turned));
        }
    } else {
        message += ": the shapes differ";
    }
    fail(both, std::move(message), std::move(help));
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
