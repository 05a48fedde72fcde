#include "codegen/source/python.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "nabla/error.hpp"

namespace nabla::codegen {
namespace {

constexpr std::array<std::string_view, 55> words{
    "False",   "None",     "True",     "and",    "as",    "assert",   "async",  "await",
    "break",   "class",    "continue", "def",    "del",   "elif",     "else",   "except",
    "finally", "for",      "from",     "global", "if",    "import",   "in",     "is",
    "lambda",  "nonlocal", "not",      "or",     "pass",  "raise",    "return", "try",
    "while",   "with",     "yield",    "np",     "jnp",   "jax",      "torch",  "math",
    "special", "linalg",   "print",    "len",    "range", "abs",      "max",    "min",
    "sum",     "pow",      "float",    "int",    "zip",   "reversed", "list"};

std::string joined(const std::vector<std::string>& parts, std::string_view separator) {
    return fmt::format("{}", fmt::join(parts, separator));
}

}  // namespace

std::span<const std::string_view> PythonWriter::reserved() const { return words; }

std::string PythonWriter::size_of(const std::string& parameter, std::size_t axis, std::size_t) {
    return fmt::format("{}.shape[{}]", parameter, axis);
}

std::string PythonWriter::shape_tuple(const ir::Shape& dims, bool turned) {
    std::vector<std::string> sizes;
    for (ir::Dim d : dims) sizes.push_back(dim(d));
    if (turned) std::reverse(sizes.begin(), sizes.end());
    return joined(sizes, ", ");
}

/// `, axis=0`, `, axis=(0, 2)`, or nothing for all of them.
std::string PythonWriter::axes(const Code& n) const {
    if (n.axes.empty()) return "";
    std::vector<std::string> numbers;
    for (std::uint8_t axis : n.axes) numbers.push_back(std::to_string(axis));
    const std::string list = numbers.size() == 1 ? numbers[0] : "(" + joined(numbers, ", ") + ")";
    return fmt::format(", {}={}", axis_word(), list);
}

Spelled PythonWriter::sized(std::string_view name, const ir::Shape& dims) {
    const std::string shape = shape_tuple(dims);
    return {fmt::format("{}({}{})", np(name), dims.size() > 1 ? "(" + shape + ")" : shape,
                        array_options())};
}

Spelled PythonWriter::multiply(const Code& n) {
    std::string text;
    bool only_scalars = true;
    for (std::size_t k = 0; k < n.children.size(); ++k) {
        const CodePtr& factor = n.children[k];
        const bool last = k + 1 == n.children.size();
        // `2 * X.T @ r` is (2 X.T) r, the same up to rounding and how people write it.
        const bool matmul = (factor->kind == CodeKind::matmul || factor->kind == CodeKind::dot) &&
                            !is_named(factor);
        const bool open = k == 0 ? !matmul || last : matmul && last && only_scalars;
        if (k > 0) text += " * ";
        text += at(factor, open ? Tie::product : Tie::sign);
        only_scalars = only_scalars && factor->rank == 0;
    }
    return {std::move(text), Tie::product};
}

Spelled PythonWriter::divide(const Code& n) {
    return {at(n.children[0], Tie::product) + " / " + at(n.children[1], Tie::sign), Tie::product};
}

Spelled PythonWriter::product(const Code& n, Tie right) {
    const CodePtr& left = n.children[0];
    const bool chain = left->kind == CodeKind::matmul && !is_named(left);
    return {at(left, chain ? Tie::product : Tie::sign) + " @ " + at(n.children[1], right),
            Tie::product};
}

Spelled PythonWriter::power(const Code& n) {
    const CodePtr& base = n.children[0];
    if (n.kind == CodeKind::power_by) {
        // A number below would be Python's own and fail for negative bases of integers.
        return {at(base, Tie::atom) + " ** " + at(n.children[1], Tie::power), Tie::power};
    }
    if (base->kind == CodeKind::norm && !is_named(base) && n.exponent == ir::Rational(2))
        return {np("sum") + "(" + at(base->children[0], Tie::atom) + " ** 2)"};
    if (n.exponent == ir::Rational(-1)) return {"1 / " + at(base, Tie::sign), Tie::product};
    if (n.exponent == ir::Rational(-1, 2)) {
        Code root = n;
        return {"1 / " + square_root(root).text, Tie::product};
    }
    const std::string exponent = n.exponent.is_integer()
                                     ? std::to_string(n.exponent.num)
                                     : fmt::format("({} / {})", n.exponent.num, n.exponent.den);
    return {at(base, Tie::atom) + " ** " +
                (n.exponent.num < 0 && n.exponent.is_integer() ? "(" + exponent + ".0)" : exponent),
            Tie::power};
}

Spelled PythonWriter::slice(const Code& n) {
    std::vector<std::string> places;
    for (const CodePart& part : n.parts) switch (part.kind) {
            case CodePart::Kind::all:
                places.emplace_back(":");
                break;
            case CodePart::Kind::range:
                places.push_back(dim_minus_one(part.first) + ":" + dim(part.last));
                break;
            case CodePart::Kind::entry:
                places.push_back(dim_minus_one(part.first));
                break;
        }
    return {at(n.children[0], Tie::atom) + "[" + joined(places, ", ") + "]"};
}

Spelled PythonWriter::einsum(const Code& n) {
    return {fmt::format("{}(\"{}\", {})", np("einsum"), n.text, arguments(n))};
}

Spelled PythonWriter::reversed(const CodePtr& array) {
    if (array->rank < 2) return operand(array);
    if (array->rank == 2) return {at(array, Tie::atom) + ".T"};
    return {np("transpose") + "(" + at(array, Tie::choice) + ")"};
}

Spelled PythonWriter::block(const Code& n) {
    if (n.rank == 1) return {np("hstack") + "([" + arguments(n) + "])"};
    std::string rows;
    for (std::size_t k = 0; k < n.children.size(); ++k) {
        rows += k == 0 ? "[" : n.signs[k] ? "], [" : ", ";
        rows += at(n.children[k], Tie::choice);
    }
    return {np("block") + "([" + rows + "]])"};
}

Spelled PythonWriter::reduce(const Code& n) {
    const std::string argument = at(n.children[0], Tie::choice);
    const bool plain = n.text == "sum" || n.text == "mean" || n.text == "prod" || n.text == "max" ||
                       n.text == "min";
    return {(plain ? np(n.text) : call_name(n.text)) + "(" + argument + axes(n) + ")"};
}

Spelled PythonWriter::map(const Code& n) {
    if (n.function == ir::Fn::strong_zero) return operand(n.children[0]);
    return call(std::string(spelling(ir::spellings(n.function))), n);
}

Spelled PythonWriter::square_root(const Code& n) {
    return {np("sqrt") + "(" + at(n.children[0], Tie::choice) + ")"};
}

/// Matrices and their functions.
Spelled PythonWriter::matrix(const Code& n) {
    switch (n.kind) {
        case CodeKind::inverse:
            return call(np("linalg.inv"), n);
        case CodeKind::solve:
            return call(np("linalg.solve"), n);
        case CodeKind::solve_right: {
            const std::string below = reversed(n.children[1]).text;
            return {fmt::format("{}({}, {}).T", np("linalg.solve"), below,
                                reversed(n.children[0]).text)};
        }
        case CodeKind::matrix_power:
            return {fmt::format("{}({}, {})", np("linalg.matrix_power"),
                                at(n.children[0], Tie::choice), n.exponent.num)};
        case CodeKind::trace:
            return call(np("trace"), n);
        case CodeKind::from_diagonal:
        case CodeKind::diagonal:
            return call(np("diag"), n);
        case CodeKind::lower_triangle:
            return call(np("tril"), n);
        case CodeKind::upper_triangle:
            return call(np("triu"), n);
        case CodeKind::kron:
            return call(kron_name(), n);
        case CodeKind::vec: {
            const Spelled turned = reversed(n.children[0]);
            return {turned.text + ".reshape(-1)"};
        }
        case CodeKind::reshape: {
            // Filled by columns: by rows over the axes turned round.
            const Spelled turned = reversed(n.children[0]);
            const std::string text = turned.tie < Tie::atom ? "(" + turned.text + ")" : turned.text;
            const std::string shaped = text + ".reshape(" + shape_tuple(n.dims, true) + ")";
            if (n.rank < 2) return {shaped};
            return {n.rank == 2 ? shaped + ".T" : np("transpose") + "(" + shaped + ")"};
        }
        case CodeKind::reshape_rows:
            return {at(n.children[0], Tie::atom) + ".reshape(" +
                    (n.rank == 0 ? "()" : shape_tuple(n.dims)) + ")"};
        case CodeKind::det:
            return call(np("linalg.det"), n);
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
            return call(n.children.size() == 1 ? expm_name() : std::string("expm_derivative"), n);
        default:
            throw InternalError("python: no spelling of " + std::string(kind_name(n.kind)));
    }
}

Spelled PythonWriter::spell(const Code& n) {
    switch (n.kind) {
        case CodeKind::number:
            return number(n.number);
        case CodeKind::pi:
            return {np("pi")};
        case CodeKind::size:
            return {dim(n.dims[0]), Tie::sum};
        case CodeKind::name:
            return {parameter_name(n.text)};
        case CodeKind::eye:
            return sized("eye", {n.dims[0]});
        case CodeKind::ones:
            return sized("ones", n.dims);
        case CodeKind::zeros:
            return sized("zeros", n.dims);
        case CodeKind::unit:
            return {sized("eye", {n.dims[1]}).text + "[" + dim_minus_one(n.dims[0]) + "]"};
        case CodeKind::iota:
            return {fmt::format("{}(1.0, {}{})", np("arange"),
                                dim(n.dims[0] + n.dims[0].context().dim(1)), array_options())};
        case CodeKind::add:
            return sum_of(n, "+", "-");
        case CodeKind::multiply:
            return multiply(n);
        case CodeKind::divide:
            return divide(n);
        case CodeKind::power:
        case CodeKind::power_by:
            return power(n);
        case CodeKind::matmul:
        case CodeKind::dot:
            return product(n, Tie::sign);
        case CodeKind::outer:
            return call(np("outer"), n);
        case CodeKind::scale_rows:
            return {at(n.children[0], Tie::atom) + "[:, None] * " + at(n.children[1], Tie::sign),
                    Tie::product};
        case CodeKind::scale_columns: {
            const bool open = n.children[0]->kind != CodeKind::matmul;
            return {at(n.children[0], open ? Tie::product : Tie::sign) + " * " +
                        at(n.children[1], Tie::sign),
                    Tie::product};
        }
        case CodeKind::transpose:
            return reversed(n.children[0]);
        case CodeKind::block:
            return block(n);
        case CodeKind::as_row:
            return {at(n.children[0], Tie::atom) + "[None, :]"};
        case CodeKind::as_column:
            return {at(n.children[0], Tie::atom) + "[:, None]"};
        case CodeKind::slice:
            return slice(n);
        case CodeKind::einsum:
            return einsum(n);
        case CodeKind::map:
            return map(n);
        case CodeKind::sqrt:
            return square_root(n);
        case CodeKind::compare:
            return {at(n.children[0], Tie::sum) + " " + n.text + " " + at(n.children[1], Tie::sum),
                    Tie::compare};
        case CodeKind::where:
            return call(std::string(spelling(ir::spellings(ir::Fn::where))), n);
        case CodeKind::norm:
            return call(np("linalg.norm"), n);
        case CodeKind::norm_one:
            return {fmt::format("{}({}({}))", np("sum"), np("abs"), arguments(n))};
        case CodeKind::norm_infinity:
            return {fmt::format("{}({}({}))", np("max"), np("abs"), arguments(n))};
        case CodeKind::reduce:
            return reduce(n);
        case CodeKind::cross_entropy:
            return call("cross_entropy", n);
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

std::string python_imports(const std::string& program, const std::string& first,
                           const std::string& package) {
    const auto uses = [&](const std::string& module) {
        for (const char* before : {" ", "(", "-", "["})
            if (program.find(before + module + ".") != std::string::npos) return true;
        return false;
    };
    std::string text;
    for (const char* module : {"itertools", "math"})
        if (uses(module)) text += fmt::format("import {}\n", module);
    if (!text.empty()) text += "\n";
    text += first;
    const bool linear = uses("linalg"), special = uses("special");
    if (linear || special)
        text += fmt::format("from {} import {}{}{}\n", package, linear ? "linalg" : "",
                            linear && special ? ", " : "", special ? "special" : "");
    return text;
}

std::string PythonWriter::function(const FunctionText& f) {
    std::string text = fmt::format("def {}({}):\n", f.source->name, joined(f.parameters, ", "));
    std::string shapes = shapes_text();
    text += fmt::format("    \"\"\"{}{}\"\"\"\n", f.source->summary,
                        shapes.empty() ? "" : ". " + shapes);
    for (const auto& [name, size] : f.sizes) text += fmt::format("    {} = {}\n", name, size);
    for (const NamedLine& a : f.assignments) text += fmt::format("    {} = {}\n", a.name, a.text);
    return text + fmt::format("    return {}\n", f.result);
}

std::string PythonWriter::whole(const std::vector<std::string>& helpers,
                                const std::vector<std::string>& functions) {
    std::string program;
    for (const std::string& text : helpers) program += "\n\n" + text;
    for (const std::string& text : functions) program += "\n\n" + text;
    return imports(program) + program;
}

}  // namespace nabla::codegen
