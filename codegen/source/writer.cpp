#include "codegen/source/writer.hpp"

#include <algorithm>
#include <cctype>

#include <fmt/format.h>

#include "codegen/source/number_text.hpp"
#include "ir/build.hpp"

namespace nabla::codegen {
namespace {

// A line of more operations than this gets its parts named.
constexpr std::int64_t line_size = 26;

/// Names are ASCII in every language: `λ` has been spelled `lambda` by the frontend; anything else
/// becomes a letter and its number.
std::string ascii_name(const std::string& name) {
    std::string text;
    for (char c : name) {
        const auto byte = static_cast<unsigned char>(c);
        if (std::isalnum(byte) != 0 || c == '_')
            text += c;
        else
            text += fmt::format("u{:02x}", byte);
    }
    if (text.empty() || std::isdigit(static_cast<unsigned char>(text[0])) != 0) text = "x" + text;
    return text;
}

bool is_leaf(const Code& n) {
    switch (n.kind) {
        case CodeKind::number:
        case CodeKind::pi:
        case CodeKind::size:
        case CodeKind::name:
        case CodeKind::eye:
        case CodeKind::ones:
        case CodeKind::zeros:
        case CodeKind::unit:
        case CodeKind::iota:
            return true;
        default:
            return false;
    }
}

/// Arithmetic of scalars that computes next to nothing.
bool is_scalar_arithmetic(const Code& n) {
    const bool arithmetic = n.kind == CodeKind::add || n.kind == CodeKind::multiply ||
                            n.kind == CodeKind::divide || n.kind == CodeKind::power;
    return arithmetic && n.rank == 0 &&
           std::all_of(n.children.begin(), n.children.end(),
                       [](const CodePtr& c) { return is_leaf(*c); });
}

}  // namespace

bool ArrayWriter::may_name(const Code& n) const {
    if (is_leaf(n) || is_scalar_arithmetic(n)) return false;
    if (n.kind == CodeKind::transpose || n.kind == CodeKind::slice) return !is_leaf(*n.children[0]);
    return n.kind != CodeKind::compare && n.kind != CodeKind::as_row &&
           n.kind != CodeKind::as_column;
}

bool ArrayWriter::must_name(const Code&, const CodePtr&) const { return false; }

std::string ArrayWriter::fresh(std::string wish) {
    const auto free = [&](const std::string& name) {
        return !taken_.contains(name) && !taken_here_.contains(name);
    };
    std::string name = wish;
    for (int k = 2; !free(name); ++k) name = wish + std::to_string(k);
    taken_here_.insert(name);
    return name;
}

/// A letter that tells what the part is.
std::string ArrayWriter::part_name(const Code& n) {
    switch (n.kind) {
        case CodeKind::reduce:
            return n.text == "softmax" ? "p" : "t";
        case CodeKind::map:
            switch (n.function) {
                case ir::Fn::sigmoid:
                    return "s";
                case ir::Fn::exp:
                    return "e";
                case ir::Fn::tanh:
                case ir::Fn::relu:
                case ir::Fn::softplus:
                case ir::Fn::silu:
                case ir::Fn::gelu:
                    return "h";
                default:
                    return "t";
            }
        case CodeKind::matmul:
            return n.rank == 1 ? "z" : "M";
        case CodeKind::add:
            return n.rank == 0 ? "t" : n.rank == 1 ? "r" : "R";
        case CodeKind::inverse:
            return "inverse_" +
                   (n.children[0]->kind == CodeKind::name ? names_.at(n.children[0]->text) : "M");
        case CodeKind::solve:
            return n.rank == 1 ? "u" : "U";
        case CodeKind::chol:
            return "L";
        default:
            return n.rank == 2 ? "T" : "t";
    }
}

void ArrayWriter::choose_names() {
    taken_.clear();
    for (std::string_view word : reserved()) taken_.emplace(word);
    for (const Helper& helper : helper_table()) taken_.emplace(helper.name);
    for (const SourceFunction& f : request_->functions) taken_.insert(f.name);
    const auto choose = [&](const std::string& symbol, std::map<std::string, std::string>& into) {
        if (into.contains(symbol)) return;
        std::string name = ascii_name(symbol);
        while (taken_.contains(name)) name += '_';
        taken_.insert(name);
        into.emplace(symbol, name);
    };
    for (ir::Expr p : request_->parameters) choose(p.symbol().name, names_);
    for (ir::Expr p : request_->parameters)
        for (ir::Dim d : p.shape())
            for (const std::string& name : d.names()) choose(name, dim_names_);
}

/// Parts that occur more than once, and those that would make lines too long.
void ArrayWriter::choose_parts(const CodePtr& root) {
    named_.clear();
    const std::vector<CodePtr> order = code_order(root);
    std::unordered_map<const Code*, int> uses;
    for (const CodePtr& n : order)
        for (const CodePtr& child : n->children) ++uses[child.get()];
    std::unordered_map<const Code*, std::int64_t> size;
    for (const CodePtr& n : order) {
        std::int64_t total = 1;
        for (const CodePtr& child : n->children) {
            if (must_name(*n, child)) named_.emplace(child.get(), "");
            if (!named_.contains(child.get()) && size[child.get()] > line_size / 2 &&
                total + size[child.get()] > line_size && may_name(*child))
                named_.emplace(child.get(), "");
            total += named_.contains(child.get()) ? 1 : size[child.get()];
        }
        size[n.get()] = total;
        if (uses[n.get()] > 1 && n != root && may_name(*n)) named_.emplace(n.get(), "");
    }
}

Spelled ArrayWriter::operand(const CodePtr& child) {
    if (auto part = named_.find(child.get()); part != named_.end() && !part->second.empty())
        return {part->second};
    return spell(*child);
}

std::string ArrayWriter::at(const CodePtr& child, Tie least) {
    Spelled text = operand(child);
    return text.tie < least ? "(" + text.text + ")" : text.text;
}

std::string ArrayWriter::arguments(const Code& n) {
    std::string text;
    for (const CodePtr& child : n.children)
        text += (text.empty() ? "" : ", ") + at(child, Tie::choice);
    return text;
}

std::string ArrayWriter::call_name(std::string_view name) {
    for (const Helper& helper : helper_table()) {
        if (helper.name != name) continue;
        if (std::find(helpers_.begin(), helpers_.end(), name) != helpers_.end()) break;
        std::string_view needs = helper.needs;
        while (!needs.empty()) {
            const std::size_t end = std::min(needs.find(' '), needs.size());
            call_name(needs.substr(0, end));
            needs.remove_prefix(std::min(end + 1, needs.size()));
        }
        helpers_.emplace_back(name);
        break;
    }
    return std::string(name);
}

std::string ArrayWriter::dim(ir::Dim d) {
    if (auto value = d.constant()) return std::to_string(*value);
    // Names before numbers, positive terms first.
    std::vector<ir::DimTerm> terms = d.terms();
    std::stable_sort(terms.begin(), terms.end(), [](const auto& a, const auto& b) {
        if ((a.coefficient < 0) != (b.coefficient < 0)) return b.coefficient < 0;
        return a.names.size() > b.names.size();
    });
    std::string text;
    for (const ir::DimTerm& t : terms) {
        const std::int64_t size = t.coefficient < 0 ? -t.coefficient : t.coefficient;
        if (!text.empty())
            text += t.coefficient < 0 ? " - " : " + ";
        else if (t.coefficient < 0)
            text += "-";
        std::string product = size != 1 || t.names.empty() ? std::to_string(size) : "";
        for (const std::string& name : t.names) {
            used_dims_.insert(name);
            if (!dim_names_.contains(name)) {
                std::string chosen = ascii_name(name);
                while (taken_.contains(chosen) || taken_here_.contains(chosen)) chosen += '_';
                taken_.insert(chosen);
                dim_names_.emplace(name, chosen);
            }
            product += (product.empty() ? "" : "*") + dim_names_.at(name);
        }
        text += product;
    }
    return text;
}

std::string ArrayWriter::dim_minus_one(ir::Dim d) { return dim(d - d.context().dim(1)); }

Spelled ArrayWriter::number(const ir::Number& value) const {
    std::string text = number_text(value);
    const Tie tie = value.is_negative()                   ? Tie::sum
                    : text.find('/') != std::string::npos ? Tie::product
                                                          : Tie::atom;
    return {std::move(text), tie};
}

Spelled ArrayWriter::sum_of(const Code& n, std::string_view plus, std::string_view minus) {
    std::string text;
    for (std::size_t k = 0; k < n.children.size(); ++k) {
        if (k > 0)
            text += fmt::format(" {} ", n.signs[k] ? minus : plus);
        else if (n.signs[k])
            text += "-";
        text += at(n.children[k], Tie::product);
    }
    return {std::move(text), Tie::sum};
}

bool ArrayWriter::is_constant(const CodePtr& code) {
    for (const CodePtr& n : code_order(code))
        if (n->kind == CodeKind::name) return false;
    return true;
}

std::string ArrayWriter::shapes_text() const {
    std::string text;
    for (ir::Expr p : request_->parameters) {
        std::string shape = p.is_scalar() ? "scalar" : "";
        for (ir::Dim d : p.shape()) shape += (shape.empty() ? "" : " x ") + d.str();
        text += (text.empty() ? "" : ", ") + names_.at(p.symbol().name) + ": " + shape;
    }
    return text;
}

/// How each size that the function uses follows from an argument's shape; what follows from none is
/// an argument itself.
void ArrayWriter::tell_sizes(FunctionText& f) {
    const auto told = [&](const std::string& name) -> std::string {
        std::string second;
        for (ir::Expr p : request_->parameters)
            for (std::size_t axis = 0; axis < p.rank(); ++axis) {
                const ir::Dim d = p.shape()[axis];
                const std::vector<std::string> inside = d.names();
                if (inside.size() != 1 || inside[0] != name) continue;
                const std::string size = size_of(names_.at(p.symbol().name), axis, p.rank());
                std::int64_t factor = 0, offset = 0;
                bool linear = true;
                for (const ir::DimTerm& t : d.terms()) {
                    if (t.names.empty()) offset = t.coefficient;
                    if (t.names.size() == 1) factor = t.coefficient;
                    linear = linear && t.names.size() < 2;
                }
                if (!linear || factor < 1) continue;
                if (factor == 1 && offset == 0) return size;
                std::string rest = offset == 0  ? size
                                   : offset > 0 ? fmt::format("({} - {})", size, offset)
                                                : fmt::format("({} + {})", size, -offset);
                if (factor != 1) rest = integer_quotient(rest, std::to_string(factor));
                if (second.empty()) second = rest;
            }
        return second;
    };
    for (const std::string& name : used_dims_) {
        const std::string text = told(name);
        if (text.empty())
            f.extra_sizes.push_back(dim_names_.at(name));
        else
            f.sizes.emplace_back(dim_names_.at(name), text);
    }
}

FunctionText ArrayWriter::write(const SourceFunction& source, const CodePtr& code) {
    FunctionText f;
    f.source = &source;
    f.code = code;
    taken_here_.clear();
    used_dims_.clear();
    choose_parts(code);
    for (const CodePtr& n : code_order(code)) {
        auto part = named_.find(n.get());
        if (part == named_.end()) continue;
        std::string text = spell(*n).text;
        part->second = fresh(part_name(*n));
        f.assignments.push_back({part->second, n, std::move(text)});
    }
    f.result = operand(code).text;
    tell_sizes(f);
    for (ir::Expr p : request_->parameters) f.parameters.push_back(names_.at(p.symbol().name));
    f.parameters.insert(f.parameters.end(), f.extra_sizes.begin(), f.extra_sizes.end());
    return f;
}

std::string ArrayWriter::program(const SourceRequest& request) {
    request_ = &request;
    choose_names();
    std::set<std::string> symbols;
    for (ir::Expr p : request.parameters) symbols.insert(p.symbol().name);
    std::vector<std::string> functions;
    if (request.functions.empty()) return whole({}, {});
    CodeConverter converter(request.functions[0].value.context(), symbols);
    for (const SourceFunction& f : request.functions)
        functions.push_back(function(write(f, converter.of(f.value))));
    std::vector<std::string> texts;
    for (const std::string& name : helpers_)
        for (const Helper& helper : helper_table())
            if (helper.name == name) texts.emplace_back(helper.text);
    return whole(texts, functions);
}

std::string indented(const std::string& text, std::string_view indent) {
    std::string result;
    for (char c : text) {
        result += c;
        if (c == '\n') result += indent;
    }
    return result;
}

}  // namespace nabla::codegen
