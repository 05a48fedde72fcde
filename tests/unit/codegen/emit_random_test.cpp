#include <algorithm>

#include "tests/unit/codegen/emit_programs.hpp"

namespace nabla::codegen::tests {
namespace {

/// Random statements over a few axes: any access pattern, several stores, in or out of a stream.
class RandomProgram {
public:
    explicit RandomProgram(unsigned seed)
        : random_(seed), b_(below(4) == 0 ? Precision::f32 : Precision::f64) {}

    LoopProgram make() {
        const std::size_t axes = 1 + below(4);
        for (std::size_t a = 0; a < axes; ++a) {
            const std::int64_t sizes[] = {1, 2, 3, 5, 8, 9, 16, 19, 35};
            domain_.push_back(b_.axis(sizes[below(axes > 3 ? 6 : 9)]));
        }
        // Permuted, so that the stream's axis and the innermost one are anywhere.
        std::shuffle(domain_.begin(), domain_.end(), random_);
        const bool streamed = below(2) == 0;
        Body body(domain_);
        std::vector<std::uint32_t> values = {body.number(0.75)};
        const std::size_t loads = 1 + below(3);
        for (std::size_t l = 0; l < loads; ++l) {
            const auto at = some_axes(below(domain_.size() + 1), true);
            values.push_back(body.load(b_.input(shape(at)), at));
        }
        const std::size_t operations = 1 + below(4);
        for (std::size_t o = 0; o < operations; ++o) values.push_back(operation(body, values));
        std::vector<Step> fills;
        const std::size_t stores = 1 + below(3);
        for (std::size_t s = 0; s < stores; ++s) add_store(body, values, streamed, fills);
        std::vector<Step> inner = {body.statement};
        if (streamed) inner = {Stream{domain_[below(domain_.size())], block(), inner}};
        b_.program.steps = fills;
        b_.program.steps.insert(b_.program.steps.end(), inner.begin(), inner.end());
        return b_.program;
    }

private:
    std::size_t below(std::size_t n) { return random_() % n; }
    std::int64_t block() { return 1 + static_cast<std::int64_t>(below(12)); }

    /// `count` axes in any order; `repeated`: at times the first one twice, a diagonal.
    std::vector<AxisId> some_axes(std::size_t count, bool repeated) {
        std::vector<AxisId> axes = domain_;
        std::shuffle(axes.begin(), axes.end(), random_);
        axes.resize(count);
        if (repeated && count > 0 && count < 3 && below(5) == 0) axes.push_back(axes.front());
        return axes;
    }

    std::vector<std::int64_t> shape(const std::vector<AxisId>& axes) const {
        std::vector<std::int64_t> extents;
        for (const AxisId axis : axes) extents.push_back(b_.program.axes[axis].extent);
        return extents;
    }

    std::uint32_t operation(Body& body, const std::vector<std::uint32_t>& values) {
        const auto any = [&] { return values[below(values.size())]; };
        switch (below(8)) {
            case 0:
                return body.sum(any(), any());
            case 1:
                return body.op(Instr::Kind::sub, {any(), any()});
            case 2:
                return body.call(ir::Fn::tanh, {any()});
            case 3:
                return body.mul(
                    body.equal(domain_[below(domain_.size())], domain_[below(domain_.size())]),
                    any());
            case 4:
                return body.call(ir::Fn::max, {any(), any()});
            case 5:
                return body.op(Instr::Kind::fma, {any(), any(), any()});
            default:
                return body.mul(any(), any());
        }
    }

    void add_store(Body& body, const std::vector<std::uint32_t>& values, bool streamed,
                   std::vector<Step>& fills) {
        const Combine ways[] = {Combine::sum, Combine::sum, Combine::max, Combine::min};
        const bool assign = below(3) == 0;
        const auto at = some_axes(assign ? domain_.size() : below(domain_.size() + 1), false);
        const BufferId target = b_.output(shape(at));
        const Combine how = assign ? Combine::assign : ways[below(4)];
        const bool accumulate = !assign && (streamed || below(2) == 0);
        if (accumulate) fills.push_back(Fill{target, 0.25});
        body.store(target, at, values.back(), how, accumulate);
    }

    std::mt19937 random_;
    Builder b_;
    std::vector<AxisId> domain_;
};

TEST_CASE("random statements compute what execute() does") {
    for (unsigned seed = 0; seed < 250; ++seed) {
        CAPTURE(seed);
        const LoopProgram program = RandomProgram(seed).make();
        CAPTURE(to_string(program));
        REQUIRE(verify(program) == "");
        check_program(program, random_inputs(program, 0.2, 1.2));
    }
}

}  // namespace
}  // namespace nabla::codegen::tests
