// The value graph: what `lower` makes of the expressions before it decides about loops. A value is
// an input, a formula over labelled elements of earlier values (entrywise, or reduced over some of
// its labels), or the result of a matrix routine that works in place on what a formula puts into
// its buffer. Values are interned: equal formulas of all outputs are one value. Sizes are numbers.
//
// Ids are a topological order: a value's formula and operands only name smaller ids.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "codegen/body.hpp"
#include "codegen/loop.hpp"

namespace nabla::codegen {

using ValueId = std::uint32_t;
inline constexpr ValueId no_value = ~ValueId{0};

/// value[0, …, rank−1] = combine over the labels from `rank` on of the body's last operation. In
/// the body a load's `buffer` is a ValueId and its axes are labels.
struct Formula {
    std::vector<std::int64_t> label_extents;  ///< output labels first
    std::uint32_t rank = 0;
    Combine combine = Combine::assign;  ///< assign: no labels beyond the output's
    std::vector<Instr> body;

    double points() const;  ///< size of the whole domain
};

enum class Make : std::uint8_t {
    input,  ///< argument `position`
    formula,
    cholesky,  ///< factor of the formula's matrix (potrf)
    lu,        ///< factors of the formula's matrix (getrf); part 0: the pivots
    solve,     ///< op(A)^-1 · formula; operands[0]: the factor of A
    lu_det,    ///< operands[0]: the factor
    lu_sign,   ///< operands[0]: the factor
    svd,       ///< parts U, s, Vt, work of the formula's matrix, which is destroyed
    windows,   ///< operands[k] copied by boxes[k], zeros where no box lies (`padded`)
    ramp,      ///< 1, 2, …, n
    eigen,     ///< eigenvectors by rows of the formula's symmetric matrix; parts λ, v, all, work
    expm,      ///< exp of each matrix of size `position` in the formula; parts work, pivots
    gram,      ///< R, R^T R = the formula's matrix, a sum of squares of operands (rows, weights);
               ///< parts: integers, work
    least_squares,  ///< of operands[0], a gram, for Y = operands[1] and the formula's M^T W Y; then
                    ///< (rows, weights) again, Y's first; part: work
    sylvester,      ///< X with A X + X B = each formula's matrix; operands A, B; part: work.
                    ///< With operands A, B, C, D: A X B + C X D; parts: integers, work
    part,           ///< buffer `position` of operands[0]'s result
};

struct Value {
    Make make = Make::formula;
    std::uint32_t position = 0;
    std::vector<std::int64_t> extents;
    Formula formula;                ///< empty body: none
    std::vector<ValueId> operands;  ///< beside those that the formula loads
    std::vector<Box> boxes;         ///< windows: one an operand
    bool padded = false;            ///< windows: the boxes do not cover everything
    bool transposed = false;        ///< solve: with A^T
    bool nonnegative = false;       ///< every entry, whatever the inputs are
    int error = 0;                  ///< the routine's failure as a return value; 0: ignored
    std::string name;

    bool is_formula() const { return make == Make::formula; }
    /// A formula without reduction.
    bool entrywise() const { return is_formula() && formula.combine == Combine::assign; }
    double size() const;
    bool has_formula() const { return !formula.body.empty(); }
};

class Graph {
public:
    ValueId input(std::uint32_t position, std::vector<std::int64_t> extents, std::string name);
    /// The value of a formula; extents are those of its output labels.
    ValueId formula(Formula formula, std::string name = {});
    /// The id of an equal formula, if there is one.
    ValueId find(const Formula& formula) const;
    /// A matrix routine on what `formula` gives; interned by formula, operands, transposed.
    ValueId routine(Value value);
    ValueId part(ValueId whole, std::uint32_t which) const { return whole + 1 + which; }
    /// A new value equal to `source` with a buffer of its own.
    ValueId copy_of(ValueId source);

    const Value& operator[](ValueId id) const { return values_[id]; }
    std::size_t size() const { return values_.size(); }
    void set_nonnegative(ValueId id) { values_[id].nonnegative = true; }
    void set_error(ValueId id, int error);
    /// Another formula for the same value (not interned).
    void set_formula(ValueId id, Formula formula) { values_[id].formula = std::move(formula); }

    /// Wanted: a value that an output will need. Contractions prefer them (contraction_order.hpp).
    bool wanted(ValueId id) const { return wanted_[id]; }
    void want(ValueId id) { wanted_[id] = true; }

private:
    using Key = std::vector<std::uint64_t>;
    struct KeyHash {
        std::size_t operator()(const Key& key) const;
    };
    static Key key_of(const Value& value);
    ValueId append(Value value);

    std::vector<Value> values_;
    std::vector<bool> wanted_;
    std::unordered_map<Key, ValueId, KeyHash> known_;
};

/// Body of a formula that only loads `value` at `labels`.
std::vector<Instr> load_body(ValueId value, std::vector<AxisId> labels);
/// A formula's body is one load; no arithmetic.
bool is_plain_load(const Formula& formula);

}  // namespace nabla::codegen
