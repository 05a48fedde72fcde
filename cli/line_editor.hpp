// Line editing on a terminal, by libedit: history, completion by Tab, Ctrl-C.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace nabla::cli {

/// Words that could stand at the end of a text.
struct Candidates {
    std::size_t begin = 0;  ///< byte at which the unfinished word begins
    std::vector<std::string> words;
};

class LineEditor {
public:
    using Completer = std::function<Candidates(std::string_view before_cursor)>;

    /// Reads from the terminal at stdin and echoes to stdout.
    explicit LineEditor(Completer completer);
    ~LineEditor();
    LineEditor(const LineEditor&) = delete;
    LineEditor& operator=(const LineEditor&) = delete;

    enum class Status { line, interrupted, end };

    /// Shows the prompt and reads a line, without its newline.
    Status read(const std::string& prompt, std::string& line);

    /// Makes an input one that the arrow keys bring back.
    void remember(const std::string& input);

    class Impl;

private:
    std::unique_ptr<Impl> impl_;
};

}  // namespace nabla::cli
