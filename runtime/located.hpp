// Places for errors that are noticed far from the text: what the data break is said where it is
// declared, what a statement asks for in vain where it stands.
#pragma once

#include <nabla/error.hpp>
#include <new>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ir/module.hpp"
#include "runtime/unsupported.hpp"

namespace nabla::runtime {

/// Where `name` is declared (in a one-liner: first used); no place if the module does not have it.
inline Location place_of(const ir::Module& module, std::string_view name) {
    for (const ir::Declaration& declaration : module.declarations) {
        if (declaration.symbol.symbol().name == name) return declaration.where;
    }
    return {};
}

/// One error with a place.
inline Diagnostic error_at(Location where, std::string message, std::string help = {}) {
    return {Severity::error, std::move(where), std::move(message), {}, std::move(help)};
}

/// A file that cannot be used at all: it is named as the place.
inline Diagnostic error_in_file(std::string file, std::string message, std::string help = {}) {
    Location where;
    where.file = std::move(file);
    return error_at(std::move(where), std::move(message), std::move(help));
}

/// The diagnostics, those without a place pointing to `where`.
inline std::vector<Diagnostic> placed(std::vector<Diagnostic> diagnostics, const Location& where) {
    for (Diagnostic& diagnostic : diagnostics) {
        if (diagnostic.where.line == 0 && diagnostic.where.file.empty()) diagnostic.where = where;
    }
    return diagnostics;
}

/// Does `work`. An error that points nowhere leaves it pointing to `where`; a factorisation that
/// fails and memory that does not suffice leave as InputErrors too.
template <typename Work>
decltype(auto) located(const Location& where, const Work& work) {
    try {
        return work();
    } catch (const UnsupportedError& error) {
        throw UnsupportedError(placed(error.diagnostics(), where));
    } catch (const InputError& error) {
        throw InputError(placed(error.diagnostics(), where));
    } catch (const NumericalError& error) {
        throw InputError({error_at(where, error.what())});
    } catch (const std::bad_alloc&) {
        throw InputError({error_at(where, "this needs more memory than there is")});
    }
}

}  // namespace nabla::runtime
