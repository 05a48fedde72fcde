#include "codegen/source/greek.hpp"

#include <algorithm>
#include <array>

namespace nabla::codegen {
namespace {

struct Greek {
    std::string_view spelled;
    std::string_view letter;
    std::string_view latex;
};

constexpr std::array<Greek, 47> letters{{
    {"alpha", "α", "\\alpha"},     {"beta", "β", "\\beta"},
    {"gamma", "γ", "\\gamma"},     {"delta", "δ", "\\delta"},
    {"epsilon", "ε", "\\epsilon"}, {"zeta", "ζ", "\\zeta"},
    {"eta", "η", "\\eta"},         {"theta", "θ", "\\theta"},
    {"iota", "ι", "\\iota"},       {"kappa", "κ", "\\kappa"},
    {"lambda", "λ", "\\lambda"},   {"mu", "μ", "\\mu"},
    {"nu", "ν", "\\nu"},           {"xi", "ξ", "\\xi"},
    {"omicron", "ο", "o"},         {"rho", "ρ", "\\rho"},
    {"sigma", "σ", "\\sigma"},     {"tau", "τ", "\\tau"},
    {"upsilon", "υ", "\\upsilon"}, {"phi", "φ", "\\phi"},
    {"chi", "χ", "\\chi"},         {"psi", "ψ", "\\psi"},
    {"omega", "ω", "\\omega"},     {"Alpha", "Α", "\\mathrm{A}"},
    {"Beta", "Β", "\\mathrm{B}"},  {"Gamma", "Γ", "\\Gamma"},
    {"Delta", "Δ", "\\Delta"},     {"Epsilon", "Ε", "\\mathrm{E}"},
    {"Zeta", "Ζ", "\\mathrm{Z}"},  {"Eta", "Η", "\\mathrm{H}"},
    {"Theta", "Θ", "\\Theta"},     {"Iota", "Ι", "\\mathrm{I}"},
    {"Kappa", "Κ", "\\mathrm{K}"}, {"Lambda", "Λ", "\\Lambda"},
    {"Mu", "Μ", "\\mathrm{M}"},    {"Nu", "Ν", "\\mathrm{N}"},
    {"Xi", "Ξ", "\\Xi"},           {"Omicron", "Ο", "\\mathrm{O}"},
    {"Pi", "Π", "\\Pi"},           {"Rho", "Ρ", "\\mathrm{P}"},
    {"Sigma", "Σ", "\\Sigma"},     {"Tau", "Τ", "\\mathrm{T}"},
    {"Upsilon", "Υ", "\\Upsilon"}, {"Phi", "Φ", "\\Phi"},
    {"Chi", "Χ", "\\mathrm{X}"},   {"Psi", "Ψ", "\\Psi"},
    {"Omega", "Ω", "\\Omega"},
}};

const Greek* find_letter(std::string_view word) {
    const auto* found = std::find_if(letters.begin(), letters.end(),
                                     [&](const Greek& g) { return g.spelled == word; });
    return found == letters.end() ? nullptr : found;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Where the letters of a name end: at its digits or at `_`.
std::size_t stem_length(const std::string& name) {
    std::size_t length = 0;
    while (length < name.size() && name[length] != '_' && !is_digit(name[length])) ++length;
    return length;
}

/// The variable in `dx`, `dlambda`: the name of a differential; empty for other names.
std::string_view differential_of(std::string_view word) {
    if (word.size() < 2 || word[0] != 'd') return {};
    word.remove_prefix(1);
    return word.size() == 1 || find_letter(word) ? word : std::string_view();
}

std::string latex_word(const std::string& word) {
    if (const Greek* greek = find_letter(word)) return std::string(greek->latex);
    if (const std::string_view of = differential_of(word); !of.empty())
        return "\\mathrm{d} " + latex_word(std::string(of));
    std::string escaped;
    for (char c : word) escaped += c == '_' ? "\\_" : std::string(1, c);
    return word.size() == 1 ? escaped : "\\mathit{" + escaped + "}";
}

}  // namespace

std::string greek_letter(const std::string& name) {
    std::size_t length = stem_length(name);
    const std::string_view stem = std::string_view(name).substr(0, length);
    const Greek* greek = find_letter(stem);
    if (const Greek* of = find_letter(differential_of(stem)); !greek && of)
        return "d" + std::string(of->letter) + name.substr(length);
    return greek ? std::string(greek->letter) + name.substr(length) : name;
}

std::string latex_name(const std::string& name) {
    std::size_t length = stem_length(name);
    if (length == 0) return latex_word(name);
    std::string rest = name.substr(length);
    if (!rest.empty() && rest[0] == '_') rest.erase(0, 1);
    std::string stem = latex_word(name.substr(0, length));
    if (rest.empty()) return stem;
    bool number = std::all_of(rest.begin(), rest.end(), is_digit);
    return stem + "_{" + (number ? rest : latex_name(rest)) + "}";
}

}  // namespace nabla::codegen
