// Follows `import "other.nabla"`: reads the files that a text names, directly or through others,
// and appends them to its Source. A path is relative to the file that names it, and every file lies
// in the folder of the first one or below it; a text that is no file's is taken to lie in the
// current directory. A file counts once, however often and by whatever path it is named.
#pragma once

#include "frontend/diagnostics.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>

namespace nabla::syntax {

/// The segment that stands at an `import`, by the offset of its path. An import that failed, or
/// that names a file once more, is not in it.
using Imports = std::map<std::uint32_t, std::size_t>;

/// `file` is the path of the source's text; empty if it is no file's. What cannot be imported is
/// reported at its path: absolute paths, paths that leave the folder (through symbolic links too),
/// what is no readable file, cycles, and more than limits.hpp allows.
Imports load_imports(Source& source, const std::filesystem::path& file, Diagnostics& diagnostics);

}  // namespace nabla::syntax
