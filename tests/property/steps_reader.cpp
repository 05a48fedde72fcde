#include "steps_reader.hpp"

#include <fmt/format.h>

#include <cmath>
#include <map>
#include <random>

#include "generator.hpp"
#include "ir/build.hpp"
#include "ir/traverse.hpp"
#include "passes/differentiate.hpp"
#include "passes/to_matrix.hpp"
#include "round_trip.hpp"
#include "runtime/differentiate_by.hpp"
#include "runtime/formula.hpp"

namespace nabla::testing {

using namespace ir;
using passes::StepLeft;

namespace {

constexpr double tolerance = 1e-8;

/// A name that lines define, or the small change of one.
struct Known {
    Shape shape;
    std::string facts;
    Expr meaning;  ///< over the symbols of the question
    Tensor value;
};

class Reader {
public:
    Reader(Expr f, Expr x, const Bindings& at, codegen::TextStyle style)
        : context_(f.context()), x_(x), at_(at), style_(style) {
        const Expr both[] = {f, x};
        for (Expr symbol : symbols_of(both)) {
            symbols_.push_back(symbol);
            own_[symbol.symbol().name] = symbol;
        }
        whole_ = f;
    }

    std::string check(const passes::Derivation& derivation, std::span<const Expr> answers);
    int lines() const { return lines_; }

private:
    void direct(const passes::Derivation& derivation);
    Expr read(const std::string& text) const;
    Tensor value(Expr e) const;
    Expr meaning(Expr e) const;
    std::string compare(const std::string& text, const Tensor& expected) const;
    std::string check_line(const passes::Step& step, std::span<const Expr> answers);
    void know(const std::string& name, Expr meaning, const Tensor& value);

