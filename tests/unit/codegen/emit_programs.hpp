// Loop programs by hand for the emitter's tests, and the comparison of compiled code with
// execute().
#pragma once

#include <cmath>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "codegen/compile.hpp"
#include "runtime/jit.hpp"

namespace nabla::codegen::tests {

/// Adds buffers and axes to a program.
struct Builder {
    LoopProgram program;

    explicit Builder(Precision precision = Precision::f64) {
        program.name = "kernel";
        program.precision = precision;
    }
    AxisId axis(std::int64_t extent) {
        program.axes.push_back({"i" + std::to_string(program.axes.size()), extent});
        return static_cast<AxisId>(program.axes.size() - 1);
    }
    BufferId input(std::vector<std::int64_t> extents) {
        return add(Role::input, program.input_count++, std::move(extents));
    }
    BufferId output(std::vector<std::int64_t> extents) {
        return add(Role::output, program.output_count++, std::move(extents));
    }
    BufferId temporary(std::vector<std::int64_t> extents, bool block_local = false) {
        const BufferId id = add(Role::temporary, 0, std::move(extents));
        program.buffers[id].block_local = block_local;
        reserve(id, 8);
        return id;
    }
    BufferId integers(std::int64_t count) {
        const BufferId id = add(Role::integers, 0, {count});
        reserve(id, 4);
        return id;
    }

private:
    BufferId add(Role role, std::uint32_t position, std::vector<std::int64_t> extents) {
        Buffer buffer;
        buffer.name = "b" + std::to_string(program.buffers.size());
        buffer.role = role;
        buffer.position = position;
        buffer.extents = std::move(extents);
        program.buffers.push_back(buffer);
        return static_cast<BufferId>(program.buffers.size() - 1);
    }
    void reserve(BufferId id, std::uint64_t element) {
        program.buffers[id].offset = program.workspace_bytes;
        const auto bytes = static_cast<std::uint64_t>(program.buffers[id].size()) * element;
        program.workspace_bytes += (bytes + 63) / 64 * 64;
    }
};

/// Copies every element of `from` to `to`, in order.
inline Copy whole_copy(const LoopProgram& program, BufferId from, BufferId to) {
    return {from, to, {{program.buffers[from].size()}, 0, {1}, 0, {1}}};
}

/// A statement's body, an instruction at a time.
struct Body {
    Statement statement;

    explicit Body(std::vector<AxisId> domain) { statement.domain = std::move(domain); }
    std::uint32_t add(Instr instr) {
        statement.body.push_back(std::move(instr));
        return static_cast<std::uint32_t>(statement.body.size() - 1);
    }
    std::uint32_t number(double value) {
        Instr instr;
        instr.value = value;
        return add(instr);
    }
    std::uint32_t load(BufferId buffer, std::vector<AxisId> axes = {}) {
        Instr instr;
        instr.kind = Instr::Kind::load;
        instr.access = {buffer, std::move(axes)};
        return add(instr);
    }
    std::uint32_t equal(AxisId a, AxisId b) {
        Instr instr;
        instr.kind = Instr::Kind::equal;
        instr.access.axes = {a, b};
        return add(instr);
    }
    std::uint32_t op(Instr::Kind kind, std::vector<std::uint32_t> operands) {
        Instr instr;
        instr.kind = kind;
        instr.operands = std::move(operands);
        return add(instr);
    }
    std::uint32_t mul(std::uint32_t a, std::uint32_t b) { return op(Instr::Kind::mul, {a, b}); }
    std::uint32_t sum(std::uint32_t a, std::uint32_t b) { return op(Instr::Kind::add, {a, b}); }
    std::uint32_t power(std::uint32_t base, std::int64_t num, std::int64_t den = 1) {
        Instr instr;
        instr.kind = Instr::Kind::power;
        instr.exponent = ir::Rational(num, den);
        instr.operands = {base};
        return add(instr);
    }
    std::uint32_t call(ir::Fn function, std::vector<std::uint32_t> operands) {
        Instr instr;
        instr.kind = Instr::Kind::function;
        instr.function = function;
        instr.operands = std::move(operands);
        return add(instr);
    }
    Body& store(BufferId buffer, std::vector<AxisId> axes, std::uint32_t value,
                Combine combine = Combine::assign, bool accumulate = false) {
        statement.stores.push_back({{buffer, std::move(axes)}, combine, value, accumulate});
        return *this;
    }
};

using Arrays = std::vector<std::vector<double>>;

inline Arrays random_inputs(const LoopProgram& program, double low = -2, double high = 2) {
    std::mt19937_64 random(7);
    std::uniform_real_distribution<double> uniform(low, high);
    Arrays inputs(program.input_count);
    for (const Buffer& buffer : program.buffers)
        if (buffer.role == Role::input)
            for (std::int64_t i = 0; i < buffer.size(); ++i)
                inputs[buffer.position].push_back(uniform(random));
    return inputs;
}

inline Arrays make_outputs(const LoopProgram& program, double value) {
    Arrays outputs(program.output_count);
    for (const Buffer& buffer : program.buffers)
        if (buffer.role == Role::output)
            outputs[buffer.position].assign(static_cast<std::size_t>(buffer.size()), value);
    return outputs;
}

struct Outcome {
    int code = 0;
    Arrays outputs;
};

inline Outcome interpret(const LoopProgram& program, const Arrays& inputs, double before = 0) {
    Outcome result{0, make_outputs(program, before)};
    std::vector<const double*> in;
    std::vector<double*> out;
    for (const auto& array : inputs) in.push_back(array.data());
    for (auto& array : result.outputs) out.push_back(array.data());
    result.code = execute(program, in, out);
    return result;
}

/// Arrays of T, each between guards that must not be written.
template <class T>
struct Guarded {
    static constexpr std::size_t guard = 16;
    std::vector<std::vector<T>> arrays;

