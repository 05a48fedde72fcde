#include "runtime/session/session.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "frontend/names.hpp"
#include "passes/pipeline.hpp"
#include "runtime/check_facts.hpp"
#include "runtime/compute.hpp"
#include "runtime/data/data.hpp"
#include "runtime/located.hpp"
#include "runtime/model_state.hpp"
#include "runtime/program_sizes.hpp"
#include "runtime/session/literal_array.hpp"

namespace nabla::runtime {

struct Session::Reading {
    std::shared_ptr<const ModelState> model;
    Assembly assembly;
    Values values;  // of the names that the text needs
    std::vector<Diagnostic> notes;
};

struct Session::ReadOptions {
    const Pieces* pieces = nullptr;       // instead of the session's own
    const KnownValues* values = nullptr;  // likewise
    bool own_sizes = false;               // see SubjectOptions
    std::vector<std::string> moved;       // variables of a problem
    std::string hidden;                   // a name whose value is not to be used
};

namespace {

// Kinds that `read` may be asked to give back.
const ir::Show& last_show(const ModelState& model) {
    const ir::Show* found = nullptr;
    for (const ir::Request& request : model.module().requests) {
        if (const auto* show = std::get_if<ir::Show>(&request)) found = show;
    }
    if (found == nullptr) throw InternalError("the session's module has lost its `show`");
    return *found;
}

std::vector<std::int64_t> shape_of(const Array& array) {
    return {array.sizes().begin(), array.sizes().end()};
}

std::string declaration_of(const std::string& name, const Sizes& sizes) {
    if (sizes.empty()) return "var " + name;
    return fmt::format("var {}[{}]", name, fmt::join(sizes, ", "));
}

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

// The words between `over` and what may follow the variables.
std::vector<std::string> moved_names(std::string_view statement) {
    std::vector<std::string> moved;
    bool inside = false;
    for (std::size_t i = 0; i < statement.size();) {
        const std::size_t length = syntax::name_length(statement.substr(i));
        if (length == 0) {
            i += std::max<std::size_t>(1, syntax::utf8_length(statement.substr(i)));
            continue;
        }
        const std::string word = syntax::canonical_name(statement.substr(i, length));
        i += length;
        if (word == "subject" || word == "using") inside = false;
        if (inside) moved.push_back(word);
        if (word == "over") inside = true;
    }
    return moved;
}

bool contains(const std::vector<std::string>& names, std::string_view name) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

// Why a name cannot be given a value, in words; empty if the model declares it.
void check_assignable(const ModelState& model, const std::string& name, const Typed& where) {
    if (model.module().find_declaration(name) != nullptr) return;
    throw InputError({error_at(where.where(), fmt::format("`{}` cannot be given a value", name),
                               "a value is for a variable or a parameter; a size is given by "
                               "`dim n = 100`")});
}

}  // namespace

Session::Reading Session::read(const Typed& typed, std::string_view prefix,
                               const ReadOptions& options) const {
    const Pieces& pieces = options.pieces == nullptr ? pieces_ : *options.pieces;
    const KnownValues& values = options.values == nullptr ? values_ : *options.values;
    Reading reading;
    const std::vector<std::size_t> needed = pieces.needed(words_of(typed.part()));
    std::set<std::string> declared;
    for (const std::size_t index : needed) {
        const Piece& piece = pieces.all()[index];
        reading.assembly.add(piece);
        if (piece.kind != LineKind::dim) declared.insert(piece.name);
    }
    for (const std::string& name : options.moved) {
        const auto known = values.find(name);
        if (declared.contains(name) || known == values.end() || known->second.fitted) continue;
        reading.assembly.add({LineKind::declaration, name,
                              declaration_of(name, known->second.array.sizes()), "<earlier input>",
                              1});
        declared.insert(name);
    }
    reading.assembly.add_typed(typed, prefix);

    syntax::Options frontend;
    frontend.defaults = true;
    const std::set<std::string>& words = reading.assembly.words();
    for (const auto& [name, known] : values) {
        const bool used = std::any_of(words.begin(), words.end(), [&](const std::string& word) {
            return may_mean(word, name);
        });
        if (!used || name == options.hidden) continue;
        if (known.fitted && contains(options.moved, name)) continue;
        reading.values.add({name, known.array, known.origin, false, false});
        if (options.own_sizes && declared.contains(name)) continue;
        frontend.data_shapes[name] = shape_of(known.array);
    }
    reading.assembly.translated([&] {
        const syntax::Source source(Assembly::module_name, reading.assembly.text());
        reading.model = ModelState::from_source(source, frontend, &reading.notes);
    });
    reading.notes = reading.assembly.translate(std::move(reading.notes));
    // What an earlier line left to be guessed was said when it was typed.
    std::erase_if(reading.notes, [](const Diagnostic& note) { return !note.labels.empty(); });
    return reading;
}

ExpressionAnswer Session::describe(const Reading& reading, const Typed& typed, bool compute) const {
    const ir::Show& show = last_show(*reading.model);
    ExpressionAnswer answer;
    Program program;
    return reading.assembly.translated([&] {
        {
            const auto lock = reading.model->lock();
            program.outputs = {passes::finish(show.expr)};
            program.inputs = show.inputs;
            hooks_.checkpoint();
            const ir::Expr finished = program.outputs.front();
            answer.formula = format_formula(finished, show.orientation);
            answer.shape = shape_texts(finished.shape());
            answer.kind = kind_of_rank(finished.rank());
            answer.facts = fact_texts(finished.facts());
            answer.row = show.orientation == ir::Orientation::row && finished.rank() == 1;
            for (const ir::Expr symbol : show.inputs) {
                answer.names.push_back(describe_name(symbol));
            }
        }
        answer.notes = reading.notes;
        if (!compute || !has_values(program, reading.values)) return answer;
        if (!sizes_of(*reading.model, program, reading.values).missing.empty()) return answer;
        try {
            answer.value = std::move(runtime::compute(*reading.model, program,
                                                      {std::string(typed.part())}, reading.values)
                                         .front());
        } catch (const NumericalError& error) {
            throw InputError({error_at(typed.where(), error.what())});
        }
        hooks_.checkpoint();
        return answer;
    });
}

ExpressionAnswer Session::evaluate(const Typed& typed, EvaluateOptions options) {
    const Reading reading = read(typed, "show ", {});
    hooks_.checkpoint();
    return describe(reading, typed, options.compute);
}

Answer Session::enter(const Typed& typed) {
    const Line line = classify(typed);
    switch (line.kind) {
        case LineKind::nothing:
            return std::monostate{};
        case LineKind::expression:
            return evaluate(typed.sub(line.value_begin, typed.end), {});
        case LineKind::assignment:
            return assign_line(line, typed);
        case LineKind::dim:
        case LineKind::declaration:
        case LineKind::definition:
        case LineKind::function:
        case LineKind::import:
        case LineKind::keep:
            return define(line, typed.sub(typed.begin, typed.end));
        case LineKind::request:
            return request(typed.sub(line.value_begin, typed.end));
    }
    return std::monostate{};
}

RequestAnswer Session::request(const Typed& typed, std::string_view prefix) {
    ReadOptions options;
    options.moved = moved_names(typed.part());
    const Reading reading = read(typed, prefix, options);
    hooks_.checkpoint();
    RunQuery query;
    for (const Value& value : reading.values.all()) {
        (contains(options.moved, value.name) ? query.start : query.data).add(value);
    }
    query.on_iteration = [&](const Iteration& iteration) {
        hooks_.checkpoint();
        if (hooks_.on_iteration) hooks_.on_iteration(iteration);
    };
    RequestAnswer answer;
    answer.notes = reading.notes;
    answer.results =
        reading.assembly.translated([&] { return runtime::run(*reading.model, query); });
    for (RequestResult& result : answer.results) {
        if (auto* failed = std::get_if<FailedResult>(&result)) {
            failed->diagnostics = reading.assembly.translate(std::move(failed->diagnostics));
        }
        const auto* problem = std::get_if<ProblemResult>(&result);
        if (problem == nullptr || problem->result.status == Status::not_finite ||
            problem->result.status == Status::unbounded) {
            continue;
        }
        for (const auto& [name, array] : problem->result.x) {
            const auto known = values_.find(name);
            // A start that was given stays what it is until it is given anew.
            const std::string origin = known == values_.end() ? "" : known->second.origin;
            values_.insert_or_assign(name, Known{array, origin, true});
        }
    }
    return answer;
}

Subject Session::subject(const Typed& typed, SubjectOptions options) const {
    ReadOptions read_options;
    read_options.own_sizes = options.own_sizes;
    Reading reading = read(typed, "show ", read_options);
    const ir::Show& show = last_show(*reading.model);
    Subject subject;
    subject.program.inputs = show.inputs;
    reading.assembly.translated([&] {
        const auto lock = reading.model->lock();
        subject.program.outputs = {options.unfinished ? show.expr : passes::finish(show.expr)};
    });
    hooks_.checkpoint();
    subject.texts = {std::string(typed.part())};
    subject.model = std::move(reading.model);
    subject.values = std::move(reading.values);
    subject.assembly = std::move(reading.assembly);
    return subject;
}

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

Answer Session::assign_line(const Line& line, const Typed& typed) {
    const Typed right = typed.sub(line.value_begin, typed.end);
    const Typed left = typed.sub(typed.begin, line.value_begin - 2);
    if (right.part().empty()) {
        throw InputError({error_at(typed.locate(typed.end, typed.end + 1),
                                   fmt::format("a value is expected after `{} :=`", line.name),
                                   fmt::format("`{} := 2`, `{} := [1, 2, 3]` or an expression "
                                               "whose names all have values",
                                               line.name, line.name))});
    }
    std::optional<Array> literal =
        located(right.where(), [&] { return literal_array(right.part()); });
    if (literal) return assign({line.name, std::move(*literal), {}}, left);
    ExpressionAnswer answer = evaluate(right, {});
    if (!answer.value) {
        std::vector<std::string> missing;
        for (const NameInfo& name : answer.names) {
            if (!values_.contains(name.name)) missing.push_back(name.name);
        }
        const std::string what = missing.empty()
                                     ? std::string("its sizes are not known")
                                     : fmt::format("{} ha{} none", fmt::join(missing, ", "),
                                                   missing.size() == 1 ? "s" : "ve");
        throw InputError(
            {error_at(right.where(), "this has no value: " + what,
                      fmt::format("`{} = …` defines a name by a formula", line.name))});
    }
    AssignedAnswer assigned = assign({line.name, std::move(*answer.value), {}}, left);
    assigned.notes.insert(assigned.notes.begin(), answer.notes.begin(), answer.notes.end());
    if (answer.row) {
        assigned.notes.push_back(
            {Severity::note,
             right.where(),
             fmt::format("a value has no orientation: {} is a column vector", line.name),
             {},
             {}});
    }
    return assigned;
}

// Only the name's own declaration has a say: other values may be about to change too. Returns the
// pieces that remain beside the value.
Pieces Session::check_value(const Value& value, const Typed& typed) const {
    const std::string& name = value.name;
    if (name.empty() || syntax::name_length(name) != name.size() || syntax::is_reserved(name)) {
        throw InputError({error_at(typed.where(), fmt::format("`{}` is not a name", name),
                                   "a value is given to a name: `x := [1, 2, 3]`")});
    }
    Pieces next = pieces_;
    const Piece* piece = next.find(name);
    if (piece != nullptr && piece->kind != LineKind::declaration) next.remove(name);
    const KnownValues alone{{name, Known{value.array, value.origin, false}}};
    ReadOptions options;
    options.pieces = &next;
    options.values = &alone;
    try {
        Reading reading = read(Typed::whole(name), "show ", options);
        check_assignable(*reading.model, name, typed);
        reading.assembly.translated(
            [&] { fit_to_declarations(reading.values, reading.model->module()); });
    } catch (const InputError& error) {
        std::vector<Diagnostic> diagnostics = error.diagnostics();
        for (Diagnostic& diagnostic : diagnostics) diagnostic.where = typed.where();
        throw InputError(std::move(diagnostics));
    }
    return next;
}

AssignedAnswer Session::assign(Value value, const Typed& typed) {
    Pieces next = check_value(value, typed);
    const Piece* piece = pieces_.find(value.name);
    const bool replaces = piece != nullptr && piece->kind != LineKind::declaration;
    pieces_ = std::move(next);
    AssignedAnswer answer{value.name, value.array, {}};
    values_.insert_or_assign(value.name,
                             Known{std::move(value.array), std::move(value.origin), false});
    if (replaces) answer.notes = broken_users(value.name);
    return answer;
}

std::vector<std::string> Session::load_values(const Typed& argument) {
    Values loaded = located(
        argument.where(), [&] { return runtime::load_data(parse_data_request(argument.part())); });
    std::vector<Value> values = loaded.all();
    std::vector<std::string> names;
    for (Value& value : values) {
        const Piece* piece = pieces_.find(value.name);
        // A table's only column is a vector unless it is declared as a matrix.
        const bool matrix = piece != nullptr && piece->text.find(',') != std::string::npos;
        if (value.one_column && value.array.rank() == 2 && !matrix) {
            const auto entries = value.array.values();
            value.array = Array({value.array.sizes()[0]},
                                std::vector<double>(entries.begin(), entries.end()));
        }
        check_value(value, argument);
    }
    for (Value& value : values) {
        names.push_back(value.name);
        assign(std::move(value), argument);
    }
    return names;
}

bool Session::forget(const std::string& name) {
    const bool had_value = values_.erase(name) > 0;
    return pieces_.remove(name) || had_value;
}

const Array* Session::value_of(std::string_view name) const {
    const auto known = values_.find(name);
    return known == values_.end() ? nullptr : &known->second.array;
}

std::vector<std::string> Session::valued_names() const {
    std::vector<std::string> names;
    for (const auto& [name, known] : values_) names.push_back(name);
    return names;
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

std::string Session::value_text(const std::string& name) const {
    const auto known = values_.find(name);
    if (known == values_.end()) return {};
    const Array& array = known->second.array;
    std::string text = array.rank() == 0 ? fmt::format("{:.10g}", array.scalar())
                                         : fmt::format("{} {}", kind_of_rank(array.rank()),
                                                       describe_sizes(array.sizes()));
    if (!known->second.origin.empty()) text += ", from " + known->second.origin;
    return known->second.fitted ? text + ", found by a problem" : text;
}

std::vector<NameRow> Session::names() const {
    std::vector<NameRow> rows;
    std::set<std::string> shown;
    for (const Piece& piece : pieces_.all()) {
        NameRow row{piece.text, value_text(piece.name)};
        shown.insert(piece.name);
        if (piece.kind == LineKind::definition) {
            try {
                const Subject own = subject(Typed::whole(piece.name), {.own_sizes = true});
                const ir::Expr e = own.program.outputs.front();
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
