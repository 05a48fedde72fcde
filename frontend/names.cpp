#include "frontend/names.hpp"

#include <algorithm>
#include <array>

namespace nabla::syntax {

namespace {

struct Greek {
    std::string_view letter;
    std::string_view spelled;
};

constexpr std::array<Greek, 53> greek{{
    {"α", "alpha"},  {"β", "beta"},  {"γ", "gamma"},   {"δ", "delta"},   {"ε", "epsilon"},
    {"ζ", "zeta"},   {"η", "eta"},   {"θ", "theta"},   {"ι", "iota"},    {"κ", "kappa"},
    {"λ", "lambda"}, {"μ", "mu"},    {"ν", "nu"},      {"ξ", "xi"},      {"ο", "omicron"},
    {"π", "pi"},     {"ρ", "rho"},   {"σ", "sigma"},   {"τ", "tau"},     {"υ", "upsilon"},
    {"φ", "phi"},    {"χ", "chi"},   {"ψ", "psi"},     {"ω", "omega"},   {"ς", "sigma"},
    {"ϕ", "phi"},    {"ϑ", "theta"}, {"ϵ", "epsilon"}, {"µ", "mu"},      {"Α", "Alpha"},
    {"Β", "Beta"},   {"Γ", "Gamma"}, {"Δ", "Delta"},   {"Ε", "Epsilon"}, {"Ζ", "Zeta"},
    {"Η", "Eta"},    {"Θ", "Theta"}, {"Ι", "Iota"},    {"Κ", "Kappa"},   {"Λ", "Lambda"},
    {"Μ", "Mu"},     {"Ν", "Nu"},    {"Ξ", "Xi"},      {"Ο", "Omicron"}, {"Π", "Pi"},
    {"Ρ", "Rho"},    {"Σ", "Sigma"}, {"Τ", "Tau"},     {"Υ", "Upsilon"}, {"Φ", "Phi"},
    {"Χ", "Chi"},    {"Ψ", "Psi"},   {"Ω", "Omega"},
}};

constexpr std::array<std::string_view, 16> reserved{
    "dim",    "param",  "var",  "minimize", "maximize", "solve", "assert", "show",
    "export", "import", "over", "subject",  "using",    "for",   "as",     "in"};

bool latin(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool digit(char c) { return c >= '0' && c <= '9'; }

const Greek* greek_letter(std::string_view text) {
    if (text.empty() || static_cast<unsigned char>(text[0]) < 0x80U) return nullptr;
    const auto* row = std::find_if(greek.begin(), greek.end(),
                                   [&](const Greek& g) { return text.starts_with(g.letter); });
    return row == greek.end() ? nullptr : row;
}

}  // namespace

std::size_t letter_length(std::string_view text) noexcept {
    if (text.empty()) return 0;
    if (latin(text[0])) return 1;
    const Greek* letter = greek_letter(text);
    return letter == nullptr ? 0 : letter->letter.size();
}

std::size_t name_length(std::string_view text) noexcept {
    std::size_t length = letter_length(text);
    if (length == 0) return 0;
    while (length < text.size()) {
        if (digit(text[length]) || text[length] == '_') {
            ++length;
            continue;
        }
        const std::size_t next = letter_length(text.substr(length));
        if (next == 0) break;
        length += next;
    }
    return length;
}

std::string canonical_name(std::string_view name) {
    std::string out;
    out.reserve(name.size());
    while (!name.empty()) {
        if (const Greek* letter = greek_letter(name)) {
            out += letter->spelled;
            name.remove_prefix(letter->letter.size());
        } else {
            out += name.front();
            name.remove_prefix(1);
        }
    }
    return out;
}

bool is_reserved(std::string_view word) noexcept {
    return std::find(reserved.begin(), reserved.end(), word) != reserved.end();
}

bool is_greek_name(std::string_view word) noexcept {
    return std::any_of(greek.begin(), greek.end(),
                       [&](const Greek& g) { return g.spelled == word; });
}

std::size_t spelled_greek_length(std::string_view text) noexcept {
    std::size_t longest = 0;
    for (const Greek& g : greek) {
        if (text.starts_with(g.spelled)) longest = std::max(longest, g.spelled.size());
    }
    return longest;
}

std::optional<DefaultKind> default_kind(std::string_view word) noexcept {
    if (word.empty()) return std::nullopt;
    std::size_t head = 0;
    std::size_t spelled = spelled_greek_length(word);
    const auto tail_fits = [](std::string_view tail) {
        if (tail.empty()) return true;
        if (digit(tail[0])) return std::all_of(tail.begin(), tail.end(), digit);
        return tail[0] == '_' && tail.size() > 1 &&
               std::all_of(tail.begin() + 1, tail.end(),
                           [](char c) { return latin(c) || digit(c); });
    };
    if (spelled != 0 && tail_fits(word.substr(spelled))) {
        head = spelled;
    } else if (latin(word[0]) && tail_fits(word.substr(1))) {
        head = 1;
    } else {
        return std::nullopt;
    }
    const char first = word[0];
    if (first >= 'A' && first <= 'Z') return DefaultKind::matrix;
    if (head > 1) return DefaultKind::scalar;
    return first <= 'g' ? DefaultKind::scalar : DefaultKind::vector;
}

}  // namespace nabla::syntax
