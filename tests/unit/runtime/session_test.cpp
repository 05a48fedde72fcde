#include "runtime/session/session.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <nabla/error.hpp>
#include <string>
#include <vector>

#include "runtime/session/complete.hpp"
#include "runtime/session/help.hpp"
#include "runtime/session/inspect.hpp"

using namespace nabla;
using namespace nabla::runtime;

namespace {

Answer enter(Session& session, const std::string& text) {
    return session.enter(Typed::whole(text));
}

std::string formula(Session& session, const std::string& text) {
    return std::get<ExpressionAnswer>(enter(session, text)).formula.text;
}

std::vector<double> value(Session& session, const std::string& text) {
    const Answer answer = enter(session, text);
    const auto& array = std::get<ExpressionAnswer>(answer).value;
    if (!array) return {};
    return {array->values().begin(), array->values().end()};
}

Diagnostic error_of(Session& session, const std::string& text) {
    try {
        enter(session, text);
    } catch (const InputError& error) {
        return error.diagnostics().front();
    }
    return {};
}

}  // namespace

TEST_CASE("kinds of lines") {
    const auto kind = [](const std::string& text) { return classify(Typed::whole(text)).kind; };
    CHECK(kind("") == LineKind::nothing);
    CHECK(kind("  # x = 3\n // y\n") == LineKind::nothing);
    CHECK(kind("x") == LineKind::expression);
    CHECK(kind("sum(X, axis=1)") == LineKind::expression);
    CHECK(kind("where(x == 0, 1, 2)") == LineKind::expression);
    CHECK(kind("f = x") == LineKind::definition);
    CHECK(kind("f(x, y) = x") == LineKind::function);
    CHECK(kind("x := 3") == LineKind::assignment);
    CHECK(kind("dim n = 3") == LineKind::dim);
    CHECK(kind("var x[n]") == LineKind::declaration);
    CHECK(kind("minimize f over x") == LineKind::request);
    CHECK(kind("minimise f over x") == LineKind::request);
    CHECK(kind("assert x == x") == LineKind::request);
    CHECK(kind("min(x)") == LineKind::expression);
    CHECK(kind("# first\nf = 2") == LineKind::definition);
    CHECK(classify(Typed::whole("λ_1 = 2")).name == "lambda_1");
}

TEST_CASE("input that waits for more") {
    const auto needs_more = [](const std::string& text) {
        GrowingInput input;
        for (std::size_t at = 0; at <= text.size();) {
            const std::size_t end = std::min(text.find('\n', at), text.size());
            input.add(text.substr(at, end - at));
            at = end + 1;
        }
        CHECK(input.text() == text);
        return input.needs_more();
    };
    for (const char* text : {"f(x,", "1 +", "[1, 2;", "f =", "x :=", "minimize f", ":minimize f",
                             "(1 # )", "(1\n+ 2", "a\n+", "minimize f\n"}) {
        INFO(text);
        CHECK(needs_more(text));
    }
    for (const char* text : {"f(x)", "x'", "|x|", "minimize f over x", "minimize f\nover x",
                             "minimize", "1 # +", "1)"}) {
        INFO(text);
        CHECK_FALSE(needs_more(text));
    }
    GrowingInput open;
    open.add("minimize x^2");
    for (const char* line : {"  param x", ":quit", "x := 3", " y=3", "f = g"}) {
        INFO(line);
        CHECK(open.is_ended_by(line));
    }
    for (const char* line : {"parameter", "over x", "x == 3", "f(x) + 1", ""}) {
        INFO(line);
        CHECK_FALSE(open.is_ended_by(line));
    }
    GrowingInput bracket;
    bracket.add("max(X,");
    CHECK_FALSE(bracket.is_ended_by("axis = 1)"));
    CHECK(bracket.is_ended_by("x := 3"));
}

TEST_CASE("a word may mean the names that it could be split into") {
    CHECK(may_mean("AXB", "X"));
    CHECK(may_mean("x", "x"));
    CHECK_FALSE(may_mean("softmax", "x"));
    CHECK_FALSE(may_mean("x", "xy"));
}

TEST_CASE("a session evaluates where all is known and shows formulas where not") {
    Session session;
    CHECK(formula(session, "x^T A x + x^T A x") == "2 x^T A x");
    enter(session, "x := [1, 2]");
    CHECK(value(session, "x^T A x").empty());
    enter(session, "A := [[1, 0], [0, 3]]");
    CHECK(value(session, "x^T A x") == std::vector<double>{13});
    enter(session, "f = x^T A x");
    CHECK(value(session, "grad(f, x)") == std::vector<double>{2, 12});
    enter(session, "f = 2 x^T A x");
    CHECK(value(session, "grad(f, x)") == std::vector<double>{4, 24});
}

TEST_CASE("sizes given by a value stay out of definitions that declare their own") {
    Session session;
    enter(session, "param X[m, n]");
    enter(session, "X := [[1, 2, 3]]");
    const auto defined = std::get<DefinedAnswer>(enter(session, "g = X^T X"));
    CHECK(defined.expression->shape == std::vector<std::string>{"n", "n"});
    CHECK(value(session, "sum(g)") == std::vector<double>{36});
}

