// Looking at the code behind an expression: its plan, LLVM's text, the machine's, and how long it
// takes. All need the sizes of everything in it.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "runtime/session/session.hpp"
#include "runtime/steps.hpp"

namespace nabla::runtime {

/// Loop nests and library calls with flops and bytes. Like the others throws InputError that asks
/// for the sizes which are not known.
std::string plan_text(const Subject& subject);
std::string llvm_text(const Subject& subject);
std::string assembly_text(const Subject& subject);

/// How the derivatives of an unfinished subject are derived: steps_in().
std::vector<std::vector<StepText>> steps_of(const Subject& subject);

struct Timing {
    double seconds = 0;  ///< for a call: the median over several runs of calls
    double fastest = 0;
    long calls = 0;
    double compile_seconds = 0;
    double flops = 0;
    double bytes = 0;                 ///< of the buffers that are touched, each once a step
    std::vector<std::string> random;  ///< inputs without a value, filled with random numbers
};

/// Compiles, then calls again and again for about a third of a second.
Timing time_kernel(const Subject& subject, const std::function<void()>& checkpoint);

}  // namespace nabla::runtime
