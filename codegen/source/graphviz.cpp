#include "codegen/source/graphviz.hpp"

#include <array>
#include <unordered_map>

#include <fmt/format.h>

#include "codegen/source/number_text.hpp"
#include "ir/context.hpp"
#include "ir/traverse.hpp"

namespace nabla::codegen {
namespace {

using ir::Expr;
using ir::Op;

std::string escaped(const std::string& text) {
    std::string result;
    for (char c : text) {
        if (c == '"' || c == '\\') result += '\\';
        result += c;
    }
    return result;
}

/// The letters that an axis goes by: i, j, k …
std::string axes_text(const ir::Labels& labels) {
    constexpr std::string_view letters = "ijklmnpqrstuvwxyz";
    std::string text;
    for (ir::LabelId l : labels)
        text += l < letters.size() ? std::string(1, letters[l]) : fmt::format("i{}", l);
    return text;
}

std::string exponent_text(const ir::Rational& e) {
    if (e == ir::Rational(1)) return "";
    return e.is_integer() ? fmt::format("^{}", e.num) : fmt::format("^({}/{})", e.num, e.den);
}

/// What the operation is.
std::string operation(Expr e) {
    switch (e.op()) {
        case Op::constant:
            return number_text(e.number());
        case Op::pi:
            return "π";
        case Op::dim_value:
            return e.dim().str();
        case Op::symbol:
            return e.symbol().name;
        case Op::identity:
            return "I";
        case Op::sum:
            return e.sum().terms.empty() ? "0" : "+";
        case Op::einsum: {
            if (e.einsum().factors.empty()) return "1";
            std::string text;
            for (const ir::Factor& f : e.einsum().factors)
                text += (text.empty() ? "" : ",") + axes_text(f.labels);
            return text.empty() || text.find_first_not_of(',') == std::string::npos
                       ? "×"
                       : "× " + text + "→" + axes_text(e.einsum().output);
        }
        case Op::map:
            return std::string(ir::function(e.map().function).name);
        case Op::reduce: {
            constexpr std::array<const char*, 6> names{"logsumexp", "max",       "min",
                                                       "prod",      "max share", "min share"};
            return names[static_cast<std::size_t>(e.reduce().kind)];
        }
        case Op::inverse:
            return "inverse";
        case Op::det:
            return "det";
        case Op::adjugate:
            return "adjugate";
        case Op::derivative:
            return "derivative";
        case Op::selection:
            return fmt::format("I[:, {}:{}]", (e.offset() + e.context().dim(1)).str(),
                               (e.offset() + e.shape()[1]).str());
        case Op::iota:
            return "1…" + e.dim().str();
        case Op::reshape:
            return "reshape";
        case Op::trimask:
            return "tril(1)";
        case Op::chol:
            return "chol";
        case Op::eigenvalue:
            return "λ max";
        case Op::eigenvector:
            return "λ max vector";
        case Op::shifted_pinv:
            return "λ max pinv";
        case Op::expm:
            return e.child_count() == 1 ? "expm" : "expm derivative";
    }
    return {};
}

/// What an edge from child k says: a coefficient or an exponent.
std::string edge_text(Expr e, std::size_t k) {
    if (e.op() == Op::sum) {
        const ir::Number& c = e.sum().terms[k].coefficient;
        return c.is_one() ? "" : number_text(c);
    }
    if (e.op() == Op::einsum) return exponent_text(e.einsum().factors[k].exponent);
    return e.child_count() > 1 ? std::to_string(k + 1) : "";
}

std::string graph_of(const SourceFunction& f, std::size_t place) {
    std::string text = fmt::format("  subgraph cluster_{} {{\n    label=\"{}: {}\";\n", place,
                                   escaped(f.name), escaped(f.summary));
    std::unordered_map<Expr, std::string, ir::ExprHash> names;
    for (Expr e : ir::post_order(f.value)) {
        const std::string name = fmt::format("{}_{}", f.name, names.size());
        names.emplace(e, name);
        std::string label = escaped(operation(e));
        if (!e.is_scalar()) label += "\\n" + escaped(ir::to_string(e.shape()));
        std::string extra;
        if (e.op() == Op::symbol)
            extra = ", shape=box, style=\"rounded,filled\", fillcolor=\"#e8f0fe\"";
        if (e == f.value) extra += ", penwidth=2";
        text += fmt::format("    {} [label=\"{}\"{}];\n", name, label, extra);
        for (int k = 0; k < e.child_count(); ++k) {
            const std::string edge = edge_text(e, static_cast<std::size_t>(k));
            text += fmt::format("    {} -> {}{};\n", names.at(e.child(k)), name,
                                edge.empty() ? "" : fmt::format(" [label=\"{}\"]", escaped(edge)));
        }
    }
    return text + "  }\n";
}

}  // namespace

std::string graphviz_text(const SourceRequest& request) {
    std::string text =
        "digraph derivative {\n  rankdir=BT;\n  node [shape=box, style=rounded, "
        "fontname=\"sans-serif\"];\n  edge [fontname=\"sans-serif\", fontsize=10];\n";
    for (std::size_t k = 0; k < request.functions.size(); ++k)
        text += graph_of(request.functions[k], k);
    return text + "}\n";
}

}  // namespace nabla::codegen
