// The problems that the benchmarks run: inputs, our compiled kernel, and the peers that do the same
// work by hand. Every peer's results are compared with ours before anything is timed.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

namespace nabla::bench {

/// One way to do a problem's work once.
struct Contender {
    std::string name;
    std::function<void()> run;
};

/// A problem at one size, ready to run. The contenders share ownership of its arrays.
struct Problem {
    std::string name;  ///< "K1 least squares gradient"
    std::string size;  ///< "10000x100"
    std::vector<Contender> contenders;
};

/// Uniform in [-1, 1), a pure function of seed and index (SplitMix64's finaliser).
std::vector<double> random_numbers(std::size_t count, unsigned seed);

Problem least_squares(std::size_t rows, std::size_t columns);
Problem logistic(std::size_t rows, std::size_t columns);
Problem quadratic(std::size_t size);
Problem elementwise(std::size_t size);

}  // namespace nabla::bench
