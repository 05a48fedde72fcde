#include "frontend/statements.hpp"

#include "frontend/suggest.hpp"

#include <algorithm>
#include <array>
#include <vector>

namespace nabla::syntax {

namespace {

constexpr std::array<std::string_view, 10> statement_words{
    "dim", "param", "var", "minimize", "maximize", "solve", "assert", "show", "export", "import"};

struct Synonym {
    std::string_view word;
    std::string_view statement;
};

constexpr std::array<Synonym, 30> synonyms{{
    {"minimise", "minimize"}, {"min", "minimize"},      {"argmin", "minimize"},
    {"optimize", "minimize"}, {"optimise", "minimize"}, {"maximise", "maximize"},
    {"max", "maximize"},      {"argmax", "maximize"},   {"parameter", "param"},
    {"parameters", "param"},  {"params", "param"},      {"const", "param"},
    {"constant", "param"},    {"given", "param"},       {"input", "param"},
    {"declare", "param"},     {"variable", "var"},      {"variables", "var"},
    {"vars", "var"},          {"print", "show"},        {"display", "show"},
    {"disp", "show"},         {"output", "show"},       {"echo", "show"},
    {"dimension", "dim"},     {"dims", "dim"},          {"check", "assert"},
    {"include", "import"},    {"compile", "export"},    {"load", "import"},
}};

}  // namespace

std::string_view statement_synonym(std::string_view word) {
    std::string lower(word);
    for (char& c : lower) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    for (const Synonym& synonym : synonyms) {
        if (synonym.word == lower) return synonym.statement;
    }
    return {};
}

std::string meant_statement(std::string_view word) {
    if (const std::string_view synonym = statement_synonym(word); !synonym.empty()) {
        return std::string(synonym);
    }
    const std::vector<std::string> words(statement_words.begin(), statement_words.end());
    return nearest(word, words).value_or("");
}

bool is_statement_word(std::string_view word) noexcept {
    return std::find(statement_words.begin(), statement_words.end(), word) != statement_words.end();
}

}  // namespace nabla::syntax
