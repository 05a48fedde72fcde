#include "cli/arguments.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <optional>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "cli/version.hpp"
#include "runtime/derive.hpp"
#include "runtime/optimize/minimize.hpp"
#include "runtime/session/complete.hpp"

namespace nabla::cli {
namespace {

const char* const data_help =
    "FILE.json (an object of names), NAME=FILE.json, NAME=NUMBER, or NAME=TABLE.csv:COLUMNS (also "
    ".tsv) with "
    "COLUMNS one name, a,b,c, or *-a-b for all but some; repeatable";
const char* const standardize_help =
    "shift and scale each column of NAME to mean 0 and variance 1 (constant ones stay); repeatable";
const char* const declare_help = "declare a name: 'A[n,n] symmetric', 'dim n'; repeatable";

std::vector<std::string> method_names() {
    std::vector<std::string> names;
    for (const runtime::MethodInfo& info : runtime::methods()) names.emplace_back(info.name);
    return names;
}

// `--verbose`, `--out=x`: an expression would hardly begin with two signs and then be one word.
bool looks_like_option(std::string_view word) {
    if (!word.starts_with("--")) return false;
    const std::string_view name = word.substr(2, word.find('=') - 2);
    return name.size() > 1 && name[0] != '-' && std::all_of(name.begin(), name.end(), [](char c) {
               return (c >= 'a' && c <= 'z') || c == '-';
           });
}

template <class Number>
std::optional<Number> read_number(const std::string& text) {
    Number number{};
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, number);
    if (error != std::errc() || stop != end) return std::nullopt;
    return number;
}

CLI::Validator positive_number() {
    return {[](const std::string& text) {
                const auto number = read_number<double>(text);
                const bool good = number && std::isfinite(*number) && *number > 0;
                return good ? std::string() : fmt::format("'{}' is not a positive number", text);
            },
            "POSITIVE"};
}

CLI::Validator positive_whole_number() {
    return {[](const std::string& text) {
                const auto number = read_number<int>(text);
                const bool good = number && *number >= 1;
                return good ? std::string()
                            : fmt::format("'{}' is not a whole number from 1 to {}", text,
                                          std::numeric_limits<int>::max());
            },
            "POSITIVE"};
}

// One subcommand at a time: its options in terms of the struct that they fill.
class Parser {
public:
    Parser()
        : app_("Symbolic matrix calculus: derivatives as formulas and as native code.", "nabla") {
        app_.require_subcommand(0, 1);
        app_.set_version_flag("--version", std::string());
        app_.footer("nabla COMMAND --help shows each command with an example.");
        add_derive();
        add_eval();
        add_run();
        add_check();
        add_compile();
        add_repl();
    }

    Arguments parse(std::vector<std::string> words) {
        move_expression_last(words);
        std::reverse(words.begin(), words.end());  // as CLI11 wants them
        try {
            app_.parse(std::move(words));
        } catch (const CLI::CallForVersion&) {
            return Information{version_text()};
        } catch (const CLI::Success&) {
            return Information{help()};
        } catch (const CLI::ExtrasError&) {
            throw UsageError(extras());
        } catch (const CLI::ParseError& error) {
            throw UsageError(error.what());
        }
        if (derive_command_->parsed()) return finished_derive();
        if (eval_command_->parsed()) return finished_eval();
        if (run_command_->parsed()) return run_;
        if (check_command_->parsed()) return check_;
        if (compile_command_->parsed()) return finished_compile();
        return repl_;
    }

private:
    void add_derive() {
        CLI::App* command = app_.add_subcommand("derive", "Print the derivative of an expression");
        command->add_option("EXPR", derive_.expression, "the expression; it may begin with -")
            ->required();
        command->add_option("--wrt", derive_.variable, "the name to differentiate by")->required();
        command->add_option("--order", derive_.order, "how many times (1)")
            ->check(CLI::Range(1, 6));
        command->add_option("--declare", derive_.declarations, declare_help)
            ->allow_extra_args(false);
        std::vector<std::string> formats{"text", "unicode", "latex", "json"};
        const std::vector<std::string> languages = runtime::source_languages();
        formats.insert(formats.end(), languages.begin(), languages.end());
        command
            ->add_option("--format", derive_.format,
                         "text, unicode, latex or json; a program in numpy (python), jax, torch, "
                         "julia, matlab (octave), c or cpp; dot for Graphviz")
            ->check(CLI::IsMember(formats));
        add_verbose(*command, derive_.verbose);
        command->add_flag("--steps", derive_.steps, "show the derivation, a rule a line");
        command->footer("Example: nabla derive \"x^T A x\" --wrt x");
        derive_command_ = command;
    }

