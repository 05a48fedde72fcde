#include "cli/history_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <system_error>

namespace nabla::cli {
namespace {

constexpr std::size_t kept_entries = 2000;

}  // namespace

HistoryFile::HistoryFile() {
    const char* state = std::getenv("XDG_STATE_HOME");
    const char* home = std::getenv("HOME");
    if (state != nullptr && state[0] == '/') {  // the standard says: absolute, or as if not set
        path_ = std::filesystem::path(state) / "nabla" / "history";
    } else if (home != nullptr && home[0] != '\0') {
        path_ = std::filesystem::path(home) / ".local" / "state" / "nabla" / "history";
    }
}

std::vector<std::string> HistoryFile::load() const {
    std::vector<std::string> entries;
    std::ifstream stream(path_);
    for (std::string line; std::getline(stream, line);) {
        if (!line.empty()) entries.push_back(line);
    }
    if (entries.size() <= kept_entries) return entries;
    const bool far_too_long = entries.size() > 2 * kept_entries;
    entries.erase(entries.begin(), entries.end() - static_cast<std::ptrdiff_t>(kept_entries));
    if (far_too_long) {
        std::ofstream shorter(path_, std::ios::trunc);
        for (const std::string& entry : entries) shorter << entry << '\n';
    }
    return entries;
}

void HistoryFile::add(const std::string& input) {
    if (path_.empty() || input.empty()) return;
    std::error_code ignored;
    std::filesystem::create_directories(path_.parent_path(), ignored);
    const int file = open(path_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (file < 0) return;
    const std::string line = input + "\n";
    // One write, so that lines of two sessions do not mix.
    [[maybe_unused]] const ssize_t written = write(file, line.data(), line.size());
    close(file);
}

std::string as_one_line(const std::string& input) {
    if (input.find('\n') == std::string::npos) return input;
    std::string line;
    bool comment = false;
    for (std::size_t i = 0; i < input.size(); ++i) {
        const char c = input[i];
        if (c == '\n') {
            comment = false;
            if (!line.empty() && line.back() != ' ') line += ' ';
            continue;
        }
        comment |= c == '#' || input.compare(i, 2, "//") == 0;
        const bool doubled = c == ' ' && (line.empty() || line.back() == ' ');
        if (!comment && !doubled) line += c;
    }
    while (!line.empty() && line.back() == ' ') line.pop_back();
    return line;
}

}  // namespace nabla::cli
