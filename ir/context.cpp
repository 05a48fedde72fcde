#include "ir/context.hpp"

#include <algorithm>
#include <deque>
#include <unordered_map>

#include "ir/derive_facts.hpp"
#include "nabla/error.hpp"

namespace nabla::ir {
namespace {

std::uint64_t mix(std::uint64_t seed, std::uint64_t value) {
    // splitmix64's finaliser: well spread, the same on every machine.
    std::uint64_t z = seed * 0x9E3779B97F4A7C15ull + value + 0x7F4A7C159E3779B9ull;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
    return z ^ (z >> 31);
}

std::uint64_t hash_text(const std::string& text) {
    std::uint64_t h = 0xCBF29CE484222325ull;
    for (unsigned char c : text) h = (h ^ c) * 0x100000001B3ull;
    return mix(h, text.size());
}

std::uint64_t hash_number(const Number& n) {
    if (n.is_exact())
        return mix(static_cast<std::uint64_t>(n.rational().num),
                   static_cast<std::uint64_t>(n.rational().den));
    double value = n.value();
    std::uint64_t bits = 0;
    static_assert(sizeof bits == sizeof value);
    __builtin_memcpy(&bits, &value, sizeof bits);
    return mix(bits, 0xD0B1E);
}

struct PayloadHash {
    std::uint64_t operator()(std::monostate) const { return 0; }
    std::uint64_t operator()(const Number& n) const { return hash_number(n); }
    std::uint64_t operator()(Dim d) const { return d.hash(); }
    std::uint64_t operator()(const SymbolData& s) const {
        return mix(mix(hash_text(s.name), s.id), s.facts.bits() * 2 + s.is_variable);
    }
    std::uint64_t operator()(const SumData& s) const {
        std::uint64_t h = s.terms.size();
        for (const Term& t : s.terms) h = mix(mix(h, hash_number(t.coefficient)), t.expr.hash());
        return h;
    }
    std::uint64_t operator()(const EinsumData& e) const {
        std::uint64_t h = mix(e.factors.size(), e.output.size());
        for (const Factor& f : e.factors) {
            h = mix(mix(h, f.base.hash()), hash_number(Number(f.exponent)));
            for (LabelId l : f.labels) h = mix(h, l);
        }
        for (LabelId l : e.output) h = mix(h, l + 1000);
        for (Dim d : e.dims) h = mix(h, d.hash());
        return h;
    }
    std::uint64_t operator()(const MapData& m) const {
        return arguments(static_cast<std::uint64_t>(m.function), m.arguments);
    }
    std::uint64_t operator()(const ReduceData& r) const {
        std::uint64_t h = mix(static_cast<std::uint64_t>(r.kind), r.axes.size());
        for (auto axis : r.axes) h = mix(h, axis);
        return arguments(h, r.arguments);
    }
    std::uint64_t operator()(const MatrixData& m) const { return arguments(7, m.arguments); }
    std::uint64_t operator()(const SelectionData& s) const { return s.offset.hash(); }
    std::uint64_t operator()(const DerivativeData& d) const {
        return arguments(static_cast<std::uint64_t>(d.mode), d.arguments);
    }
    static std::uint64_t arguments(std::uint64_t h, const std::vector<Expr>& list) {
        for (Expr e : list) h = mix(h, e ? e.hash() : 1);
        return h;
    }
};

struct PayloadEqual {
    template <class T>
    bool operator()(const T& a, const T& b) const {
        return same(a, b);
    }
    template <class T, class U>
    bool operator()(const T&, const U&) const {
        return false;
    }
    static bool same(std::monostate, std::monostate) { return true; }
    static bool same(const Number& a, const Number& b) { return a == b; }
    static bool same(Dim a, Dim b) { return a == b; }
    static bool same(const SymbolData& a, const SymbolData& b) {
        return a.name == b.name && a.id == b.id && a.facts == b.facts &&
               a.is_variable == b.is_variable;
    }
    static bool same(const SumData& a, const SumData& b) {
        return std::equal(a.terms.begin(), a.terms.end(), b.terms.begin(), b.terms.end(),
                          [](const Term& x, const Term& y) {
                              return x.expr == y.expr && x.coefficient == y.coefficient;
                          });
    }
    static bool same(const EinsumData& a, const EinsumData& b) {
        return a.factors == b.factors && a.output == b.output && a.dims == b.dims;
    }
    static bool same(const MapData& a, const MapData& b) {
        return a.function == b.function && a.arguments == b.arguments;
    }
    static bool same(const ReduceData& a, const ReduceData& b) {
        return a.kind == b.kind && a.axes == b.axes && a.arguments == b.arguments;
    }
    static bool same(const MatrixData& a, const MatrixData& b) {
        return a.arguments == b.arguments;
    }
    static bool same(const SelectionData& a, const SelectionData& b) {
        return a.offset == b.offset;
    }
    static bool same(const DerivativeData& a, const DerivativeData& b) {
        return a.mode == b.mode && a.arguments == b.arguments;
    }
};

/// What hashing and comparing a node cost.
std::uint64_t payload_size(const Node& node) {
    std::uint64_t size = 1;
    if (const auto* sum = std::get_if<SumData>(&node.data)) size += sum->terms.size();
    if (const auto* product = std::get_if<EinsumData>(&node.data)) {
        size += 4 * product->factors.size() + product->dims.size();
    }
    return size;
}

}  // namespace

struct Context::Tables {
    std::deque<DimNode> dims;
    std::unordered_multimap<std::uint64_t, const DimNode*> dim_index;
    std::deque<Node> nodes;
    std::unordered_multimap<std::uint64_t, const Node*> node_index;
    std::uint32_t next_symbol = 1;

