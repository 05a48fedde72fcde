#include "codegen/source/julia.hpp"

#include <array>

#include <fmt/format.h>

namespace nabla::codegen {

std::span<const std::string_view> JuliaWriter::reserved() const {
    static constexpr std::array<std::string_view, 58> words{
        "baremodule", "begin",   "break",  "catch",  "const",   "continue", "do",       "else",
        "elseif",     "end",     "export", "false",  "finally", "for",      "function", "global",
        "if",         "import",  "in",     "isa",    "let",     "local",    "macro",    "module",
        "quote",      "return",  "struct", "true",   "try",     "using",    "where",    "while",
        "I",          "pi",      "dot",    "sum",    "prod",    "maximum",  "minimum",  "norm",
        "tr",         "det",     "inv",    "diag",   "diagm",   "tril",     "triu",     "kron",
        "vec",        "reshape", "size",   "length", "ones",    "zeros",    "exp",      "vcat",
        "hcat",       "collect"};
    return words;
}

Spelled JuliaWriter::map(const Code& n, std::string_view name) {
    return {call_name(name) + (n.rank > 0 ? "." : "") + "(" + arguments(n) + ")"};
}

Spelled JuliaWriter::reduce(const Code& n) {
    const CodePtr& child = n.children[0];
    const std::string argument = at(child, Tie::choice);
    const bool keeps = n.text.ends_with("softmax") || n.text.ends_with("_share");
    std::string name = n.text == "max" ? "maximum" : n.text == "min" ? "minimum" : n.text;
    if (name != "maximum" && name != "minimum" && name != "sum" && name != "mean" && name != "prod")
        name = call_name(name);
    if (n.axes.empty()) return {fmt::format("{}({})", name, argument)};
    std::string axes;
    for (std::uint8_t axis : n.axes)
        axes += fmt::format("{}{}", axes.empty() ? "" : ", ", axis + 1);
    if (n.axes.size() > 1) axes = "(" + axes + ")";
    const std::string text = fmt::format("{}({}; dims = {})", name, argument, axes);
    if (keeps) return {text};
    if (child->rank == 2) return {"vec(" + text + ")"};
    return {fmt::format("dropdims({}; dims = {})", text, axes)};
}

Spelled JuliaWriter::block(const Code& n) {
    if (n.rank == 1) return {"vcat(" + arguments(n) + ")"};
    std::string text = "vcat(";
    for (std::size_t k = 0; k < n.children.size(); ++k) {
        text += k == 0 ? "hcat(" : n.signs[k] ? "), hcat(" : ", ";
        text += at(n.children[k], Tie::choice);
    }
    return {text + "))"};
}

Spelled JuliaWriter::other(const Code& n) {
    switch (n.kind) {
        case CodeKind::pi:
            return {"pi"};
        case CodeKind::eye:
            return {fmt::format("Matrix(1.0I, {0}, {0})", dim(n.dims[0]))};
        case CodeKind::ones:
            return {"ones(" + size_list(n.dims) + ")"};
        case CodeKind::zeros:
            return {"zeros(" + size_list(n.dims) + ")"};
        case CodeKind::unit:
            return {fmt::format("Float64.(1:{} .== {})", dim(n.dims[1]), dim(n.dims[0]))};
        case CodeKind::iota:
            return {fmt::format("collect(1.0:{})", dim(n.dims[0]))};
        case CodeKind::dot:
            return call("dot", n);
        case CodeKind::inverse:
            return call("inv", n);
        case CodeKind::trace:
            return call("tr", n);
        case CodeKind::from_diagonal:
            return call("diagm", n);
        case CodeKind::diagonal:
            return call("diag", n);
        case CodeKind::lower_triangle:
            return call("tril", n);
        case CodeKind::upper_triangle:
            return call("triu", n);
        case CodeKind::kron:
            return call("kron", n);
        case CodeKind::vec:
            return call("vec", n);
        case CodeKind::reshape:
            return {fmt::format("reshape({}, {})", arguments(n), size_list(n.dims))};
        case CodeKind::reshape_rows:
            return {fmt::format("{}({}, ({}{}))", call_name("reshape_rows"), arguments(n),
                                size_list(n.dims), n.rank == 1 ? "," : "")};
        case CodeKind::block:
            return block(n);
        case CodeKind::slice:
            return {at(n.children[0], Tie::atom) + "[" + slice_places(n) + "]"};
        case CodeKind::einsum:
            return {fmt::format("{}(\"{}\", {})", call_name("einsum"), n.text, arguments(n))};
        case CodeKind::map:
            if (n.function == ir::Fn::strong_zero) return operand(n.children[0]);
            return map(n, ir::spellings(n.function).julia);
        case CodeKind::sqrt:
            return map(n, "sqrt");
        case CodeKind::compare:
            return {fmt::format("{} {}{} {}", at(n.children[0], Tie::sum), n.rank > 0 ? "." : "",
                                n.text, at(n.children[1], Tie::sum)),
                    Tie::compare};
        case CodeKind::where:
            return map(n, "ifelse");
        case CodeKind::norm:
            return call("norm", n);
        case CodeKind::norm_one:
            return {"norm(" + arguments(n) + ", 1)"};
        case CodeKind::norm_infinity:
            return {"norm(" + arguments(n) + ", Inf)"};
        case CodeKind::reduce:
            return reduce(n);
        case CodeKind::cross_entropy:
            return call("cross_entropy", n);
        case CodeKind::det:
            return call("det", n);
        case CodeKind::logdet:
            return call("log_determinant", n);
        case CodeKind::chol:
            return call("cholesky_lower", n);
        case CodeKind::eigenvalue:
            return call("lambda_max", n);
        case CodeKind::eigenvector:
            return call("lambda_max_vector", n);
        case CodeKind::shifted_pinv:
            return call("lambda_max_pinv", n);
        case CodeKind::expm:
            // The exponential of a matrix is exp without a dot.
            return call(n.children.size() == 1 ? "exp" : "expm_derivative", n);
        default:
            return {};
    }
}

std::string JuliaWriter::function(const FunctionText& f) {
    const std::string parameters = fmt::format("{}", fmt::join(f.parameters, ", "));
    std::string shapes = shapes_text();
    const std::string head = f.source->name + "(" + parameters + ")";
    std::string text = fmt::format("\"\"\"\n    {}\n\n{}{}\n\"\"\"\nfunction {}\n", head,
                                   f.source->summary, shapes.empty() ? "" : ". " + shapes, head);
    for (const auto& [name, size] : f.sizes) text += fmt::format("    {} = {}\n", name, size);
    for (const NamedLine& a : f.assignments) text += fmt::format("    {} = {}\n", a.name, a.text);
    const bool row = f.source->row && f.code->rank == 1;
    return text +
           fmt::format("    return {}{}{}\nend\n", row ? "(" : "", f.result, row ? ")'" : "");
}

std::string JuliaWriter::whole(const std::vector<std::string>& helpers,
                               const std::vector<std::string>& functions) {
    std::string program;
    for (const auto& part : {helpers, functions})
        for (const std::string& text : part) program += "\n" + text;
    const auto uses = [&](const char* name) { return program.find(name) != std::string::npos; };
    std::string imports = "using LinearAlgebra\n";
    if (uses("mean(")) imports += "using Statistics\n";
    if (uses("erf(") || uses("erf.(") || uses("erfc(") || uses("erfc.(") || uses("gamma"))
        imports += "using SpecialFunctions\n";
    return imports + program;
}

}  // namespace nabla::codegen
