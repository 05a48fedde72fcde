// What a file and a single expression share: the options turned into names, known to the parser
// before the text is read and to the scope after it.
#pragma once

#include "frontend/declare.hpp"
#include "frontend/diagnostics.hpp"
#include "frontend/frontend.hpp"
#include "frontend/lexer.hpp"

#include <deque>
#include <set>
#include <string>
#include <vector>

namespace nabla::syntax {

class Session {
public:
    /// `source` and `options` must live as long as the session.
    Session(ir::Context& context, const Source& source, const Options& options);
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;

    /// Parses the `--declare` texts and notes the names that the parser must know; throws
    /// InputError.
    void read_options(const ir::Module* module);
    /// Declares the names of `module` and of the `--declare` texts; throws InputError.
    void declare_options(const ir::Module* module);
    /// Data come last: they fit what is declared, or declare what is not; throws InputError.
    void give_data();
    /// The same for one expression with these words: an empty array that it does not use is left
    /// out, whatever is declared.
    void give_data(const std::set<std::string>& words);
    /// Numbers among the data, for dimension names that are among these words; throws InputError.
    void give_sizes(const std::set<std::string>& words);
    /// Names that must exist whether or not the text uses them; throws InputError.
    void add_wanted();

    /// Sizes of dimension names that are known by now.
    ir::DimSubstitution known_sizes() const;
    std::vector<Diagnostic> notes() const;

    Scope scope;
    DimSolver dims;
    Diagnostics diagnostics;
    Declarer declarer;
    KnownNames known;
    std::vector<int> wanted;  ///< symbols, in the order of Options::wanted

private:
    const Options* options_;
    std::deque<Source> sources_;  ///< a deque: diagnostics keep references into it
    std::vector<ast::Declaration> declarations_;
    std::vector<ast::DimStatement> dim_statements_;  ///< `--declare 'dim n'`
    std::vector<const Source*> declared_in_;         ///< of each of declarations_
    std::vector<const Source*> dims_in_;             ///< of each of dim_statements_
};

}  // namespace nabla::syntax
