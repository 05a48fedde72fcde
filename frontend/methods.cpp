#include "frontend/methods.hpp"

#include <algorithm>
#include <array>

namespace nabla::syntax {

namespace {

constexpr std::array<std::string_view, 12> methods{"gd",        "momentum", "nesterov", "adagrad",
                                                   "rmsprop",   "adam",     "sgd",      "newton",
                                                   "newton-cg", "bfgs",     "lbfgs",    "auto"};

/// Which methods an option is for.
enum class For { all, first_order, with_momentum, lbfgs };

struct OptionRow {
    std::string_view name;
    For methods;
};

constexpr std::array<OptionRow, 10> options{{
    {"tol", For::all},
    {"max_iter", For::all},
    {"seed", For::all},
    {"threads", For::all},
    {"step", For::first_order},
    {"schedule", For::first_order},
    {"batch", For::first_order},
    {"epochs", For::first_order},
    {"momentum", For::with_momentum},
    {"memory", For::lbfgs},
}};

constexpr std::array<std::string_view, 7> first_order{"gd",      "momentum", "nesterov", "adagrad",
                                                      "rmsprop", "adam",     "sgd"};
constexpr std::array<std::string_view, 4> with_momentum{"momentum", "nesterov", "rmsprop", "sgd"};

template <std::size_t count>
bool among(const std::array<std::string_view, count>& words, std::string_view word) {
    return std::find(words.begin(), words.end(), word) != words.end();
}

bool takes(std::string_view method, For whom) {
    switch (whom) {
        case For::all:
            return true;
        case For::first_order:
            return among(first_order, method);
        case For::with_momentum:
            return among(with_momentum, method);
        case For::lbfgs:
            return method == "lbfgs" || method.empty();
    }
    return false;
}

}  // namespace

std::span<const std::string_view> method_names() noexcept { return methods; }

bool is_method(std::string_view name) noexcept { return among(methods, name); }

std::vector<std::string_view> method_options(std::string_view method) {
    std::vector<std::string_view> found;
    for (const OptionRow& row : options) {
        // What `auto` picks is not known, so it may be given what any method takes.
        if (method == "auto" || takes(method, row.methods)) found.push_back(row.name);
    }
    return found;
}

std::vector<std::string_view> option_names() {
    std::vector<std::string_view> names;
    for (const OptionRow& row : options) names.push_back(row.name);
    return names;
}

}  // namespace nabla::syntax
