#include "runtime/check_extents.hpp"

#include <nabla/error.hpp>
#include <string>

#include <fmt/format.h>

#include "ir/traverse.hpp"
#include "runtime/dims.hpp"

namespace nabla::runtime {
namespace {

class Checker {
public:
    explicit Checker(const ir::DimValues& dims) : dims_(dims) {}

    // `name` is the declared array, or empty for something that an expression computes.
    void check(const ir::Shape& shape, const std::string& name) const {
        std::int64_t entries = 1;
        for (const ir::Dim dim : shape) {
            const std::int64_t size = value(dim);
            if (size < 1) fail_small(dim, size, shape, name);
            if (__builtin_mul_overflow(entries, size, &entries) || entries > max_dimension) {
                fail_large(shape, name);
            }
        }
    }

    void check_known(ir::Dim dim) const {
        for (const std::string& name : dim.names()) {
            if (dims_.contains(name)) continue;
            throw InputError(fmt::format("the size {} is not known", name), help_on_size(name));
        }
    }

private:
    std::int64_t value(ir::Dim dim) const {
        check_known(dim);
        return *ir::evaluate(dim, dims_);
    }

    std::string where(const ir::Shape& shape, const std::string& name) const {
        const std::string given = describe_dims(shape, dims_);
        const std::string what =
            name.empty() ? fmt::format("something of shape {} in the expression", to_string(shape))
                         : declared_text(name, shape);
        return given.empty() ? what : fmt::format("{}, with {}", what, given);
    }

    [[noreturn]] void fail_small(ir::Dim dim, std::int64_t size, const ir::Shape& shape,
                                 const std::string& name) const {
        const std::string text = dim.constant() ? std::string() : fmt::format(" {}", dim.str());
        throw InputError(
            fmt::format("the size{} would be {} in {}", text, size, where(shape, name)),
            "sizes are at least 1");
    }

    [[noreturn]] void fail_large(const ir::Shape& shape, const std::string& name) const {
        throw InputError(fmt::format("{} is too large", where(shape, name)),
                         fmt::format("an array has at most {} entries (8 TiB)", max_dimension));
    }

    const ir::DimValues& dims_;
};

}  // namespace

void check_extents(std::span<const ir::Expr> outputs, std::span<const ir::Expr> inputs,
                   const ir::DimValues& dims) {
    const Checker checker(dims);
    for (const ir::Expr symbol : inputs) checker.check(symbol.shape(), symbol.symbol().name);
    for (const ir::Expr e : ir::post_order(outputs)) {
        checker.check(e.shape(), e.op() == ir::Op::symbol ? e.symbol().name : std::string());
        if (e.op() == ir::Op::dim_value) checker.check_known(e.dim());
        if (e.op() == ir::Op::identity) checker.check({e.dim()}, {});
        if (e.op() != ir::Op::einsum) continue;
        for (const ir::Dim dim : e.einsum().dims) checker.check({dim}, {});
    }
}

}  // namespace nabla::runtime
