#include "ir/shape.hpp"

#include <algorithm>

#include "ir/context.hpp"
#include "nabla/error.hpp"

namespace nabla::ir {
namespace {

std::int64_t checked_add(std::int64_t a, std::int64_t b) {
    std::int64_t r = 0;
    if (__builtin_add_overflow(a, b, &r)) throw InputError("a size is too large for 64 bits");
    return r;
}

std::int64_t checked_mul(std::int64_t a, std::int64_t b) {
    std::int64_t r = 0;
    if (__builtin_mul_overflow(a, b, &r)) throw InputError("a size is too large for 64 bits");
    return r;
}

std::string product(const std::vector<std::string>& names) {
    std::string text;
    for (std::size_t i = 0; i < names.size(); ++i) text += (i ? " " : "") + names[i];
    return text;
}

}  // namespace

std::optional<std::int64_t> Dim::constant() const {
    const auto& t = terms();
    if (t.empty()) return 0;
    if (t.size() == 1 && t[0].names.empty()) return t[0].coefficient;
    return std::nullopt;
}

std::string Dim::str() const {
    if (auto c = constant()) return std::to_string(*c);
    // Names before numbers, as people write `n + 1`, and what is added before what is taken away.
    std::vector<DimTerm> ordered = terms();
    std::stable_sort(ordered.begin(), ordered.end(), [](const DimTerm& a, const DimTerm& b) {
        if ((a.coefficient < 0) != (b.coefficient < 0)) return b.coefficient < 0;
        return a.names.size() > b.names.size();
    });
    std::string text;
    for (const DimTerm& t : ordered) {
        std::int64_t c = t.coefficient;
        if (!text.empty())
            text += c < 0 ? " - " : " + ";
        else if (c < 0)
            text += "-";
        std::int64_t magnitude = c < 0 ? -c : c;
        if (t.names.empty())
            text += std::to_string(magnitude);
        else
            text += (magnitude == 1 ? "" : std::to_string(magnitude) + " ") + product(t.names);
    }
    return text;
}

std::vector<std::string> Dim::names() const {
    std::vector<std::string> result;
    for (const DimTerm& t : terms())
        for (const std::string& name : t.names)
            if (std::find(result.begin(), result.end(), name) == result.end())
                result.push_back(name);
    return result;
}

Dim operator+(Dim a, Dim b) {
    std::vector<DimTerm> all = a.terms();
    all.insert(all.end(), b.terms().begin(), b.terms().end());
    return a.context().dim(std::move(all));
}

Dim operator-(Dim a, Dim b) {
    std::vector<DimTerm> all = a.terms();
    for (DimTerm t : b.terms()) {
        t.coefficient = checked_mul(t.coefficient, -1);
        all.push_back(std::move(t));
    }
    return a.context().dim(std::move(all));
}

Dim operator*(Dim a, Dim b) {
    std::vector<DimTerm> all;
    for (const DimTerm& s : a.terms())
        for (const DimTerm& t : b.terms()) {
            DimTerm product{s.names, checked_mul(s.coefficient, t.coefficient)};
            product.names.insert(product.names.end(), t.names.begin(), t.names.end());
            all.push_back(std::move(product));
        }
    return a.context().dim(std::move(all));
}

Dim substitute(Dim dim, const DimSubstitution& with) {
    Context& context = dim.context();
    Dim result = context.dim(0);
    bool changed = false;
    for (const DimTerm& t : dim.terms()) {
        Dim term = context.dim(t.coefficient);
        for (const std::string& name : t.names) {
            auto found = with.find(name);
            changed = changed || found != with.end();
            term = term * (found != with.end() ? found->second : context.dim(name));
        }
        result = result + term;
    }
    return changed ? result : dim;
}

std::optional<std::int64_t> evaluate(Dim dim, const DimValues& sizes) {
    std::int64_t total = 0;
    for (const DimTerm& t : dim.terms()) {
        std::int64_t value = t.coefficient;
        for (const std::string& name : t.names) {
            auto found = sizes.find(name);
            if (found == sizes.end()) return std::nullopt;
            value = checked_mul(value, found->second);
        }
        total = checked_add(total, value);
    }
    return total;
}

std::string to_string(const Shape& shape) {
    if (shape.empty()) return "scalar";
    std::string text;
    for (std::size_t i = 0; i < shape.size(); ++i) {
        if (i) text += "×";
        std::string dim = shape[i].str();
        text += shape.size() > 1 && dim.find(' ') != std::string::npos ? "(" + dim + ")" : dim;
    }
    return text;
}

bool less(Dim a, Dim b) {
    if (a == b) return false;
    const auto &s = a.terms(), &t = b.terms();
    return std::lexicographical_compare(s.begin(), s.end(), t.begin(), t.end(),
                                        [](const DimTerm& x, const DimTerm& y) {
                                            if (x.names != y.names) return x.names < y.names;
                                            return x.coefficient < y.coefficient;
                                        });
}

}  // namespace nabla::ir
