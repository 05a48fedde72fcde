#include "ir/derive_facts.hpp"

#include <algorithm>

#include "ir/build.hpp"
#include "ir/definite.hpp"
#include "ir/mirror.hpp"

namespace nabla::ir {
namespace {

Facts sign_of(const Number& n) {
    Facts facts;
    if (n.value() > 0) facts.add(Fact::positive);
    if (n.value() < 0) facts.add(Fact::negative);
    if (n.is_zero()) facts.add(Fact::nonnegative), facts.add(Fact::nonpositive);
    if (n.integer()) facts.add(Fact::integer);
    return facts;
}

bool is_square(const Shape& shape) { return shape.size() == 2 && shape[0] == shape[1]; }

/// Keeps of `facts` only those that linear structure preserves.
constexpr Fact structural[] = {Fact::symmetric, Fact::diagonal, Fact::lower, Fact::upper,
                               Fact::antisymmetric};

bool equals_its_transpose(const SumData& data) {
    std::vector<Term> mirrored;
    for (const Term& t : data.terms) mirrored.push_back(Term{t.coefficient, transpose(t.expr)});
    std::sort(mirrored.begin(), mirrored.end(),
              [](const Term& a, const Term& b) { return compare(a.expr, b.expr) < 0; });
    return std::equal(mirrored.begin(), mirrored.end(), data.terms.begin(), data.terms.end(),
                      [](const Term& a, const Term& b) {
                          return a.expr == b.expr && a.coefficient == b.coefficient;
                      });
}

Facts of_sum(const Node& node, const SumData& data) {
    Facts facts;
    bool nonnegative = true, nonpositive = true, strict = false, psd = true, pd = false;
    Facts common;
    for (Fact f : structural) common.add(f);
    for (const Term& t : data.terms) {
        Facts f = t.expr.facts();
        bool minus = t.coefficient.is_negative();
        nonnegative = nonnegative && f.has(minus ? Fact::nonpositive : Fact::nonnegative);
        nonpositive = nonpositive && f.has(minus ? Fact::nonnegative : Fact::nonpositive);
        strict = strict || f.nonzero();
        psd = psd && !minus && f.has(Fact::psd);
        pd = pd || f.has(Fact::pd);
        Facts kept;
        for (Fact s : structural)
            if (common.has(s) && f.has(s)) kept.add(s);
        common = kept;
    }
    if (nonnegative) facts.add(strict ? Fact::positive : Fact::nonnegative);
    if (nonpositive) facts.add(strict ? Fact::negative : Fact::nonpositive);
    if (!is_square(node.shape)) return facts;
    for (Fact s : structural)
        if (common.has(s)) facts.add(s);
    if (psd && !data.terms.empty()) facts.add(pd ? Fact::pd : Fact::psd);
    if (!facts.has(Fact::symmetric) && equals_its_transpose(data)) facts.add(Fact::symmetric);
    return facts;
}

Facts of_einsum(const Node& node, const EinsumData& data) {
    Facts facts;
    bool nonnegative = true, positive = true, diagonal = false, zeros = false;
    for (const Factor& f : data.factors) {
        if (f.base.op() == Op::identity && f.exponent.num > 0) {
            diagonal = true;
            continue;
        }
        if (f.base.op() == Op::selection && f.exponent.num > 0) {
            // A slice keeps what is positive; what is put between zeros does not.
            zeros = zeros || std::find(data.output.begin(), data.output.end(), f.labels[0]) !=
                                 data.output.end();
            continue;
        }
        bool even = f.exponent.is_integer() && f.exponent.num % 2 == 0;
        bool root = !f.exponent.is_integer();  // defined only where it is nonnegative
        // The diagonal of a definite matrix: tr(P) >= 0.
        bool on_diagonal = f.labels.size() == 2 && f.labels[0] == f.labels[1];
        nonnegative = nonnegative && (even || root || f.base.has(Fact::nonnegative) ||
                                      (on_diagonal && f.base.has(Fact::psd)));
        positive = positive && (f.base.has(Fact::positive) || (even && f.base.facts().nonzero()) ||
                                (on_diagonal && f.base.has(Fact::pd)));
    }
    positive = positive && !zeros;
    if (nonnegative) facts.add(positive && !diagonal ? Fact::positive : Fact::nonnegative);
    if (data.output.empty()) {
        if (!nonnegative && mirror_structure(data).psd) facts.add(Fact::nonnegative);
        return facts;
    }
    if (!is_square(node.shape)) return facts;
    if (diagonal) {
        // Identities tie the two outputs: diag(v), definite if v is positive.
        facts.add(Fact::diagonal);
        if (nonnegative) facts.add(positive ? Fact::pd : Fact::psd);
        return facts;
    }
    for (const Factor& f : data.factors) {
        if (f.exponent.num < 0 || f.labels.size() != 2) continue;
        bool straight = f.labels == data.output;
        bool turned = f.labels[0] == data.output[1] && f.labels[1] == data.output[0];
        if (!straight && !turned) continue;
        if (f.base.has(Fact::lower)) facts.add(straight ? Fact::lower : Fact::upper);
        if (f.base.has(Fact::upper)) facts.add(straight ? Fact::upper : Fact::lower);
    }
    MirrorStructure mirror = mirror_structure(data);
    if (mirror.symmetric) facts.add(Fact::symmetric);
    if (mirror.psd) facts.add(is_definite_product(data) ? Fact::pd : Fact::psd);
    return facts;
}

/// A Kronecker product is the product over four axes, those of the rows first, as a matrix.
Facts of_kronecker(const Node& node, Expr inside) {
    Facts facts;
    if (!is_square(node.shape) || inside.op() != Op::einsum || inside.rank() != 4) return facts;
    const EinsumData& data = inside.einsum();
    bool symmetric = true, psd = true, pd = true;
    for (const Factor& f : data.factors) {
        if (f.labels.empty()) {
            psd = psd && f.base.has(Fact::nonnegative);
            pd = pd && f.base.has(Fact::positive);
            continue;
        }
        // One factor on the first axes of rows and columns, the other on the second ones.
        if (f.labels.size() != 2 || f.exponent != Rational(1)) return facts;
        auto at = [&](LabelId l) {
            return std::find(data.output.begin(), data.output.end(), l) - data.output.begin();
        };
        auto low = std::min(at(f.labels[0]), at(f.labels[1]));
        auto high = std::max(at(f.labels[0]), at(f.labels[1]));
        if (high != low + 2 || high > 3) return facts;
        symmetric = symmetric && f.base.has(Fact::symmetric);
        psd = psd && f.base.has(Fact::psd);
        pd = pd && f.base.has(Fact::pd);
    }
    bool complete = true;  // an axis that no factor carries is a broadcast
    for (LabelId l : data.output)
        complete =
            complete && std::any_of(data.factors.begin(), data.factors.end(), [&](const Factor& f) {
                return std::find(f.labels.begin(), f.labels.end(), l) != f.labels.end();
            });
    if (!complete) return facts;
    if (symmetric) facts.add(Fact::symmetric);
    if (symmetric && psd) facts.add(pd ? Fact::pd : Fact::psd);
    return facts;
}

/// Increasing through 0: an odd function, or one of the two that are not.
bool keeps_sign(const Function& row) {
    bool odd = row.parity == Parity::odd && row.trend == Trend::increasing;
    return odd || row.id == Fn::log1p || row.id == Fn::expm1;
}

Facts of_map(const Node& node, const MapData& data) {
    Facts facts;
    const Function& row = function(data.function);
    Facts first = data.arguments[0].facts();
    if (row.range == Range::nonnegative || row.range == Range::unit_interval)
        facts.add(Fact::nonnegative);
    if (row.range == Range::positive || data.function == Fn::sigmoid ||
        data.function == Fn::softplus)
        facts.add(Fact::positive);
    if (keeps_sign(row))
        for (Fact s : {Fact::positive, Fact::nonnegative, Fact::negative, Fact::nonpositive})
            if (first.has(s)) facts.add(s);
    if (data.function == Fn::abs && first.nonzero()) facts.add(Fact::positive);
    if (data.arguments.size() == 2) {
        Facts second = data.arguments[1].facts();
        for (Fact s : {Fact::positive, Fact::nonnegative}) {
            if (data.function == Fn::max && (first.has(s) || second.has(s))) facts.add(s);
            if (data.function == Fn::min && first.has(s) && second.has(s)) facts.add(s);
            if (data.function == Fn::pow && first.has(s)) facts.add(s);
        }
    }
    if (data.function == Fn::exp && node.shape.size() == 1 && match_log_softmax(data.arguments[0]))
        facts.add(Fact::simplex);
    if (is_square(node.shape)) {
        bool symmetric = true;
        for (Expr e : data.arguments)
            symmetric = symmetric && (e.is_scalar() || e.has(Fact::symmetric));
        if (symmetric) facts.add(Fact::symmetric);
    }
    return facts;
}

Facts of_reduce(const ReduceData& data) {
    Facts facts;
    Facts argument = data.arguments[0].facts();
    switch (data.kind) {
        case ReduceKind::max:
        case ReduceKind::min:
            for (Fact s : {Fact::positive, Fact::nonnegative, Fact::negative, Fact::nonpositive})
                if (argument.has(s)) facts.add(s);
            break;
        case ReduceKind::prod:
            for (Fact s : {Fact::positive, Fact::nonnegative})
                if (argument.has(s)) facts.add(s);
            break;
        case ReduceKind::max_share:
        case ReduceKind::min_share:
            facts.add(Fact::nonnegative);
            break;
        case ReduceKind::logsumexp:
            break;
    }
    return facts;
}

/// What holds of every entry, whatever shape they stand in.
Facts entrywise(Facts argument) {
    Facts facts;
    for (Fact s :
         {Fact::positive, Fact::nonnegative, Fact::negative, Fact::nonpositive, Fact::integer})
        if (argument.has(s)) facts.add(s);
    return facts;
}

Facts of_matrix(Op op, Facts argument) {
    Facts facts;
    if (op == Op::det) {
        if (argument.has(Fact::psd)) facts.add(Fact::nonnegative);
        if (argument.has(Fact::pd)) facts.add(Fact::positive);
        return facts;
    }
    for (Fact s : {Fact::symmetric, Fact::diagonal, Fact::lower, Fact::upper, Fact::psd, Fact::pd})
        if (argument.has(s)) facts.add(s);
    if (op == Op::inverse) {
        facts.add(Fact::invertible);
        if (argument.has(Fact::psd))
            facts.add(Fact::pd);  // an inverse of psd is pd where it exists
        if (argument.has(Fact::orthogonal)) facts.add(Fact::orthogonal);
    }
    return facts;
}

Facts of_spectral(Op op, const std::vector<Expr>& arguments) {
    Facts facts;
    Facts argument = arguments[0].facts();
    if (op == Op::chol) {
        facts = Facts(Fact::lower) | Fact::invertible;
        if (argument.has(Fact::diagonal)) facts.add(Fact::diagonal);
    }
    if (op == Op::eigenvalue) {
        if (argument.has(Fact::psd)) facts.add(Fact::nonnegative);
        if (argument.has(Fact::pd)) facts.add(Fact::positive);
    }
    if (op == Op::shifted_pinv) facts.add(Fact::psd);
    if (op != Op::expm) return facts;
    for (Fact s : {Fact::symmetric, Fact::diagonal, Fact::lower, Fact::upper}) {
        bool all = true;
        for (Expr e : arguments) all = all && e.rank() == 2 && e.has(s);
        if (all) facts.add(s);
    }
    if (arguments.size() == 1) facts.add(facts.has(Fact::symmetric) ? Fact::pd : Fact::invertible);
    return facts;
}

}  // namespace

Facts derive_facts(const Node& node) {
    switch (node.op) {
        case Op::constant:
            return sign_of(std::get<Number>(node.data));
        case Op::pi:
            return Fact::positive;
        case Op::dim_value:
            return Facts(Fact::positive) | Fact::integer;
        case Op::symbol:
            return std::get<SymbolData>(node.data).facts;
        case Op::identity:
            return Facts(Fact::pd) | Fact::diagonal | Fact::orthogonal | Fact::nonnegative;
        case Op::sum:
            return of_sum(node, std::get<SumData>(node.data));
        case Op::einsum:
            return of_einsum(node, std::get<EinsumData>(node.data));
        case Op::map:
            return of_map(node, std::get<MapData>(node.data));
        case Op::reduce:
            return of_reduce(std::get<ReduceData>(node.data));
        case Op::inverse:
        case Op::det:
        case Op::adjugate:
            return of_matrix(node.op, std::get<MatrixData>(node.data).arguments[0].facts());
        case Op::selection:
            return Facts(Fact::nonnegative) | Fact::integer | Fact::full_rank;
        case Op::iota:
            return Facts(Fact::positive) | Fact::integer;
        case Op::reshape:
            return entrywise(std::get<MatrixData>(node.data).arguments[0].facts()) |
                   of_kronecker(node, std::get<MatrixData>(node.data).arguments[0]);
        case Op::trimask:
            return Facts(Fact::lower) | Fact::invertible | Fact::nonnegative;
        case Op::chol:
        case Op::eigenvalue:
        case Op::eigenvector:
        case Op::shifted_pinv:
        case Op::expm:
            return of_spectral(node.op, std::get<MatrixData>(node.data).arguments);
        case Op::derivative:
            return {};
    }
    return {};
}

}  // namespace nabla::ir
