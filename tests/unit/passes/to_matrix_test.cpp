#include <catch2/catch.hpp>

#include <algorithm>
#include <map>

#include "notation_symbols.hpp"
#include "passes/to_matrix.hpp"

using namespace nabla;
using namespace nabla::test;
using ir::Fn;
using ir::Rational;

namespace {

using passes::Notation;
using passes::NotationKind;

/// Reads index notation by the language's rule: each term is summed over the indices that occur in
/// it and not on the left. Factors are numbers, and names, chains, eye(n) and ones(n) with indices.
class IndexReader {
public:
    IndexReader(Symbols& symbols, std::map<std::string, ir::Expr> names)
        : symbols_(symbols), names_(std::move(names)) {}

    ir::Expr read(const Notation& tensor, const ir::Shape& shape) {
        const Notation& body = *tensor.children[0];
        std::vector<ir::Term> terms;
        if (body.kind == NotationKind::sum) {
            for (std::size_t k = 0; k < body.children.size(); ++k)
                terms.push_back({body.signs[k] ? -1 : 1, term(*body.children[k], tensor, shape)});
        } else {
            terms.push_back({1, term(body, tensor, shape)});
        }
        return ir::sum(symbols_.context, terms, shape);
    }

private:
    ir::Expr term(const Notation& n, const Notation& tensor, const ir::Shape& shape) {
        ir::EinsumData data;
        data.dims = shape;
        std::map<std::string, ir::LabelId> labels;
        for (ir::LabelId l = 0; l < shape.size(); ++l) {
            labels[tensor.indices[l]] = l;
            data.output.push_back(l);
        }
        if (n.kind == NotationKind::product)
            for (const auto& child : n.children) factor(*child, data, labels);
        else
            factor(n, data, labels);
        return ir::einsum(symbols_.context, data);
    }

    void factor(const Notation& n, ir::EinsumData& data,
                std::map<std::string, ir::LabelId>& labels) {
        if (n.kind == NotationKind::number) {
            data.factors.push_back({symbols_.number(n.number), 1, {}});
            return;
        }
        bool power = n.kind == NotationKind::power;
        const Notation& entry = power ? *n.children[0] : n;
        REQUIRE(entry.kind == NotationKind::indexed);
        const Notation& base = *entry.children[0];
        ir::Expr read = matrix(base);
        ir::Factor result{read, power ? n.exponent : Rational(1), {}};
        for (std::size_t axis = 0; axis < entry.indices.size(); ++axis) {
            auto [at, added] =
                labels.emplace(entry.indices[axis], static_cast<ir::LabelId>(data.dims.size()));
            if (added) data.dims.push_back(read.shape()[axis]);
            result.labels.push_back(at->second);
        }
        data.factors.push_back(result);
    }

    ir::Expr matrix(const Notation& n) {
        if (n.kind == NotationKind::identity) return ir::identity(n.dims[0]);
        if (n.kind == NotationKind::ones) return symbols_.all_ones(n.dims[0]);
        if (n.kind == NotationKind::name) return names_.at(n.text);
        ir::Expr result = matrix(*n.children[0]);
        if (n.kind == NotationKind::transpose) return t(result);
        if (n.kind == NotationKind::hadamard_power) return ir::power(result, n.exponent);
        REQUIRE(n.kind == NotationKind::product);
        for (std::size_t k = 1; k < n.children.size(); ++k)
            result = ir::matmul(result, matrix(*n.children[k]));
        return result;
    }

    Symbols& symbols_;
    std::map<std::string, ir::Expr> names_;
};

}  // namespace

