// A program that is compiled once and called often with other numbers of the same sizes.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <nabla/array.hpp>

#include "runtime/model_state.hpp"
#include "runtime/specialise.hpp"
#include "runtime/workspace.hpp"

namespace nabla::runtime {

class Prepared {
public:
    /// Compiles; `texts` name the outputs in errors.
    Prepared(const ModelState& model, const Program& program, const ir::DimValues& dims,
             const std::vector<std::string>& texts);

    /// Runs with one array for each input, in order. Returns 0, or the number of what failed.
    int call(const std::vector<const Array*>& inputs);

    /// Why `call` returned `code`.
    std::string reason(int code) const;

    const std::vector<Array>& outputs() const noexcept { return outputs_; }
    double compile_seconds() const noexcept { return variant_->compile_seconds; }

private:
    std::shared_ptr<const Variant> variant_;
    std::vector<Array> outputs_;
    std::vector<const void*> inputs_;
    std::vector<void*> targets_;
    Workspace workspace_;
};

}  // namespace nabla::runtime
