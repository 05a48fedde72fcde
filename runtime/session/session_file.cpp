#include "runtime/session/session_file.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <utility>

#include <fmt/format.h>

#include "frontend/lines.hpp"
#include "frontend/names.hpp"
#include "runtime/located.hpp"
#include "runtime/session/literal_array.hpp"

namespace nabla::runtime {
namespace {

constexpr std::string_view value_mark = "#:= ";

std::string read_file(const Typed& argument) {
    const std::string path(argument.part());
    std::ifstream stream(path, std::ios::binary);
    std::error_code ignored;
    const bool folder = std::filesystem::is_directory(path, ignored);
    if (!stream || folder) {
        throw InputError(
            {error_at(argument.where(), fmt::format("cannot open {}: {}", path,
                                                    folder ? "it is a folder" : strerror(errno)))});
    }
    return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
}

// A logical line from the start of its first physical line, so that columns are the file's.
Typed typed_line(const syntax::Source& source, Span span) {
    const std::string_view text = source.text();
    const std::size_t newline = text.rfind('\n', span.begin);
    const std::size_t start = newline == std::string_view::npos ? 0 : newline + 1;
    const std::size_t end = std::min(text.find('\n', span.end), text.size());
    Typed typed = Typed::whole(std::string(text.substr(start, end - start)), source.name(),
                               source.locate(span).line);
    typed.begin = span.begin - start;
    typed.end = span.end - start;
    return typed;
}

// In a session an import is relative to the current directory, in a file to the file's folder.
void move_import(Typed& typed, const std::filesystem::path& file) {
    const std::size_t open = typed.text.find('"', typed.begin);
    if (classify(typed).kind != LineKind::import || open == std::string::npos) return;
    std::error_code failed;
    const std::filesystem::path folder = std::filesystem::relative(
        file.has_parent_path() ? file.parent_path() : std::filesystem::path("."), failed);
    if (failed || folder.empty() || folder == ".") return;
    const std::string prefix = folder.generic_string() + "/";
    typed.text.insert(open + 1, prefix);
    typed.end += prefix.size();
}

// `#:= x = [1, 2]`, the value of a name.
void load_value(Session& session, const Typed& line) {
    const std::string_view part = line.part();
    const std::size_t equals = part.find('=', value_mark.size());
    const std::size_t from = line.begin + value_mark.size();
    if (equals == std::string_view::npos) {
        throw InputError({error_at(line.where(), "a saved value is `#:= NAME = NUMBERS`")});
    }
    const Typed name = line.sub(from, line.begin + equals);
    const Typed numbers = line.sub(line.begin + equals + 1, line.end);
    std::optional<Array> array =
        located(numbers.where(), [&] { return literal_array(numbers.part()); });
    if (!array) {
        throw InputError({error_at(numbers.where(), "a number or nested lists are expected here")});
    }
    session.assign({syntax::canonical_name(name.part()), std::move(*array), {}}, name);
}

std::vector<Typed> value_lines(const syntax::Source& source) {
    std::vector<Typed> lines;
    const std::string_view text = source.text();
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = std::min(text.find('\n', at), text.size());
        if (text.substr(at, end - at).starts_with(value_mark)) {
            lines.push_back(typed_line(
                source, {static_cast<std::uint32_t>(at), static_cast<std::uint32_t>(end)}));
        }
        at = end + 1;
    }
    return lines;
}

void check_native(const syntax::Source& source) {
    const auto lines = syntax::logical_lines(source);
    if (lines.empty()) return;
    const std::string_view first = source.text(lines.front());
    if (first.substr(0, syntax::name_length(first)) != "parameters") return;
    if (first.find('=') != std::string_view::npos) return;
    throw InputError({error_at(source.locate(lines.front()),
                               "this is a GENO model, which a session cannot take over",
                               "`nabla run` carries it out")});
}

}  // namespace

LoadReport load_session(Session& session, const Typed& argument) {
    const syntax::Source source(std::string(argument.part()), read_file(argument));
    check_native(source);
    LoadReport report;
    std::vector<Typed> statements;
    for (const Span span : syntax::logical_lines(source)) {
        statements.push_back(typed_line(source, span));
        move_import(statements.back(), source.name());
    }
    Session trial = session;
    Session::AddedStatements added = trial.add(statements);
    report.names = std::move(added.names);
    report.skipped = std::move(added.requests);
    report.notes = std::move(added.notes);
    for (const Typed& line : value_lines(source)) load_value(trial, line);
    session = std::move(trial);
    return report;
}

void save_session(const Session& session, const Typed& argument) {
    std::string text = "# A session of nabla; `:load` in `nabla repl` brings it back.\n";
    constexpr std::array order{LineKind::import,     LineKind::dim,      LineKind::declaration,
                               LineKind::definition, LineKind::function, LineKind::keep};
    for (const LineKind kind : order) {
        for (const Piece& piece : session.pieces().all()) {
            if (piece.kind == kind) text += piece.text + "\n";
        }
    }
    const std::vector<std::string> valued = session.valued_names();
    if (!valued.empty()) text += "\n# Values, for `:load` alone.\n";
    for (const std::string& name : valued) {
        text += fmt::format("{}{} = {}\n", value_mark, name,
                            array_literal(session.value_of(name)->view()));
    }
    const std::string path(argument.part());
    std::ofstream stream(path, std::ios::binary | std::ios::trunc);
    stream << text;
    stream.close();
    if (!stream) {
        throw InputError({error_at(argument.where(),
                                   fmt::format("cannot write {}: {}", path, strerror(errno)))});
    }
}

}  // namespace nabla::runtime
