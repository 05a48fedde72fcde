// JAX: NumPy's spelling over jax.numpy, with jax.nn's functions.
#pragma once

#include "codegen/source/numpy.hpp"

namespace nabla::codegen {

class JaxWriter : public NumpyWriter {
public:
    JaxWriter();

protected:
    std::string module() const override { return "jnp"; }
    std::string_view spelling(const ir::Spellings& row) const override { return row.jax; }
    std::string imports(const std::string& program) const override;
    std::span<const Helper> helper_table() const override { return helpers_; }

private:
    std::vector<std::string> texts_;
    std::vector<Helper> helpers_;  ///< NumPy's, over jnp
};

}  // namespace nabla::codegen