TEST_CASE("index notation means what it stands for", "[to_matrix]") {
    Symbols k;
    IndexReader reader(k, {{"A", k.A}, {"B", k.B}, {"C", k.C}, {"X", k.X}, {"x", k.x}, {"w", k.w}});
    ir::Expr I = ir::identity(k.n);
    auto entry = [&](std::vector<ir::Factor> factors, ir::Labels output, std::size_t labels) {
        return ir::einsum(
            k.context, {std::move(factors), std::move(output), std::vector<ir::Dim>(labels, k.n)});
    };
    const ir::Expr cases[] = {
        ir::permute(ir::outer(k.A, k.B), {0, 3, 1, 2}),
        ir::permute(ir::outer(k.A, k.B), {3, 1, 2, 0}) + ir::outer(k.B, t(k.A)),
        ir::outer(k.x, I) + ir::permute(ir::outer(k.x, I), {1, 0, 2}),
        ir::scale(-3, ir::outer(chain({k.A, k.B}), k.C)),
        ir::outer(k.all_ones(k.n), I) - ir::scale(2, ir::outer(k.x, ir::outer(k.w, k.x * k.x))),
        entry({{k.A, 1, {3, 0}}, {k.B, 1, {3, 1}}, {k.C, 1, {3, 2}}}, {0, 1, 2}, 4),
        entry({{k.A, 2, {3, 0}}, {k.x, 1, {3}}, {I, 1, {1, 2}}}, {0, 1, 2}, 4),
        entry({{k.A, 1, {0, 2}},
               {k.A, 1, {1, 3}},
               {k.B, 1, {0, 1}},
               {k.B, 1, {2, 3}},
               {k.C, 1, {0, 3}},
               {k.C, 1, {1, 2}}},
              {0, 1}, 4),
    };
    for (ir::Expr e : cases) {
        passes::NotationPtr notation = passes::to_matrix(e);
        INFO(codegen::print(notation, codegen::TextStyle::ascii));
        ir::Number scale = 1;
        bool negative = notation->kind == NotationKind::sum && notation->signs[0];
        if (negative) notation = notation->children[0], scale = -1;
        REQUIRE(notation->kind == NotationKind::index_tensor);
        CHECK(ir::scale(scale, reader.read(*notation, e.shape())) == e);
    }
}

TEST_CASE("paths between outputs are matrix chains", "[to_matrix]") {
    Symbols k;
    CHECK(text(chain({t(k.A), t(k.B)})) == "A^T B^T");
    CHECK(text(chain({k.A, k.A, k.A, k.x})) == "A^3 x");
    CHECK(text(chain({k.A, k.S, k.x})) == "A S x");
    CHECK(text(ir::scale(2, chain({t(k.X), chain({k.X, k.w}) - k.y}))) == "2 X^T (X w - y)");
    CHECK(text(chain({t(k.X), ir::diagonal(f(Fn::exp, k.s)), k.X})) == "X^T diag(exp(s)) X");
    CHECK(text(chain({ir::outer(k.x, k.z), k.A})) == "x z^T A");
}

TEST_CASE("inverses and determinants read as in a textbook", "[to_matrix]") {
    Symbols k;
    CHECK(text(t(ir::inverse(k.A))) == "A^-T");
    CHECK(text(chain({ir::inverse(k.A), ir::inverse(k.A)})) == "A^-2");
    CHECK(text(ir::det(k.A) * t(ir::inverse(k.A))) == "det(A) A^-T");
    CHECK(text(f(Fn::log, ir::det(k.A))) == "logdet(A)");
    ir::Expr gram = chain({t(k.X), k.X}) + k.lambda * ir::identity(k.n);
    CHECK(text(chain({ir::inverse(gram), t(k.X), k.y})) == "(X^T X + lambda I)^-1 X^T y");
}

