#include "cli/progress.hpp"

#include <unistd.h>

#include <cstdio>
#include <string>

#include <fmt/format.h>

namespace nabla::cli {

using namespace std::chrono_literals;

Progress::Progress() : on_terminal_(isatty(STDERR_FILENO) != 0), next_(Clock::now() + 500ms) {}

Progress::~Progress() {
    if (shown_) std::fputs("\r\x1b[K", stderr);
}

void Progress::show(const Iteration& iteration) {
    if (!on_terminal_ || Clock::now() < next_) return;
    next_ = Clock::now() + 100ms;
    shown_ = true;
    const std::string line =
        fmt::format("\r\x1b[Kiteration {}: value {:.10g}, gradient norm {:.3g}", iteration.number,
                    iteration.value, iteration.gradient_norm);
    std::fputs(line.c_str(), stderr);
    std::fflush(stderr);
}

}  // namespace nabla::cli
