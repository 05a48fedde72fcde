// Which sizes native code still needs before it can be made.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "ir/shape.hpp"
#include "runtime/dims.hpp"
#include "runtime/model_state.hpp"
#include "runtime/specialise.hpp"
#include "runtime/values.hpp"

namespace nabla::runtime {

struct KnownSizes {
    ir::DimValues dims;
    /// Dimension names of the program that have no number, in order of appearance.
    std::vector<std::string> missing;
};

/// What the values of names say that the program does not use itself: `show n` where X[m, n] has a
/// value.
void add_other_values(DimSolver& solver, const ir::Module& module, const Program& program,
                      const Values& values);

/// From the model's `dim` lines, the values of inputs, and `chosen` sizes. Throws InputError where
/// these contradict each other.
KnownSizes sizes_of(const ModelState& model, const Program& program, const Values& values,
                    const ir::DimValues& chosen = {});

/// Sizes for a trial: what the `dim` lines leave open gets different small numbers from `smallest`
/// on. Throws InputError where the lines leave no choice that works.
ir::DimValues small_sizes(const ModelState& model, const Program& program, std::int64_t smallest);

}  // namespace nabla::runtime
