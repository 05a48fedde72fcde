// nabla_bench: our compiled kernels beside hand-written BLAS, one thread on one core, medians of
// interleaved repetitions, and at the end the ratio of the best peer's time to ours.
//
// Takes Google Benchmark's options (--benchmark_filter=K1, --benchmark_repetitions=15, …).
#include <benchmark/benchmark.h>
#include <cblas.h>
#include <sched.h>

#include <algorithm>
#include <cstdio>
#include <exception>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "bench/problem.hpp"

namespace {

using nabla::bench::Problem;

void pin_to_first_core() {
    cpu_set_t cores;
    CPU_ZERO(&cores);
    CPU_SET(0, &cores);
    sched_setaffinity(0, sizeof cores, &cores);
    openblas_set_num_threads(1);
}

/// Keeps the median time of each contender; prints nothing on the way.
class Medians : public benchmark::BenchmarkReporter {
public:
    bool ReportContext(const Context&) override { return true; }
    void ReportRuns(const std::vector<Run>& runs) override {
        for (const Run& run : runs) {
            if (run.run_type == Run::RT_Aggregate && run.aggregate_name == "median") {
                seconds[run.run_name.function_name] = run.GetAdjustedRealTime() * 1e-9;
            }
        }
    }
    std::map<std::string, double> seconds;
};

std::string label(const Problem& problem, const std::string& contender) {
    return problem.name + ", " + problem.size + ", " + contender;
}

void print_table(const std::vector<Problem>& problems,
                 const std::map<std::string, double>& seconds) {
    std::printf("%-45s %-11s %-13s %12s %8s\n", "problem", "size", "", "seconds", "peer/ours");
    for (const Problem& problem : problems) {
        const auto ours = seconds.find(label(problem, "nabla"));
        for (const auto& contender : problem.contenders) {
            const auto found = seconds.find(label(problem, contender.name));
            if (found == seconds.end() || ours == seconds.end()) continue;
            std::printf("%-45s %-11s %-13s %12.3e %8.2f\n", problem.name.c_str(),
                        problem.size.c_str(), contender.name.c_str(), found->second,
                        found->second / ours->second);
        }
    }
}

std::vector<Problem> all_problems() {
    using namespace nabla::bench;
    std::vector<Problem> problems;
    const std::vector<std::pair<std::size_t, std::size_t>> shapes{
        {100, 10}, {10000, 100}, {4000, 4000}, {200000, 100}};
    for (const auto& [rows, columns] : shapes) problems.push_back(least_squares(rows, columns));
    for (const auto& [rows, columns] : shapes) problems.push_back(logistic(rows, columns));
    for (const std::size_t size : {3, 8, 32, 256, 2000}) problems.push_back(quadratic(size));
    for (const std::size_t size : {1000, 1000000, 10000000}) problems.push_back(elementwise(size));
    return problems;
}

int run(int argc, char** argv) {
    // Seven interleaved repetitions unless the command line says otherwise.
    std::string repetitions = "--benchmark_repetitions=7";
    std::string interleaved = "--benchmark_enable_random_interleaving=true";
    std::vector<char*> arguments{argv[0], repetitions.data(), interleaved.data()};
    arguments.insert(arguments.end(), argv + 1, argv + argc);
    int count = static_cast<int>(arguments.size());
    arguments.push_back(nullptr);
    benchmark::Initialize(&count, arguments.data());

    pin_to_first_core();
    const std::vector<Problem> problems = all_problems();
    for (const Problem& problem : problems) {
        for (const auto& contender : problem.contenders) {
            const std::string name = label(problem, contender.name);
            benchmark::RegisterBenchmark(name.c_str(),
                                         [&contender](benchmark::State& state) {
                                             for (auto _ : state) {
                                                 contender.run();
                                                 benchmark::ClobberMemory();
                                             }
                                         })
                ->UseRealTime()
                ->MinTime(0.02);
        }
    }
    Medians medians;
    benchmark::RunSpecifiedBenchmarks(&medians);
    print_table(problems, medians.seconds);
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    try {
        return run(argc, argv);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "nabla_bench: %s\n", error.what());
        return 1;
    }
}