    void add_eval() {
        CLI::App* command = app_.add_subcommand(
            "eval", "Compute an expression, and its derivative, at given values");
        command->add_option("EXPR", eval_.expression, "the expression; it may begin with -")
            ->required();
        command->add_option("--data", eval_.data, data_help)->allow_extra_args(false);
        command->add_option("--wrt", eval_.variable, "also the derivative by this name");
        command->add_option("--order", eval_.order, "how many times to differentiate (1)")
            ->check(CLI::Range(1, 6));
        command->add_option("--declare", eval_.declarations, declare_help)->allow_extra_args(false);
        command->add_option("--standardize", eval_.standardize, standardize_help)
            ->allow_extra_args(false);
        command->add_option("--format", eval_.format, "json or text")
            ->check(CLI::IsMember({"text", "json"}));
        add_precision(*command);
        add_verbose(*command, eval_.verbose);
        command->footer("Example: nabla eval \"x^T A x\" --data values.json --wrt x");
        eval_command_ = command;
    }

    void add_run() {
        CLI::App* command = app_.add_subcommand("run", "Carry out what a file asks for");
        command->add_option("FILE", run_.file, "a .nabla file")->required();
        command->add_option("--data", run_.data, data_help)->allow_extra_args(false);
        command->add_option("--standardize", run_.standardize, standardize_help)
            ->allow_extra_args(false);
        command->add_option("--start", run_.start, "FILE.json with start values by variable")
            ->allow_extra_args(false);
        command->add_option("--method", run_.method, "gd, lbfgs or newton (the file's, else lbfgs)")
            ->check(CLI::IsMember(method_names()));
        command->add_option("--tol", run_.tolerance, "norm of the gradient to stop at (1e-8)")
            ->check(positive_number());
        command->add_option("--max-iter", run_.max_iterations, "limit on iterations (the method's)")
            ->check(positive_whole_number());
        command->add_option("--format", run_.format, "text or json")
            ->check(CLI::IsMember({"text", "json"}));
        add_verbose(*command, run_.verbose);
        command->footer(
            "Example: nabla run examples/logistic.nabla \\\n"
            "    --data X=examples/data/breast_cancer.csv:*-benign \\\n"
            "    --data y=examples/data/breast_cancer.csv:benign \\\n"
            "    --data lambda=0.01 --standardize X --method newton");
        run_command_ = command;
    }

    void add_check() {
        CLI::App* command = app_.add_subcommand(
            "check", "Compare derivatives with differences, and prove convexity or refute it");
        command
            ->add_option("EXPR", check_.subject,
                         "a .nabla file, or an expression, which may begin with -")
            ->required();
        command
            ->add_option("--wrt", check_.variables,
                         "a variable of the expression; several are taken together; repeatable")
            ->allow_extra_args(false);
        command->add_option("--declare", check_.declarations, declare_help)
            ->allow_extra_args(false);
        command->add_option("--points", check_.points, "random points for each derivative (5)")
            ->check(CLI::Range(1, 1000));
        command->add_option("--seed", check_.seed, "of the random points (1)");
        command->add_option("--format", check_.format, "text or json")
            ->check(CLI::IsMember({"text", "json"}));
        command->footer("Example: nabla check \"log(sum(exp(A x)))\" --wrt x");
        check_command_ = command;
    }

