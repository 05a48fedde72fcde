#include "codegen/source/to_code.hpp"

#include <algorithm>
#include <cctype>

#include "nabla/error.hpp"

namespace nabla::codegen {

using passes::Notation;
using passes::NotationKind;
using passes::NotationPtr;

CodePtr CodeConverter::of(ir::Expr e) {
    if (e.rank() > 2) return tensor(e);
    return item(notations_.notation(e)).code;
}

/// Children before parents in a loop: notation may be deep.
CodeConverter::Item CodeConverter::item(const NotationPtr& root) {
    kept_.push_back(root);
    std::vector<std::pair<NotationPtr, std::size_t>> stack{{root, 0}};
    while (!stack.empty()) {
        auto& [node, next] = stack.back();
        // What stands in an index form has no array program of its own: its source has.
        bool closed = node->kind == NotationKind::index_tensor;
        if (items_.contains(node.get())) {
            stack.pop_back();
        } else if (!closed && next < node->children.size()) {
            NotationPtr child = node->children[next++];
            if (!items_.contains(child.get())) stack.emplace_back(std::move(child), 0);
        } else {
            Item made = convert(node);
            items_.emplace(node.get(), std::move(made));
            stack.pop_back();
        }
    }
    return items_.at(root.get());
}

CodeConverter::Item CodeConverter::convert(const NotationPtr& notation) {
    const Notation& n = *notation;
    switch (n.kind) {
        case NotationKind::number:
            return {builder_.number(n.number)};
        case NotationKind::pi:
            return {builder_.leaf(CodeKind::pi, 0)};
        case NotationKind::name:
            if (n.rank == 0 && !symbols_.contains(n.text))
                return {builder_.leaf(CodeKind::size, 0, {context_.dim(n.text)})};
            return {builder_.name(n.text, n.rank, n.symmetric)};
        case NotationKind::identity:
            return {builder_.leaf(CodeKind::eye, 2, {n.dims[0], n.dims[0]})};
        case NotationKind::ones:
        case NotationKind::zeros:
            return {builder_.leaf(n.kind == NotationKind::ones ? CodeKind::ones : CodeKind::zeros,
                                  n.rank, n.dims)};
        case NotationKind::sum:
            return sum(n);
        case NotationKind::product:
            return product(n);
        case NotationKind::hadamard:
            return entrywise(CodeKind::multiply, n);
        case NotationKind::quotient:
        case NotationKind::hadamard_quotient:
            return entrywise(CodeKind::divide, n);
        case NotationKind::power:
        case NotationKind::hadamard_power:
            return power(n);
        case NotationKind::transpose: {
            Item inner = item(n.children[0]);
            return {builder_.transpose(inner.code), n.rank == 1 && !inner.row};
        }
        case NotationKind::inverse:
            return {builder_.plain(CodeKind::inverse, 2, {item(n.children[0]).code})};
        case NotationKind::inverse_transpose:
            return {builder_.plain(CodeKind::inverse, 2,
                                   {builder_.transpose(item(n.children[0]).code)})};
        case NotationKind::norm: {
            CodeKind kind = n.text == "1"     ? CodeKind::norm_one
                            : n.text == "inf" ? CodeKind::norm_infinity
                                              : CodeKind::norm;
            return {builder_.plain(kind, 0, {item(n.children[0]).code})};
        }
        case NotationKind::call:
            return call(n);
        case NotationKind::index_tensor: {
            CodePtr whole = tensor(n.source);
            if (!n.scale) return {whole};
            return {builder_.multiply({item(n.scale).code, whole})};
        }
        case NotationKind::indexed:
            return slice(n);
        case NotationKind::block:
            return block(n);
        case NotationKind::kronecker: {
            Item left = item(n.children[0]);
            return {builder_.plain(CodeKind::kron, n.rank, {left.code, item(n.children[1]).code}),
                    left.row};
        }
        case NotationKind::compare:
            return {builder_.compare(item(n.children[0]).code, n.text, item(n.children[1]).code)};
    }
    return {};
}

CodeConverter::Item CodeConverter::sum(const Notation& n) {
    std::vector<CodePtr> terms;
    bool row = false;
    for (const NotationPtr& child : n.children) {
        Item term = item(child);
        row = row || term.row;
        terms.push_back(term.code);
    }
    return {builder_.add(std::move(terms), n.signs), row};
}

CodeConverter::Item CodeConverter::product(const Notation& n) {
    std::vector<CodePtr> scalars;
    std::vector<Item> chain;
    for (const NotationPtr& child : n.children) {
        Item factor = item(child);
        if (factor.code->rank == 0)
            scalars.push_back(factor.code);
        else
            chain.push_back(std::move(factor));
    }
    if (chain.empty()) return {entrywise_product(scalars)};
    Item rest = fold(chain, 0, chain.size());
    scalars.push_back(rest.code);
    return {entrywise_product(scalars), rest.row};
}

/// A chain of rows, matrices and columns, so that no product of two matrices is computed where a
/// vector stands at an end.
CodeConverter::Item CodeConverter::fold(const std::vector<Item>& chain, std::size_t begin,
                                        std::size_t end) {
    auto is_column = [&](std::size_t k) { return chain[k].code->rank == 1 && !chain[k].row; };
    for (std::size_t k = begin; k + 1 < end; ++k) {
        if (!is_column(k)) continue;
        Item left = fold(chain, begin, k + 1), right = fold(chain, k + 1, end);
        if (left.code->rank == 0) return {builder_.multiply({left.code, right.code}), right.row};
        if (right.code->rank == 0) return {builder_.multiply({right.code, left.code}), left.row};
        return {builder_.plain(CodeKind::outer, 2, {left.code, right.code})};
    }
    if (end - begin == 1) return chain[begin];
    if (is_column(end - 1)) {
        CodePtr result = chain[end - 1].code;
        for (std::size_t k = end - 1; k-- > begin;)
            result = chain[k].code->rank == 1
                         ? builder_.plain(CodeKind::dot, 0, {chain[k].code, result})
                         : builder_.product(chain[k].code, result);
        return {result};
    }
    CodePtr result = chain[begin].code;
    bool row = chain[begin].row;
    for (std::size_t k = begin + 1; k < end; ++k)
        result = row ? builder_.product(builder_.transpose(chain[k].code), result)
                     : builder_.product(result, chain[k].code);
    return {result, row};
}

namespace {

/// A condition that is 1 where it holds and 0 elsewhere, as step(x) or where(x > 0, 1, 0).
struct Mask {
    CodePtr condition;
    bool holds = true;  ///< the value is 1 where the condition holds; else where it does not
};

bool is_number(const CodePtr& c, std::int64_t value) {
    return c->kind == CodeKind::number && c->number == ir::Number(value);
}

std::optional<Mask> mask_of(CodeBuilder& builder, const CodePtr& c) {
    if (c->kind == CodeKind::map && c->function == ir::Fn::step)
        return Mask{builder.compare(c->children[0], ">", builder.number(0))};
    if (c->kind == CodeKind::where && is_number(c->children[1], 1) && is_number(c->children[2], 0))
        return Mask{c->children[0]};
    if (c->kind == CodeKind::where && is_number(c->children[1], 0) && is_number(c->children[2], 1))
        return Mask{c->children[0], false};
    const bool share = c->kind == CodeKind::reduce && c->text.ends_with("_share");
    const bool map = c->kind == CodeKind::map && ir::function(c->function).selects;
    if (share || map) return Mask{builder.compare(c, "==", builder.number(0)), false};
    return std::nullopt;
}

}  // namespace

/// Entry by entry. A factor that selects (step, a comparison …) makes the product 0 where it is 0,
/// whatever the others are there.
CodePtr CodeConverter::entrywise_product(const std::vector<CodePtr>& factors) {
    for (std::size_t k = 0; k < factors.size(); ++k) {
        std::optional<Mask> mask = mask_of(builder_, factors[k]);
        if (!mask) continue;
        std::vector<CodePtr> rest = factors;
        rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(k));
        if (std::all_of(rest.begin(), rest.end(),
                        [](const CodePtr& c) { return c->kind == CodeKind::number; }))
            continue;
        const bool indicator =
            factors[k]->kind == CodeKind::where || factors[k]->function == ir::Fn::step;
        if (!indicator) {
            // Not 0 or 1 alone: its value is a factor, too.
            CodePtr value = factors[k];
            if (value->kind == CodeKind::map && value->function == ir::Fn::strong_zero)
                value = value->children[0];
            rest.insert(rest.begin() + static_cast<std::ptrdiff_t>(k), value);
        }
        CodePtr taken = indicator ? entrywise_product(rest) : builder_.multiply(rest);
        CodePtr zero = builder_.number(0);
        const std::uint8_t rank = std::max(taken->rank, mask->condition->rank);
        return builder_.plain(CodeKind::where, rank,
                              mask->holds ? std::vector<CodePtr>{mask->condition, taken, zero}
                                          : std::vector<CodePtr>{mask->condition, zero, taken});
    }
    return builder_.multiply(factors);
}

