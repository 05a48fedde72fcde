// The grammar of statements: one rule each, decided by its first word.

#include "frontend/grammar.hpp"

namespace nabla::syntax {

namespace {

using ast::Node;

constexpr Terminal name{&Lexer::name, "a name"};
constexpr Terminal plain_word{&Lexer::plain_word, "a method"};
constexpr Terminal number{&Lexer::number, "a number"};
constexpr Terminal infinity{&Lexer::keyword, "", "inf"};
constexpr Terminal infinity_sign{&Lexer::punctuation, "", "∞"};
constexpr Terminal sign{&Lexer::sign, ""};
constexpr Terminal relation{&Lexer::relation, "a bound"};
constexpr Terminal equals{&Lexer::definition_sign, "`=`"};
constexpr Terminal comma{&Lexer::comma, "`,`"};
constexpr Terminal open_dims{&Lexer::open, "`[`", "["};
constexpr Terminal close_dims{&Lexer::close, "`]`", "]"};
constexpr Terminal open_paren{&Lexer::open, "`(`", "("};
constexpr Terminal close_paren{&Lexer::close, "`)`", ")"};
constexpr Terminal path{&Lexer::quoted, "a path in double quotes"};

constexpr Terminal keyword(std::string_view word) { return {&Lexer::keyword, "", word}; }
constexpr Terminal required(std::string_view word, std::string_view label) {
    return {&Lexer::keyword, label, word};
}

template <typename C>
Lexer& lexer(const C& context) {
    return x3::get<lexer_tag>(context).get();
}

/// Stores the token's name in a member of the struct being built.
template <auto member>
struct SetName {
    template <typename C>
    void operator()(C& context) const {
        x3::_val(context).*member = {x3::_attr(context).text, x3::_attr(context).span};
    }
};

template <auto member>
struct AddName {
    template <typename C>
    void operator()(C& context) const {
        (x3::_val(context).*member).push_back({x3::_attr(context).text, x3::_attr(context).span});
    }
};

template <auto member>
struct Set {
    template <typename C>
    void operator()(C& context) const {
        x3::_val(context).*member = std::move(x3::_attr(context));
    }
};

template <auto member>
struct Add {
    template <typename C>
    void operator()(C& context) const {
        (x3::_val(context).*member).push_back(std::move(x3::_attr(context)));
    }
};

template <auto member>
struct SetTrue {
    template <typename C>
    void operator()(C& context) const {
        x3::_val(context).*member = true;
    }
};

template <auto member>
struct SetOp {
    template <typename C>
    void operator()(C& context) const {
        x3::_val(context).*member = x3::_attr(context).op;
    }
};

struct BeginFact {
    template <typename C>
    void operator()(C& context) const {
        ast::Fact& fact = x3::_val(context);
        fact.word = x3::_attr(context).op == Op::none ? x3::_attr(context).text : "";
        fact.op = x3::_attr(context).op;
        fact.span = x3::_attr(context).span;
    }
};

struct EndFact {
    template <typename C>
    void operator()(C& context) const {
        x3::_val(context).span.end = lexer(context).last_end();
    }
};

struct AppendText {
    template <typename C>
    void operator()(C& context) const {
        const Lexeme& lexeme = x3::_attr(context);
        std::string& text = x3::_val(context);
        if (lexeme.op == Op::minus) {
            text += '-';
        } else if (lexeme.op == Op::none) {
            text += lexeme.text == "∞" ? "inf" : lexeme.text;
        }
    }
};

struct SetPath {
    template <typename C>
    void operator()(C& context) const {
        x3::_val(context).path = std::move(x3::_attr(context).text);
        x3::_val(context).path_span = x3::_attr(context).span;
    }
};

struct AllowComparisons {
    template <typename C>
    void operator()(C& context) const {
        lexer(context).allow_comparisons(true);
    }
};

template <typename Alternative>
struct Store {
    template <typename C>
    void operator()(C& context) const {
        x3::_val(context).what = std::move(x3::_attr(context));
    }
};

struct OptionName {
    template <typename C>
    void operator()(C& context) const {
        Node& node = x3::_val(context);
        node.kind = ast::Kind::keyword;
        node.text = x3::_attr(context).text;
        node.span = x3::_attr(context).span;
    }
};

struct OptionValue {
    template <typename C>
    void operator()(C& context) const {
        x3::_val(context).children.push_back(std::move(x3::_attr(context)));
        x3::_val(context).span.end = lexer(context).last_end();
    }
};

}  // namespace

// The rules stand outside the unnamed namespace, where X3 finds their definitions by their type.

const expression_type expression = "expression";
const statement_type statement = "statement";
const declaration_type declaration = "declaration";
const x3::rule<struct bound_id, std::string> bound = "bound";
const x3::rule<struct fact_id, ast::Fact> fact = "fact";
const x3::rule<struct option_id, Node> option = "option";
const x3::rule<struct dim_statement_id, ast::DimStatement> dim_statement = "dim";
const x3::rule<struct declared_id, ast::Declaration> declared = "declared";
const x3::rule<struct definition_id, ast::Definition> definition = "definition";
const x3::rule<struct problem_id, ast::Problem> problem = "problem";
const x3::rule<struct solve_id, ast::Solve> solve = "solve";
const x3::rule<struct assert_id, ast::Assert> assertion = "assert";
const x3::rule<struct show_id, ast::Show> show = "show";
const x3::rule<struct export_id, ast::Export> export_statement = "export";
const x3::rule<struct import_id, ast::Import> import_statement = "import";

const auto bound_def = -sign[AppendText{}] > (number[AppendText{}] | infinity[AppendText{}] |
                                              infinity_sign[AppendText{}]);
const auto fact_def =
    (keyword("in")[BeginFact{}] > open_dims > bound[Set<&ast::Fact::lower>{}] > comma >
     bound[Set<&ast::Fact::upper>{}] > close_dims[EndFact{}]) |
    (relation[BeginFact{}] > bound[Set<&ast::Fact::lower>{}] > x3::eps[EndFact{}]) |
    name[BeginFact{}];

const auto declaration_def = name[SetName<&ast::Declaration::name>{}] >
                             -(open_dims > expression[Add<&ast::Declaration::dims>{}] >
                               *(comma > expression[Add<&ast::Declaration::dims>{}]) > close_dims) >
                             -(fact[Add<&ast::Declaration::facts>{}] >>
                               *(-comma >> fact[Add<&ast::Declaration::facts>{}]));
const auto declared_def =
    (keyword("param") >
     declaration[([](auto& context) { x3::_val(context) = std::move(x3::_attr(context)); })]) |
    (keyword("var") > declaration[([](auto& context) {
         x3::_val(context) = std::move(x3::_attr(context));
         x3::_val(context).variable = true;
     })]);

const auto dim_statement_def = keyword("dim") > name[SetName<&ast::DimStatement::name>{}] >
                               -((equals | relation[SetOp<&ast::DimStatement::op>{}]) >
                                 expression[Set<&ast::DimStatement::value>{}]);

const auto definition_def = name[SetName<&ast::Definition::name>{}] >>
                            -(open_paren[SetTrue<&ast::Definition::function>{}] >
                              name[AddName<&ast::Definition::parameters>{}] >
                              *(comma > name[AddName<&ast::Definition::parameters>{}]) >
                              close_paren) > equals
                            > expression[Set<&ast::Definition::value>{}];

const auto option_def = name[OptionName{}] > equals > expression[OptionValue{}];
const auto problem_def = (keyword("minimize") |
                          keyword("maximize")[SetTrue<&ast::Problem::maximize>{}]) >
                         expression[Set<&ast::Problem::objective>{}] >
                         required("over", "`over`") > name[AddName<&ast::Problem::over>{}] >
                         *(comma > name[AddName<&ast::Problem::over>{}]) >
                         -(required("subject", "`subject to`")[AllowComparisons{}] >
                           required("to", "`to`") > expression[Add<&ast::Problem::constraints>{}] >
                           *(comma > expression[Add<&ast::Problem::constraints>{}])) >
                         -(required("using", "`using`") >
                           plain_word[SetName<&ast::Problem::method>{}] >
                           -(open_paren > option[Add<&ast::Problem::options>{}] >
                             *(comma > option[Add<&ast::Problem::options>{}]) > close_paren));

const auto solve_def = keyword("solve")[AllowComparisons{}] >
                       expression[Set<&ast::Solve::equation>{}] >
                       required("for", "`for`") > name[SetName<&ast::Solve::variable>{}];
const auto assertion_def =
    keyword("assert")[AllowComparisons{}] > expression[Set<&ast::Assert::claim>{}];
const auto show_def = keyword("show") > expression[Set<&ast::Show::value>{}];
const auto export_statement_def = keyword("export") > expression[Add<&ast::Export::values>{}] >
                                  *(comma > expression[Add<&ast::Export::values>{}]) >
                                  required("as", "`as`") > name[SetName<&ast::Export::name>{}];
const auto import_statement_def = keyword("import") > path[SetPath{}];

const auto statement_def =
    declared[Store<ast::Declaration>{}] | dim_statement[Store<ast::DimStatement>{}] |
    problem[Store<ast::Problem>{}] | solve[Store<ast::Solve>{}] | assertion[Store<ast::Assert>{}] |
    show[Store<ast::Show>{}] | export_statement[Store<ast::Export>{}] |
    import_statement[Store<ast::Import>{}] | definition[Store<ast::Definition>{}];

BOOST_SPIRIT_DEFINE(bound, fact, option, declaration, declared, dim_statement, definition, problem,
                    solve, assertion, show, export_statement, import_statement, statement)

BOOST_SPIRIT_INSTANTIATE(statement_type, Iterator, Context)
BOOST_SPIRIT_INSTANTIATE(declaration_type, Iterator, Context)

}  // namespace nabla::syntax
