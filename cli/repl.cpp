#include "cli/repl.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <iostream>
#include <new>
#include <utility>

#include <fmt/format.h>

#include "cli/commands.hpp"
#include "cli/history_file.hpp"
#include "cli/interrupt.hpp"
#include "cli/line_editor.hpp"
#include "cli/repl_answers.hpp"
#include "cli/repl_commands.hpp"
#include "cli/text.hpp"
#include "cli/version.hpp"
#include "frontend/render.hpp"
#include "runtime/session/complete.hpp"

namespace nabla::cli {

Repl::Repl()
    : session_({.checkpoint =
                    [] {
                        if (take_interrupt()) throw runtime::Interrupted();
                    },
                .on_iteration =
                    [this](const Iteration& iteration) {
                        if (progress_ != nullptr) progress_->show(iteration);
                    }}) {}

void Repl::print(const std::string& text) const {
    std::fputs(text.c_str(), stdout);
    if (!text.empty() && text.back() != '\n') std::fputc('\n', stdout);
    std::fflush(stdout);
}

void Repl::print_remarks(std::span<const Diagnostic> diagnostics) const {
    std::fflush(stdout);
    std::fputs(syntax::render_text(diagnostics).c_str(), stderr);
}

void Repl::print_errors(std::span<const Diagnostic> diagnostics) {
    print_remarks(diagnostics);
    fail(exit_input);
}

namespace {

// A wrong input weighs more than one that was carried out without reaching its end.
int weight(int status) {
    if (status == exit_not_converged) return 1;
    return status == exit_fine ? 0 : 1 + status;
}

}  // namespace

void Repl::fail(int status) noexcept {
    if (weight(status) > weight(status_)) status_ = status;
}

void Repl::miss() noexcept { fail(exit_not_converged); }

void Repl::carry_out(const std::string& input) {
    if (is_command(input)) {
        run_command(*this, input);
        return;
    }
    check_no_command_word(*this, input);
    print_answer(*this, session_.enter(runtime::Typed::whole(input)));
}

void Repl::answer(const std::string& input) {
    Progress progress;
    progress_ = &progress;
    const auto report = [&](std::string message, std::string help = {}) {
        const Diagnostic diagnostic{Severity::error, {}, std::move(message), {}, std::move(help)};
        print_errors(std::span(&diagnostic, 1));
    };
    try {
        carry_out(input);
    } catch (const InputError& error) {
        print_errors(error.diagnostics());
    } catch (const NumericalError& error) {
        report(error.what());
    } catch (const runtime::Interrupted&) {
        report("stopped; nothing has changed");
    } catch (const std::bad_alloc&) {
        report("this needs more memory than there is");
    } catch (const std::exception& error) {
        report(fmt::format("internal error: {}", error.what()),
               "this is a bug in nabla: please report it with the input that led to it");
        fail(exit_internal);
    }
    progress_ = nullptr;
}

namespace {

// Lines until the input is complete. A blank line ends it, so that a bracket which was never closed
// is an error and not a trap; so does a line that can only begin something new.
class Assembler {
public:
    /// Whether the line belongs to what came before it.
    bool continues(const std::string& line) const {
        return !empty() && !is_blank(line) && !input_.is_ended_by(line) && !ends_programs(line);
    }
    void add(const std::string& line) {
        if (empty()) may_go_on_ = takes_more_lines(line);
        input_.add(line);
    }
    bool waits() const { return !empty() && may_go_on_ && input_.needs_more(); }
    bool empty() const { return input_.text().empty(); }
    std::string take() { return std::exchange(input_, {}).text(); }

    static bool is_blank(const std::string& line) {
        return line.find_first_not_of(" \t\r\f\v") == std::string::npos;
    }

private:
    runtime::GrowingInput input_;
    bool may_go_on_ = true;
};

int read_pipe(Repl& repl) {
    Assembler assembler;
    for (std::string line; !repl.ended() && std::getline(std::cin, line);) {
        if (!line.empty() && line.back() == '\r') line.pop_back();
        if (!assembler.empty() && !assembler.continues(line)) repl.answer(assembler.take());
        if (repl.ended() || Assembler::is_blank(line)) continue;
        assembler.add(line);
        if (!assembler.waits()) repl.answer(assembler.take());
    }
    if (!assembler.empty() && !repl.ended()) repl.answer(assembler.take());
    return repl.status();
}

Candidates candidates_for(Repl& repl, std::string_view text) {
    if (auto paths = complete_path(text)) return std::move(*paths);
    const std::vector<std::string> commands = command_names();
    runtime::Completion completion = runtime::complete(repl.session(), text, commands);
    return {completion.begin, std::move(completion.candidates)};
}

void remember(LineEditor& editor, HistoryFile& history, const std::string& input) {
    const std::string line = as_one_line(input);
    if (Assembler::is_blank(line)) return;
    editor.remember(line);
    history.add(line);
}

void talk(Repl& repl) {
    const CatchInterrupts catcher;
    LineEditor editor([&](std::string_view text) { return candidates_for(repl, text); });
    HistoryFile history;
    for (const std::string& entry : history.load()) editor.remember(entry);
    const std::string version = version_text();
    repl.print(version.substr(0, version.find('\n')) +
               ": `:help` lists the commands, Ctrl-D ends the session");
    Assembler assembler;
    while (!repl.ended()) {
        std::string line;
        const auto status = editor.read(assembler.empty() ? "nabla> " : "  ...> ", line);
        if (status == LineEditor::Status::interrupted) {
            assembler.take();
            continue;
        }
        if (status == LineEditor::Status::end) {
            std::fputs("\n", stdout);
            if (assembler.empty()) return;
            assembler.take();
            continue;
        }
        const auto carry_out = [&] {
            const std::string input = assembler.take();
            remember(editor, history, input);
            take_interrupt();
            repl.answer(input);
            take_interrupt();
        };
        if (!assembler.empty() && !assembler.continues(line)) carry_out();
        if (repl.ended() || Assembler::is_blank(line)) continue;
        assembler.add(line);
        if (!assembler.waits()) carry_out();
    }
}

}  // namespace

int repl(const ReplArguments& arguments) {
    Repl repl;
    if (!arguments.file.empty()) repl.answer(":load " + arguments.file);
    if (isatty(STDIN_FILENO) == 0 || isatty(STDOUT_FILENO) == 0) return read_pipe(repl);
    talk(repl);
    return exit_fine;
}

}  // namespace nabla::cli
