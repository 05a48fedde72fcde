// What each entrywise function is called in other languages: the second half of its row in the
// function table, kept apart because only the writers of output languages read it. A name with a
// dot or a library behind it is called as it stands; any other name that the language does not
// have is a helper that its writer defines where it is used.
#pragma once

#include <string_view>

#include "ir/functions.hpp"

namespace nabla::ir {

struct Spellings {
    Fn id;
    std::string_view numpy;
    std::string_view jax;
    std::string_view torch;
    std::string_view julia;
    std::string_view matlab;
    std::string_view c;  ///< also C++
};

const Spellings& spellings(Fn id);

}  // namespace nabla::ir
