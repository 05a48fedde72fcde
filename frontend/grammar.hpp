// Private to the grammar sources and parser.cpp: the terminals (the lexer's matchers as X3
// parsers), the nesting guard, and the rules that join the grammars. Tokens skip blanks by
// themselves, so every rule is reached with one and the same context type.
#pragma once

#include "frontend/ast.hpp"
#include "frontend/lexer.hpp"

#include <boost/spirit/home/x3.hpp>

#include <functional>
#include <string_view>
#include <utility>
#include <vector>

namespace nabla::syntax {

namespace x3 = boost::spirit::x3;

struct lexer_tag;

/// One token of the lexer; its attribute is the Lexeme.
struct Terminal : x3::parser<Terminal> {
    using attribute_type = Lexeme;
    static constexpr bool has_attribute = true;

    constexpr Terminal(Lexer::Matcher how, std::string_view name, std::string_view spelling = {})
        : matcher(how), label(name), word(spelling) {}

    template <typename Iterator, typename Context, typename RContext, typename Attribute>
    bool parse(Iterator& first, const Iterator&, const Context& context, RContext&,
               Attribute& attribute) const {
        Lexer& lexer = x3::get<lexer_tag>(context).get();
        Lexeme lexeme;
        if (!lexer.match(matcher, first, lexeme, word, label)) return false;
        x3::traits::move_to(std::move(lexeme), attribute);
        return true;
    }

    Lexer::Matcher matcher;
    std::string_view label;  ///< what it is called in "expected …"; empty: not mentioned
    std::string_view word;
};

/// Counts nesting around its subject; see Lexer::enter.
template <typename Subject>
struct Nested : x3::unary_parser<Subject, Nested<Subject>> {
    using base_type = x3::unary_parser<Subject, Nested<Subject>>;
    static constexpr bool is_pass_through_unary = true;
    static constexpr bool handles_container = Subject::handles_container;

    constexpr explicit Nested(const Subject& subject) : base_type(subject) {}

    template <typename Iterator, typename Context, typename RContext, typename Attribute>
    bool parse(Iterator& first, const Iterator& last, const Context& context, RContext& rcontext,
               Attribute& attribute) const {
        Lexer& lexer = x3::get<lexer_tag>(context).get();
        lexer.enter(first);
        const bool found = this->subject.parse(first, last, context, rcontext, attribute);
        lexer.leave();
        return found;
    }
};

template <typename Parser>
constexpr auto nested(const Parser& parser) {
    return Nested<typename x3::extension::as_parser<Parser>::value_type>(x3::as_parser(parser));
}

using Iterator = const char*;
using Context = x3::context<lexer_tag, std::reference_wrapper<Lexer>>;

using expression_type = x3::rule<struct expression_id, ast::Node>;
BOOST_SPIRIT_DECLARE(expression_type)

using statement_type = x3::rule<struct statement_id, ast::Statement>;
BOOST_SPIRIT_DECLARE(statement_type)

using declaration_type = x3::rule<struct declaration_id, ast::Declaration>;
BOOST_SPIRIT_DECLARE(declaration_type)

// Lines of a GENO model.
using geno_declarations_type = x3::rule<struct geno_declarations_id, std::vector<ast::Declaration>>;
BOOST_SPIRIT_DECLARE(geno_declarations_type)

using geno_objective_type = x3::rule<struct geno_objective_id, ast::Node>;
BOOST_SPIRIT_DECLARE(geno_objective_type)

using geno_constraint_type = x3::rule<struct geno_constraint_id, ast::Node>;
BOOST_SPIRIT_DECLARE(geno_constraint_type)

}  // namespace nabla::syntax
