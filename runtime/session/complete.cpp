#include "runtime/session/complete.hpp"

#include <algorithm>
#include <array>

#include "frontend/builtins.hpp"
#include "frontend/names.hpp"
#include "frontend/suggest.hpp"

namespace nabla::runtime {
namespace {

constexpr std::array<std::string_view, 14> words{
    "assert", "dim",  "export", "import", "maximize", "minimize",   "over",
    "param",  "show", "solve",  "using",  "var",      "subject to", "symmetric"};

// Functions that derivatives are written with, and hardly anything that people type.
constexpr std::array<std::string_view, 15> of_answers{
    "max_share",         "min_share",   "iota",       "lambda_max_vector",
    "lambda_max_pinv",   "dexpm",       "max_weight", "rnorm",
    "greater",           "not_greater", "equal",      "greater_equal",
    "not_greater_equal", "not_equal",   "strong_zero"};

bool is_of_answers(std::string_view name) {
    return std::find(of_answers.begin(), of_answers.end(), name) != of_answers.end();
}

// Where the name that ends the text begins; the text's size if none does.
std::size_t last_word(std::string_view text) {
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t length = syntax::name_length(text.substr(at));
        if (at + length == text.size()) return at;
        at += std::max<std::size_t>(
            {1, length, length == 0 ? syntax::utf8_length(text.substr(at)) : 0});
    }
    return text.size();
}

}  // namespace

Completion complete(const Session& session, std::string_view text,
                    std::span<const std::string> commands) {
    Completion completion;
    const std::size_t start = text.find_first_not_of(" \t");
    const bool command = start != std::string_view::npos && text[start] == ':';
    if (command && text.find_first_of(" \t", start) == std::string_view::npos) {
        completion.begin = start;
        for (const std::string& name : commands) {
            if (name.starts_with(text.substr(start))) completion.candidates.push_back(name + " ");
        }
        return completion;
    }
    completion.begin = last_word(text);
    const std::string_view typed = text.substr(completion.begin);
    auto& found = completion.candidates;
    const auto add = [&](std::string_view word, std::string_view behind) {
        if (word.starts_with(typed)) found.push_back(std::string(word) + std::string(behind));
    };
    for (const std::string& name : session.known_names()) {
        const Piece* piece = session.pieces().find(name);
        const bool function = piece != nullptr && piece->kind == LineKind::function;
        add(name, function ? "(" : "");
    }
    for (const std::string& name : syntax::function_names()) {
        if (!is_of_answers(name)) add(name, "(");
    }
    for (const std::string_view word : words) add(word, " ");
    std::sort(found.begin(), found.end());
    found.erase(std::unique(found.begin(), found.end()), found.end());
    return completion;
}

std::optional<std::string> nearest_word(std::string_view word,
                                        std::span<const std::string> candidates) {
    return syntax::nearest(word, candidates);
}

}  // namespace nabla::runtime
