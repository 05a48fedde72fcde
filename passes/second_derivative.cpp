#include "passes/second_derivative.hpp"

#include <algorithm>

#include "ir/build.hpp"
#include "ir/mirror.hpp"
#include "passes/differentiate.hpp"
#include "passes/expand.hpp"
#include "passes/simplify.hpp"

namespace nabla::passes {

using namespace ir;

namespace {

Expr along(Expr f, const std::vector<Expr>& variables, const std::vector<Expr>& directions) {
    std::vector<Term> terms;
    for (std::size_t i = 0; i < variables.size(); ++i)
        terms.push_back(Term{1, directional(f, variables[i], directions[i])});
    return simplify(sum(f.context(), std::move(terms), f.shape()));
}

/// Distinct labels among those of the factors chosen, in order of appearance.
Labels distinct(const Labels& labels) {
    Labels result;
    for (LabelId l : labels)
        if (std::find(result.begin(), result.end(), l) == result.end()) result.push_back(l);
    return result;
}

Expr product_over(const EinsumData& data, const std::vector<Factor>& factors, const Labels& output,
                  Context& context) {
    // Labels that none of these factors carries are not summed: numbered anew.
    EinsumData part;
    std::vector<int> number(data.dims.size(), -1);
    const auto renumbered = [&](LabelId l) {
        if (number[l] < 0) {
            number[l] = static_cast<int>(part.dims.size());
            part.dims.push_back(data.dims[l]);
        }
        return static_cast<LabelId>(number[l]);
    };
    for (LabelId l : output) part.output.push_back(renumbered(l));
    for (Factor f : factors) {
        for (LabelId& l : f.labels) l = renumbered(l);
        part.factors.push_back(std::move(f));
    }
    return einsum(context, std::move(part));
}

class FormReader {
public:
    FormReader(Curvatures& by, Context& context) : by_(by), context_(context) {}

    void add(const Number& c, Expr term) {
        Expr weight = constant(context_, c);
        std::vector<Factor> scalars;
        if (term.op() != Op::einsum) {
            form_.wholes.push_back({weight, term});
            return;
        }
        EinsumData rest = term.einsum();
        rest.factors.clear();
        bool labelled = false;
        for (const Factor& f : term.einsum().factors) {
            if (!f.labels.empty()) {
                rest.factors.push_back(f);
                labelled = true;
            } else if (by_.depends(f.base)) {
                scalars.push_back(f);
            } else {
                weight = multiply(weight, power(f.base, f.exponent));
            }
        }
        if (labelled && scalars.empty()) return connected(weight, rest);
        if (labelled) {
            // Labelled factors that hold no direction are a weight of their own.
            const Expr free = product_over(rest, rest.factors, {}, context_);
            if (by_.depends(free)) {
                if (scalars.size() != 1 || scalars[0].exponent != Rational(1))
                    return give_up(weight, term);
                form_.terms.push_back({weight, free, scalars[0].base});
                return;
            }
            weight = multiply(weight, free);
        }
        if (scalars.size() == 2 && scalars[0].exponent == Rational(1) &&
            scalars[1].exponent == Rational(1)) {
            form_.terms.push_back({weight, scalars[0].base, scalars[1].base});
        } else if (scalars.size() == 1 && scalars[0].exponent == Rational(2)) {
            form_.terms.push_back({weight, scalars[0].base, scalars[0].base});
        } else if (scalars.size() == 1 && scalars[0].exponent == Rational(1) &&
                   scalars[0].base.op() == Op::einsum) {
            connected(weight, scalars[0].base.einsum());
        } else {
            give_up(weight, term);
        }
    }

    Form take() { return std::move(form_); }

private:
    void give_up(Expr weight, Expr whole) { form_.wholes.push_back({weight, whole}); }

