#include "passes/quadratic.hpp"

#include <algorithm>

#include "ir/build.hpp"
#include "ir/mirror.hpp"

namespace nabla::passes {

using namespace ir;

namespace {

bool is_even(const Rational& r) { return r.is_integer() && r.num % 2 == 0; }

/// Reads one exchange of labels as a quadratic form.
class Reader {
public:
    Reader(Curvatures& all, const EinsumData& data, const Mirroring& mirroring)
        : all_(all), data_(data), mirroring_(mirroring) {}

    std::optional<QuadraticForm> read() {
        for (std::size_t k = 0; k < data_.factors.size(); ++k) {
            const int partner = mirroring_.partner[k];
            const bool fine = partner == static_cast<int>(k)  ? own_image(data_.factors[k])
                              : partner > static_cast<int>(k) ? half(data_.factors[k])
                                                              : true;
            if (!fine) return std::nullopt;
        }
        // One affine function on each side; none where only the divisor varies (tr(X^-1)).
        if (form_.affine.size() > 1) return std::nullopt;
        if (form_.affine.empty() && !form_.divided) return std::nullopt;
        if (!halves_separate(data_, mirroring_)) return std::nullopt;
        return form_;
    }

private:
    int image(LabelId l) const { return mirroring_.image[l]; }

    /// A factor and its partner, one in each half.
    bool half(const Factor& f) {
        for (LabelId a : f.labels)
            for (LabelId b : f.labels)
                if (a != b && image(a) == b) return false;
        if (!all_.depends(f.base)) return true;
        if (f.exponent != Rational(1) || !is_affine(all_.curve(f.base))) return false;
        form_.affine.push_back(f.base);
        return true;
    }

    bool own_image(const Factor& f) {
        const bool fixed =
            std::all_of(f.labels.begin(), f.labels.end(), [&](LabelId l) { return image(l) == l; });
        if (fixed) return weight(f);
        const bool across = f.labels.size() == 2 && image(f.labels[0]) == f.labels[1];
        return across && middle(f);
    }

    /// On fixed labels: a constant weight, the affine part itself as a square, or 1/y.
    bool weight(const Factor& f) {
        const bool diagonal = f.labels.size() == 2 && f.labels[0] == f.labels[1];
        if (diagonal && f.base.has(Fact::psd) && f.exponent == Rational(1)) return middle(f);
        if (!all_.depends(f.base)) return is_even(f.exponent) || all_.signs().nonnegative(f.base);
        if (f.exponent == Rational(2) && is_affine(all_.curve(f.base))) {
            form_.affine.push_back(f.base);
            return true;
        }
        if (f.exponent != Rational(-1) || form_.divided) return false;
        if (!is_concave(all_.curve(f.base)) || !all_.signs().positive(f.base)) return false;
        form_.divided = true;
        form_.divisor = f.base;
        return true;
    }

    bool middle(const Factor& f) {
        if (!f.base.has(Fact::psd) || f.exponent != Rational(1)) return false;
        if (!all_.depends(f.base)) {
            form_.middle.push_back(f.base);
            return true;
        }
        if (f.base.op() != Op::inverse || form_.divided) return false;
        const Expr inside = f.base.child(0);
        if (!inside.has(Fact::psd) || !is_affine(all_.curve(inside))) return false;
        form_.divided = true;
        form_.divisor = inside;
        return true;
    }

    Curvatures& all_;
    const EinsumData& data_;
    const Mirroring& mirroring_;
    QuadraticForm form_;
};

}  // namespace

std::optional<QuadraticForm> quadratic_form(Curvatures& all, Expr e) {
    if (e.op() != Op::einsum || !e.is_scalar()) return std::nullopt;
    std::optional<QuadraticForm> form;
    find_mirroring(e.einsum(), [&](const Mirroring& mirroring) {
        form = Reader(all, e.einsum(), mirroring).read();
        return form.has_value();
    });
    return form;
}

}  // namespace nabla::passes
