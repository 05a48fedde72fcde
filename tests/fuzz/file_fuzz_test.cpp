// Whole files: tokens of statements at random, and the texts of tests/errors and of a model damaged
// by lines, tokens and bytes. Each is read, or explained with places; never anything else. Fixed
// seeds and counts.
#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

#include "frontend/frontend.hpp"
#include "frontend/render.hpp"

using namespace nabla;

namespace {

const std::vector<std::string> soup = {
    "param ",
    "var ",
    "dim ",
    "show ",
    "export ",
    " as f",
    "minimize ",
    "maximize ",
    " over w",
    "solve ",
    " for x",
    "assert ",
    "import ",
    "subject to ",
    " using gd",
    "(tol=1)",
    "X[m, n]",
    "w[n]",
    "A[n, n]",
    " pd",
    " symmetric",
    " simplex",
    " >= 0",
    " in [0,1]",
    "f = ",
    "g(u) = ",
    "f(x, y) = ",
    "X",
    "w",
    "A",
    "x",
    "y",
    "m",
    "n",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    "|",
    "||",
    "+",
    "-",
    "*",
    "/",
    "\\",
    ".*",
    "./",
    "^",
    ".^",
    "^T",
    "'",
    "^-1",
    "<=",
    "==",
    "=",
    ",",
    ";",
    ":",
    ".",
    "..",
    "1",
    "2.5",
    "1e9",
    "1e999",
    "0",
    "sum(",
    "tr(",
    "log ",
    "grad(",
    "hessian(",
    "diag(",
    "I",
    "pi",
    "ones(n)",
    "\n",
    "\n",
    "\n",
    "\n",
    " ",
    "# c\n",
    "\"",
    "@",
    "%",
    "!",
    "\\frac",
    "_{",
    "x.T",
    "np.dot(",
    "\xE2\x88\x91",
    "\xCE\xBB",
    "\xE1\xB5\x80",
    "\xC2\xB2",
    "\xE2\x80\x96",
    "\xE2\x88\x87_w ",
    "\t",
    "\r\n",
};

const std::string model =
    "# ridge regression\n"
    "dim n >= 2\n"
    "param X[m, n] full_rank\n"
    "param y[m]\n"
    "param lambda > 0\n"
    "param A[n, n] pd\n"
    "var w[n] >= 0\n"
    "residual = X w - y\n"
    "penalty(v) = lambda/2 ||v||^2 + v^T A v\n"
    "loss = sum(residual.^2)/m + penalty(w)\n"
    "minimize loss over w using lbfgs(tol=1e-8)\n"
    "show hessian(loss, w)\n"
    "export loss, grad(loss, w) as loss_and_gradient\n";

std::string read(const std::filesystem::path& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

/// The model, and every file of the error gallery, in order of name.
std::vector<std::string> corpus() {
    std::vector<std::filesystem::path> paths;
    for (const auto& entry : std::filesystem::directory_iterator(NABLA_SOURCE_DIR "/tests/errors"))
        if (entry.path().extension() == ".nabla") paths.push_back(entry.path());
    std::sort(paths.begin(), paths.end());
    std::vector<std::string> texts(paths.size() + 20, model);  // the model is damaged more often
    for (std::size_t i = 0; i < paths.size(); ++i) texts[i] = read(paths[i]);
    return texts;
}

std::string random_soup(std::mt19937& random) {
    std::string text;
    for (auto count = 5 + random() % 60; count-- > 0;) text += soup[random() % soup.size()];
    return text;
}

void damage_lines(std::string& text, std::mt19937& random) {
    std::vector<std::string> lines;
    std::size_t at = 0;
    while (at < text.size()) {
        const std::size_t end = std::min(text.find('\n', at), text.size());
        lines.push_back(text.substr(at, end - at));
        at = end + 1;
    }
    if (lines.empty()) return;
    const std::size_t one = random() % lines.size();
    const std::size_t other = random() % lines.size();
    switch (random() % 4) {
        case 0:
            std::swap(lines[one], lines[other]);
            break;
        case 1:
            lines.erase(lines.begin() + static_cast<std::ptrdiff_t>(one));
            break;
        case 2:
            lines.insert(lines.begin() + static_cast<std::ptrdiff_t>(one), lines[other]);
            break;
        default:
            lines[one] += lines[other];
            break;
    }
    text.clear();
    for (const std::string& line : lines) text += line + "\n";
}

std::string damaged(std::string text, std::mt19937& random, const std::vector<std::string>& all) {
    for (auto edits = 1 + random() % 4; edits-- > 0 && !text.empty();) {
        const std::size_t at = random() % text.size();
        switch (random() % 6) {
            case 0:
                text.erase(at, 1 + random() % 5);
                break;
            case 1:
                text.insert(at, soup[random() % soup.size()]);
                break;
            case 2:
                text[at] = static_cast<char>(random() % 256);
                break;
            case 3:
                text.resize(at);
                break;
            case 4: {
                const std::string& other = all[random() % all.size()];
                text.insert(at, other.substr(0, random() % (other.size() + 1)));
                break;
            }
            default:
                damage_lines(text, random);
                break;
        }
    }
    return text;
}

/// True if the text was read; otherwise its errors are complete and can be shown.
bool answers(const std::string& text) {
    CAPTURE(text);
    try {
        ir::Context context;
        syntax::elaborate_module(context, syntax::Source("fuzz.nabla", text));
        return true;
    } catch (const InputError& error) {
        REQUIRE_FALSE(error.diagnostics().empty());
        for (const Diagnostic& d : error.diagnostics()) {
            CHECK_FALSE(d.message.empty());
            CHECK(d.where.line > 0);
            CHECK(d.where.column > 0);
            CHECK(d.where.end_column > d.where.column);
            for (const Label& label : d.labels) CHECK(label.where.line > 0);
        }
        CHECK_FALSE(syntax::render_text(error.diagnostics()).empty());
        CHECK_FALSE(syntax::render_json(error.diagnostics()).empty());
        return false;
    }
}

}  // namespace

TEST_CASE("statements: tokens at random are read or explained", "[fuzz]") {
    std::mt19937 random(8);
    for (int i = 0; i < 3000; ++i) answers(random_soup(random));
}

TEST_CASE("files: damaged texts are read or explained", "[fuzz]") {
    std::mt19937 random(88);
    const std::vector<std::string> all = corpus();
    REQUIRE(answers(model));
    int read = 0;
    for (int i = 0; i < 4000; ++i) {
        const std::string& text = all[static_cast<std::size_t>(i) % all.size()];
        read += answers(damaged(text, random, all));
    }
    CHECK(read > 50);
}
