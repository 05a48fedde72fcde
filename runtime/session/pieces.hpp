// What a session has declared and defined, kept as the texts that said so. Each question to the
// frontend is a module made of the pieces that it needs: so a later definition is seen by those
// that use its name, and a piece that has become wrong harms only what uses it.
#pragma once

#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <nabla/error.hpp>

#include "runtime/session/line.hpp"
#include "runtime/session/typed.hpp"

namespace nabla::runtime {

/// One statement that stays.
struct Piece {
    LineKind kind = LineKind::definition;
    std::string name;  ///< canonical; empty for an import
    std::string text;
    std::string file;        ///< where it was read: a path, or "<earlier input>"
    std::uint32_t line = 1;  ///< of the file
};

class Pieces {
public:
    const std::vector<Piece>& all() const noexcept { return pieces_; }

    /// The declaration, definition or function of that name.
    const Piece* find(std::string_view name) const;
    const Piece* find_dim(std::string_view name) const;

    /// Adds, in place of what had the name before.
    void put(Piece piece);
    /// Takes out what `put` would replace by this piece.
    void remove_same(const Piece& piece);
    /// Takes out what has this name, a `dim` line too. False if nothing has.
    bool remove(std::string_view name);

    /// Indices of the pieces that a text with these words needs, themselves and through others, in
    /// order. Errs on the side of too many: `AXB` needs `A`.
    std::vector<std::size_t> needed(const std::vector<std::string>& words) const;

    /// Names of definitions and functions that use `name`, themselves or through others.
    std::vector<std::string> users_of(const std::string& name) const;

private:
    std::vector<Piece> pieces_;
};

/// Whether a text with this word may mean `name`: it is the name, or could be split into it.
bool may_mean(std::string_view word, std::string_view name);

/// A module's text made of pieces and, last, of what was typed, with the way back from its lines.
class Assembly {
public:
    void add(const Piece& piece);
    /// `prefix` stands before it in the module and nowhere in what was typed (`show `).
    void add_typed(const Typed& typed, std::string_view prefix);

    const std::string& text() const noexcept { return text_; }
    /// The words of everything added.
    const std::set<std::string>& words() const noexcept { return words_; }

    /// The module's places as places of the input and of earlier ones. An error in an earlier piece
    /// points to what was typed, and says with a label where it comes from.
    std::vector<Diagnostic> translate(std::vector<Diagnostic> diagnostics) const;

    /// Does `work`; its InputErrors leave translated, and those without a place point to what was
    /// typed.
    template <typename Work>
    decltype(auto) translated(const Work& work) const {
        try {
            return work();
        } catch (const InputError& error) {
            throw InputError(translate(error.diagnostics()));
        }
    }

    static constexpr const char* module_name = "<session>";

private:
    struct Entry {
        std::uint32_t first_line = 1;
        std::uint32_t lines = 1;
        std::string file;
        std::uint32_t file_line = 1;
    };
    bool translate(Location& place) const;  // false: it lies in an earlier piece
    void append(std::string_view text);

    std::string text_;
    std::uint32_t line_ = 1;
    std::vector<Entry> entries_;
    std::set<std::string> words_;
    Typed typed_;
    std::uint32_t typed_line_ = 0;
    std::uint32_t prefix_columns_ = 0;
    Location typed_place_;
};

}  // namespace nabla::runtime
