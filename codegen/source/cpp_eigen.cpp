#include "codegen/source/cpp_eigen.hpp"

#include <array>

#include <fmt/format.h>

#include "codegen/source/c_words.hpp"

namespace nabla::codegen {

std::span<const std::string_view> EigenWriter::reserved() const { return cpp_words(); }

/// Views of temporaries, and numbers that a lambda would compute once an entry.
bool EigenWriter::must_name(const Code& parent, const CodePtr& child) const {
    if (child->kind == CodeKind::name || child->kind == CodeKind::number) return false;
    switch (parent.kind) {
        case CodeKind::slice:
        case CodeKind::diagonal:
        case CodeKind::vec:
        case CodeKind::reshape:
        case CodeKind::lower_triangle:
        case CodeKind::upper_triangle:
            return true;
        case CodeKind::map:
        case CodeKind::where:
            return parent.rank > 0 && child->rank == 0 && child->kind != CodeKind::compare;
        case CodeKind::compare:
            return parent.rank == 0 && child->kind != CodeKind::size;
        default:
            return false;
    }
}

std::string EigenWriter::type_of(std::size_t rank) {
    constexpr std::array<const char*, 3> names{"double", "Eigen::VectorXd", "Eigen::MatrixXd"};
    return rank < names.size() ? names[rank] : "Tensor";
}

std::string EigenWriter::literal(const ir::Number& value) {
    const auto text = [](std::int64_t n) { return std::to_string(n) + ".0"; };
    if (value.is_exact()) {
        const ir::Rational& r = value.rational();
        return r.den == 1 ? text(r.num) : text(r.num) + " / " + text(r.den);
    }
    std::string digits = fmt::format("{:.17g}", value.value());
    return digits.find_first_of(".en") == std::string::npos ? digits + ".0" : digits;
}

std::string EigenWriter::object(const CodePtr& child) {
    const std::string text = at(child, Tie::choice);
    const bool plain = child->kind == CodeKind::name || is_named(child) || child->rank == 0;
    return plain ? text : type_of(child->rank) + "(" + text + ")";
}

std::string EigenWriter::tensor(const CodePtr& child) {
    if (child->rank > 2) return at(child, Tie::choice);
    const std::string text = at(child, Tie::choice);
    return call_name("tensor_of") + "(" + (child->rank == 0 ? text : object(child)) + ")";
}

Spelled EigenWriter::from_tensor(const std::string& text, std::size_t rank) {
    constexpr std::array<const char*, 3> names{"as_scalar", "as_vector", "as_matrix"};
    if (rank >= names.size()) return {text};
    return {call_name(names[rank]) + "(" + text + ")"};
}

std::string EigenWriter::member(const CodePtr& child, std::string_view suffix) {
    return at(child, Tie::atom) + std::string(suffix);
}

std::string EigenWriter::size_of(const std::string& parameter, std::size_t axis, std::size_t rank) {
    if (rank > 2) return fmt::format("{}.shape[{}]", parameter, axis);
    return parameter + (rank == 1 ? ".size()" : axis == 0 ? ".rows()" : ".cols()");
}

Spelled EigenWriter::sized(const Code& n) {
    std::string sizes;
    for (ir::Dim d : n.dims) sizes += (sizes.empty() ? "" : ", ") + dim(d);
    const std::string type = type_of(n.rank);
    switch (n.kind) {
        case CodeKind::eye:
            return {fmt::format("{}::Identity({}, {})", type, dim(n.dims[0]), dim(n.dims[0]))};
        case CodeKind::unit:
            return {
                fmt::format("{}::Unit({}, {})", type, dim(n.dims[1]), dim_minus_one(n.dims[0]))};
        case CodeKind::iota:
            return {fmt::format("{}::LinSpaced({}, 1.0, double({}))", type, sizes, sizes)};
        default: {
            const bool ones = n.kind == CodeKind::ones;
            if (n.rank < 3) return {fmt::format("{}::{}({})", type, ones ? "Ones" : "Zero", sizes)};
            return {
                fmt::format("{}({{{}}}, {})", call_name("filled"), sizes, ones ? "1.0" : "0.0")};
        }
    }
}

Spelled EigenWriter::slice(const Code& n) {
    std::string places;
    for (const CodePart& part : n.parts) {
        if (!places.empty()) places += ", ";
        switch (part.kind) {
            case CodePart::Kind::all:
                places += "Eigen::all";
                break;
            case CodePart::Kind::range:
                places += fmt::format("Eigen::seqN({}, {})", dim_minus_one(part.first),
                                      dim(part.last - part.first + part.first.context().dim(1)));
                break;
            case CodePart::Kind::entry:
                places += dim_minus_one(part.first);
                break;
        }
    }
    const bool row = n.rank == 1 && n.parts[0].kind == CodePart::Kind::entry;
    return {member(n.children[0], "(" + places + ")") + (row ? ".transpose()" : "")};
}

Spelled EigenWriter::block(const Code& n) {
    const auto cell = [&](const CodePtr& c) -> std::string {
        if (c->rank > 0) return object(c);
        if (n.rank == 1) return "Eigen::VectorXd::Constant(1, " + at(c, Tie::choice) + ")";
        return "Eigen::MatrixXd::Constant(1, 1, " + at(c, Tie::choice) + ")";
    };
    std::string text;
    for (std::size_t k = 0; k < n.children.size(); ++k) {
        if (n.rank == 1)
            text += k > 0 ? ", " : "";
        else if (k == 0 || n.signs[k])
            text += (k == 0 ? "" : "}), ") + call_name("side_by_side") + "({";
        else
            text += ", ";
        text += cell(n.children[k]);
    }
    if (n.rank == 1) return {call_name("joined") + "({" + text + "})"};
    return {call_name("stacked") + "({" + text + "})})"};
}

Spelled EigenWriter::reduce(const Code& n) {
    const CodePtr& child = n.children[0];
    const bool keeps = n.text.ends_with("softmax") || n.text.ends_with("_share");
    const std::string name = n.text == "max" ? "maxCoeff" : n.text == "min" ? "minCoeff" : n.text;
    const bool plain = n.text != "logsumexp" && !keeps;
    if (plain && child->rank <= 2) {
        if (n.axes.empty()) return {member(child, "." + name + "()")};
        if (n.axes[0] == 0) return {member(child, ".colwise()." + name + "().transpose()")};
        return {member(child, ".rowwise()." + name + "()")};
    }
    if (!plain && child->rank == 1) return call(n.text, n);
    std::string axes;
    for (std::uint8_t k = 0; k < child->rank; ++k)
        if (n.axes.empty() || std::find(n.axes.begin(), n.axes.end(), k) != n.axes.end())
            axes += fmt::format("{}{}", axes.empty() ? "" : ", ", k);
    const std::string function =
        plain ? "[](const Eigen::VectorXd& v) { return v." + name + "(); }" : call_name(n.text);
    return from_tensor(
        fmt::format("{}({}, {{{}}}, {})", call_name(keeps ? "map_axes" : "fold_axes"),
                    tensor(child), axes, function),
        n.rank);
}

/// Matrices and their functions.
Spelled EigenWriter::matrix(const Code& n) {
    const CodePtr& first = n.children[0];
    switch (n.kind) {
        case CodeKind::matmul: {
            const bool chain = first->kind == CodeKind::matmul && !is_named(first);
            return {
                at(first, chain ? Tie::product : Tie::sign) + " * " + at(n.children[1], Tie::sign),
                Tie::product};
        }
        case CodeKind::dot:
            return {member(first, ".dot(" + at(n.children[1], Tie::choice) + ")")};
        case CodeKind::outer:
            return {at(first, Tie::sign) + " * " + member(n.children[1], ".transpose()"),
                    Tie::product};
        case CodeKind::scale_rows:
            return {member(first, ".asDiagonal()") + " * " + at(n.children[1], Tie::sign),
                    Tie::product};
        case CodeKind::scale_columns:
            return {at(first, Tie::sign) + " * " + member(n.children[1], ".asDiagonal()"),
                    Tie::product};
        case CodeKind::transpose:
        case CodeKind::as_row:
            return {member(first, ".transpose()")};
        case CodeKind::as_column:
            return operand(first);
        case CodeKind::inverse:
            return {member(first, ".inverse()")};
        case CodeKind::solve:
            return {member(first, ".partialPivLu().solve(" + at(n.children[1], Tie::choice) + ")")};
        case CodeKind::solve_right:
            return {member(n.children[1], ".transpose().partialPivLu().solve(" +
                                              member(first, ".transpose()") + ").transpose()")};
        case CodeKind::matrix_power:
            return {fmt::format("{}({}, {})", call_name("matrix_power"), at(first, Tie::choice),
                                n.exponent.num)};
        case CodeKind::trace:
            return {member(first, ".trace()")};
        case CodeKind::from_diagonal:
            return {"Eigen::MatrixXd(" + member(first, ".asDiagonal()") + ")"};
        case CodeKind::diagonal:
            return {member(first, ".diagonal()")};
        case CodeKind::lower_triangle:
            return {"Eigen::MatrixXd(" + member(first, ".triangularView<Eigen::Lower>()") + ")"};
        case CodeKind::upper_triangle:
            return {"Eigen::MatrixXd(" + member(first, ".triangularView<Eigen::Upper>()") + ")"};
        case CodeKind::kron:
            return call(n.rank == 1 ? "kron_vectors" : "kron", n);
        case CodeKind::vec:
            return {member(first, ".reshaped()")};
        case CodeKind::reshape:
            if (n.rank == 1) return {member(first, ".reshaped()")};
            return {
                member(first, fmt::format(".reshaped({}, {})", dim(n.dims[0]), dim(n.dims[1])))};
        case CodeKind::reshape_rows: {
            std::string sizes;
            for (ir::Dim d : n.dims) sizes += (sizes.empty() ? "" : ", ") + dim(d);
            return from_tensor(fmt::format("Tensor{{{{{}}}, {}.data}}", sizes, tensor(first)),
                               n.rank);
        }
        case CodeKind::einsum: {
            std::string operands;
            for (const CodePtr& child : n.children)
                operands += (operands.empty() ? "" : ", ") + tensor(child);
            return from_tensor(
                fmt::format("{}(\"{}\", {{{}}})", call_name("einsum"), n.text, operands), n.rank);
        }
        case CodeKind::norm:
            return {member(first, ".norm()")};
        case CodeKind::norm_one:
            return {member(first, ".cwiseAbs().sum()")};
        case CodeKind::norm_infinity:
            return {member(first, ".cwiseAbs().maxCoeff()")};
        case CodeKind::cross_entropy:
            if (first->rank == 1) return call("cross_entropy", n);
            return {fmt::format("{}({}.reshaped(), {}.reshaped())", call_name("cross_entropy"),
                                object(first), object(n.children[1]))};
        case CodeKind::det:
            return {member(first, ".determinant()")};
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
        case CodeKind::expm: {
            if (n.children.size() == 1) return {"Eigen::MatrixXd(" + member(first, ".exp()") + ")"};
            std::string directions;
            for (std::size_t k = 1; k < n.children.size(); ++k)
                directions += (k > 1 ? ", " : "") + tensor(n.children[k]);
            return from_tensor(fmt::format("{}({}, {{{}}})", call_name("expm_derivative"),
                                           at(first, Tie::choice), directions),
                               n.rank);
        }
        default:
            return {};
    }
}

Spelled EigenWriter::spell(const Code& n) {
    switch (n.kind) {
        case CodeKind::number: {
            const bool fraction = n.number.is_exact() && n.number.rational().den != 1;
            return {literal(n.number), n.number.is_negative() ? Tie::sum
                                       : fraction             ? Tie::product
                                                              : Tie::atom};
        }
        case CodeKind::pi:
            return {"3.141592653589793"};
        case CodeKind::size:
            return {"double(" + dim(n.dims[0]) + ")"};
        case CodeKind::name:
            return {parameter_name(n.text)};
        case CodeKind::eye:
        case CodeKind::ones:
        case CodeKind::zeros:
        case CodeKind::unit:
        case CodeKind::iota:
            return sized(n);
        case CodeKind::add:
        case CodeKind::multiply:
        case CodeKind::divide:
        case CodeKind::power:
        case CodeKind::power_by:
        case CodeKind::map:
        case CodeKind::sqrt:
        case CodeKind::where:
            return by_entries(n);
        case CodeKind::compare:
            return {condition(n), Tie::compare};
        case CodeKind::block:
            return block(n);
        case CodeKind::slice:
            return slice(n);
        case CodeKind::reduce:
            return reduce(n);
        case CodeKind::matmul:
        case CodeKind::dot:
        case CodeKind::outer:
        case CodeKind::scale_rows:
        case CodeKind::scale_columns:
        case CodeKind::transpose:
        case CodeKind::inverse:
        case CodeKind::solve:
        case CodeKind::solve_right:
        case CodeKind::matrix_power:
        case CodeKind::trace:
        case CodeKind::from_diagonal:
        case CodeKind::diagonal:
        case CodeKind::lower_triangle:
        case CodeKind::upper_triangle:
        case CodeKind::kron:
        case CodeKind::vec:
        case CodeKind::reshape:
        case CodeKind::reshape_rows:
        case CodeKind::as_row:
        case CodeKind::as_column:
        case CodeKind::einsum:
        case CodeKind::norm:
        case CodeKind::norm_one:
        case CodeKind::norm_infinity:
        case CodeKind::cross_entropy:
        case CodeKind::det:
        case CodeKind::logdet:
        case CodeKind::chol:
        case CodeKind::eigenvalue:
        case CodeKind::eigenvector:
        case CodeKind::shifted_pinv:
        case CodeKind::expm:
            return matrix(n);
    }
    return {};
}

std::string EigenWriter::function(const FunctionText& f) {
    std::string parameters;
    for (std::size_t k = 0; k < f.parameters.size(); ++k) {
        const bool size = k >= request().parameters.size();
        const std::size_t rank = size ? 0 : request().parameters[k].rank();
        const std::string type = size        ? "Eigen::Index "
                                 : rank == 0 ? "double "
                                             : "const " + type_of(rank) + "& ";
        if (rank > 2) call_name("Tensor");
        parameters += (k > 0 ? ", " : "") + type + f.parameters[k];
    }
    const bool row = f.source->row && f.code->rank == 1;
    const std::string type = row ? "Eigen::RowVectorXd" : type_of(f.code->rank);
    if (f.code->rank > 2) call_name("Tensor");
    const std::string shapes = shapes_text();
    std::string text =
        fmt::format("// {}{}\ninline {} {}({}) {{\n", f.source->summary,
                    shapes.empty() ? "" : ". " + shapes, type, f.source->name, parameters);
    for (const auto& [name, size] : f.sizes)
        text += fmt::format("    const Eigen::Index {} = {};\n", name, size);
    for (const NamedLine& a : f.assignments)
        text += fmt::format("    const {} {} = {};\n", type_of(a.code->rank), a.name, a.text);
    return text + fmt::format("    return {}{}{};\n}}\n", row ? "(" : "", f.result,
                              row ? ").transpose()" : "");
}

std::string EigenWriter::whole(const std::vector<std::string>& helpers,
                               const std::vector<std::string>& functions) {
    std::string program;
    for (const auto& part : {helpers, functions})
        for (const std::string& text : part) program += "\n" + text;
    std::string includes = "#include <Eigen/Dense>\n";
    if (program.find(".exp())") != std::string::npos)
        includes += "#include <unsupported/Eigen/MatrixFunctions>\n";
    includes += "\n#include <math.h>\n";
    if (program.find("Tensor") != std::string::npos)
        includes += "#include <algorithm>\n#include <string>\n#include <vector>\n";
    return includes + program;
}

}  // namespace nabla::codegen
