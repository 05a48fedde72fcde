#include "runtime/session/pieces.hpp"

#include <algorithm>
#include <utility>

#include "frontend/builtins.hpp"
#include "frontend/statements.hpp"

namespace nabla::runtime {

bool may_mean(std::string_view word, std::string_view name) {
    if (name.empty() || word == name) return word == name;
    // `sum` is never split into s, u and m, nor `show` into what it is made of.
    if (syntax::is_function_name(word) || syntax::is_statement_word(word)) return false;
    return word.find(name) != std::string_view::npos;
}

const Piece* Pieces::find(std::string_view name) const {
    for (const Piece& piece : pieces_) {
        const bool named = piece.kind == LineKind::declaration ||
                           piece.kind == LineKind::definition || piece.kind == LineKind::function;
        if (named && piece.name == name) return &piece;
    }
    return nullptr;
}

const Piece* Pieces::find_dim(std::string_view name) const {
    for (const Piece& piece : pieces_) {
        if (piece.kind == LineKind::dim && piece.name == name) return &piece;
    }
    return nullptr;
}

namespace {

// Names of these kinds do not stand in each other's way.
int namespace_of(LineKind kind) {
    switch (kind) {
        case LineKind::dim:
            return 1;
        case LineKind::keep:
            return 2;
        case LineKind::import:
            return 3;
        case LineKind::declaration:
        case LineKind::definition:
        case LineKind::function:
        case LineKind::nothing:
        case LineKind::expression:
        case LineKind::assignment:
        case LineKind::request:
            return 0;
    }
    return 0;
}

}  // namespace

void Pieces::remove_same(const Piece& piece) {
    std::erase_if(pieces_, [&](const Piece& other) {
        if (namespace_of(other.kind) != namespace_of(piece.kind)) return false;
        return piece.kind == LineKind::import ? other.text == piece.text : other.name == piece.name;
    });
}

void Pieces::put(Piece piece) {
    remove_same(piece);
    pieces_.push_back(std::move(piece));
}

bool Pieces::remove(std::string_view name) {
    return std::erase_if(pieces_, [&](const Piece& piece) {
               return !piece.name.empty() && piece.name == name;
           }) > 0;
}

std::vector<std::size_t> Pieces::needed(const std::vector<std::string>& words) const {
    std::vector<bool> taken(pieces_.size(), false);
    std::set<std::string> seen;
    std::vector<std::string> open = words;
    const auto take = [&](std::size_t index) {
        taken[index] = true;
        for (std::string& word : words_of(pieces_[index].text)) open.push_back(std::move(word));
    };
    // What an import brings is not known here, so it is always there.
    for (std::size_t i = 0; i < pieces_.size(); ++i) {
        if (pieces_[i].kind == LineKind::import) take(i);
    }
    while (!open.empty()) {
        const std::string word = std::move(open.back());
        open.pop_back();
        if (!seen.insert(word).second) continue;
        const bool exact = find(word) != nullptr || find_dim(word) != nullptr;
        for (std::size_t i = 0; i < pieces_.size(); ++i) {
            const Piece& piece = pieces_[i];
            if (taken[i] || piece.kind == LineKind::keep || piece.kind == LineKind::import)
                continue;
            if (exact ? piece.name == word : may_mean(word, piece.name)) take(i);
        }
    }
    std::vector<std::size_t> indices;
    for (std::size_t i = 0; i < pieces_.size(); ++i) {
        if (taken[i]) indices.push_back(i);
    }
    return indices;
}

std::vector<std::string> Pieces::users_of(const std::string& name) const {
    std::vector<std::string> users;
    std::set<std::string> reached{name};
    for (bool grew = true; grew;) {
        grew = false;
        for (const Piece& piece : pieces_) {
            const bool defines =
                piece.kind == LineKind::definition || piece.kind == LineKind::function;
            if (!defines || reached.contains(piece.name)) continue;
            const std::vector<std::string> words = words_of(piece.text);
            const bool uses = std::any_of(words.begin(), words.end(), [&](const auto& word) {
                return word != piece.name && reached.contains(word);
            });
            if (!uses) continue;
            reached.insert(piece.name);
            users.push_back(piece.name);
            grew = true;
        }
    }
    return users;
}

void Assembly::append(std::string_view text) {
    text_ += text;
    text_ += '\n';
    line_ += 1 + static_cast<std::uint32_t>(std::count(text.begin(), text.end(), '\n'));
}

void Assembly::add(const Piece& piece) {
    for (std::string& word : words_of(piece.text)) words_.insert(std::move(word));
    const std::uint32_t first = line_;
    append(piece.text);
    entries_.push_back({first, line_ - first, piece.file, piece.line});
}

void Assembly::add_typed(const Typed& typed, std::string_view prefix) {
    for (std::string& word : words_of(typed.part())) words_.insert(std::move(word));
    typed_ = typed;
    typed_line_ = line_;
    typed_place_ = typed.where();
    prefix_columns_ = static_cast<std::uint32_t>(prefix.size());
    append(std::string(prefix) + std::string(typed.part()));
}

bool Assembly::translate(Location& place) const {
    if (place.line == 0 || place.file != module_name) return true;
    if (typed_line_ != 0 && place.line >= typed_line_) {
        const bool first = place.line == typed_line_;
        const auto moved = [&](std::uint32_t column) {
            if (!first) return column;
            const std::uint32_t own = column > prefix_columns_ ? column - prefix_columns_ : 1;
            return own + typed_place_.column - 1;
        };
        const std::uint32_t wanted = typed_place_.line + (place.line - typed_line_);
        std::uint32_t begin = moved(place.column);
        std::uint32_t end = std::max(moved(place.end_column), begin);
        // The text of the line as it was typed, whatever the module has before it.
        std::string_view rest = typed_.text;
        std::uint32_t line = typed_.line;
        for (; line < wanted; ++line) {
            const std::size_t newline = rest.find('\n');
            if (newline == std::string_view::npos) break;
            rest.remove_prefix(newline + 1);
        }
        rest = rest.substr(0, rest.find('\n'));
        if (line < wanted) {  // the end of the module is that of what was typed
            begin = static_cast<std::uint32_t>(syntax::count_code_points(rest)) + 1;
            end = begin + 1;
        }
        place = {typed_.file, line, begin, end, std::string(rest)};
        return true;
    }
    for (const Entry& entry : entries_) {
        if (place.line < entry.first_line || place.line >= entry.first_line + entry.lines) continue;
        place.file = entry.file;
        place.line = entry.file_line + (place.line - entry.first_line);
        break;
    }
    return false;
}

std::vector<Diagnostic> Assembly::translate(std::vector<Diagnostic> diagnostics) const {
    constexpr std::string_view command_line_help = "give it one with --data ";
    for (Diagnostic& diagnostic : diagnostics) {
        if (diagnostic.help.starts_with(command_line_help)) {
            const std::string name = diagnostic.help.substr(
                command_line_help.size(), diagnostic.help.find('=') - command_line_help.size());
            diagnostic.help = "give it one: `" + name + " := …`, or `:data " + name + "=FILE`";
        }
        for (Label& label : diagnostic.labels) translate(label.where);
        if (diagnostic.where.line == 0 && diagnostic.where.file.empty()) {
            diagnostic.where = typed_place_;
        } else if (!translate(diagnostic.where) && typed_line_ != 0) {
            diagnostic.labels.insert(diagnostic.labels.begin(),
                                     {diagnostic.where, "in this earlier line"});
            diagnostic.where = typed_place_;
        }
    }
    return diagnostics;
}

}  // namespace nabla::runtime
