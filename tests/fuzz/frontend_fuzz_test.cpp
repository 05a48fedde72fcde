// Any text is an answer or an InputError with a message and a place, never anything else. Fixed
// seeds and counts: bytes at random, tokens at random, and well-formed texts damaged a little.
#include <catch2/catch.hpp>
#include <random>
#include <string>
#include <vector>

#include "frontend/frontend.hpp"
#include "ir/verify.hpp"
#include "passes/pipeline.hpp"

using namespace nabla;

namespace {

const std::vector<std::string> seeds = {
    "x^T A x",
    "tr(AXB) + log det(X^T X)",
    "sum(log(1 + exp(-y .* (X w))))/m + lambda/2 ||w||^2",
    "grad(||X w - y||^2, w)",
    "hessian(logsumexp(A x), x)",
    "-y^T log(softmax(W x))",
    "|x|^T |x| + <x, A x> + ||x||_1",
    "(A + lambda I)^-1 b .* sin^2(x) ./ x'",
    "\xE2\x88\x87_x x\xE1\xB5\x80 A x \xE2\x88\x92 \xCE\xBB",
    "sum(X, axis=1) - mean(X, 2)' + max(x, 0)",
};

const std::vector<std::string> tokens = {"x",    "A",        "X",
                                         "w",    "n",        "lambda",
                                         "(",    ")",        "[",
                                         "]",    "+",        "-",
                                         "*",    "/",        ".*",
                                         "./",   "^",        "^T",
                                         "'",    "^-1",      "||",
                                         "|",    "<",        ">",
                                         ",",    ";",        "=",
                                         "==",   "sum",      "tr",
                                         "log",  "det",      "exp",
                                         "diag", "I",        "1",
                                         "2.",   "1e5",      "grad",
                                         ":",    "_1",       "\\",
                                         ".",    "in",       "for",
                                         " ",    "\n",       "minimize",
                                         "over", "param",    "var",
                                         "show", "export",   "as",
                                         "pi",   "\xCE\xBB", "\xE1\xB5\x80",
                                         "#",    "softmax"};

std::string random_bytes(std::mt19937& random) {
    std::string text(random() % 40, ' ');
    for (char& c : text) c = static_cast<char>(random() % 256);
    return text;
}

std::string random_tokens(std::mt19937& random) {
    std::string text;
    for (auto count = random() % 14; count-- > 0;) {
        text += tokens[random() % tokens.size()];
        if (random() % 3 == 0) text += ' ';
    }
    return text;
}

std::string damaged(std::mt19937& random) {
    std::string text = seeds[random() % seeds.size()];
    for (auto edits = 1 + random() % 3; edits-- > 0 && !text.empty();) {
        std::size_t at = random() % text.size();
        switch (random() % 4) {
            case 0:
                text.erase(at, 1 + random() % 3);
                break;
            case 1:
                text.insert(at, tokens[random() % tokens.size()]);
                break;
            case 2:
                text[at] = static_cast<char>(32 + random() % 95);
                break;
            default:
                text.insert(at, text.substr(at, random() % 8));
                break;
        }
    }
    return text;
}

/// True if the text was read.
template <class Read>
bool answers(const std::string& text, const Read& read) {
    CAPTURE(text);
    try {
        read();
        return true;
    } catch (const InputError& error) {
        REQUIRE_FALSE(error.diagnostics().empty());
        for (const Diagnostic& d : error.diagnostics()) {
            CHECK_FALSE(d.message.empty());
            CHECK(d.where.line > 0);
            CHECK(d.where.column > 0);
        }
        return false;
    }
}

}  // namespace

TEST_CASE("expressions: every text is read or explained", "[fuzz]") {
    std::mt19937 random(2026);
    int read = 0;
    for (int i = 0; i < 6000; ++i) {
        std::string text = i % 3 == 0   ? random_bytes(random)
                           : i % 3 == 1 ? random_tokens(random)
                                        : damaged(random);
        read += answers(text, [&] {
            ir::Context context;
            syntax::Options options;
            options.defaults = true;
            auto result =
                syntax::elaborate_expression(context, syntax::Source("fuzz", text), options);
            CHECK(ir::verify(result.expr).empty());
        });
    }
    // Many damaged texts still mean something: otherwise this would only test the first error.
    CHECK(read > 200);
}

TEST_CASE("expressions that are read can be derived and finished", "[fuzz]") {
    std::mt19937 random(7);
    for (int i = 0; i < 400; ++i) {
        std::string text = damaged(random);
        answers(text, [&] {
            ir::Context context;
            syntax::Options options;
            options.defaults = true;
            auto result =
                syntax::elaborate_expression(context, syntax::Source("fuzz", text), options);
            ir::Expr finished = passes::finish(result.expr);
            CHECK(ir::verify(finished).empty());
            CHECK(finished.shape() == result.expr.shape());
        });
    }
}

TEST_CASE("files: every text is read or explained", "[fuzz]") {
    std::mt19937 random(99);
    const std::string head = "param X[m, n]\nparam y[m]\nvar w[n]\n";
    for (int i = 0; i < 3000; ++i) {
        std::string text = head;
        for (int line = 0; line < 3; ++line)
            text += (line == 1 ? "f = " : "") + (i % 2 ? damaged(random) : random_tokens(random)) +
                    "\n";
        answers(text, [&] {
            ir::Context context;
            syntax::elaborate_module(context, syntax::Source("fuzz.nabla", text));
        });
    }
}
