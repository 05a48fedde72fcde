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

}  // namespace

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
