// What the writers of array languages share: which parts of a function get names, what parameters
// are called where their own name is taken, which sizes are read from which argument, and which
// helper functions a program needs. A language says how each node is spelled.
#pragma once

#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "codegen/source/languages.hpp"
#include "codegen/source/to_code.hpp"

namespace nabla::codegen {

/// How tightly a piece of text binds.
enum class Tie : std::uint8_t { choice, compare, sum, product, sign, power, atom };

struct Spelled {
    std::string text;
    Tie tie = Tie::atom;
};

/// A function that a program defines for itself, with the helpers that it calls.
struct Helper {
    std::string_view name;
    std::string_view text;
    std::string_view needs = {};  ///< names, with blanks between
};

/// A line `name = text`, in order.
struct NamedLine {
    std::string name;
    CodePtr code;
    std::string text;
};

struct FunctionText {
    const SourceFunction* source = nullptr;
    std::vector<std::string> parameters;  ///< names in the program; then sizes that nothing tells
    std::vector<std::string> extra_sizes;
    std::vector<std::pair<std::string, std::string>> sizes;  ///< name, text
    std::vector<NamedLine> assignments;
    CodePtr code;
    std::string result;
};

class ArrayWriter {
public:
    virtual ~ArrayWriter() = default;
    std::string program(const SourceRequest& request);

protected:
    // What a language says.
    virtual Spelled spell(const Code& n) = 0;
    virtual std::string function(const FunctionText& f) = 0;
    virtual std::string whole(const std::vector<std::string>& helpers,
                              const std::vector<std::string>& functions) = 0;
    virtual std::string size_of(const std::string& parameter, std::size_t axis,
                                std::size_t rank) = 0;
    virtual std::string integer_quotient(const std::string& above, const std::string& below) = 0;
    virtual std::span<const Helper> helper_table() const = 0;
    /// Words that no name may be: keywords, modules, functions that programs call.
    virtual std::span<const std::string_view> reserved() const = 0;
    /// Whether equal subexpressions of this kind are worth a name.
    virtual bool may_name(const Code& n) const;
    /// Whether `child` has to be a name where it stands.
    virtual bool must_name(const Code& parent, const CodePtr& child) const;

    // What spell() uses.
    /// The child's text, in parentheses if it binds less tightly than `least`.
    std::string at(const CodePtr& child, Tie least);
    Spelled operand(const CodePtr& child);
    /// `name`, and its definition in the program if it is a helper's.
    std::string call_name(std::string_view name);
    bool is_named(const CodePtr& child) const { return named_.contains(child.get()); }
    std::string arguments(const Code& n);
    std::string dim(ir::Dim d);            ///< with the tie of a sum
    std::string dim_minus_one(ir::Dim d);  ///< `k - 1`
    Spelled number(const ir::Number& value) const;
    Spelled sum_of(const Code& n, std::string_view plus, std::string_view minus);
    const SourceRequest& request() const { return *request_; }
    const std::string& parameter_name(const std::string& symbol) const { return names_.at(symbol); }
    /// True if no parameter is below: a number that only sizes may change.
    static bool is_constant(const CodePtr& code);
    std::string shapes_text() const;  ///< `X: m x n, w: n`

private:
    void choose_names();
    void choose_parts(const CodePtr& root);
    std::string part_name(const Code& n);
    FunctionText write(const SourceFunction& source, const CodePtr& code);
    void tell_sizes(FunctionText& f);
    std::string fresh(std::string wish);

    const SourceRequest* request_ = nullptr;
    std::map<std::string, std::string> names_;      ///< of parameters
    std::map<std::string, std::string> dim_names_;  ///< of dimensions
    std::set<std::string> taken_;                   ///< in the whole program
    std::set<std::string> taken_here_;              ///< in the function
    std::set<std::string> used_dims_;
    std::unordered_map<const Code*, std::string> named_;  ///< parts, empty until they are written
    std::vector<std::string> helpers_;
};

/// `text` without blanks at the ends of lines, each line after the first behind `indent`.
std::string indented(const std::string& text, std::string_view indent);

}  // namespace nabla::codegen
