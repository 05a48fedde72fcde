#include "codegen/source/plain.hpp"

#include <algorithm>
#include <array>

#include "codegen/source/greek.hpp"
#include "codegen/source/number_text.hpp"
#include "codegen/source/precedence.hpp"

namespace nabla::codegen {
namespace {

using passes::Notation;
using passes::NotationKind;
using passes::NotationPtr;

bool is_scalar(const NotationPtr& n) { return n->rank == 0; }

/// `2 x .* y` is (2 x) .* y, the same as 2 (x .* y), and `2 x^T y` is 2 (x^T y); a number in the
/// middle would be no product.
bool opens_with_number(const NotationPtr& n) {
    switch (n->kind) {
        case NotationKind::number:
            return true;
        case NotationKind::hadamard_quotient:
        case NotationKind::hadamard:
        case NotationKind::quotient:
        case NotationKind::product:
        case NotationKind::power:
        case NotationKind::hadamard_power:
            return opens_with_number(n->children[0]);
        case NotationKind::pi:
        case NotationKind::name:
        case NotationKind::identity:
        case NotationKind::ones:
        case NotationKind::zeros:
        case NotationKind::sum:
        case NotationKind::transpose:
        case NotationKind::inverse:
        case NotationKind::inverse_transpose:
        case NotationKind::norm:
        case NotationKind::call:
        case NotationKind::index_tensor:
        case NotationKind::indexed:
        case NotationKind::compare:
        case NotationKind::kronecker:
        case NotationKind::block:
            return false;
    }
    return false;
}

std::string superscript(const std::string& digits) {
    constexpr std::array<const char*, 10> letters{"⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹"};
    std::string text;
    for (char c : digits) text += c == '-' ? "⁻" : letters[static_cast<std::size_t>(c - '0')];
    return text;
}

class PlainPrinter {
public:
    explicit PlainPrinter(bool unicode) : unicode_(unicode) {}

    void print(const NotationPtr& n);
    std::string take() { return std::move(out_); }

private:
    /// ASCII has no ⊗: a call, and an atom.
    Level level(const Notation& n) const {
        return n.kind == NotationKind::kronecker && !unicode_ ? Level::atom : level_of(n);
    }
    void at_level(const NotationPtr& n, Level least) { bracketed(n, level(*n) < least); }
    void bracketed(const NotationPtr& n, bool brackets) {
        if (brackets) out_ += '(';
        print(n);
        if (brackets) out_ += ')';
    }
    void sum(const Notation& n);
    void product(const Notation& n);
    void hadamard(const Notation& n);
    void quotient(const Notation& n);
    void hadamard_quotient(const Notation& n);
    void kronecker(const Notation& n);
    void power(const Notation& n);
    void exponent_of(const Notation& n, const char* op);
    void norm(const Notation& n);
    void arguments(const Notation& n);
    void sized(const char* name, const Notation& n);
    void list(const std::vector<std::string>& items, const char* separator) {
        for (std::size_t k = 0; k < items.size(); ++k)
            (out_ += k == 0 ? "" : separator) += items[k];
    }

