#include "codegen/source/latex.hpp"

#include <algorithm>
#include <array>
#include <functional>

#include "codegen/source/greek.hpp"
#include "codegen/source/number_text.hpp"
#include "codegen/source/precedence.hpp"
#include "ir/functions.hpp"

namespace nabla::codegen {
namespace {

using passes::Notation;
using passes::NotationKind;
using passes::NotationPtr;

struct Operator {
    std::string_view name;
    std::string_view latex;
};

constexpr std::array<Operator, 16> operators{{
    {"det", "\\det"},
    {"logdet", "\\log\\det"},
    {"max", "\\max"},
    {"min", "\\min"},
    {"prod", "\\operatorname{prod}"},
    {"sum", "\\operatorname{sum}"},
    {"tr", "\\operatorname{tr}"},
    {"diag", "\\operatorname{diag}"},
    {"softmax", "\\operatorname{softmax}"},
    {"log_softmax", "\\log\\operatorname{softmax}"},
    {"logsumexp", "\\operatorname{logsumexp}"},
    {"grad", "\\nabla"},
    {"jacobian", "\\operatorname{J}"},
    {"hessian", "\\nabla^{2}"},
    {"max_share", "\\operatorname{argmax}"},
    {"min_share", "\\operatorname{argmin}"},
}};

std::string operator_name(const std::string& function) {
    const auto* found = std::find_if(operators.begin(), operators.end(),
                                     [&](const Operator& o) { return o.name == function; });
    if (found != operators.end()) return std::string(found->latex);
    if (auto fn = ir::find_function(function))
        if (std::string_view latex = ir::function(*fn).latex_name; !latex.empty())
            return std::string(latex);
    std::string escaped;
    for (char c : function) escaped += c == '_' ? "\\_" : std::string(1, c);
    return "\\operatorname{" + escaped + "}";
}

/// Tall contents need growing brackets.
std::string parenthesised(const std::string& text) {
    bool tall = text.find("\\frac") != std::string::npos;
    return (tall ? "\\left(" : "(") + text + (tall ? "\\right)" : ")");
}

std::string print(const NotationPtr& notation);

std::string at_level(const NotationPtr& n, Level least) {
    return level_of(*n) < least ? parenthesised(print(n)) : print(n);
}

std::string sum(const Notation& n) {
    std::string text;
    for (std::size_t k = 0; k < n.children.size(); ++k) {
        if (k > 0)
            text += n.signs[k] ? " - " : " + ";
        else if (n.signs[k])
            text += "-";
        text += at_level(n.children[k], Level::product);
    }
    return text;
}

std::string side_by_side(const std::vector<NotationPtr>& factors) {
    std::string text;
    for (std::size_t k = 0; k < factors.size(); ++k) {
        if (k > 0) text += ' ';
        bool alone = factors.size() == 1;
        bool fraction = factors[k]->kind == NotationKind::quotient && factors[k]->rank == 0;
        bool chain = k + 1 == factors.size() && factors[k]->rank == 0 &&
                     factors[k]->kind == NotationKind::product;
        text += alone || fraction || chain ? at_level(factors[k], Level::product)
                                           : at_level(factors[k], Level::postfix);
    }
    return text;
}

/// What is left of a fraction's bar reads best as \frac{2}{m} X (…) when it is long.
std::string quotient(const Notation& n) {
    const NotationPtr &above = n.children[0], &below = n.children[1];
    constexpr std::int64_t short_numerator = 4;
    if (n.rank == 0 || above->size <= short_numerator)
        return "\\frac{" + print(above) + "}{" + print(below) + "}";
    std::vector<NotationPtr> scalars, rest;
    bool product = above->kind == NotationKind::product;
    if (product)
        for (const NotationPtr& child : above->children)
            (child->rank == 0 ? scalars : rest).push_back(child);
    else
        rest.push_back(above);
    std::string top = scalars.empty() ? "1" : side_by_side(scalars);
    std::string tail = rest.size() == 1 ? at_level(rest[0], Level::postfix) : side_by_side(rest);
    return "\\frac{" + top + "}{" + print(below) + "} " + tail;
}

std::string entrywise(const Notation& n, const char* op) {
    std::string text;
    for (std::size_t k = 0; k < n.children.size(); ++k) {
        if (k > 0) text += op;
        text += at_level(n.children[k], Level::postfix);
    }
    return text;
}

std::string power(const Notation& n) {
    bool dotted = n.kind == NotationKind::hadamard_power;
    std::string exponent = n.children.size() == 2    ? print(n.children[1])
                           : n.exponent.is_integer() ? std::to_string(n.exponent.num)
                                                     : std::to_string(n.exponent.num) + "/" +
                                                           std::to_string(n.exponent.den);
    return at_level(n.children[0], Level::atom) + (dotted ? "^{\\odot " : "^{") + exponent + "}";
}

std::string sizes(const Notation& n) {
    std::size_t count = n.kind == NotationKind::identity ? 1 : n.dims.size();
    std::string text;
    for (std::size_t k = 0; k < count; ++k)
        text += (k > 0 ? " \\times " : "") + print(passes::dim_notation(n.dims[k]));
    return "_{" + text + "}";
}

std::string call(const Notation& n) {
    if (n.text == "sqrt") return "\\sqrt{" + print(n.children[0]) + "}";
    if (n.text == "abs") return "\\lvert " + print(n.children[0]) + " \\rvert";
    if (n.text == "unit") return "e_{" + latex_name(n.indices[0]) + "}";
    std::string arguments;
    for (std::size_t k = 0; k < n.children.size(); ++k)
        arguments += (k > 0 ? ", " : "") + print(n.children[k]);
    for (const std::string& option : n.indices)
        arguments += ", " + (option.size() == 1 ? option : "\\text{" + option + "}");
    return operator_name(n.text) + parenthesised(arguments);
}

std::string norm(const Notation& n) {
    std::string text = "\\lVert " + print(n.children[0]) + " \\rVert";
    if (n.text.empty()) return text;
    if (n.text == "inf") return text + "_{\\infty}";
    return text + "_{" + n.text + "}";
}

/// Index names of a term that are not on the left: what it is summed over.
std::vector<std::string> summed_indices(const NotationPtr& term,
                                        const std::vector<std::string>& left) {
    std::vector<std::string> found;
    std::vector<NotationPtr> stack{term};
    while (!stack.empty()) {
        NotationPtr n = stack.back();
        stack.pop_back();
        if (n->kind == NotationKind::indexed)
            for (const std::string& name : n->indices)
                if (std::find(left.begin(), left.end(), name) == left.end() &&
                    std::find(found.begin(), found.end(), name) == found.end())
                    found.push_back(name);
        bool closed = n->kind == NotationKind::indexed || n->kind == NotationKind::index_tensor;
        if (!closed) stack.insert(stack.end(), n->children.begin(), n->children.end());
    }
    std::sort(found.begin(), found.end());
    return found;
}

std::string joined(const std::vector<std::string>& names) {
    std::string text;
    for (const std::string& name : names) text += (text.empty() ? "" : " ") + latex_name(name);
    return text;
}

std::string index_tensor(const Notation& n) {
    auto term_text = [&](const NotationPtr& term) {
        std::vector<std::string> summed = summed_indices(term, n.indices);
        std::string sigma = summed.empty() ? "" : "\\sum_{" + joined(summed) + "} ";
        return sigma + at_level(term, Level::product);
    };
    const NotationPtr& body = n.children[0];
    std::string text;
    if (body->kind != NotationKind::sum) {
        text = term_text(body);
    } else {
        for (std::size_t k = 0; k < body->children.size(); ++k) {
            if (k > 0 || body->signs[k]) text += body->signs[k] ? " - " : " + ";
            text += term_text(body->children[k]);
        }
    }
    if (n.indices.empty()) return "\\left(" + text + "\\right)";
    return "\\left[" + text + "\\right]_{" + joined(n.indices) + "}";
}

/// x_i, A_{i j}, [A x]_i, δ_{i j}; slices with commas, A_{2:5, :}.
std::string indexed(const Notation& n) {
    const NotationPtr& base = n.children[0];
    bool slice = std::any_of(n.indices.begin(), n.indices.end(), [](const std::string& index) {
        return index.find(':') != std::string::npos;
    });
    bool plain = base->kind == NotationKind::name && base->text.size() == 1;
    bool identity = base->kind == NotationKind::identity;
    std::string text = plain || (identity && slice) ? print(base)
                       : identity                   ? "\\delta"
                                                    : "[" + print(base) + "]";
    if (!slice) return text + "_{" + joined(n.indices) + "}";
    if (identity) text = "[" + text + "]";
    std::string places;
    for (const std::string& index : n.indices) places += (places.empty() ? "" : ", ") + index;
    return text + "_{" + places + "}";
}

std::string print(const NotationPtr& notation) {
    const Notation& n = *notation;
    switch (n.kind) {
        case NotationKind::number:
            return number_text(n.number);
        case NotationKind::pi:
            return "\\pi";
        case NotationKind::name:
            return latex_name(n.text);
        case NotationKind::identity:
            return n.text.empty() ? "I" : "I" + sizes(n);
        case NotationKind::ones:
            return "\\mathbf{1}" + sizes(n);
        case NotationKind::zeros:
            return "\\mathbf{0}" + sizes(n);
        case NotationKind::sum:
            return sum(n);
        case NotationKind::product:
            return side_by_side(n.children);
        case NotationKind::hadamard:
            return entrywise(n, " \\odot ");
        case NotationKind::quotient:
            return quotient(n);
        case NotationKind::hadamard_quotient:
            return entrywise(n, " \\oslash ");
        case NotationKind::power:
        case NotationKind::hadamard_power:
            return power(n);
        case NotationKind::transpose:
            return at_level(n.children[0], Level::atom) + "^{\\top}";
        case NotationKind::inverse:
            return at_level(n.children[0], Level::atom) + "^{-1}";
        case NotationKind::inverse_transpose:
            return at_level(n.children[0], Level::atom) + "^{-\\top}";
        case NotationKind::norm:
            return norm(n);
        case NotationKind::call:
            return call(n);
        case NotationKind::index_tensor:
            return index_tensor(n);
        case NotationKind::block: {
            std::string cells;
            for (std::size_t k = 0; k < n.children.size(); ++k)
                cells += (k == 0 ? "" : n.signs[k] ? " \\\\ " : " & ") + print(n.children[k]);
            return "\\begin{bmatrix} " + cells + " \\end{bmatrix}";
        }
        case NotationKind::kronecker:
            return entrywise(n, " \\otimes ");
        case NotationKind::compare: {
            const std::string sign = n.text == ">=" ? "\\ge" : n.text == "==" ? "=" : n.text;
            return print(n.children[0]) + " " + sign + " " + print(n.children[1]);
        }
        case NotationKind::indexed:
            return indexed(n);
    }
    return {};
}

}  // namespace

std::string latex_text(const NotationPtr& notation) { return print(notation); }

}  // namespace nabla::codegen