TEST_CASE("paths without outputs are quadratic forms, traces and norms", "[to_matrix]") {
    Symbols k;
    CHECK(text(chain({k.x, k.A, k.x})) == "x^T A x");
    CHECK(text(chain({k.x, t(k.A), k.z})) == "z^T A x");
    CHECK(text(ir::trace(chain({k.A, k.C, k.B}))) == "tr(A C B)");
    CHECK(text(ir::inner(k.A, k.B)) == "tr(A^T B)");
    CHECK(text(ir::trace(chain({k.X, k.A, t(k.X)}))) == "tr(X A X^T)");
    CHECK(text(ir::inner(f(Fn::exp, k.A), k.B)) == "sum(B .* exp(A))");
    CHECK(text(ir::inner(k.x, k.x)) == "||x||^2");
    CHECK(text(ir::inner(chain({k.X, k.w}), chain({k.X, k.w}))) == "||X w||^2");
    ir::Expr residual = k.y - chain({k.X, k.w});
    CHECK(text(ir::power(ir::inner(residual, residual), Rational(1, 2))) == "||X w - y||");
    CHECK(text(ir::inner(k.A, k.A)) == "||A||_F^2");
    CHECK(text(ir::inner(chain({k.A, k.B}), chain({k.A, k.B}))) == "||A B||_F^2");
    CHECK(text(ir::sum_entries(f(Fn::abs, k.x))) == "||x||_1");
    CHECK(text(ir::sum_entries(k.X)) == "sum(X)");
    CHECK(text(ir::sum_entries(chain({k.X, k.w}))) == "sum(X w)");
    CHECK(text(ir::sum_entries(k.x * k.z * k.w)) == "w^T (x .* z)");
}

TEST_CASE("reciprocal norms and quotients", "[to_matrix]") {
    Symbols k;
    ir::Expr square = ir::inner(k.x, k.x);
    CHECK(text(k.x * f(Fn::rnorm, square)) == "x/||x||");
    CHECK(text(chain({k.x, k.A, k.x}) / square) == "x^T A x/||x||^2");
    CHECK(text(k.x / ir::power(square, Rational(3, 2))) == "x/||x||^3");
    CHECK(text((k.A + t(k.A)) / ir::dim_value(k.m)) == "(A + A^T)/m");
    CHECK(text(ir::power(k.x, Rational(-1))) == "1 ./ x");
    CHECK(text(half(ir::power(k.x, Rational(-1, 2)))) == "1 ./ (2 sqrt(x))");
    CHECK(text(k.a * k.x / k.z) == "a x ./ z");
}

TEST_CASE("dead ends, loops and parallel edges", "[to_matrix]") {
    Symbols k;
    CHECK(text(k.y * chain({k.X, k.w})) == "y .* (X w)");
    CHECK(text(chain({k.X, k.w}) * chain({k.X, k.w})) == "(X w).^2");
    CHECK(text(chain({k.A * k.B, k.x})) == "(A .* B) x");
    CHECK(text(ir::diagonal(chain({k.X, k.A, t(k.X)}))) == "diag(X A X^T)");
    CHECK(text(ir::sum_axes(k.A * k.B, {1})) == "sum(A .* B, 2)");
    CHECK(text(ir::sum_axes(k.X, {1})) == "sum(X, 2)");
    CHECK(text(ir::sum_axes(k.X, {0})) == "sum(X, 1)^T");
    CHECK(codegen::print(ir::sum_axes(k.X, {0}), codegen::TextStyle::ascii, true) == "sum(X, 1)");
    CHECK(text(ir::diagonal(k.A)) == "diag(A)");
}

TEST_CASE("outer products, broadcasts and identities carry their sizes", "[to_matrix]") {
    Symbols k;
    CHECK(text(ir::outer(k.x, k.y)) == "x y^T");
    CHECK(text(ir::outer(k.all_ones(k.n), k.y)) == "ones(n) y^T");
    CHECK(text(ir::broadcast(k.a + k.b, {k.n})) == "(a + b) ones(n)");
    CHECK(text(k.X + k.a) == "X + a");
    CHECK(text(k.A + k.lambda * ir::identity(k.n)) == "A + lambda I");
    CHECK(text(ir::scale(2, ir::identity(k.n))) == "2 eye(n)");
    CHECK(text(ir::diagonal(k.x)) == "diag(x)");
    CHECK(text(ir::zeros(k.context, {k.m, k.n})) == "zeros(m, n)");
}

