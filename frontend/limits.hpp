// Every limit of the frontend, each with its reason. Passing one is an ordinary error with a place.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>

namespace nabla::syntax::limits {

/// Bytes of one source: offsets are 32 bits, and nothing written by hand comes near.
inline constexpr std::size_t source_bytes = std::size_t{64} << 20;

/// Files that one module imports, and imports inside imports: more is a runaway, and each level
/// costs stack.
inline constexpr std::size_t imported_files = 256;
inline constexpr std::size_t import_depth = 32;

/// Brackets, bars, and functions without parentheses inside one another. Each level costs a
/// bounded piece of the C++ stack in the parser and in the walks over the tree.
inline constexpr int nesting = 256;

/// Exponents, transposes and indices after one operand (`x''` has two).
inline constexpr int marks = 8;

/// Levels of an expression's tree: brackets, and the sums, products and marks between them. The
/// checker's walk costs some kilobytes of stack a level in a sanitized build.
inline constexpr int tree_depth = 1200;

/// Bytes of a name.
inline constexpr std::size_t identifier_bytes = 256;

/// Digits of a number as typed, and the ends of what it may be: those of a double. A number beyond
/// them would be infinite, or 0, without a word.
inline constexpr std::size_t number_bytes = 400;
inline constexpr double largest_number = std::numeric_limits<double>::max();
inline constexpr double smallest_number = std::numeric_limits<double>::denorm_min();

/// Largest exponent of a matrix power: it is a chain of products, and its derivative has a term for
/// each of them.
inline constexpr std::int64_t matrix_power = 1'000;

/// Entries of one block literal `[a, b; c, d]`.
inline constexpr std::size_t literal_entries = 10'000;

/// Errors reported in one run; what follows is nearly always a consequence.
inline constexpr std::size_t reported_errors = 50;

/// Remarks kept in one run.
inline constexpr std::size_t reported_notes = 100;

/// Names among which the nearest one is looked for: the search compares with each.
inline constexpr std::size_t suggestion_candidates = 20'000;

/// Largest integer that may be written as a size or an index.
inline constexpr std::int64_t dimension = std::int64_t{1} << 40;

/// Functions called inside functions: each level checks a body inside another.
inline constexpr std::size_t call_depth = 64;

/// Calls of functions with different arguments in one module, and values that all expressions of a
/// module are made of: functions that call functions can ask for exponentially many.
inline constexpr std::size_t calls = 100'000;
inline constexpr std::size_t values = 4'000'000;

/// How often default scalars may be re-read as vectors: each round turns at least one.
inline constexpr int promotion_rounds = 200;

/// Bytes of a message, a help or a label: what they quote may be endless.
inline constexpr std::size_t message_bytes = 1000;

/// Characters of a source line that a rendered diagnostic shows around the error.
inline constexpr std::size_t rendered_columns = 160;

}  // namespace nabla::syntax::limits
