// What the parts of a derivation share: the named values, the differentials of nodes, and how an
// unevaluated line is put together. See steps.hpp.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <unordered_map>
#include <unordered_set>

#include "passes/steps.hpp"
#include "passes/to_matrix_builder.hpp"

namespace nabla::passes {

using ExprSet = std::unordered_set<ir::Expr, ir::ExprHash>;

/// Names that nothing in the question has, neither as they are nor with the `d` of a differential
/// or the prefix of a factor.
class FreeNames {
public:
    /// Takes the names of all symbols and sizes of the expressions.
    explicit FreeNames(std::span<const ir::Expr> expressions);

    /// Also those of the bound indices in a line that was or will be written.
    void avoid_indices(const NotationPtr& line);

    /// The first free one of the letters, or of the first letter with a number. Taken from then on.
    std::string next(std::span<const std::string_view> letters);
    /// letter1, letter2, …
    std::string numbered(std::string_view letter);
    /// `d` and the name.
    std::string change_of(const std::string& name);
    /// `g_z`.
    std::string prefixed(std::string_view prefix, const std::string& name);

private:
    bool free(const std::string& name) const;
    std::set<std::string> taken_;
};

/// A part of the expression that has a name.
struct NamedValue {
    ir::Expr node;    ///< over the symbols of the question
    ir::Expr symbol;  ///< which stands for it
    ir::Expr body;    ///< over the symbols of earlier values
    ir::Expr change;  ///< the symbol of its differential
    NotationPtr shown_change;
};

/// The parts that get names, children first, then the whole (without a symbol or a change).
std::vector<NamedValue> name_values(ir::Expr f, ir::Expr x, FreeNames& names);

/// A symbol for a differential. It has no facts, so that nodes keep which way round it stands: the
/// change of a symmetric matrix is symmetric, but only its notation knows.
ir::Expr change_symbol(ir::Expr value, const std::string& name);

/// A term of a differential: linear in one change.
struct ChangeTerm {
    bool negative = false;
    NotationPtr shown;  ///< without the sign
    ir::Expr expr;      ///< with it
    ir::Expr change;
};

/// The variable and the named values as they occur in bodies, with their changes.
struct Change {
    ir::Expr symbol;
    NotationPtr shown;
};
using Changes = std::unordered_map<ir::Expr, Change, ir::ExprHash>;
/// The notation of the change of `value`.
NotationPtr change_notation(ir::Expr value, ir::Expr change);

/// The differential of one body: product rule, chain rule …, one term for each way to a change.
class Differential {
public:
    /// `own`, if not null, stands for the body: the derivative of p = softmax(z) is written by p.
    Differential(NotationBuilder& builder, const Changes& changes, const NamedValue& value);

    std::vector<ChangeTerm> terms();
    std::vector<StepRule> take_rules() { return std::move(rules_); }

private:
    using Terms = std::vector<ChangeTerm>;
    /// A symbol in the place of an operand, and what it stands for.
    struct Hole {
        ir::Expr symbol;
        ir::Expr base;
    };

    Terms of(ir::Expr e);
    Terms of_sum(ir::Expr e);
    Terms of_einsum(ir::Expr e);
    Terms of_map(ir::Expr e);
    Terms of_softmax(ir::Expr e, const ir::SoftmaxMatch& match);
    Terms of_function(ir::Expr e);
    bool active(ir::Expr e);
    Hole hole_for(ir::Expr base);
    void add_rule(const std::string& name, ir::Expr piece);
    void einsum_rule(ir::Expr e, const std::vector<std::size_t>& moving);
    void function_rule(ir::Expr e);
    void map_rule(ir::Expr e, std::size_t argument);
    /// Fills the hole of a form that is linear in it with each term, and the others with their
    /// bases.
    void fill(Terms& result, ir::Expr form, const Hole& moving, const Terms& inner,
              const std::vector<Hole>& others = {});

    NotationBuilder& builder_;
    const Changes& changes_;
    const NamedValue& value_;
    std::unordered_map<ir::Expr, bool, ir::ExprHash> active_;
    std::vector<StepRule> rules_;
    std::size_t holes_ = 0;
};

/// Is `e` sqrt(Σ r²) with one r: a norm, which is differentiated as a whole?
bool is_norm_base(const ir::Factor& factor);
/// log_softmax(z), or its negative.
std::optional<ir::SoftmaxMatch> match_signed_log_softmax(ir::Expr e);
/// log det X: its X.
std::optional<ir::Expr> match_log_det(ir::Expr e);

// --- lines (steps_lines.cpp) --------------------------------------------------------------------

using NameMap = std::map<std::string, NotationPtr>;

/// Puts notation in the place of names, and each product, transpose … around it in its usual form.
NotationPtr replace_names(const NotationPtr& in, const NameMap& with);
bool mentions(const NotationPtr& in, const std::string& name);
bool has_index_tensor(const NotationPtr& in);

/// Signed terms as one sum; `zero` where there is none.
NotationPtr sum_of_terms(const std::vector<ChangeTerm>& terms, const NotationPtr& zero);

/// What a function of `rank` axes changes by if a value of `change_rank` changes by `change`, the
/// cofactor being the derivative by that value: `c^T dx`, `tr(C^T dX)`, `J dx`, `c dt`. Without the
/// cofactor's sign. Null where that has no matrix form.
NotationPtr pairing(const NotationPtr& cofactor, std::size_t rank, const NotationPtr& change,
                    std::size_t change_rank);

/// The name of what leads from a term as it came out of a differential to cofactor times change;
/// empty if that is no more than another order of factors.
std::string arrangement(const ChangeTerm& term, const NotationPtr& arranged, std::size_t rank);

/// A product as product_notation() makes it, numbers in front.
NotationPtr tidy_product(std::vector<NotationPtr> children);
/// Equal but for brackets and the order of scalar factors.
bool alike(const NotationPtr& a, const NotationPtr& b);

// --- simplification (steps_simplify.cpp) ---------------------------------------------------------

/// simplify() or simplify_finally(), with each named rule that applied and the piece that it was
/// applied to; up to `most` rules.
ir::Expr simplify_aloud(ir::Expr e, bool finally, NotationBuilder& builder,
                        std::vector<StepRule>& rules);

}  // namespace nabla::passes
