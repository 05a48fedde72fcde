#include "frontend/parser.hpp"

#include "frontend/builtins.hpp"
#include "frontend/foreign.hpp"
#include "frontend/geno.hpp"
#include "frontend/grammar.hpp"
#include "frontend/limits.hpp"
#include "frontend/lines.hpp"
#include "frontend/names.hpp"
#include "frontend/statements.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <type_traits>

namespace nabla::syntax {

namespace {

/// Whether an operand stands after the first word of a line, behind a blank: `print x`.
bool goes_on(std::string_view after_word) {
    const std::size_t next = after_word.find_first_not_of(" \t");
    if (next == after_word.npos || next == 0) return false;
    return name_length(after_word.substr(next)) != 0 ||
           std::string_view("0123456789([|").find(after_word[next]) != std::string_view::npos;
}

/// An expression that begins with a statement word, here or in other languages.
void explain_expression(std::string_view word, Span place, bool operand, bool called,
                        SyntaxError& error) {
    const bool foreign = operand && !is_function_name(word) && !statement_synonym(word).empty();
    if (!is_statement_word(word) && !foreign) return;
    if (called && !foreign_function(word).empty()) {
        error = {place, fmt::format("unknown function `{}`", word), {foreign_function(word), {}}};
        return;
    }
    error = {
        place,
        fmt::format("`{}` begins a statement of a file; here one expression is expected", word),
        {"leave the word out, or put the line into a file", {}}};
}

/// A line of a file that does not parse: what it is probably meant to be.
void explain_line(std::string_view line, Span place, bool operand, SyntaxError& error) {
    const std::string_view word = line.substr(0, place.end - place.begin);
    const std::size_t stop =
        error.span.begin < place.begin
            ? 0
            : std::min<std::size_t>(error.span.begin - place.begin, line.size());
    const std::string known = slip_in_statement(word, line.substr(word.size()), line.substr(stop));
    const std::string meant =
        operand && !word.empty() && !is_reserved(word) ? meant_statement(word) : std::string();
    if (!known.empty()) {
        error.report.help = known;
    } else if (is_reserved(word)) {
        return;
    } else if (!meant.empty()) {
        error = {place,
                 fmt::format("`{}` begins no statement", word),
                 {fmt::format("did you mean `{}`?", meant), {}}};
    } else if (error.report.help.empty()) {
        if (line.find('=') == line.npos) {
            error.report.help =
                "a line is a statement; to print an expression, write `show` before it";
        } else if (operand && error.message.starts_with("expected `(`")) {
            error.report.help = "a definition is written `NAME = EXPR`, without a word before it";
        }
    }
}

/// Says what a line or an expression that does not parse is probably meant to be.
template <typename Rule>
void explain_statement(const Rule&, const Source& source, Span span, SyntaxError& error) {
    const std::string_view line = source.text(span);
    const std::string_view word = line.substr(0, name_length(line));
    const Span place{span.begin, span.begin + static_cast<std::uint32_t>(word.size())};
    const bool operand = goes_on(line.substr(word.size()));
    const bool called = line.substr(word.size()).starts_with("(");
    if (std::is_same_v<Rule, expression_type>)
        explain_expression(word, place, operand, called, error);
    if (std::is_same_v<Rule, statement_type>) explain_line(line, place, operand, error);
}

/// Runs one rule over one span; reports and returns nothing if it does not match as a whole.
template <typename Rule>
auto run(const Rule& rule, Lexer& lexer, const Source& source, Span span, Diagnostics& diagnostics)
    -> std::optional<typename Rule::attribute_type> {
    typename Rule::attribute_type result;
    const char* first = source.text().data() + span.begin;
    const char* last = source.text().data() + span.end;
    try {
        const auto parser = x3::with<lexer_tag>(std::ref(lexer))[rule];
        Lexeme end;
        if (x3::parse(first, last, parser, result) &&
            lexer.match(&Lexer::end, first, end, {}, "the end of the line")) {
            return result;
        }
    } catch (const x3::expectation_failure<Iterator>&) {
        // The lexer knows the farthest place and everything that was expected there.
    } catch (const SyntaxError& error) {
        diagnostics.error(error.span, error.message, error.report);
        return std::nullopt;
    }
    SyntaxError error = lexer.failure();
    explain_statement(rule, source, span, error);
    diagnostics.error(error.span, std::move(error.message), std::move(error.report));
    return std::nullopt;
}

bool reject_bad_utf8(const Source& source, Diagnostics& diagnostics, std::size_t segment = 0) {
    const auto offset = source.invalid_utf8(segment);
    if (!offset) return false;
    diagnostics.error({*offset, *offset + 1},
                      fmt::format("the text is not valid UTF-8 (byte 0x{:02X})",
                                  static_cast<unsigned char>(source.text()[*offset])));
    return true;
}

std::string_view trim(std::string_view text) {
    const std::size_t begin = text.find_first_not_of(" \t\r\n");
    return begin == std::string_view::npos ? std::string_view{} : text.substr(begin);
}

/// Notes what a line will declare or define, from its first tokens: functions must be known before
/// the lines that call them.
void add_known_name(std::string_view line, KnownNames& known) {
    std::string_view word = line.substr(0, name_length(line));
    std::string_view rest = trim(line.substr(word.size()));
    if (word == "param" || word == "var" || word == "dim") {
        known.values.insert(canonical_name(rest.substr(0, name_length(rest))));
        return;
    }
    if (word.empty() || is_reserved(word)) return;
    if (rest.starts_with("=") && !rest.starts_with("==")) {
        known.values.insert(canonical_name(word));
        return;
    }
    const std::size_t close = rest.find(')');
    if (!rest.starts_with("(") || close == std::string_view::npos) return;
    const std::string_view after = trim(rest.substr(close + 1));
    if (after.starts_with("=") && !after.starts_with("==")) {
        known.functions.insert(canonical_name(word));
    }
}

/// The segments of a source, one after the other, into one file.
class FileParser {
public:
    FileParser(const Source& source, KnownNames known, Diagnostics& diagnostics,
               const Imports& imports)
        : source_(source), known_(std::move(known)), diagnostics_(diagnostics), imports_(imports) {}