    Context& context_;
    Expr x_, dx_, whole_;
    Bindings at_;
    codegen::TextStyle style_;
    std::vector<Expr> symbols_;
    std::map<std::string, Known> known_;
    std::map<std::string, Expr> own_;  ///< symbols of the question by name
    int lines_ = 0;
};

/// A small change that stays in the space of x.
void Reader::direct(const passes::Derivation& derivation) {
    const Tensor& point = at_.symbols.at(x_);
    Tensor change = point;
    std::mt19937 random(7);
    std::uniform_real_distribution<double> entries(-1, 1);
    for (double& entry : change.data) entry = entries(random);
    const std::string name = derivation.directions.front().symbol().name;
    dx_ = context_.symbol(name + "#", x_.shape());
    Bindings free = at_;
    free.symbols[dx_] = change;
    change = interpret(passes::project(dx_, x_), free);
    at_.symbols[dx_] = change;
    std::string facts;
    for (Fact fact :
         {Fact::symmetric, Fact::antisymmetric, Fact::diagonal, Fact::lower, Fact::upper})
        if (x_.rank() == 2 && x_.facts().has(fact))
            for (const std::string& word : runtime::fact_texts(Facts(fact))) facts += " " + word;
    known_[name] = {x_.shape(), facts, dx_, change};
}

Expr Reader::read(const std::string& text) const {
    syntax::Options options;
    options.defaults = true;
    for (const std::string& declared : stated_declarations(whole_, symbols_))
        options.declarations.push_back({declared});
    for (const auto& [name, known] : known_) {
        std::string declared = name;
        if (!known.shape.empty())
            declared += fmt::format("[{}]", fmt::join(runtime::shape_texts(known.shape), ", "));
        options.declarations.push_back({declared + known.facts});
    }
    return syntax::elaborate_expression(context_, syntax::Source("line", text), options).expr;
}

Tensor Reader::value(Expr e) const {
    Bindings all = at_;
    const Expr roots[] = {e};
    for (Expr symbol : symbols_of(roots))
        if (auto found = known_.find(symbol.symbol().name); found != known_.end())
            all.symbols[symbol] = found->second.value;
        else if (auto own = own_.find(symbol.symbol().name); own != own_.end())
            all.symbols[symbol] = at_.symbols.at(own->second);
    return interpret(e, all);
}

Expr Reader::meaning(Expr e) const {
    Substitution with;
    const Expr roots[] = {e};
    for (Expr symbol : symbols_of(roots))
        if (auto found = known_.find(symbol.symbol().name); found != known_.end())
            with[symbol] = found->second.meaning;
        else if (auto own = own_.find(symbol.symbol().name); own != own_.end())
            with[symbol] = own->second;
    return substitute(e, with);
}

std::string Reader::compare(const std::string& text, const Tensor& expected) const {
    if (!all_finite(expected)) return {};
    const double off = relative_difference(value(read(text)), expected);
    return off < tolerance ? "" : fmt::format("{} is off by {}", text, off);
}

void Reader::know(const std::string& name, Expr meaning, const Tensor& value) {
    known_[name] = {meaning.shape(), "", meaning, value};
}

std::string Reader::check_line(const passes::Step& step, std::span<const Expr> answers) {
    const std::string right = codegen::print(step.right, style_);
    const std::string plain = step.left ? codegen::print(step.left, codegen::TextStyle::ascii) : "";
    switch (step.kind) {
        case StepLeft::value: {
            if (auto found = known_.find(plain); found != known_.end())
                return compare(right, found->second.value);
            Expr e = read(right);
            Expr meant = meaning(e);
            know(plain, meant, value(e));
            Expr change = passes::directional(meant, x_, dx_);
            know("d" + plain, change, interpret(change, at_));
            return {};
        }
        case StepLeft::factor: {
            if (known_.contains(plain)) return compare(right, known_.at(plain).value);
            Expr e = read(right);
            know(plain, meaning(e), value(e));
            return {};
        }
        case StepLeft::differential:
            return compare(right, known_.at(plain).value);
        case StepLeft::pairing:
            return compare(right, value(read(codegen::print(step.left, style_))));
        case StepLeft::derivative:
            return compare(right,
                           interpret(answers[static_cast<std::size_t>(step.order) - 1], at_));
    }
    return {};
}

std::string Reader::check(const passes::Derivation& derivation, std::span<const Expr> answers) {
    direct(derivation);
    for (const passes::Step& step : derivation.steps) {
        ++lines_;
        std::string wrong;
        try {
            wrong = check_line(step, answers);
        } catch (const InputError& error) {
            wrong =
                fmt::format("{} is an error: {}", codegen::print(step.right, style_), error.what());
        }
        if (wrong.empty()) continue;
        const std::string left =
            step.left ? codegen::print(step.left, codegen::TextStyle::ascii) : "derivative";
        return fmt::format("line {}: {} = {}", lines_, left, wrong);
    }
    // The whole: the first name is f itself.
    const Known& f = known_.at(derivation.function);
    const double off = relative_difference(f.value, interpret(whole_, at_));
    if (!(off < tolerance)) return fmt::format("the expression is off by {}", off);
    const std::string last = codegen::print(derivation.steps.back().right, style_);
    const std::string answer = codegen::print(answers.back(), style_);
    return last == answer ? "" : fmt::format("ends in {}, not {}", last, answer);
}

}  // namespace

std::string derivation_failure(Expr f, Expr x, int order, const Bindings& at,
                               codegen::TextStyle style, ReadCounts& counts) {
    std::vector<Expr> answers;
    std::vector<passes::Differentiation> orders;
    for (int k = 1; k <= order; ++k) {
        answers.push_back(runtime::differentiate_by(f, x, k));
        orders.push_back({x, answers.back()});
    }
    ++counts.derivations;
    if (!all_finite(interpret(answers.back(), at)) || !all_finite(interpret(f, at))) {
        ++counts.skipped;
        return {};
    }
    const passes::Derivation derivation = passes::derivation_steps(f, orders);
    Reader reader(f, x, at, style);
    std::string wrong = reader.check(derivation, answers);
    counts.lines += reader.lines();
    if (wrong.empty()) return {};
    std::string board;
    for (const passes::Step& step : derivation.steps)
        board += fmt::format(
            "\n  {} = {}",
            step.left ? codegen::print(step.left, codegen::TextStyle::ascii) : "derivative",
            codegen::print(step.right, codegen::TextStyle::ascii));
    return wrong + board;
}

}  // namespace nabla::testing
