#include "cli/repl_commands.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <system_error>

#include <fmt/format.h>

#include "cli/repl_answers.hpp"
#include "cli/repl_convexity.hpp"
#include "cli/steps_text.hpp"
#include "runtime/located.hpp"
#include "runtime/session/complete.hpp"
#include "runtime/session/help.hpp"
#include "runtime/session/inspect.hpp"
#include "runtime/session/session_file.hpp"

namespace nabla::cli {
namespace {

using runtime::Typed;

enum class Argument {
    none,
    expression,
    problem,
    path,
    data,
    names,
    word,  ///< may be left out
};

struct Command {
    std::string_view name;
    Argument argument;
    std::string_view usage;
    std::string_view help;
    void (*run)(Repl&, const Typed&);
};

void show_type(Repl& repl, const Typed& expression) {
    const auto answer = repl.session().evaluate(expression, {.compute = false});
    repl.print_remarks(answer.notes);
    repl.print(type_text(answer));
}

void show_latex(Repl& repl, const Typed& expression) {
    const auto answer = repl.session().evaluate(expression, {.compute = false});
    repl.print_remarks(answer.notes);
    repl.print(answer.formula.latex);
}

void show_plan(Repl& repl, const Typed& expression) {
    repl.print(runtime::plan_text(repl.session().subject(expression, {})));
}

void show_llvm(Repl& repl, const Typed& expression) {
    repl.print(runtime::llvm_text(repl.session().subject(expression, {})));
}

void show_assembly(Repl& repl, const Typed& expression) {
    repl.print(runtime::assembly_text(repl.session().subject(expression, {})));
}

void show_time(Repl& repl, const Typed& expression) {
    const runtime::Subject subject = repl.session().subject(expression, {});
    repl.print(timing_text(runtime::time_kernel(subject, repl.session().hooks().checkpoint)));
}

void show_check(Repl& repl, const Typed& expression) {
    const runtime::Subject subject =
        repl.session().subject(expression, {.own_sizes = true, .unfinished = true});
    runtime::CheckOptions options;
    options.checkpoint = repl.session().hooks().checkpoint;
    const runtime::CheckReport report = subject.assembly.translated([&] {
        return runtime::check_derivatives(*subject.model, subject.program.outputs.front(),
                                          subject.program.inputs, subject.program.inputs, options);
    });
    repl.print(check_text(report));
    if (report.passed()) return;
    const Diagnostic wrong = runtime::error_at(
        expression.where(), "a derivative of this differs from its differences",
        "this is a bug in nabla, or the expression has a kink at the points tried");
    repl.print_errors(std::span(&wrong, 1));
}

void show_steps(Repl& repl, const Typed& expression) {
    const runtime::Subject subject =
        repl.session().subject(expression, {.own_sizes = true, .unfinished = true});
    std::string text;
    const auto all =
        runtime::located(expression.where(), [&] { return runtime::steps_of(subject); });
    for (const auto& steps : all) text += (text.empty() ? "" : "\n") + steps_text(steps, false);
    if (!text.empty()) text.pop_back();
    repl.print(text);
}

void minimize(Repl& repl, const Typed& problem) {
    print_answer(repl, repl.session().request(problem, "minimize "));
}

// A path may stand in quotes.
Typed path_of(const Typed& argument) {
    const std::string_view part = argument.part();
    if (part.size() < 2 || part.front() != '"' || part.back() != '"') return argument;
    Typed inside = argument;
    ++inside.begin;
    --inside.end;
    return inside;
}

void load(Repl& repl, const Typed& path) {
    const runtime::LoadReport report = runtime::load_session(repl.session(), path_of(path));
    repl.print_remarks(report.notes);
    if (!report.names.empty()) repl.print(fmt::format("{}", fmt::join(report.names, ", ")));
    for (const std::string& statement : report.skipped) {
        repl.print("not carried out: " + statement);
    }
}

void save(Repl& repl, const Typed& path) {
    runtime::save_session(repl.session(), path_of(path));
    repl.print(fmt::format("saved to {}", path_of(path).part()));
}

std::string names_text(const std::vector<runtime::NameRow>& rows) {
    std::size_t width = 0;
    for (const auto& row : rows) {
        if (row.text.size() <= 40) width = std::max(width, row.text.size());
    }
    std::string text;
    for (const auto& row : rows) {
        text += row.value.empty() ? row.text + "\n"
                                  : fmt::format("{:<{}}  {}\n", row.text, width, row.value);
    }
    return text;
}

void load_data(Repl& repl, const Typed& argument) {
    const std::vector<std::string> names = repl.session().load_values(argument);
    for (const std::string& name : names) {
        const Array& value = *repl.session().value_of(name);
        const auto kind = runtime::kind_of_rank(value.rank());
        repl.print(value.rank() == 0 ? fmt::format("{}  {}", name, value.scalar())
                                     : fmt::format("{}  {} {}", name, kind,
                                                   runtime::describe_sizes(value.sizes())));
    }
}

void show_names(Repl& repl, const Typed&) {
    const auto rows = repl.session().names();
    repl.print(rows.empty() ? "no names yet\n" : names_text(rows));
}

void forget(Repl& repl, const Typed& word) {
    for (const std::string& name : runtime::words_of(word.part())) {
        if (repl.session().forget(name)) continue;
        const auto known = repl.session().known_names();
        const auto near = runtime::nearest_word(name, known);
        throw InputError({runtime::error_at(word.where(), fmt::format("there is no {}", name),
                                            near ? fmt::format("did you mean {}?", *near) : "")});
    }
}

void quit(Repl& repl, const Typed&) { repl.end(); }

void help(Repl& repl, const Typed& word);

constexpr std::array commands{
    Command{":type", Argument::expression, ":type E",
            "kind, shape and facts of an expression, and those of its names", show_type},
    Command{":latex", Argument::expression, ":latex E", "the expression, simplified, as LaTeX",
            show_latex},
    Command{":steps", Argument::expression, ":steps E", "the rules that led to the answer",
            show_steps},
    Command{":convex", Argument::expression, ":convex E over x",
            "is it convex in x, and why; without `over`, in its variables", show_convex},
    Command{":classify", Argument::expression, ":classify E over x",
            "minimum, maximum or saddle at the values that names have", show_classification},
    Command{":check", Argument::expression, ":check E",
            "its derivative by each name, compared with differences at random points", show_check},
    Command{":plan", Argument::expression, ":plan E",
            "loop nests and library calls of its code, with flops and bytes", show_plan},
    Command{":llvm", Argument::expression, ":llvm E", "its code as LLVM's text, optimised",
            show_llvm},
    Command{":asm", Argument::expression, ":asm E", "its code as this machine's assembly",
            show_assembly},
    Command{":time", Argument::expression, ":time E", "how long its code takes", show_time},
    Command{":minimize", Argument::problem, ":minimize f over x",
            "the same as `minimize f over x`; x gets the value that is found", minimize},
    Command{":load", Argument::path, ":load FILE",
            "declarations, definitions and saved values of a .nabla file; what it asks for is not "
            "carried out",
            load},
    Command{":save", Argument::path, ":save FILE",
            "writes declarations and definitions, and values as comments that `:load` reads", save},
    Command{":data", Argument::data, ":data NAME=PATH",
            "values from a file (.json, .csv:COLUMNS, …); PATH alone gives all names in it",
            load_data},
    Command{":names", Argument::none, ":names", "what is declared, defined and has a value",
            show_names},
    Command{":forget", Argument::names, ":forget NAME …",
            "takes out names: declarations, definitions and values", forget},
    Command{":help", Argument::word, ":help [WORD]",
            "this list; about a command, a function or a word of the language", help},
    Command{":quit", Argument::none, ":quit", "ends the session, as Ctrl-D does", quit},
};

const Command* find_command(std::string_view name) {
    const auto found = std::find_if(commands.begin(), commands.end(),
                                    [&](const Command& row) { return row.name == name; });
    return found == commands.end() ? nullptr : &*found;
}

constexpr std::string_view introduction =
    "Type an expression to compute it, or to see it simplified while names have no value.\n"
    "  x := [1, 2, 3]      gives a name a value: a number, a vector,\n"
    "  X := [[1,2],[3,4]]  a matrix, or an expression of known names\n"
    "  f = ||X w - y||^2   defines a name; grad(f, w), ∇_w f, hessian(f, w) derive it\n"
    "  param, var, dim     declare names as a file does; without, a…g are scalars,\n"
    "                      h…z vectors, A…Z matrices\n"
    "  minimize f over w   finds w, which then has that value\n"
    "A line goes on inside brackets and after an operator; a blank line or a command ends it.\n\n";

void help(Repl& repl, const Typed& argument) {
    const std::string word(argument.part());
    if (word.empty()) {
        std::string text(introduction);
        for (const Command& row : commands) {
            text += fmt::format("  {:<19} {}\n", row.usage, row.help);
        }
        repl.print(text);
        return;
    }
    const Command* command = find_command(word.starts_with(':') ? word : ":" + word);
    std::string text = word.starts_with(':') ? std::string() : runtime::help_text(word);
    // `minimize` is a statement and a command: the language comes first.
    if (command != nullptr) text += fmt::format("{}\n  {}\n", command->usage, command->help);
    if (const auto* piece = repl.session().pieces().find(word); piece != nullptr) {
        text += piece->text + "\n";
    }
    if (!text.empty()) {
        repl.print(text);
        return;
    }
    std::vector<std::string> words = runtime::help_words();
    for (const Command& row : commands) words.emplace_back(row.name);
    const auto near = runtime::nearest_word(word, words);
    throw InputError(
        {runtime::error_at(argument.where(), fmt::format("there is no help about `{}`", word),
                           near ? fmt::format("did you mean `{}`?", *near) : "")});
}

// What people call these commands elsewhere.
struct Alias {
    std::string_view word;
    std::string_view command;
    bool alone = true;  ///< also without a colon: no name that a model would have
};

constexpr std::array aliases{
    Alias{"quit", ":quit"},        Alias{"exit", ":quit"},
    Alias{"bye", ":quit"},         Alias{"q", ":quit", false},
    Alias{"help", ":help"},        Alias{"h", ":help", false},
    Alias{"?", ":help"},           Alias{"names", ":names"},
    Alias{"who", ":names", false}, Alias{"whos", ":names", false},
    Alias{"ls", ":names", false},  Alias{"clear", ":forget"},
    Alias{"delete", ":forget"},    Alias{"del", ":forget", false},
    Alias{"open", ":load", false}, Alias{"write", ":save", false},
};

const Alias* find_alias(std::string_view word) {
    const auto found = std::find_if(aliases.begin(), aliases.end(),
                                    [&](const Alias& row) { return row.word == word; });
    return found == aliases.end() ? nullptr : &*found;
}

// For a command that there is not, with its colon.
std::string_view command_meant(std::string_view name) {
    const Alias* alias = find_alias(name.substr(1));
    return alias == nullptr ? std::string_view() : alias->command;
}

// The command that a text without a colon asks for: `exit`, `quit()`, `help;`.
std::string_view command_word(std::string_view text) {
    constexpr std::string_view around = " \t\r\n;";
    const std::size_t begin = text.find_first_not_of(around);
    if (begin == std::string_view::npos) return {};
    text = text.substr(begin, text.find_last_not_of(around) + 1 - begin);
    if (text.ends_with("()")) text.remove_suffix(2);
    const Alias* alias = find_alias(text);
    return alias == nullptr || !alias->alone ? std::string_view() : alias->command;
}

std::string_view needs(Argument argument) {
    switch (argument) {
        case Argument::expression:
            return "an expression";
        case Argument::problem:
            return "a problem";
        case Argument::path:
            return "a file";
        case Argument::data:
            return "NAME=PATH";
        case Argument::names:
            return "a name";
        case Argument::none:
        case Argument::word:
            return {};
    }
    return {};
}

// `:name`, and what stands behind it.
struct Split {
    Typed name;
    Typed argument;
};

Split split(const std::string& input) {
    const std::size_t begin = std::min(input.find(':'), input.size());
    const std::size_t end = std::min(input.find_first_of(" \t\n\r", begin), input.size());
    const Typed whole = Typed::whole(input);
    return {whole.sub(begin, end), whole.sub(end, input.size())};
}

}  // namespace

bool is_command(std::string_view input) {
    const std::size_t start = input.find_first_not_of(" \t\r\n");
    return start != std::string_view::npos && input[start] == ':';
}

void run_command(Repl& repl, const std::string& input) {
    const auto [name, argument] = split(input);
    const Command* command = find_command(name.part());
    if (command == nullptr) {
        const std::vector<std::string> names = command_names();
        const std::string_view meant = command_meant(name.part());
        auto near = meant.empty() ? runtime::nearest_word(name.part(), names)
                                  : std::optional(std::string(meant));
        throw InputError({runtime::error_at(
            name.where(), fmt::format("there is no command {}", name.part()),
            near ? fmt::format("did you mean {}?", *near) : ":help lists the commands")});
    }
    const bool given = !argument.part().empty();
    if (!given && !needs(command->argument).empty()) {
        throw InputError(
            {runtime::error_at(name.locate(name.end, name.end + 1),
                               fmt::format("{} needs {}", command->name, needs(command->argument)),
                               fmt::format("{}: {}", command->usage, command->help))});
    }
    if (given && command->argument == Argument::none) {
        throw InputError({runtime::error_at(argument.where(),
                                            fmt::format("{} takes no argument", command->name))});
    }
    command->run(repl, argument);
}

void check_no_command_word(Repl& repl, const std::string& input) {
    const std::string_view meant = command_word(input);
    if (meant.empty()) return;
    const Typed word = Typed::whole(input).sub(0, input.size());
    const std::vector<std::string> known = repl.session().known_names();
    if (std::find(known.begin(), known.end(), word.part()) != known.end()) return;
    const Command* command = find_command(meant);
    throw InputError({runtime::error_at(
        word.where(), fmt::format("`{}` is no name of this session", word.part()),
        fmt::format("commands begin with a colon: {} {}", command->usage, command->help))});
}

bool ends_programs(std::string_view line) { return command_word(line) == ":quit"; }

bool takes_more_lines(std::string_view input) {
    if (!is_command(input)) return true;
    const Command* command = find_command(split(std::string(input)).name.part());
    return command != nullptr &&
           (command->argument == Argument::expression || command->argument == Argument::problem);
}

std::vector<std::string> command_names() {
    std::vector<std::string> names;
    for (const Command& row : commands) names.emplace_back(row.name);
    return names;
}

std::optional<Candidates> complete_path(std::string_view text) {
    if (!is_command(text) || text.find(' ') == std::string_view::npos) return std::nullopt;
    const Command* command = find_command(split(std::string(text)).name.part());
    if (command == nullptr) return std::nullopt;
    std::size_t begin = text.rfind(' ') + 1;
    if (command->argument == Argument::data) {
        begin = std::max(begin, text.rfind('=') + 1);
    } else if (command->argument != Argument::path) {
        return std::nullopt;
    }
    Candidates candidates{begin, {}};
    const std::string typed(text.substr(begin));
    const std::size_t slash = typed.rfind('/');
    const std::string folder = slash == std::string::npos ? "" : typed.substr(0, slash + 1);
    std::error_code failed;
    for (const auto& entry :
         std::filesystem::directory_iterator(folder.empty() ? "." : folder, failed)) {
        const std::string path = folder + entry.path().filename().string();
        if (!path.starts_with(typed)) continue;
        candidates.words.push_back(path + (entry.is_directory(failed) ? "/" : ""));
    }
    std::sort(candidates.words.begin(), candidates.words.end());
    return candidates;
}

}  // namespace nabla::cli
