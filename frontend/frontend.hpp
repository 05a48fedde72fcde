// The frontend as the other layers see it: text in, ir out. A file becomes an ir::Module, a single
// expression an ir::Expr with the symbols that it uses. Nothing here differentiates or simplifies.
// User mistakes are thrown as one InputError that carries every diagnostic of the run.
#pragma once

#include "frontend/source.hpp"
#include "ir/context.hpp"
#include "ir/module.hpp"

#include <nabla/error.hpp>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace nabla::syntax {

/// One `--declare`: a declaration without its first word, `A[n,n] symmetric`, or a `dim` statement.
struct DeclarationText {
    std::string text;
};

struct Options {
    /// Undeclared names get the one-liner's defaults instead of being errors.
    bool defaults = false;
    /// Shapes of names whose values are given: [] scalar, [5] vector, [3, 4] matrix. They decide
    /// before defaults and give numbers to declared sizes. Keys may be in any spelling of a name.
    std::map<std::string, std::vector<std::int64_t>> data_shapes;
    /// Numbers among the data. A name that the expression uses as a size has that size.
    std::map<std::string, double> data_numbers = {};
    std::vector<DeclarationText> declarations;
    /// Names that must exist although the text may not use them (`--wrt`).
    std::vector<std::string> wanted;
    /// Path of the text, if it is a file's: imports are relative to it. Else they are relative to
    /// the current directory.
    std::string file = {};
};

struct Expression {
    ir::Expr expr;
    ir::Orientation orientation = ir::Orientation::column;
    /// Symbols that the expression uses as written, in order of declaration or first appearance.
    /// Definitions of the module that it is read in are followed.
    std::vector<ir::Expr> symbols;
    /// Where each of `symbols` is first used; no place for one that only a definition uses.
    std::vector<Location> first_uses;
    /// One for each of Options::wanted, in that order.
    std::vector<ir::Expr> wanted;
    /// Bounds that `--declare` gives to symbols above, where it gives any.
    std::vector<ir::Declaration> bounds;
    /// What was decided without being asked: split words, scalars read as vectors.
    std::vector<Diagnostic> notes;
    /// Sizes that data and declarations gave to dimension names.
    ir::DimSubstitution dims;
    /// What sizes that are not known yet must fulfil.
    std::vector<ir::SizeCondition> size_conditions;
};

/// A file. Throws InputError with all diagnostics. `notes`, if given, receives the remarks.
ir::Module elaborate_module(ir::Context& context, const Source& source, const Options& options = {},
                            std::vector<Diagnostic>* notes = nullptr);

/// One expression. Names of `scope`, if given, mean what they mean in that module, which must live
/// in the same context. Throws InputError with all diagnostics.
Expression elaborate_expression(ir::Context& context, const Source& source,
                                const Options& options = {}, const ir::Module* scope = nullptr);

}  // namespace nabla::syntax
