// Diagnostics as text and as JSON.

#include <catch2/catch.hpp>

#include "frontend/render.hpp"
#include "frontend/source.hpp"

#include <nlohmann/json.hpp>

using namespace nabla;
using syntax::Source;

TEST_CASE("carets stand under the exact span, counted in code points") {
    const Source source("a.nabla", "λ = 1\ny =\tβx + z\n");
    const auto offset = static_cast<std::uint32_t>(source.text().find("β"));
    const Diagnostic diagnostic{
        Severity::error, source.locate({offset, offset + 3}), "wrong", {}, "fix"};
    CHECK(diagnostic.where.line == 2);
    CHECK(diagnostic.where.column == 5);
    CHECK(diagnostic.where.end_column == 7);
    CHECK(syntax::render_text(diagnostic) ==
          "a.nabla:2:5: error: wrong\n"
          "  2 | y =\tβx + z\n"
          "    |    \t^^\n"
          "  help: fix\n");
}

TEST_CASE("secondary places are shown on the same line or with their own") {
    const Source source("a.nabla", "var w[n]\nparam w[n]\n");
    Diagnostic diagnostic{Severity::error, source.locate({15, 16}), "again", {}, ""};
    diagnostic.labels.push_back({source.locate({4, 5}), "first here"});
    CHECK(syntax::render_text(diagnostic) ==
          "a.nabla:2:7: error: again\n"
          "  2 | param w[n]\n"
          "    |       ^\n"
          "  a.nabla:1:5: first here\n"
          "  1 | var w[n]\n"
          "    |     ~\n");
}

TEST_CASE("labels on the line of the error have a row each, under their place") {
    const Source source("a.nabla", "show X y\n");
    Diagnostic diagnostic{Severity::error, source.locate({5, 8}), "no", {}, ""};
    diagnostic.labels.push_back({source.locate({5, 6}), "X is m×n"});
    diagnostic.labels.push_back({source.locate({7, 8}), "y has m entries"});
    CHECK(syntax::render_text(diagnostic) ==
          "a.nabla:1:6: error: no\n"
          "  1 | show X y\n"
          "    |      ^^^\n"
          "    |      ~ X is m×n\n"
          "    |        ~ y has m entries\n");
}

TEST_CASE("wide characters take two columns, combining ones none") {
    const Source source("a.nabla", "\"漢字\" e\xCC\x81 $ x\n");
    const auto offset = static_cast<std::uint32_t>(source.text().find('$'));
    const Diagnostic diagnostic{
        Severity::error, source.locate({offset, offset + 1}), "wrong", {}, ""};
    CHECK(syntax::render_text(diagnostic) ==
          "a.nabla:1:9: error: wrong\n"
          "  1 | \"漢字\" e\xCC\x81 $ x\n"
          "    |          ^\n");
}

TEST_CASE("an error over several lines points into its first") {
    const Source source("a.nabla", "f = (a +\n  b)\n");
    const Diagnostic diagnostic{Severity::error, source.locate({4, 14}), "wrong", {}, ""};
    CHECK(syntax::render_text(diagnostic) ==
          "a.nabla:1:5: error: wrong\n"
          "  1 | f = (a +\n"
          "    |     ^^^^\n");
}

TEST_CASE("a long line is cut around the span") {
    const Source source("a.nabla", std::string(100000, 'x') + "$" + std::string(100000, 'y'));
    const Diagnostic diagnostic{Severity::error, source.locate({100000, 100001}), "wrong", {}, ""};
    const std::string text = syntax::render_text(diagnostic);
    CHECK(text.size() < 1000);
    CHECK(text.find("x$y") != std::string::npos);
}

TEST_CASE("JSON is valid whatever the text was") {
    const Source source("a.nabla", "x = \xFF\x01\n");
    const Diagnostic diagnostic{Severity::error, source.locate({4, 5}), "bad \xFF", {}, "help"};
    const std::vector<Diagnostic> all{diagnostic, {Severity::error, {}, "no place", {}, ""}};
    const auto json = nlohmann::json::parse(syntax::render_json(all));
    REQUIRE(json["errors"].size() == 2);
    CHECK(json["errors"][0]["line"] == 1);
    CHECK(json["errors"][0]["column"] == 5);
    CHECK(json["errors"][0]["end_column"] == 6);
    CHECK(json["errors"][0]["help"] == "help");
    CHECK(json["errors"][0]["labels"].empty());
    CHECK(json["errors"][1].count("line") == 0);
    CHECK(json["errors"][1]["help"] == "");
    CHECK(syntax::render_text(all).find("error: no place") != std::string::npos);
}

TEST_CASE("UTF-8 is checked strictly") {
    CHECK(syntax::utf8_length("λ") == 2);
    CHECK(syntax::utf8_length("\xC0\x80") == 0);
    CHECK(syntax::utf8_length("\xED\xA0\x80") == 0);
    CHECK(syntax::utf8_length("\xF4\x90\x80\x80") == 0);
    CHECK(Source("a", "ab\xFF").invalid_utf8() == 2u);
    CHECK_FALSE(Source("a", "\xEF\xBB\xBF∇").invalid_utf8());
}
