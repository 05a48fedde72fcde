#include "ir/batch.hpp"

#include <string>
#include <unordered_map>

#include "ir/build.hpp"
#include "ir/traverse.hpp"

namespace nabla::ir {
namespace {

class Batching {
public:
    explicit Batching(Expr one_hot) : one_hot_(one_hot), size_(one_hot.shape()[0]) {}

    Expr run(Expr root) {
        for (Expr e : post_order(root))
            if (Expr made = one(e)) made_.emplace(e, made);
        return full(root);
    }

private:
    bool depends(Expr e) const { return made_.contains(e); }

    Shape with_batch(const Shape& shape) const {
        Shape result{size_};
        result.insert(result.end(), shape.begin(), shape.end());
        return result;
    }

    /// The batched form; of what does not depend on the index, a copy for each value of it.
    Expr full(Expr e) const {
        auto found = made_.find(e);
        if (found != made_.end()) return found->second;
        EinsumData data{{Factor{e, 1, {}}}, {0}, with_batch(e.shape())};
        for (LabelId l = 1; l <= e.rank(); ++l) {
            data.factors[0].labels.push_back(l);
            data.output.push_back(l);
        }
        return einsum(e.context(), std::move(data));
    }

    /// Null if `e` does not depend on the index.
    Expr one(Expr e) {
        if (e == one_hot_) return identity(size_);
        bool any = false;
        for (int i = 0; i < e.child_count(); ++i) any = any || depends(e.child(i));
        if (!any) return {};
        switch (e.op()) {
            case Op::sum:
                return of_sum(e);
            case Op::einsum:
                return of_einsum(e);
            case Op::map:
                return of_map(e);
            case Op::reduce:
                return of_reduce(e);
            case Op::reshape:
                return reshape(full(e.child(0)), with_batch(e.shape()));
            case Op::derivative:
                return of_derivative(e);
            case Op::inverse:
                throw NotBatched("an inverse");
            case Op::det:
                throw NotBatched("a determinant");
            default:
                throw NotBatched("a matrix function");
        }
    }

    Expr of_sum(Expr e) const {
        std::vector<Term> terms;
        for (const Term& t : e.sum().terms) terms.push_back(Term{t.coefficient, full(t.expr)});
        return sum(e.context(), std::move(terms), with_batch(e.shape()));
    }

    Expr of_einsum(Expr e) const {
        EinsumData data = e.einsum();
        auto label = static_cast<LabelId>(data.dims.size());
        data.dims.push_back(size_);
        data.output.insert(data.output.begin(), label);
        for (Factor& f : data.factors) {
            auto found = made_.find(f.base);
            if (found == made_.end()) continue;
            f.base = found->second;
            f.labels.insert(f.labels.begin(), label);
        }
        return einsum(e.context(), std::move(data));
    }

    Expr of_map(Expr e) const {
        std::vector<Expr> arguments;
        for (Expr a : e.map().arguments) {
            if (!depends(a)) {
                arguments.push_back(a.is_scalar() ? a : full(a));
                continue;
            }
            arguments.push_back(a.rank() == e.rank() ? full(a) : spread(full(a), e.shape()));
        }
        return map(e.map().function, std::move(arguments));
    }

    /// A scalar for each value of the index, over the axes of `shape`.
    Expr spread(Expr scalars, const Shape& shape) const {
        EinsumData data{{Factor{scalars, 1, {0}}}, {0}, with_batch(shape)};
        for (LabelId l = 1; l <= shape.size(); ++l) data.output.push_back(l);
        return einsum(scalars.context(), std::move(data));
    }

    Expr of_reduce(Expr e) const {
        std::vector<std::uint8_t> axes = e.reduce().axes;
        for (std::uint8_t& axis : axes) ++axis;
        return reduce(e.reduce().kind, full(e.child(0)), std::move(axes));
    }

    /// The derivative of a function for each value of the index is a Jacobian of all of them.
    Expr of_derivative(Expr e) const {
        const DerivativeData& d = e.derivative();
        Expr f = full(d.arguments[0]);
        Expr x = d.arguments[1];
        Expr last = d.arguments.back();
        switch (d.mode) {
            case DerivativeMode::gradient:
            case DerivativeMode::jacobian:
                return derivative(DerivativeMode::jacobian, f, {x});
            case DerivativeMode::hessian:
                return derivative(DerivativeMode::jacobian,
                                  derivative(DerivativeMode::jacobian, f, {x}), {last});
            case DerivativeMode::directional: {
                Expr j = derivative(DerivativeMode::jacobian, f, {x});
                return contract(j, e.rank(), x.rank(), last, false);
            }
            case DerivativeMode::vjp: {
                Expr j = derivative(DerivativeMode::jacobian, f, {x});
                return contract(j, x.rank(), d.arguments[0].rank(), last, true);
            }
            case DerivativeMode::hvp: {
                Expr j = derivative(DerivativeMode::jacobian, f, {x});
                Expr h = derivative(DerivativeMode::jacobian, j, {x});
                return contract(h, x.rank(), x.rank(), last, false);
            }
            case DerivativeMode::at:
                if (depends(last)) throw NotBatched("a derivative at a point");
                return derivative(DerivativeMode::at, f, {x}, last);
        }
        return {};
    }

    /// j has the batch axis, then `kept` and `gone` axes (the gone ones first if `front`); the gone
    /// ones are summed with those of `v`.
    Expr contract(Expr j, std::size_t kept, std::size_t gone, Expr v, bool front) const {
        EinsumData data{{Factor{j, 1, {}}, Factor{v, 1, {}}}, {0}, j.shape()};
        for (LabelId l = 0; l < j.rank(); ++l) data.factors[0].labels.push_back(l);
        const std::size_t first_kept = front ? 1 + gone : 1;
        const std::size_t first_gone = front ? 1 : 1 + kept;
        for (std::size_t k = 0; k < kept; ++k)
            data.output.push_back(static_cast<LabelId>(first_kept + k));
        auto found = made_.find(v);
        if (found != made_.end()) {
            data.factors[1].base = found->second;
            data.factors[1].labels.push_back(0);
        }
        for (std::size_t k = 0; k < gone; ++k)
            data.factors[1].labels.push_back(static_cast<LabelId>(first_gone + k));
        return einsum(j.context(), std::move(data));
    }

    Expr one_hot_;
    Dim size_;
    std::unordered_map<Expr, Expr, ExprHash> made_;
};

}  // namespace

Expr batch(Expr e, Expr one_hot) { return Batching(one_hot).run(e); }

}  // namespace nabla::ir
