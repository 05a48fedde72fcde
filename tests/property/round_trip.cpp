#include "round_trip.hpp"

#include <fmt/format.h>

#include "ir/build.hpp"
#include "ir/module.hpp"
#include "ir/traverse.hpp"
#include "passes/pipeline.hpp"
#include "runtime/formula.hpp"

namespace nabla::testing {

using namespace ir;

std::string declaration_of(Expr symbol) {
    runtime::NameInfo info = runtime::describe_name(symbol);
    std::string text = info.name;
    if (!info.shape.empty()) text += fmt::format("[{}]", fmt::join(info.shape, ", "));
    for (const std::string& fact : info.facts) text += " " + fact;
    return text;
}

std::vector<std::string> stated_declarations(Expr e, const std::vector<Expr>& symbols) {
    std::vector<std::string> texts;
    for (Expr symbol : symbols) texts.push_back(declaration_of(symbol));
    for (const runtime::NameInfo& name : runtime::describe_dimensions(e, symbols))
        texts.push_back("dim " + name.name);
    return texts;
}

Expr read_printed(Expr e, const std::string& text, const std::vector<Expr>& symbols) {
    std::vector<std::string> declarations = stated_declarations(e, symbols);
    syntax::Options options;
    std::size_t line = text.find('\n');
    if (line == std::string::npos) {
        options.defaults = true;
        for (const std::string& declaration : declarations)
            options.declarations.push_back({declaration});
        return syntax::elaborate_expression(e.context(), syntax::Source("printed", text), options)
            .expr;
    }
    // The first line is the expression, the others define names in it: a file.
    std::string file;
    for (const std::string& declaration : declarations)
        file += (declaration.starts_with("dim ") ? "" : "param ") + declaration + "\n";
    file += text.substr(line + 1) + "\nshow " + text.substr(0, line) + "\n";
    Module module = syntax::elaborate_module(e.context(), syntax::Source("printed", file), options);
    return std::get<Show>(module.requests.at(0)).expr;
}

Expr without_rnorm(Expr e) {
    return rewrite_dag(e, [](Expr node) {
        bool rnorm = node.op() == Op::map && node.map().function == Fn::rnorm;
        return rnorm ? power(node.child(0), Rational(-1, 2)) : node;
    });
}

bool has_nested_parts(Expr e) {
    for (Expr node : post_order(e)) {
        if (node.op() == Op::sum) {
            for (const Term& t : node.sum().terms)
                if (t.expr.op() == Op::sum) return true;
        }
        if (node.op() != Op::einsum) continue;
        for (const Factor& f : node.einsum().factors)
            if (f.base.op() == Op::einsum && f.exponent == Rational(1) && !f.labels.empty())
                return true;
    }
    return false;
}

std::string round_trip_failure(Expr finished, const std::vector<Expr>& symbols,
                               codegen::TextStyle style, bool as_row) {
    std::string text = codegen::print(finished, style, as_row);
    try {
        Expr read = read_printed(finished, text, symbols);
        if (read.shape() != finished.shape())
            return fmt::format("{}\n  reads as shape {}, not {}", text, to_string(read.shape()),
                               to_string(finished.shape()));
        if (has_nested_parts(finished)) return {};
        if (without_rnorm(read) != without_rnorm(finished)) {
            Expr again = passes::finish(read);
            return fmt::format("{}\n  reads as another node{}: {}", text,
                               again == finished ? ", the same when finished" : "",
                               codegen::print(read, style, as_row));
        }
        Expr again = passes::finish(read);
        if (read == finished && again != finished)
            return fmt::format("{}\n  changes when finished again: {}", text,
                               codegen::print(again, style, as_row));
    } catch (const InputError& error) {
        return fmt::format("{}\n  is an error: {}", text, error.what());
    }
    return {};
}

}  // namespace nabla::testing
