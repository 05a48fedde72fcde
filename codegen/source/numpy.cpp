#include "codegen/source/numpy.hpp"

#include <array>

namespace nabla::codegen {
namespace {

constexpr std::array<Helper, 20> helpers{{
    {"step", R"(def step(x):
    return np.where(x > 0, 1.0, 0.0)
)"},
    {"sigmoid", R"(def sigmoid(x):
    e = np.exp(-np.abs(x))
    return np.where(x >= 0, 1.0, e) / (1.0 + e)
)"},
    {"softplus", R"(def softplus(x):
    return np.maximum(x, 0.0) + np.log1p(np.exp(-np.abs(x)))
)"},
    {"relu", R"(def relu(x):
    return np.maximum(x, 0.0)
)"},
    {"silu", R"(def silu(x):
    return x * sigmoid(x)
)",
     "sigmoid"},
    {"gelu", R"(def gelu(x):
    return 0.5 * x * special.erfc(-x / np.sqrt(2.0))
)"},
    {"max_weight", R"(def max_weight(a, b):
    return np.where(np.isnan(a) | np.isnan(b), np.nan, 0.5 * ((a > b) + (1.0 * (a >= b))))
)"},
    {"rnorm", R"(def rnorm(s):
    return np.where(s == 0, 0.0, 1.0 / np.sqrt(np.where(s == 0, 1.0, s)))
)"},
    {"logsumexp", R"(def logsumexp(z, axis=None):
    top = np.max(z, axis=axis, keepdims=True)
    top = np.where(np.isfinite(top), top, 0.0)
    total = np.sum(np.exp(z - top), axis=axis, keepdims=True)
    return np.squeeze(top + np.log(total), axis=axis)
)"},
    {"softmax", R"(def softmax(z, axis=None):
    e = np.exp(z - np.max(z, axis=axis, keepdims=True))
    return e / np.sum(e, axis=axis, keepdims=True)
)"},
    {"log_softmax", R"(def log_softmax(z, axis=None):
    shifted = z - np.max(z, axis=axis, keepdims=True)
    return shifted - np.log(np.sum(np.exp(shifted), axis=axis, keepdims=True))
)"},
    {"max_share", R"(def max_share(z, axis=None):
    ties = z == np.max(z, axis=axis, keepdims=True)
    return ties / np.sum(ties, axis=axis, keepdims=True)
)"},
    {"min_share", R"(def min_share(z, axis=None):
    return max_share(-z, axis)
)",
     "max_share"},
    {"cross_entropy", R"(def cross_entropy(p, q):
    taken = p != 0
    return -np.sum(np.where(taken, p * np.log(np.where(taken, q, 1.0)), 0.0))
)"},
    {"logdet", R"(def logdet(A):
    sign, value = np.linalg.slogdet(A)
    return np.where(sign < 0, np.nan, value)
)"},
    {"cholesky", R"(def cholesky(A):
    return np.linalg.cholesky((A + A.T) / 2)
)"},
    {"lambda_max", R"(def lambda_max(A):
    return np.linalg.eigvalsh((A + A.T) / 2)[-1]
)"},
    {"lambda_max_vector", R"(def lambda_max_vector(A):
    v = np.linalg.eigh((A + A.T) / 2)[1][:, -1]
    first = np.argmax(np.abs(v) > 0.3 * np.max(np.abs(v)))
    return v * np.sign(v[first])
)"},
    {"lambda_max_pinv", R"(def lambda_max_pinv(A):
    values, V = np.linalg.eigh((A + A.T) / 2)
    gaps = values[-1] - values
    tiny = 4 * len(values) * np.finfo(values.dtype).eps * np.max(np.abs(values))
    return (V * np.where(gaps > tiny, 1 / np.where(gaps > tiny, gaps, 1.0), 0.0)) @ V.T
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
            return np.zeros_like(A)
        whole = np.block([[cell(p, q) for q in range(blocks)] for p in range(blocks)])
        return linalg.expm(whole)[:n, -n:]

    places = itertools.product(*(range(E.shape[2]) for E in batches))
    sizes = [size for E in directions for size in E.shape[2:]]
    return np.stack([along(at) for at in places], axis=-1).reshape(n, n, *sizes)
)"},
}};

}  // namespace

std::span<const Helper> NumpyWriter::helper_table() const { return helpers; }

std::string NumpyWriter::imports(const std::string& program) const {
    return python_imports(program, "import numpy as np\n", "scipy");
}

}  // namespace nabla::codegen
