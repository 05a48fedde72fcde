// Functions that Julia and its standard library lack. Those of numbers are broadcast by their
// callers.
#include <array>

#include "codegen/source/julia.hpp"

namespace nabla::codegen {
namespace {

constexpr std::array helpers{
    Helper{"step", R"(step(x) = x > 0 ? 1.0 : 0.0
)"},
    Helper{"sigmoid", R"(sigmoid(x) = (e = exp(-abs(x)); (x >= 0 ? 1.0 : e) / (1 + e))
)"},
    Helper{"softplus", R"(softplus(x) = max(x, 0.0) + log1p(exp(-abs(x)))
)"},
    Helper{"relu", R"(relu(x) = max(x, 0.0)
)"},
    Helper{"silu", R"(silu(x) = x * sigmoid(x)
)",
           "sigmoid"},
    Helper{"gelu", R"(gelu(x) = 0.5 * x * erfc(-x / sqrt(2.0))
)"},
    Helper{"max_weight", R"(max_weight(a, b) = isnan(a) || isnan(b) ? NaN : ((a > b) + (a >= b)) / 2
)"},
    Helper{"rnorm", R"(rnorm(s) = s == 0 ? 0.0 : 1 / sqrt(s)
)"},
    Helper{"log_gamma", R"(log_gamma(x) = logabsgamma(x)[1]
)"},
    Helper{"logsumexp", R"(function logsumexp(z; dims = :)
    top = maximum(z; dims = dims)
    shift = ifelse.(isfinite.(top), top, 0.0)
    return shift .+ log.(sum(exp.(z .- shift); dims = dims))
end
)"},
    Helper{"softmax", R"(function softmax(z; dims = :)
    e = exp.(z .- maximum(z; dims = dims))
    return e ./ sum(e; dims = dims)
end
)"},
    Helper{"log_softmax", R"(function log_softmax(z; dims = :)
    shifted = z .- maximum(z; dims = dims)
    return shifted .- log.(sum(exp.(shifted); dims = dims))
end
)"},
    Helper{"max_share", R"(function max_share(z; dims = :)
    ties = z .== maximum(z; dims = dims)
    return ties ./ sum(ties; dims = dims)
end
)"},
    Helper{"min_share", R"(min_share(z; dims = :) = max_share(-z; dims = dims)
)",
           "max_share"},
    Helper{"cross_entropy",
           R"(cross_entropy(p, q) = -sum(ifelse.(p .== 0, 0.0, p .* log.(ifelse.(p .== 0, 1.0, q))))
)"},
    Helper{"log_determinant", R"(function log_determinant(A)
    value, sign = logabsdet(A)
    return sign < 0 ? NaN : value
end
)"},
    Helper{"cholesky_lower", R"(cholesky_lower(A) = Matrix(cholesky(Symmetric((A + A') / 2)).L)
)"},
    Helper{"lambda_max", R"(lambda_max(A) = eigmax(Symmetric((A + A') / 2))
)"},
    Helper{"lambda_max_vector", R"(function lambda_max_vector(A)
    v = eigen(Symmetric((A + A') / 2)).vectors[:, end]
    return v * sign(v[findfirst(abs.(v) .> 0.3 * maximum(abs.(v)))])
end
)"},
    Helper{"lambda_max_pinv", R"(function lambda_max_pinv(A)
    values, V = eigen(Symmetric((A + A') / 2))
    gaps = maximum(values) .- values
    kept = gaps .> 4 * length(values) * eps() * maximum(abs.(values))
    return V * diagm(ifelse.(kept, 1 ./ ifelse.(kept, gaps, 1.0), 0.0)) * V'
end
)"},
    Helper{"expm_derivative", R"(function expm_derivative(A, directions...)
    # The derivative of exp at A along the directions; their axes after two are batches.
    n, blocks = size(A, 1), 2^length(directions)
    batches = [reshape(E, n, n, :) for E in directions]
    counts = Tuple(size(E, 3) for E in batches)
    out = zeros(n, n, counts...)
    for at in CartesianIndices(counts)
        whole = kron(Matrix(1.0I, blocks, blocks), A)
        for (m, E) in enumerate(batches), p in 0:blocks-1
            if iszero(p & (1 << (m - 1)))
                q = p + (1 << (m - 1))
                whole[p*n+1:p*n+n, q*n+1:q*n+n] = E[:, :, at[m]]
            end
        end
        out[:, :, at] = exp(whole)[1:n, end-n+1:end]
    end
    return reshape(out, n, n, (size(E, k) for E in directions for k in 3:ndims(E))...)
end
)"},
    Helper{"reshape_rows", R"(function reshape_rows(a, sizes)
    turned = a isa Number ? a : permutedims(a, ndims(a):-1:1)
    b = a isa Number ? fill(a, reverse(sizes)) : reshape(turned, reverse(sizes))
    return ndims(b) == 0 ? b[] : permutedims(b, ndims(b):-1:1)
end
)"},
    Helper{"einsum", R"(function einsum(spec, arrays...)
    # As NumPy's: einsum("ij,jk->ik", A, B).
    inputs, output = split(spec, "->")
    terms = split(inputs, ",")
    labels = collect(join(terms))
    extent = Dict(c => size(a, k) for (t, a) in zip(terms, arrays) for (k, c) in enumerate(t))
    summed = setdiff(unique(labels), collect(output))
    outer = Tuple(extent[c] for c in output)
    inner = Tuple(extent[c] for c in summed)
    out = zeros(outer)
    for i in CartesianIndices(outer)
        at = Dict{Char, Int}(zip(output, Tuple(i)))
        for s in CartesianIndices(inner)
            for (c, k) in zip(summed, Tuple(s))
                at[c] = k
            end
            out[i] += prod(a[(at[c] for c in t)...] for (t, a) in zip(terms, arrays))
        end
    end
    return ndims(out) == 0 ? out[] : out
end
)"},
};

}  // namespace

std::span<const Helper> JuliaWriter::helper_table() const { return helpers; }

}  // namespace nabla::codegen
