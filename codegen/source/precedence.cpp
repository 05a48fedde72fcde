#include "codegen/source/precedence.hpp"

namespace nabla::codegen {

using passes::NotationKind;

Level level_of(const passes::Notation& n) {
    switch (n.kind) {
        case NotationKind::sum:
        case NotationKind::compare:
            return Level::sum;
        case NotationKind::product:
        case NotationKind::kronecker:
        case NotationKind::hadamard:
        case NotationKind::quotient:
        case NotationKind::hadamard_quotient:
            return Level::product;
        case NotationKind::power:
        case NotationKind::hadamard_power:
        case NotationKind::transpose:
        case NotationKind::inverse:
        case NotationKind::inverse_transpose:
            return Level::postfix;
        case NotationKind::number:
            return n.number.is_negative() ? Level::sum : Level::atom;
        case NotationKind::pi:
        case NotationKind::name:
        case NotationKind::identity:
        case NotationKind::ones:
        case NotationKind::zeros:
        case NotationKind::norm:
        case NotationKind::call:
        case NotationKind::index_tensor:
        case NotationKind::indexed:
        case NotationKind::block:
            return Level::atom;
    }
    return Level::atom;
}

}  // namespace nabla::codegen
