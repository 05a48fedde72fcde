// What stands behind the public Kernel and Call: finished expressions with the native code for all
// sizes met so far, and one caller's arguments.
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <nabla/array.hpp>

#include "runtime/specialise.hpp"
#include "runtime/workspace.hpp"

namespace nabla::runtime {

class ModelState;

/// A kernel's expressions and its compiled variants. Immutable to its users; the table of variants
/// grows under a lock.
class KernelState {
public:
    /// `texts` are the outputs as the user wrote them.
    KernelState(std::shared_ptr<const ModelState> model, Program program,
                std::vector<std::string> texts);

    const Program& program() const noexcept { return program_; }
    const std::vector<std::string>& input_names() const noexcept { return input_names_; }
    const std::vector<std::string>& texts() const noexcept { return texts_; }
    const ModelState& model() const noexcept { return *model_; }

    /// Position of an input (in any spelling of its name), or nothing.
    std::optional<std::size_t> input_index(std::string_view name) const;

    /// The code for inputs of these sizes (in the order of the inputs). Throws InputError if they
    /// do not fit the declarations or each other.
    std::shared_ptr<const Variant> variant(const std::vector<Sizes>& input_sizes) const;

    /// The seconds spent on compiling so far, over all variants.
    double compile_seconds() const;

private:
    std::shared_ptr<const ModelState> model_;
    Program program_;
    std::vector<std::string> input_names_;
    std::vector<std::string> texts_;
    mutable std::mutex mutex_;
    mutable std::map<std::vector<Sizes>, std::shared_ptr<const Variant>> variants_;
};

/// One caller's arguments, outputs and workspace.
class CallState {
public:
    explicit CallState(std::shared_ptr<const KernelState> kernel);

    const KernelState& kernel() const noexcept { return *kernel_; }
    const Variant* variant() const noexcept { return variant_.get(); }

    void bind(std::string_view name, const ArrayView& array);
    void bind(std::string_view name, double scalar);
    void write_to(std::size_t index, std::span<double> target);
    /// Finds the variant and allocates what it needs.
    void prepare();

    std::span<const double> output(std::size_t index) const;

    const void* const* inputs() const noexcept { return input_pointers_.data(); }
    void* const* outputs() const noexcept { return output_pointers_.data(); }
    void* workspace() const noexcept { return workspace_.data(); }

private:
    std::size_t require_input(std::string_view name) const;
    void set_sizes(std::size_t input, const Sizes& sizes);
    void place_output(std::size_t index);

    std::shared_ptr<const KernelState> kernel_;
    std::shared_ptr<const Variant> variant_;  // null until the sizes are settled
    std::vector<Sizes> sizes_;
    std::vector<const void*> input_pointers_;  // null: not bound
    std::vector<double> scalars_;              // inputs that were bound by value
    std::vector<std::vector<double>> copies_;  // inputs in another layout than row-major
    std::vector<Array> own_outputs_;
    std::vector<std::span<double>> targets_;  // data() is null where the output is our own
    std::vector<void*> output_pointers_;
    Workspace workspace_;
};

}  // namespace nabla::runtime
