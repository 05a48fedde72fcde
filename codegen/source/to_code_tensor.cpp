// Expressions without matrix notation: products with labels become einsums, the rest works entry
// by entry on arrays of any rank.
#include <algorithm>
#include <set>

#include "codegen/source/to_code.hpp"
#include "ir/build.hpp"
#include "nabla/error.hpp"

namespace nabla::codegen {

using ir::Expr;
using ir::Op;

CodePtr CodeConverter::tensor(Expr e) {
    if (auto found = tensors_.find(e); found != tensors_.end()) return found->second;
    CodePtr made;
    const auto rank = static_cast<std::uint8_t>(e.rank());
    switch (e.op()) {
        case Op::sum:
            made = tensor_sum(e);
            break;
        case Op::einsum:
            made = tensor_product(e);
            break;
        case Op::map:
            made = tensor_map(e);
            break;
        case Op::reduce: {
            constexpr std::array<const char*, 6> names{"logsumexp", "max",       "min",
                                                       "prod",      "max_share", "min_share"};
            Code reduce;
            reduce.kind = CodeKind::reduce;
            reduce.rank = rank;
            reduce.text = names[static_cast<std::size_t>(e.reduce().kind)];
            reduce.children = {of(e.child(0))};
            if (e.reduce().axes.size() != e.child(0).rank()) reduce.axes = e.reduce().axes;
            made = builder_.make(std::move(reduce));
            break;
        }
        case Op::reshape: {
            Code reshape;
            reshape.kind = CodeKind::reshape_rows;
            reshape.rank = rank;
            reshape.dims = e.shape();
            reshape.children = {of(e.child(0))};
            made = builder_.make(std::move(reshape));
            break;
        }
        case Op::expm: {
            std::vector<CodePtr> arguments;
            for (int k = 0; k < e.child_count(); ++k) arguments.push_back(of(e.child(k)));
            made = builder_.plain(CodeKind::expm, rank, std::move(arguments));
            break;
        }
        case Op::symbol:
            made = builder_.name(e.symbol().name, rank, e.has(ir::Fact::symmetric));
            break;
        case Op::selection:
            made = identity_part(e);
            break;
        case Op::constant:
        case Op::pi:
        case Op::dim_value:
        case Op::identity:
        case Op::inverse:
        case Op::det:
        case Op::adjugate:
        case Op::derivative:
        case Op::iota:
        case Op::trimask:
        case Op::chol:
        case Op::eigenvalue:
        case Op::eigenvector:
        case Op::shifted_pinv:
            made = item(notations_.notation(e)).code;
            break;
    }
    tensors_.emplace(e, made);
    return made;
}

CodePtr CodeConverter::tensor_sum(Expr e) {
    if (e.sum().terms.empty())
        return builder_.leaf(CodeKind::zeros, static_cast<std::uint8_t>(e.rank()), e.shape());
    std::vector<CodePtr> terms;
    std::vector<bool> signs;
    for (const ir::Term& term : e.sum().terms) {
        ir::Number size = term.coefficient.is_negative() ? -term.coefficient : term.coefficient;
        terms.push_back(builder_.multiply({builder_.number(size), of(term.expr)}));
        signs.push_back(term.coefficient.is_negative());
    }
    // What is added before what is taken away.
    std::vector<std::size_t> order;
    for (bool sign : {false, true})
        for (std::size_t k = 0; k < terms.size(); ++k)
            if (signs[k] == sign) order.push_back(k);
    std::vector<CodePtr> sorted;
    std::vector<bool> sorted_signs;
    for (std::size_t k : order) {
        sorted.push_back(terms[k]);
        sorted_signs.push_back(signs[k]);
    }
    return builder_.add(std::move(sorted), std::move(sorted_signs));
}

/// Columns of the identity.
CodePtr CodeConverter::identity_part(Expr selection) {
    const ir::Dim rows = selection.shape()[0], columns = selection.shape()[1];
    Code part;
    part.kind = CodeKind::slice;
    part.rank = 2;
    part.children = {builder_.leaf(CodeKind::eye, 2, {rows, rows})};
    part.parts = {CodePart{}, CodePart{CodePart::Kind::range, selection.offset() + context_.dim(1),
                                       selection.offset() + columns}};
    return builder_.make(std::move(part));
}

CodePtr CodeConverter::tensor_product(Expr e) {
    const ir::EinsumData& data = e.einsum();
    constexpr std::string_view letters = "ijklmnpqrstuvwxyzabcdefghIJKLMNPQRSTUVWXYZABCDEFGH";
    std::vector<CodePtr> scalars, operands;
    std::string spec;
    std::map<ir::LabelId, char> letter;
    auto letter_of = [&](ir::LabelId l) {
        if (!letter.contains(l) && letter.size() == letters.size())
            throw InputError("a product over so many indices has no form in this output language");
        return letter.emplace(l, letters[letter.size()]).first->second;
    };
    std::string output;
    for (ir::LabelId l : data.output) output += letter_of(l);
    std::set<ir::LabelId> carried;
    auto append = [&](const CodePtr& operand, const ir::Labels& labels) {
        if (!operands.empty()) spec += ',';
        for (ir::LabelId l : labels) {
            spec += letter_of(l);
            carried.insert(l);
        }
        operands.push_back(operand);
    };
    for (const ir::Factor& f : data.factors) {
        CodePtr base = f.base.op() == Op::selection ? identity_part(f.base) : of(f.base);
        base = builder_.power(base, f.exponent);
        if (f.labels.empty())
            scalars.push_back(std::move(base));
        else
            append(base, f.labels);
    }
    for (ir::LabelId l : data.output)
        if (!carried.contains(l)) append(builder_.leaf(CodeKind::ones, 1, {data.dims[l]}), {l});
    // The same labels in the same order everywhere: entry by entry.
    bool entrywise = std::set<char>(output.begin(), output.end()).size() == output.size();
    std::string expected;
    for (std::size_t k = 0; k < operands.size(); ++k) expected += (k > 0 ? "," : "") + output;
    if (entrywise && spec == expected && !operands.empty()) {
        scalars.insert(scalars.end(), operands.begin(), operands.end());
        return entrywise_product(scalars);
    }
    if (operands.empty()) return entrywise_product(scalars);
    Code product;
    product.kind = CodeKind::einsum;
    product.rank = static_cast<std::uint8_t>(e.rank());
    product.text = spec + "->" + output;
    product.children = std::move(operands);
    scalars.push_back(builder_.make(std::move(product)));
    return entrywise_product(scalars);
}

CodePtr CodeConverter::tensor_map(Expr e) {
    const auto rank = static_cast<std::uint8_t>(e.rank());
    const ir::Fn fn = e.map().function;
    std::vector<CodePtr> arguments;
    for (Expr argument : e.map().arguments) arguments.push_back(of(argument));
    if (fn == ir::Fn::pow) return builder_.plain(CodeKind::power_by, rank, arguments);
    if (fn == ir::Fn::where) {
        CodePtr condition = builder_.compare(arguments[0], "!=", builder_.number(0));
        return builder_.plain(CodeKind::where, rank, {condition, arguments[1], arguments[2]});
    }
    if (ir::is_comparison(fn)) {
        constexpr std::array<const char*, 3> signs{">", ">=", "=="};
        const int place = static_cast<int>(fn) - static_cast<int>(ir::Fn::greater);
        CodePtr condition = builder_.compare(
            arguments[0], signs[static_cast<std::size_t>(place / 2)], arguments[1]);
        const bool holds = place % 2 == 0;
        return builder_.plain(
            CodeKind::where, rank,
            {condition, builder_.number(holds ? 1 : 0), builder_.number(holds ? 0 : 1)});
    }
    if (auto match = ir::match_softmax(e); match && match->axes.size() == 1) {
        Code softmax;
        softmax.kind = CodeKind::reduce;
        softmax.text = "softmax";
        softmax.rank = rank;
        if (e.rank() > 1) softmax.axes = match->axes;
        softmax.children = {of(match->argument)};
        return builder_.make(std::move(softmax));
    }
    Code map;
    map.kind = CodeKind::map;
    map.function = fn;
    map.rank = rank;
    map.children = std::move(arguments);
    return builder_.make(std::move(map));
}

}  // namespace nabla::codegen
