#include "frontend/session.hpp"

#include "frontend/builtins.hpp"
#include "frontend/parser.hpp"
#include "frontend/resolve.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace nabla::syntax {

namespace {

/// A dimension name may be declared too: `dim n`, `dim n = 4`.
bool is_dim_statement(const std::string& text) {
    const std::size_t begin = text.find_first_not_of(" \t");
    return begin != std::string::npos && text.compare(begin, 4, "dim ") == 0;
}

/// `param x[n]`: the word of a file's line, which says nothing here.
void reject_statement_word(const Source& source, Diagnostics& own) {
    const std::string_view text = source.text();
    const std::size_t begin = std::min(text.find_first_not_of(" \t"), text.size());
    const std::size_t end = begin + name_length(text.substr(begin));
    const std::string_view word = text.substr(begin, end - begin);
    if (word != "param" && word != "var") return;
    const std::size_t next = text.find_first_not_of(" \t", end);
    if (next == end || next == std::string_view::npos) return;
    own.error({static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end)},
              fmt::format("`{}` has no place here: --declare takes the declaration alone", word),
              {fmt::format("leave it out: --declare '{}'", text.substr(next)), {}});
    own.throw_if_errors();
}

/// `x,A`: differentiating by two names is two questions.
void reject_list(const Source& source, Diagnostics& own) {
    const std::string_view text = source.text();
    const std::size_t comma = text.find(',');
    if (comma == std::string_view::npos) return;
    const auto at = static_cast<std::uint32_t>(comma);
    own.error({at, at + 1}, "one name to differentiate by is expected, and no list",
              {fmt::format("ask once for each name: --wrt {}", text.substr(0, comma)), {}});
    own.throw_if_errors();
}

}  // namespace

Session::Session(ir::Context& context, const Source& source, const Options& options)
    : dims(context), diagnostics(source), declarer(scope, dims), options_(&options) {
    scope.defaults = options.defaults;
}

void Session::read_options(const ir::Module* module) {
    for (const DeclarationText& text : options_->declarations) {
        const Source& source = sources_.emplace_back("--declare", text.text);
        Diagnostics own(source);
        if (is_dim_statement(text.text)) {
            ast::File file = parse_file(source, {}, own);
            own.throw_if_errors();
            for (ast::Statement& statement : file.statements) {
                auto* dim = std::get_if<ast::DimStatement>(&statement.what);
                if (dim == nullptr) continue;
                known.values.insert(dim->name.text);
                dim_statements_.push_back(std::move(*dim));
                dims_in_.push_back(&source);
            }
            continue;
        }
        reject_statement_word(source, own);
        auto declaration = parse_declaration(source, own);
        own.throw_if_errors();
        known.values.insert(declaration->name.text);
        declarations_.push_back(std::move(*declaration));
        declared_in_.push_back(&source);
    }
    for (const auto& [name, shape] : options_->data_shapes) {
        known.values.insert(canonical_name(name));
    }
    dims.sizes_from_data = !options_->data_shapes.empty();
    if (module == nullptr) return;
    for (const ir::Declaration& declaration : module->declarations) {
        known.values.insert(declaration.symbol.symbol().name);
    }
    for (const ir::Definition& definition : module->definitions) {
        known.values.insert(definition.name);
    }
}

void Session::declare_options(const ir::Module* module) {
    if (module != nullptr) declarer.import(*module);
    for (const ast::Declaration& declaration : declarations_) {
        declarer.collect_dimensions(declaration);
    }
    for (const ast::DimStatement& dim : dim_statements_) declarer.collect_dimensions(dim);
    for (std::size_t i = 0; i < dim_statements_.size(); ++i) {
        Diagnostics own(*dims_in_[i]);
        declarer.fix(dim_statements_[i], own);
        own.throw_if_errors();
        declarer.check_fixed(own);
        own.throw_if_errors();
    }
    for (std::size_t i = 0; i < declarations_.size(); ++i) {
        Diagnostics own(*declared_in_[i]);
        const auto end = static_cast<std::uint32_t>(declared_in_[i]->text().size());
        declarer.declare(declarations_[i], {0, end}, own);
        own.throw_if_errors();
    }
}

