// Plain versions of the library routines for execute.cpp: textbook loops on row-major matrices.
// Their factors are their own business (pivots count from 0 here), which the contract of Routine
// allows: only the diagonal of a factor is read by anyone else.
#pragma once

#include <cstdint>
#include <span>

#include "codegen/loop.hpp"

namespace nabla::codegen {

struct CallOperand {
    double* data = nullptr;
    int* integers = nullptr;
    std::int64_t size = 0;
};

/// Runs the call with these sizes; true unless the routine fails (not definite, singular).
bool run_call(const LibraryCall& call, std::span<const CallOperand> operands, std::int64_t m,
              std::int64_t n, std::int64_t k);

/// execute_equations.cpp: the routines of gram and sylvester.
bool run_gram(const LibraryCall& call, std::span<const CallOperand> operands, std::int64_t n);
void run_least_squares(const LibraryCall& call, std::span<const CallOperand> operands,
                       std::int64_t n, std::int64_t columns);
bool run_sylvester(std::span<const CallOperand> operands, std::int64_t m, std::int64_t n,
                   std::int64_t count);
bool run_general_sylvester(std::span<const CallOperand> operands, std::int64_t m, std::int64_t n,
                           std::int64_t count);

}  // namespace nabla::codegen
