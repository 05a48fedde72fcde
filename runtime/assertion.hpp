// `assert`: a claim about all values. Proved where both sides have one normal form; otherwise
// tried at random points, which can refute it with a counterexample and can never prove it.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <nabla/array.hpp>

#include "ir/module.hpp"
#include "ir/shape.hpp"
#include "runtime/formula.hpp"

namespace nabla::runtime {

class ModelState;

enum class Verdict { proved, holds, refuted, untested };

/// A point where the claim is false, complete.
struct Counterexample {
    ir::DimValues dims;
    std::vector<std::pair<std::string, Array>> values;
    Array left, right;
};

struct AssertResult {
    std::string request;
    Verdict verdict = Verdict::untested;
    int points = 0;       ///< where both sides were computed and compared
    std::string remark;   ///< the verdict in words, with its reason
    Formula left, right;  ///< both sides, simplified
    std::string left_text, right_text;
    std::optional<Counterexample> counterexample;
};

/// Data given for the symbols play no part: the claim is about all values. Points where a side is
/// no finite number are left out; so are those where rounding could explain a difference.
AssertResult check_claim(const ModelState& model, const ir::Assert& claim);

/// `proved`, `holds`, `refuted`, `untested`.
std::string_view to_string(Verdict verdict) noexcept;

}  // namespace nabla::runtime
