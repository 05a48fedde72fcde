#include "runtime/session/session.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "frontend/builtins.hpp"
#include "frontend/names.hpp"
#include "runtime/compute.hpp"
#include "runtime/data/data.hpp"
#include "runtime/located.hpp"
#include "runtime/session/literal_array.hpp"
#include "runtime/session/reading.hpp"

namespace nabla::runtime {

void check_assignable(const ModelState& model, const std::string& name, const Typed& where) {
    if (model.module().find_declaration(name) != nullptr) return;
    throw InputError({error_at(where.where(), fmt::format("`{}` cannot be given a value", name),
                               "a value is for a variable or a parameter; a size is given by "
                               "`dim n = 100`")});
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
    const bool declared = pieces_.find(name) != nullptr;
    if (!declared && syntax::is_function_name(name)) {
        throw InputError({error_at(typed.where(), fmt::format("`{}` is a function", name),
                                   "give the value another name")});
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

namespace {

// A file that cannot be opened has no line to show: the one that names it is shown.
Values load(const Typed& argument) {
    try {
        return load_data(parse_data_request(argument.part()));
    } catch (const InputError& error) {
        std::vector<Diagnostic> diagnostics = error.diagnostics();
        for (Diagnostic& diagnostic : diagnostics) {
            if (diagnostic.where.line == 0) diagnostic.where = argument.where();
        }
        throw InputError(std::move(diagnostics));
    }
}

}  // namespace

std::vector<std::string> Session::load_values(const Typed& argument) {
    std::vector<Value> values = load(argument).all();
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

const Array* Session::value_of(std::string_view name) const {
    const auto known = values_.find(name);
    return known == values_.end() ? nullptr : &known->second.array;
}

std::vector<std::string> Session::valued_names() const {
    std::vector<std::string> names;
    for (const auto& [name, known] : values_) names.push_back(name);
    return names;
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

}  // namespace nabla::runtime
