#include "codegen/finish.hpp"

#include <algorithm>
#include <map>

namespace nabla::codegen {

namespace {

/// Operands that a call reads; the last one of a product is written (and read if it accumulates).
void mark_reads(const Step& step, std::vector<bool>& read) {
    if (const auto* call = std::get_if<LibraryCall>(&step)) {
        for (const ValueId v : call->operands) read[v] = true;
    } else if (const auto* mirror = std::get_if<Mirror>(&step)) {
        read[mirror->buffer] = true;
    } else if (const auto* copy = std::get_if<Copy>(&step)) {
        read[copy->from] = true;
    }
}

void drop_in_nest(Nest& nest, std::vector<bool>& read, const std::vector<bool>& is_output) {
    std::erase_if(nest.stores, [&](const Store& s) {
        return !is_output[s.target.buffer] && !read[s.target.buffer];
    });
    std::vector<std::uint32_t> roots;
    for (const Store& s : nest.stores) roots.push_back(s.value);
    std::vector<Instr> code = without_dead_code(nest.body.code(), roots);
    for (std::size_t k = 0; k < roots.size(); ++k) nest.stores[k].value = roots[k];
    for (const Instr& i : code) {
        if (i.kind == Instr::Kind::load) read[i.access.buffer] = true;
    }
    nest.body = BodyBuilder(std::move(code));
}

bool is_empty(const Item& item) {
    const auto* nest = std::get_if<Nest>(&item);
    return nest != nullptr && nest->stores.empty();
}

}  // namespace

void drop_unread(std::vector<Stretch>& stretches, const std::vector<bool>& is_output) {
    std::vector<bool> read(is_output.size(), false);
    for (std::size_t s = stretches.size(); s-- > 0;) {
        Stretch& stretch = stretches[s];
        for (std::size_t k = stretch.items.size(); k-- > 0;) {
            Item& item = stretch.items[k];
            if (auto* nest = std::get_if<Nest>(&item)) {
                drop_in_nest(*nest, read, is_output);
            } else {
                for (const Step& step : std::get<std::vector<Step>>(item)) mark_reads(step, read);
            }
        }
        std::erase_if(stretch.items, is_empty);
    }
}

Statement to_statement(const Nest& nest, std::optional<AxisId> stream_axis,
                       const std::vector<std::vector<std::uint8_t>>& layouts) {
    Statement statement;
    statement.body = nest.body.code();
    statement.stores = nest.stores;
    // Votes for the innermost axis: contiguous accesses for it, strided ones against; then for the
    // order of the others: axes that are earlier dimensions go further out.
    std::map<AxisId, double> inner;
    std::map<AxisId, double> depth;
    const auto vote = [&](const Access& access, double weight) {
        const std::vector<std::uint8_t>& layout = layouts[access.buffer];
        for (std::size_t d = 0; d < layout.size(); ++d) {
            const AxisId axis = access.axes[layout[d]];
            inner[axis] += d + 1 == layout.size() ? weight : -weight;
            depth[axis] += weight * static_cast<double>(d + 1) / static_cast<double>(layout.size());
        }
    };
    for (const Instr& i : statement.body) {
        if (i.kind == Instr::Kind::load) {
            vote(i.access, static_cast<double>(layouts[i.access.buffer].size()));
        }
    }
    for (const Store& s : statement.stores) {
        vote(s.target, static_cast<double>(layouts[s.target.buffer].size()));
    }
    statement.domain = nest.domain;
    std::stable_sort(statement.domain.begin(), statement.domain.end(), [&](AxisId a, AxisId b) {
        if (stream_axis && (a == *stream_axis) != (b == *stream_axis)) return a == *stream_axis;
        if (inner[a] != inner[b]) return inner[a] < inner[b];
        return depth[a] < depth[b];
    });
    return statement;
}

}  // namespace nabla::codegen
