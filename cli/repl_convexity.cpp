#include "cli/repl_convexity.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "cli/convexity_report.hpp"
#include "runtime/classify.hpp"
#include "runtime/located.hpp"
#include "runtime/session/complete.hpp"
#include "runtime/session/line.hpp"

namespace nabla::cli {
namespace {

using runtime::Typed;

/// `E over x, y` in its two parts; the second is empty where there is none.
struct Question {
    Typed expression;
    Typed names;
};

Question split(const Typed& typed) {
    constexpr std::string_view word = " over ";
    const std::string_view part = typed.part();
    const std::size_t at = part.rfind(word);
    if (at == std::string_view::npos) return {typed, typed.sub(typed.end, typed.end)};
    return {typed.sub(typed.begin, typed.begin + at),
            typed.sub(typed.begin + at + word.size(), typed.end)};
}

std::vector<ir::Expr> named(const runtime::Subject& subject, const Typed& names) {
    std::vector<std::string> known;
    for (const ir::Expr symbol : subject.program.inputs) known.push_back(symbol.symbol().name);
    std::vector<ir::Expr> found;
    for (const std::string& name : runtime::words_of(names.part())) {
        const auto at = std::find(known.begin(), known.end(), name);
        if (at == known.end()) {
            const auto near = runtime::nearest_word(name, known);
            throw InputError(
                {runtime::error_at(names.where(), fmt::format("the expression has no {}", name),
                                   near ? fmt::format("did you mean {}?", *near)
                                        : fmt::format("its names: {}", fmt::join(known, ", ")))});
        }
        found.push_back(subject.program.inputs[static_cast<std::size_t>(at - known.begin())]);
    }
    return found;
}

void require_scalar(const runtime::Subject& subject, const Typed& expression, const char* what) {
    const ir::Expr e = subject.program.outputs.front();
    if (e.is_scalar()) return;
    throw InputError({runtime::error_at(
        expression.where(), fmt::format("{} needs a scalar, and the shape of this is {}", what,
                                        ir::to_string(e.shape())))});
}

}  // namespace

void show_convex(Repl& repl, const Typed& typed) {
    const auto [expression, names] = split(typed);
    const runtime::Subject subject =
        repl.session().subject(expression, {.own_sizes = true, .unfinished = true});
    require_scalar(subject, expression, ":convex");
    const auto groups = runtime::variable_groups(subject.program.inputs, named(subject, names));
    std::string text;
    for (const auto& group : groups) {
        repl.session().hooks().checkpoint();
        const auto answer = subject.assembly.translated([&] {
            return runtime::certify_convexity(*subject.model, subject.program.outputs.front(),
                                              group, subject.values);
        });
        text += convexity_text(answer);
    }
    repl.print(text.empty() ? "it has no names: a constant\n" : text);
}

void show_classification(Repl& repl, const Typed& typed) {
    const auto [expression, names] = split(typed);
    const runtime::Subject subject = repl.session().subject(expression, {.unfinished = true});
    require_scalar(subject, expression, ":classify");
    std::vector<ir::Expr> variables = named(subject, names);
    if (variables.empty()) {
        for (const auto& group : runtime::variable_groups(subject.program.inputs, {}))
            variables.insert(variables.end(), group.begin(), group.end());
    }
    const auto found = subject.assembly.translated([&] {
        return runtime::classify_point(*subject.model, subject.program.outputs.front(), variables,
                                       subject.values);
    });
    if (found) {
        repl.print(runtime::summary(*found) + "\n");
        return;
    }
    std::vector<std::string> missing;
    for (const ir::Expr symbol : subject.program.inputs) {
        const std::string& name = symbol.symbol().name;
        if (subject.values.find(name) == nullptr) missing.push_back(name);
    }
    throw InputError({runtime::error_at(
        expression.where(),
        missing.empty() ? std::string("this has too many variables to classify, or none")
                        : fmt::format("the point is not known: {} ha{} no value",
                                      fmt::join(missing, ", "), missing.size() == 1 ? "s" : "ve"),
        missing.empty() ? "" : fmt::format("`{} := …` gives it one", missing.front()))});
}

}  // namespace nabla::cli
