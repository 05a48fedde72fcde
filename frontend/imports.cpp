#include "frontend/imports.hpp"

#include "frontend/limits.hpp"
#include "frontend/parser.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <string>
#include <vector>

namespace nabla::syntax {

namespace {

namespace fs = std::filesystem;

bool is_inside(const fs::path& path, const fs::path& folder) {
    const auto [in_folder, in_path] =
        std::mismatch(folder.begin(), folder.end(), path.begin(), path.end());
    return in_folder == folder.end();
}

/// A file on the way from the first one to the import at hand.
struct OpenFile {
    std::size_t segment;
    fs::path real;   ///< without links and dots; empty for a text that is no file's
    fs::path shown;  ///< as diagnostics write it
};

class Loader {
public:
    Loader(Source& source, const fs::path& file, Diagnostics& diagnostics)
        : source_(source), diagnostics_(diagnostics) {
        std::error_code error;
        const fs::path folder = file.parent_path();
        root_ = fs::canonical(folder.empty() ? fs::path(".") : folder, error);
        if (error) root_ = fs::path();
        OpenFile first{0, {}, {}};
        if (!file.empty()) {
            first.real = root_ / file.filename();
            first.shown = source.name();
        }
        path_.push_back(std::move(first));
    }

    Imports load() {
        follow(0);
        return std::move(imports_);
    }

private:
    void follow(std::size_t segment) {
        for (const ast::Import& import : imports_of(source_, segment)) {
            if (diagnostics_.error_count() >= limits::reported_errors) return;
            try {
                bring_in(import);
            } catch (const SyntaxError& error) {
                diagnostics_.error(error.span, error.message, error.report);
            }
        }
    }

    [[noreturn]] static void fail(const ast::Import& import, std::string message,
                                  std::string help = {}) {
        throw SyntaxError{import.path_span, std::move(message), {std::move(help), {}}};
    }

    void bring_in(const ast::Import& import) {
        OpenFile file = find(import);
        check_cycle(import, file);
        if (std::find(seen_.begin(), seen_.end(), file.real) != seen_.end()) return;
        seen_.push_back(file.real);
        if (seen_.size() > limits::imported_files) {
            fail(import,
                 fmt::format("too many files are imported: at most {}", limits::imported_files));
        }
        if (path_.size() > limits::import_depth) {
            fail(import, fmt::format("imports are nested too deeply: at most {} files inside one "
                                     "another",
                                     limits::import_depth));
        }
        std::string text = read(import, file.real);
        file.segment = source_.append(file.shown.string(), std::move(text), import.path_span);
        imports_.emplace(import.path_span.begin, file.segment);
        const std::size_t segment = file.segment;
        path_.push_back(std::move(file));
        follow(segment);
        path_.pop_back();
    }

    /// Where the path leads; nothing is opened before it is known to lie in the tree.
    OpenFile find(const ast::Import& import) const {
        const auto control = [](char c) { return static_cast<unsigned char>(c) < 0x20U; };
        if (import.path.empty()) fail(import, "the path of the import is empty");
        if (std::any_of(import.path.begin(), import.path.end(), control)) {
            fail(import, "the path of the import holds a control character");
        }
        const fs::path path(import.path);
        if (path.is_absolute()) {
            fail(import, fmt::format("cannot import `{}`: the path is absolute", import.path),
                 "write it relative to the file that imports it");
        }
        const OpenFile& from = path_.back();
        const fs::path folder = from.real.empty() ? root_ : from.real.parent_path();
        if (root_.empty()) fail(import, "cannot import files: there is no current directory");
        if (!is_inside((folder / path).lexically_normal(), root_)) {
            fail(import, fmt::format("cannot import `{}`: it leaves {}", import.path, tree()),
                 "an import stays in the folder of the first file, or below it");
        }
        std::error_code error;
        const fs::path real = fs::canonical(folder / path, error);
        if (error) {
            fail(import,
                 fmt::format("cannot import `{}`: {}", import.path,
                             error == std::errc::no_such_file_or_directory ? "there is no such file"
                                                                           : error.message()));
        }
        if (!is_inside(real, root_)) {
            fail(
                import,
                fmt::format("cannot import `{}`: it is a link that leaves {}", import.path, tree()),
                "an import stays in the folder of the first file, or below it");
        }
        return {0, real, (from.shown.parent_path() / path).lexically_normal()};
    }

    std::string tree() const {
        const fs::path& first = path_.front().shown;
        if (first.empty()) return "the current directory";
        return fmt::format("the folder of {}", first.filename().string());
    }

    void check_cycle(const ast::Import& import, const OpenFile& file) const {
        const auto same = [&](const OpenFile& open) { return open.real == file.real; };
        const auto first = std::find_if(path_.begin(), path_.end(), same);
        if (first == path_.end()) return;
        std::string cycle;
        for (auto open = first; open != path_.end(); ++open) {
            cycle += open->shown.filename().string() + " → ";
        }
        cycle += first->shown.filename().string();
        if (first + 1 == path_.end()) fail(import, fmt::format("a file imports itself: {}", cycle));
        fail(import, fmt::format("files import each other: {}", cycle));
    }

    std::string read(const ast::Import& import, const fs::path& real) const {
        std::error_code error;
        const fs::file_status status = fs::status(real, error);
        if (fs::is_directory(status)) {
            fail(import, fmt::format("cannot import `{}`: it is a folder", import.path));
        }
        // A pipe or a device may never end.
        if (!fs::is_regular_file(status)) {
            fail(import, fmt::format("cannot import `{}`: it is no ordinary file", import.path));
        }
        const std::uintmax_t room = limits::source_bytes - source_.text().size();
        const std::uintmax_t size = fs::file_size(real, error);
        errno = 0;
        std::ifstream stream(real, std::ios::binary);
        if (!stream || error) {
            fail(import, fmt::format("cannot import `{}`: {}", import.path,
                                     error ? error.message() : std::strerror(errno)));
        }
        if (size >= room) {
            fail(import, fmt::format("cannot import `{}`: all files together are longer than {} MB",
                                     import.path, limits::source_bytes >> 20U));
        }
        std::string text(size, '\0');
        stream.read(text.data(), static_cast<std::streamsize>(size));
        text.resize(static_cast<std::size_t>(stream.gcount()));
        return text;
    }

    Source& source_;
    Diagnostics& diagnostics_;
    fs::path root_;
    std::vector<OpenFile> path_;  ///< from the first file to the one being read
    std::vector<fs::path> seen_;
    Imports imports_;
};

}  // namespace

Imports load_imports(Source& source, const std::filesystem::path& file, Diagnostics& diagnostics) {
    return Loader(source, file, diagnostics).load();
}

}  // namespace nabla::syntax
