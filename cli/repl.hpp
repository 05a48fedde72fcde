// `nabla repl`: a conversation on a terminal, or line by line from a pipe. What the lines mean is
// the business of runtime/session; here they are read, answered in text, and their errors shown.
#pragma once

#include <span>
#include <string>

#include <nabla/error.hpp>

#include "cli/progress.hpp"
#include "runtime/session/session.hpp"

namespace nabla::cli {

/// One conversation: a session of the language and how it talks.
class Repl {
public:
    Repl();

    /// Carries out one input, a command or a line of the language, and prints what comes of it.
    /// Errors are printed too; they never leave.
    void answer(const std::string& input);

    runtime::Session& session() noexcept { return session_; }

    void print(const std::string& text) const;
    /// Remarks and warnings, beside the answer.
    void print_remarks(std::span<const Diagnostic> diagnostics) const;
    /// Errors of an input that was otherwise carried out.
    void print_errors(std::span<const Diagnostic> diagnostics);

    /// An input was carried out and did not reach what it is for: an `assert` that is refuted.
    void miss() noexcept;

    void end() noexcept { ended_ = true; }
    bool ended() const noexcept { return ended_; }
    /// 0, or the exit status of the worst input so far: a mistake is worse than a miss.
    int status() const noexcept { return status_; }

private:
    void carry_out(const std::string& input);
    void fail(int status) noexcept;

    Progress* progress_ = nullptr;
    runtime::Session session_;
    bool ended_ = false;
    int status_ = 0;
};

}  // namespace nabla::cli
