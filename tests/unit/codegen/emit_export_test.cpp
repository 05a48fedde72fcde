#include <stdlib.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "tests/unit/codegen/emit_programs.hpp"

namespace nabla::codegen::tests {
namespace {

/// A directory that goes with its owner.
class Scratch {
public:
    Scratch() {
        std::string name = (std::filesystem::temp_directory_path() / "nabla-XXXXXX").string();
        REQUIRE(mkdtemp(name.data()) != nullptr);
        path_ = name;
    }
    ~Scratch() { std::filesystem::remove_all(path_); }
    std::string path(const std::string& file) const { return (path_ / file).string(); }
    void write(const std::string& file, const std::string& text) const {
        std::ofstream(path(file), std::ios::binary) << text;
    }
    std::string read(const std::string& file) const {
        std::ifstream in(path(file));
        std::ostringstream text;
        text << in.rdbuf();
        return text.str();
    }
    int run(const std::string& command) const {
        return std::system(("cd '" + path_.string() + "' && " + command).c_str());
    }

private:
    std::filesystem::path path_;
};

/// out := exp(a x), value := sum(out), then A^-1 x in `solution` where `solve` is wanted.
LoopProgram example(const std::string& name, Precision precision) {
    Builder b(precision);
    b.program.name = name;
    const std::int64_t n = 3;
    const auto i = b.axis(n);
    const auto a = b.input({}), x = b.input({n}), matrix = b.input({n, n});
    const auto out = b.output({n}), value = b.output({}), solution = b.output({n});
    Body body({i});
    const auto e = body.call(ir::Fn::exp, {body.mul(body.load(a), body.load(x, {i}))});
    body.store(out, {i}, e).store(value, {}, e, Combine::sum);
    const auto factor = b.temporary({n, n});
    LibraryCall potrf{Routine::potrf, {factor}, 0, n, 0, false, false, 1, 0, 0, 1};
    LibraryCall potrs{Routine::potrs, {factor, solution}, 1, n, 0, false, false, 1, 0, 0, 0};
    b.program.error_texts = {"A is not positive definite"};
    b.program.steps = {body.statement, whole_copy(b.program, matrix, factor),
                       whole_copy(b.program, x, solution), potrf, potrs};
    return b.program;
}

const char* const main_text = R"(
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "first.h"
#include "second.h"
int main(void) {
    const double x[3] = {1, 2, 3}, A[9] = {2, 0, 0, 0, 4, 0, 0, 0, 8}, bad[9] = {0};
    const float fx[3] = {1, 2, 3}, fA[9] = {2, 0, 0, 0, 4, 0, 0, 0, 8};
    double out[3], value, solution[3];
    float fout[3], fvalue, fsolution[3];
    void* workspace = malloc(first_workspace() + second_workspace());
    int code = first(0.5, x, A, out, &value, solution, workspace);
    if (code != 0 || fabs(out[2] - exp(1.5)) > 1e-14) return 1;
    if (fabs(value - exp(0.5) - exp(1.0) - exp(1.5)) > 1e-14) return 2;
    if (fabs(solution[2] - 0.375) > 1e-15) return 3;
    if (first(0.5, x, bad, out, &value, solution, workspace) != 1) return 4;
    if (strcmp(first_error(1), "A is not positive definite") != 0) return 5;
    if (first_error(0) == NULL || first_error(7) == NULL) return 6;
    if (second(0.5f, fx, fA, fout, &fvalue, fsolution, workspace) != 0) return 7;
    if (fabsf(fout[2] - expf(1.5f)) > 1e-5f || fabsf(fsolution[1] - 0.5f) > 1e-6f) return 8;
    free(workspace);
    return 0;
}
)";

TEST_CASE("exported objects link into a C program by their headers alone") {
    const Scratch scratch;
    ExportSignature signature;
    signature.inputs = {{"a", true, "a number"}, {"x", false, "x[3]"}, {"A", false, "A[3, 3]"}};
    signature.outputs = {{"out", false, "[3]"}, {"value", true, ""}, {"solution", false, "[3]"}};
    EmitOptions options;
    options.export_as = &signature;
    for (const std::string name : {"first", "second"}) {
        const LoopProgram program =
            example(name, name == "first" ? Precision::f64 : Precision::f32);
        const CompiledObject object = emit(program, options);
        scratch.write(name + ".o", std::string(object.bytes.begin(), object.bytes.end()));
        scratch.write(name + ".h", c_header(program, signature));
    }
    CHECK(scratch.read("first.h").find(" -lopenblas -lsleef -lm") != std::string::npos);
    scratch.write("main.c", main_text);
    CHECK(scratch.run("nm -g --defined-only first.o | awk '{print $3}' | sort | tr '\\n' ' ' "
                      "> symbols") == 0);
    CHECK(scratch.read("symbols") == "first first_error first_workspace ");
    REQUIRE(scratch.run("cc -std=c99 -Wall -Wextra -pedantic -Werror main.c first.o second.o "
                        "-o main -lopenblas -lsleef -lm") == 0);
    CHECK(scratch.run("./main") == 0);
}

TEST_CASE("the header names only the libraries that are used") {
    Builder b;
    const auto i = b.axis(4);
    const auto x = b.input({4}), y = b.output({4});
    Body body({i});
    body.store(y, {i}, body.power(body.load(x, {i}), 2));
    b.program.steps = {body.statement};
    const ExportSignature signature{{{"x", false, "x[4] */ #error"}}, {{"y", false, ""}}};
    const std::string header = c_header(b.program, signature);
    CHECK(header.find("-l") == std::string::npos);
    CHECK(header.find("int kernel(const double* x, double* y, void* workspace);") !=
          std::string::npos);
    CHECK(header.find("*/ #error") == std::string::npos);
}

}  // namespace
}  // namespace nabla::codegen::tests
