#include "runtime/data/data.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <string>
#include <vector>

#include "tests/unit/runtime/temporary_file.hpp"

using namespace nabla;
using nabla::test::TemporaryFile;

namespace {

Array load(const TemporaryFile& file, const std::string& selection = "") {
    const auto request = runtime::parse_data_request("v=" + file.path() +
                                                     (selection.empty() ? "" : ":" + selection));
    const runtime::Values values = runtime::load_data(request);
    REQUIRE(values.all().size() == 1);
    return values.all().front().array;
}

std::vector<double> numbers(const Array& array) {
    return {array.values().begin(), array.values().end()};
}

Diagnostic error_of(const TemporaryFile& file, const std::string& selection = "") {
    try {
        load(file, selection);
    } catch (const InputError& error) {
        return error.diagnostics().front();
    }
    FAIL("no error");
    return {};
}

}  // namespace

TEST_CASE("a data argument is a name, a path and a selection") {
    auto request = runtime::parse_data_request("X=some/data.csv:a,b");
    CHECK(request.name == "X");
    CHECK(request.path == "some/data.csv");
    CHECK(request.selection == "a,b");

    request = runtime::parse_data_request("some/values.json");
    CHECK(request.name.empty());
    CHECK(request.path == "some/values.json");

    request = runtime::parse_data_request("dir/a=1.json");
    CHECK(request.name.empty());
    CHECK(request.path == "dir/a=1.json");

    request = runtime::parse_data_request("X=odd:name.csv:*-a");
    CHECK(request.path == "odd:name.csv");
    CHECK(request.selection == "*-a");

    request = runtime::parse_data_request("lambda=-1e-3");
    CHECK(runtime::load_data(request).find("lambda")->array.scalar() == -1e-3);

    CHECK_THROWS_AS(runtime::parse_data_request("X=data.xyz"), InputError);
    CHECK_THROWS_AS(runtime::parse_data_request("X"), InputError);
    CHECK_THROWS_AS(runtime::parse_data_request(""), InputError);
}

TEST_CASE("columns of a table with a header are picked by name") {
    const TemporaryFile file("t.csv", "a,b,c-d\n1,2,3\n4,5,6\n");
    CHECK(load(file, "b").sizes() == Sizes{2});
    CHECK(numbers(load(file, "b")) == std::vector<double>{2, 5});
    CHECK(load(file, "c-d,a").sizes() == Sizes{2, 2});
    CHECK(numbers(load(file, "c-d,a")) == std::vector<double>{3, 1, 6, 4});
    CHECK(numbers(load(file, "*-b")) == std::vector<double>{1, 3, 4, 6});
    CHECK(numbers(load(file, "*-c-d-b")) == std::vector<double>{1, 4});
    CHECK(load(file, "*-c-d-b").sizes() == Sizes{2, 1});
    CHECK(load(file).sizes() == Sizes{2, 3});
    CHECK(numbers(load(file, "2")) == std::vector<double>{2, 5});
}

TEST_CASE("a table without a header is picked from by number") {
    const TemporaryFile file("t.tsv", "1\t2\r\n3\t4\r\n\r\n");
    CHECK(load(file).sizes() == Sizes{2, 2});
    CHECK(numbers(load(file, "2")) == std::vector<double>{2, 4});
    CHECK(error_of(file, "3").message.find("no column '3'") != std::string::npos);
    CHECK(error_of(file, "x").help.find("no header") != std::string::npos);
}

TEST_CASE("a first row of data that holds text is not taken for a header") {
    const TemporaryFile file("t.csv", "5.1,3.5,setosa\n4.9,3.0,setosa\n");
    CHECK(load(file, "1,2").sizes() == Sizes{2, 2});
    CHECK(error_of(file, "3").message.find("'setosa' in row 1, column 3") != std::string::npos);
}

TEST_CASE("a header may hold numbers and a table quotes, blanks and a byte order mark") {
    const TemporaryFile file("t.csv",
                             "\xEF\xBB\xBF\"one, \"\"two\"\"\", 2 ,3\n \"1.5\" ,+2,-3e2\n");
    CHECK(numbers(load(file, "one, \"two\"")) == std::vector<double>{1.5});
    CHECK(numbers(load(file, "3")) == std::vector<double>{-300});
}

