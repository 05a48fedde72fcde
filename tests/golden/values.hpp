// Numbers for the symbols of an answer, and the values of texts at them: what is printed, and a
// textbook's form, must have the value of the answer.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "ir/build.hpp"
#include "ir/interpret.hpp"

namespace golden {

/// A size for each dimension name and a value for each symbol, which has the symbol's facts.
class Sample {
public:
    Sample(nabla::ir::Expr answer, const std::vector<nabla::ir::Expr>& symbols);

    /// The answer at these sizes.
    nabla::ir::Expr sized() const { return sized_; }
    /// `text` with numbers in place of dimension names.
    std::string with_sizes(const std::string& text) const;
    /// Fails unless `text`, read without any declaration, has the answer's value.
    void check_value(const std::string& text) const;

private:
    nabla::ir::Expr sized_;
    std::map<std::string, std::int64_t> sizes_;
    std::map<std::string, nabla::ir::Tensor> values_;
    nabla::ir::Tensor expected_;
};

}  // namespace golden
