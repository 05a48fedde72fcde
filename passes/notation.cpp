#include "passes/notation.hpp"

#include <algorithm>
#include <functional>

#include "passes/notation_terms.hpp"

namespace nabla::passes {

Notation::~Notation() {
    std::vector<NotationPtr> pending = std::move(children);
    while (!pending.empty()) {
        NotationPtr last = std::move(pending.back());
        pending.pop_back();
        if (last.use_count() != 1) continue;
        for (NotationPtr& child : last->children) pending.push_back(std::move(child));
        last->children.clear();
    }
}

namespace {

// Trees share subtrees, so the size of what would be printed may be exponential in the memory used.
constexpr std::int64_t largest = 1'000'000'000;
// Enough symbols to order terms by; a bound, because trees may be huge when spelled out.
constexpr std::size_t reading_symbols = 24;
constexpr int reading_visits = 400;

std::int64_t capped(std::int64_t value) { return std::min(value, largest); }

void mix(std::uint64_t& hash, std::uint64_t value) {
    hash ^= value + 0x9e3779b97f4a7c15ULL + (hash << 6) + (hash >> 2);
    hash *= 0xff51afd7ed558ccdULL;
    hash ^= hash >> 33;
}

void mix(std::uint64_t& hash, const std::string& text) {
    std::uint64_t value = 1469598103934665603ULL;
    for (char c : text) value = (value ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
    mix(hash, value);
}

std::uint64_t structure_hash(const Notation& n) {
    std::uint64_t hash = static_cast<std::uint64_t>(n.kind) * 8 + n.rank * 2 + (n.row ? 1 : 0);
    if (n.kind == NotationKind::number) mix(hash, n.number.str());
    mix(hash, static_cast<std::uint64_t>(n.exponent.num));
    mix(hash, static_cast<std::uint64_t>(n.exponent.den));
    mix(hash, n.text);
    for (ir::Dim d : n.dims) mix(hash, d.hash());
    for (const std::string& index : n.indices) mix(hash, index);
    for (bool sign : n.signs) mix(hash, sign ? 3 : 5);
    for (const NotationPtr& child : n.children) mix(hash, child->hash);
    return hash;
}

/// What a node adds to the size of its children.
std::int64_t own_size(const Notation& n) {
    std::int64_t count = static_cast<std::int64_t>(n.children.size());
    switch (n.kind) {
        case NotationKind::number:
        case NotationKind::pi:
        case NotationKind::name:
            return 1;
        case NotationKind::identity:
            return n.text.empty() ? 1 : 2;
        case NotationKind::ones:
        case NotationKind::zeros:
            return 1 + static_cast<std::int64_t>(n.dims.size());
        case NotationKind::sum:
            return count - 1 + (n.signs[0] ? 1 : 0);
        case NotationKind::product:
            return 0;
        case NotationKind::hadamard:
            return count - 1;
        case NotationKind::quotient:
        case NotationKind::hadamard_quotient:
        case NotationKind::transpose:
        case NotationKind::inverse:
        case NotationKind::inverse_transpose:
        case NotationKind::norm:
        case NotationKind::compare:
        case NotationKind::kronecker:
            return 1;
        case NotationKind::power:
        case NotationKind::hadamard_power:
            return count == 1 ? 2 : 1;
        case NotationKind::call:
        case NotationKind::index_tensor:
        case NotationKind::indexed:
        case NotationKind::block:
            return 1 + static_cast<std::int64_t>(n.indices.size());
    }
    return 1;
}

std::int64_t own_degree(const Notation& n, std::int64_t children) {
    if (n.kind == NotationKind::name) return 1;
    if (n.kind == NotationKind::sum) {
        std::int64_t most = 0;
        for (const NotationPtr& child : n.children) most = std::max(most, child->degree);
        return most;
    }
    bool power = n.kind == NotationKind::power || n.kind == NotationKind::hadamard_power;
    if (power && n.exponent.is_integer() && n.exponent.num > 1)
        return capped(children) * std::min<std::int64_t>(n.exponent.num, 1000);
    return children;
}

/// Letters before words: x − mu.
std::string reading_key(const std::string& name) { return is_word(name) ? "~" + name : name; }

/// The symbols as they are read, up to a bound.
void reading(const Notation& root, std::vector<std::string>& symbols) {
    std::vector<const Notation*> stack{&root};
    for (int visits = 0; !stack.empty() && visits < reading_visits; ++visits) {
        const Notation* n = stack.back();
        stack.pop_back();
        if (symbols.size() >= reading_symbols) return;
        if (n->kind == NotationKind::name) symbols.push_back(reading_key(n->text));
        if (n->kind == NotationKind::indexed) {
            const Notation& base = *n->children[0];
            if (base.kind != NotationKind::indexed && base.kind != NotationKind::index_tensor)
                reading(base, symbols);
            symbols.insert(symbols.end(), n->indices.begin(), n->indices.end());
            continue;
        }
        bool power = n->kind == NotationKind::power || n->kind == NotationKind::hadamard_power;
        std::int64_t times =
            power && n->exponent.is_integer() ? std::clamp<std::int64_t>(n->exponent.num, 1, 8) : 1;
        for (std::int64_t t = 0; t < times; ++t)
            for (auto child = n->children.rbegin(); child != n->children.rend(); ++child)
                stack.push_back(child->get());
    }
}

/// The kinds as they are read, up to a bound; a transpose counts as early: A^T B before A B^T.
std::vector<int> outline(const Notation& root) {
    std::vector<int> kinds;
    std::vector<const Notation*> stack{&root};
    while (!stack.empty() && kinds.size() < reading_symbols) {
        const Notation* n = stack.back();
        stack.pop_back();
        bool early =
            n->kind == NotationKind::transpose || n->kind == NotationKind::inverse_transpose;
        kinds.push_back(early ? -1 : static_cast<int>(n->kind));
        for (auto child = n->children.rbegin(); child != n->children.rend(); ++child)
            stack.push_back(child->get());
    }
    return kinds;
}

/// Those of the children and the node's own; shared where nothing is added.
std::shared_ptr<const std::set<std::string>> dummies_of(const Notation& node) {
    std::shared_ptr<const std::set<std::string>> all;
    for (const NotationPtr& child : node.children) {
        if (!child->dummies || child->dummies == all) continue;
        if (!all) {
            all = child->dummies;
            continue;
        }
        auto joined = std::make_shared<std::set<std::string>>(*all);
        joined->insert(child->dummies->begin(), child->dummies->end());
        if (joined->size() > all->size()) all = std::move(joined);
    }
    if (node.summed.empty()) return all;
    auto joined = all ? std::make_shared<std::set<std::string>>(*all)
                      : std::make_shared<std::set<std::string>>();
    joined->insert(node.summed.begin(), node.summed.end());
    return joined;
}

}  // namespace

NotationPtr make(Notation node) {
    std::int64_t children_degree = 0;
    node.size = own_size(node);
    node.depth = 1;
    node.transposes =
        node.kind == NotationKind::transpose || node.kind == NotationKind::inverse_transpose;
    node.spreads = node.kind == NotationKind::ones ? 1 : 0;
    for (const NotationPtr& child : node.children) {
        node.spreads = capped(node.spreads + child->spreads);
        node.size = capped(node.size + child->size);
        node.depth = std::max(node.depth, child->depth + 1);
        node.transposes = capped(node.transposes + child->transposes);
        children_degree = capped(children_degree + child->degree);
    }
    node.degree = capped(own_degree(node, children_degree));
    node.hash = structure_hash(node);
    node.dummies = dummies_of(node);
    return std::make_shared<const Notation>(std::move(node));
}

bool is_word(const std::string& name) {
    return name.size() > 1 && name[1] != '_' && !(name[1] >= '0' && name[1] <= '9');
}

bool contains_call(const NotationPtr& n) {
    if (n->kind == NotationKind::call) return true;
    return std::any_of(n->children.begin(), n->children.end(), [](const NotationPtr& c) {
        return c->kind == NotationKind::call ||
               std::any_of(c->children.begin(), c->children.end(),
                           [](const NotationPtr& g) { return g->kind == NotationKind::call; });
    });
}

std::int64_t notation_size(const Notation& notation) { return notation.size; }

bool same(const NotationPtr& a, const NotationPtr& b) { return a == b || a->hash == b->hash; }

int compare_reading(const NotationPtr& a, const NotationPtr& b) {
    if (same(a, b)) return 0;
    return compare_reading(a, reading_of(a), b, reading_of(b));
}

Reading reading_of(const NotationPtr& notation) {
    Reading result;
    reading(*notation, result.symbols);
    result.outline = outline(*notation);
    return result;
}

int compare_reading(const NotationPtr& a, const Reading& left, const NotationPtr& b,
                    const Reading& right) {
    if (same(a, b)) return 0;
    if (left.symbols != right.symbols) return left.symbols < right.symbols ? -1 : 1;
    if (a->transposes != b->transposes) return a->transposes < b->transposes ? -1 : 1;
    if (a->size != b->size) return a->size < b->size ? -1 : 1;
    if (left.outline != right.outline) return left.outline < right.outline ? -1 : 1;
    return a->hash < b->hash ? -1 : 1;
}

bool simpler(const NotationPtr& a, const NotationPtr& b) {
    if (a->transposes != b->transposes) return a->transposes < b->transposes;
    if (a->size != b->size) return a->size < b->size;
    return compare_reading(a, b) < 0;
}

NotationPtr number_notation(const ir::Number& value) {
    Notation n;
    n.kind = NotationKind::number;
    n.number = value;
    return make(std::move(n));
}

NotationPtr name_notation(const std::string& text, std::uint8_t rank, bool symmetric) {
    Notation n;
    n.kind = NotationKind::name;
    n.text = text;
    n.rank = rank;
    n.symmetric = symmetric;
    return make(std::move(n));
}

NotationPtr dim_notation(ir::Dim dim) {
    Notation total;
    total.kind = NotationKind::sum;
    // Names before numbers, as people write `n + 1`.
    std::vector<ir::DimTerm> terms = dim.terms();
    std::stable_sort(terms.begin(), terms.end(),
                     [](const auto& a, const auto& b) { return a.names.size() > b.names.size(); });
    for (const ir::DimTerm& term : terms) {
        Notation product;
        product.kind = NotationKind::product;
        std::int64_t magnitude = term.coefficient < 0 ? -term.coefficient : term.coefficient;
        if (magnitude != 1 || term.names.empty())
            product.children.push_back(number_notation(magnitude));
        for (const std::string& name : term.names)
            product.children.push_back(name_notation(name, 0));
        total.signs.push_back(term.coefficient < 0);
        total.children.push_back(product.children.size() == 1 ? product.children[0]
                                                              : make(std::move(product)));
    }
    if (total.children.empty()) return number_notation(0);
    if (total.children.size() == 1 && !total.signs[0]) return total.children[0];
    return make(std::move(total));
}

NotationPtr sized_notation(NotationKind kind, const ir::Shape& dims) {
    Notation n;
    n.kind = kind;
    n.dims = dims;
    n.rank = static_cast<std::uint8_t>(dims.size());
    if (kind == NotationKind::identity) {
        n.text = "eye";
        n.rank = 2;
    }
    n.symmetric = n.rank == 2 && dims.front() == dims.back();
    return make(std::move(n));
}

NotationPtr call_notation(const std::string& function, std::vector<NotationPtr> arguments,
                          std::uint8_t rank, std::vector<std::string> options) {
    Notation n;
    n.kind = NotationKind::call;
    n.text = function;
    n.children = std::move(arguments);
    n.indices = std::move(options);
    n.rank = rank;
    return make(std::move(n));
}

NotationPtr norm_notation(const NotationPtr& argument, const std::string& subscript) {
    Notation n;
    n.kind = NotationKind::norm;
    n.text = subscript;
    n.children = {argument};
    return make(std::move(n));
}

NotationPtr determinant_notation(const NotationPtr& matrix, ir::Dim size) {
    Notation n = *call_notation("det", {matrix}, 0);
    n.dims = {size};
    return make(std::move(n));
}

NotationPtr negated(const NotationPtr& argument) {
    if (argument->kind == NotationKind::sum && argument->children.size() == 1 && argument->signs[0])
        return argument->children[0];
    Notation n;
    n.kind = NotationKind::sum;
    n.children = {argument};
    n.signs = {true};
    n.rank = argument->rank;
    n.row = argument->row;
    n.symmetric = argument->symmetric;
    return make(std::move(n));
}

NotationPtr kronecker_notation(const NotationPtr& left, const NotationPtr& right) {
    Notation n;
    n.kind = NotationKind::kronecker;
    n.children = {left, right};
    const bool across = left->rank == 1 && right->rank == 1 && left->row != right->row;
    n.rank = across ? std::uint8_t{2} : std::max(left->rank, right->rank);
    n.row = n.rank == 1 && left->row;
    n.symmetric = left->symmetric && right->symmetric;
    return make(std::move(n));
}

bool is_triangle(const Notation& n) {
    return n.kind == NotationKind::call && (n.text == "tril" || n.text == "triu");
}

NotationPtr diagonal_notation(const NotationPtr& vector) {
    if (vector->kind == NotationKind::ones)
        return sized_notation(NotationKind::identity, {vector->dims[0], vector->dims[0]});
    Notation n = *call_notation("diag", {vector}, 2);
    n.symmetric = true;
    return make(std::move(n));
}

NotationPtr inverse_notation(const NotationPtr& matrix) {
    Notation n;
    n.kind = NotationKind::inverse;
    n.children = {matrix};
    n.rank = 2;
    n.symmetric = matrix->symmetric;
    if (matrix->kind == NotationKind::transpose) {
        n.kind = NotationKind::inverse_transpose;
        n.children = matrix->children;
    }
    return make(std::move(n));
}

}  // namespace nabla::passes
