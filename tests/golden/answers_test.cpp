// Answers as text: every block of tests/golden/*.golden is derived, printed in the three styles and
// compared with what stands there. The ASCII and Unicode texts are read back, and must have the
// value of what was printed. A `textbook:` form must have that value too, and our answer must not
// be the longer one. NABLA_UPDATE_GOLDEN=1 rewrites the answers and docs/identities.md.
#include <catch2/catch.hpp>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <sstream>

#include "codegen/source/text.hpp"
#include "passes/to_matrix.hpp"
#include "tests/golden/blocks.hpp"
#include "tests/golden/values.hpp"
#include "tests/golden/written_size.hpp"

namespace {

using namespace nabla;
using namespace golden;
using codegen::TextStyle;
using ir::Expr;

const char* const answer_keys[] = {"text", "unicode", "latex"};

bool updating() {
    const char* flag = std::getenv("NABLA_UPDATE_GOLDEN");
    return flag != nullptr && std::string(flag) == "1";
}

void check_textbook(const Block& block, Expr answer, const Sample& sample) {
    std::string textbook = value_of(block, "textbook");
    if (textbook.empty()) return;
    INFO("textbook: " << textbook);
    sample.check_value(sample.with_sizes(textbook));
    passes::NotationPtr notation = passes::to_matrix(answer);
    CHECK(passes::notation_size(*notation) <= written_size(textbook));
}

void check_block(Block& block, bool update) {
    INFO(value_of(block, "expr") << "  by  " << value_of(block, "wrt"));
    ir::Context context;
    Answer answer = answer_of(context, block);
    const TextStyle styles[] = {TextStyle::ascii, TextStyle::unicode, TextStyle::latex};
    for (int k = 0; k < 3; ++k) {
        std::string shown = codegen::print(answer.expr, styles[k]);
        std::string expected = value_of(block, answer_keys[k]);
        if (k > 0 && expected.empty()) continue;
        if (update)
            set_value(block, answer_keys[k], shown);
        else
            CHECK(shown == expected);
    }
    INFO("ours: " << codegen::print(answer.expr, TextStyle::ascii));
    Sample sample(answer.expr, answer.symbols);
    sample.check_value(codegen::print(sample.sized(), TextStyle::ascii));
    sample.check_value(codegen::print(sample.sized(), TextStyle::unicode));
    check_textbook(block, answer.expr, sample);
}

std::string cell(const std::string& formula) {
    if (formula.empty()) return {};
    std::string escaped;
    for (char c : formula) escaped += c == '|' ? "\\|" : std::string(1, c);
    return "`" + escaped + "`";
}

void add_table(std::ostream& out, const std::filesystem::path& file) {
    bool open = false;
    for (const Block& block : read_blocks(file)) {
        for (const auto& [key, value] : block)
            if (key[0] == '#') {
                out << "\n## " << key.substr(2) << "\n\n"
                    << "| expression | by | answer | textbook |\n| --- | --- | --- | --- |\n";
                open = true;
            }
        std::string expr = value_of(block, "expr");
        if (expr.empty() || !open) continue;
        std::string by = cell(value_of(block, "wrt"));
        if (std::string order = value_of(block, "order"); !order.empty()) by += ", order " + order;
        if (std::string declared = value_of(block, "declare"); !declared.empty())
            by += (by.empty() ? "" : "; ") + cell(declared);
        std::string textbook = value_of(block, "textbook");
        if (textbook == value_of(block, "text")) textbook.clear();
        if (std::string source = value_of(block, "source"); !source.empty())
            textbook = textbook.empty() ? "" : cell(textbook) + " (" + source + ")";
        else
            textbook = cell(textbook);
        out << "| " << cell(expr) << " | " << by << " | " << cell(value_of(block, "text")) << " | "
            << textbook << " |\n";
    }
}

/// docs/identities.md, as the golden files have it.
std::string identities() {
    std::ostringstream out;
    out << "# Identities\n\n"
           "Derivatives that textbooks print, with the answers of Nabla beside them. The page is\n"
           "made from `tests/golden/*.golden`; a test checks every answer's text, that it and the\n"
           "textbook's form have the same value at random matrices, and that the answer is not\n"
           "longer than the textbook's form. Where the last column is empty both are the same.\n"
           "In brackets: the number of the equation in the source.\n";
    for (const auto& file : golden_files()) add_table(out, file);
    return out.str();
}

}  // namespace

TEST_CASE("answers are a textbook's and read back", "[golden]") {
    int files = 0;
    for (const auto& file : golden_files()) {
        ++files;
        std::vector<Block> blocks = read_blocks(file);
        for (Block& block : blocks)
            if (!value_of(block, "expr").empty()) check_block(block, updating());
        if (updating()) write_blocks(file, blocks);
    }
    REQUIRE(files >= 3);
}

TEST_CASE("the page of identities is what the golden files say", "[golden]") {
    std::filesystem::path page = std::filesystem::path(NABLA_SOURCE_DIR) / "docs" / "identities.md";
    std::string expected = identities();
    if (updating()) std::ofstream(page) << expected;
    std::ifstream in(page);
    std::string found{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
    CHECK(found == expected);
}

TEST_CASE("a written formula is measured as a notation is", "[golden]") {
    CHECK(written_size("2 X^T (X w - y)") == 7);
    CHECK(written_size("||x||^2") == 4);
    CHECK(written_size("-X^-T a b^T X^-T") == 8);
    CHECK(written_size("x ./ y.^2") == 5);
    CHECK(written_size("sum(X, 2)") == 3);
    CHECK(written_size("max(X, axis=1)") == 3);
    CHECK(written_size("tr(A) eye(m n) + ones(m, n)") == 8);
    CHECK(written_size("(1 + x)^(-1/2)") == 5);
    CHECK(written_size("[i, j: A[j,i]]") == 7);
    for (const auto& file : golden_files())
        for (const Block& block : read_blocks(file)) {
            if (value_of(block, "expr").empty()) continue;
            ir::Context context;
            Expr answer = answer_of(context, block).expr;
            INFO(codegen::print(answer, TextStyle::ascii));
            // What a text spells with more signs than its notation has: sizes and fractions.
            CHECK(passes::notation_size(*passes::to_matrix(answer)) <=
                  written_size(codegen::print(answer, TextStyle::ascii)));
        }
}
