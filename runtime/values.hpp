// Named arrays with a memory of where they came from, so that a clash or a misfit can name the
// file. What the data readers make and the models take.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <nabla/array.hpp>

namespace nabla::runtime {

/// One named array.
struct Value {
    std::string name;
    Array array;
    std::string origin;  ///< the file it came from; empty where there is none
    /// From a table without a rank of its own: a single column, which may serve as a vector or as
    /// a matrix with one column.
    bool one_column = false;
    bool by_name = false;  ///< asked for as NAME=…, not just found in a file
};

/// Named arrays, each name once, in the order they were given. Names are kept in the language's
/// canonical spelling and found in any: `λ` is `lambda`.
class Values {
public:
    /// Throws InputError if the name is taken: it says by which file.
    void add(Value value);
    /// All of `other`, as by `add`.
    void add_all(Values other);

    const Value* find(std::string_view name) const;
    Value* find(std::string_view name);
    const std::vector<Value>& all() const noexcept { return values_; }
    bool empty() const noexcept { return values_.empty(); }

private:
    std::vector<Value> values_;
};

/// `5`, `3×4`, `scalar`: sizes as diagnostics write them.
std::string describe_sizes(const Sizes& sizes);

/// Shifts and scales each column of the matrix `name` to mean 0 and variance 1 (the mean of the
/// squares, as scikit-learn's StandardScaler); a vector counts as one column. A constant column,
/// such as an intercept's ones, stays as it is. Throws InputError if the name is unknown, has rank
/// 0 or more than 2, or holds a number that is not finite.
void standardize(Values& values, std::string_view name);

}  // namespace nabla::runtime
