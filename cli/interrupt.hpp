// Ctrl-C as a question that the program asks itself, instead of an end that comes over it.
#pragma once

#include <csignal>

namespace nabla::cli {

/// While it lives, Ctrl-C only raises a flag (and interrupts a read that waits).
class CatchInterrupts {
public:
    CatchInterrupts();
    ~CatchInterrupts();
    CatchInterrupts(const CatchInterrupts&) = delete;
    CatchInterrupts& operator=(const CatchInterrupts&) = delete;

private:
    struct sigaction before_{};
};

/// Whether Ctrl-C was pressed since the flag was last taken down.
bool interrupted() noexcept;
/// Takes the flag down; true if it was up.
bool take_interrupt() noexcept;

}  // namespace nabla::cli
