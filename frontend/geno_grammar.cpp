// The grammar of a GENO model's lines; the expressions are those of expression_grammar.cpp.

#include "frontend/grammar.hpp"

namespace nabla::syntax {

namespace {

constexpr Terminal name{&Lexer::name, "a name"};
constexpr Terminal fact_word{&Lexer::name, ""};
constexpr Terminal comma{&Lexer::comma, "`,`"};

constexpr Terminal word(std::string_view text) { return {&Lexer::keyword, "", text}; }

/// GENO writes kinds in lower case, and many of its users capitalise them.
const auto scalar_word = word("scalar") | word("Scalar");
const auto vector_word = word("vector") | word("Vector");
const auto matrix_word = word("matrix") | word("Matrix");

struct DeclaredName {
    template <typename C>
    void operator()(C& context) const {
        x3::_val(context).name = {x3::_attr(context).text, x3::_attr(context).span};
    }
};

struct AddFact {
    template <typename C>
    void operator()(C& context) const {
        ast::Fact fact;
        fact.word = x3::_attr(context).text;
        fact.span = x3::_attr(context).span;
        x3::_val(context).facts.push_back(std::move(fact));
    }
};

template <int rank>
struct AddDeclared {
    template <typename C>
    void operator()(C& context) const {
        x3::_attr(context).open_rank = rank;
        x3::_val(context).push_back(std::move(x3::_attr(context)));
    }
};

struct AllowComparisons {
    template <typename C>
    void operator()(C& context) const {
        x3::get<lexer_tag>(context).get().allow_comparisons(true);
    }
};

struct Take {
    template <typename C>
    void operator()(C& context) const {
        x3::_val(context) = std::move(x3::_attr(context));
    }
};

}  // namespace

const expression_type geno_expression = "expression";
const geno_declarations_type geno_declarations = "geno_declarations";
const geno_objective_type geno_objective = "geno_objective";
const geno_constraint_type geno_constraint = "geno_constraint";
const x3::rule<struct geno_declared_id, ast::Declaration> geno_declared = "geno_declared";

const auto geno_declared_def = name[DeclaredName{}] >
                               *(!(scalar_word | vector_word | matrix_word) >>
                                 fact_word[AddFact{}]);

const auto geno_declarations_def =
    +((scalar_word > geno_declared[AddDeclared<0>{}] > *(comma > geno_declared[AddDeclared<0>{}])) |
      (vector_word > geno_declared[AddDeclared<1>{}] > *(comma > geno_declared[AddDeclared<1>{}])) |
      (matrix_word > geno_declared[AddDeclared<2>{}] > *(comma > geno_declared[AddDeclared<2>{}])));

const auto geno_objective_def = geno_expression[Take{}];
const auto geno_constraint_def = x3::eps[AllowComparisons{}] > geno_expression[Take{}];

BOOST_SPIRIT_DEFINE(geno_declared, geno_declarations, geno_objective, geno_constraint)

BOOST_SPIRIT_INSTANTIATE(geno_declarations_type, Iterator, Context)
BOOST_SPIRIT_INSTANTIATE(geno_objective_type, Iterator, Context)
BOOST_SPIRIT_INSTANTIATE(geno_constraint_type, Iterator, Context)

}  // namespace nabla::syntax
