// What tests/errors/imports.nabla cannot hold: links, limits, and what counts as one file.

#include <catch2/catch.hpp>

#include "frontend/frontend.hpp"
#include "frontend/limits.hpp"
#include "ir/context.hpp"

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

using namespace nabla;
namespace fs = std::filesystem;

namespace {

class Folder {
public:
    Folder() {
        std::string name = (fs::temp_directory_path() / "nabla-XXXXXX").string();
        REQUIRE(mkdtemp(name.data()) != nullptr);
        root = name;
        fs::create_directories(root / "tree/sub");
    }
    ~Folder() {
        std::error_code ignored;
        fs::remove_all(root, ignored);
    }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;

    void write(const std::string& name, const std::string& text) const {
        std::ofstream(root / name, std::ios::binary) << text;
    }
    ir::Module read(const std::string& text) {
        syntax::Options options;
        options.file = (root / "tree/main.nabla").string();
        return syntax::elaborate_module(context, syntax::Source("main.nabla", text), options);
    }
    Diagnostic error(const std::string& text) {
        try {
            read(text);
        } catch (const InputError& error) {
            return error.diagnostics().front();
        }
        return {};
    }

    fs::path root;
    ir::Context context;
};

}  // namespace

TEST_CASE_METHOD(Folder, "an imported file brings its definitions and none of its requests") {
    write("tree/sub/a.nabla", "import \"../b.nabla\"\ndim n = 3\nf(u) = shared + u\nshow f(1)\n");
    write("tree/b.nabla", "param shared\nvar w[n]\nminimize shared^2 over w\nexport w as e\n");
    const ir::Module module = read(
        "param first\nimport \"sub/a.nabla\"\nimport \"b.nabla\"\n"
        "import \"sub/../b.nabla\"\nparam last\nshow f(2 first)\n");
    REQUIRE(module.declarations.size() == 4);
    CHECK(module.declarations[0].symbol.symbol().name == "first");
    CHECK(module.declarations[1].symbol.symbol().name == "shared");
    CHECK(module.declarations[1].where.file == "b.nabla");
    CHECK(module.declarations[2].where.line == 2);
    CHECK(module.declarations[2].symbol.shape()[0].is(3));
    CHECK(module.declarations[3].symbol.symbol().name == "last");
    REQUIRE(module.requests.size() == 1);
    CHECK(std::get<ir::Show>(module.requests[0]).where.line == 6);
}

TEST_CASE_METHOD(Folder, "links stay in the tree") {
    write("outside.nabla", "a = 1\n");
    write("tree/sub/inside.nabla", "a = 1\n");
    fs::create_symlink(root / "outside.nabla", root / "tree/out.nabla");
    fs::create_directory_symlink(root, root / "tree/up");
    fs::create_symlink(root / "tree/sub/inside.nabla", root / "tree/in.nabla");
    fs::create_symlink(root / "tree/nowhere", root / "tree/broken.nabla");
    CHECK(error("import \"out.nabla\"\n").message.find("a link that leaves") != std::string::npos);
    CHECK(error("import \"up/outside.nabla\"\n").message.find("leaves") != std::string::npos);
    CHECK(error("import \"broken.nabla\"\n").message.find("no such file") != std::string::npos);
    CHECK(error("import \"up/tree/sub/../../outside.nabla\"").message.find("leaves") !=
          std::string::npos);
    // One file by two names counts once: `a` is defined once.
    CHECK(read("import \"in.nabla\"\nimport \"sub/inside.nabla\"\nshow a\n").definitions.size() ==
          1);
}

TEST_CASE_METHOD(Folder, "places of mistakes in imported files") {
    write("tree/sub/a.nabla", "import \"c.nabla\"\n");
    write("tree/sub/c.nabla", "\nx = 1 +* 2\n");
    const Diagnostic found = error("\nimport \"sub/a.nabla\"\n");
    CHECK(found.where.file == "sub/c.nabla");
    CHECK(found.where.line == 2);
    CHECK(found.where.column == 8);
    CHECK(found.where.line_text == "x = 1 +* 2");
    REQUIRE(found.labels.size() == 2);
    CHECK(found.labels[0].where.file == "sub/a.nabla");
    CHECK(found.labels[1].where.file == "main.nabla");
    CHECK(found.labels[1].where.line == 2);
}

TEST_CASE_METHOD(Folder, "imports have limits") {
    std::string all;
    for (std::size_t i = 0; i <= syntax::limits::imported_files; ++i) {
        write("tree/sub/f" + std::to_string(i) + ".nabla", "");
        all += "import \"sub/f" + std::to_string(i) + ".nabla\"\n";
    }
    CHECK(error(all).message.find("too many files") != std::string::npos);
    for (std::size_t i = 0; i <= syntax::limits::import_depth; ++i) {
        write("tree/d" + std::to_string(i) + ".nabla",
              "import \"d" + std::to_string(i + 1) + ".nabla\"\n");
    }
    CHECK(error("import \"d0.nabla\"\n").message.find("nested too deeply") != std::string::npos);
}

TEST_CASE_METHOD(Folder, "files that together are too long, and files that are none") {
    write("tree/big.nabla", "#");
    fs::resize_file(root / "tree/big.nabla", syntax::limits::source_bytes);
    CHECK(error("import \"big.nabla\"\n").message.find("longer than 64 MB") != std::string::npos);
    CHECK(error("import \"sub\"\n").message.find("a folder") != std::string::npos);
    CHECK(error(std::string("import \"a\0b\"\n", 13)).where.line == 1);
}
