// A conversation in the language: names that are declared, defined and given values, and lines that
// add to them or ask. What the REPL stands on; nothing here prints or knows of a terminal.
//
// Undeclared names get the one-liner's defaults, what is declared follows the file's rules. A later
// definition replaces an earlier one of the name, and what uses the name sees the new one. A line
// that is wrong changes nothing.
#pragma once

#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <nabla/array.hpp>
#include <nabla/error.hpp>
#include <nabla/optimize.hpp>

#include "runtime/formula.hpp"
#include "runtime/run.hpp"
#include "runtime/session/pieces.hpp"
#include "runtime/session/typed.hpp"
#include "runtime/specialise.hpp"
#include "runtime/values.hpp"

namespace nabla::runtime {

class ModelState;

/// The computation was asked to stop.
struct Interrupted : std::exception {
    const char* what() const noexcept override { return "stopped"; }
};

/// How a session reaches the outside while it works.
struct SessionHooks {
    /// Called between the steps of whatever takes time; may throw Interrupted.
    std::function<void()> checkpoint = [] {};
    std::function<void(const Iteration&)> on_iteration = {};
};

/// An expression, simplified, and its value where every name in it has one.
struct ExpressionAnswer {
    Formula formula;
    std::string kind;                ///< scalar, vector, matrix or tensor
    std::vector<std::string> shape;  ///< one text an axis
    std::vector<std::string> facts;
    bool row = false;
    std::optional<Array> value;
    std::vector<NameInfo> names;  ///< that occur in it, in order of declaration
    std::vector<Diagnostic> notes;
};

/// A statement that was added to the session.
struct DefinedAnswer {
    LineKind kind = LineKind::definition;
    std::string name;
    std::string text;                            ///< as it was typed
    std::optional<ExpressionAnswer> expression;  ///< of a definition; it has no value
    std::vector<Diagnostic> notes;
};

struct AssignedAnswer {
    std::string name;
    Array value;
    std::vector<Diagnostic> notes;
};

struct RequestAnswer {
    std::vector<RequestResult> results;
    std::vector<Diagnostic> notes;
};

using Answer =
    std::variant<std::monostate, ExpressionAnswer, DefinedAnswer, AssignedAnswer, RequestAnswer>;

/// A name of the session, for people.
struct NameRow {
    std::string text;   ///< `param X[m, n]`, `f = x^T A x`, `x`
    std::string value;  ///< `3×4`, `0.5`, or what is known of its shape
};

/// An expression ready for native code: how the commands that look at code see it.
struct Subject {
    std::shared_ptr<const ModelState> model;
    Program program;
    Values values;  ///< of those inputs that have one
    std::vector<std::string> texts;
    Assembly assembly;
};

class Session {
public:
    explicit Session(SessionHooks hooks = {}) : hooks_(std::move(hooks)) {}

    /// One line. Throws InputError that points into it, NumericalError or Interrupted; then the
    /// session is as it was.
    Answer enter(const Typed& typed);

    /// Statements that may use each other in any order, as those of a file. Either all are added,
    /// or InputError says with the places of all mistakes why none is.
    struct AddedStatements {
        std::vector<std::string> names;
        std::vector<std::string> requests;  ///< checked, not carried out
        std::vector<Diagnostic> notes;
    };
    AddedStatements add(const std::vector<Typed>& statements);

    /// An expression as `enter` takes it; without `compute` never its value.
    struct EvaluateOptions {
        bool compute = true;
    };
    ExpressionAnswer evaluate(const Typed& typed, EvaluateOptions options);

    /// A statement that is carried out at once. `prefix` is added to it (`minimize `).
    RequestAnswer request(const Typed& typed, std::string_view prefix = {});

    struct SubjectOptions {
        /// Declared names keep the sizes of their declarations, whatever values they have.
        bool own_sizes = false;
        /// As it was typed, derivatives not yet taken.
        bool unfinished = false;
    };
    Subject subject(const Typed& typed, SubjectOptions options) const;

    /// Gives names values from a file (data.hpp); returns the names. A value must fit what is
    /// declared.
    std::vector<std::string> load_values(const Typed& argument);

    /// Gives a name a value; errors point to `typed`.
    AssignedAnswer assign(Value value, const Typed& typed);

    /// Takes out a declaration, definition or value; false if there is none of that name.
    bool forget(const std::string& name);

    const Pieces& pieces() const noexcept { return pieces_; }
    std::vector<NameRow> names() const;
    /// Every name of the session, in canonical spelling.
    std::vector<std::string> known_names() const;
    const Array* value_of(std::string_view name) const;
    /// Names that have values, sorted.
    std::vector<std::string> valued_names() const;

    const SessionHooks& hooks() const noexcept { return hooks_; }

private:
    struct Known {
        Array array;
        std::string origin;   ///< a file
        bool fitted = false;  ///< found by a problem: no start value for the next one
    };
    using KnownValues = std::map<std::string, Known, std::less<>>;
    struct Reading;
    struct ReadOptions;

    Reading read(const Typed& typed, std::string_view prefix, const ReadOptions& options) const;
    ExpressionAnswer describe(const Reading& reading, const Typed& typed, bool compute) const;
    DefinedAnswer define(const Line& line, const Typed& typed);
    std::vector<Diagnostic> broken_users(const std::string& name) const;
    Pieces check_value(const Value& value, const Typed& typed) const;
    Answer assign_line(const Line& line, const Typed& typed);
    void drop_misfit(const std::string& name, std::vector<Diagnostic>& notes);
    std::string value_text(const std::string& name) const;

    SessionHooks hooks_;
    Pieces pieces_;
    KnownValues values_;
};

}  // namespace nabla::runtime
