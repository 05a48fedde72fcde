// From expressions to array programs: over matrix notation where there is one, so that a program
// reads as the printed answer does, and over the expression itself for tensors of rank 3 and more.
#pragma once

#include <set>
#include <string>
#include <unordered_map>

#include "codegen/source/code.hpp"
#include "passes/to_matrix_builder.hpp"

namespace nabla::codegen {

class CodeConverter {
public:
    /// `symbols`: names that are parameters; every other name in a formula is a dimension.
    CodeConverter(ir::Context& context, std::set<std::string> symbols)
        : context_(context), symbols_(std::move(symbols)) {}

    /// The program of a finished expression. Throws InputError naming what has no program.
    CodePtr of(ir::Expr e);

    /// The dimension that `text` spells, as Dim::str() does.
    ir::Dim parse_dim(const std::string& text) const;

private:
    /// A vector is a column in `code`; `row` tells how the notation has it.
    struct Item {
        CodePtr code;
        bool row = false;
    };

    // to_code.cpp: notation.
    Item item(const passes::NotationPtr& notation);
    Item convert(const passes::NotationPtr& notation);
    Item sum(const passes::Notation& n);
    Item product(const passes::Notation& n);
    Item fold(const std::vector<Item>& chain, std::size_t begin, std::size_t end);
    CodePtr entrywise_product(const std::vector<CodePtr>& factors);
    Item entrywise(CodeKind kind, const passes::Notation& n);
    Item power(const passes::Notation& n);
    Item block(const passes::Notation& n);
    Item slice(const passes::Notation& n);
    // to_code_calls.cpp: functions by their name in notation.
    Item call(const passes::Notation& n);
    CodePtr call_of_matrix(const passes::Notation& n, const std::vector<CodePtr>& arguments);
    CodePtr reduction(const passes::Notation& n, const CodePtr& argument);
    // to_code_tensor.cpp: expressions without matrix notation.
    CodePtr tensor(ir::Expr e);
    CodePtr tensor_sum(ir::Expr e);
    CodePtr tensor_product(ir::Expr e);
    CodePtr tensor_map(ir::Expr e);
    CodePtr identity_part(ir::Expr selection);

    ir::Context& context_;
    std::set<std::string> symbols_;
    passes::NotationBuilder notations_;
    CodeBuilder builder_;
    std::unordered_map<const passes::Notation*, Item> items_;
    std::unordered_map<ir::Expr, CodePtr, ir::ExprHash> tensors_;
    std::vector<passes::NotationPtr> kept_;  ///< so that the keys of items_ stay theirs
};

}  // namespace nabla::codegen