TEST_CASE("non-finite numbers are read as spreadsheets and NumPy write them") {
    const TemporaryFile file("t.csv", "a,b,c,d\nNaN,inf,-Infinity,nan\n1,2,3,4\n");
    const Array array = load(file);
    CHECK(std::isnan(array.values()[0]));
    CHECK(array.values()[1] == INFINITY);
    CHECK(array.values()[2] == -INFINITY);
    CHECK(std::isnan(array.values()[3]));
    CHECK_FALSE(runtime::parse_number("nan(7)"));
    CHECK_FALSE(runtime::parse_number("1e999"));
    CHECK_FALSE(runtime::parse_number("+-1"));
    CHECK_FALSE(runtime::parse_number(""));
    CHECK_FALSE(runtime::parse_number("0x10"));
    CHECK(runtime::parse_number("1e-999") == 0.0);
}

TEST_CASE("what is wrong with a table is said with its file, line and column") {
    const TemporaryFile ragged("t.csv", "a,b\n1,2\n3\n4,5\n");
    Diagnostic error = error_of(ragged);
    CHECK(error.where.file == ragged.path());
    CHECK(error.where.line == 3);
    CHECK(error.where.column == 2);
    CHECK(error.message == "row 2 has 1 fields where the header has 2");

    const TemporaryFile wide("t.csv", "1,2\n3,4,5\n");
    error = error_of(wide);
    CHECK(error.where.line == 2);
    CHECK(error.where.column == 5);

    const TemporaryFile text("t.csv", "α,b\n1,2\nü,four\n");
    error = error_of(text, "b");
    CHECK(error.where.line == 3);
    CHECK(error.where.column == 3);
    CHECK(error.where.end_column == 7);
    CHECK(error.where.line_text == "ü,four");
    CHECK(error.message == "'four' in row 2, column 2 (b) is not a number");

    const TemporaryFile missing("t.csv", "a,b\n1,\n");
    CHECK(error_of(missing).message == "a number is missing in row 1, column 2 (b)");
    const TemporaryFile short_file("t.csv", "a,b\n1,2\n3,4\n5");
    CHECK(error_of(short_file).help == "is the file cut short?");
    const TemporaryFile open_quote("t.csv", "a,b\n1,\"2\n");
    CHECK(error_of(open_quote).message == "this quotation mark is never closed");
    const TemporaryFile hole("t.csv", "a,b\n1,2\n\n3,4\n");
    CHECK(error_of(hole).message == "row 2 is an empty line");
    const TemporaryFile empty("t.csv", "");
    CHECK(error_of(empty).message == "the file is empty");
    const TemporaryFile header_only("t.csv", "a,b\n");
    CHECK(error_of(header_only).message == "the table has a header and no rows");
    CHECK(error_of(header_only).where.line == 1);
    const TemporaryFile twice("t.csv", "a,a\n1,2\n");
    CHECK(error_of(twice, "a").message.find("two columns named 'a'") != std::string::npos);
    CHECK(error_of(text, "*-b-α").message.find("leaves no column") != std::string::npos);
}

TEST_CASE("a JSON object gives each of its names an array") {
    const TemporaryFile file(
        "v.json",
        R"({"a": 2, "x": [1, -2.5e0, 3], "A": [[1,2],[3,4]], "T": [[[1]],[[2]]],
                                 "n": ["NaN", "Infinity", "-Infinity"], "M": [[3]]})");
    const runtime::Values values = runtime::load_data(runtime::parse_data_request(file.path()));
    CHECK(values.find("a")->array.sizes().empty());
    CHECK(values.find("a")->array.scalar() == 2);
    CHECK(numbers(values.find("x")->array) == std::vector<double>{1, -2.5, 3});
    CHECK(values.find("A")->array.sizes() == Sizes{2, 2});
    CHECK(numbers(values.find("A")->array) == std::vector<double>{1, 2, 3, 4});
    CHECK(values.find("T")->array.sizes() == Sizes{2, 1, 1});
    CHECK(values.find("M")->array.sizes() == Sizes{1, 1});
    CHECK(std::isnan(values.find("n")->array.values()[0]));
    CHECK(values.find("n")->array.values()[2] == -INFINITY);
    CHECK(numbers(load(file, "x")) == std::vector<double>{1, -2.5, 3});
    CHECK(error_of(file, "q").message.find("gives no value to q") != std::string::npos);
}