TEST_CASE("softmax, logsumexp and reductions along an axis", "[to_matrix]") {
    Symbols k;
    ir::Expr p = ir::softmax(k.z, {0});
    CHECK(text(p - k.x) == "softmax(z) - x");
    CHECK(text(ir::sum_entries(k.x) * p - k.x) == "sum(x) softmax(z) - x");
    CHECK(text(ir::diagonal(p) - ir::outer(p, p)) == "diag(softmax(z)) - softmax(z) softmax(z)^T");
    CHECK(text(ir::log_softmax(k.X, {1})) == "log_softmax(X, 2)");
    CHECK(text(ir::reduce(ir::ReduceKind::logsumexp, k.z, {0})) == "logsumexp(z)");
    CHECK(text(ir::reduce(ir::ReduceKind::max, k.X, {1})) == "max(X, axis=2)");
    CHECK(text(ir::reduce(ir::ReduceKind::max, f(Fn::abs, k.x), {0})) == "||x||_inf");
}

TEST_CASE("what is no path, star or cycle is in index notation", "[to_matrix]") {
    Symbols k;
    CHECK(text(ir::permute(ir::outer(k.A, k.B), {0, 3, 1, 2})) == "[i, j, k, l: A[i,k] B[l,j]]");
    CHECK(text(ir::permute(ir::outer(k.A, ir::identity(k.n)), {0, 2, 1, 3})) ==
          "[i, j, k, l: A[i,k] eye(n)[j,l]]");
    // K4: each label meets three others.
    ir::EinsumData data{{{k.A, 1, {0, 1}},
                         {k.B, 1, {0, 2}},
                         {k.C, 1, {0, 3}},
                         {k.A, 1, {1, 2}},
                         {k.B, 1, {2, 3}},
                         {k.C, 1, {1, 3}}},
                        {},
                        {k.n, k.n, k.n, k.n}};
    std::string shown = text(ir::einsum(k.context, data));
    CHECK(shown.starts_with("[: A["));
    CHECK(shown.ends_with("]]"));
}

TEST_CASE("bound indices avoid the names that are used", "[to_matrix]") {
    ir::Context context;
    ir::Dim i = context.dim("i");
    ir::Expr j = context.symbol("j", {i, i}), l = context.symbol("l", {i, i});
    CHECK(text(ir::outer(j, l)) == "[k, p, q, r: j[k,p] l[q,r]]");
}

TEST_CASE("a sign goes into a difference that stands alone", "[to_matrix]") {
    Symbols k;
    ir::Expr residual = k.y - chain({k.X, k.w});
    CHECK(text(ir::negate(chain({t(k.X), residual}))) == "X^T (X w - y)");
    CHECK(text(k.lambda * k.w - chain({t(k.X), residual})) == "X^T (X w - y) + lambda w");
    CHECK(text(ir::negate(f(Fn::sign, k.x - k.z))) == "sign(z - x)");
    CHECK(text(k.A - ir::outer(k.x - k.z, k.x - k.z)) == "A - (x - z) (x - z)^T");
}

TEST_CASE("notation is independent of the order in which symbols were made", "[to_matrix]") {
    auto shown = [](bool backwards) {
        ir::Context context;
        ir::Dim n = context.dim("n");
        std::vector<std::string> names{"p", "q", "r", "u"};
        if (backwards) std::reverse(names.begin(), names.end());
        std::map<std::string, ir::Expr> made;
        for (const std::string& name : names) made[name] = context.symbol(name, {n});
        return text(made["p"] + made["q"] * made["r"] - made["u"] * made["p"]);
    };
    CHECK(shown(false) == shown(true));
    CHECK(shown(false) == "q .* r + p - p .* u");
}

TEST_CASE("notation of shared subexpressions takes linear time and prints in bounded space",
          "[to_matrix]") {
    Symbols k;
    ir::Expr e = k.x;
    for (int layer = 0; layer < 60; ++layer)
        e = f(Fn::tanh, chain({k.A, e})) + f(Fn::sin, chain({k.B, e}));
    std::string shown = text(e);
    CHECK(shown.size() < 200'000);
    CHECK(shown.find("\nt1 = ") != std::string::npos);
}

TEST_CASE("deep expressions do not overflow the stack", "[to_matrix]") {
    Symbols k;
    ir::Expr e = k.x;
    for (int depth = 0; depth < 20'000; ++depth) e = f(Fn::sin, e) + k.z;
    CHECK(text(e).find("\nt1 = ") != std::string::npos);
}
