#include "passes/psd_certificate.hpp"

#include <algorithm>
#include <map>

#include "ir/build.hpp"
#include "ir/traverse.hpp"
#include "passes/coefficient.hpp"
#include "passes/expand.hpp"
#include "passes/simplify.hpp"

namespace nabla::passes {

using namespace ir;

namespace {

constexpr std::size_t most_scalars = 4;

/// Two linear functions of the direction of one shape; the lower index first.
using Pair = std::pair<std::size_t, std::size_t>;
using Matrix = std::vector<std::vector<Expr>>;

Expr add_to(Expr total, Expr part) { return total ? add(total, part) : part; }

/// A weight that is 0 at some entries whatever its symbols are must not be divided by. One that is
/// 0 only for some values may: the inequality holds for those close by, and both sides are
/// continuous.
bool has_zeros_by_structure(Expr e) {
    for (Expr node : post_order(e)) {
        if (node.op() == Op::identity || node.op() == Op::selection || node.op() == Op::trimask ||
            (node.op() == Op::reduce && node.reduce().kind != ReduceKind::logsumexp))
            return true;
        if (node.op() == Op::map && function(node.map().function).selects) return true;
    }
    return is_zero(e);
}

class Prover {
public:
    Prover(Signs& signs, int sign) : signs_(signs), sign_(sign) {}

    void add(const FormTerm& term) {
        const std::size_t i = atom(term.left), j = atom(term.right);
        const Expr weight = sign_ < 0 ? negate(term.weight) : term.weight;
        Expr& total = weights_[{std::min(i, j), std::max(i, j)}];
        total = add_to(total, weight);
    }

    bool add_whole(const Form::Whole& whole) {
        const auto same = [&](const Form::Whole& w) { return w.form == whole.form; };
        const Expr weight = sign_ < 0 ? negate(whole.weight) : whole.weight;
        auto it = std::find_if(wholes_.begin(), wholes_.end(), same);
        if (it == wholes_.end())
            wholes_.push_back({weight, whole.form});
        else
            it->weight = ir::add(it->weight, weight);
        return true;
    }

    std::optional<std::vector<CertificateStep>> run() {
        if (!wholes_hold()) return std::nullopt;
        for (auto it = weights_.begin(); it != weights_.end();) {
            it->second = simplify_finally(it->second);
            it = is_zero(it->second) ? weights_.erase(it) : std::next(it);
        }
        if (all_squares()) return steps_;
        // The vectors that a Cauchy-Schwarz step may use up, none first.
        std::vector<CertificateStep> before = steps_;
        if (entries_hold(atoms_.size()) && scalars_hold(std::nullopt)) return steps_;
        for (std::size_t u = 0; u < atoms_.size(); ++u) {
            if (atoms_[u].is_scalar() || !weights_.contains({u, u}) || has_partner(u)) continue;
            Reduction all{u, {}, {}};
            for (std::size_t z = 0; z < atoms_.size(); ++z) {
                if (!atoms_[z].is_scalar() || !involved(z)) continue;
                const auto coefficient = functional(z, u);
                if (!coefficient) continue;
                all.scalars.push_back(z);
                all.coefficients.push_back(*coefficient);
                steps_ = before;
                if (entries_hold(u) && scalars_hold(Reduction{u, {z}, {*coefficient}}))
                    return steps_;
            }
            steps_ = before;
            if (all.scalars.size() == 2 && entries_hold(u) && scalars_hold(all)) return steps_;
        }
        return std::nullopt;
    }

private:
    struct Reduction {
        std::size_t vector;
        std::vector<std::size_t> scalars;
        std::vector<Expr> coefficients;  ///< scalar = Σ coefficient · vector
    };

    std::size_t atom(Expr e) {
        const auto it = std::find(atoms_.begin(), atoms_.end(), e);
        if (it != atoms_.end()) return static_cast<std::size_t>(it - atoms_.begin());
        atoms_.push_back(e);
        return atoms_.size() - 1;
    }

    void say(std::string text, std::vector<Expr> pieces) {
        steps_.push_back({std::move(text), std::move(pieces)});
    }

    bool holds(Expr weight) { return signs_.prove_nonnegative(weight); }

    Expr weight(std::size_t i, std::size_t j) const {
        const auto it = weights_.find({std::min(i, j), std::max(i, j)});
        return it == weights_.end() ? Expr() : it->second;
    }

    /// Half the weight of a cross term, the entry of the symmetric matrix.
    Expr entry(std::size_t i, std::size_t j, Expr zero) const {
        const Expr w = weight(i, j);
        if (!w) return zero;
        return i == j ? w : scale(Rational(1, 2), w);
    }

