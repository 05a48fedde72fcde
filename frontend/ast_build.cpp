#include "frontend/ast_build.hpp"

#include "frontend/limits.hpp"

#include <fmt/format.h>

namespace nabla::syntax {

using ast::Kind;
using ast::Node;

namespace {

/// `log det X`: the names of the prefix functions and the innermost operand.
const Node& innermost(const Node& node, std::string& open, std::string& closed) {
    const Node* at = &node;
    while (true) {
        if (at->kind == Kind::apply) {
            open += at->text + "(";
            closed += ")";
            at = &at->children.front();
        } else if (at->kind == Kind::negate) {
            open += "-";
            at = &at->children.front();
        } else if (at->kind == Kind::power && at->children[0].kind == Kind::apply) {
            at = &at->children.front();
        } else {
            return *at;
        }
    }
}

}  // namespace

bool ends_in_application(const Node& node) {
    if (node.kind == Kind::negate) return ends_in_application(node.children.front());
    if (node.kind == Kind::power && node.children[0].kind == Kind::apply) {
        return node.span.end == node.children[0].span.end;
    }
    return node.kind == Kind::apply;
}

/// A factor after a function without parentheses could mean two things.
void reject_ambiguity(const Lexer& lexer, const Node& application, const Node& factor) {
    std::string open;
    std::string closed;
    const Node& operand = innermost(application, open, closed);
    const std::string_view inner = lexer.source().text(operand.span);
    const std::string_view outer = lexer.source().text(factor.span);
    const Span whole{application.span.begin, factor.span.end};
    throw SyntaxError{whole,
                      fmt::format("`{}` could mean two things", lexer.source().text(whole)),
                      {fmt::format("write {}{}{} {} or {}{} {}{}", open, inner, closed, outer, open,
                                   inner, outer, closed),
                       {}}};
}

/// Marks after one operand nest like brackets: each is a level of the tree.
void check_marks(const Node& node, Span mark) {
    int levels = 0;
    for (const Node* at = &node; at->kind == Kind::transpose || at->kind == Kind::power ||
                                 at->kind == Kind::element_power || at->kind == Kind::index;
         at = &at->children[0]) {
        if (++levels >= limits::marks)
            throw SyntaxError{mark, "too many marks after one operand", {}};
    }
}

void wrap(Kind kind, Node& node, std::uint32_t end, Span op_span) {
    Node outer;
    outer.kind = kind;
    check_marks(node, op_span);
    outer.span = {node.span.begin, end};
    outer.op_span = op_span;
    outer.children.push_back(std::move(node));
    node = std::move(outer);
}

namespace {

Node minus_one(Span span) {
    Node one;
    one.text = "1";
    one.span = span;
    wrap(Kind::negate, one, span.end, span);
    return one;
}

}  // namespace

bool is_minus_one(const Node& node) {
    return node.kind == Kind::negate && node.children[0].kind == Kind::number &&
           node.children[0].text == "1";
}

namespace {

/// Whether some exponent that is neither T nor -1 was already written on this operand.
bool has_general_power(const Node& node) {
    const Node* at = &node;
    while (at->kind == Kind::transpose || at->kind == Kind::power ||
           at->kind == Kind::element_power) {
        if (at->kind != Kind::transpose && !is_minus_one(at->children[1])) return true;
        at = &at->children[0];
    }
    return false;
}

}  // namespace

void add_power(Node& base, Node exponent, Kind kind, std::uint32_t end, Span op_span) {
    const bool general = kind == Kind::element_power || !is_minus_one(exponent);
    if (general && has_general_power(base)) {
        throw SyntaxError{
            exponent.span,
            "powers do not chain",
            {"write parentheses: (a^b)^c or a^(b^c)", {{base.span, "this is a power"}}}};
    }
    wrap(Kind::power, base, end, op_span);
    base.kind = kind;
    base.children.push_back(std::move(exponent));
}

/// `T`, `-T`, `2`, `-1` as a mark after an operand.
void add_mark(Node& node, const Lexeme& mark) {
    const std::uint32_t end = mark.span.end;
    if (mark.text == "T" || mark.text == "-T") {
        if (mark.text == "-T") add_power(node, minus_one(mark.span), Kind::power, end, mark.span);
        wrap(Kind::transpose, node, end, mark.span);
        return;
    }
    Node exponent;
    exponent.span = mark.span;
    exponent.text = mark.text[0] == '-' ? mark.text.substr(1) : mark.text;
    if (mark.text[0] == '-') wrap(Kind::negate, exponent, end, mark.span);
    add_power(node, std::move(exponent), Kind::power, end, mark.span);
}

}  // namespace nabla::syntax
