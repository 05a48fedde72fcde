#include "runtime/prepared.hpp"

#include <fmt/format.h>

namespace nabla::runtime {

Prepared::Prepared(const ModelState& model, const Program& program, const ir::DimValues& dims,
                   const std::vector<std::string>& texts)
    : variant_(model.specialise(program, dims, texts)),
      inputs_(program.inputs.size()),
      workspace_(variant_->code.workspace_bytes) {
    for (const Sizes& sizes : variant_->output_sizes) outputs_.emplace_back(sizes);
    for (Array& output : outputs_) targets_.push_back(output.data());
}

int Prepared::call(const std::vector<const Array*>& inputs) {
    for (std::size_t i = 0; i < inputs_.size(); ++i) inputs_[i] = inputs[i]->data();
    return variant_->code.function(inputs_.data(), targets_.data(), workspace_.data());
}

std::string Prepared::reason(int code) const {
    const auto& reasons = variant_->code.error_texts;
    const bool known = code >= 1 && static_cast<std::size_t>(code) <= reasons.size();
    return known ? reasons[static_cast<std::size_t>(code) - 1]
                 : fmt::format("the kernel failed with code {}", code);
}

}  // namespace nabla::runtime