    void add_compile() {
        CLI::App* command =
            app_.add_subcommand("compile", "Make an object file and a C header of each export");
        command->add_option("FILE", compile_.file, "a .nabla file")->required();
        command->add_option("-o", compile_.folder, "the folder to write NAME.o and NAME.h to")
            ->required();
        command->add_option("--dim", dims_, "sizes of dimension names: m=1000,n=20; repeatable")
            ->allow_extra_args(false);
        command->add_option("--format", compile_.format, "text or json")
            ->check(CLI::IsMember({"text", "json"}));
        add_precision(*command);
        command->footer("Example: nabla compile model.nabla -o out --dim m=1000,n=20");
        compile_command_ = command;
    }

    void add_repl() {
        CLI::App* command = app_.add_subcommand(
            "repl", "Talk to nabla line by line; so does nabla without a command");
        command->add_option("FILE", repl_.file, "a .nabla file to load first");
        command->footer("Example: nabla repl model.nabla");
        repl_command_ = command;
    }

    static void add_verbose(CLI::App& command, bool& verbose) {
        command.add_flag("--verbose", verbose,
                         "also tell which rules rewrote what, and the conventions of derivatives");
    }

    void add_precision(CLI::App& command) {
        command.add_option("--precision", precision_, "of the numbers: f64 or f32")
            ->check(CLI::IsMember({"f64", "f32"}));
    }

    runtime::Precision precision() const {
        return precision_ == "f32" ? runtime::Precision::f32 : runtime::Precision::f64;
    }

    // What stands in the words and fits no option, in words of ours.
    std::string extras() const {
        if (app_.get_subcommands().empty()) {
            for (const std::string& word : app_.remaining()) {
                if (!word.starts_with("-")) return unknown_command(word);
            }
        }
        for (const CLI::App* app : all_apps()) {
            for (const std::string& word : app->remaining()) {
                if (word.starts_with("-") && word.size() > 1) {
                    return fmt::format("unknown option {}", word.substr(0, word.find('=')));
                }
                return fmt::format("'{}' is one argument too many", word);
            }
        }
        return "there are too many arguments";
    }

    std::string unknown_command(const std::string& word) const {
        std::vector<std::string> names;
        for (const CLI::App* app : all_apps()) {
            if (app != &app_) names.push_back(app->get_name());
        }
        const auto near = runtime::nearest_word(word, names);
        return fmt::format("there is no command `{}`{}", word,
                           near ? fmt::format("; did you mean `{}`?", *near) : "");
    }

    std::vector<const CLI::App*> all_apps() const {
        return {derive_command_,  eval_command_, run_command_, check_command_,
                compile_command_, repl_command_, &app_};
    }

    Arguments finished_derive() {
        if (derive_.variable.empty()) throw UsageError("--wrt needs a name, and it is empty");
        return derive_;
    }

    Arguments finished_eval() {
        eval_.precision = precision();
        if (eval_command_->count("--wrt") > 0) {
            if (eval_.variable.empty()) throw UsageError("--wrt needs a name, and it is empty");
        } else if (eval_command_->count("--order") > 0) {
            throw UsageError("--order needs --wrt: the name to differentiate by");
        }
        return eval_;
    }

    Arguments finished_compile() {
        for (const std::string& list : dims_) {
            std::size_t at = 0;
            while (at <= list.size()) {
                const std::size_t comma = std::min(list.find(',', at), list.size());
                add_dim(std::string_view(list).substr(at, comma - at));
                at = comma + 1;
            }
        }
        compile_.precision = precision();
        return compile_;
    }

