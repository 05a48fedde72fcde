// Every tests/errors/NAME.nabla is a file with mistakes; NAME.expected holds the exact text that
// the user sees. NABLA_UPDATE_GOLDEN=1 rewrites the expectations, to be read before they are kept.

#include <catch2/catch.hpp>

#include "frontend/frontend.hpp"
#include "frontend/render.hpp"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

namespace {

namespace fs = std::filesystem;

std::string read(const fs::path& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

std::string diagnostics_of(const fs::path& path) {
    nabla::ir::Context context;
    const nabla::syntax::Source source(path.filename().string(), read(path));
    nabla::syntax::Options options;
    options.file = path.string();
    try {
        nabla::syntax::elaborate_module(context, source, options);
    } catch (const nabla::InputError& error) {
        return nabla::syntax::render_text(error.diagnostics());
    }
    return "no error\n";
}

std::vector<fs::path> cases() {
    std::vector<fs::path> found;
    for (const auto& entry : fs::directory_iterator(NABLA_SOURCE_DIR "/tests/errors")) {
        if (entry.path().extension() == ".nabla") found.push_back(entry.path());
    }
    std::sort(found.begin(), found.end());
    return found;
}

/// The expressions that a help offers for the whole of a line `show …`.
std::vector<std::string> offered(const nabla::Diagnostic& diagnostic) {
    const std::string opening = "did you mean ";
    const std::size_t at = diagnostic.help.find(opening);
    const bool shows = diagnostic.where.line_text.starts_with("show ");
    if (!shows || at == std::string::npos || !diagnostic.help.ends_with("?")) return {};
    std::string rest = diagnostic.help.substr(at + opening.size());
    rest.pop_back();
    if (rest.starts_with("`")) return {};  // a word, not an expression
    std::vector<std::string> found;
    for (std::size_t next = 0; next != std::string::npos;) {
        next = rest.find(" or ");
        found.push_back(rest.substr(0, next));
        if (next != std::string::npos) rest = rest.substr(next + 4);
    }
    return found;
}

std::vector<nabla::Diagnostic> errors_of(const std::string& text) {
    nabla::ir::Context context;
    try {
        nabla::syntax::elaborate_module(context, nabla::syntax::Source("a.nabla", text));
    } catch (const nabla::InputError& error) {
        return error.diagnostics();
    }
    return {};
}

/// The text with its line `number` (from 1) replaced.
std::string with_line(const std::string& text, std::size_t number, const std::string& line) {
    std::size_t begin = 0;
    for (std::size_t i = 1; i < number; ++i) begin = text.find('\n', begin) + 1;
    return text.substr(0, begin) + line +
           text.substr(std::min(text.find('\n', begin), text.size()));
}

}  // namespace

TEST_CASE("every expression that an error offers instead fits") {
    std::size_t count = 0;
    for (const fs::path& file : cases()) {
        const std::string text = read(file);
        for (const nabla::Diagnostic& diagnostic : errors_of(text)) {
            for (const std::string& expression : offered(diagnostic)) {
                INFO(file.filename().string() << ": " << expression);
                ++count;
                const std::string changed =
                    with_line(text, diagnostic.where.line, "show " + expression);
                for (const nabla::Diagnostic& left : errors_of(changed))
                    CHECK(left.where.line != diagnostic.where.line);
            }
        }
    }
    CHECK(count >= 40);
}

TEST_CASE("every file of tests/errors is reported word for word") {
    const std::vector<fs::path> files = cases();
    REQUIRE(files.size() >= 25);
    for (const fs::path& file : files) {
        fs::path expected = file;
        expected.replace_extension(".expected");
        const std::string found = diagnostics_of(file);
        if (std::getenv("NABLA_UPDATE_GOLDEN") != nullptr) {
            std::ofstream(expected, std::ios::binary) << found;
            continue;
        }
        INFO(file.filename().string() << ": NABLA_UPDATE_GOLDEN=1 rewrites the expectation");
        CHECK(found == read(expected));
        CHECK(found != "no error\n");
    }
}
