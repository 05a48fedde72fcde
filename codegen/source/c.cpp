#include "codegen/source/c.hpp"

#include <algorithm>
#include <cctype>

#include <fmt/format.h>

#include "codegen/source/c_function.hpp"
#include "ir/traverse.hpp"

namespace nabla::codegen {

namespace {

std::string identifier(const std::string& name) {
    std::string text;
    for (char c : name) {
        const auto byte = static_cast<unsigned char>(c);
        text +=
            std::isalnum(byte) != 0 || c == '_' ? std::string(1, c) : fmt::format("u{:02x}", byte);
    }
    return text;
}

}  // namespace

CProgram::CProgram(const SourceRequest& request) {
    for (std::string_view word : cpp_words()) taken_.emplace(word);
    for (const Helper& h : scalar_helpers()) taken_.emplace(h.name);
    for (const Helper& h : c_matrix_helpers()) taken_.emplace(h.name);
    for (const SourceFunction& f : request.functions) taken_.insert(f.name);
    for (ir::Expr p : request.parameters) {
        std::string name = identifier(p.symbol().name);
        while (taken_.contains(name)) name += '_';
        taken_.insert(name);
        parameters_.emplace(p.symbol().name, name);
    }
    for (ir::Expr p : request.parameters)
        for (ir::Dim d : p.shape())
            for (const std::string& name : d.names()) size(name);
}

const std::string& CProgram::size(const std::string& name) {
    if (auto found = sizes_.find(name); found != sizes_.end()) return found->second;
    std::string chosen = identifier(name);
    while (taken_.contains(chosen)) chosen += '_';
    taken_.insert(chosen);
    size_order_.push_back(name);
    return sizes_.emplace(name, chosen).first->second;
}

std::string CProgram::dim(ir::Dim d) {
    if (auto value = d.constant()) return std::to_string(*value);
    std::vector<ir::DimTerm> terms = d.terms();
    std::stable_sort(terms.begin(), terms.end(), [](const auto& a, const auto& b) {
        if ((a.coefficient < 0) != (b.coefficient < 0)) return b.coefficient < 0;
        return a.names.size() > b.names.size();
    });
    std::string text;
    for (const ir::DimTerm& t : terms) {
        const std::int64_t magnitude = t.coefficient < 0 ? -t.coefficient : t.coefficient;
        if (!text.empty() || t.coefficient < 0) text += t.coefficient < 0 ? " - " : " + ";
        std::string product =
            magnitude != 1 || t.names.empty() ? std::to_string(magnitude) : std::string();
        for (const std::string& name : t.names)
            product += (product.empty() ? "" : " * ") + size(name);
        text += product;
    }
    return text;
}

std::string CProgram::helper(std::string_view name) {
    if (std::find(helpers_.begin(), helpers_.end(), name) != helpers_.end())
        return std::string(name);
    for (const std::span<const Helper> table : {scalar_helpers(), c_matrix_helpers()})
        for (const Helper& h : table) {
            if (h.name != name) continue;
            std::string_view needs = h.needs;
            while (!needs.empty()) {
                const std::size_t end = std::min(needs.find(' '), needs.size());
                helper(needs.substr(0, end));
                needs.remove_prefix(std::min(end + 1, needs.size()));
            }
            helpers_.emplace_back(name);
        }
    return std::string(name);
}

std::string CProgram::helper_texts() const {
    std::string text;
    for (const std::string& name : helpers_)
        for (const std::span<const Helper> table : {scalar_helpers(), c_matrix_helpers()})
            for (const Helper& h : table)
                if (h.name == name) text += "\n" + std::string(h.text);
    return text;
}

namespace {

std::string signature(CProgram& program, const SourceRequest& request, const SourceFunction& f) {
    std::string text = "int " + f.name + "(";
    for (const std::string& name : program.sizes()) text += "size_t " + program.size(name) + ", ";
    for (ir::Expr p : request.parameters)
        text += (p.is_scalar() ? "double " : "const double *") +
                program.parameter(p.symbol().name) + ", ";
    return text + "double *out)";
}

std::string comment(const SourceRequest& request, CProgram& program, const SourceFunction& f) {
    std::string shapes;
    for (ir::Expr p : request.parameters) {
        if (p.is_scalar()) continue;
        std::string shape;
        for (ir::Dim d : p.shape()) shape += (shape.empty() ? "" : " x ") + d.str();
        shapes += (shapes.empty() ? "" : ", ") + program.parameter(p.symbol().name) + ": " + shape;
    }
    std::string result;
    for (ir::Dim d : f.value.shape()) result += (result.empty() ? "" : " x ") + d.str();
    std::string text = f.summary + (shapes.empty() ? "" : ". " + shapes) +
                       (result.empty() ? "; out: a number" : "; out: " + result);
    for (std::size_t at = text.find("*/"); at != std::string::npos; at = text.find("*/"))
        text.replace(at, 2, "* /");
    return "/* " + text + " */\n";
}

std::string framed(const CFunction& function) {
    std::string text;
    if (!function.work().empty()) {
        std::string size;
        for (const std::string& part : function.work()) size += (size.empty() ? "" : " + ") + part;
        text += fmt::format("    double *work = malloc(({}) * sizeof *work);\n", size);
        text += "    if (!work) return 1;\n";
    }
    text += function.body();
    if (!function.work().empty()) text += "    free(work);\n";
    text += "    return 0;\n";
    if (function.may_fail())
        text += function.work().empty() ? "failed:\n    return 2;\n"
                                        : "failed:\n    free(work);\n    return 2;\n";
    return text;
}

}  // namespace

std::string c_text(const SourceRequest& request) {
    CProgram program(request);
    struct Part {
        const SourceFunction* source;
        std::string body;
    };
    std::vector<Part> parts;
    for (const SourceFunction& f : request.functions) {
        CFunction function(program, request, f);
        function.build();
        parts.push_back({&f, framed(function)});
    }
    std::string text =
        "/* Arrays are row-major. Each function returns 0; 1 if there is no memory; 2 if a matrix "
        "is\n   singular or not positive definite. */\n"
        "#include <math.h>\n#include <stddef.h>\n#include <stdlib.h>\n" +
        program.helper_texts();
    for (const Part& part : parts)
        text += "\n" + comment(request, program, *part.source) +
                signature(program, request, *part.source) + " {\n" + part.body + "}\n";
    return text;
}

}  // namespace nabla::codegen
