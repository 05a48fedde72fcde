// The Nabla library: mathematical expressions, their derivatives as native code, minimisation.
//
//     nabla::Model model = nabla::Model::from_file("logistic.nabla");
//     nabla::Kernel kernel = model.compile({"loss", "grad(loss, w)"});
//     nabla::Call call = kernel.bind("X", {X.data(), {m, n}}).bind("y", y).bind("lambda", 0.1);
//     call.bind("w", w);
//     call();                                   // native code; reads the bound arrays
//     double value = call.value(0);
//     std::span<const double> gradient = call.output(1);
//
// Everything that can fail throws nabla::Error: InputError carries diagnostics that point into the
// text, NumericalError says which factorisation failed. Standard library only.
#pragma once

#include <array>
#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nabla/array.hpp>
#include <nabla/error.hpp>
#include <nabla/optimize.hpp>

namespace nabla {

class Kernel;
class Call;

namespace runtime {
class ModelState;
class KernelState;
class CallState;
}  // namespace runtime

/// How a text is read.
struct SourceOptions {
    /// Undeclared names get the defaults of one-liners (`a…g` scalars, `h…z` vectors, `A…Z`
    /// matrices), in the text and in every expression compiled later.
    bool defaults = false;
    /// What diagnostics call the text.
    std::string name = "model";
};

/// A parsed model: declarations, definitions and requests, all shapes solved. Immutable, cheap to
/// copy, safe to use from several threads.
class Model {
public:
    /// Throws InputError if the file cannot be read or is not a model.
    static Model from_file(const std::filesystem::path& path);
    /// Throws InputError if the text is not a model. Its imports are relative to the current
    /// directory.
    static Model from_source(std::string text, const SourceOptions& options = {});

    /// One kernel with these expressions as its outputs, in order; they share common work.
    /// Derivatives are written as in the language: `grad(loss, w)`, `hessian(loss, w)`. Throws
    /// InputError for a mistake in an expression. Native code comes later, once sizes are known.
    Kernel compile(const std::vector<std::string>& expressions) const;

    /// The declared names, in the order of declaration.
    std::vector<std::string> names() const;

    /// For the library's own parts.
    const runtime::ModelState& state() const noexcept { return *state_; }

private:
    explicit Model(std::shared_ptr<const runtime::ModelState> state) : state_(std::move(state)) {}
    std::shared_ptr<const runtime::ModelState> state_;
};

/// Expressions ready to be compiled for the sizes they meet. Immutable, cheap to copy, safe to use
/// from several threads; the native code for each combination of sizes is made once and kept.
class Kernel {
public:
    /// The names that the expressions use, in the model's order of declaration.
    const std::vector<std::string>& inputs() const noexcept;
    std::size_t output_count() const noexcept;

    /// A call with nothing bound.
    Call call() const;
    /// A call with this name bound: the numbers are looked at whenever the call is made.
    Call bind(std::string_view name, const ArrayView& array) const;
    Call bind(std::string_view name, double scalar) const;

private:
    friend class Model;
    explicit Kernel(std::shared_ptr<const runtime::KernelState> state) : state_(std::move(state)) {}
    std::shared_ptr<const runtime::KernelState> state_;
};

/// A kernel with its arguments: where the inputs are, and room for the outputs. For one thread at a
/// time; give each thread its own.
///
/// The first call after a change of sizes finds or makes the native code for them and allocates the
/// outputs; every other call only runs that code.
class Call {
public:
    Call(Call&&) noexcept;
    Call& operator=(Call&&) noexcept;
    ~Call();

    /// Binds `name` to these numbers, which must live as long as calls are made. Row-major numbers
    /// are read in place at each call; any other layout is copied here, once. Throws InputError if
    /// the kernel has no such input or the sizes cannot fit what the model declares.
    Call& bind(std::string_view name, const ArrayView& array) &;
    Call&& bind(std::string_view name, const ArrayView& array) &&;
    /// Binds a scalar input to a number.
    Call& bind(std::string_view name, double scalar) &;
    Call&& bind(std::string_view name, double scalar) &&;

    /// Has output `index` written to `target`, which must have room for all its entries, not
    /// overlap anything else, and live as long as calls are made.
    Call& write_to(std::size_t index, std::span<double> target);

    /// Finds or makes the native code for the bound sizes. Called by the first call; here for
    /// those who want to choose the moment. Throws InputError for an input that is not bound or
    /// sizes that disagree.
    void prepare();

    /// Computes every output. Throws NumericalError if a factorisation fails.
    void operator()() {
        if (function_ == nullptr) prepare();
        if (const int code = function_(inputs_, outputs_, workspace_); code != 0) fail(code);
    }

    /// Output `index` as of the last call, row-major.
    std::span<const double> output(std::size_t index) const;
    /// The number of a scalar output, or the first entry.
    double value(std::size_t index) const { return output(index).front(); }
    /// The first N outputs: `auto [value, gradient] = call.outputs<2>();`
    template <std::size_t N>
    std::array<std::span<const double>, N> outputs() const {
        std::array<std::span<const double>, N> all;
        for (std::size_t i = 0; i < N; ++i) all[i] = output(i);
        return all;
    }
    /// The sizes of output `index`; known once prepared.
    const Sizes& output_sizes(std::size_t index) const;

private:
    friend class Kernel;
    using Function = int (*)(const void* const*, void* const*, void*);
    explicit Call(std::unique_ptr<runtime::CallState> state);
    [[noreturn]] void fail(int code) const;

    // Copies of what the state holds, beside each other: a call needs nothing else.
    Function function_ = nullptr;
    const void* const* inputs_ = nullptr;
    void* const* outputs_ = nullptr;
    void* workspace_ = nullptr;
    std::unique_ptr<runtime::CallState> state_;
};

/// Minimises `objective` (an expression of the model, mostly a name). Throws InputError for a
/// mistake in the options or in the objective; how the method ended is in the result's status.
Result minimize(const Model& model, std::string_view objective,
                const MinimizeOptions& options = {});

/// `0.1.0`: the version of the library.
std::string_view version() noexcept;

}  // namespace nabla
