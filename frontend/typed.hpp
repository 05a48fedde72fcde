// The checked tree: values with their types, in the order in which they were checked (operands
// before what uses them), each with the recipe that makes its node once all sizes are known. This
// is what keeps "all shapes are solved before any node is built" while every construct of the
// language is written down once, its typing beside its meaning.
#pragma once

#include "frontend/dims.hpp"

#include <nabla/error.hpp>

#include "ir/expr.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

namespace nabla::syntax {

/// What a recipe may use: solved sizes and the symbols' nodes.
struct Recipe {
    ir::Context& context;
    const DimSolver& dims;
    const std::vector<ir::Expr>& symbols;

    ir::Dim size(ir::Dim dim) const { return dims.resolve(dim); }
    ir::Shape shape(const Type& type) const { return dims.resolve(type).dims; }
};

using Build = std::function<ir::Expr(const Recipe&, std::span<const ir::Expr> operands)>;

using ValueId = std::uint32_t;

struct Value {
    Type type;
    std::vector<ValueId> operands;
    Build build;
    int symbol = -1;                    ///< the symbol that this is, as an operand stands for it
    bool parameter = false;             ///< a function's argument, to differentiate by
    int definition = -1;                ///< the definition of an earlier module that this is
    std::optional<ir::Number> literal;  ///< the value, if it is written with numbers only
    /// Default scalars in here that are vectors if this value does not fit where it stands.
    std::vector<int> may_be_vectors;
    /// Sizes of an array that is made here (`I`, `vector(1)`, `ones(n)`): they must be known in the
    /// end, and possible.
    std::vector<ir::Dim> made;
    Span span;  ///< where such a value stands
};

/// Values in order of creation.
class Values {
public:
    ValueId add(Value value) {
        values_.push_back(std::move(value));
        return static_cast<ValueId>(values_.size() - 1);
    }
    const Value& operator[](ValueId id) const { return values_[id]; }
    Value& operator[](ValueId id) { return values_[id]; }
    std::size_t size() const { return values_.size(); }
    void clear() { values_.clear(); }

private:
    std::vector<Value> values_;
};

}  // namespace nabla::syntax
