// Private to expression_grammar.cpp: the semantic actions that build surface nodes. Each is a
// function object that reads the attribute just parsed and changes the node of the rule it stands
// in.
#pragma once

#include "frontend/ast.hpp"
#include "frontend/ast_build.hpp"
#include "frontend/grammar.hpp"
#include "frontend/limits.hpp"

#include <fmt/format.h>

namespace nabla::syntax::actions {

using ast::Kind;
using ast::Node;

template <typename C>
Lexer& lexer(const C& context) {
    return x3::get<lexer_tag>(context).get();
}

/// A node made of one token.
template <Kind kind>
struct Leaf {
    template <typename C>
    void operator()(C& context) const {
        Node& node = x3::_val(context);
        node.kind = kind;
        node.text = std::move(x3::_attr(context).text);
        node.span = x3::_attr(context).span;
    }
};

/// Begins a node whose first token is not its text.
template <Kind kind>
struct Begin {
    template <typename C>
    void operator()(C& context) const {
        x3::_val(context).kind = kind;
        x3::_val(context).span = x3::_attr(context).span;
    }
};

struct Append {
    template <typename C>
    void operator()(C& context) const {
        Node& node = x3::_val(context);
        if (node.children.size() >= limits::literal_entries && node.kind == Kind::row) {
            throw SyntaxError{x3::_attr(context).span, "the literal has too many entries", {}};
        }
        node.children.push_back(std::move(x3::_attr(context)));
        node.span.end = lexer(context).last_end();
    }
};

struct Take {
    template <typename C>
    void operator()(C& context) const {
        x3::_val(context) = std::move(x3::_attr(context));
    }
};

struct SetText {
    template <typename C>
    void operator()(C& context) const {
        x3::_val(context).text = std::move(x3::_attr(context).text);
        x3::_val(context).span.end = lexer(context).last_end();
    }
};

struct Finish {
    template <typename C>
    void operator()(C& context) const {
        x3::_val(context).span.end = lexer(context).last_end();
    }
};

/// The first operand of a chain.
template <Kind kind>
struct First {
    template <typename C>
    void operator()(C& context) const {
        Node& chain = x3::_val(context);
        chain.kind = kind;
        chain.span = x3::_attr(context).span;
        chain.children.push_back(std::move(x3::_attr(context)));
        chain.children.back().op = kind == Kind::sum ? Op::plus : Op::none;
    }
};

/// The operator before the next operand: kept in an empty child until that is parsed.
struct Operator {
    template <typename C>
    void operator()(C& context) const {
        Node next;
        next.op = x3::_attr(context).op;
        next.op_span = x3::_attr(context).span;
        x3::_val(context).children.push_back(std::move(next));
    }
};

/// Fills the child that Operator made.
struct Operand {
    template <typename C>
    void operator()(C& context) const {
        Node& chain = x3::_val(context);
        Node& slot = chain.children.back();
        Node& operand = x3::_attr(context);
        operand.op = slot.op;
        operand.op_span = slot.op_span;
        slot = std::move(operand);
        chain.span.end = lexer(context).last_end();
        if (slot.op == Op::juxtapose) {
            const Node& before = chain.children[chain.children.size() - 2];
            if (ends_in_application(before)) reject_ambiguity(lexer(context), before, slot);
        }
    }
};

/// A chain of one operand is that operand.
struct Collapse {
    template <typename C>
    void operator()(C& context) const {
        Node& chain = x3::_val(context);
        if (chain.children.size() != 1) return;
        Node only = std::move(chain.children.front());
        only.op = Op::none;
        chain = std::move(only);
    }
};

struct Sign {
    template <typename C>
    void operator()(C& context) const {
        Node& node = x3::_val(context);
        if (node.kind != Kind::negate) {
            node.kind = Kind::negate;
            node.span = x3::_attr(context).span;
            node.text = "+";
        }
        if (x3::_attr(context).op == Op::minus) node.text = node.text == "-" ? "+" : "-";
    }
};

/// The sign of a function's operand. `f + 1`, with blanks as around an operator, is no `f(+1)`.
struct PrefixSign {
    template <typename C>
    void operator()(C& context) const {
        const Span span = x3::_attr(context).span;
        const std::string_view all = lexer(context).source().text();
        const auto blank_at = [&](std::size_t at) { return at < all.size() && all[at] == ' '; };
        if (span.begin > 0 && blank_at(span.begin - 1) && blank_at(span.end)) {
            const char sign = x3::_attr(context).op == Op::minus ? '-' : '+';
            throw SyntaxError{
                span,
                fmt::format("`{}` after a function could mean two things", sign),
                {fmt::format("write f(x) {0} y for {1}, or f({0}y) for the function of "
                             "a signed operand",
                             sign, sign == '-' ? "a difference" : "a sum"),
                 {}}};
        }
        Sign{}(context);
    }
};

/// The operand after any signs; an even number of minus signs is none.
struct Signed {
    template <typename C>
    void operator()(C& context) const {
        Node& node = x3::_val(context);
        Node& operand = x3::_attr(context);
        if (node.kind == Kind::negate && node.text == "-") {
            node.text.clear();
            node.span.end = operand.span.end;
            node.children.push_back(std::move(operand));
        } else {
            node = std::move(operand);
        }
    }
};

struct Mark {
    template <typename C>
    void operator()(C& context) const {
        add_mark(x3::_val(context), x3::_attr(context));
    }
};

struct Transpose {
    template <typename C>
    void operator()(C& context) const {
        const Span span = x3::_attr(context).span;
        wrap(Kind::transpose, x3::_val(context), span.end, span);
    }
};

/// An exponent arrives as a node; one that is the mark T or -T arrives as a `transpose` leaf.
struct Power {
    template <typename C>
    void operator()(C& context) const {
        Node& node = x3::_val(context);
        Node& exponent = x3::_attr(context);
        const bool elementwise = exponent.op == Op::element_power;
        exponent.op = Op::none;
        const bool mark = exponent.kind == Kind::transpose && exponent.children.empty();
        if (mark && elementwise) {
            throw SyntaxError{exponent.span,
                              "`.^T` could mean two things",
                              {"write `^T` for the transpose, or `.^(T)` for a power", {}}};
        }
        if (mark) {
            add_mark(node, {exponent.span, Op::none, exponent.text});
            return;
        }
        add_power(node, std::move(exponent), elementwise ? Kind::element_power : Kind::power,
                  lexer(context).last_end(), exponent.op_span);
    }
};

struct Index {
    template <typename C>
    void operator()(C& context) const {
        Node& indices = x3::_attr(context);
        check_marks(x3::_val(context), indices.span);
        indices.children.insert(indices.children.begin(), std::move(x3::_val(context)));
        indices.span.begin = indices.children.front().span.begin;
        indices.span.end = lexer(context).last_end();
        x3::_val(context) = std::move(indices);
    }
};

/// `sin^2 x`: the exponent waits in front of the arguments until they are there.
struct FunctionPower {
    template <typename C>
    void operator()(C& context) const {
        Node& node = x3::_val(context);
        Node& exponent = x3::_attr(context);
        if (exponent.kind == Kind::transpose) {
            throw SyntaxError{{node.span.begin, exponent.span.end},
                              "a function cannot be transposed",
                              {fmt::format("write {}(x)^T", node.text), {}}};
        }
        if (is_minus_one(exponent)) {
            const bool trig = node.text.starts_with("sin") || node.text.starts_with("cos") ||
                              node.text.starts_with("tan");
            throw SyntaxError{{node.span.begin, exponent.span.end},
                              fmt::format("`{}^-1` could mean two things", node.text),
                              {trig ? fmt::format("write a{0}(x) for the inverse function, or "
                                                  "1/{0}(x)",
                                                  node.text)
                                    : fmt::format("write 1/{}(x) for the reciprocal", node.text),
                               {}}};
        }
        exponent.op = Op::power;
        node.children.push_back(std::move(exponent));
    }
};

struct EndApplication {
    template <typename C>
    void operator()(C& context) const {
        Node& node = x3::_val(context);
        node.span.end = lexer(context).last_end();
        if (node.children.empty() || node.children.front().op != Op::power) return;
        Node exponent = std::move(node.children.front());
        node.children.erase(node.children.begin());
        const Span op_span = exponent.op_span;
        exponent.op = Op::none;
        add_power(node, std::move(exponent), Kind::power, node.span.end, op_span);
    }
};

template <Kind kind>
struct SetKind {
    template <typename C>
    void operator()(C& context) const {
        x3::_val(context).kind = kind;
    }
};

struct NameChild {
    template <typename C>
    void operator()(C& context) const {
        Node child;
        child.kind = Kind::name;
        child.text = std::move(x3::_attr(context).text);
        child.span = x3::_attr(context).span;
        x3::_val(context).children.push_back(std::move(child));
    }
};

struct SetOp {
    template <typename C>
    void operator()(C& context) const {
        x3::_val(context).op = x3::_attr(context).op;
        x3::_val(context).op_span = x3::_attr(context).span;
    }
};

/// The value of a rule that has its own operator already.
struct TakeOperand {
    template <typename C>
    void operator()(C& context) const {
        Node& node = x3::_val(context);
        const Op op = node.op;
        const Span op_span = node.op_span;
        node = std::move(x3::_attr(context));
        node.op = op;
        node.op_span = op_span;
    }
};

/// `a < b`: the left side is already the value.
struct Compare {
    template <typename C>
    void operator()(C& context) const {
        Node& node = x3::_val(context);
        const Span op_span = x3::_attr(context).span;
        wrap(Kind::compare, node, op_span.end, op_span);
        Node right;
        right.op = x3::_attr(context).op;
        right.op_span = op_span;
        node.children.push_back(std::move(right));
    }
};

struct Bound {
    template <typename C>
    void operator()(C& context) const {
        Node& node = x3::_val(context);
        wrap(Kind::range, node, lexer(context).last_end(), {});
        node.children.push_back(std::move(x3::_attr(context)));
    }
};

}  // namespace nabla::syntax::actions
