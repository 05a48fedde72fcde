#include "passes/notation_terms.hpp"

#include <algorithm>

namespace nabla::passes {
namespace {

using ir::Number;
using ir::Rational;

/// Powers of numbers (2^x) and π, then names (Greek letters and other words first: λ a), then
/// compound scalars by size.
int scalar_group(const NotationPtr& base) {
    bool number_power = base->kind == NotationKind::power && base->degree > 0 &&
                        base->children[0]->kind == NotationKind::number;
    if (number_power || base->kind == NotationKind::pi) return 0;
    if (base->kind != NotationKind::name) return 3;
    return is_word(base->text) ? 1 : 2;
}

bool before(const Power& a, const Power& b) {
    int left = scalar_group(a.base), right = scalar_group(b.base);
    if (left != right) return left < right;
    if (left == 3 && a.base->size != b.base->size) return a.base->size < b.base->size;
    return compare_reading(a.base, b.base) < 0;
}

/// A matrix as base^k, for runs of one matrix in a chain.
struct MatrixPower {
    NotationPtr base;
    std::int64_t exponent = 1;
};

MatrixPower matrix_power_of(const NotationPtr& n) {
    if (n->kind == NotationKind::power && n->children.size() == 1)
        return {n->children[0], n->exponent.num};
    if (n->kind == NotationKind::inverse) return {n->children[0], -1};
    if (n->kind == NotationKind::inverse_transpose) return {transposed(n->children[0]), -1};
    const bool turned = n->kind == NotationKind::transpose && n->children[0]->rank == 2 &&
                        n->children[0]->kind == NotationKind::power &&
                        n->children[0]->children.size() == 1;
    if (turned) {
        const NotationPtr& power = n->children[0];
        return {transposed(power->children[0]), power->exponent.num};
    }
    return {n, 1};
}

NotationPtr matrix_power_notation(const MatrixPower& p) {
    if (p.exponent == 1) return p.base;
    if (p.exponent == -1) return inverse_notation(p.base);
    if (p.base->kind == NotationKind::transpose)
        return transposed(matrix_power_notation({p.base->children[0], p.exponent}));
    Notation n;
    n.kind = NotationKind::power;
    n.exponent = Rational(p.exponent);
    n.children = {p.base};
    n.rank = 2;
    n.symmetric = p.base->symmetric;
    return make(std::move(n));
}

/// A scalar such as x^T y stays one factor: its vectors are no part of the chain.
void append_flat(std::vector<NotationPtr>& list, const NotationPtr& child) {
    bool of_scalars = std::all_of(child->children.begin(), child->children.end(),
                                  [](const NotationPtr& c) { return c->rank == 0; });
    if (child->kind == NotationKind::product && (child->rank > 0 || of_scalars))
        list.insert(list.end(), child->children.begin(), child->children.end());
    else
        list.push_back(child);
}

std::vector<NotationPtr> with_matrix_powers(const std::vector<NotationPtr>& chain) {
    std::vector<NotationPtr> result;
    for (const NotationPtr& next : chain) {
        if (!result.empty() && result.back()->rank == 2 && next->rank == 2) {
            MatrixPower left = matrix_power_of(result.back()), right = matrix_power_of(next);
            bool same_side = (left.exponent > 0) == (right.exponent > 0);
            if (same_side && same(left.base, right.base)) {
                result.back() = matrix_power_notation({left.base, left.exponent + right.exponent});
                continue;
            }
        }
        result.push_back(next);
    }
    return result;
}

/// A product is symmetric if it reads the same backwards, transposed.
bool palindrome(const std::vector<NotationPtr>& chain) {
    for (std::size_t i = 0; i < (chain.size() + 1) / 2; ++i) {
        if (!same(transposed(chain[i]), chain[chain.size() - 1 - i])) return false;
    }
    return true;
}

NotationPtr quotient_notation(NotationKind kind, const NotationPtr& above,
                              const NotationPtr& below) {
    Notation n;
    n.kind = kind;
    n.children = {above, below};
    const NotationPtr& shaped = above->rank > 0 ? above : below;
    n.rank = shaped->rank;
    n.row = shaped->row;
    n.symmetric = shaped->symmetric;
    return make(std::move(n));
}

/// Numbers and scalar powers above and below the fraction bar.
struct Fraction {
    std::vector<NotationPtr> above, below;
};

Fraction scalar_fraction(const Monomial& m) {
    Fraction fraction;
    Number magnitude = m.coefficient.is_negative() ? -m.coefficient : m.coefficient;
    bool decimal = shown_as_decimal(magnitude);
    if (decimal || !magnitude.is_exact()) {
        fraction.above.push_back(number_notation(magnitude));
    } else {
        const Rational& r = magnitude.rational();
        if (r.num != 1) fraction.above.push_back(number_notation(Rational(r.num)));
        if (r.den != 1) fraction.below.push_back(number_notation(Rational(r.den)));
    }
    std::vector<Power> powers = joined_scalars(m.scalars);
    std::sort(powers.begin(), powers.end(), before);
    for (const Power& p : powers) {
        bool negative = p.exponent.num < 0;
        Rational magnitude_exponent(negative ? -p.exponent.num : p.exponent.num, p.exponent.den);
        NotationPtr shown = power_notation(p.base, magnitude_exponent);
        (negative ? fraction.below : fraction.above).push_back(shown);
    }
    return fraction;
}

}  // namespace

bool shown_as_decimal(const Number& number) {
    if (!number.is_exact()) return true;
    std::int64_t den = number.rational().den;
    if (den < 10 || den % 5 != 0 || den > 1'000'000'000'000) return false;
    while (den % 2 == 0) den /= 2;
    while (den % 5 == 0) den /= 5;
    return den == 1;
}

void multiply_power(std::vector<Power>& powers, const Power& factor) {
    for (auto p = powers.begin(); p != powers.end(); ++p) {
        if (!same(p->base, factor.base)) continue;
        auto exponent = ir::add(p->exponent, factor.exponent);
        if (!exponent) continue;
        p->exponent = *exponent;
        if (exponent->num == 0) powers.erase(p);
        return;
    }
    powers.push_back(factor);
}

NotationPtr power_notation(const NotationPtr& base, const Rational& exponent) {
    if (exponent == Rational(1)) return base;
    if (exponent == Rational(1, 2)) {
        Notation root = *call_notation("sqrt", {base}, base->rank);
        root.row = base->row;
        root.symmetric = base->symmetric;
        return make(std::move(root));
    }
    Notation n;
    n.kind = base->rank == 0 ? NotationKind::power : NotationKind::hadamard_power;
    n.exponent = exponent;
    n.children = {base};
    n.rank = base->rank;
    n.row = base->row;
    n.symmetric = base->symmetric;
    return make(std::move(n));
}

NotationPtr product_notation(std::vector<NotationPtr> children) {
    std::vector<NotationPtr> flat, scalars, chain;
    for (const NotationPtr& child : children) append_flat(flat, child);
    for (const NotationPtr& child : flat) (child->rank == 0 ? scalars : chain).push_back(child);
    chain = with_parts(std::move(chain));
    for (const NotationPtr& part : chain)
        if (part->rank == 0) scalars.push_back(part);
    std::erase_if(chain, [](const NotationPtr& part) { return part->rank == 0; });
    bool inner_product =
        chain.size() > 1 && chain.front()->row && chain.back()->rank == 1 && !chain.back()->row;
    chain = with_matrix_powers(chain);
    Notation n;
    n.kind = NotationKind::product;
    if (!chain.empty() && !inner_product) {
        const NotationPtr &first = chain.front(), &last = chain.back();
        bool left = first->rank == 2 || (first->rank == 1 && !first->row);
        bool right = last->rank == 2 || (last->rank == 1 && last->row);
        if (chain.size() == 1) {
            n.rank = first->rank;
            n.row = first->row;
            n.symmetric = first->symmetric;
        } else {
            n.rank = static_cast<std::uint8_t>((left ? 1 : 0) + (right ? 1 : 0));
            n.row = n.rank == 1 && right;
            n.symmetric = n.rank == 2 && palindrome(chain);
        }
    }
    n.children = scalars;
    n.children.insert(n.children.end(), chain.begin(), chain.end());
    return n.children.size() == 1 ? n.children[0] : make(std::move(n));
}

namespace {

bool is_triangle_of_ones(const Power& p) {
    return p.base->kind == NotationKind::call && is_triangle(*p.base) &&
           p.base->children[0]->kind == NotationKind::ones && p.exponent == Rational(1);
}

}  // namespace

NotationPtr hadamard_notation(std::vector<Power> powers) {
    // A mask and the rest is tril(rest).
    auto mask = std::find_if(powers.begin(), powers.end(), is_triangle_of_ones);
    if (mask != powers.end() && powers.size() > 1) {
        std::string name = mask->base->text;
        powers.erase(mask);
        return call_notation(name, {hadamard_notation(std::move(powers))}, 2);
    }
    std::sort(powers.begin(), powers.end(), [](const Power& a, const Power& b) {
        if (a.base->size != b.base->size) return a.base->size < b.base->size;
        return compare_reading(a.base, b.base) < 0;
    });
    auto side = [&](bool negative) -> NotationPtr {
        Notation n;
        n.kind = NotationKind::hadamard;
        n.symmetric = true;
        for (const Power& p : powers) {
            if ((p.exponent.num < 0) != negative) continue;
            Rational magnitude(negative ? -p.exponent.num : p.exponent.num, p.exponent.den);
            n.children.push_back(power_notation(p.base, magnitude));
            n.symmetric = n.symmetric && p.base->symmetric;
            n.rank = p.base->rank;
            n.row = p.base->row;
        }
        if (n.children.empty()) return nullptr;
        return n.children.size() == 1 ? n.children[0] : make(std::move(n));
    };
    NotationPtr above = side(false), below = side(true);
    if (!below) return above;
    if (!above) above = number_notation(1);
    return quotient_notation(NotationKind::hadamard_quotient, above, below);
}

NotationPtr assemble_magnitude(const Monomial& monomial, bool& negative) {
    negative = monomial.coefficient.is_negative();
    Fraction fraction = scalar_fraction(monomial);
    NotationPtr core = monomial.core;
    bool reciprocal = core && core->kind == NotationKind::hadamard_quotient &&
                      core->children[0]->kind == NotationKind::number &&
                      core->children[0]->number.is_one();
    bool entry_quotient = core && core->kind == NotationKind::hadamard_quotient;
    if (entry_quotient && (!fraction.below.empty() || (reciprocal && !fraction.above.empty()))) {
        // 2 (1 ./ x) is 2 ./ x, and (1 ./ x)/2 is 1 ./ (2 x).
        if (!reciprocal) fraction.above.push_back(core->children[0]);
        NotationPtr above =
            fraction.above.empty() ? number_notation(1) : product_notation(fraction.above);
        fraction.below.push_back(core->children[1]);
        core = quotient_notation(NotationKind::hadamard_quotient, above,
                                 product_notation(fraction.below));
        fraction = {};
    }
    if (core) fraction.above.push_back(core);
    NotationPtr above =
        fraction.above.empty() ? number_notation(1) : product_notation(fraction.above);
    if (fraction.below.empty()) return above;
    return quotient_notation(NotationKind::quotient, above, product_notation(fraction.below));
}

NotationPtr assemble(const Monomial& monomial) {
    // A number scales the entries; a sum of entries keeps its own brackets, because each of its
    // terms is summed over its own indices.
    if (monomial.core && monomial.core->kind == NotationKind::index_tensor) {
        Notation tensor = *monomial.core;
        Monomial body{monomial.coefficient, monomial.scalars, tensor.children[0]};
        bool sum = body.core->kind == NotationKind::sum;
        if (sum && body.core->children.size() == 1 && body.core->signs[0]) {
            body.coefficient = -body.coefficient;
            body.core = body.core->children[0];
            sum = false;
        }
        if (!sum) {
            tensor.children = {assemble(body)};
            NotationPtr scale = assemble(Monomial{monomial.coefficient, monomial.scalars, nullptr});
            tensor.scale = tensor.scale ? product_notation({scale, tensor.scale}) : scale;
            return make(std::move(tensor));
        }
    }
    bool negative = false;
    NotationPtr magnitude = assemble_magnitude(monomial, negative);
    if (!negative) return magnitude;
    if (magnitude->kind == NotationKind::number) return number_notation(-magnitude->number);
    return negated(magnitude);
}

}  // namespace nabla::passes
