#include "frontend/scope.hpp"

namespace nabla::syntax {

Scope::Entry Scope::find(const std::string& name) const {
    const auto entry = entries_.find(name);
    if (entry != entries_.end()) return entry->second;
    if (dimensions_.contains(name)) return {Role::dimension, -1};
    if (name == "I" || name == "pi") return {Role::constant, -1};
    return {};
}

int Scope::add_symbol(Symbol symbol) {
    const int index = static_cast<int>(symbols_.size());
    entries_[symbol.name] = {Role::symbol, index};
    symbols_.push_back(std::move(symbol));
    return index;
}

int Scope::add_definition(DefinedName definition) {
    const int index = static_cast<int>(definitions_.size());
    const bool function = definition.definition != nullptr && definition.definition->function;
    entries_[definition.name] = {function ? Role::function : Role::definition, index};
    definitions_.push_back(std::move(definition));
    return index;
}

void Scope::add_dimension(const std::string& name) { dimensions_.insert(name); }

void Scope::add_broken(const std::string& name) { entries_.insert({name, {Role::broken, -1}}); }

std::vector<std::string> Scope::names() const {
    std::vector<std::string> names(dimensions_.begin(), dimensions_.end());
    for (const auto& [name, entry] : entries_) names.push_back(name);
    return names;
}

}  // namespace nabla::syntax
