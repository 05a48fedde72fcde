#include "frontend/geno.hpp"

#include "frontend/lines.hpp"
#include "frontend/names.hpp"
#include "frontend/parser.hpp"
#include "frontend/suggest.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

namespace nabla::syntax {

namespace {

enum class Block { parameters, variables, minimize, maximize, constraints };

struct BlockWord {
    std::string_view word;
    Block block;
};

constexpr std::array<BlockWord, 9> block_words{{
    {"parameters", Block::parameters},
    {"variables", Block::variables},
    {"minimize", Block::minimize},
    {"maximize", Block::maximize},
    {"min", Block::minimize},
    {"max", Block::maximize},
    {"subject to", Block::constraints},
    {"s.t.", Block::constraints},
    {"st", Block::constraints},
}};

constexpr std::array<std::string_view, 3> kinds{"matrix", "vector", "scalar"};

std::string_view first_word(std::string_view line) { return line.substr(0, name_length(line)); }

/// With a small first letter: kinds may be capitalised.
std::string lower_case(std::string_view word) {
    std::string lower(word);
    if (!lower.empty() && lower[0] >= 'A' && lower[0] <= 'Z') lower[0] += 'a' - 'A';
    return lower;
}

bool is_kind(std::string_view word) {
    return std::find(kinds.begin(), kinds.end(), lower_case(word)) != kinds.end();
}

/// The block that a line begins, if its first word is a block's. `min(a, b)` is a call.
const BlockWord* block_of(std::string_view line) {
    for (const BlockWord& row : block_words) {
        if (!line.starts_with(row.word)) continue;
        const std::string_view rest = line.substr(row.word.size());
        if (row.word != "s.t." && first_word(line).size() > row.word.size()) continue;
        if (rest.starts_with("(") && row.block != Block::constraints) continue;
        return &row;
    }
    return nullptr;
}

bool starts_block(std::string_view line) { return block_of(line) != nullptr; }

/// No constraint begins with one of these; a sign could begin one.
bool continues_line(std::string_view line) {
    constexpr std::array<std::string_view, 12> operators{"*",  "/", "\\", "^", ".*", "./",
                                                         ".^", "=", "<",  ">", ",",  ")"};
    return std::any_of(operators.begin(), operators.end(),
                       [&](std::string_view op) { return line.starts_with(op); });
}

std::vector<Span> geno_lines(const Source& source, std::size_t segment) {
    return join_lines(source, segment, starts_block, continues_line,
                      [](std::string_view) { return false; });
}

class Reader {
public:
    Reader(const Source& source, Diagnostics& diagnostics)
        : source_(source), diagnostics_(diagnostics) {}

    GenoModel read(const std::vector<Span>& lines) {
        if (!lines.empty()) end_ = {lines.back().end, lines.back().end};
        for (Span line : lines) {
            const BlockWord* begun = block_of(source_.text(line));
            if (begun != nullptr) {
                const auto size = static_cast<std::uint32_t>(begun->word.size());
                enter(begun->block, {line.begin, line.begin + size});
                line.begin += size;
                const std::string_view rest = source_.text(line);
                const std::size_t blanks = rest.find_first_not_of(" \t\r\n:");
                if (blanks == std::string_view::npos) continue;
                line.begin += static_cast<std::uint32_t>(blanks);
            }
            content(line);
        }
        require_blocks();
        return std::move(model_);
    }

private:
    void enter(Block block, Span word) {
        const bool objective = block == Block::minimize || block == Block::maximize;
        const auto same = [&](const Entered& other) {
            return other.block == block || (objective && (other.block == Block::minimize ||
                                                          other.block == Block::maximize));
        };
        const auto first = std::find_if(entered_.begin(), entered_.end(), same);
        const std::string text(source_.text(word));
        if (first != entered_.end()) {
            diagnostics_.error(word, fmt::format("a second block `{}`", text),
                               {objective ? "a model has one objective" : "join the two blocks",
                                {{first->word, "the first one"}}});
        } else if (!entered_.empty() && entered_.back().block > block) {
            diagnostics_.error(
                word, fmt::format("the block `{}` comes too late", text),
                {"the blocks are `parameters`, `variables`, `min` or `max`, `st`, in that order",
                 {{entered_.back().word, "this block comes after it"}}});
        }
        block_ = block;
        ignored_ = objective && first != entered_.end();
        entered_.push_back({block, word});
        if (!objective || ignored_) return;
        model_.maximize = block == Block::maximize;
        model_.whole = word;
        objective_word_ = word;
    }

    void content(Span line) {
        if (ignored_) return;
        switch (block_) {
            case Block::parameters:
            case Block::variables:
                declare(line, block_ == Block::variables);
                break;
            case Block::minimize:
            case Block::maximize:
                add_objective(line);
                break;
            case Block::constraints:
                model_.constraints.push_back(line);
                model_.whole.end = line.end;
                break;
        }
    }