TEST_CASE("names in a session are found in any spelling") {
    Session session;
    enter(session, "λ := 2");
    CHECK(value(session, "lambda^2") == std::vector<double>{4});
    CHECK(session.value_of("lambda") != nullptr);
}

TEST_CASE("a dimension line gives sizes") {
    Session session;
    CHECK(value(session, "sum(ones(k))").empty());
    enter(session, "dim k = 7");
    CHECK(value(session, "sum(ones(k))") == std::vector<double>{7});
    enter(session, "dim k = 5");
    CHECK(value(session, "sum(ones(k))") == std::vector<double>{5});
}

TEST_CASE("errors point to the part of the input that is meant") {
    Session session;
    enter(session, "param A[3, 2]");
    enter(session, "param z[3]");
    const Diagnostic plain = error_of(session, "1 + sum(A z)");
    CHECK(plain.where.file == "<input>");
    CHECK(plain.where.line == 1);
    CHECK(plain.where.column == 9);
    CHECK(plain.where.line_text == "1 + sum(A z)");

    Typed part = Typed::whole(":type λ + A z");
    part.begin = 6;
    try {
        session.evaluate(part, {});
        FAIL("A z does not fit");
    } catch (const InputError& error) {
        CHECK(error.diagnostics().front().where.column == 11);
        CHECK(error.diagnostics().front().where.line_text == part.text);
    }
    const Diagnostic cut = error_of(session, "(1 + 2");
    CHECK(cut.where.line == 1);
    CHECK(cut.where.line_text == "(1 + 2");
}

TEST_CASE("an error leaves the session as it was") {
    Session session;
    enter(session, "x := [1, 2]");
    enter(session, "f = sum(x)");
    CHECK_THROWS_AS(enter(session, "f = g_7 (1 +"), InputError);
    CHECK_THROWS_AS(enter(session, "f = f + 1"), InputError);
    CHECK_THROWS_AS(enter(session, "x := [[1], [2, 3]]"), InputError);
    CHECK_THROWS_AS(enter(session, "I := 3"), InputError);
    CHECK_THROWS_AS(enter(session, "sum := 3"), InputError);
    CHECK_THROWS_AS(enter(session, "2x := 3"), InputError);
    CHECK(value(session, "f") == std::vector<double>{3});
}

TEST_CASE("cycles through earlier lines are errors of the line that closes them") {
    Session session;
    enter(session, "f = 2");
    enter(session, "g = f + 1");
    const Diagnostic cycle = error_of(session, "f = g + 1");
    CHECK(cycle.where.file == "<input>");
    CHECK(value(session, "g") == std::vector<double>{3});
}

TEST_CASE("a problem starts where a value was given and ends as a value") {
    Session session;
    enter(session, "var x[2]");
    enter(session, "x := [5, 5]");
    enter(session, "c := [1, 2]");
    enter(session, "minimize ||x - c||^2 over x");
    CHECK(value(session, "x")[0] == Approx(1));
    enter(session, "c := [3, 4]");
    enter(session, "minimize ||x - c||^2 over x");
    CHECK(value(session, "x")[1] == Approx(4));
}

TEST_CASE("a computation stops at a checkpoint and changes nothing") {
    int left = 20;
    Session session({.checkpoint = [&] {
        if (--left < 0) throw Interrupted();
    }});
    enter(session, "var x[2]");
    left = 5;
    CHECK_THROWS_AS(enter(session,
                          "minimize sum(exp(x) - x) + sum(sin(9 x)) over x "
                          "using gd(tol=1e-300, max_iter=1000000)"),
                    Interrupted);
    CHECK(session.value_of("x") == nullptr);
}

TEST_CASE("code of an expression needs its sizes") {
    Session session;
    const Subject open = session.subject(Typed::whole("x^T A x"), {});
    CHECK_THROWS_WITH(plan_text(open), Catch::Contains("give sizes: n is not known"));
    enter(session, "x := [1, 2, 3]");
    const Subject sized = session.subject(Typed::whole("x^T A x"), {});
    CHECK_THAT(plan_text(sized), Catch::Contains("flops"));
    CHECK_THAT(llvm_text(sized), Catch::Contains("define"));
    CHECK(time_kernel(sized, [] {}).random == std::vector<std::string>{"A"});
}

TEST_CASE("words that complete") {
    Session session;
    enter(session, "my_name = 2");
    enter(session, "my_function(x) = x");
    const std::vector<std::string> commands{":type", ":time"};
    CHECK(complete(session, "1 + my_", commands).candidates ==
          std::vector<std::string>{"my_function(", "my_name"});
    CHECK(complete(session, "1 + my_", commands).begin == 4);
    CHECK(complete(session, ":t", commands).candidates ==
          std::vector<std::string>{":type ", ":time "});
    CHECK(complete(session, ":type softp", commands).candidates ==
          std::vector<std::string>{"softplus("});
    CHECK(complete(session, "λ + zzz", commands).candidates.empty());
}

TEST_CASE("every word of the vocabulary has help") {
    for (const std::string& word : help_words()) {
        INFO(word);
        CHECK_FALSE(help_text(word).empty());
    }
    CHECK(help_text("no_such_word").empty());
}
