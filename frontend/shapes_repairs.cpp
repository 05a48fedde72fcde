// Repairs: texts that would make the shapes fit. Each is tried out, first in the place of the whole
// expression, before it is offered; none is offered that does not fit.

#include "frontend/names.hpp"
#include "frontend/shapes.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace nabla::syntax {

using ast::Kind;

namespace {

constexpr std::size_t shown_text = 120;
constexpr std::size_t tried_repairs = 12;
constexpr std::size_t shown_repairs = 2;
constexpr std::size_t turned_factors = 5;

bool simple_operand(const std::string& text) {
    const bool bracketed = text.starts_with("(") || text.starts_with("[");
    return bracketed || text.find_first_of(" +-*/\\^'") == std::string::npos;
}

bool multiplies(Op op) { return op == Op::none || op == Op::juxtapose || op == Op::times; }

std::string joined(const std::vector<std::string>& parts) {
    std::string out;
    for (std::size_t i = 0; i < parts.size(); ++i) {
        if (i > 0) out += i + 1 < parts.size() ? ", " : parts.size() > 2 ? ", or " : " or ";
        out += parts[i];
    }
    return out;
}

/// The smallest node with exactly this span, or else the smallest that holds it.
const ast::Node* find_in(const ast::Node& node, Span span) {
    for (const ast::Node& child : node.children) {
        if (child.span.begin <= span.begin && child.span.end >= span.end)
            return find_in(child, span);
    }
    return &node;
}

}  // namespace

std::string without_parentheses(const std::string& text) {
    if (!text.starts_with("(") || !text.ends_with(")")) return text;
    int depth = 0;
    for (std::size_t i = 0; i + 1 < text.size(); ++i) {
        depth += text[i] == '(' ? 1 : text[i] == ')' ? -1 : 0;
        if (depth == 0) return text;
    }
    return text.substr(1, text.size() - 2);
}

const ast::Node* Checker::find(Span span) const {
    const bool inside =
        root_ != nullptr && root_->span.begin <= span.begin && root_->span.end >= span.end;
    return inside ? find_in(*root_, span) : nullptr;
}

/// The operand's text with a transpose on it (or off it), in parentheses where it is several
/// factors.
std::string Checker::with_transpose(const std::string& operand) const {
    for (std::string_view mark : {"'", "^T", "ᵀ"}) {
        if (!operand.ends_with(mark)) continue;
        const std::string before = operand.substr(0, operand.size() - mark.size());
        if (simple_operand(before)) return before;
    }
    // A word that is no name was split into several.
    const std::string name = canonical_name(operand);
    const bool word = name_length(operand) == operand.size() && !locals_.contains(name);
    const bool split = word && scope_->find(name).role == Scope::Role::unknown;
    return simple_operand(operand) && !split ? operand + "^T" : "(" + operand + ")^T";
}

/// Words the repairs that fit: in the whole expression if any does, else on their own.
std::string Checker::offer(const std::vector<Repair>& repairs, Place told) const {
    if (!fits || root_ == nullptr) return {};
    const Span whole = root_->span;
    const bool expression = whole.begin == whole_.begin && whole.end == whole_.end;
    std::vector<std::string> meant;
    std::vector<std::string> complete;
    std::string alone;
    std::string only;
    std::size_t tried = 0;
    for (const Repair& repair : repairs) {
        if (complete.size() + meant.size() > shown_repairs || ++tried > tried_repairs) break;
        if (repair.last_resort && !complete.empty()) break;
        const auto shape = fits(repair.text, Place::part);
        if (!shape) continue;
        const bool row = shape->starts_with("row");
        const std::string fact = fmt::format("{} {} {}", repair.text,
                                             *shape == "scalar" ? "is a"
                                             : row              ? "is a"
                                                                : "has shape",
                                             *shape);
        std::string text(source_->text(whole));
        text.replace(repair.replaced.begin - whole.begin,
                     repair.replaced.end - repair.replaced.begin, repair.text);
        if (!fits(text, expression ? Place::whole : Place::part)) {
            const bool tell = alone.empty() && told == Place::part && repair.meaning.empty();
            if (tell) alone = fact;
            continue;
        }
        if (!repair.meaning.empty()) {
            meant.push_back(repair.text + " " + repair.meaning);
            continue;
        }
        std::string shown = count_code_points(text) > shown_text ? repair.text : text;
        for (char& c : shown) c = c == '\n' || c == '\t' || c == '\r' ? ' ' : c;
        if (std::find(complete.begin(), complete.end(), shown) != complete.end()) continue;
        const bool whole_text = shown == repair.text || repair.text.ends_with(' ');
        only = complete.empty() && !whole_text ? fact : "";
        complete.push_back(std::move(shown));
        if (complete.size() == shown_repairs) break;
    }
    if (meant.size() == 2) return fmt::format("write {}, or {}", meant[0], meant[1]);
    if (!meant.empty()) return "write " + joined(meant);
    if (complete.empty()) return alone;
    return fmt::format("{}did you mean {}?", only.empty() ? "" : only + "; ", joined(complete));
}

