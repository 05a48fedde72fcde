#include "codegen/source/torch.hpp"

#include <array>

#include <fmt/format.h>

namespace nabla::codegen {
namespace {

constexpr std::array<Helper, 16> helpers{{
    {"where", R"(def where(condition, a, b):
    dtype = next((x.dtype for x in (a, b) if torch.is_tensor(x)), torch.float64)
    a, b = torch.as_tensor(a, dtype=dtype), torch.as_tensor(b, dtype=dtype)
    return torch.where(torch.as_tensor(condition), a, b)
)"},
    {"step", R"(def step(x):
    return (x > 0).to(x.dtype)
)"},
    {"cbrt", R"(def cbrt(x):
    return torch.sign(x) * torch.abs(x) ** (1 / 3)
)"},
    {"softplus", R"(def softplus(x):
    return torch.logaddexp(x, torch.zeros_like(x))
)"},
    {"max_weight", R"(def max_weight(a, b):
    a, b = torch.broadcast_tensors(a, b)
    weight = 0.5 * ((a > b).to(a.dtype) + (a >= b).to(a.dtype))
    return torch.where(torch.isnan(a) | torch.isnan(b), a + b, weight)
)"},
    {"rnorm", R"(def rnorm(s):
    zero = s == 0
    return torch.where(zero, torch.zeros_like(s), torch.rsqrt(torch.where(zero, 1.0 + s, s)))
)"},
    {"max_share", R"(def max_share(z, dim=None):
    dim = tuple(range(z.dim())) if dim is None else dim
    ties = (z == torch.amax(z, dim=dim, keepdim=True)).to(z.dtype)
    return ties / torch.sum(ties, dim=dim, keepdim=True)
)"},
    {"min_share", R"(def min_share(z, dim=None):
    return max_share(-z, dim)
)",
     "max_share"},
    {"cross_entropy", R"(def cross_entropy(p, q):
    return -torch.sum(torch.xlogy(p, torch.where(p == 0, torch.ones_like(q), q)))
)"},
    {"logdet", R"(def logdet(A):
    sign, value = torch.linalg.slogdet(A)
    return torch.where(sign < 0, torch.full_like(value, math.nan), value)
)"},
    {"cholesky", R"(def cholesky(A):
    return torch.linalg.cholesky((A + A.T) / 2)
)"},
    {"lambda_max", R"(def lambda_max(A):
    return torch.linalg.eigvalsh((A + A.T) / 2)[-1]
)"},
    {"lambda_max_vector", R"(def lambda_max_vector(A):
    v = torch.linalg.eigh((A + A.T) / 2)[1][:, -1]
    first = torch.nonzero(torch.abs(v) > 0.3 * torch.amax(torch.abs(v)))[0, 0]
    return v * torch.sign(v[first])
)"},
    {"lambda_max_pinv", R"(def lambda_max_pinv(A):
    values, V = torch.linalg.eigh((A + A.T) / 2)
    gaps = values[-1] - values
    tiny = 4 * len(values) * torch.finfo(values.dtype).eps * torch.amax(torch.abs(values))
    weights = torch.where(gaps > tiny, 1 / gaps, torch.zeros_like(gaps))
    return (V * weights) @ V.T
)"},
    {"expm_derivative", R"(def expm_derivative(A, *directions):
    """The derivative of expm at A along the directions; their axes after two are batches."""
    n, blocks = len(A), 2 ** len(directions)
    batches = [E.reshape(n, n, -1) for E in directions]

    def along(at):
        def cell(p, q):
            if p == q:
                return A
            for m, E in enumerate(batches):
                if q == p + 2 ** m and not p >> m & 1:
                    return E[:, :, at[m]]
            return torch.zeros_like(A)
        rows = [torch.hstack([cell(p, q) for q in range(blocks)]) for p in range(blocks)]
        return torch.linalg.matrix_exp(torch.vstack(rows))[:n, -n:]

    places = itertools.product(*(range(E.shape[2]) for E in batches))
    sizes = [size for E in directions for size in E.shape[2:]]
    return torch.stack([along(at) for at in places], dim=-1).reshape(n, n, *sizes)
)"},
    {"prod", R"(def prod(x, dim=None):
    dims = range(x.dim()) if dim is None else (dim,) if isinstance(dim, int) else dim
    for d in sorted(dims, reverse=True):
        x = torch.prod(x, dim=d)
    return x
)"},
}};

}  // namespace

