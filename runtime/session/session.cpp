#include "runtime/session/session.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "frontend/names.hpp"
#include "passes/pipeline.hpp"
#include "runtime/compute.hpp"
#include "runtime/located.hpp"
#include "runtime/program_sizes.hpp"
#include "runtime/session/reading.hpp"

namespace nabla::runtime {

namespace {

std::string declaration_of(const std::string& name, const Sizes& sizes) {
    if (sizes.empty()) return "var " + name;
    return fmt::format("var {}[{}]", name, fmt::join(sizes, ", "));
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

}  // namespace

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
        const auto* solved = std::get_if<SolveResult>(&result);
        if (solved != nullptr && solved->value) {
            values_.insert_or_assign(solved->unknown, Known{*solved->value, "", true});
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

}  // namespace nabla::runtime
