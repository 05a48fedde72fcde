// Functions that MATLAB and Octave lack.
#include <array>

#include "codegen/source/matlab.hpp"

namespace nabla::codegen {
namespace {

constexpr std::array helpers{
    Helper{"where", R"(function r = where(condition, a, b)
  shape = zeros(size(condition)) + zeros(size(a)) + zeros(size(b));
  condition = logical(condition + shape);
  a = a + shape;
  r = b + shape;
  r(condition) = a(condition);
end
)"},
    Helper{"cube_root", R"(function r = cube_root(x)
  r = nthroot(x, 3);
end
)"},
    Helper{"step_function", R"(function r = step_function(x)
  r = double(x > 0);
end
)"},
    Helper{"sigmoid", R"(function r = sigmoid(x)
  e = exp(-abs(x));
  r = ((x >= 0) + (x < 0) .* e) ./ (1 + e);
end
)"},
    Helper{"softplus", R"(function r = softplus(x)
  r = max(x, 0) + log1p(exp(-abs(x)));
end
)"},
    Helper{"relu", R"(function r = relu(x)
  r = max(x, 0) + 0 * x;
end
)"},
    Helper{"silu", R"(function r = silu(x)
  r = x .* sigmoid(x);
end
)",
           "sigmoid"},
    Helper{"gelu", R"(function r = gelu(x)
  r = 0.5 * x .* erfc(-x / sqrt(2));
end
)"},
    Helper{"larger", R"(function r = larger(a, b)
  r = max(a + zeros(size(b)), b + zeros(size(a)));
end
)"},
    Helper{"smaller", R"(function r = smaller(a, b)
  r = min(a + zeros(size(b)), b + zeros(size(a)));
end
)"},
    Helper{"max_weight", R"(function r = max_weight(a, b)
  r = ((a > b) + (a >= b)) / 2 + 0 * (a + b);
end
)"},
    Helper{"rnorm", R"(function r = rnorm(s)
  r = 1 ./ sqrt(s);
  r(s == 0) = 0;
end
)"},
    Helper{"logsumexp", R"(function r = logsumexp(z, k)
  if nargin < 2, z = z(:); k = 1; end
  top = max(z, [], k);
  top(~isfinite(top)) = 0;
  r = top + log(sum(exp(z - top), k));
end
)"},
    Helper{"softmax", R"(function r = softmax(z, k)
  r = exp(z - max(z, [], k));
  r = r ./ sum(r, k);
end
)"},
    Helper{"log_softmax", R"(function r = log_softmax(z, k)
  r = z - max(z, [], k);
  r = r - log(sum(exp(r), k));
end
)"},
    Helper{"max_share", R"(function r = max_share(z, k)
  if nargin < 2
    r = reshape(max_share(z(:), 1), size(z));
    return
  end
  r = double(z == max(z, [], k));
  r = r ./ sum(r, k);
end
)"},
    Helper{"min_share", R"(function r = min_share(z, varargin)
  r = max_share(-z, varargin{:});
end
)",
           "max_share"},
    Helper{"cross_entropy", R"(function r = cross_entropy(p, q)
  taken = p(:) ~= 0;
  p = p(taken);
  q = q(taken);
  r = -sum(p(:) .* log(q(:)));
end
)"},
    Helper{"logdet", R"(function r = logdet(A)
  [L, U, P] = lu(A);
  d = diag(U);
  r = sum(log(abs(d)));
  if det(P) * prod(sign(d)) < 0, r = NaN; end
end
)"},
    Helper{"cholesky", R"(function L = cholesky(A)
  L = chol((A + A') / 2, 'lower');
end
)"},
    Helper{"lambda_max", R"(function r = lambda_max(A)
  r = max(eig((A + A') / 2));
end
)"},
    Helper{"lambda_max_vector", R"(function v = lambda_max_vector(A)
  [V, D] = eig((A + A') / 2);
  [top, k] = max(diag(D));
  v = V(:, k);
  first = find(abs(v) > 0.3 * max(abs(v)), 1);
  v = v * sign(v(first));
end
)"},
    Helper{"lambda_max_pinv", R"(function r = lambda_max_pinv(A)
  [V, D] = eig((A + A') / 2);
  values = diag(D);
  gaps = max(values) - values;
  kept = gaps > 4 * length(values) * eps * max(abs(values));
  r = V(:, kept) * diag(1 ./ gaps(kept)) * V(:, kept)';
end
)"},
    Helper{"expm_derivative", R"(function r = expm_derivative(A, varargin)
  % The derivative of expm at A along the directions; their axes after two are batches.
  n = size(A, 1);
  K = numel(varargin);
  sizes = [];
  counts = zeros(1, K);
  for m = 1:K
    s = size(varargin{m});
    sizes = [sizes, s(3:end)];
    counts(m) = prod(s(3:end));
    varargin{m} = reshape(varargin{m}, n, n, []);
  end
  r = zeros(n * n, prod(counts));
  for b = 0:prod(counts) - 1
    whole = kron(eye(2^K), A);
    rest = b;
    for m = 1:K
      E = varargin{m}(:, :, mod(rest, counts(m)) + 1);
      rest = floor(rest / counts(m));
      for p = 0:2^K - 1
        if ~bitand(p, 2^(m - 1))
          q = p + 2^(m - 1);
          whole(p * n + (1:n), q * n + (1:n)) = E;
        end
      end
    end
    whole = expm(whole);
    r(:, b + 1) = reshape(whole(1:n, end - n + 1:end), [], 1);
  end
  r = reshape(r, [n, n, sizes]);
end
)"},
    Helper{"drop_axes", R"(function r = drop_axes(a, rank, axes)
  s = ones(1, rank);
  s(1:ndims(a)) = size(a);
  s(axes) = [];
  r = reshape(a, [s, 1, 1]);
end
)"},
    Helper{"reshape_rows", R"(function r = reshape_rows(a, rank, sizes)
  if rank > 1, a = permute(a, rank:-1:1); end
  k = numel(sizes);
  r = reshape(a, [fliplr(sizes), 1, 1]);
  if k > 1, r = permute(r, k:-1:1); end
end
)"},
    Helper{"einsum", R"(function r = einsum(spec, varargin)
  % As NumPy's: einsum('ij,jk->ik', A, B).
  arrow = strfind(spec, '->');
  output = spec(arrow + 2:end);
  terms = strsplit(spec(1:arrow - 1), ',');
  labels = '';
  r = 1;
  for t = 1:numel(terms)
    [a, own] = einsum_diagonal(varargin{t}, terms{t});
    all = [labels, own(~ismember(own, labels))];
    r = einsum_align(r, labels, all) .* einsum_align(a, own, all);
    needed = [output, terms{t + 1:end}];
    for k = numel(all):-1:1
      if ~any(needed == all(k))
        r = sum(r, k);
        r = permute(r, [1:k - 1, k + 1:max(ndims(r), 3), k]);
        all(k) = [];
      end
    end
    labels = all;
  end
  r = einsum_align(r, labels, output);
end

function b = einsum_align(a, labels, all)
  order = zeros(1, numel(all));
  [found, where] = ismember(all, labels);
  order(found) = where(found);
  extra = numel(labels) + (1:max(2, numel(all)));
  order(~found) = extra(1:sum(~found));
  unused = setdiff(1:max([2, order]), order);
  b = permute(a, [order, unused]);
end

function [a, labels] = einsum_diagonal(a, labels)
  % Repeated labels: the diagonal over them.
  k = 1;
  while k <= numel(labels)
    twin = find(labels(k + 1:end) == labels(k), 1) + k;
    if isempty(twin), k = k + 1; continue, end
    rank = numel(labels);
    others = setdiff(1:rank, [k, twin]);
    s = ones(1, max(rank, 2));
    s(1:ndims(a)) = size(a);
    n = s(k);
    a = reshape(permute(a, [k, twin, others]), n * n, []);
    a = reshape(a(1:n + 1:end, :), [n, s(others), 1]);
    labels = labels([k, others]);
    k = 1;
  end
end
)"},
};

}  // namespace

std::span<const Helper> MatlabWriter::helper_table() const { return helpers; }

}  // namespace nabla::codegen
