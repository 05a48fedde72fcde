// One entry of an expression as a C expression.
#include <algorithm>

#include <fmt/format.h>

#include "codegen/source/c_function.hpp"
#include "ir/spellings.hpp"
#include "nabla/error.hpp"

namespace nabla::codegen {

using ir::Expr;
using ir::Op;

std::string CFunction::at(const Spelled& text, Tie least) {
    return text.tie < least ? "(" + text.text + ")" : text.text;
}

std::string CFunction::literal(const ir::Number& value) {
    if (value.is_exact()) {
        const ir::Rational& r = value.rational();
        return r.den == 1 ? fmt::format("{}.0", r.num) : fmt::format("{}.0 / {}.0", r.num, r.den);
    }
    std::string digits = fmt::format("{:.17g}", value.value());
    return digits.find_first_of(".en") == std::string::npos ? digits + ".0" : digits;
}

/// array[(i * n + j) * k + l]
std::string CFunction::access(const std::string& array, const std::vector<ir::Dim>& dims,
                              const Index& index) {
    if (index.empty()) return array;
    std::string place = index[0];
    bool simple = place.find(' ') == std::string::npos;
    for (std::size_t k = 1; k < index.size(); ++k) {
        std::string size = program_.dim(dims[k]);
        if (size.find(' ') != std::string::npos) size = "(" + size + ")";
        place = fmt::format("{} * {} + {}", simple && k == 1 ? place : "(" + place + ")", size,
                            index[k]);
    }
    return array + "[" + place + "]";
}

bool CFunction::selects(Expr base) const {
    if (base.op() == Op::map) return ir::function(base.map().function).selects;
    return base.op() == Op::reduce && (base.reduce().kind == ir::ReduceKind::max_share ||
                                       base.reduce().kind == ir::ReduceKind::min_share);
}

Spelled CFunction::raised(const Spelled& base, const ir::Rational& e) {
    if (e == ir::Rational(1)) return base;
    if (e == ir::Rational(2)) return {program_.helper("square") + "(" + base.text + ")"};
    if (e == ir::Rational(1, 2)) return {"sqrt(" + base.text + ")"};
    if (e == ir::Rational(-1)) return {"1 / " + at(base, Tie::sign), Tie::product};
    if (e == ir::Rational(-1, 2)) return {"1 / sqrt(" + base.text + ")", Tie::product};
    return {fmt::format("pow({}, {})", base.text, literal(ir::Number(e)))};
}

Spelled CFunction::multiplied(const std::vector<Spelled>& plain,
                              const std::vector<Spelled>& masks) {
    std::string above, below;
    for (const Spelled& factor : plain) {
        // 1 / x goes below the bar.
        if (factor.tie == Tie::product && factor.text.starts_with("1 / ")) {
            below += " / " + factor.text.substr(4);
            continue;
        }
        above +=
            (above.empty() ? "" : " * ") + at(factor, above.empty() ? Tie::product : Tie::sign);
    }
    if (above.empty() && !below.empty()) above = "1";
    Spelled result{above + below, plain.size() == 1 ? plain[0].tie : Tie::product};
    for (const Spelled& mask : masks) {
        if (result.text.empty())
            result = mask;
        else
            result = {
                fmt::format("{}({}, {})", program_.helper("selected"), mask.text, result.text)};
    }
    return result.text.empty() ? Spelled{"1.0"} : result;
}

Spelled CFunction::entry(Expr e, const Index& index) {
    if (auto place = places_.find(e); place != places_.end())
        return {e.is_scalar() ? place->second : access(place->second, e.shape(), index)};
    switch (e.op()) {
        case Op::constant:
            return {literal(e.number()), e.number().is_negative() ? Tie::sum : Tie::product};
        case Op::pi:
            return {"3.141592653589793"};
        case Op::dim_value:
            return {"(double)(" + program_.dim(e.dim()) + ")", Tie::sign};
        case Op::symbol:
            return {access(program_.parameter(e.symbol().name), e.shape(), index)};
        case Op::identity:
            return {fmt::format("({} == {})", index[0], index[1])};
        case Op::trimask:
            return {fmt::format("({} >= {})", index[0], index[1])};
        case Op::selection:
            return {fmt::format("({} == {} + {})", index[0], index[1], program_.dim(e.offset()))};
        case Op::iota:
            return {fmt::format("(double)({} + 1)", index[0]), Tie::sign};
        case Op::sum:
            return sum_entry(e, index);
        case Op::einsum:
            return product_entry(e, index);
        case Op::map:
            return map_entry(e, index);
        case Op::reshape: {
            Expr child = e.child(0);
            const std::string array = child.op() == Op::symbol
                                          ? program_.parameter(child.symbol().name)
                                          : places_.at(child);
            if (child.is_scalar()) return {array};
            return {e.is_scalar() ? array + "[0]" : access(array, e.shape(), index)};
        }
        case Op::reduce:
        case Op::inverse:
        case Op::det:
        case Op::adjugate:
        case Op::derivative:
        case Op::chol:
        case Op::eigenvalue:
        case Op::eigenvector:
        case Op::shifted_pinv:
        case Op::expm:
            break;
    }
    throw InternalError("C: an entry of what has no memory");
}

Spelled CFunction::sum_entry(Expr e, const Index& index) {
    if (e.sum().terms.empty()) return {"0.0"};
    // What is added before what is taken away.
    std::string text;
    for (bool negative : {false, true})
        for (const ir::Term& term : e.sum().terms) {
            if (term.coefficient.is_negative() != negative) continue;
            const ir::Number size = negative ? -term.coefficient : term.coefficient;
            Spelled part = entry(term.expr, index);
            if (!size.is_one()) part = {literal(size) + " * " + at(part, Tie::sign), Tie::product};
            text += text.empty() ? (negative ? "-" : "") : negative ? " - " : " + ";
            text += at(part, Tie::product);
        }
    return {text, Tie::sum};
}

Spelled CFunction::product_entry(Expr e, const Index& index) {
    const ir::EinsumData& data = e.einsum();
    std::map<ir::LabelId, std::string> names;
    for (std::size_t k = 0; k < data.output.size(); ++k) names[data.output[k]] = index[k];
    std::vector<Spelled> plain, masks;
    for (const ir::Factor& f : data.factors) {
        Index at_labels;
        for (ir::LabelId l : f.labels) at_labels.push_back(names.at(l));
        const Spelled text = raised(entry(f.base, at_labels), f.exponent);
        const bool mask = selects(f.base) || f.base.op() == Op::identity ||
                          f.base.op() == Op::selection || f.base.op() == Op::trimask;
        (mask && f.exponent.num > 0 ? masks : plain).push_back(text);
    }
    return multiplied(plain, masks);
}

Spelled CFunction::map_entry(Expr e, const Index& index) {
    const ir::Fn fn = e.map().function;
    std::vector<Spelled> arguments;
    for (Expr argument : e.map().arguments)
        arguments.push_back(entry(argument, argument.is_scalar() ? Index{} : index));
    if (fn == ir::Fn::strong_zero) return arguments[0];
    if (fn == ir::Fn::where)
        return {fmt::format("({} != 0 ? {} : {})", at(arguments[0], Tie::sum), arguments[1].text,
                            arguments[2].text)};
    const std::string_view name = ir::spellings(fn).c;
    if (ir::is_comparison(fn)) {
        const std::string test =
            fmt::format("{} {} {}", at(arguments[0], Tie::sum), name, at(arguments[1], Tie::sum));
        const bool opposite = (static_cast<int>(fn) - static_cast<int>(ir::Fn::greater)) % 2 != 0;
        return {fmt::format("({}({}))", opposite ? "!" : "", test)};
    }
    std::string list;
    for (const Spelled& argument : arguments) list += (list.empty() ? "" : ", ") + argument.text;
    return {program_.helper(name) + "(" + list + ")"};
}

}  // namespace nabla::codegen