    void add_dim(std::string_view text) {
        const std::size_t equals = text.find('=');
        const std::string_view number =
            equals == std::string_view::npos ? std::string_view() : text.substr(equals + 1);
        const std::string_view digits = number.substr(number.starts_with('-') ? 1 : 0);
        if (equals == 0 || digits.empty() ||
            digits.find_first_not_of("0123456789") != std::string_view::npos) {
            throw UsageError(fmt::format("--dim: '{}' is not NAME=NUMBER", text));
        }
        const std::string name(text.substr(0, equals));
        if (!compile_.dims.emplace(name, number).second) {
            throw UsageError(fmt::format("--dim: {} is given twice", name));
        }
    }

    // Whether `word` is an option of the command; `takes_value` says if the next word is its value.
    static bool is_option(const CLI::App& command, const std::string& word, bool& takes_value) {
        const std::string name = word.substr(0, word.find('='));
        for (const CLI::Option* option : command.get_options()) {
            if (option->get_positional() || !option->check_name(name)) continue;
            takes_value = option->get_items_expected_min() > 0 && name == word;
            return true;
        }
        return false;
    }

    // CLI11 takes every word with a leading - for an option, unless it stands behind `--`.
    void move_expression_last(std::vector<std::string>& words) const {
        if (words.empty()) return;
        const CLI::App* named = words[0] == "derive"  ? derive_command_
                                : words[0] == "eval"  ? eval_command_
                                : words[0] == "check" ? check_command_
                                                      : nullptr;
        if (named == nullptr) return;
        const CLI::App& command = *named;
        std::vector<std::string> options{words[0]};
        std::vector<std::string> expressions;
        for (std::size_t i = 1; i < words.size(); ++i) {
            bool takes_value = false;
            if (words[i] == "--") {
                expressions.insert(expressions.end(), words.begin() + static_cast<long>(i) + 1,
                                   words.end());
                break;
            }
            if (!is_option(command, words[i], takes_value)) {
                if (looks_like_option(words[i])) {
                    throw UsageError(
                        fmt::format("unknown option {}", words[i].substr(0, words[i].find('='))));
                }
                expressions.push_back(words[i]);
                continue;
            }
            options.push_back(words[i]);
            if (!takes_value) continue;
            if (i + 1 == words.size()) throw UsageError(words[i] + " needs a value");
            options.push_back(words[++i]);
        }
        if (expressions.size() > 1) {
            throw UsageError(fmt::format("one EXPR is expected, and there are {}: {}",
                                         expressions.size(), fmt::join(expressions, ", ")));
        }
        words = std::move(options);
        if (expressions.empty()) return;
        words.emplace_back("--");
        words.push_back(expressions.front());
    }

    std::string help() const {
        for (const CLI::App* command : {derive_command_, eval_command_, run_command_,
                                        check_command_, compile_command_, repl_command_}) {
            if (command->parsed()) return command->help("nabla");
        }
        return app_.help();
    }

    CLI::App app_;
    CLI::App* derive_command_ = nullptr;
    CLI::App* eval_command_ = nullptr;
    CLI::App* run_command_ = nullptr;
    CLI::App* check_command_ = nullptr;
    CLI::App* compile_command_ = nullptr;
    CLI::App* repl_command_ = nullptr;
    DeriveArguments derive_;
    EvalArguments eval_;
    RunArguments run_;
    CheckArguments check_;
    CompileArguments compile_;
    ReplArguments repl_;
    std::vector<std::string> dims_;
    std::string precision_ = "f64";
};

}  // namespace

Arguments parse_arguments(int argc, const char* const* argv) {
    std::vector<std::string> words;
    for (int i = 1; i < argc; ++i) words.emplace_back(argv[i]);
    return Parser().parse(std::move(words));
}

bool wants_json(int argc, const char* const* argv) {
    // What the command answers in if nothing says otherwise.
    bool json = argc > 1 && std::string_view(argv[1]) == "eval" && EvalArguments().format == "json";
    for (int i = 1; i < argc; ++i) {
        const std::string_view word = argv[i];
        if (word.starts_with("--format=")) json = word == "--format=json";
        if (word == "--format" && i + 1 < argc) json = std::string_view(argv[i + 1]) == "json";
    }
    return json;
}

}  // namespace nabla::cli
