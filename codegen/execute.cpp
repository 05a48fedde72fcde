// The obviously right executor: every statement point by point, in doubles. Temporaries lie in one
// workspace at their offsets (so that a wrong reuse of memory shows), filled with NaN at the start.
#include <cmath>
#include <functional>
#include <limits>

#include <nabla/error.hpp>

#include "codegen/body.hpp"
#include "codegen/compile.hpp"
#include "codegen/execute_library.hpp"

namespace nabla::codegen {

namespace {

constexpr AxisId no_axis = ~AxisId{0};

double combined(Combine combine, double a, double b) {
    switch (combine) {
        case Combine::assign:
            return b;
        case Combine::sum:
            return a + b;
        case Combine::prod:
            return a * b;
        case Combine::max:
            return std::isnan(a) || a > b ? a : b;  // NaN stays, and a NaN b fails the comparison
        case Combine::min:
            return std::isnan(a) || a < b ? a : b;
    }
    return b;
}

class Executor {
public:
    Executor(const LoopProgram& program, std::span<const double* const> inputs,
             std::span<double* const> outputs)
        : p_(program),
          index_(program.axes.size(), 0),
          storage_(program.buffers.size()),
          integers_(program.buffers.size()),
          data_(program.buffers.size(), nullptr) {
        const double nan = std::numeric_limits<double>::quiet_NaN();
        workspace_.assign(program.workspace_bytes / 8 + 1, nan);
        for (std::size_t b = 0; b < program.buffers.size(); ++b) {
            const Buffer& buffer = program.buffers[b];
            switch (buffer.role) {
                case Role::input:
                    // Verified programs never write inputs.
                    data_[b] = const_cast<double*>(inputs[buffer.position]);
                    break;
                case Role::output:
                    data_[b] = outputs[buffer.position];
                    break;
                case Role::temporary:
                    if (program.precision == Precision::f64) {
                        data_[b] = workspace_.data() + buffer.offset / 8;
                    } else {
                        storage_[b].assign(static_cast<std::size_t>(buffer.size()), nan);
                        data_[b] = storage_[b].data();
                    }
                    break;
                case Role::integers:
                    integers_[b].assign(static_cast<std::size_t>(buffer.size()), 0);
                    break;
            }
        }
    }

    int run() {
        for (const Step& step : p_.steps) {
            const int error = run(step);
            if (error != 0) return error;
        }
        return 0;
    }

private:
    std::int64_t first(AxisId axis) const { return axis == stream_axis_ ? block_begin_ : 0; }
    std::int64_t end(AxisId axis) const {
        return axis == stream_axis_ ? block_end_ : p_.axes[axis].extent;
    }

    double& element(const Access& access) {
        const Buffer& b = p_.buffers[access.buffer];
        std::int64_t at = 0;
        for (std::size_t d = 0; d < access.axes.size(); ++d) {
            std::int64_t i = index_[access.axes[d]];
            if (d == 0 && b.block_local) i -= block_begin_;
            at = at * b.extents[d] + i;
        }
        return data_[access.buffer][at];
    }

    /// Calls `body` for every point of the domain.
    void for_each_point(const std::vector<AxisId>& domain, const std::function<void()>& body) {
        for (const AxisId a : domain) {
            if (first(a) >= end(a)) return;
            index_[a] = first(a);
        }
        while (true) {
            body();
            std::size_t d = domain.size();
            while (d > 0 && ++index_[domain[d - 1]] >= end(domain[d - 1])) {
                index_[domain[d - 1]] = first(domain[d - 1]);
                --d;
            }
            if (d == 0) return;
        }
    }

    double evaluate(const Instr& i, const std::vector<double>& v) {
        const auto arg = [&](std::size_t k) { return v[i.operands[k]]; };
        switch (i.kind) {
            case Instr::Kind::constant:
                return i.value;
            case Instr::Kind::load:
                return element(i.access);
            case Instr::Kind::equal:
                return index_[i.access.axes[0]] == index_[i.access.axes[1]] ? 1 : 0;
            case Instr::Kind::at_least:
                return index_[i.access.axes[0]] >= index_[i.access.axes[1]] ? 1 : 0;
            case Instr::Kind::add:
                return arg(0) + arg(1);
            case Instr::Kind::sub:
                return arg(0) - arg(1);
            case Instr::Kind::mul:
                return arg(0) * arg(1);
            case Instr::Kind::div:
                return arg(0) / arg(1);
            case Instr::Kind::neg:
                return -arg(0);
            case Instr::Kind::fma:
                return arg(0) * arg(1) + arg(2);
            case Instr::Kind::power:
                return power_value(arg(0), i.exponent);
            case Instr::Kind::function: {
                double arguments[3] = {};
                for (std::size_t k = 0; k < i.operands.size() && k < 3; ++k) arguments[k] = arg(k);
                return ir::function(i.function).reference(arguments);
            }
            case Instr::Kind::select_zero:
                return arg(0) == 0 ? 0 : arg(1);
        }
        return 0;
    }

