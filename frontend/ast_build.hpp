// Private to the grammar: building steps that look at what was built before, with the errors that
// only they can see (chained powers, a factor after a function without parentheses).
#pragma once

#include "frontend/ast.hpp"
#include "frontend/lexer.hpp"

namespace nabla::syntax {

/// Makes `node` the only child of a new node of this kind, which ends at `end`.
void wrap(ast::Kind kind, ast::Node& node, std::uint32_t end, Span op_span);

/// Throws SyntaxError past limits::marks.
void check_marks(const ast::Node& node, Span mark);

bool is_minus_one(const ast::Node& node);

/// Puts an exponent on an operand; powers do not chain.
void add_power(ast::Node& base, ast::Node exponent, ast::Kind kind, std::uint32_t end,
               Span op_span);

/// `T`, `-T`, `2`, `-1` as a mark after an operand.
void add_mark(ast::Node& node, const Lexeme& mark);

/// Whether the operand is a function without parentheses, so that a factor after it is ambiguous.
bool ends_in_application(const ast::Node& node);

/// Reports that ambiguity with both readings.
[[noreturn]] void reject_ambiguity(const Lexer& lexer, const ast::Node& application,
                                   const ast::Node& factor);

}  // namespace nabla::syntax
