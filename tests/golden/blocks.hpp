// The blocks of a `*.golden` file: what is differentiated, by what, and the answers.
#pragma once

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "frontend/frontend.hpp"
#include "ir/expr.hpp"

namespace golden {

/// key: value, in the file's order. Comments and plain lines are keys without a value.
using Block = std::vector<std::pair<std::string, std::string>>;

std::string value_of(const Block& block, const std::string& key);
void set_value(Block& block, const std::string& key, const std::string& value);

std::vector<Block> read_blocks(const std::filesystem::path& path);
void write_blocks(const std::filesystem::path& path, const std::vector<Block>& blocks);
/// The `*.golden` files, by name.
std::vector<std::filesystem::path> golden_files();

struct Answer {
    nabla::ir::Expr expr;
    /// All symbols of the question, those that the answer does not need too.
    std::vector<nabla::ir::Expr> symbols;
};
Answer answer_of(nabla::ir::Context& context, const Block& block);

}  // namespace golden
