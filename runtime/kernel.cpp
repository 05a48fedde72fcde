#include "runtime/kernel.hpp"

#include <algorithm>
#include <nabla/nabla.hpp>
#include <utility>

#include <fmt/format.h>

#include "frontend/names.hpp"
#include "runtime/dims.hpp"
#include "runtime/located.hpp"
#include "runtime/model_state.hpp"
#include "runtime/values.hpp"

namespace nabla::runtime {
namespace {

// The numbers of a view in row-major order.
std::vector<double> gather(const ArrayView& array) {
    const Sizes& sizes = array.sizes();
    std::vector<double> numbers;
    numbers.reserve(entry_count(sizes));
    if (entry_count(sizes) == 0) return numbers;
    std::vector<std::size_t> index(sizes.size(), 0);
    std::ptrdiff_t offset = 0;
    while (true) {
        numbers.push_back(array.data()[offset]);
        std::size_t axis = sizes.size();
        while (axis-- > 0) {
            offset += array.strides()[axis];
            if (++index[axis] < sizes[axis]) break;
            offset -= array.strides()[axis] * static_cast<std::ptrdiff_t>(sizes[axis]);
            index[axis] = 0;
        }
        if (axis == static_cast<std::size_t>(-1)) return numbers;
    }
}

}  // namespace

KernelState::KernelState(std::shared_ptr<const ModelState> model, Program program,
                         std::vector<std::string> texts)
    : model_(std::move(model)), program_(std::move(program)), texts_(std::move(texts)) {
    for (const ir::Expr symbol : program_.inputs) input_names_.push_back(symbol.symbol().name);
}

std::optional<std::size_t> KernelState::input_index(std::string_view name) const {
    const auto found =
        std::find(input_names_.begin(), input_names_.end(), syntax::canonical_name(name));
    if (found == input_names_.end()) return std::nullopt;
    return static_cast<std::size_t>(found - input_names_.begin());
}

std::shared_ptr<const Variant> KernelState::variant(const std::vector<Sizes>& input_sizes) const {
    const std::scoped_lock lock(mutex_);
    auto& place = variants_[input_sizes];
    if (place != nullptr) return place;
    try {
        DimSolver solver;
        solver.fix_all(model_->module());
        for (std::size_t i = 0; i < input_sizes.size(); ++i) {
            solver.add(input_names_[i], program_.inputs[i].shape(), input_sizes[i],
                       place_of(model_->module(), input_names_[i]));
        }
        place = model_->specialise(program_, solver.solve(), texts_);
    } catch (...) {
        variants_.erase(input_sizes);
        throw;
    }
    return place;
}

double KernelState::compile_seconds() const {
    const std::scoped_lock lock(mutex_);
    double seconds = 0;
    for (const auto& [sizes, variant] : variants_) seconds += variant->compile_seconds;
    return seconds;
}

CallState::CallState(std::shared_ptr<const KernelState> kernel) : kernel_(std::move(kernel)) {
    const std::size_t inputs = kernel_->input_names().size();
    sizes_.resize(inputs);
    input_pointers_.resize(inputs, nullptr);
    scalars_.resize(inputs);
    copies_.resize(inputs);
    const std::size_t outputs = kernel_->program().outputs.size();
    own_outputs_.resize(outputs);
    targets_.resize(outputs);
    output_pointers_.resize(outputs, nullptr);
}

std::size_t CallState::require_input(std::string_view name) const {
    if (const auto index = kernel_->input_index(name)) return *index;
    throw InputError(fmt::format("the kernel has no input {}", name),
                     fmt::format("its inputs: {}", fmt::join(kernel_->input_names(), ", ")));
}

// A change of sizes makes the next call look for its code again.
void CallState::set_sizes(std::size_t input, const Sizes& sizes) {
    if (sizes_[input] != sizes || input_pointers_[input] == nullptr) variant_.reset();
    sizes_[input] = sizes;
}

void CallState::bind(std::string_view name, const ArrayView& array) {
    const std::size_t input = require_input(name);
    const ir::Shape& shape = kernel_->program().inputs[input].shape();
    if (shape.size() != array.sizes().size()) {
        DimSolver().add(name, shape, array.sizes(), place_of(kernel_->model().module(), name));
    }
    set_sizes(input, array.sizes());
    if (array.is_row_major()) {
        copies_[input].clear();
        input_pointers_[input] = array.data();
    } else {
        copies_[input] = gather(array);
        input_pointers_[input] = copies_[input].data();
    }
}

void CallState::bind(std::string_view name, double scalar) {
    const std::size_t input = require_input(name);
    const ir::Shape& shape = kernel_->program().inputs[input].shape();
    if (!shape.empty()) {
        DimSolver().add(name, shape, {}, place_of(kernel_->model().module(), name));
    }
    set_sizes(input, {});
    scalars_[input] = scalar;
    input_pointers_[input] = &scalars_[input];
}

void CallState::write_to(std::size_t index, std::span<double> target) {
    if (index >= targets_.size()) {
        throw InputError(fmt::format("the kernel has no output {}", index));
    }
    targets_[index] = target;
    if (variant_ != nullptr) place_output(index);
}

void CallState::place_output(std::size_t index) {
    const Sizes& sizes = variant_->output_sizes[index];
    if (targets_[index].data() == nullptr) {
        if (own_outputs_[index].sizes() != sizes) own_outputs_[index] = Array(sizes);
        output_pointers_[index] = own_outputs_[index].data();
        return;
    }
    if (targets_[index].size() < entry_count(sizes)) {
        throw InputError(fmt::format("output {} ({}) has {} entries and was given room for {}",
                                     index, kernel_->texts()[index], entry_count(sizes),
                                     targets_[index].size()));
    }
    output_pointers_[index] = targets_[index].data();
}

void CallState::prepare() {
    if (variant_ != nullptr) return;
    for (std::size_t i = 0; i < input_pointers_.size(); ++i) {
        if (input_pointers_[i] == nullptr) {
            const std::string& name = kernel_->input_names()[i];
            throw InputError(
                {error_at(place_of(kernel_->model().module(), name),
                          fmt::format("{} has no value",
                                      declared_text(name, kernel_->program().inputs[i].shape())),
                          "bind it before the call")});
        }
    }
    std::shared_ptr<const Variant> found = kernel_->variant(sizes_);
    workspace_ = Workspace(found->code.workspace_bytes);
    variant_ = std::move(found);
    try {
        for (std::size_t i = 0; i < output_pointers_.size(); ++i) place_output(i);
    } catch (...) {
        variant_.reset();  // or the next call would run with outputs that have no place
        throw;
    }
}

std::span<const double> CallState::output(std::size_t index) const {
    if (index >= output_pointers_.size() || variant_ == nullptr) {
        throw InputError(variant_ == nullptr ? std::string("the kernel has not been called")
                                             : fmt::format("the kernel has no output {}", index));
    }
    return {static_cast<const double*>(output_pointers_[index]),
            entry_count(variant_->output_sizes[index])};
}

}  // namespace nabla::runtime

