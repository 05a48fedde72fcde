#include "codegen/source/languages.hpp"

#include <array>
#include <memory>

#include "codegen/source/c.hpp"
#include "codegen/source/cpp_eigen.hpp"
#include "codegen/source/graphviz.hpp"
#include "codegen/source/jax.hpp"
#include "codegen/source/julia.hpp"
#include "codegen/source/matlab.hpp"
#include "codegen/source/numpy.hpp"
#include "codegen/source/torch.hpp"

namespace nabla::codegen {
namespace {

struct Named {
    std::string_view name;
    Language language;
    bool alias = false;
};

constexpr std::array<Named, 10> names{{
    {"numpy", Language::numpy},
    {"python", Language::numpy, true},
    {"jax", Language::jax},
    {"torch", Language::torch},
    {"julia", Language::julia},
    {"matlab", Language::matlab},
    {"octave", Language::matlab, true},
    {"c", Language::c},
    {"cpp", Language::cpp},
    {"dot", Language::dot},
}};

}  // namespace

std::optional<Language> find_language(std::string_view name) {
    for (const Named& row : names)
        if (row.name == name) return row.language;
    return std::nullopt;
}

std::vector<std::string> language_names() {
    std::vector<std::string> result;
    for (const Named& row : names)
        if (!row.alias) result.emplace_back(row.name);
    return result;
}

std::string source_text(Language language, const SourceRequest& request) {
    switch (language) {
        case Language::numpy:
            return NumpyWriter().program(request);
        case Language::jax:
            return JaxWriter().program(request);
        case Language::torch:
            return TorchWriter().program(request);
        case Language::julia:
            return JuliaWriter().program(request);
        case Language::matlab:
            return MatlabWriter().program(request);
        case Language::c:
            return c_text(request);
        case Language::cpp:
            return EigenWriter().program(request);
        case Language::dot:
            return graphviz_text(request);
    }
    return {};
}

}  // namespace nabla::codegen
