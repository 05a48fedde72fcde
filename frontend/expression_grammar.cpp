// The grammar of expressions, from the loosest operator to the tightest. Every alternative is
// decided by its first token and commits with `>`, so that parsing never backtracks over an
// expression and errors name what was expected at the farthest place.

#include "frontend/expression_actions.hpp"
#include "frontend/grammar.hpp"

namespace nabla::syntax {

namespace {

// --- terminals -----------------------------------------------------------------------------------

constexpr Terminal number{&Lexer::number, "an operand"};
constexpr Terminal name{&Lexer::name, "an operand"};
constexpr Terminal function_name{&Lexer::function_name, "an operand"};
constexpr Terminal sign{&Lexer::sign, ""};
constexpr Terminal additive{&Lexer::additive, "an operator"};
constexpr Terminal multiplicative{&Lexer::multiplicative, "an operator"};
constexpr Terminal relation{&Lexer::comparison, "a comparison"};
constexpr Terminal juxtaposed{&Lexer::juxtaposed, ""};
constexpr Terminal quote{&Lexer::quote, ""};
constexpr Terminal superscript{&Lexer::superscript, ""};
constexpr Terminal caret{&Lexer::caret, ""};
constexpr Terminal transpose_exponent{&Lexer::transpose_exponent, "an exponent"};
constexpr Terminal comma{&Lexer::comma, "`,`"};
constexpr Terminal semicolon{&Lexer::punctuation, "`;`", ";"};
constexpr Terminal colon{&Lexer::punctuation, "`:`", ":"};
constexpr Terminal equals{&Lexer::definition_sign, "`=`"};
constexpr Terminal in_word{&Lexer::keyword, "`in`", "in"};
constexpr Terminal range{&Lexer::range, "`..`"};
constexpr Terminal all{&Lexer::all, "`:`"};
constexpr Terminal open_paren{&Lexer::open, "an operand", "("};
constexpr Terminal close_paren{&Lexer::close, "`)`", ")"};
constexpr Terminal open_brace{&Lexer::open, "an exponent", "{"};
constexpr Terminal close_brace{&Lexer::close, "`}`", "}"};
constexpr Terminal open_exponent{&Lexer::open, "an exponent", "("};
constexpr Terminal open_bracket{&Lexer::open, "an operand", "["};
constexpr Terminal open_index{&Lexer::open_touching, "", "["};
constexpr Terminal close_bracket{&Lexer::close, "`]`", "]"};
constexpr Terminal open_arguments{&Lexer::open_arguments, ""};
constexpr Terminal touching_arguments{&Lexer::open_touching, "", "("};
constexpr Terminal open_angle{&Lexer::open_angle, "an operand"};
constexpr Terminal close_angle{&Lexer::close_angle, "`>`"};
constexpr Terminal open_norm{&Lexer::open_norm, "an operand"};
constexpr Terminal close_norm{&Lexer::close_norm, "`||`"};
constexpr Terminal norm_subscript{&Lexer::norm_subscript, ""};
constexpr Terminal open_bar{&Lexer::open_bar, "an operand"};
constexpr Terminal close_bar{&Lexer::close_bar, "`|`"};
constexpr Terminal binder_ahead{&Lexer::binder_ahead, ""};
constexpr Terminal keyword_ahead{&Lexer::keyword_ahead, ""};
constexpr Terminal tensor_ahead{&Lexer::tensor_ahead, ""};
constexpr Terminal nabla_sign{&Lexer::nabla, "an operand"};

}  // namespace

// --- rules ---------------------------------------------------------------------------------------
// They stand outside the unnamed namespace, where X3 finds their definitions by their type.

using ast::Kind;
using namespace actions;

template <typename Id>
using NodeRule = x3::rule<Id, ast::Node>;

const expression_type expression = "expression";
const NodeRule<struct sum_id> sum = "sum";
const NodeRule<struct product_id> product = "product";
const NodeRule<struct factor_id> factor = "factor";
const NodeRule<struct postfix_id> postfix = "postfix";
const NodeRule<struct exponent_id> exponent = "exponent";
const NodeRule<struct powered_id> powered = "powered";
const NodeRule<struct exponent_factor_id> exponent_factor = "exponent_factor";
const NodeRule<struct exponent_operand_id> exponent_operand = "exponent_operand";
const NodeRule<struct primary_id> primary = "primary";
const NodeRule<struct number_id> number_leaf = "number";
const NodeRule<struct name_id> name_leaf = "name";
const NodeRule<struct application_id> application = "application";
const NodeRule<struct apply_operand_id> apply_operand = "apply_operand";
const NodeRule<struct argument_id> argument = "argument";
const NodeRule<struct keyword_id> keyword_argument = "keyword_argument";
const NodeRule<struct binder_id> binder = "binder";
const NodeRule<struct group_id> group = "group";
const NodeRule<struct norm_id> norm = "norm";
const NodeRule<struct absolute_id> absolute = "absolute";
const NodeRule<struct inner_id> inner = "inner";
const NodeRule<struct indices_id> indices = "indices";
const NodeRule<struct index_item_id> index_item = "index_item";
const NodeRule<struct block_id> block = "block";
const NodeRule<struct row_id> row = "row";
const NodeRule<struct tensor_id> tensor = "tensor";
const NodeRule<struct gradient_id> gradient = "gradient";

const auto expression_def = sum[Take{}] >> -(relation[Compare{}] > sum[Operand{}]);
const auto sum_def = product[First<Kind::sum>{}] >>
                     *(additive[Operator{}] > product[Operand{}]) >> x3::eps[Collapse{}];
const auto product_def = factor[First<Kind::product>{}] >>
                         *((multiplicative[Operator{}] > factor[Operand{}]) |
                           (juxtaposed[Operator{}] > postfix[Operand{}])) >>
                         x3::eps[Collapse{}];
const auto factor_def = *sign[Sign{}] >> postfix[Signed{}];

const auto postfix_def = primary[Take{}] >> *(quote[Transpose{}] | superscript[Mark{}] |
                                              powered[Power{}] | indices[Index{}]);
const auto powered_def = caret[SetOp{}] > nested(exponent[TakeOperand{}]);
const auto exponent_def =
    transpose_exponent[Leaf<Kind::transpose>{}] | (open_brace > expression[Take{}] > close_brace) |
    (open_exponent > expression[Take{}] > close_paren) | exponent_factor[Take{}];
const auto exponent_factor_def = *sign[Sign{}] >> exponent_operand[Signed{}];
const auto exponent_operand_def =
    number_leaf[Take{}] |
    (function_name[Leaf<Kind::call>{}] > touching_arguments > argument[Append{}] >
     *(comma > argument[Append{}]) > close_paren[Finish{}]) |
    (name_leaf[Take{}] >> *indices[Index{}]);

const auto primary_def = nested(number_leaf[Take{}] | application[Take{}] | name_leaf[Take{}] |
                                group[Take{}] | norm[Take{}] | absolute[Take{}] | inner[Take{}] |
                                tensor[Take{}] | block[Take{}] | gradient[Take{}]);
const auto number_leaf_def = number[Leaf<Kind::number>{}];
const auto name_leaf_def = name[Leaf<Kind::name>{}];

const auto application_def = function_name[Leaf<Kind::call>{}] >>
                             -(caret > exponent[FunctionPower{}]) >>
                             ((open_arguments > -(argument[Append{}] >
                                                  *(comma > argument[Append{}])) > close_paren) |
                              (x3::eps[SetKind<Kind::apply>{}] > apply_operand[Append{}])) >>
                             x3::eps[EndApplication{}];
const auto apply_operand_def = -sign[PrefixSign{}] > postfix[Signed{}];
const auto argument_def = keyword_argument[Take{}] | binder[Take{}] | expression[Take{}];
const auto keyword_argument_def =
    &keyword_ahead >> name[Leaf<Kind::keyword>{}] > equals > expression[Append{}];
const auto binder_def = &binder_ahead >> name[Leaf<Kind::binder>{}] > in_word > sum[Append{}] >
                        range > sum[Append{}] > colon > expression[Append{}];

const auto group_def = open_paren[Begin<Kind::group>{}] > expression[Append{}] >
                       *(comma > expression[Append{}]) > close_paren[Finish{}];
const auto norm_def = open_norm[Begin<Kind::norm>{}] > expression[Append{}] > close_norm[Finish{}] >
                      -norm_subscript[SetText{}];
const auto absolute_def =
    open_bar[Begin<Kind::absolute>{}] > expression[Append{}] > close_bar[Finish{}];
const auto inner_def = open_angle[Begin<Kind::inner>{}] > sum[Append{}] > comma > sum[Append{}] >
                       close_angle[Finish{}];

const auto indices_def = open_index[Begin<Kind::index>{}] > nested(index_item[Append{}]) >
                         *(comma > nested(index_item[Append{}])) > close_bracket[Finish{}];
const auto index_item_def = all[Leaf<Kind::all>{}] | (sum[Take{}] >> -(range > sum[Bound{}]));

const auto block_def = open_bracket[Begin<Kind::block>{}] > row[Append{}] >
                       *(semicolon > row[Append{}]) > close_bracket[Finish{}];
const auto row_def = expression[First<Kind::row>{}] >> *(comma > expression[Append{}]);
const auto tensor_def = &tensor_ahead >> open_bracket[Begin<Kind::tensor>{}] >
                        -(name[NameChild{}] > *(comma > name[NameChild{}])) > colon
                        > expression[Append{}] > close_bracket[Finish{}];
const auto gradient_def = nabla_sign[Leaf<Kind::nabla>{}] > product[Append{}];

BOOST_SPIRIT_DEFINE(expression, sum, product, factor, postfix, powered, exponent, exponent_factor,
                    exponent_operand, primary, number_leaf, name_leaf, application, apply_operand,
                    argument, keyword_argument, binder, group, norm, absolute, inner, indices,
                    index_item, block, row, tensor, gradient)

BOOST_SPIRIT_INSTANTIATE(expression_type, Iterator, Context)

}  // namespace nabla::syntax