    struct ProductHash {
        std::size_t operator()(const EinsumData& e) const { return PayloadHash{}(e); }
    };
    struct ProductEqual {
        bool operator()(const EinsumData& a, const EinsumData& b) const {
            return PayloadEqual::same(a, b);
        }
    };
    std::unordered_map<EinsumData, Expr, ProductHash, ProductEqual> products;
};

Context::Context() : tables_(std::make_unique<Tables>()) {}
Context::~Context() = default;

Dim Context::dim(std::int64_t value) { return dim(std::vector<DimTerm>{{{}, value}}); }

Dim Context::dim(const std::string& name) { return dim(std::vector<DimTerm>{{{name}, 1}}); }

Dim Context::dim(std::vector<DimTerm> terms) {
    for (DimTerm& t : terms) std::sort(t.names.begin(), t.names.end());
    std::sort(terms.begin(), terms.end(),
              [](const DimTerm& a, const DimTerm& b) { return a.names < b.names; });
    std::vector<DimTerm> merged;
    for (DimTerm& t : terms) {
        if (!merged.empty() && merged.back().names == t.names) {
            if (__builtin_add_overflow(merged.back().coefficient, t.coefficient,
                                       &merged.back().coefficient))
                throw InputError("a size is too large for 64 bits");
        } else {
            merged.push_back(std::move(t));
        }
    }
    std::erase_if(merged, [](const DimTerm& t) { return t.coefficient == 0; });
    std::uint64_t hash = merged.size();
    for (const DimTerm& t : merged) {
        hash = mix(hash, static_cast<std::uint64_t>(t.coefficient));
        for (const std::string& name : t.names) hash = mix(hash, hash_text(name));
    }
    auto [first, last] = tables_->dim_index.equal_range(hash);
    for (auto it = first; it != last; ++it)
        if (it->second->terms == merged) return Dim(it->second);
    tables_->dims.push_back(DimNode{this, std::move(merged), hash});
    const DimNode* node = &tables_->dims.back();
    tables_->dim_index.emplace(hash, node);
    return Dim(node);
}

Expr Context::symbol(const std::string& name, Shape shape, Facts facts, bool is_variable,
                     std::uint32_t id) {
    Node node{};
    node.op = Op::symbol;
    node.shape = std::move(shape);
    node.data = SymbolData{name, id, facts, is_variable};
    return intern(std::move(node));
}

Expr Context::fresh_symbol(const std::string& name, Shape shape, Facts facts, bool is_variable) {
    return symbol(name, std::move(shape), facts, is_variable, tables_->next_symbol++);
}

Expr Context::intern(Node node) {
    spend(payload_size(node));
    std::uint64_t hash = mix(static_cast<std::uint64_t>(node.op), node.shape.size());
    for (Dim d : node.shape) hash = mix(hash, d.hash());
    hash = mix(hash, std::visit(PayloadHash{}, node.data));
    auto [first, last] = tables_->node_index.equal_range(hash);
    for (auto it = first; it != last; ++it) {
        const Node* other = it->second;
        if (other->op == node.op && other->shape == node.shape &&
            std::visit(PayloadEqual{}, other->data, node.data))
            return Expr(other);
    }
    node.hash = hash;
    node.context = this;
    node.index = static_cast<std::uint32_t>(tables_->nodes.size());
    node.facts = derive_facts(node);
    tables_->nodes.push_back(std::move(node));
    const Node* kept = &tables_->nodes.back();
    tables_->node_index.emplace(hash, kept);
    return Expr(kept);
}

std::size_t Context::node_count() const { return tables_->nodes.size(); }

Expr Context::recall_product(const EinsumData& asked) const {
    auto found = tables_->products.find(asked);
    return found == tables_->products.end() ? Expr() : found->second;
}

void Context::remember_product(EinsumData asked, Expr result) {
    tables_->products.emplace(std::move(asked), result);
}

}  // namespace nabla::ir