    void run(const Statement& s) {
        for (const Store& store : s.stores) {
            if (store.combine == Combine::assign || store.accumulate) continue;
            for_each_point(store.target.axes,
                           [&] { element(store.target) = neutral(store.combine); });
        }
        std::vector<double> values(s.body.size());
        for_each_point(s.domain, [&] {
            for (std::size_t k = 0; k < s.body.size(); ++k) {
                values[k] = evaluate(s.body[k], values);
            }
            for (const Store& store : s.stores) {
                double& target = element(store.target);
                target = combined(store.combine, target, values[store.value]);
            }
        });
    }

    int run(const LibraryCall& call) {
        const std::int64_t rows = block_end_ - block_begin_;
        const std::int64_t m = call.streamed == 'm' ? rows : call.m;
        const std::int64_t n = call.streamed == 'n' ? rows : call.n;
        const std::int64_t k = call.streamed == 'k' ? rows : call.k;
        std::vector<CallOperand> operands;
        for (std::size_t o = 0; o < call.operands.size(); ++o) {
            const BufferId id = call.operands[o];
            const Buffer& b = p_.buffers[id];
            CallOperand operand{data_[id], integers_[id].data(), b.size()};
            const bool result = o + 1 == call.operands.size();
            const bool by_rows =
                (call.streamed == 'k' && !result) || (call.streamed == 'm' && (o == 0 || result));
            if (by_rows && !b.block_local && operand.data != nullptr) {
                operand.data += block_begin_ * (b.extents[0] > 0 ? b.strides()[0] : 0);
            }
            operands.push_back(operand);
        }
        return run_call(call, operands, m, n, k) ? 0 : call.error_code;
    }

    int run(const Stream& stream) {
        stream_axis_ = stream.axis;
        const std::int64_t extent = p_.axes[stream.axis].extent;
        int error = 0;
        for (std::int64_t begin = 0; begin < extent && error == 0; begin += stream.block) {
            block_begin_ = begin;
            block_end_ = std::min(begin + stream.block, extent);
            for (const Step& step : stream.body) {
                error = run(step);
                if (error != 0) break;
            }
        }
        stream_axis_ = no_axis;
        block_begin_ = block_end_ = 0;
        return error;
    }

    int run(const Step& step) {
        if (const auto* s = std::get_if<Statement>(&step)) {
            run(*s);
        } else if (const auto* f = std::get_if<Fill>(&step)) {
            for (std::int64_t k = 0; k < p_.buffers[f->buffer].size(); ++k) {
                data_[f->buffer][k] = f->value + f->slope * static_cast<double>(k);
            }
        } else if (const auto* c = std::get_if<Copy>(&step)) {
            copy(*c);
        } else if (const auto* m = std::get_if<Mirror>(&step)) {
            mirror(*m);
        } else if (const auto* call = std::get_if<LibraryCall>(&step)) {
            return run(*call);
        } else if (const auto* stream = std::get_if<Stream>(&step)) {
            return run(*stream);
        }
        return 0;
    }

    void copy(const Copy& c) {
        const Box& box = c.box;
        std::vector<std::int64_t> index(box.extents.size(), 0);
        for (const std::int64_t extent : box.extents) {
            if (extent == 0) return;
        }
        bool more = true;
        while (more) {
            std::int64_t from = box.from_offset;
            std::int64_t to = box.to_offset;
            for (std::size_t d = 0; d < index.size(); ++d) {
                from += index[d] * box.from_strides[d];
                to += index[d] * box.to_strides[d];
            }
            data_[c.to][to] = data_[c.from][from];
            more = false;
            for (std::size_t d = index.size(); d-- > 0 && !more;) {
                more = ++index[d] < box.extents[d];
                if (!more) index[d] = 0;
            }
        }
    }

    void mirror(const Mirror& m) {
        const auto n = static_cast<std::int64_t>(
            std::llround(std::sqrt(static_cast<double>(p_.buffers[m.buffer].size()))));
        double* a = data_[m.buffer];
        for (std::int64_t i = 0; i < n; ++i) {
            for (std::int64_t j = i + 1; j < n; ++j) a[j * n + i] = a[i * n + j];
        }
    }

    const LoopProgram& p_;
    std::vector<std::int64_t> index_;
    std::vector<double> workspace_;
    std::vector<std::vector<double>> storage_;
    std::vector<std::vector<int>> integers_;
    std::vector<double*> data_;
    AxisId stream_axis_ = no_axis;
    std::int64_t block_begin_ = 0, block_end_ = 0;
};

}  // namespace

int execute(const LoopProgram& program, std::span<const double* const> inputs,
            std::span<double* const> outputs) {
    if (inputs.size() != program.input_count || outputs.size() != program.output_count) {
        throw InternalError("execute: wrong number of arguments");
    }
    return Executor(program, inputs, outputs).run();
}

}  // namespace nabla::codegen
