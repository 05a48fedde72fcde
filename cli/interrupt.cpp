#include "cli/interrupt.hpp"

namespace nabla::cli {
namespace {

// The one thing that a signal handler may touch.
volatile std::sig_atomic_t flag = 0;

void raise_flag(int) { flag = 1; }

}  // namespace

CatchInterrupts::CatchInterrupts() {
    struct sigaction action{};
    action.sa_handler = raise_flag;
    sigemptyset(&action.sa_mask);
    action.sa_flags = 0;  // no SA_RESTART: a read that waits returns
    sigaction(SIGINT, &action, &before_);
}

CatchInterrupts::~CatchInterrupts() { sigaction(SIGINT, &before_, nullptr); }

bool interrupted() noexcept { return flag != 0; }

bool take_interrupt() noexcept {
    const bool up = flag != 0;
    flag = 0;
    return up;
}

}  // namespace nabla::cli