    bool wholes_hold() {
        for (const Form::Whole& w : wholes_) {
            const Expr weight = simplify_finally(w.weight);
            if (is_zero(weight)) continue;
            if (!w.form.has(Fact::nonnegative) || !holds(weight)) return false;
            say("{} >= 0: a form B^T M B with a positive semidefinite M", {w.form});
        }
        return true;
    }

    /// Only squares, each with a weight at least 0.
    bool all_squares() {
        for (const auto& [pair, w] : weights_)
            if (pair.first != pair.second || !holds(w)) return false;
        for (const auto& [pair, w] : weights_) {
            const Expr u = atoms_[pair.first];
            if (is_one(w))
                say("{} >= 0: a sum of squares", {inner(u, u)});
            else
                say("{} >= 0: squares times {} >= 0", {inner(w, multiply(u, u)), w});
        }
        return true;
    }

    bool has_partner(std::size_t u) const {
        return std::any_of(weights_.begin(), weights_.end(), [&](const auto& row) {
            return row.first.first != row.first.second &&
                   (row.first.first == u || row.first.second == u);
        });
    }

    /// Arrays without `used`: in each entry a 1×1 or 2×2 matrix.
    bool entries_hold(std::size_t used) {
        std::vector<bool> done(atoms_.size(), false);
        for (const auto& [pair, w] : weights_) {
            const auto [i, j] = pair;
            if (i == j || atoms_[i].is_scalar()) continue;
            if (done[i] || done[j]) return false;
            done[i] = done[j] = true;
            if (!pair_holds(i, j)) return false;
        }
        for (std::size_t i = 0; i < atoms_.size(); ++i) {
            if (atoms_[i].is_scalar() || i == used || done[i] || !weight(i, i)) continue;
            if (!holds(weight(i, i))) return false;
            say("{} >= 0: squares times {} >= 0",
                {inner(weight(i, i), multiply(atoms_[i], atoms_[i])), weight(i, i)});
        }
        return true;
    }

    bool pair_holds(std::size_t i, std::size_t j) {
        const Expr a = weight(i, i), c = weight(j, j);
        if (!a || !c || !holds(a) || !holds(c)) return false;
        const Expr b = entry(i, j, {});
        const Expr minor = subtract(multiply(a, c), multiply(b, b));
        if (!holds(minor)) return false;
        say("completing the square, entry by entry: [{}, {}; {}, {}] has a diagonal that is at "
            "least "
            "0, and the determinant {}",
            {a, b, b, c, tidy(simplify_finally(minor))});
        return true;
    }

    Expr tidy(Expr minor) const { return is_zero(minor) ? constant(minor.context(), 0) : minor; }

    /// Scalars: every principal minor of their matrix is at least 0. A reduction has replaced a
    /// vector u by scalars z_i = Σ a_i u: Σ w u^2 >= z^T G^-1 z with G_ij = Σ a_i a_j/w, with
    /// equality for some u, and rows and columns of z are multiplied by G, which changes no sign.
    bool scalars_hold(const std::optional<Reduction>& reduction) {
        std::vector<std::size_t> scalars;
        for (std::size_t i = 0; i < atoms_.size(); ++i)
            if (atoms_[i].is_scalar() && involved(i)) scalars.push_back(i);
        if (scalars.empty()) return true;
        if (scalars.size() > most_scalars) return false;
        if (reduction) {
            const Expr w = weights_.at({reduction->vector, reduction->vector});
            if (has_zeros_by_structure(w) || !holds(w)) return false;
            say_cauchy_schwarz(*reduction, w);
        }
        const Expr zero = constant(atoms_[0].context(), 0);
        Matrix m;
        for (std::size_t i : scalars) {
            m.emplace_back();
            for (std::size_t j : scalars) m.back().push_back(entry(i, j, zero));
        }
        if (reduction) reduce(m, scalars, *reduction);
        return minors_hold(m, reduction.has_value());
    }

    /// With one z only its row is multiplied, which keeps the minors shorter.
    void reduce(Matrix& m, const std::vector<std::size_t>& scalars, const Reduction& reduction) {
        const Expr w = weights_.at({reduction.vector, reduction.vector});
        const std::size_t n = scalars.size(), k = reduction.scalars.size();
        std::vector<std::size_t> at;  // of the z among the scalars
        for (std::size_t z : reduction.scalars)
            at.push_back(static_cast<std::size_t>(std::find(scalars.begin(), scalars.end(), z) -
                                                  scalars.begin()));
        Matrix g(k, std::vector<Expr>(k));
        for (std::size_t i = 0; i < k; ++i)
            for (std::size_t j = 0; j < k; ++j)
                // Not simplified: exp(-z) would hide that it cancels exp(z).
                g[i][j] = sum_entries(
                    multiply(multiply(reduction.coefficients[i], reduction.coefficients[j]),
                             power(w, Rational(-1))));
        if (k == 1) {
            for (Expr& e : m[at[0]]) e = multiply(g[0][0], e);
            Expr& own = m[at[0]][at[0]];
            own = ir::add(own, constant(own.context(), 1));
            return;
        }
        // Rows, then columns of the z: G M; the inverse of G in the corner becomes G.
        for (std::size_t j = 0; j < n; ++j)
            multiply_by(g, at, [&](std::size_t i) -> Expr& { return m[i][j]; });
        for (std::size_t i = 0; i < n; ++i)
            multiply_by(g, at, [&](std::size_t j) -> Expr& { return m[i][j]; });
        for (std::size_t i = 0; i < k; ++i)
            for (std::size_t j = 0; j < k; ++j) m[at[i]][at[j]] = ir::add(m[at[i]][at[j]], g[i][j]);
    }