CodeConverter::Item CodeConverter::entrywise(CodeKind kind, const Notation& n) {
    std::vector<CodePtr> factors;
    bool row = false;
    for (const NotationPtr& child : n.children) {
        Item factor = item(child);
        row = row || factor.row;
        factors.push_back(factor.code);
    }
    if (kind == CodeKind::multiply) return {entrywise_product(factors), row};
    // (mask .* a) ./ b, so that a quotient by 0 that is not taken contributes nothing.
    CodePtr above = factors[0], below = factors[1];
    if (above->kind == CodeKind::where) {
        std::vector<CodePtr> parts = above->children;
        for (std::size_t k : {1U, 2U})
            if (!is_number(parts[k], 0))
                parts[k] =
                    builder_.plain(kind, std::max(parts[k]->rank, below->rank), {parts[k], below});
        return {builder_.plain(CodeKind::where, std::max(above->rank, below->rank), parts), row};
    }
    return {builder_.plain(kind, std::max(above->rank, below->rank), factors), row};
}

CodeConverter::Item CodeConverter::power(const Notation& n) {
    Item base = item(n.children[0]);
    if (n.children.size() == 2) {
        CodePtr exponent = item(n.children[1]).code;
        const std::uint8_t rank = std::max(base.code->rank, exponent->rank);
        return {builder_.plain(CodeKind::power_by, rank, {base.code, exponent}), base.row};
    }
    if (n.kind == NotationKind::hadamard_power || base.code->rank == 0)
        return {builder_.power(base.code, n.exponent), base.row};
    Code power;
    power.kind = CodeKind::matrix_power;
    power.rank = 2;
    power.exponent = n.exponent;
    power.symmetric = base.code->symmetric;
    power.children = {base.code};
    return {builder_.make(std::move(power))};
}

