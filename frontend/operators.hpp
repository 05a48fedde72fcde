// Every operator of the language once: what it means, how it is typed in ASCII, and which other
// spellings mean the same. The lexer reads this table, and so may printers and documentation.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace nabla::syntax {

enum class Op : std::uint8_t {
    none,
    plus,
    minus,
    times,           ///< `*` and its Unicode spellings: the product that juxtaposition also means
    juxtapose,       ///< nothing typed at all
    divide,          ///< `/`
    solve,           ///< `\`
    element_times,   ///< `.*`
    element_divide,  ///< `./`
    kronecker,       ///< `⊗`
    power,           ///< `^`
    element_power,   ///< `.^`
    equal,           ///< `==`
    less_equal,
    greater_equal,
    less,
    greater,
    not_equal,
};

struct Spelling {
    Op op;
    std::string_view text;
};

/// Longer spellings stand before their prefixes. `ascii` of an Op is its first row.
inline constexpr std::array<Spelling, 31> spellings{{
    {Op::element_times, ".*"}, {Op::element_times, "⊙"},
    {Op::element_times, "∘"},  {Op::element_divide, "./"},
    {Op::element_divide, "⊘"}, {Op::element_power, ".^"},
    {Op::less_equal, "<="},    {Op::less_equal, "≤"},
    {Op::less_equal, "⩽"},     {Op::greater_equal, ">="},
    {Op::greater_equal, "≥"},  {Op::greater_equal, "⩾"},
    {Op::equal, "=="},         {Op::not_equal, "!="},
    {Op::not_equal, "≠"},      {Op::less, "<"},
    {Op::greater, ">"},        {Op::plus, "+"},
    {Op::minus, "-"},          {Op::minus, "−"},
    {Op::minus, "–"},          {Op::times, "*"},
    {Op::times, "·"},          {Op::times, "⋅"},
    {Op::times, "×"},          {Op::divide, "/"},
    {Op::divide, "÷"},         {Op::solve, "\\"},
    {Op::solve, "∖"},          {Op::kronecker, "⊗"},
    {Op::power, "^"},
}};

/// The operator as typed in ASCII (`⊗` has no ASCII form; juxtaposition is a blank).
constexpr std::string_view ascii(Op op) {
    if (op == Op::juxtapose) return " ";
    for (const Spelling& spelling : spellings) {
        if (spelling.op == op) return spelling.text;
    }
    return "";
}

}  // namespace nabla::syntax