std::span<const Helper> TorchWriter::helper_table() const { return helpers; }

std::string TorchWriter::imports(const std::string& program) const {
    return python_imports(program, "import torch\n", "torch");
}

std::string TorchWriter::dtype() const {
    for (ir::Expr p : request().parameters) return parameter_name(p.symbol().name) + ".dtype";
    return "torch.float64";
}

std::string TorchWriter::array_options() const { return ", dtype=" + dtype(); }

std::string TorchWriter::tensor(const CodePtr& code) {
    const std::string text = at(code, Tie::choice);
    if (code->rank > 0 || !is_constant(code)) return text;
    return fmt::format("torch.tensor({}, dtype={})", text, dtype());
}

Spelled TorchWriter::map(const Code& n) {
    if (n.function == ir::Fn::strong_zero) return operand(n.children[0]);
    if (n.function == ir::Fn::polygamma)
        return {fmt::format("torch.polygamma({}, {})", at(n.children[0], Tie::choice),
                            tensor(n.children[1]))};
    std::string text;
    for (const CodePtr& child : n.children) text += (text.empty() ? "" : ", ") + tensor(child);
    return {call_name(spelling(ir::spellings(n.function))) + "(" + text + ")"};
}

Spelled TorchWriter::square_root(const Code& n) {
    const CodePtr& child = n.children[0];
    if (child->rank == 0 && is_constant(child))
        return {"math.sqrt(" + at(child, Tie::choice) + ")"};
    return {"torch.sqrt(" + at(child, Tie::choice) + ")"};
}

Spelled TorchWriter::reversed(const CodePtr& array) {
    if (array->rank <= 2) return PythonWriter::reversed(array);
    std::string order;
    for (std::uint8_t k = array->rank; k-- > 0;)
        order += fmt::format("{}{}", order.empty() ? "" : ", ", k);
    return {fmt::format("torch.permute({}, ({}))", at(array, Tie::choice), order)};
}

Spelled TorchWriter::reduce(const Code& n) {
    const std::string argument = at(n.children[0], Tie::choice);
    std::string which = axes(n);
    if (n.text == "prod") return {call_name("prod") + "(" + argument + which + ")"};
    const bool softmax = n.text == "softmax" || n.text == "log_softmax";
    if (which.empty() && (softmax || n.text == "logsumexp")) {
        which = ", dim=0";
        for (std::uint8_t k = 1; k < n.children[0]->rank; ++k)
            which = k == 1 ? ", dim=(0, 1" : which + ", " + std::to_string(k);
        if (n.children[0]->rank > 1) which += ")";
    }
    const std::string name = n.text == "max" ? "amax" : n.text == "min" ? "amin" : n.text;
    const bool share = n.text.ends_with("_share");
    return {(share ? call_name(n.text) : "torch." + name) + "(" + argument + which + ")"};
}

Spelled TorchWriter::block(const Code& n) {
    std::string rows = "torch.vstack([";
    if (n.rank == 1) rows = "torch.hstack([";
    for (std::size_t k = 0; k < n.children.size(); ++k) {
        std::string cell = tensor(n.children[k]);
        if (n.rank == 1) {
            rows += (k > 0 ? ", " : "") + cell;
            continue;
        }
        if (n.children[k]->rank == 0)
            cell = is_constant(n.children[k]) ? cell + ".reshape(1, 1)"
                                              : at(n.children[k], Tie::atom) + ".reshape(1, 1)";
        rows += k == 0 ? "torch.hstack([" : n.signs[k] ? "]), torch.hstack([" : ", ";
        rows += cell;
    }
    return {rows + (n.rank == 1 ? "])" : "])])")};
}

}  // namespace nabla::codegen
