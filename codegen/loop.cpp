#include "codegen/loop.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <limits>

#include "codegen/cost.hpp"

namespace nabla::codegen {

double neutral(Combine combine) {
    switch (combine) {
        case Combine::assign:
        case Combine::sum:
            return 0;
        case Combine::prod:
            return 1;
        case Combine::max:
            return -std::numeric_limits<double>::infinity();
        case Combine::min:
            return std::numeric_limits<double>::infinity();
    }
    return 0;
}

std::int64_t Buffer::size() const {
    std::int64_t product = 1;
    for (const std::int64_t e : extents) product *= e;
    return product;
}

std::vector<std::int64_t> Buffer::strides() const {
    std::vector<std::int64_t> result(extents.size(), 1);
    for (std::size_t d = extents.size(); d-- > 1;) result[d - 1] = result[d] * extents[d];
    return result;
}

namespace {

const char* name_of(Routine routine) {
    switch (routine) {
        case Routine::gemm:
            return "gemm";
        case Routine::gemv:
            return "gemv";
        case Routine::syrk:
            return "syrk";
        case Routine::potrf:
            return "potrf";
        case Routine::potrs:
            return "potrs";
        case Routine::getrf:
            return "getrf";
        case Routine::getrs:
            return "getrs";
        case Routine::lu_det:
            return "lu_det";
        case Routine::lu_sign:
            return "lu_sign";
        case Routine::svd:
            return "svd";
        case Routine::eigen:
            return "eigen";
        case Routine::expm:
            return "expm";
        case Routine::gram:
            return "gram";
        case Routine::least_squares:
            return "least_squares";
        case Routine::sylvester:
            return "sylvester";
        case Routine::general_sylvester:
            return "general_sylvester";
    }
    return "";
}

const char* name_of(Combine combine) {
    switch (combine) {
        case Combine::assign:
            return "";
        case Combine::sum:
            return "sum ";
        case Combine::max:
            return "max ";
        case Combine::min:
            return "min ";
        case Combine::prod:
            return "prod ";
    }
    return "";
}

const char* name_of(Role role) {
    switch (role) {
        case Role::input:
            return "in  ";
        case Role::output:
            return "out ";
        case Role::temporary:
            return "temp";
        case Role::integers:
            return "ints";
    }
    return "";
}

/// Writes the plan, line by line.
class Printer {
public:
    explicit Printer(const LoopProgram& program) : p_(program) {}

    std::string run() {
        out_ =
            fmt::format("kernel {} {}\n", p_.name, p_.precision == Precision::f64 ? "f64" : "f32");
        for (const Buffer& b : p_.buffers) {
            std::string shape = "[";
            for (std::size_t d = 0; d < b.extents.size(); ++d) {
                shape += (d > 0 ? ", " : "") + std::to_string(b.extents[d]);
            }
            out_ += fmt::format("  {} {}{}]{}\n", name_of(b.role), b.name, shape,
                                b.block_local ? " per block" : "");
        }
        for (const Step& step : p_.steps) print(step, 1);
        const StepCost total = cost(p_);
        out_ += fmt::format("  total: {:.6g} flops, {:.6g} bytes, workspace {} bytes\n",
                            total.flops, total.bytes, p_.workspace_bytes);
        return std::move(out_);
    }

private:
    void line(int depth, const std::string& text) {
        out_.append(static_cast<std::size_t>(depth) * 2, ' ');
        out_ += text + "\n";
    }

    std::string text(const Access& access) const {
        std::string result = p_.buffers[access.buffer].name;
        if (access.axes.empty()) return result;
        for (std::size_t d = 0; d < access.axes.size(); ++d) {
            result += (d == 0 ? "[" : ", ") + p_.axes[access.axes[d]].name;
        }
        return result + "]";
    }

    std::string text(const Instr& i, const std::vector<std::string>& values) const {
        const auto arg = [&](std::size_t k) { return values[i.operands[k]]; };
        switch (i.kind) {
            case Instr::Kind::constant:
                return fmt::format("{}", i.value);
            case Instr::Kind::load:
                return text(i.access);
            case Instr::Kind::equal:
                return fmt::format("[{} = {}]", p_.axes[i.access.axes[0]].name,
                                   p_.axes[i.access.axes[1]].name);
            case Instr::Kind::at_least:
                return fmt::format("[{} >= {}]", p_.axes[i.access.axes[0]].name,
                                   p_.axes[i.access.axes[1]].name);
            case Instr::Kind::add:
                return fmt::format("({} + {})", arg(0), arg(1));
            case Instr::Kind::sub:
                return fmt::format("({} - {})", arg(0), arg(1));
            case Instr::Kind::mul:
                return fmt::format("{}*{}", arg(0), arg(1));
            case Instr::Kind::div:
                return fmt::format("({}/{})", arg(0), arg(1));
            case Instr::Kind::neg:
                return fmt::format("(-{})", arg(0));
            case Instr::Kind::fma:
                return fmt::format("({}*{} + {})", arg(0), arg(1), arg(2));
            case Instr::Kind::power:
                return i.exponent.is_integer()
                           ? fmt::format("{}^{}", arg(0), i.exponent.num)
                           : fmt::format("{}^({}/{})", arg(0), i.exponent.num, i.exponent.den);
            case Instr::Kind::function: {
                std::string list;
                for (std::size_t k = 0; k < i.operands.size(); ++k) {
                    list += (k > 0 ? ", " : "") + arg(k);
                }
                return fmt::format("{}({})", ir::function(i.function).name, list);
            }
            case Instr::Kind::select_zero:
                return fmt::format("select({}, {})", arg(0), arg(1));
        }
        return "";
    }

