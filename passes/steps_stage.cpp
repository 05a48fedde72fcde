#include "passes/steps_stage.hpp"

#include <algorithm>

#include "ir/build.hpp"
#include "ir/traverse.hpp"
#include "passes/differentiate.hpp"
#include "passes/to_matrix.hpp"

namespace nabla::passes {

using namespace ir;

namespace {

// Lines longer than a screen's width are left out where the next one says the same.
constexpr std::int64_t long_line = 60;
constexpr std::int64_t long_function = 250;
// A factor that is longer than this gets a name before it is multiplied on.
constexpr std::int64_t long_factor = 5;
// Up to so many names are put back in place of what they stand for in one line.
constexpr std::size_t most_inserted = 6;

NotationPtr name_of(Expr symbol) {
    return name_notation(symbol.symbol().name, static_cast<std::uint8_t>(symbol.rank()),
                         symbol.rank() == 2 && symbol.has(Fact::symmetric));
}

std::string read_off(std::size_t rank, std::size_t variable_rank) {
    if (rank > 0 || variable_rank == 0) return "the factor of";
    return "the transpose of the factor of";
}

const char* space_of(Expr x) {
    if (x.rank() != 2) return nullptr;
    if (x.has(Fact::diagonal)) return "projection on the diagonal matrices";
    if (x.has(Fact::lower)) return "projection on the lower triangular matrices";
    if (x.has(Fact::upper)) return "projection on the upper triangular matrices";
    if (x.has(Fact::symmetric)) return "projection on the symmetric matrices";
    if (x.has(Fact::antisymmetric)) return "projection on the antisymmetric matrices";
    return nullptr;
}

}  // namespace

StepRule plain_rule(std::string name, NotationPtr piece) {
    return StepRule{std::move(name), std::move(piece), nullptr, nullptr};
}

// --- lines -------------------------------------------------------------------------------------

void Stage::line(StepLeft kind, NotationPtr left, NotationPtr right, std::vector<StepRule> rules,
                 bool must) {
    if (!must && right->size > long_line) return;
    s_.steps.push_back(
        Step{kind, std::move(left), q_.order, std::move(right), false, std::move(rules)});
}

void Stage::go_on(NotationPtr right, std::vector<StepRule> rules, bool must) {
    const Step& last = s_.steps.back();
    if (alike(last.right, right) || (!must && right->size > long_line)) return;
    s_.steps.push_back(
        Step{last.kind, last.left, q_.order, std::move(right), true, std::move(rules)});
}

NotationPtr Stage::oriented_result(NotationPtr notation) const {
    return q_.as_row && notation->rank == 1 ? transposed(notation) : notation;
}

// --- forwards ----------------------------------------------------------------------------------

void Stage::write() {
    auto rank = static_cast<std::uint8_t>(rank_);
    name_ = name_notation(q_.name, rank);
    change_name_ = name_notation(s_.names.change_of(q_.name), rank);
    write_values();
    write_backwards();
    write_result();
}

void Stage::write_values() {
    std::vector<StepRule> rules;
    Expr simple = simplify_aloud(q_.function, false, s_.builder, rules);
    if (rules.empty()) rules.push_back(plain_rule("simplify"));
    std::vector<StepRule> why;
    if (!q_.why.empty()) why.push_back(plain_rule(q_.why));
    // What fills a page is told by its parts alone.
    NotationPtr typed = s_.builder.notation(q_.function);
    const bool readable = typed->size <= long_function;
    if (readable) {
        line(StepLeft::value, name_, oriented_result(typed), why, true);
        go_on(oriented_result(s_.builder.notation(simple)), rules, true);
    }
    for (const Step& step : s_.steps) s_.names.avoid_indices(step.right);
    s_.names.avoid_indices(to_matrix(q_.answer, q_.as_row));
    values_ = name_values(simple, s_.x, s_.names);
    changes_[s_.x] = {s_.dx, change_notation(s_.x, s_.dx)};
    shown_[s_.dx] = changes_.at(s_.x).shown;
    for (const NamedValue& value : values_) {
        if (!value.symbol) continue;
        changes_[value.symbol] = {value.change, value.shown_change};
        shown_[value.change] = value.shown_change;
        line(StepLeft::value, name_of(value.symbol), s_.builder.notation(value.body),
             {plain_rule("let")}, true);
    }
    if (readable && values_.size() == 1) return;
    line(StepLeft::value, name_, oriented_result(s_.builder.notation(values_.back().body)),
         {plain_rule("with these names")}, true);
}

Stage::Terms Stage::differential(const NamedValue& value, std::vector<StepRule>& rules) {
    Differential differential(s_.builder, changes_, value);
    Terms terms = differential.terms();
    rules = differential.take_rules();
    return terms;
}

// --- backwards ---------------------------------------------------------------------------------

Expr Stage::cofactor(const ChangeTerm& term) {
    // In the space of all directions: the projection comes last.
    Expr free = term.change.context().fresh_symbol("d", term.change.shape());
    return jacobian(substitute(term.expr, {{term.change, free}}), free);
}

ChangeTerm Stage::paired(Expr cofactor, Expr change) {
    ChangeTerm term{false, nullptr, {}, change};
    Monomial whole = s_.builder.monomial(cofactor);
    const NotationPtr& dx = shown_.at(change);
    if (!whole.core) {
        term.shown = pairing(assemble_magnitude(whole, term.negative), rank_, dx, change.rank());
        return term;
    }
    // Scalars stand before the trace or the inner product.
    NotationPtr core = pairing(whole.core, rank_, dx, change.rank());
    if (!core) return term;
    whole.core = nullptr;
    NotationPtr scalars = assemble_magnitude(whole, term.negative);
    term.shown = tidy_product({scalars, core});
    return term;
}

Expr Stage::total(const Factor& factor, Expr change) {
    Shape shape = q_.function.shape();
    shape.insert(shape.end(), change.shape().begin(), change.shape().end());
    std::vector<Term> terms;
    for (Expr part : factor.parts) terms.push_back(Term{1, part});
    return sum(change.context(), std::move(terms), std::move(shape));
}

bool Stage::only_live(Expr change) const {
    return std::all_of(factors_.begin(), factors_.end(),
                       [&](const auto& entry) { return entry.first == change; });
}

void Stage::arrange(const Terms& terms) {
    Terms arranged;
    std::vector<Expr> cofactors;
    std::vector<StepRule> rules;
    bool possible = true;
    for (const ChangeTerm& t : terms) {
        cofactors.push_back(cofactor(t));
        ChangeTerm next = paired(cofactors.back(), t.change);
        possible = possible && next.shown;
        if (!possible) continue;
        std::string why = arrangement(t, next.shown, rank_);
        if (!why.empty()) rules.push_back(plain_rule(std::move(why), t.shown));
        arranged.push_back(std::move(next));
    }
    if (possible && !rules.empty()) go_on(oriented_result(sum_of_terms(arranged, nullptr)), rules);
    collect(possible ? arranged : Terms{}, cofactors);
    ExprSet counted;
    for (std::size_t k = 0; k < terms.size(); ++k) {
        Factor& factor = factors_[terms[k].change];
        factor.parts.push_back(cofactors[k]);
        if (counted.insert(terms[k].change).second) ++factor.lines;
    }
}

void Stage::collect(const Terms& terms, const std::vector<Expr>& cofactors) {
    std::vector<std::pair<Expr, Factor>> groups;
    for (std::size_t k = 0; k < terms.size(); ++k) {
        auto group = std::find_if(groups.begin(), groups.end(),
                                  [&](const auto& g) { return g.first == terms[k].change; });
        if (group == groups.end()) group = groups.insert(group, {terms[k].change, {}});
        group->second.parts.push_back(cofactors[k]);
    }
    if (groups.size() == terms.size()) return;
    Terms collected;
    std::vector<StepRule> rules;
    for (const auto& [change, factor] : groups) {
        ChangeTerm next = paired(total(factor, change), change);
        if (!next.shown) return;
        collected.push_back(std::move(next));
        if (factor.parts.size() > 1) rules.push_back(plain_rule("collect", shown_.at(change)));
    }
    go_on(oriented_result(sum_of_terms(collected, nullptr)), rules);
}

Expr Stage::named_factor(const NamedValue& value, bool alone) {
    const Factor& factor = factors_.at(value.change);
    Expr all = total(factor, value.change);
    NotationPtr shown = s_.builder.notation(all);
    const bool leaf = shown->kind == NotationKind::name || shown->kind == NotationKind::number;
    const bool name = shown->size > long_factor || factor.lines > 1 || (!alone && !leaf);
    if (!name || all.rank() > 2) return all;
    std::string prefix = rank_ == 0 ? "g_" : "J_";
    Expr symbol = change_symbol(all, s_.names.prefixed(prefix, value.symbol.symbol().name));
    meanings_[symbol] = all;
    line(StepLeft::factor, name_of(symbol), shown,
         {plain_rule(factor.lines > 1 ? "sum of the factors of" : "the factor of",
                     value.shown_change)},
         true);
    return symbol;
}

Stage::Terms Stage::inserted(Expr factor, const NamedValue& value, const Terms& terms) {
    ChangeTerm form = paired(factor, value.change);
    const std::string& hole = value.change.symbol().name;
    Terms result;
    for (const ChangeTerm& t : terms) {
        Expr expr = t.expr.is_scalar() ? multiply(factor, t.expr) : contract_last(factor, t.expr);
        ChangeTerm next{form.negative != t.negative, nullptr, expr, t.change};
        const bool direct =
            form.shown && !has_index_tensor(form.shown) && !has_index_tensor(t.shown);
        next.shown = direct ? replace_names(form.shown, {{hole, t.shown}})
                            : assemble_magnitude(s_.builder.monomial(expr), next.negative);
        result.push_back(std::move(next));
    }
    return result;
}

void Stage::write_value(const NamedValue& value, Terms terms) {
    const bool alone = only_live(value.change);
    Expr factor = named_factor(value, alone);
    NotationPtr left = paired(factor, value.change).shown;
    factors_.erase(value.change);
    if (terms.empty()) return;
    const Terms next = inserted(factor, value, terms);
    NotationPtr right = sum_of_terms(next, nullptr);
    const std::size_t before = s_.steps.size();
    std::vector<StepRule> rules{plain_rule("insert", value.shown_change)};
    if (alone)
        line(StepLeft::differential, change_name_, oriented_result(right), rules);
    else if (left && meanings_.contains(factor))
        line(StepLeft::pairing, left, right, rules);
    if (s_.steps.size() > before) return arrange(next);
    // No line to go on from: only the factors are worked out.
    for (const ChangeTerm& t : next) {
        factors_[t.change].parts.push_back(cofactor(t));
        ++factors_[t.change].lines;
    }
}

void Stage::write_backwards() {
    for (auto value = values_.rbegin(); value != values_.rend(); ++value) {
        if (value->symbol && !factors_.contains(value->change)) continue;
        std::vector<StepRule> rules;
        Terms terms = differential(*value, rules);
        auto rank = static_cast<std::uint8_t>(value->body.rank());
        NotationPtr zero = rank == 0 ? number_notation(0)
                                     : sized_notation(NotationKind::zeros, value->body.shape());
        NotationPtr right = sum_of_terms(terms, zero);
        if (!value->symbol) {
            line(StepLeft::differential, change_name_, oriented_result(right), rules, true);
            arrange(terms);
            continue;
        }
        line(StepLeft::differential, value->shown_change, right, rules, true);
        write_value(*value, std::move(terms));
    }
}

// --- the result --------------------------------------------------------------------------------

void Stage::write_result() {
    auto found = factors_.find(s_.dx);
    // As it is printed alone: bound indices avoid the names of this derivation in other lines.
    NotationPtr last = to_matrix(q_.answer, q_.as_row);
    if (found == factors_.end()) {
        line(StepLeft::derivative, nullptr, last, {plain_rule("nothing changes")}, true);
        return;
    }
    Expr factor = total(found->second, s_.dx);
    std::vector<StepRule> why{plain_rule(read_off(rank_, s_.x.rank()), shown_.at(s_.dx))};
    if (const char* space = space_of(s_.x)) {
        factor = project(factor, s_.x);
        why.push_back(plain_rule(space));
    }
    const std::size_t before = s_.steps.size();
    line(StepLeft::derivative, nullptr, oriented_result(s_.builder.notation(factor)), why);
    const bool begun = s_.steps.size() > before;
    if (begun) insert_values(factor);
    std::vector<StepRule> rules{plain_rule("collect terms")};
    if (begun && values_.size() > 1 && meanings_.size() + values_.size() > most_inserted)
        rules = {plain_rule("insert what is named")};
    if (!begun)
        line(StepLeft::derivative, nullptr, last, rules, true);
    else
        go_on(last, rules, true);
}

void Stage::insert_values(Expr factor) {
    if (meanings_.size() + values_.size() > most_inserted) return;
    Substitution values;
    for (const NamedValue& value : values_)
        if (value.symbol) values[value.symbol] = value.node;
    Expr meant = factor;
    // Factors are written by other factors; each is gone after as many rounds as there are.
    for (std::size_t round = 0; round < meanings_.size(); ++round)
        meant = substitute(meant, meanings_);
    meant = substitute(meant, values);
    if (values_.size() > 1)
        go_on(oriented_result(s_.builder.notation(meant)), {plain_rule("insert what is named")});
    std::vector<StepRule> rules;
    Expr simple = simplify_aloud(meant, true, s_.builder, rules);
    if (!rules.empty()) go_on(oriented_result(s_.builder.notation(simple)), rules);
}

}  // namespace nabla::passes