CodeConverter::Item CodeConverter::block(const Notation& n) {
    Code whole;
    whole.kind = CodeKind::block;
    whole.rank = n.rank;
    whole.signs = n.signs;
    for (const NotationPtr& child : n.children) {
        Item cell = item(child);
        if (n.rank == 2 && cell.code->rank == 1)
            cell.code =
                builder_.plain(cell.row ? CodeKind::as_row : CodeKind::as_column, 2, {cell.code});
        whole.children.push_back(cell.code);
    }
    return {builder_.make(std::move(whole))};
}

CodeConverter::Item CodeConverter::slice(const Notation& n) {
    Code part;
    part.kind = CodeKind::slice;
    part.rank = n.rank;
    part.children = {item(n.children[0]).code};
    for (const std::string& index : n.indices) {
        if (index == ":") {
            part.parts.push_back({});
            continue;
        }
        const std::size_t colon = index.find(':');
        if (colon == std::string::npos) {
            const ir::Dim at = parse_dim(index);
            part.parts.push_back({CodePart::Kind::entry, at, at});
        } else {
            part.parts.push_back({CodePart::Kind::range, parse_dim(index.substr(0, colon)),
                                  parse_dim(index.substr(colon + 1))});
        }
    }
    return {builder_.make(std::move(part)), n.rank == 1 && n.row};
}

/// Sums of products of numbers and names: `2 m n + 1`, `n - 1`.
ir::Dim CodeConverter::parse_dim(const std::string& text) const {
    ir::Dim total = context_.dim(0), product = context_.dim(1);
    bool minus = false, empty = true;
    auto finish = [&] {
        if (!empty) total = minus ? total - product : total + product;
        product = context_.dim(1);
        empty = true;
    };
    for (std::size_t at = 0; at < text.size();) {
        const auto c = static_cast<unsigned char>(text[at]);
        if (c == '+' || c == '-') {
            finish();
            minus = c == '-';
            ++at;
        } else if (std::isdigit(c) != 0) {
            std::size_t length = 0;
            product = product * context_.dim(std::stoll(text.substr(at), &length));
            at += length;
            empty = false;
        } else if (c == ' ' || c == '*') {
            ++at;
        } else {
            std::size_t end = at;
            while (end < text.size() &&
                   std::string_view(" +-*").find(text[end]) == std::string_view::npos)
                ++end;
            product = product * context_.dim(text.substr(at, end - at));
            at = end;
            empty = false;
        }
    }
    finish();
    return total;
}

}  // namespace nabla::codegen