    ast::File parse() {
        // What a file defines must be known before the lines that call it, wherever they are.
        std::vector<bool> readable;
        for (std::size_t i = 0; i < source_.segments().size(); ++i) {
            readable.push_back(!reject_bad_utf8(source_, diagnostics_, i));
            lines_.push_back(readable.back() && !is_geno(source_, i) ? logical_lines(source_, i)
                                                                     : std::vector<Span>());
            for (Span line : lines_.back()) add_known_name(source_.text(line), known_);
        }
        for (std::size_t i = 0; i < readable.size(); ++i) {
            if (!readable[i] || !is_geno(source_, i)) continue;
            const auto& model =
                geno_.emplace(i, read_geno_blocks(source_, i, diagnostics_)).first->second;
            for (const auto& declared : model.declarations) {
                known_.values.insert(declared.declaration.name.text);
            }
            for (const ast::Name& name : model.broken) file_.broken.push_back(name.text);
        }
        parse_segment(0);
        return std::move(file_);
    }

private:
    void parse_segment(std::size_t segment) {
        if (const auto model = geno_.find(segment); model != geno_.end()) {
            for (ast::Statement& statement :
                 geno_statements(source_, model->second, known_, diagnostics_)) {
                add(std::move(statement), segment);
            }
        }
        for (Span line : lines_[segment]) {
            if (diagnostics_.error_count() >= limits::reported_errors) break;
            Lexer lexer(source_, line, known_);
            auto statement = run(statement_type("statement"), lexer, source_, line, diagnostics_);
            if (!statement) {
                lose(line);
                continue;
            }
            statement->span = line;
            add(std::move(*statement), segment);
        }
    }