    bool unicode_;
    int bars_ = 0;
    std::string out_;
};

void PlainPrinter::sum(const Notation& n) {
    const char* minus = unicode_ ? "−" : "-";
    for (std::size_t k = 0; k < n.children.size(); ++k) {
        if (k > 0)
            (((out_ += ' ') += n.signs[k] ? minus : "+") += ' ');
        else if (n.signs[k])
            out_ += minus;
        at_level(n.children[k], Level::product);
    }
}

void PlainPrinter::product(const Notation& n) {
    bool only_scalars = true;
    for (std::size_t k = 0; k < n.children.size(); ++k) {
        const NotationPtr& child = n.children[k];
        if (k > 0) out_ += ' ';
        bool entrywise =
            child->kind == NotationKind::hadamard || child->kind == NotationKind::hadamard_quotient;
        bool last = k + 1 == n.children.size();
        bool chain = child->rank == 0 && child->kind == NotationKind::product;
        bool open = (entrywise || chain) && last && only_scalars && !opens_with_number(child);
        // A number never follows a factor directly: it could be read as part of a list.
        bool number = k > 0 && opens_with_number(child);
        bracketed(child, (level(*child) < Level::postfix && !open) || number);
        only_scalars = only_scalars && is_scalar(child);
    }
}

void PlainPrinter::hadamard(const Notation& n) {
    for (std::size_t k = 0; k < n.children.size(); ++k) {
        if (k > 0) out_ += unicode_ ? " ⊙ " : " .* ";
        at_level(n.children[k], Level::postfix);
    }
}

void PlainPrinter::quotient(const Notation& n) {
    const NotationPtr& above = n.children[0];
    bracketed(above,
              level(*above) < Level::product || above->kind == NotationKind::hadamard_quotient);
    out_ += '/';
    at_level(n.children[1], Level::postfix);
}

void PlainPrinter::hadamard_quotient(const Notation& n) {
    const NotationPtr& above = n.children[0];
    bool scaled = above->kind == NotationKind::hadamard ||
                  (above->kind == NotationKind::product &&
                   std::count_if(above->children.begin(), above->children.end(), is_scalar) + 1 >=
                       static_cast<std::ptrdiff_t>(above->children.size()));
    bracketed(above, level(*above) < Level::postfix && !scaled);
    out_ += unicode_ ? " ⊘ " : " ./ ";
    at_level(n.children[1], Level::postfix);
}

void PlainPrinter::kronecker(const Notation& n) {
    if (!unicode_) {
        out_ += "kron(";
        arguments(n);
        out_ += ')';
        return;
    }
    at_level(n.children[0], Level::postfix);
    out_ += " ⊗ ";
    at_level(n.children[1], Level::postfix);
}

void PlainPrinter::exponent_of(const Notation& n, const char* op) {
    if (n.children.size() == 2) {
        const NotationPtr& exponent = n.children[1];
        // A name that begins with T after `^` would be read as a transpose.
        bool bare = exponent->kind == NotationKind::name && exponent->text[0] != 'T';
        out_ += op;
        bracketed(exponent, !bare);
        return;
    }
    std::string top = std::to_string(n.exponent.num);
    if (!n.exponent.is_integer()) {
        (((((out_ += op) += '(') += top) += '/') += std::to_string(n.exponent.den)) += ')';
        return;
    }
    if (unicode_ && n.kind == NotationKind::power)
        out_ += superscript(top);
    else
        (out_ += op) += top;
}

void PlainPrinter::power(const Notation& n) {
    at_level(n.children[0], Level::atom);
    exponent_of(n, n.kind == NotationKind::power ? "^" : ".^");
}

/// Bars do not nest when typed, so that an inner norm is written as a function.
void PlainPrinter::norm(const Notation& n) {
    if (bars_ > 0) {
        out_ += "norm" + (n.text.empty() || n.text == "F" ? std::string("2") : n.text) + "(";
        print(n.children[0]);
        out_ += ')';
        return;
    }
    const char* bars = unicode_ ? "‖" : "||";
    ++bars_;
    out_ += bars;
    print(n.children[0]);
    out_ += bars;
    --bars_;
    if (!n.text.empty()) (out_ += '_') += n.text;
}

void PlainPrinter::arguments(const Notation& n) {
    for (std::size_t k = 0; k < n.children.size(); ++k) {
        if (k > 0) out_ += ", ";
        print(n.children[k]);
    }
    bool first = n.children.empty();
    for (const std::string& option : n.indices) {
        if (!first) out_ += ", ";
        out_ += option;
        first = false;
    }
}

void PlainPrinter::sized(const char* name, const Notation& n) {
    (out_ += name) += '(';
    std::size_t count = n.kind == NotationKind::identity ? 1 : n.dims.size();
    for (std::size_t k = 0; k < count; ++k) {
        if (k > 0) out_ += ", ";
        print(passes::dim_notation(n.dims[k]));
    }
    out_ += ')';
}

void PlainPrinter::print(const NotationPtr& notation) {
    const Notation& n = *notation;
    switch (n.kind) {
        case NotationKind::number:
            out_ += number_text(n.number);
            return;
        case NotationKind::pi:
            out_ += unicode_ ? "π" : "pi";
            return;
        case NotationKind::name:
            out_ += unicode_ ? greek_letter(n.text) : n.text;
            return;
        case NotationKind::identity:
            if (n.text.empty())
                out_ += 'I';
            else
                sized("eye", n);
            return;
        case NotationKind::ones:
            sized("ones", n);
            return;
        case NotationKind::zeros:
            sized("zeros", n);
            return;
        case NotationKind::sum:
            sum(n);
            return;
        case NotationKind::product:
            product(n);
            return;
        case NotationKind::hadamard:
            hadamard(n);
            return;
        case NotationKind::quotient:
            quotient(n);
            return;
        case NotationKind::hadamard_quotient:
            hadamard_quotient(n);
            return;
        case NotationKind::power:
        case NotationKind::hadamard_power:
            power(n);
            return;
        case NotationKind::transpose:
            at_level(n.children[0], Level::atom);
            out_ += unicode_ ? "ᵀ" : "^T";
            return;
        case NotationKind::inverse:
            at_level(n.children[0], Level::atom);
            out_ += unicode_ ? "⁻¹" : "^-1";
            return;
        case NotationKind::inverse_transpose:
            at_level(n.children[0], Level::atom);
            out_ += unicode_ ? "⁻ᵀ" : "^-T";
            return;
        case NotationKind::norm:
            norm(n);
            return;
        case NotationKind::call:
            (out_ += n.text) += '(';
            arguments(n);
            out_ += ')';
            return;
        case NotationKind::index_tensor:
            out_ += '[';
            list(n.indices, ", ");
            out_ += ": ";
            print(n.children[0]);
            out_ += ']';
            return;
        case NotationKind::block:
            for (std::size_t k = 0; k < n.children.size(); ++k) {
                out_ += k == 0 ? "[" : n.signs[k] ? "; " : ", ";
                print(n.children[k]);
            }
            out_ += ']';
            return;
        case NotationKind::kronecker:
            kronecker(n);
            return;
        case NotationKind::compare: {
            print(n.children[0]);
            const bool pretty = unicode_ && n.text == ">=";
            ((out_ += ' ') += pretty ? "≥" : n.text) += ' ';
            print(n.children[1]);
            return;
        }
        case NotationKind::indexed:
            at_level(n.children[0], Level::atom);
            out_ += '[';
            list(n.indices, ",");
            out_ += ']';
            return;
    }
}

}  // namespace

std::string plain_text(const NotationPtr& notation, bool unicode) {
    PlainPrinter printer(unicode);
    printer.print(notation);
    return printer.take();
}

}  // namespace nabla::codegen
