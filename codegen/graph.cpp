#include "codegen/graph.hpp"

#include <bit>

namespace nabla::codegen {

double Formula::points() const {
    double product = 1;
    for (const std::int64_t e : label_extents) product *= static_cast<double>(e);
    return product;
}

double Value::size() const {
    double product = 1;
    for (const std::int64_t e : extents) product *= static_cast<double>(e);
    return product;
}

std::size_t Graph::KeyHash::operator()(const Key& key) const {
    std::uint64_t h = key.size();
    for (const std::uint64_t v : key) h = (h ^ v) * 0x9e3779b97f4a7c15ULL + (h >> 31);
    return h;
}

Graph::Key Graph::key_of(const Value& value) {
    Key key{static_cast<std::uint64_t>(value.make), value.transposed ? 1ULL : 0ULL,
            value.operands.size()};
    key.insert(key.end(), value.operands.begin(), value.operands.end());
    const auto list = [&](const std::vector<std::int64_t>& values) {
        key.push_back(values.size());
        for (const std::int64_t v : values) key.push_back(static_cast<std::uint64_t>(v));
    };
    if (value.make == Make::windows || value.make == Make::ramp) {
        list(value.extents);
        key.push_back(value.padded ? 1 : 0);
        for (const Box& box : value.boxes) {
            list(box.extents);
            list(box.from_strides);
            list(box.to_strides);
            list({box.from_offset, box.to_offset});
        }
    }
    const Formula& f = value.formula;
    key.push_back(f.rank);
    key.push_back(static_cast<std::uint64_t>(f.combine));
    key.push_back(f.label_extents.size());
    for (const std::int64_t e : f.label_extents) key.push_back(static_cast<std::uint64_t>(e));
    for (const Instr& i : f.body) {
        key.push_back(static_cast<std::uint64_t>(i.kind) |
                      static_cast<std::uint64_t>(i.function) << 8U |
                      static_cast<std::uint64_t>(i.access.axes.size()) << 16U |
                      static_cast<std::uint64_t>(i.operands.size()) << 32U);
        key.push_back(std::bit_cast<std::uint64_t>(i.value));
        key.push_back(i.access.buffer);
        key.push_back(static_cast<std::uint64_t>(i.exponent.num));
        key.push_back(static_cast<std::uint64_t>(i.exponent.den));
        key.insert(key.end(), i.access.axes.begin(), i.access.axes.end());
        key.insert(key.end(), i.operands.begin(), i.operands.end());
    }
    return key;
}

ValueId Graph::append(Value value) {
    values_.push_back(std::move(value));
    wanted_.push_back(false);
    return static_cast<ValueId>(values_.size() - 1);
}

ValueId Graph::input(std::uint32_t position, std::vector<std::int64_t> extents, std::string name) {
    Value value;
    value.make = Make::input;
    value.position = position;
    value.extents = std::move(extents);
    value.name = std::move(name);
    return append(std::move(value));
}

ValueId Graph::find(const Formula& formula) const {
    Value value;
    value.formula = formula;
    const auto it = known_.find(key_of(value));
    return it == known_.end() ? no_value : it->second;
}

ValueId Graph::formula(Formula formula, std::string name) {
    // A load of a whole value in its own order is that value.
    if (is_plain_load(formula) && formula.combine == Combine::assign) {
        const Access& access = formula.body.back().access;
        bool same_order = access.axes.size() == formula.rank;
        for (std::size_t d = 0; d < access.axes.size() && same_order; ++d) {
            same_order = access.axes[d] == d;
        }
        if (same_order) return access.buffer;
    }
    Value value;
    value.extents.assign(formula.label_extents.begin(),
                         formula.label_extents.begin() + formula.rank);
    value.formula = std::move(formula);
    value.name = std::move(name);
    Key key = key_of(value);
    const auto it = known_.find(key);
    if (it != known_.end()) return it->second;
    const ValueId id = append(std::move(value));
    known_.emplace(std::move(key), id);
    return id;
}

ValueId Graph::routine(Value value) {
    Key key = key_of(value);
    const auto it = known_.find(key);
    if (it != known_.end()) {
        if (values_[it->second].error == 0) values_[it->second].error = value.error;
        return it->second;
    }
    const Make make = value.make;
    const std::string name = value.name;
    const std::int64_t n = make == Make::expm      ? value.position
                           : value.extents.empty() ? 1
                                                   : value.extents[0];
    const ValueId id = append(std::move(value));
    known_.emplace(std::move(key), id);
    const auto add_part = [&](std::uint32_t which, std::vector<std::int64_t> extents,
                              const char* suffix) {
        Value part;
        part.make = Make::part;
        part.position = which;
        part.operands = {id};
        part.extents = std::move(extents);
        part.name = name + suffix;
        append(std::move(part));
    };
    if (make == Make::lu) add_part(0, {n}, "_pivots");
    if (make == Make::svd) {
        add_part(0, {n, n}, "_u");
        add_part(1, {n}, "_s");
        add_part(2, {n, n}, "_vt");
        add_part(3, {16 * n + 16}, "_work");
    }
    if (make == Make::eigen) {
        add_part(0, {}, "_lambda");
        add_part(1, {n}, "_v");
        add_part(2, {n}, "_values");
        add_part(3, {40 * n + 16}, "_work");
    }
    const auto extent = [&](ValueId of, std::size_t axis) { return values_[of].extents[axis]; };
    if (make == Make::gram) {
        add_part(0, {n + 1}, "_integers");
        add_part(1, {gram_work(n)}, "_work");
    }
    if (make == Make::least_squares) {
        const std::int64_t size = static_cast<std::int64_t>(values_[id].size());
        add_part(0, {least_squares_work(n, n == 0 ? 0 : size / n)}, "_work");
    }
    if (make == Make::sylvester) {
        const std::vector<ValueId> sides = values_[id].operands;
        if (sides.size() == 4) {
            const std::int64_t rows = extent(sides[0], 0), columns = extent(sides[1], 0);
            add_part(0, {2 * columns}, "_integers");
            add_part(1, {general_sylvester_work(rows, columns)}, "_work");
            return id;
        }
        add_part(0, {sylvester_work(extent(sides[0], 0), extent(sides[1], 0))}, "_work");
    }
    if (make == Make::expm) {
        add_part(0, {6, n, n}, "_work");
        add_part(1, {n}, "_pivots");
    }
    return id;
}

ValueId Graph::copy_of(ValueId source) {
    Value value;
    value.extents = values_[source].extents;
    value.nonnegative = values_[source].nonnegative;
    Formula& f = value.formula;
    f.label_extents = value.extents;
    f.rank = static_cast<std::uint32_t>(value.extents.size());
    std::vector<AxisId> labels;
    for (AxisId l = 0; l < f.rank; ++l) labels.push_back(l);
    f.body = load_body(source, std::move(labels));
    return append(std::move(value));
}

void Graph::set_error(ValueId id, int error) {
    if (values_[id].error == 0) values_[id].error = error;
}

std::vector<Instr> load_body(ValueId value, std::vector<AxisId> labels) {
    BodyBuilder builder;
    builder.load(value, std::move(labels));
    return builder.take();
}

bool is_plain_load(const Formula& formula) {
    return formula.body.size() == 1 && formula.body[0].kind == Instr::Kind::load;
}

}  // namespace nabla::codegen
