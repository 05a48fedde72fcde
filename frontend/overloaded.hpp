// A visitor of a std::variant written as one lambda an alternative.
#pragma once

namespace nabla::syntax {

template <typename... Visitors>
struct Overloaded : Visitors... {
    using Visitors::operator()...;
};
template <typename... Visitors>
Overloaded(Visitors...) -> Overloaded<Visitors...>;

}  // namespace nabla::syntax
