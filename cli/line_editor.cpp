#include "cli/line_editor.hpp"

#include <histedit.h>
#include <sys/ioctl.h>
#include <sys/select.h>
#include <unistd.h>

#include <langinfo.h>
#include <algorithm>
#include <cerrno>
#include <clocale>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <cwchar>
#include <new>
#include <optional>
#include <utility>

#include "cli/interrupt.hpp"

namespace nabla::cli {
namespace {

// libedit works in wide characters; Nabla's texts are UTF-8 whatever the environment says.
void use_utf8() {
    std::setlocale(LC_CTYPE, "");
    if (std::strcmp(nl_langinfo(CODESET), "UTF-8") != 0) std::setlocale(LC_CTYPE, "C.UTF-8");
}

// A byte that cannot begin a character stands alone.
std::size_t sequence_length(unsigned char first) {
    if (first < 0xC2U || first > 0xF4U) return 1;
    if (first >= 0xF0U) return 4;
    return first >= 0xE0U ? 3 : 2;
}

bool is_continuation(char byte) { return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U; }

// A byte that was read and belongs to the next character.
std::optional<char> put_back;

// 1, or what `read` says instead.
ssize_t read_byte(char& byte) {
    if (put_back) {
        byte = *std::exchange(put_back, std::nullopt);
        return 1;
    }
    // Ctrl-C is let in only while waiting: one that came just before the wait would be lost in it.
    sigset_t interrupt{};
    sigset_t before{};
    sigemptyset(&interrupt);
    sigaddset(&interrupt, SIGINT);
    sigprocmask(SIG_BLOCK, &interrupt, &before);
    int ready = 0;
    while (ready <= 0 && !interrupted()) {
        fd_set input;
        FD_ZERO(&input);
        FD_SET(STDIN_FILENO, &input);
        ready = pselect(STDIN_FILENO + 1, &input, nullptr, nullptr, nullptr, &before);
        if (ready < 0 && errno != EINTR) break;
    }
    const ssize_t count = ready > 0 ? ::read(STDIN_FILENO, &byte, 1) : -1;
    sigprocmask(SIG_SETMASK, &before, nullptr);
    if (ready <= 0) errno = EINTR;
    return count;
}

// Instead of libedit's own reader, which starts a read again that Ctrl-C has interrupted.
int read_character(EditLine*, wchar_t* character) {
    std::string bytes;
    std::size_t wanted = 1;
    while (bytes.size() < wanted) {
        char byte = 0;
        const ssize_t count = read_byte(byte);
        if (count <= 0) return static_cast<int>(count);
        if (!bytes.empty() && !is_continuation(byte)) {
            put_back = byte;
            break;
        }
        bytes += byte;
        if (bytes.size() == 1) wanted = sequence_length(static_cast<unsigned char>(byte));
    }
    std::mbstate_t state{};
    const std::size_t length = std::mbrtowc(character, bytes.data(), bytes.size(), &state);
    if (length == static_cast<std::size_t>(-1) || length == static_cast<std::size_t>(-2)) {
        *character = L'\xFFFD';
    }
    return 1;
}

std::string common_start(const std::vector<std::string>& words) {
    std::string start = words.front();
    for (const std::string& word : words) {
        const auto differ = std::mismatch(start.begin(), start.end(), word.begin(), word.end());
        start.erase(differ.first, start.end());
    }
    return start;
}

std::size_t terminal_width() {
    struct winsize size{};
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
    return 80;
}

void print_columns(const std::vector<std::string>& words) {
    std::size_t width = 0;
    for (const std::string& word : words) width = std::max(width, word.size() + 2);
    const std::size_t across = std::max<std::size_t>(1, terminal_width() / width);
    std::string text = "\n";
    for (std::size_t i = 0; i < words.size(); ++i) {
        const bool last = i + 1 == words.size() || (i + 1) % across == 0;
        text += words[i] + (last ? "\n" : std::string(width - words[i].size(), ' '));
    }
    std::fputs(text.c_str(), stdout);
    std::fflush(stdout);
}

}  // namespace

class LineEditor::Impl {
public:
    explicit Impl(Completer completer) : completer_(std::move(completer)) {
        use_utf8();
        editor_ = el_init("nabla", stdin, stdout, stderr);
        history_ = history_init();
        if (editor_ == nullptr || history_ == nullptr) throw std::bad_alloc();
        HistEvent event{};
        history(history_, &event, H_SETSIZE, 2000);
        history(history_, &event, H_SETUNIQUE, 1);
        el_set(editor_, EL_CLIENTDATA, this);
        el_set(editor_, EL_PROMPT, &prompt_of);
        el_set(editor_, EL_EDITOR, "emacs");
        el_set(editor_, EL_SIGNAL, 0);
        el_set(editor_, EL_GETCFN, &read_character);
        el_set(editor_, EL_HIST, history, history_);
        el_set(editor_, EL_ADDFN, "nabla-complete", "complete the word", &on_tab);
        el_set(editor_, EL_BIND, "^I", "nabla-complete", nullptr);
        el_set(editor_, EL_BIND, "^R", "em-inc-search-prev", nullptr);
        el_source(editor_, nullptr);  // the user's ~/.editrc
    }

    ~Impl() {
        history_end(history_);
        el_end(editor_);
    }

    Status read(const std::string& prompt, std::string& line) {
        prompt_ = prompt;
        int count = 0;
        // libedit itself shows the prompt first: a Ctrl-D that comes in between would be lost.
        el_set(editor_, EL_PREP_TERM, 1);
        const char* text = el_gets(editor_, &count);
        if (take_interrupt()) {
            el_reset(editor_);
            std::fputs("\n", stdout);
            std::fflush(stdout);
            return Status::interrupted;
        }
        if (text == nullptr || count <= 0) return Status::end;
        line.assign(text, static_cast<std::size_t>(count));
        while (!line.empty() && (line.back() == '\n' || line.back() == '\r')) line.pop_back();
        return Status::line;
    }

    void remember(const std::string& input) {
        HistEvent event{};
        history(history_, &event, H_ENTER, input.c_str());
    }

private:
    static Impl* of(EditLine* editor) {
        void* self = nullptr;
        el_get(editor, EL_CLIENTDATA, &self);
        return static_cast<Impl*>(self);
    }

    static char* prompt_of(EditLine* editor) { return of(editor)->prompt_.data(); }

    // An exception must not pass through libedit.
    static unsigned char on_tab(EditLine* editor, int) {
        try {
            return of(editor)->complete();
        } catch (const std::exception&) {
            return CC_ERROR;
        }
    }

    unsigned char complete() {
        const LineInfo* info = el_line(editor_);
        const std::string before(info->buffer, info->cursor);
        const Candidates found = completer_(before);
        if (found.words.empty()) return CC_ERROR;
        const std::string start = common_start(found.words);
        const std::size_t typed = before.size() - found.begin;
        if (start.size() > typed) {
            el_insertstr(editor_, start.c_str() + typed);
            return CC_REFRESH;
        }
        print_columns(found.words);
        return CC_REDISPLAY;
    }

    Completer completer_;
    std::string prompt_;
    EditLine* editor_ = nullptr;
    History* history_ = nullptr;
};

LineEditor::LineEditor(Completer completer) : impl_(std::make_unique<Impl>(std::move(completer))) {}
LineEditor::~LineEditor() = default;

LineEditor::Status LineEditor::read(const std::string& prompt, std::string& line) {
    return impl_->read(prompt, line);
}

void LineEditor::remember(const std::string& input) { impl_->remember(input); }

}  // namespace nabla::cli
