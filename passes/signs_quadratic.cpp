// A scalar as a quadratic form in one of its symbols, everything that is not polynomial in it taken
// for a weight: sum(p .* x.^2) - (p^T x)^2 is at least 0 for p = softmax(x) too.
#include "ir/build.hpp"
#include "ir/context.hpp"
#include "ir/traverse.hpp"
#include "passes/psd_certificate.hpp"
#include "passes/second_derivative.hpp"
#include "passes/signs.hpp"
#include "passes/smooth_domain.hpp"

namespace nabla::passes {

using namespace ir;

namespace {

constexpr std::size_t most_symbols = 6;
constexpr std::size_t largest_dag = 80;

/// Sums and products of whole powers are looked into; the rest is one value.
bool is_polynomial_node(Expr e, Expr symbol) {
    if (e == symbol || !depends_on(e, symbol) || e.op() == Op::sum) return true;
    if (e.op() != Op::einsum) return false;
    for (const Factor& f : e.einsum().factors)
        if (depends_on(f.base, symbol) && (!f.exponent.is_integer() || f.exponent.num < 0))
            return false;
    return true;
}

/// Replaces what is not polynomial in the symbol by names with its facts, from the top.
Expr with_opaque_parts(Expr e, Expr symbol, Bounds& bounds, Signs& signs) {
    Substitution opaque;
    for (Expr node : post_order(e)) {
        if (is_polynomial_node(node, symbol)) continue;
        Facts facts = convex_facts(node.facts());
        if (node.has(Fact::simplex)) facts.add(Fact::simplex);
        if (const auto softmax = match_softmax(node);
            softmax && node.rank() == 1 && softmax->axes.size() == 1)
            facts.add(Fact::simplex);
        const Expr name = e.context().fresh_symbol("p", node.shape(), facts);
        bounds[name] = signs.range(node);
        opaque[node] = name;
    }
    // Larger parts hold smaller ones, which must not be replaced first.
    std::erase_if(opaque, [&](const auto& pair) {
        for (Expr other : post_order(e)) {
            if (other == pair.first || !opaque.contains(other)) continue;
            for (Expr below : post_order(other))
                if (below == pair.first) return true;
        }
        return false;
    });
    return opaque.empty() ? e : substitute(e, opaque);
}

}  // namespace

bool Signs::is_quadratic_form(Expr e) {
    // One product is a square or none.
    if (!e.is_scalar() || e.op() != Op::sum || inside_form_ || dag_size(e) > largest_dag)
        return false;
    const std::vector<Expr> symbols = symbols_of(std::vector<Expr>{e});
    if (symbols.size() > most_symbols) return false;
    for (Expr symbol : symbols) {
        if (symbol.rank() > 1) continue;
        Bounds bounds = bounds_;
        const Expr polynomial = with_opaque_parts(e, symbol, bounds, *this);
        if (!depends_on(polynomial, symbol)) continue;
        Signs inner(bounds);
        inner.inside_form_ = true;
        Curvatures by({symbol}, inner);
        if (prove_psd(read_form(polynomial, by, true), 1, inner)) return true;
    }
    return false;
}

}  // namespace nabla::passes