/// The operand turned: as a whole, and, where it is a product, in single factors or in reverse.
void Checker::add_transposes(std::vector<Repair>& repairs, Span operand, Span replaced) const {
    const Node* node = find(operand);
    const bool product = node != nullptr && node->kind == Kind::product &&
                         node->span.begin == operand.begin && node->span.end >= operand.end;
    std::vector<Span> factors;
    if (product) {
        for (const Node& child : node->children) {
            if (!multiplies(child.op) || child.span.end > operand.end) break;
            factors.push_back(child.span);
        }
    }
    if (factors.size() < 2 || factors.back().end != operand.end ||
        factors.size() > turned_factors) {
        repairs.push_back({with_transpose(text(operand)), replaced, {}});
        return;
    }
    const auto turned_at = [&](std::size_t k) {
        std::string out;
        for (std::size_t i = 0; i < factors.size(); ++i) {
            const std::string factor = text(factors[i]);
            out += (i > 0 ? " " : "") + (i == k ? with_transpose(factor) : factor);
        }
        return out;
    };
    for (std::size_t k = factors.size(); k-- > 0;) repairs.push_back({turned_at(k), replaced, {}});
    std::string all;
    for (std::size_t k = 0; k < factors.size(); ++k) {
        all += (k > 0 ? " " : "") + with_transpose(text(factors[k]));
    }
    if (factors.size() == 2) repairs.push_back({all, replaced, {}});
    std::string reversed;
    for (std::size_t k = factors.size(); k-- > 0;) {
        reversed += with_transpose(text(factors[k])) + (k > 0 ? " " : "");
    }
    repairs.push_back({reversed, replaced, {}});
}

/// Of `left right`: transposes, swapped factors, `.*`, and the `diag` that scales rows or columns.
std::vector<Checker::Repair> Checker::product_repairs(ValueId left, Span left_span, ValueId right,
                                                      Span right_span) const {
    const std::string a = text(left_span);
    const std::string b = text(right_span);
    const Type& l = type(left);
    const Type& r = type(right);
    const Span both{left_span.begin, right_span.end};
    if (l.is_column() && r.is_column()) {
        return {{with_transpose(a) + " " + b, both, "for the inner product"},
                {a + " " + with_transpose(b), both, "for the outer product"},
                {a + " .* " + b, both, "entry by entry"}};
    }
    std::vector<Repair> repairs;
    // `xTx` in one word.
    const bool letter = value(right).symbol >= 0 && scope_->symbol(value(right).symbol).by_default;
    if (letter && b == "T" && left_span.end == right_span.begin) return {{a + "^T ", both, {}}};
    std::vector<Repair> turned;
    add_transposes(turned, left_span, both);
    for (const Repair& repair : turned) repairs.push_back({repair.text + " " + b, both, {}});
    repairs.push_back({a + " " + with_transpose(b), both, {}});
    DimSolver trial = *dims_;
    if (l.is_vector() && r.is_matrix()) {
        repairs.push_back({fmt::format("diag({}) {}", a, b), both, {}});
        repairs.push_back({fmt::format("{} {}", b, a), both, {}, true});
    } else if (l.is_matrix() && r.is_vector()) {
        repairs.push_back({fmt::format("{} diag({})", a, b), both, {}, true});
        repairs.push_back({fmt::format("diag({}) {}", b, a), both, {}, true});
    } else {
        // Of two different matrices of one shape, the entrywise product is meant more often.
        const bool entrywise = a != b && l.is_matrix() && r.is_matrix() && trial.unify(l, r);
        repairs.insert(entrywise ? repairs.begin() : repairs.end(),
                       Repair{fmt::format("{} .* {}", a, b), both});
        repairs.push_back({fmt::format("{} {}", b, a), both, {}, true});
    }
    return repairs;
}