    void print_statement(const Statement& s, int depth, const std::string& note) {
        std::string head = s.domain.empty() ? "scalar" : "for";
        for (const AxisId a : s.domain) {
            head += fmt::format(" {}<{}", p_.axes[a].name, p_.axes[a].extent);
        }
        line(depth, head + ":" + note);
        std::vector<int> uses(s.body.size(), 0);
        for (const Instr& i : s.body) {
            for (const std::uint32_t o : i.operands) ++uses[o];
        }
        for (const Store& store : s.stores) ++uses[store.value];
        std::vector<std::string> values;
        for (std::size_t k = 0; k < s.body.size(); ++k) {
            values.push_back(text(s.body[k], values));
            const bool leaf = s.body[k].operands.empty();
            if ((uses[k] > 1 && !leaf) || values[k].size() > 160) {
                const std::string name = "%" + std::to_string(k);
                line(depth + 1, name + " = " + values[k]);
                values[k] = name;
            }
        }
        for (const Store& store : s.stores) {
            line(depth + 1,
                 fmt::format("{} {} {}{}", text(store.target), store.accumulate ? "<-" : "=",
                             name_of(store.combine), values[store.value]));
        }
    }

    void print_call(const LibraryCall& c, int depth, const std::string& note) {
        std::string operands;
        for (std::size_t k = 0; k < c.operands.size(); ++k) {
            operands += (k > 0 ? ", " : "") + p_.buffers[c.operands[k]].name;
            if ((k == 0 && c.trans_a) || (k == 1 && c.trans_b)) operands += "^T";
        }
        line(depth,
             fmt::format("{}({}) m={} n={} k={}{}{}{}", name_of(c.routine), operands, c.m, c.n, c.k,
                         c.beta != 0 ? fmt::format(" beta={}", c.beta) : "",
                         c.streamed != 0 ? fmt::format(" block of {}", c.streamed) : "", note));
    }

    void print(const Step& step, int depth) {
        const StepCost c = cost(p_, step);
        const std::string note =
            depth == 1 ? fmt::format("  ({:.6g} flops, {:.6g} bytes)", c.flops, c.bytes) : "";
        if (const auto* s = std::get_if<Statement>(&step)) {
            print_statement(*s, depth, note);
        } else if (const auto* f = std::get_if<Fill>(&step)) {
            const std::string slope = f->slope == 0 ? "" : fmt::format(" + {} k", f->slope);
            line(depth, fmt::format("fill {} = {}{}", p_.buffers[f->buffer].name, f->value, slope));
        } else if (const auto* copy = std::get_if<Copy>(&step)) {
            line(depth, fmt::format("copy {}[{} + …] = {}[{} + …] for a box of {}",
                                    p_.buffers[copy->to].name, copy->box.to_offset,
                                    p_.buffers[copy->from].name, copy->box.from_offset,
                                    fmt::join(copy->box.extents, "×")));
        } else if (const auto* m = std::get_if<Mirror>(&step)) {
            line(depth, "mirror " + p_.buffers[m->buffer].name);
        } else if (const auto* call = std::get_if<LibraryCall>(&step)) {
            print_call(*call, depth, note);
        } else if (const auto* stream = std::get_if<Stream>(&step)) {
            line(depth, fmt::format("stream {}<{} by {}:{}", p_.axes[stream->axis].name,
                                    p_.axes[stream->axis].extent, stream->block, note));
            for (const Step& inner : stream->body) print(inner, depth + 1);
        }
    }

    const LoopProgram& p_;
    std::string out_;
};

}  // namespace

std::string to_string(const LoopProgram& program) { return Printer(program).run(); }

std::int64_t gram_block(std::int64_t n) { return std::max<std::int64_t>(n, 128); }

/// G scaled or R by columns, the scales, LAPACK's condition estimate; a block of rows, its
/// reflectors' triangle and LAPACK's work.
std::int64_t gram_work(std::int64_t n) {
    const std::int64_t panel = std::min<std::int64_t>(n, gram_panel);
    return n * n + 4 * n + gram_block(n) * n + 2 * panel * n + 1;
}

std::int64_t least_squares_work(std::int64_t n, std::int64_t columns) {
    return (n + gram_block(n)) * columns + 1;
}

std::int64_t schur_work(std::int64_t n) { return 36 * n + 16; }

/// A and B with their Schur vectors, the eigenvalues, a product, LAPACK's work.
std::int64_t sylvester_work(std::int64_t m, std::int64_t n) {
    const std::int64_t most = std::max(m, n);
    return 2 * m * m + 2 * n * n + 2 * most + m * n + schur_work(most);
}

/// A and C with their vectors, the eigenvalues; F, B Y and D Y; the system of two columns with its
/// right side; LAPACK's work.
std::int64_t general_sylvester_work(std::int64_t m, std::int64_t n) {
    return 4 * m * m + 3 * m + 3 * m * n + 4 * n * n + 2 * n + schur_work(m);
}

}  // namespace nabla::codegen