    void declare(Span line, bool variable) {
        const std::string_view text = source_.text(line);
        const std::string word(first_word(text));
        const Span place{line.begin, line.begin + static_cast<std::uint32_t>(
                                                      std::max<std::size_t>(1, word.size()))};
        if (!is_kind(word)) {
            const std::vector<std::string> names{"matrix", "vector", "scalar", "variables",
                                                 "min",    "max",    "st"};
            std::string help = did_you_mean(lower_case(word), names);
            if (help.empty()) help = "a declaration begins with `matrix`, `vector` or `scalar`";
            diagnostics_.error(place, fmt::format("unknown kind `{}`", source_.text(place)),
                               {std::move(help), {}});
            lose_names(line, word.size());
            return;
        }
        auto declarations = parse_geno_declarations(source_, line, diagnostics_);
        if (!declarations) return lose_names(line, word.size());
        for (ast::Declaration& declaration : *declarations) {
            declaration.variable = variable;
            // How a matrix is stored says nothing about its value.
            std::erase_if(declaration.facts,
                          [](const ast::Fact& fact) { return fact.word == "sparse"; });
            model_.declarations.push_back({line, std::move(declaration)});
        }
    }

    /// What a line that does not parse would have declared: its uses are no further errors.
    void lose_names(Span line, std::size_t from) {
        const std::string_view text = source_.text(line);
        for (std::size_t i = from; i < text.size();) {
            const std::size_t length = name_length(text.substr(i));
            if (length != 0) {
                model_.broken.push_back({canonical_name(text.substr(i, length)), line});
            }
            i += std::max<std::size_t>(1, length);
        }
    }

    void add_objective(Span line) {
        model_.whole.end = line.end;
        if (!model_.objective) {
            model_.objective = line;
            return;
        }
        const char sign = source_.text(line)[0];
        if (sign != '+' && sign != '-') {
            diagnostics_.error(line, "the objective is one expression, and this is another one",
                               {"constraints come after `st`; a line that goes on ends or begins "
                                "with an operator",
                                {{*model_.objective, "the objective"}}});
            return;
        }
        model_.objective->end = line.end;
    }

    bool has(Block block) const {
        return std::any_of(entered_.begin(), entered_.end(),
                           [&](const Entered& other) { return other.block == block; });
    }

    void require_blocks() {
        const bool minimize = has(Block::minimize) || has(Block::maximize);
        const Span objective = minimize ? objective_word_ : end_;
        if (!has(Block::variables)) {
            diagnostics_.error(objective, "the model has no block `variables`",
                               {"it stands before `min` and declares what is to be found", {}});
        }
        if (!minimize) {
            diagnostics_.error(end_, "the model has no objective",
                               {"write `min` or `max`, and an expression after it", {}});
        } else if (!model_.objective) {
            diagnostics_.error(objective, "an expression is missing after this word");
        }
    }

    struct Entered {
        Block block;
        Span word;
    };

    const Source& source_;
    Diagnostics& diagnostics_;
    Span end_;
    Span objective_word_;
    Block block_ = Block::parameters;
    bool ignored_ = false;  ///< a second objective
    std::vector<Entered> entered_;
    GenoModel model_;
};

}  // namespace

bool is_geno(const Source& source, std::size_t segment) {
    // The first line alone: this is asked of every file.
    std::string_view text = source.text(source.segments()[segment].span);
    for (;;) {
        const std::size_t begin = text.find_first_not_of(" \t\r\n\f\v");
        if (begin == std::string_view::npos) return false;
        text.remove_prefix(begin);
        if (!text.starts_with("#") && !text.starts_with("//")) break;
        text.remove_prefix(std::min(text.find('\n'), text.size()));
    }
    const std::string_view word = first_word(text);
    if (word == "parameters") return true;
    if (word != "variables") return false;
    const std::string_view line = text.substr(word.size(), text.find('\n') - word.size());
    const std::size_t begin = line.find_first_not_of(" \t\r");
    return begin == std::string_view::npos || line[begin] == '#' ||
           is_kind(first_word(line.substr(begin)));
}

GenoModel read_geno_blocks(const Source& source, std::size_t segment, Diagnostics& diagnostics) {
    return Reader(source, diagnostics).read(geno_lines(source, segment));
}

std::vector<ast::Statement> geno_statements(const Source& source, const GenoModel& model,
                                            const KnownNames& known, Diagnostics& diagnostics) {
    std::vector<ast::Statement> statements;
    ast::Problem problem;
    for (const GenoModel::Declared& declared : model.declarations) {
        statements.push_back({declared.line, declared.declaration});
        if (declared.declaration.variable) problem.over.push_back(declared.declaration.name);
    }
    if (!model.objective) return statements;
    auto objective = parse_geno_objective(source, *model.objective, known, diagnostics);
    std::string names;
    for (const ast::Name& name : problem.over) names += (names.empty() ? "" : ", ") + name.text;
    problem.text = fmt::format("{} {} over {}", model.maximize ? "maximize" : "minimize",
                               one_line(source, *model.objective), names);
    for (Span line : model.constraints) {
        auto constraint = parse_geno_constraint(source, line, known, diagnostics);
        problem.text += (problem.constraints.empty() ? " subject to " : ", ");
        problem.text += one_line(source, line);
        if (constraint) problem.constraints.push_back(std::move(*constraint));
    }
    if (!objective) return statements;
    problem.maximize = model.maximize;
    problem.objective = std::move(*objective);
    statements.push_back({model.whole, std::move(problem)});
    return statements;
}

}  // namespace nabla::syntax