/// Of two terms that should have one shape, or are combined entry by entry.
std::vector<Checker::Repair> Checker::term_repairs(const std::string& verb, ValueId left,
                                                   Span left_span, ValueId right,
                                                   Span right_span) const {
    const Type& l = type(left);
    const Type& r = type(right);
    const Span both{std::min(left_span.begin, right_span.begin),
                    std::max(left_span.end, right_span.end)};
    std::vector<Repair> repairs;
    const bool mixed = (l.is_vector() && r.is_matrix()) || (l.is_matrix() && r.is_vector());
    if (mixed) {
        const bool left_vector = l.is_vector();
        const Span vector_span = left_vector ? left_span : right_span;
        const Span matrix_span = left_vector ? right_span : left_span;
        const std::string v = text(vector_span);
        const std::string m = text(matrix_span);
        const Type& matrix = left_vector ? r : l;
        if (verb.starts_with("multiply")) {
            repairs.push_back({fmt::format("diag({}) {}", v, m), both, {}});
            repairs.push_back({fmt::format("{} diag({})", m, v), both, {}});
        }
        const bool divides = verb.starts_with("divide");
        if (divides && !left_vector) {
            repairs.push_back({fmt::format("diag({})^-1 {}", v, m), both, {}});
            repairs.push_back({fmt::format("{} diag({})^-1", m, v), both, {}});
        }
        const std::string turned = with_transpose(v);
        const bool row = left_vector ? l.is_row() : r.is_row();
        const std::string rows = show(matrix.dims[0]);
        const std::string columns = show(matrix.dims[1]);
        repairs.push_back(
            {fmt::format("{} ones({})^T", row ? turned : v, columns), vector_span, {}});
        repairs.push_back({fmt::format("ones({}) {}", rows, row ? v : turned), vector_span, {}});
        if (divides) return repairs;  // off its diagonal, diag(x) is 0
        repairs.push_back({fmt::format("diag({})", v), vector_span, {}});
        repairs.push_back({fmt::format("diag({})", m), matrix_span, {}});
        return repairs;
    }
    const bool turned_vectors = l.is_vector() && r.is_vector() && l.orientation != r.orientation;
    // Of a row and a column the row is turned first: vectors are columns.
    const bool right_first = !turned_vectors || r.is_row();
    add_transposes(repairs, right_first ? right_span : left_span,
                   right_first ? right_span : left_span);
    const std::size_t first = repairs.size();
    add_transposes(repairs, right_first ? left_span : right_span,
                   right_first ? left_span : right_span);
    for (std::size_t i = first; turned_vectors && i < repairs.size(); ++i)
        repairs[i].last_resort = true;
    // `X == X` and `X - X` are never meant.
    const bool pointless = l.is_matrix() || verb == "compare" || verb == "subtract";
    std::erase_if(repairs, [&](const Repair& repair) {
        if (!pointless) return false;
        const bool of_right = repair.replaced.begin == right_span.begin;
        return repair.text == text(of_right ? left_span : right_span);
    });
    return repairs;
}

}  // namespace nabla::syntax
