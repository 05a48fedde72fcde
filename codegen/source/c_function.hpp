// One function in C: which nodes get memory of their own, and the loops that fill it. Everything
// else is computed where it is read, entry by entry.
#pragma once

#include <map>
#include <set>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "codegen/source/c_words.hpp"
#include "codegen/source/languages.hpp"

namespace nabla::codegen {

/// Functions of matrices in C; scalar ones are in c_words.hpp.
std::span<const Helper> c_matrix_helpers();

/// Names and helper functions of the whole program.
class CProgram {
public:
    explicit CProgram(const SourceRequest& request);
    /// The helper's name; its definition becomes part of the program.
    std::string helper(std::string_view name);
    std::string helper_texts() const;
    const std::string& parameter(const std::string& symbol) const { return parameters_.at(symbol); }
    /// A dimension's name; a new one is an argument of the function that uses it.
    const std::string& size(const std::string& name);
    const std::vector<std::string>& sizes() const { return size_order_; }
    std::string dim(ir::Dim d);
    const std::set<std::string>& taken() const { return taken_; }

private:
    std::set<std::string> taken_;
    std::map<std::string, std::string> parameters_, sizes_;
    std::vector<std::string> size_order_;  ///< symbols of dimensions, in order of appearance
    std::vector<std::string> helpers_;
};

class CFunction {
public:
    CFunction(CProgram& program, const SourceRequest& request, const SourceFunction& function)
        : program_(program), request_(request), function_(function) {}
    /// Statements, without the frame around them.
    void build();
    std::string body() const { return body_; }
    const std::vector<std::string>& work() const { return work_; }  ///< sizes of its parts
    bool may_fail() const { return may_fail_; }

private:
    using Index = std::vector<std::string>;

    /// A factor of a product that loops compute: an entry of `base`, raised.
    struct LoopFactor {
        ir::Expr base;
        ir::Rational exponent{1};
        ir::Labels labels;
        std::string buffer = {};         ///< an intermediate product without a node
        std::vector<ir::Dim> dims = {};  ///< its sizes
    };
    struct LoopProduct {
        std::vector<LoopFactor> factors;
        ir::Labels output;
        std::vector<ir::Dim> dims;
    };

    // c_function.cpp: what is computed, and in which order.
    void choose();
    void keep(ir::Expr e) { kept_.insert(e); }
    void keep_operands(ir::Expr e);
    void emit(ir::Expr e, const std::string& target);
    void emit_entries(ir::Expr e, const std::string& target);
    void emit_reduce(ir::Expr e, const std::string& target);
    void emit_matrix(ir::Expr e, const std::string& target);
    void emit_expm(ir::Expr e, const std::string& target);
    std::string new_buffer(const std::string& size, const std::string& wish = "t");
    std::string scratch(const std::string& size);
    std::string fresh(const std::string& wish);
    std::string size_text(const ir::Shape& shape);
    void line(const std::string& text);
    void open_loop(const std::string& index, const std::string& count);
    void close_loops(std::size_t count);
    Index loop_names(std::size_t count);

    // c_entry.cpp: one entry.
    Spelled entry(ir::Expr e, const Index& index);
    Spelled sum_entry(ir::Expr e, const Index& index);
    Spelled map_entry(ir::Expr e, const Index& index);
    Spelled product_entry(ir::Expr e, const Index& index);
    std::string access(const std::string& array, const std::vector<ir::Dim>& dims,
                       const Index& index);
    Spelled raised(const Spelled& base, const ir::Rational& exponent);
    static std::string at(const Spelled& text, Tie least);
    /// Factors that select make the product 0 where they are 0.
    Spelled multiplied(const std::vector<Spelled>& plain, const std::vector<Spelled>& masks);
    bool selects(ir::Expr base) const;
    static std::string literal(const ir::Number& value);

    // c_product.cpp: sums of products.
    void emit_product(ir::Expr e, const std::string& target);
    void split_product(LoopProduct& product);
    void emit_nest(const LoopProduct& product, const std::string& target,
                   const std::vector<ir::Dim>& target_dims);
    void resolve_selections(const LoopProduct& product, std::map<ir::LabelId, std::string>& index,
                            std::vector<std::string>& guards, std::vector<bool>& resolved);

    CProgram& program_;
    const SourceRequest& request_;
    const SourceFunction& function_;
    std::unordered_map<ir::Expr, std::string, ir::ExprHash> places_;  ///< names of what is kept
    std::unordered_map<ir::Expr, int, ir::ExprHash> uses_;
    std::set<std::string> taken_;
    std::unordered_map<ir::Expr, std::int64_t, ir::ExprHash> inline_size_;
    std::unordered_set<ir::Expr, ir::ExprHash> kept_;
    std::string body_;
    std::vector<std::string> work_;
    std::size_t depth_ = 1;
    bool may_fail_ = false;
};

}  // namespace nabla::codegen