    explicit Guarded(const Arrays& from) {
        for (const auto& array : from) {
            std::vector<T> copy(guard, T(12345));
            for (const double x : array) copy.push_back(static_cast<T>(x));
            copy.resize(copy.size() + guard, T(12345));
            arrays.push_back(copy);
        }
    }
    T* data(std::size_t i) { return arrays[i].data() + guard; }
    bool intact() const {
        for (const auto& array : arrays)
            for (std::size_t i = 0; i < guard; ++i)
                if (array[i] != T(12345) || array[array.size() - 1 - i] != T(12345)) return false;
        return true;
    }
    Arrays values() const {
        Arrays result;
        for (const auto& array : arrays)
            result.emplace_back(array.begin() + guard, array.end() - guard);
        return result;
    }
};

template <class T>
Outcome run_compiled(const LoopProgram& program, const Arrays& inputs, double before) {
    runtime::Jit jit;
    const runtime::LoadedKernel kernel = jit.load(emit(program));
    Guarded<T> in(inputs);
    Guarded<T> out(make_outputs(program, before));
    std::vector<const void*> in_pointers;
    std::vector<void*> out_pointers;
    for (std::size_t i = 0; i < inputs.size(); ++i) in_pointers.push_back(in.data(i));
    for (std::size_t i = 0; i < out.arrays.size(); ++i) out_pointers.push_back(out.data(i));
    Guarded<double> workspace({std::vector<double>(kernel.workspace_bytes / 8, 1e300)});
    Outcome result;
    result.code = kernel.function(in_pointers.data(), out_pointers.data(), workspace.data(0));
    CHECK(in.intact());
    CHECK(out.intact());
    CHECK(workspace.intact());
    result.outputs = out.values();
    return result;
}

inline Outcome compiled(const LoopProgram& program, const Arrays& inputs, double before = 0) {
    return program.precision == Precision::f64 ? run_compiled<double>(program, inputs, before)
                                               : run_compiled<float>(program, inputs, before);
}

/// The largest difference, relative to the largest entry of the array; NaN and infinities must
/// agree.
inline double difference(const Arrays& a, const Arrays& b) {
    double worst = 0;
    for (std::size_t k = 0; k < a.size(); ++k) {
        double scale = 1e-300;
        for (const double x : b[k])
            if (std::isfinite(x)) scale = std::max(scale, std::abs(x));
        for (std::size_t i = 0; i < a[k].size(); ++i) {
            if (a[k][i] == b[k][i] || (std::isnan(a[k][i]) && std::isnan(b[k][i]))) continue;
            const double d = std::abs(a[k][i] - b[k][i]) / scale;
            worst = std::isfinite(d) ? std::max(worst, d) : INFINITY;
        }
    }
    return worst;
}

/// Compiled code computes what execute() does.
inline void check_program(const LoopProgram& program, const Arrays& inputs, double before = 0) {
    const Outcome expected = interpret(program, inputs, before);
    const Outcome actual = compiled(program, inputs, before);
    CHECK(actual.code == expected.code);
    const double tolerance = program.precision == Precision::f64 ? 1e-13 : 2e-5;
    CHECK(difference(actual.outputs, expected.outputs) < tolerance);
}

inline void check_program(const LoopProgram& program) {
    check_program(program, random_inputs(program));
}

}  // namespace nabla::codegen::tests
