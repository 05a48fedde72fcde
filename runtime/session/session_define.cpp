#include "runtime/session/session.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "frontend/names.hpp"
#include "runtime/compute.hpp"
#include "runtime/located.hpp"
#include "runtime/session/reading.hpp"

namespace nabla::runtime {

namespace {

// Symbols that a definition uses, through other definitions too.
std::vector<ir::Expr> symbols_behind(const ModelState& model, const ir::Definition& definition) {
    std::vector<ir::Expr> symbols;
    std::set<std::size_t> seen;
    std::vector<const ir::Definition*> open{&definition};
    while (!open.empty()) {
        const ir::Definition* one = open.back();
        open.pop_back();
        symbols.insert(symbols.end(), one->symbols.begin(), one->symbols.end());
        for (const std::size_t other : one->definitions) {
            if (seen.insert(other).second) open.push_back(&model.module().definitions[other]);
        }
    }
    return model.in_declaration_order(std::move(symbols));
}

}  // namespace

// Definitions that were right and use a name that now means something else.
std::vector<Diagnostic> Session::broken_users(const std::string& name) const {
    std::vector<Diagnostic> warnings;
    for (const std::string& user : pieces_.users_of(name)) {
        const Piece* piece = pieces_.find(user);
        if (piece == nullptr) continue;
        Pieces others = pieces_;
        others.remove(user);
        ReadOptions options;
        options.own_sizes = true;
        options.pieces = &others;
        try {
            read(Typed::whole(piece->text, piece->file, piece->line), {}, options);
        } catch (const InputError& error) {
            Diagnostic warning = error.diagnostics().front();
            warning.severity = Severity::warning;
            warning.message = fmt::format("{}, which uses {}, is wrong from here on: {}", user,
                                          name, warning.message);
            warnings.push_back(std::move(warning));
        }
    }
    return warnings;
}

// The value of a name that is declared anew stays if it still fits.
void Session::drop_misfit(const std::string& name, std::vector<Diagnostic>& notes) {
    const auto known = values_.find(name);
    if (known == values_.end()) return;
    try {
        const Typed typed = Typed::whole(name);
        Reading reading = read(typed, "show ", {});
        check_assignable(*reading.model, name, typed);
        fit_to_declarations(reading.values, reading.model->module());
    } catch (const InputError& error) {
        notes.push_back({Severity::note,
                         {},
                         fmt::format("the value that {} had does not fit and is gone", name),
                         {},
                         {}});
        values_.erase(known);
    }
}

DefinedAnswer Session::define(const Line& line, const Typed& typed) {
    Pieces next = pieces_;
    Piece piece{line.kind, line.name, std::string(typed.part()), "<earlier input>", 1};
    if (typed.file != input_name) {
        piece.file = typed.file;
        piece.line = typed.where().line;
    }
    next.put(piece);
    Pieces others = next;
    if (!line.name.empty()) others.remove(line.name);
    ReadOptions options;
    options.pieces = &others;
    options.own_sizes = true;
    options.hidden = line.name;
    const Reading reading = read(typed, {}, options);
    hooks_.checkpoint();

    DefinedAnswer answer{line.kind, line.name, piece.text, {}, reading.notes};
    if (line.kind == LineKind::definition) {
        const ir::Definition* definition = reading.model->module().find_definition(line.name);
        if (definition == nullptr) throw InternalError("a definition is lost: " + line.name);
        const auto lock = reading.model->lock();
        ExpressionAnswer expression;
        expression.shape = shape_texts(definition->expr.shape());
        expression.kind = kind_of_rank(definition->expr.rank());
        expression.facts = fact_texts(definition->expr.facts());
        expression.row =
            definition->orientation == ir::Orientation::row && definition->expr.rank() == 1;
        for (const ir::Expr symbol : symbols_behind(*reading.model, *definition)) {
            expression.names.push_back(describe_name(symbol));
        }
        answer.expression = std::move(expression);
    }
    const bool replaces = pieces_.find(line.name) != nullptr || values_.contains(line.name);
    pieces_ = std::move(next);
    if (line.kind == LineKind::definition || line.kind == LineKind::function) {
        values_.erase(line.name);
    }
    if (line.kind == LineKind::declaration) drop_misfit(line.name, answer.notes);
    if (replaces) {
        for (Diagnostic& warning : broken_users(line.name)) {
            answer.notes.push_back(std::move(warning));
        }
    }
    return answer;
}

Session::AddedStatements Session::add(const std::vector<Typed>& statements) {
    AddedStatements added;
    Pieces next = pieces_;
    std::vector<Piece> fresh;
    std::vector<std::string> words;
    for (const Typed& typed : statements) {
        const Line line = classify(typed);
        switch (line.kind) {
            case LineKind::nothing:
                continue;
            case LineKind::assignment:
                throw InputError({error_at(typed.where(),
                                           "`:=` gives a name a value at the prompt; a file holds "
                                           "definitions: `NAME = EXPR`")});
            case LineKind::expression:
            case LineKind::request:
                added.requests.emplace_back(typed.part());
                break;
            case LineKind::dim:
            case LineKind::declaration:
            case LineKind::definition:
            case LineKind::function:
            case LineKind::import:
            case LineKind::keep:
                if (!line.name.empty()) added.names.push_back(line.name);
                break;
        }
        Piece piece{line.kind, line.name,
                    std::string(typed.text.begin(),
                                typed.text.begin() + static_cast<std::ptrdiff_t>(typed.end)),
                    typed.file, typed.line};
        for (std::string& word : words_of(piece.text)) words.push_back(std::move(word));
        const bool stays = line.kind != LineKind::expression && line.kind != LineKind::request;
        // One name twice in one file is the file's mistake, and replaces nothing.
        if (stays) next.remove_same(piece);
        fresh.push_back(std::move(piece));
    }
    Assembly assembly;
    for (const std::size_t index : next.needed(words)) assembly.add(next.all()[index]);
    for (const Piece& piece : fresh) assembly.add(piece);
    syntax::Options options;
    options.defaults = true;
    for (const auto& [name, known] : values_) {
        const auto named = [&](const Piece& piece) { return piece.name == name; };
        const bool hidden =
            std::any_of(fresh.begin(), fresh.end(), named) || pieces_.find(name) != nullptr;
        if (!hidden && assembly.words().contains(name)) {
            options.data_shapes[name] = shape_of(known.array);
        }
    }
    assembly.translated([&] {
        const syntax::Source source(Assembly::module_name, assembly.text());
        ModelState::from_source(source, options, &added.notes);
    });
    added.notes = assembly.translate(std::move(added.notes));
    for (Piece& piece : fresh) {
        if (piece.kind == LineKind::expression || piece.kind == LineKind::request) continue;
        const LineKind kind = piece.kind;
        const std::string name = piece.name;
        next.put(std::move(piece));
        if (kind == LineKind::definition || kind == LineKind::function) values_.erase(name);
    }
    pieces_ = std::move(next);
    for (const std::string& name : added.names) drop_misfit(name, added.notes);
    return added;
}

bool Session::forget(const std::string& name) {
    const bool had_value = values_.erase(name) > 0;
    return pieces_.remove(name) || had_value;
}

std::vector<std::string> Session::known_names() const {
    std::set<std::string> names;
    for (const Piece& piece : pieces_.all()) {
        if (piece.name.empty() || piece.kind == LineKind::keep) continue;
        names.insert(piece.name);
        // Names that a text introduces by using them, dimensions and defaults.
        for (std::string& word : words_of(piece.text)) {
            const bool usable = syntax::default_kind(word).has_value();
            if (usable) names.insert(std::move(word));
        }
    }
    for (const auto& [name, known] : values_) names.insert(name);
    return {names.begin(), names.end()};
}

std::vector<NameRow> Session::names() const {
    std::vector<NameRow> rows;
    std::set<std::string> shown;
    for (const Piece& piece : pieces_.all()) {
        NameRow row{piece.text, value_text(piece.name)};
        shown.insert(piece.name);
        if (piece.kind == LineKind::definition) {
            try {
                ReadOptions options;
                options.own_sizes = true;
                const Reading own = read(Typed::whole(piece.name), "show ", options);
                const ir::Expr e = last_show(*own.model).expr;
                row.value = fmt::format("{}{}{}", kind_of_rank(e.rank()), e.rank() == 0 ? "" : " ",
                                        fmt::join(shape_texts(e.shape()), "×"));
            } catch (const InputError& error) {
                row.value = fmt::format("wrong: {}", error.what());
            }
        }
        if (piece.kind == LineKind::function) row.value = "function";
        rows.push_back(std::move(row));
    }
    for (const auto& [name, known] : values_) {
        if (!shown.contains(name)) rows.push_back({name, value_text(name)});
    }
    return rows;
}

}  // namespace nabla::runtime
