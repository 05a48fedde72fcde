// What a file may ask for and this version cannot do.
#pragma once

#include <nabla/error.hpp>

namespace nabla::runtime {

/// A statement that is right and that no method here can carry out. The statements beside it still
/// can be.
class UnsupportedError : public InputError {
public:
    using InputError::InputError;
};

}  // namespace nabla::runtime