    /// A line that does not parse still says which names it means: they are no mistakes later. A
    /// size keeps its name, and may be any.
    void lose(Span line) {
        const LostNames lost = lost_names(source_.text(line));
        file_.broken.insert(file_.broken.end(), lost.values.begin(), lost.values.end());
        if (lost.size.empty()) return;
        ast::Statement size{line, ast::DimStatement{}};
        std::get<ast::DimStatement>(size.what).name = {lost.size, line};
        file_.statements.push_back(std::move(size));
    }

    void add(ast::Statement statement, std::size_t segment) {
        if (const auto* import = std::get_if<ast::Import>(&statement.what)) {
            const auto file = imports_.find(import->path_span.begin);
            if (file != imports_.end()) parse_segment(file->second);
            return;
        }
        if (segment == 0 || is_definition(statement))
            file_.statements.push_back(std::move(statement));
    }

    /// What an imported file is imported for.
    static bool is_definition(const ast::Statement& statement) {
        return std::holds_alternative<ast::DimStatement>(statement.what) ||
               std::holds_alternative<ast::Declaration>(statement.what) ||
               std::holds_alternative<ast::Definition>(statement.what);
    }

    const Source& source_;
    KnownNames known_;
    Diagnostics& diagnostics_;
    const Imports& imports_;
    std::vector<std::vector<Span>> lines_;
    std::map<std::size_t, GenoModel> geno_;
    ast::File file_;
};

}  // namespace

ast::File parse_file(const Source& source, KnownNames known, Diagnostics& diagnostics,
                     const Imports& imports) {
    return FileParser(source, std::move(known), diagnostics, imports).parse();
}

std::vector<ast::Import> imports_of(const Source& source, std::size_t segment) {
    std::vector<ast::Import> found;
    if (source.invalid_utf8(segment) || is_geno(source, segment)) return found;
    const KnownNames none;
    for (Span line : logical_lines(source, segment)) {
        const std::string_view text = source.text(line);
        if (text.substr(0, name_length(text)) != "import") continue;
        Diagnostics unheard(source);  // parse_file says what is wrong with the line
        Lexer lexer(source, line, none);
        auto statement = run(statement_type("statement"), lexer, source, line, unheard);
        if (!statement) continue;
        if (auto* import = std::get_if<ast::Import>(&statement->what)) {
            found.push_back(std::move(*import));
        }
    }
    return found;
}

std::optional<ast::Node> parse_expression(const Source& source, const KnownNames& known,
                                          Diagnostics& diagnostics, bool comparison) {
    if (reject_bad_utf8(source, diagnostics)) return std::nullopt;
    const Span whole{0, static_cast<std::uint32_t>(source.text().size())};
    Lexer lexer(source, whole, known);
    lexer.allow_comparisons(comparison);
    return run(expression_type("expression"), lexer, source, whole, diagnostics);
}

std::optional<ast::Declaration> parse_declaration(const Source& source, Diagnostics& diagnostics) {
    if (reject_bad_utf8(source, diagnostics)) return std::nullopt;
    const KnownNames none;
    const Span whole{0, static_cast<std::uint32_t>(source.text().size())};
    Lexer lexer(source, whole, none);
    return run(declaration_type("declaration"), lexer, source, whole, diagnostics);
}

std::optional<std::vector<ast::Declaration>> parse_geno_declarations(const Source& source,
                                                                     Span line,
                                                                     Diagnostics& diagnostics) {
    const KnownNames none;
    Lexer lexer(source, line, none);
    return run(geno_declarations_type("declarations"), lexer, source, line, diagnostics);
}

std::optional<ast::Node> parse_geno_objective(const Source& source, Span part,
                                              const KnownNames& known, Diagnostics& diagnostics) {
    Lexer lexer(source, part, known);
    return run(geno_objective_type("objective"), lexer, source, part, diagnostics);
}

std::optional<ast::Node> parse_geno_constraint(const Source& source, Span line,
                                               const KnownNames& known, Diagnostics& diagnostics) {
    Lexer lexer(source, line, known);
    return run(geno_constraint_type("constraint"), lexer, source, line, diagnostics);
}

}  // namespace nabla::syntax
