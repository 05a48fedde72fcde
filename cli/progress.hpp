// One line on a terminal that says how far a method has come; nothing where stderr is no terminal.
#pragma once

#include <chrono>

#include <nabla/optimize.hpp>

namespace nabla::cli {

class Progress {
public:
    Progress();
    ~Progress();
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;

    /// Shows the iteration, at most ten times a second and not within the first half second.
    void show(const Iteration& iteration);

private:
    using Clock = std::chrono::steady_clock;
    bool on_terminal_;
    bool shown_ = false;
    Clock::time_point next_;
};

}  // namespace nabla::cli
