// Inputs of earlier sessions, one a line, in a file that may be missing and need not be writable.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace nabla::cli {

class HistoryFile {
public:
    /// $XDG_STATE_HOME/nabla/history, else ~/.local/state/nabla/history.
    HistoryFile();

    /// The latest inputs, oldest first; none if there is no file. Cuts a file that has grown long.
    std::vector<std::string> load() const;

    /// Adds an input; sessions at the same time do not overwrite each other. Quietly does nothing
    /// where the file cannot be written.
    void add(const std::string& input);

private:
    std::filesystem::path path_;  // empty: no home
};

/// An input of several lines as one, comments left out.
std::string as_one_line(const std::string& input);

}  // namespace nabla::cli