void Session::give_data() {
    for (const auto& [name, shape] : options_->data_shapes) declarer.give(name, shape);
}

void Session::give_data(const std::set<std::string>& words) {
    const auto wanted_name = [&](const std::string& name) {
        const auto same = [&](const std::string& other) { return canonical_name(other) == name; };
        return std::any_of(options_->wanted.begin(), options_->wanted.end(), same);
    };
    for (const auto& [name, shape] : options_->data_shapes) {
        // A word may be several names.
        const std::string canonical = canonical_name(name);
        const bool used = wanted_name(canonical) ||
                          std::any_of(words.begin(), words.end(), [&](const std::string& word) {
                              return word.find(canonical) != std::string::npos;
                          });
        const bool empty = std::find(shape.begin(), shape.end(), 0) != shape.end();
        if (used || !empty) declarer.give(name, shape);
    }
}

void Session::give_sizes(const std::set<std::string>& words) {
    for (const auto& [given, number] : options_->data_numbers) {
        const std::string name = canonical_name(given);
        if (!words.contains(name) || scope.find(name).role != Scope::Role::dimension) continue;
        // Above any size that an array can have, and exact as an integer.
        const bool whole = number == std::floor(number) && number >= 1 && number <= 0x1p50;
        if (!whole) {
            throw InputError(
                fmt::format("{} is {} by the data, and the expression has it as a size", name,
                            number),
                "a size is a whole number and at least 1");
        }
        const ir::Dim size = dims.context().dim(static_cast<std::int64_t>(number));
        const ir::Dim before = dims.resolve(dims.context().dim(name));
        if (before == size) continue;
        if (!(before == dims.context().dim(name))) {
            throw InputError(fmt::format("{} is {} by its declaration, and the data say {}", name,
                                         before.str(), number));
        }
        dims.fix(name, size);
    }
}

void Session::add_wanted() {
    for (const std::string& name : options_->wanted) {
        const Source& source = sources_.emplace_back("<variable>", name);
        Diagnostics own(source);
        reject_list(source, own);
        const std::string canonical = canonical_name(name);
        const bool function = is_function_name(canonical) || known.functions.contains(canonical);
        if (function && !known.values.contains(canonical)) {
            own.error({0, static_cast<std::uint32_t>(name.size())},
                      fmt::format("`{}` is a function, and no name to differentiate by", name));
            own.throw_if_errors();
        }
        auto node = parse_expression(source, known, own);
        if (node && node->kind != ast::Kind::name) {
            own.error(node->span, fmt::format("`{}` is not a name", name));
        }
        if (node && !own.has_errors()) resolve_names(*node, scope, {}, own);
        if (node && !own.has_errors() &&
            (node->kind != ast::Kind::name || scope.find(node->text).role != Scope::Role::symbol)) {
            own.error(node->span, fmt::format("`{}` is no variable or parameter", name));
        }
        own.throw_if_errors();
        wanted.push_back(scope.find(node->text).index);
    }
}

ir::DimSubstitution Session::known_sizes() const {
    ir::DimSubstitution sizes;
    for (const std::string& name : scope.dimensions()) {
        const ir::Dim dim = dims.context().dim(name);
        if (!(dims.resolve(dim) == dim)) sizes[name] = dims.resolve(dim);
    }
    return sizes;
}

std::vector<Diagnostic> Session::notes() const {
    std::vector<Diagnostic> found;
    for (const Diagnostic& diagnostic : diagnostics.all()) {
        if (diagnostic.severity == Severity::note) found.push_back(diagnostic);
    }
    return found;
}

}  // namespace nabla::syntax