    template <class Entry>
    static void multiply_by(const Matrix& g, const std::vector<std::size_t>& at,
                            const Entry& entry) {
        std::vector<Expr> before;
        for (std::size_t i : at) before.push_back(entry(i));
        for (std::size_t i = 0; i < at.size(); ++i) {
            Expr total;
            for (std::size_t j = 0; j < at.size(); ++j)
                total = add_to(total, multiply(g[i][j], before[j]));
            entry(at[i]) = total;
        }
    }

    /// z^2 <= (Σ a^2/w) (Σ w u^2), w without its number.
    void say_cauchy_schwarz(const Reduction& reduction, Expr w) {
        const Expr u = atoms_[reduction.vector];
        const Expr squares = inner(w, multiply(u, u));
        if (reduction.scalars.size() > 1) {
            say("{} is at least its smallest value for given {} and {} (Cauchy and Schwarz)",
                {squares, atoms_[reduction.scalars[0]], atoms_[reduction.scalars[1]]});
            return;
        }
        if (w.op() == Op::sum && w.sum().terms.size() == 1) w = w.sum().terms[0].expr;
        const Expr a = reduction.coefficients[0];
        const Expr share = sum_entries(multiply(multiply(a, a), power(w, Rational(-1))));
        say("({})^2 <= ({}) · ({}) by Cauchy and Schwarz",
            {atoms_[reduction.scalars[0]], simplify_finally(share), inner(w, multiply(u, u))});
    }

    bool involved(std::size_t i) const {
        return std::any_of(weights_.begin(), weights_.end(), [&](const auto& row) {
            return row.first.first == i || row.first.second == i;
        });
    }

    bool minors_hold(const Matrix& m, bool reduced) {
        const std::size_t n = m.size();
        std::vector<Expr> shown;
        for (unsigned chosen = 1; chosen < (1u << n); ++chosen) {
            std::vector<std::size_t> rows;
            for (std::size_t i = 0; i < n; ++i)
                if (chosen & (1u << i)) rows.push_back(i);
            const Expr minor = determinant(m, rows, rows);
            if (!holds(minor)) return false;
            shown.push_back(simplify_finally(cancel_exponentials(minor)));
        }
        if (n == 1 && reduced && is_zero(shown[0]))
            say("so no more is subtracted than is there", {});
        else if (n == 1 && reduced)
            say("so no more is subtracted than is there, since {} >= 0", {shown[0]});
        else if (n == 1)
            say("the weight of the square is {} >= 0", {shown[0]});
        else
            say("completing the square leaves a matrix whose principal minors are all at least 0; "
                "the last is {}",
                {tidy(shown.back())});
        return true;
    }

    static Expr determinant(const Matrix& m, const std::vector<std::size_t>& rows,
                            const std::vector<std::size_t>& columns) {
        if (rows.size() == 1) return m[rows[0]][columns[0]];
        const std::vector<std::size_t> below(rows.begin() + 1, rows.end());
        Expr total;
        for (std::size_t k = 0; k < columns.size(); ++k) {
            std::vector<std::size_t> others = columns;
            others.erase(others.begin() + static_cast<long>(k));
            const Expr part = multiply(m[rows[0]][columns[k]], determinant(m, below, others));
            total = add_to(total, k % 2 == 0 ? part : negate(part));
        }
        return total;
    }

    std::optional<Expr> functional(std::size_t z, std::size_t u) const {
        return coefficient_of(atoms_[u], atoms_[z]);
    }

    Signs& signs_;
    int sign_;
    std::vector<Expr> atoms_;
    std::map<Pair, Expr> weights_;
    std::vector<Form::Whole> wholes_;
    std::vector<CertificateStep> steps_;
};

}  // namespace

std::optional<std::vector<CertificateStep>> prove_psd(const Form& form, int sign, Signs& signs) {
    Prover prover(signs, sign);
    for (const FormTerm& term : form.terms) prover.add(term);
    for (const Form::Whole& whole : form.wholes) prover.add_whole(whole);
    return prover.run();
}

}  // namespace nabla::passes
