// The checker: from resolved surface trees to typed values. It infers rank and orientation
// bottom-up, unifies sizes, decides which product a juxtaposition means, and explains what does not
// fit in the user's terms. Every construct is one function here, its typing rule beside the recipe
// that builds its node. A scalar by default that a use makes a vector is reported by throwing
// Promotion: the caller changes the symbol's kind and checks everything again.
#pragma once

#include "frontend/ast.hpp"
#include "frontend/builtins.hpp"
#include "frontend/diagnostics.hpp"
#include "frontend/resolve.hpp"
#include "frontend/scope.hpp"
#include "frontend/typed.hpp"
#include "ir/build.hpp"

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace nabla::syntax {

/// Default scalars must be read as vectors, and why.
struct Promotion {
    std::vector<int> symbols;
    Span span;
    std::string reason;
};

/// `surplus >= 0` must hold: an index lies in its axis, a slice is not empty.
struct SizeRequirement {
    ir::Dim surplus;
    Span span;
    std::string message;
};

/// A definition that this expression uses was already reported as wrong.
struct DependsOnError {};

/// `x` for `(x)`: brackets around the whole text are left out.
std::string without_parentheses(const std::string& text);

class Checker {
public:
    Checker(const Scope& scope, DimSolver& dims, Values& values, const Source& source)
        : scope_(&scope), dims_(&dims), values_(&values), source_(&source) {}

    /// Begins with an expression; suggestions rewrite its text.
    void begin(const ast::Node& expression) {
        whole_ = expression.span;
        root_ = &expression;
        locals_.clear();
        indices_.clear();
        calls_.clear();
    }

    /// Type and recipe of a resolved expression. Throws SyntaxError, Promotion or DependsOnError.
    ValueId check(const ast::Node& node);

    /// The value read as a scalar: it is one, or a matrix whose sizes are 1×1.
    ValueId check_scalar(const ast::Node& node, const std::string& what);

    /// The indices of a sum or a tensor become scalars of the expression, so that its parts can be
    /// checked on their own. Returns those that were not bound before, for `unbind`.
    std::vector<std::string> bind_indices(const ast::Node& node);
    void unbind(const std::vector<std::string>& indices);

    /// Both sides of a comparison, of one shape or one a scalar.
    std::pair<ValueId, ValueId> check_comparison(const ast::Node& node);

    /// A size: integers, names, sums, differences and products of them.
    ir::Dim dimension(const ast::Node& node) const;

    /// Definitions that later expressions may use; an empty one was wrong.
    std::map<int, std::optional<ValueId>> definitions;

    /// Gives axes whose length nothing else has determined the length that the indices of sums
    /// ask for. After all expressions.
    void settle_axes();

    /// Receives what must hold of sizes. May be null.
    std::vector<SizeRequirement>* conditions = nullptr;

    /// Whether a text would fit in the place of the whole expression (`whole`) or anywhere, and its
    /// shape, as messages show it; used to verify a suggestion before it is made. May be empty.
    enum class Place { whole, part };
    std::function<std::optional<std::string>(const std::string& text, Place place)> fits;
    /// Gives open sizes the names that an answer would show; for messages. May be empty.
    std::function<void(DimSolver&)> name_sizes;

    /// Takes what is known inside another checker's expression: definitions, arguments, indices.
    void adopt(const Checker& other) {
        definitions = other.definitions;
        locals_ = other.locals_;
        indices_ = other.indices_;
        name_sizes = other.name_sizes;
    }
    std::set<std::string> local_names() const {
        std::set<std::string> names;
        for (const auto& [name, id] : locals_) names.insert(name);
        return names;
    }
    /// A shape as messages show it.
    std::string shown_shape(ValueId id) const { return show(type(id)); }
    const DimSolver& dims() const { return *dims_; }

private:
    using Node = ast::Node;

    // shapes.cpp: leaves and dispatch
    ValueId name(const Node& node);
    ValueId number(const Node& node);
    ValueId symbol(int index);
    ValueId constant(const ir::Number& number);
    ValueId gradient_sign(const Node& node);
    ValueId norm(const Node& node);
    ValueId absolute(const Node& node);

    // shapes_arithmetic.cpp
    ValueId sum(const Node& node);
    ValueId negate(const Node& node);
    ValueId product(const Node& node);
    ValueId combine(Op op, ValueId left, Span left_span, ValueId right, const Node& right_node);
    ValueId multiply(ValueId left, Span left_span, ValueId right, Span right_span);
    ValueId scale(ValueId scalar, ValueId array, bool scalar_first);
    ValueId divide(ValueId left, Span left_span, ValueId right, Span right_span);
    ValueId solve(ValueId left, Span left_span, ValueId right, Span right_span);
    ValueId transpose(const Node& node);
    ValueId transposed(ValueId operand);
    ValueId power(const Node& node);
    ValueId element_power(const Node& node);
    /// Entry by entry on operands of one shape, scalars broadcast.
    using Entrywise = ir::Expr (*)(ir::Expr, ir::Expr);
    ValueId entrywise(Entrywise build, const std::string& verb, ValueId left, Span left_span,
                      ValueId right, Span right_span);

    // shapes_calls.cpp
    ValueId user_call(const Node& node, int index);
    bool contains_derivative(const Node& node) const;
    bool stands_alone(const std::vector<ValueId>& arguments, std::size_t at) const;
    ValueId parameter(const std::string& name, ValueId argument);

    // shapes_functions.cpp
    ValueId call(const Node& node);
    ValueId map_call(const Node& node, ir::Fn function);
    void check_arguments(const Node& node, const BuiltinRow& row) const;
    ValueId builtin_call(const Node& node, const BuiltinRow& row);
    ValueId matrix_function(const Node& node, Builtin id);
    ValueId pair_function(const Node& node, Builtin id);
    ValueId filled(const Node& node, Builtin id);
    ValueId entry_function(const Node& node, Builtin id);
    void require_square(ValueId matrix, const Node& node, const std::string& what);

    // shapes_spectral.cpp
    ValueId spectral_function(const Node& node, Builtin id);
    ValueId exponential_derivative(const Node& node);
    ValueId sylvester(const Node& node, Builtin id);
    ValueId cross_entropy(const Node& node);
    void require_order(const Node& node) const;
    void same_shape(ValueId a, const Node& a_node, ValueId b, const Node& b_node,
                    const std::string& what);

    // shapes_derivatives.cpp
    ValueId derivative_call(const Node& node, Builtin id);
    /// What to differentiate by: a symbol, or `vec` of one.
    struct Variable {
        ValueId symbol{};
        bool vec = false;
    };
    ValueId derivative(ir::DerivativeMode mode, ValueId function, std::vector<ValueId> symbols,
                       std::optional<ValueId> direction);
    Variable differentiated(const Node& node);
    ValueId differentiated_symbol(const Node& node);
    ValueId by_columns(ValueId derivative, std::size_t kept, const std::vector<Variable>& by);
    ValueId direction_of(const Node& node, const Variable& by, const Node& variable,
                         const std::string& what);
    ValueId taylor(const Node& node);
    ValueId at_point(ValueId value, ValueId symbol, ValueId point);

    // shapes_index.cpp
    /// An index in the text: a size, plus a bound index (empty: none).
    struct Position {
        std::string index;
        ir::Dim offset;
    };
    /// A name bound by a sum or a tensor: the one-hot vector that stands for it, and its values.
    struct BoundIndex {
        ValueId one_hot{};
        ir::Dim lower;
        ir::Dim size;
        bool by_use = false;  ///< of a tensor: its range is that of the axes it stands at
    };
    struct AxisUse {
        ir::AxisPart::Kind kind = ir::AxisPart::Kind::all;
        ir::Dim offset;
        ir::Dim size;
        ValueId one_hot{};
    };
    class Binding;
    ValueId index(const Node& node);
    Position position(const Node& node) const;
    void require_index(const Node& node, const Node& whole) const;
    AxisUse axis_use(const Node& node, ir::Dim extent, const std::string& whole);
    void require_size(ir::Dim surplus, Span span, std::string message);
    void bind_index(const std::string& name, Span span, ir::Dim lower, ir::Dim size, bool by_use);

    // shapes_sums.cpp
    struct TensorTerm {
        ValueId value{};
        std::vector<std::pair<std::string, ValueId>> summed;
        Span span;
        bool minus = false;
    };
    ValueId index_reduction(const Node& node, Builtin id);
    ir::Dim range_end(const Node& node) const;
    ValueId tensor(const Node& node);
    TensorTerm tensor_term(const Node& node, const std::vector<std::string>& summed);

    // shapes_blocks.cpp
    struct BlockPart {
        ValueId id{};
        ir::Dim height, width;
        const Node* node = nullptr;
    };
    ValueId block(const Node& node);
    BlockPart block_part(const Node& node);
    ValueId list_of_lists(const Node& node);
    ValueId assemble_block(const std::vector<std::vector<BlockPart>>& rows, Type result,
                           bool vector);
    [[noreturn]] void fail_block(const BlockPart& first, const BlockPart& other, bool heights);
    ValueId kronecker(ValueId left, Span left_span, ValueId right, Span right_span);
    ValueId vectorised(const Node& node);
    ValueId reshaped(const Node& node);
    ValueId unit_vector(const Node& node);

    // shapes_choices.cpp
    ValueId where(const Node& node);

    // shapes_reductions.cpp
    ValueId reduction(const Node& node, Builtin id);
    /// `along`: axes from 1, ascending; none is all of them.
    ValueId reduce_value(ValueId argument, Builtin id, const std::vector<int>& along, Span span);
    ValueId vector_function(const Node& node, Builtin id);

    // shapes_messages.cpp
    std::string text(Span span) const;
    std::string show(const Type& type) const;
    std::string show(ir::Dim dim) const { return show(Type{{dim}, {}}); }
    std::string operand(ValueId id, Span span) const;    ///< `X (m×n)`
    std::string described(ValueId id, Span span) const;  ///< `X has shape m×n`, `c is a scalar`
    std::string exponent_text(const Node& exponent) const;
    [[noreturn]] void fail(Span span, std::string message, std::string help = {}) const;
    [[noreturn]] void fail(Span span, std::string message, Report report) const;
    SpanLabel shape_label(ValueId id, Span span) const;
    void add_origins(std::vector<SpanLabel>& labels, ValueId id, Span span, Span whole) const;
    std::string by_letter(ValueId id) const;
    std::vector<SpanLabel> operand_labels(ValueId left, Span left_span, ValueId right,
                                          Span right_span) const;

    // shapes_failures.cpp: operands that do not fit
    [[noreturn]] void fail_product(ValueId left, Span left_span, ValueId right, Span right_span);
    [[noreturn]] void fail_shapes(const std::string& verb, ValueId left, Span left_span,
                                  ValueId right, Span right_span);
    [[noreturn]] void fail_list(const Node& group);
    [[noreturn]] void fail_division(ValueId left, Span left_span, ValueId right, Span right_span);

    // shapes_repairs.cpp: what would fit, tried out before it is offered
    struct Repair {
        std::string text;  ///< in the place of `replaced`
        Span replaced;
        std::string meaning = {};  ///< `for the inner product`; may be empty
        bool last_resort = false;  ///< only where nothing before it fits
    };
    /// `part`: one that fits on its own, but not in the whole expression, is told as a fact.
    std::string offer(const std::vector<Repair>& repairs, Place told = Place::whole) const;
    void add_transposes(std::vector<Repair>& repairs, Span operand, Span replaced) const;
    std::vector<Repair> product_repairs(ValueId left, Span left_span, ValueId right,
                                        Span right_span) const;
    std::vector<Repair> term_repairs(const std::string& verb, ValueId left, Span left_span,
                                     ValueId right, Span right_span) const;
    std::string with_transpose(const std::string& operand) const;
    const Node* find(Span span) const;

    bool promotable(ValueId id) const;
    void promote_if_default(ValueId id, Span span, const std::string& reason) const;
    /// Throws Promotion if re-reading default scalars inside could make the operands fit.
    void try_vectors(ValueId left, ValueId right, Span span) const;
    bool is_one_by_one(ValueId id) const;
    ValueId as_scalar(ValueId id);

    ValueId make(Type type, std::vector<ValueId> operands, Build build);
    const Type& type(ValueId id) const { return (*values_)[id].type; }
    const Value& value(ValueId id) const { return (*values_)[id]; }

    const Scope* scope_;
    DimSolver* dims_;
    Values* values_;
    const Source* source_;
    Span whole_;
    const Node* root_ = nullptr;  ///< the expression, or the body of the function, being checked
    std::map<int, ValueId> symbols_;
    std::map<std::string, ValueId> locals_;
    std::map<std::string, BoundIndex> indices_;  ///< those of locals_ that are bound indices
    /// Lengths of axes, and where an index over a range ends on them.
    std::vector<std::pair<ir::Dim, ir::Dim>> ends_;
    mutable std::map<int, bool> derives_;  ///< functions whose bodies differentiate
    std::vector<int> calls_;               ///< functions being expanded
    /// Results of calls by function and arguments: nested functions stay linear.
    std::map<std::pair<int, std::vector<ValueId>>, ValueId> call_results_;
};

}  // namespace nabla::syntax
