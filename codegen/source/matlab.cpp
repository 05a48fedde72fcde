#include "codegen/source/matlab.hpp"

#include <array>

#include <fmt/format.h>

namespace nabla::codegen {

std::span<const std::string_view> MatlabWriter::reserved() const {
    static constexpr std::array<std::string_view, 42> words{
        "break",  "case",     "catch",  "continue", "else",      "elseif", "end",
        "for",    "function", "global", "if",       "otherwise", "parfor", "persistent",
        "return", "switch",   "try",    "while",    "i",         "j",      "pi",
        "e",      "eps",      "inf",    "nan",      "ones",      "zeros",  "eye",
        "diag",   "sum",      "max",    "min",      "prod",      "norm",   "size",
        "length", "reshape",  "vec",    "gamma",    "beta",      "do",     "until"};
    return words;
}

/// Only a name can be indexed.
bool MatlabWriter::must_name(const Code& parent, const CodePtr& child) const {
    return parent.kind == CodeKind::slice && child->kind != CodeKind::name;
}

Spelled MatlabWriter::sized(std::string_view name, const ir::Shape& dims) {
    return {fmt::format("{}({}{})", name, size_list(dims), dims.size() == 1 ? ", 1" : "")};
}

/// f(f(…)) once an axis: of all entries.
Spelled MatlabWriter::nested(std::string_view function, const CodePtr& argument) {
    std::string text = at(argument, Tie::choice);
    for (int k = 0; k < std::max<int>(1, argument->rank); ++k)
        text = fmt::format("{}({})", function, text);
    return {text};
}

Spelled MatlabWriter::reduce(const Code& n) {
    const CodePtr& child = n.children[0];
    const bool extreme = n.text == "max" || n.text == "min";
    const bool keeps = n.text.ends_with("softmax") || n.text.ends_with("_share");
    const bool plain = extreme || n.text == "sum" || n.text == "mean" || n.text == "prod";
    const std::string argument = at(child, Tie::choice);
    if (n.axes.empty() && plain) return nested(n.text, child);
    if (n.axes.empty()) {
        if (child->rank == 1) return {fmt::format("{}({}, 1)", call_name(n.text), argument)};
        return {fmt::format("{}({})", call_name(n.text), argument)};
    }
    std::string text = argument;
    for (auto axis = n.axes.rbegin(); axis != n.axes.rend(); ++axis)
        text = fmt::format("{}({}, {}{})", plain ? n.text : call_name(n.text), text,
                           extreme ? "[], " : "", *axis + 1);
    if (keeps) return {text};
    if (child->rank == 2) return {n.axes[0] == 0 ? text + "'" : text};
    std::string axes;
    for (std::uint8_t axis : n.axes) axes += fmt::format("{}{}", axes.empty() ? "" : " ", axis + 1);
    return {fmt::format("{}({}, {}, [{}])", call_name("drop_axes"), text, child->rank, axes)};
}

Spelled MatlabWriter::block(const Code& n) {
    std::string text = "[";
    for (std::size_t k = 0; k < n.children.size(); ++k) {
        text += k == 0 ? "" : n.signs[k] ? "; " : ", ";
        text += at(n.children[k], Tie::choice);
    }
    return {text + "]"};
}

Spelled MatlabWriter::other(const Code& n) {
    switch (n.kind) {
        case CodeKind::pi:
            return {"pi"};
        case CodeKind::eye:
            return {"eye(" + dim(n.dims[0]) + ")"};
        case CodeKind::ones:
            return sized("ones", n.dims);
        case CodeKind::zeros:
            return sized("zeros", n.dims);
        case CodeKind::unit:
            return {fmt::format("double((1:{})' == {})", dim(n.dims[1]), dim(n.dims[0]))};
        case CodeKind::iota:
            return {fmt::format("(1:{})'", dim(n.dims[0]))};
        case CodeKind::dot:
            return {at(n.children[0], Tie::atom) + "' * " + at(n.children[1], Tie::sign),
                    Tie::product};
        case CodeKind::inverse:
            return call("inv", n);
        case CodeKind::trace:
            return call("trace", n);
        case CodeKind::from_diagonal:
        case CodeKind::diagonal:
            return call("diag", n);
        case CodeKind::lower_triangle:
            return call("tril", n);
        case CodeKind::upper_triangle:
            return call("triu", n);
        case CodeKind::kron:
            return call("kron", n);
        case CodeKind::vec:
            return {"reshape(" + arguments(n) + ", [], 1)"};
        case CodeKind::reshape:
            return {fmt::format("reshape({}, {}{})", arguments(n), size_list(n.dims),
                                n.rank == 1 ? ", 1" : "")};
        case CodeKind::reshape_rows:
            return {fmt::format("{}({}, {}, [{}])", call_name("reshape_rows"), arguments(n),
                                n.children[0]->rank, size_list(n.dims))};
        case CodeKind::block:
            return block(n);
        case CodeKind::slice: {
            // A row of a matrix is a column here, as every vector.
            const bool row = n.rank == 1 && n.parts[0].kind == CodePart::Kind::entry;
            return {at(n.children[0], Tie::atom) + "(" + slice_places(n) + ")" + (row ? "'" : "")};
        }
        case CodeKind::einsum:
            return {fmt::format("{}('{}', {})", call_name("einsum"), n.text, arguments(n))};
        case CodeKind::map:
            if (n.function == ir::Fn::strong_zero) return operand(n.children[0]);
            return call(std::string(ir::spellings(n.function).matlab), n);
        case CodeKind::sqrt:
            return call("sqrt", n);
        case CodeKind::compare:
            return {at(n.children[0], Tie::sum) + " " + (n.text == "!=" ? "~=" : n.text) + " " +
                        at(n.children[1], Tie::sum),
                    Tie::compare};
        case CodeKind::where:
            return call("where", n);
        case CodeKind::norm:
            return {"norm(" + arguments(n) + (n.children[0]->rank == 2 ? ", 'fro')" : ")")};
        case CodeKind::norm_one:
            if (n.children[0]->rank == 1) return {"norm(" + arguments(n) + ", 1)"};
            return {"sum(sum(abs(" + arguments(n) + ")))"};
        case CodeKind::norm_infinity:
            if (n.children[0]->rank == 1) return {"norm(" + arguments(n) + ", Inf)"};
            return {"max(max(abs(" + arguments(n) + ")))"};
        case CodeKind::reduce:
            return reduce(n);
        case CodeKind::cross_entropy:
            return call("cross_entropy", n);
        case CodeKind::det:
            return call("det", n);
        case CodeKind::logdet:
            return call("logdet", n);
        case CodeKind::chol:
            return call("cholesky", n);
        case CodeKind::eigenvalue:
            return call("lambda_max", n);
        case CodeKind::eigenvector:
            return call("lambda_max_vector", n);
        case CodeKind::shifted_pinv:
            return call("lambda_max_pinv", n);
        case CodeKind::expm:
            return call(n.children.size() == 1 ? "expm" : "expm_derivative", n);
        default:
            return {};
    }
}

std::string MatlabWriter::function(const FunctionText& f) {
    std::string parameters;
    for (const std::string& p : f.parameters) parameters += (parameters.empty() ? "" : ", ") + p;
    std::string shapes = shapes_text();
    std::string text = fmt::format("function result = {}({})\n", f.source->name, parameters);
    text += fmt::format("  % {}{}\n", f.source->summary, shapes.empty() ? "" : ". " + shapes);
    for (const auto& [name, size] : f.sizes) text += fmt::format("  {} = {};\n", name, size);
    for (const NamedLine& a : f.assignments) text += fmt::format("  {} = {};\n", a.name, a.text);
    const bool row = f.source->row && f.code->rank == 1;
    return text +
           fmt::format("  result = {}{}{};\nend\n", row ? "(" : "", f.result, row ? ")'" : "");
}

std::string MatlabWriter::whole(const std::vector<std::string>& helpers,
                                const std::vector<std::string>& functions) {
    std::string program;
    for (const auto& part : {functions, helpers})
        for (const std::string& text : part) program += (program.empty() ? "" : "\n") + text;
    return program;
}

}  // namespace nabla::codegen