    /// One connected product with both directions in it.
    void connected(Expr weight, const EinsumData& data) {
        std::vector<std::size_t> found;
        for (std::size_t k = 0; k < data.factors.size(); ++k)
            if (by_.depends(data.factors[k].base)) found.push_back(k);
        if (found.size() == 1 && data.factors[found[0]].exponent == Rational(2)) {
            const Factor& f = data.factors[found[0]];
            return split(weight, data, {Factor{f.base, 1, f.labels}}, {Factor{f.base, 1, f.labels}},
                         distinct(f.labels), found);
        }
        if (found.size() == 2 && mirrored(weight, data, found)) return;
        if (found.size() == 2) {
            const Factor &f = data.factors[found[0]], &g = data.factors[found[1]];
            Labels a = distinct(f.labels), b = distinct(g.labels);
            Labels sorted_a = a, sorted_b = b;
            std::sort(sorted_a.begin(), sorted_a.end());
            std::sort(sorted_b.begin(), sorted_b.end());
            if (sorted_a == sorted_b && f.exponent == Rational(1) && g.exponent == Rational(1))
                return split(weight, data, {f}, {g}, a, found);
        }
        give_up(weight, product_over(data, data.factors, data.output, context_));
    }

    /// left and right over `shared` labels, everything else the weight.
    void split(Expr weight, const EinsumData& data, const std::vector<Factor>& left,
               const std::vector<Factor>& right, const Labels& shared,
               const std::vector<std::size_t>& taken) {
        std::vector<Factor> rest;
        for (std::size_t k = 0; k < data.factors.size(); ++k)
            if (std::find(taken.begin(), taken.end(), k) == taken.end())
                rest.push_back(data.factors[k]);
        const Expr inner = product_over(data, rest, shared, context_);
        form_.terms.push_back({multiply(inner, weight), product_over(data, left, shared, context_),
                               product_over(data, right, shared, context_)});
    }

    /// Equal halves that meet at fixed labels: Σ w (A dx)^2.
    bool mirrored(Expr weight, const EinsumData& data, const std::vector<std::size_t>& found) {
        return find_mirroring(data, [&](const Mirroring& m) {
            if (m.partner[found[0]] != static_cast<int>(found[1])) return false;
            if (!halves_separate(data, m)) return false;
            Labels fixed;
            for (LabelId l = 0; l < data.dims.size(); ++l)
                if (m.image[l] == l) fixed.push_back(l);
            const std::vector<bool> side = first_half(data, m, found[0]);
            std::vector<Factor> left, right;
            std::vector<std::size_t> taken;
            for (std::size_t k = 0; k < data.factors.size(); ++k) {
                const auto partner = static_cast<std::size_t>(m.partner[k]);
                if (partner == k) {
                    for (LabelId l : data.factors[k].labels)
                        if (m.image[l] != l) return false;  // a matrix in the middle
                    continue;
                }
                taken.push_back(k);
                (side[k] ? left : right).push_back(data.factors[k]);
            }
            if (left.size() != right.size()) return false;
            split(weight, data, left, right, fixed, taken);
            return true;
        });
    }

    /// The factors that hang together with `start` without passing a fixed label.
    static std::vector<bool> first_half(const EinsumData& data, const Mirroring& m,
                                        std::size_t start) {
        std::vector<bool> in(data.factors.size(), false);
        std::vector<std::size_t> stack{start};
        in[start] = true;
        while (!stack.empty()) {
            const std::size_t k = stack.back();
            stack.pop_back();
            for (std::size_t j = 0; j < data.factors.size(); ++j) {
                if (in[j] || m.partner[j] == static_cast<int>(j)) continue;
                for (LabelId l : data.factors[k].labels) {
                    const Labels& other = data.factors[j].labels;
                    if (m.image[l] == l || std::find(other.begin(), other.end(), l) == other.end())
                        continue;
                    in[j] = true;
                    stack.push_back(j);
                    break;
                }
            }
        }
        // A pair that touches fixed labels alone goes to either side.
        for (std::size_t j = 0; j < in.size(); ++j) {
            const auto partner = static_cast<std::size_t>(m.partner[j]);
            if (partner > j && !in[j] && !in[partner]) in[j] = true;
        }
        return in;
    }

    Curvatures& by_;
    Context& context_;
    Form form_;
};

}  // namespace

Expr second_derivative(Expr f, const std::vector<Expr>& variables,
                       const std::vector<Expr>& directions) {
    return along(along(simplify(f), variables, directions), variables, directions);
}

Form read_form(Expr second, Curvatures& by_direction, bool everything) {
    const Expr expanded =
        expand(second, [&](Expr base) { return everything || by_direction.depends(base); });
    FormReader reader(by_direction, second.context());
    if (expanded.op() == Op::sum) {
        for (const Term& t : expanded.sum().terms) reader.add(t.coefficient, t.expr);
    } else {
        reader.add(1, expanded);
    }
    return reader.take();
}

}  // namespace nabla::passes
