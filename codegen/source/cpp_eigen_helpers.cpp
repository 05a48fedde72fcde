// Functions of matrices and tensors that Eigen lacks.
#include <array>
#include <vector>

#include "codegen/source/c_words.hpp"
#include "codegen/source/cpp_eigen.hpp"

namespace nabla::codegen {
namespace {

constexpr std::array helpers{
    Helper{"kron",
           R"(inline Eigen::MatrixXd kron(const Eigen::MatrixXd& A, const Eigen::MatrixXd& B) {
    Eigen::MatrixXd C(A.rows() * B.rows(), A.cols() * B.cols());
    for (Eigen::Index i = 0; i < A.rows(); ++i)
        for (Eigen::Index j = 0; j < A.cols(); ++j)
            C.block(i * B.rows(), j * B.cols(), B.rows(), B.cols()) = A(i, j) * B;
    return C;
}
)"},
    Helper{
        "kron_vectors",
        R"(inline Eigen::VectorXd kron_vectors(const Eigen::VectorXd& x, const Eigen::VectorXd& y) {
    Eigen::MatrixXd C = y * x.transpose();
    return C.reshaped();
}
)"},
    Helper{"joined",
           R"(inline Eigen::VectorXd joined(std::initializer_list<Eigen::VectorXd> parts) {
    Eigen::Index n = 0;
    for (const Eigen::VectorXd& x : parts) n += x.size();
    Eigen::VectorXd whole(n);
    n = 0;
    for (const Eigen::VectorXd& x : parts) {
        whole.segment(n, x.size()) = x;
        n += x.size();
    }
    return whole;
}
)"},
    Helper{"side_by_side",
           R"(inline Eigen::MatrixXd side_by_side(std::initializer_list<Eigen::MatrixXd> parts) {
    Eigen::Index n = 0;
    for (const Eigen::MatrixXd& A : parts) n += A.cols();
    Eigen::MatrixXd whole(parts.begin()->rows(), n);
    n = 0;
    for (const Eigen::MatrixXd& A : parts) {
        whole.middleCols(n, A.cols()) = A;
        n += A.cols();
    }
    return whole;
}
)"},
    Helper{"stacked",
           R"(inline Eigen::MatrixXd stacked(std::initializer_list<Eigen::MatrixXd> parts) {
    Eigen::Index n = 0;
    for (const Eigen::MatrixXd& A : parts) n += A.rows();
    Eigen::MatrixXd whole(n, parts.begin()->cols());
    n = 0;
    for (const Eigen::MatrixXd& A : parts) {
        whole.middleRows(n, A.rows()) = A;
        n += A.rows();
    }
    return whole;
}
)"},
    Helper{"matrix_power", R"(inline Eigen::MatrixXd matrix_power(Eigen::MatrixXd A, int k) {
    if (k < 0) {
        A = Eigen::MatrixXd(A.inverse());
        k = -k;
    }
    Eigen::MatrixXd result = Eigen::MatrixXd::Identity(A.rows(), A.cols());
    for (; k > 0; k /= 2) {
        if (k % 2 == 1) result = result * A;
        A = A * A;
    }
    return result;
}
)"},
    Helper{"logsumexp", R"(inline double logsumexp(const Eigen::VectorXd& z) {
    const double top = z.maxCoeff();
    if (!std::isfinite(top)) return top;
    return top + log((z.array() - top).exp().sum());
}
)"},
    Helper{"softmax", R"(inline Eigen::VectorXd softmax(const Eigen::VectorXd& z) {
    const Eigen::VectorXd e = (z.array() - z.maxCoeff()).exp();
    return e / e.sum();
}
)"},
    Helper{"log_softmax", R"(inline Eigen::VectorXd log_softmax(const Eigen::VectorXd& z) {
    return z.array() - logsumexp(z);
}
)",
           "logsumexp"},
    Helper{"max_share", R"(inline Eigen::VectorXd max_share(const Eigen::VectorXd& z) {
    const Eigen::VectorXd ties = (z.array() == z.maxCoeff()).cast<double>();
    return ties / ties.sum();
}
)"},
    Helper{"min_share",
           R"(inline Eigen::VectorXd min_share(const Eigen::VectorXd& z) { return max_share(-z); }
)",
           "max_share"},
    Helper{"cross_entropy",
           R"(inline double cross_entropy(const Eigen::VectorXd& p, const Eigen::VectorXd& q) {
    double sum = 0;
    for (Eigen::Index i = 0; i < p.size(); ++i)
        if (p(i) != 0) sum -= p(i) * log(q(i));
    return sum;
}
)"},
    Helper{"logdet", R"(inline double logdet(const Eigen::MatrixXd& A) {
    const Eigen::PartialPivLU<Eigen::MatrixXd> lu(A);
    const Eigen::VectorXd d = lu.matrixLU().diagonal();
    const double sign = lu.permutationP().determinant() * d.cwiseSign().prod();
    return sign < 0 ? NAN : d.array().abs().log().sum();
}
)"},
    Helper{"cholesky", R"(inline Eigen::MatrixXd cholesky(const Eigen::MatrixXd& A) {
    return Eigen::LLT<Eigen::MatrixXd>((A + A.transpose()) / 2).matrixL();
}
)"},
    Helper{"lambda_max", R"(inline double lambda_max(const Eigen::MatrixXd& A) {
    const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> eigen((A + A.transpose()) / 2);
    return eigen.eigenvalues().tail(1)(0);
}
)"},
    Helper{"lambda_max_vector",
           R"(inline Eigen::VectorXd lambda_max_vector(const Eigen::MatrixXd& A) {
    const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> eigen((A + A.transpose()) / 2);
    const Eigen::VectorXd v = eigen.eigenvectors().rightCols(1);
    Eigen::Index first = 0;
    while (fabs(v(first)) <= 0.3 * v.cwiseAbs().maxCoeff()) ++first;
    return v(first) < 0 ? Eigen::VectorXd(-v) : v;
}
)"},
    Helper{"lambda_max_pinv", R"(inline Eigen::MatrixXd lambda_max_pinv(const Eigen::MatrixXd& A) {
    const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> eigen((A + A.transpose()) / 2);
    const Eigen::VectorXd values = eigen.eigenvalues();
    Eigen::VectorXd weights = values.maxCoeff() - values.array();
    const double tiny = 4 * double(values.size()) * 2.220446049250313e-16 *
                        values.cwiseAbs().maxCoeff();
    for (double& w : weights) w = w > tiny ? 1 / w : 0;
    return eigen.eigenvectors() * weights.asDiagonal() * eigen.eigenvectors().transpose();
}
)"},
    Helper{"Tensor", R"(// An array of any number of axes, by rows.
struct Tensor {
    std::vector<Eigen::Index> shape;
    std::vector<double> data;
};
)"},
    Helper{"filled", R"(inline Tensor filled(std::vector<Eigen::Index> shape, double value) {
    Eigen::Index size = 1;
    for (Eigen::Index n : shape) size *= n;
    return {shape, std::vector<double>(static_cast<std::size_t>(size), value)};
}
)",
           "Tensor"},
    Helper{"tensor_of", R"(inline Tensor tensor_of(double x) { return {{}, {x}}; }
inline Tensor tensor_of(const Eigen::VectorXd& x) {
    return {{x.size()}, {x.data(), x.data() + x.size()}};
}
inline Tensor tensor_of(const Eigen::MatrixXd& A) {
    const Eigen::VectorXd rows = A.reshaped<Eigen::RowMajor>();
    return {{A.rows(), A.cols()}, {rows.data(), rows.data() + rows.size()}};
}
)",
           "Tensor"},
    Helper{"as_scalar", "inline double as_scalar(const Tensor& t) { return t.data[0]; }\n",
           "Tensor"},
    Helper{"as_vector", R"(inline Eigen::VectorXd as_vector(const Tensor& t) {
    return Eigen::Map<const Eigen::VectorXd>(t.data.data(), t.shape[0]);
}
)",
           "Tensor"},
    Helper{"as_matrix", R"(inline Eigen::MatrixXd as_matrix(const Tensor& t) {
    return Eigen::Map<const Eigen::MatrixXd>(t.data.data(), t.shape[1], t.shape[0]).transpose();
}
)",
           "Tensor"},
    Helper{"entrywise", R"(// f of one entry of each; what has no axes goes to every entry.
template <class F>
Tensor entrywise(std::vector<Tensor> operands, F f) {
    Tensor result;
    for (const Tensor& t : operands)
        if (t.shape.size() > result.shape.size()) result.shape = t.shape;
    std::size_t size = 1;
    for (Eigen::Index n : result.shape) size *= static_cast<std::size_t>(n);
    std::vector<double> entries(operands.size());
    for (std::size_t i = 0; i < size; ++i) {
        for (std::size_t k = 0; k < operands.size(); ++k)
            entries[k] = operands[k].data[operands[k].shape.empty() ? 0 : i];
        result.data.push_back(f(entries.data()));
    }
    return result;
}
)",
           "Tensor"},
    Helper{"map_axes", R"(// f of each vector of the entries along `axes` (sorted).
template <class F>
Tensor map_axes(Tensor t, std::vector<std::size_t> axes, F f) {
    const std::size_t rank = t.shape.size();
    std::vector<std::size_t> index(rank, 0), at(t.data.size());
    std::vector<std::vector<std::size_t>> groups;
    std::vector<std::size_t> group_of;
    for (std::size_t i = 0; i < t.data.size(); ++i) {
        std::size_t group = 0;
        for (std::size_t k = 0, rest = i, size = t.data.size(); k < rank; ++k) {
            size /= static_cast<std::size_t>(t.shape[k]);
            const std::size_t place = rest / size;
            rest %= size;
            if (std::find(axes.begin(), axes.end(), k) == axes.end())
                group = group * static_cast<std::size_t>(t.shape[k]) + place;
        }
        if (group >= groups.size()) groups.resize(group + 1);
        groups[group].push_back(i);
    }
    for (const std::vector<std::size_t>& group : groups) {
        Eigen::VectorXd v(static_cast<Eigen::Index>(group.size()));
        for (std::size_t k = 0; k < group.size(); ++k)
            v(static_cast<Eigen::Index>(k)) = t.data[group[k]];
        const Eigen::VectorXd result = f(v);
        for (std::size_t k = 0; k < group.size(); ++k)
            t.data[group[k]] = result(static_cast<Eigen::Index>(k));
    }
    return t;
}
)",
           "Tensor"},
    Helper{"fold_axes",
           R"(// The number f of each vector of the entries along `axes` (sorted), which go.
template <class F>
Tensor fold_axes(const Tensor& t, std::vector<std::size_t> axes, F f) {
    const Tensor spread = map_axes(t, axes, [&](const Eigen::VectorXd& v) {
        return Eigen::VectorXd(Eigen::VectorXd::Constant(v.size(), f(v)));
    });
    Tensor result;
    for (std::size_t k = 0; k < t.shape.size(); ++k)
        if (std::find(axes.begin(), axes.end(), k) == axes.end())
            result.shape.push_back(t.shape[k]);
    for (std::size_t i = 0; i < spread.data.size(); ++i) {
        bool first = true;  // along every axis that goes
        for (std::size_t k = 0, rest = i, size = spread.data.size(); k < t.shape.size(); ++k) {
            size /= static_cast<std::size_t>(t.shape[k]);
            const bool goes = std::find(axes.begin(), axes.end(), k) != axes.end();
            first = first && (!goes || rest / size == 0);
            rest %= size;
        }
        if (first) result.data.push_back(spread.data[i]);
    }
    return result;
}
)",
           "map_axes"},
    Helper{"einsum", R"(// As NumPy's: einsum("ij,jk->ik", {A, B}).
inline Tensor einsum(const std::string& spec, const std::vector<Tensor>& operands) {
    const std::size_t arrow = spec.find("->");
    std::vector<std::string> terms(1);
    for (char c : spec.substr(0, arrow))
        if (c == ',') terms.emplace_back(); else terms.back() += c;
    const std::string output = spec.substr(arrow + 2);
    std::string labels = output;
    for (const std::string& term : terms)
        for (char c : term)
            if (labels.find(c) == std::string::npos) labels += c;
    std::vector<std::size_t> extent(labels.size()), index(labels.size(), 0);
    for (std::size_t k = 0; k < terms.size(); ++k)
        for (std::size_t d = 0; d < terms[k].size(); ++d)
            extent[labels.find(terms[k][d])] = static_cast<std::size_t>(operands[k].shape[d]);
    std::size_t inner = 1, outer = 1;
    Tensor result;
    for (std::size_t l = 0; l < labels.size(); ++l) {
        (l < output.size() ? outer : inner) *= extent[l];
        if (l < output.size()) result.shape.push_back(static_cast<Eigen::Index>(extent[l]));
    }
    for (std::size_t o = 0; o < outer; ++o) {
        double sum = 0;
        for (std::size_t i = 0; i < inner; ++i) {
            for (std::size_t l = labels.size(), rest = o * inner + i; l-- > 0; rest /= extent[l])
                index[l] = rest % extent[l];
            double product = 1;
            for (std::size_t k = 0; k < terms.size(); ++k) {
                std::size_t at = 0;
                for (char c : terms[k]) at = at * extent[labels.find(c)] + index[labels.find(c)];
                product *= operands[k].data[at];
            }
            sum += product;
        }
        result.data.push_back(sum);
    }
    return result;
}
)",
           "Tensor"},
    Helper{"expm_derivative",
           R"(// The derivative of exp at A along the directions; their axes after two are batches.
inline Tensor expm_derivative(const Eigen::MatrixXd& A, const std::vector<Tensor>& directions) {
    const Eigen::Index n = A.rows(), blocks = Eigen::Index(1) << directions.size();
    std::vector<Eigen::Index> shape{n, n}, sizes;
    Eigen::Index batch = 1;
    for (const Tensor& E : directions) {
        shape.insert(shape.end(), E.shape.begin() + 2, E.shape.end());
        sizes.push_back(static_cast<Eigen::Index>(E.data.size()) / (n * n));
        batch *= sizes.back();
    }
    Tensor result{shape, std::vector<double>(static_cast<std::size_t>(n * n * batch))};
    for (Eigen::Index b = 0; b < batch; ++b) {
        Eigen::MatrixXd whole = Eigen::MatrixXd::Zero(blocks * n, blocks * n);
        for (Eigen::Index p = 0; p < blocks; ++p) {
            whole.block(p * n, p * n, n, n) = A;
            Eigen::Index rest = b;
            for (std::size_t m = directions.size(); m-- > 0; rest /= sizes[m]) {
                const Eigen::Index q = p | Eigen::Index(1) << m;
                if (q == p) continue;
                for (Eigen::Index i = 0; i < n; ++i)
                    for (Eigen::Index j = 0; j < n; ++j)
                        whole(p * n + i, q * n + j) = directions[m].data[static_cast<std::size_t>(
                            (i * n + j) * sizes[m] + rest % sizes[m])];
            }
        }
        const Eigen::MatrixXd e = Eigen::MatrixXd(whole.exp()).topRightCorner(n, n);
        for (Eigen::Index i = 0; i < n; ++i)
            for (Eigen::Index j = 0; j < n; ++j)
                result.data[static_cast<std::size_t>((i * n + j) * batch + b)] = e(i, j);
    }
    return result;
}
)",
           "Tensor"},
};

}  // namespace

std::span<const Helper> EigenWriter::helper_table() const {
    static const std::vector<Helper> all = [] {
        std::vector<Helper> table(helpers.begin(), helpers.end());
        const std::span<const Helper> scalars = scalar_helpers();
        table.insert(table.end(), scalars.begin(), scalars.end());
        return table;
    }();
    return all;
}

}  // namespace nabla::codegen
