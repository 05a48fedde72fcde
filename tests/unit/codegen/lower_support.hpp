// Lowers expressions at random inputs, runs the loop program with plain loops and compares every
// output with the interpreter.
#pragma once

#include <catch2/catch.hpp>
#include <cmath>
#include <random>
#include <string>
#include <vector>

#include "codegen/compile.hpp"
#include "codegen/cost.hpp"
#include "ir/build.hpp"
#include "ir/interpret.hpp"

namespace lower_support {

namespace ir = nabla::ir;
namespace cg = nabla::codegen;

/// Symbols with values, in the order of the kernel's arguments.
class Setting {
public:
    explicit Setting(ir::DimValues dims) { bindings.dims = std::move(dims); }

    ir::Context context;
    ir::Bindings bindings;
    std::vector<ir::Expr> inputs;

    ir::Shape shape(const std::vector<std::string>& dims) {
        ir::Shape result;
        for (const std::string& d : dims) result.push_back(context.dim(d));
        return result;
    }

    /// A new symbol with entries in [low, high].
    ir::Expr symbol(const std::string& name, const std::vector<std::string>& dims,
                    ir::Facts facts = {}, double low = -1, double high = 1) {
        const ir::Expr s = context.symbol(name, shape(dims), facts);
        ir::Tensor t;
        std::size_t size = 1;
        for (const std::string& d : dims) {
            t.shape.push_back(bindings.dims.at(d));
            size *= static_cast<std::size_t>(bindings.dims.at(d));
        }
        std::uniform_real_distribution<double> entry(low, high);
        for (std::size_t i = 0; i < size; ++i) t.data.push_back(entry(random_));
        bindings.symbols[s] = std::move(t);
        inputs.push_back(s);
        return s;
    }

    /// B B^T + I.
    ir::Expr definite(const std::string& name, const std::string& dim) {
        const ir::Expr s = symbol(name, {dim, dim}, ir::Fact::pd);
        ir::Tensor& t = bindings.symbols[s];
        const auto n = static_cast<std::size_t>(t.shape[0]);
        const std::vector<double> b = t.data;
        for (std::size_t i = 0; i < n; ++i) {
            for (std::size_t j = 0; j < n; ++j) {
                double sum = i == j ? 1 : 0;
                for (std::size_t k = 0; k < n; ++k) sum += b[i * n + k] * b[j * n + k];
                t.data[i * n + j] = sum;
            }
        }
        return s;
    }

    std::vector<double>& data(ir::Expr symbol) { return bindings.symbols[symbol].data; }

    cg::LoopProgram lower(const std::vector<ir::Expr>& outputs,
                          std::int64_t library_threshold = 1 << 16) const {
        cg::CompileOptions options;
        options.dims = bindings.dims;
        options.library_threshold = library_threshold;
        return cg::lower(outputs, inputs, options);
    }

    /// What the program computes; its return value must be 0.
    std::vector<std::vector<double>> run(const cg::LoopProgram& program) const {
        std::vector<const double*> in;
        for (const ir::Expr s : inputs) in.push_back(bindings.symbols.at(s).data.data());
        std::vector<std::vector<double>> result;
        std::vector<double*> out;
        for (std::uint32_t k = 0; k < program.output_count; ++k) {
            const cg::Buffer& b = program.buffers[cg::output_buffer(program, k)];
            result.emplace_back(static_cast<std::size_t>(b.size()), -7777.0);
        }
        for (auto& r : result) out.push_back(r.data());
        REQUIRE(cg::execute(program, in, out) == 0);
        return result;
    }

    /// Lowers without and with library calls and compares with the interpreter; returns the program
    /// with them.
    cg::LoopProgram check(const std::vector<ir::Expr>& outputs, double tolerance = 1e-10) const {
        cg::LoopProgram program;
        for (const std::int64_t threshold : {std::int64_t{0}, std::int64_t{64}}) {
            program = lower(outputs, threshold);
            INFO(cg::to_string(program));
            REQUIRE(cg::verify(program).empty());
            compare(run(program), outputs, tolerance);
        }
        return program;
    }

    void compare(const std::vector<std::vector<double>>& values,
                 const std::vector<ir::Expr>& outputs, double tolerance) const {
        const std::vector<ir::Tensor> expected =
            ir::interpret(std::span<const ir::Expr>(outputs), bindings);
        for (std::size_t k = 0; k < outputs.size(); ++k) {
            REQUIRE(values[k].size() == expected[k].data.size());
            double scale = 1;
            for (const double e : expected[k].data) {
                if (std::isfinite(e)) scale = std::max(scale, std::fabs(e));
            }
            for (std::size_t i = 0; i < values[k].size(); ++i) {
                const double a = values[k][i];
                const double b = expected[k].data[i];
                INFO("output " << k << " entry " << i << ": " << a << " expected " << b);
                const bool same = a == b || (std::isnan(a) && std::isnan(b)) ||
                                  std::fabs(a - b) <= tolerance * scale;
                REQUIRE(same);
            }
        }
    }

    /// Walks over the input in memory.
    int passes(const cg::LoopProgram& program, ir::Expr symbol) const {
        for (std::size_t k = 0; k < inputs.size(); ++k) {
            if (inputs[k] == symbol) {
                return cg::passes_over(program,
                                       cg::input_buffer(program, static_cast<std::uint32_t>(k)));
            }
        }
        return -1;
    }

private:
    std::mt19937 random_{20240607};
};

inline ir::Expr fn(ir::Fn f, ir::Expr x) { return ir::map(f, x); }

}  // namespace lower_support
