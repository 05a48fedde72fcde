#include "codegen/source/jax.hpp"

namespace nabla::codegen {
namespace {

std::string over_jax(std::string_view text) {
    std::string result;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const bool module = text.substr(at, 3) == "np." && (at == 0 || text[at - 1] != 'j');
        if (module) result += 'j';
        result += text[at];
    }
    return result;
}

}  // namespace

JaxWriter::JaxWriter() {
    const std::span<const Helper> numpy = NumpyWriter::helper_table();
    for (const Helper& helper : numpy) texts_.push_back(over_jax(helper.text));
    for (std::size_t k = 0; k < numpy.size(); ++k)
        helpers_.push_back({numpy[k].name, texts_[k], numpy[k].needs});
}

std::string JaxWriter::imports(const std::string& program) const {
    std::string text =
        "# Numbers are float64 only after jax.config.update(\"jax_enable_x64\", True).\n";
    const bool nn = program.find("jax.nn.") != std::string::npos;
    return python_imports(program, text + (nn ? "import jax\n" : "") + "import jax.numpy as jnp\n",
                          "jax.scipy");
}

}  // namespace nabla::codegen
