// The names of a module: symbols (declared, given with data, or read by default), dimension names,
// definitions and functions. Filled by the statements' heads, asked by name resolution and by the
// shape checker. Indices into its tables identify entities; they never change.
#pragma once

#include "frontend/ast.hpp"
#include "frontend/names.hpp"
#include "ir/module.hpp"

#include <limits>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace nabla::syntax {

struct Symbol {
    std::string name;
    Span span;
    bool is_variable = false;
    bool by_default = false;  ///< undeclared: its kind may still change from scalar to vector
    int rank = 0;
    std::vector<ir::Dim> dims;  ///< given or declared sizes; empty for defaults until checked
    bool sized = false;         ///< `dims` is valid
    bool open = false;          ///< declared without sizes: use decides what they are
    ir::Facts facts;
    double lower = -std::numeric_limits<double>::infinity();
    double upper = std::numeric_limits<double>::infinity();
    bool lower_strict = false;
    bool upper_strict = false;
    std::string text;   ///< the declaration as written
    Location where;     ///< the declared name, or its first use; none if only data give it
    ir::Expr existing;  ///< a symbol of a module made earlier
};

struct DefinedName {
    std::string name;
    Span span;
    const ast::Definition* definition = nullptr;  ///< null for one of a module made earlier
    ir::Expr existing;
    ir::Orientation orientation = ir::Orientation::column;
    std::vector<int> symbols;      ///< that the text of an existing one names
    std::vector<int> definitions;  ///< likewise
};

class Scope {
public:
    /// `broken`: a statement that did not parse would have said what the name means.
    enum class Role { unknown, symbol, definition, function, dimension, constant, broken };
    struct Entry {
        Role role = Role::unknown;
        int index = -1;
    };

    /// What a canonical name means; `I` and `pi` are constants unless declared.
    Entry find(const std::string& name) const;

    int add_symbol(Symbol symbol);
    int add_definition(DefinedName definition);
    void add_dimension(const std::string& name);
    void add_broken(const std::string& name);

    Symbol& symbol(int index) { return symbols_[static_cast<std::size_t>(index)]; }
    const Symbol& symbol(int index) const { return symbols_[static_cast<std::size_t>(index)]; }
    const std::vector<Symbol>& symbols() const { return symbols_; }
    const DefinedName& definition(int index) const {
        return definitions_[static_cast<std::size_t>(index)];
    }
    const std::vector<DefinedName>& definitions() const { return definitions_; }
    const std::set<std::string>& dimensions() const { return dimensions_; }

    /// Undeclared names get the one-liner's defaults.
    bool defaults = false;

    /// Every name that a user could have meant, for suggestions.
    std::vector<std::string> names() const;

private:
    std::vector<Symbol> symbols_;
    std::vector<DefinedName> definitions_;
    std::set<std::string> dimensions_;
    std::map<std::string, Entry> entries_;
};

}  // namespace nabla::syntax