namespace nabla {

const std::vector<std::string>& Kernel::inputs() const noexcept { return state_->input_names(); }
std::size_t Kernel::output_count() const noexcept { return state_->program().outputs.size(); }

Call Kernel::call() const { return Call(std::make_unique<runtime::CallState>(state_)); }
Call Kernel::bind(std::string_view name, const ArrayView& array) const {
    return std::move(call().bind(name, array));
}
Call Kernel::bind(std::string_view name, double scalar) const {
    return std::move(call().bind(name, scalar));
}

Call::Call(std::unique_ptr<runtime::CallState> state) : state_(std::move(state)) {
    inputs_ = state_->inputs();
    outputs_ = state_->outputs();
}
Call::Call(Call&&) noexcept = default;
Call& Call::operator=(Call&&) noexcept = default;
Call::~Call() = default;

Call& Call::bind(std::string_view name, const ArrayView& array) & {
    state_->bind(name, array);
    if (state_->variant() == nullptr) function_ = nullptr;
    return *this;
}
Call&& Call::bind(std::string_view name, const ArrayView& array) && {
    return std::move(this->bind(name, array));
}
Call& Call::bind(std::string_view name, double scalar) & {
    state_->bind(name, scalar);
    if (state_->variant() == nullptr) function_ = nullptr;
    return *this;
}
Call&& Call::bind(std::string_view name, double scalar) && {
    return std::move(this->bind(name, scalar));
}

Call& Call::write_to(std::size_t index, std::span<double> target) {
    state_->write_to(index, target);
    return *this;
}

void Call::prepare() {
    state_->prepare();
    function_ = state_->variant()->code.function;
    workspace_ = state_->workspace();
}

std::span<const double> Call::output(std::size_t index) const { return state_->output(index); }

const Sizes& Call::output_sizes(std::size_t index) const {
    state_->output(index);
    return state_->variant()->output_sizes[index];
}

void Call::fail(int code) const {
    const auto& texts = state_->variant()->code.error_texts;
    const bool known = code >= 1 && static_cast<std::size_t>(code) <= texts.size();
    throw NumericalError(known ? texts[static_cast<std::size_t>(code) - 1]
                               : fmt::format("the kernel failed with code {}", code));
}

}  // namespace nabla