TEST_CASE("a name may be given a JSON file that holds one value") {
    const TemporaryFile list("v.json", "[[1, 2, 3]]");
    CHECK(load(list).sizes() == Sizes{1, 3});
    const TemporaryFile number("v.json", "4.5");
    CHECK(load(number).scalar() == 4.5);
    CHECK_THROWS_AS(runtime::load_data(runtime::parse_data_request(list.path())), InputError);
}

TEST_CASE("what is wrong with JSON is said with its line and column") {
    const auto message = [](const std::string& text) {
        const TemporaryFile file("v.json", text);
        return error_of(file).message;
    };
    CHECK(message(R"({"v": [[1, 2], [3]]})") ==
          "in v: this list has 1 entries where the lists before it have 2");
    CHECK(message(R"({"v": [[1], 2]})") ==
          "in v: a number stands here where the entries before it are lists");
    CHECK(message(R"({"v": [1, [2]]})") ==
          "a list stands here where the entries before it are numbers");
    CHECK(message(R"({"v": [[], 1]})") == "in v: an empty list stands among lists of numbers");
    CHECK(message(R"({"v": "four"})") == "'four' is not a number");
    CHECK(message(R"({"v": true})") == "true is not a number");
    CHECK(message(R"({"v": null})") == "null is not a number");
    CHECK(message(R"({"v": {"w": 1}})") == "v must be a number or nested lists");
    CHECK(message(R"({"v": 1, "v": 2})") == "v is given twice");
    CHECK(message(R"({"v": 1e999})") == "this number is too large for a double");
    CHECK(message(R"({"v": [1, 2)") == "the file ends before its JSON does");
    CHECK(message("") == "the file ends before its JSON does");
    CHECK(message(R"({"v": [1 2]})") == "this is not JSON");
    CHECK(message(std::string(100000, '[')) == "lists are nested more than 16 deep");

    const TemporaryFile file("v.json", "{\"a\": 1,\n \"v\": [1,\n  \"x\"]}");
    const Diagnostic error = error_of(file);
    CHECK(error.where.line == 3);
    CHECK(error.where.column >= 3);
    CHECK(error.where.column <= 5);
}

TEST_CASE("a file that is not there is an error that names it") {
    CHECK_THROWS_WITH(runtime::load_data(runtime::parse_data_request("x=/nowhere/at.json")),
                      Catch::Contains("/nowhere/at.json"));
}

TEST_CASE("numbers and lists on the command line that cannot be read say why") {
    CHECK_THROWS_WITH(runtime::parse_data_request("x=1e999"), Catch::Contains("too large"));
    CHECK_THROWS_WITH(runtime::parse_data_request("x=[1,2,3]"), Catch::Contains("a list"));
    CHECK(runtime::load_data(runtime::parse_data_request("x=1e-999")).find("x")->array.scalar() ==
          0);
    CHECK(runtime::load_data(runtime::parse_data_request("zz=3")).find("zz")->origin == "zz=3");
    const TemporaryFile table("t.csv", "1,2\n1e999,3\n");
    CHECK(error_of(table).message == "'1e999' in row 2, column 1 is too large for a double");
}

TEST_CASE("an error in a long line keeps the line and the column") {
    std::string text = "{\"v\": [";
    for (int i = 0; i < 50000; ++i) text += "1,";
    const TemporaryFile file("t.json", text + "zz]}");
    const Diagnostic diagnostic = error_of(file);
    CHECK(diagnostic.where.column > 100000);
    CHECK(diagnostic.where.line_text.size() > 100000);
}
