// The C header that goes with an exported object.
#include <fmt/format.h>

#include <string>

#include "codegen/compile.hpp"

namespace nabla::codegen {
namespace {

struct Libraries {
    bool sleef = false;
    bool openblas = false;
};

void find_libraries(const std::vector<Step>& steps, Libraries& found) {
    for (const Step& step : steps) {
        if (std::holds_alternative<LibraryCall>(step)) {
            const Routine routine = std::get<LibraryCall>(step).routine;
            if (routine != Routine::lu_det && routine != Routine::lu_sign) found.openblas = true;
        } else if (const auto* stream = std::get_if<Stream>(&step)) {
            find_libraries(stream->body, found);
        } else if (const auto* statement = std::get_if<Statement>(&step)) {
            for (const Instr& instr : statement->body) {
                const bool power = instr.kind == Instr::Kind::power && instr.exponent.den > 2;
                const bool function =
                    instr.kind == Instr::Kind::function &&
                    ir::function(instr.function).lowering != ir::LoweringKind::builtin;
                if (power || function) found.sleef = true;
            }
        }
    }
}

std::string link_comment(const LoopProgram& program) {
    Libraries found;
    find_libraries(program.steps, found);
    std::string flags;
    if (found.openblas) flags += " -lopenblas";
    if (found.sleef) flags += " -lsleef -lm";
    if (flags.empty()) return "Link the object file; no library is needed.";
    return fmt::format("Link the object file with{}.", flags);
}

/// Text that cannot end a C comment early.
std::string safe(std::string text) {
    for (std::size_t at = 0; (at = text.find("*/", at)) != std::string::npos; at += 3)
        text.insert(at + 1, " ");
    return text;
}

std::string comment_line(const ExportSignature::Parameter& parameter, const char* what) {
    return fmt::format("   {:<10} {}{}{}\n", parameter.name, what,
                       parameter.comment.empty() ? "" : ": ", safe(parameter.comment));
}

}  // namespace

std::string c_header(const LoopProgram& program, const ExportSignature& signature) {
    const char* number = program.precision == Precision::f64 ? "double" : "float";
    std::string parameters;
    std::string comments;
    for (const auto& input : signature.inputs) {
        comments += comment_line(input, input.scalar ? "a number" : "input");
        parameters += input.scalar ? fmt::format("{} {}, ", number, input.name)
                                   : fmt::format("const {}* {}, ", number, input.name);
    }
    for (const auto& output : signature.outputs) {
        comments += comment_line(output, "output");
        parameters += fmt::format("{}* {}, ", number, output.name);
    }
    std::string guard = "NABLA_" + program.name + "_H";
    return fmt::format(
        R"(/* Made by nabla. {2}

   Arrays are row-major and need no more than the alignment of their element type; inputs are only
   read, outputs are written whole and must not overlap anything. `workspace`: {0}_workspace() bytes
   as malloc aligns them; may be null if that is 0. Thread-safe, allocates nothing.

{3}
   Returns 0, or a number from 1 on if a factorisation failed: {0}_error(number) says which. */
#ifndef {1}
#define {1}

#include <stddef.h>

#ifdef __cplusplus
extern "C" {{
#endif

size_t {0}_workspace(void);
const char* {0}_error(int code);
int {0}({4}void* workspace);

#ifdef __cplusplus
}}
#endif

#endif
)",
        program.name, guard, link_comment(program), comments, parameters);
}

}  // namespace nabla::codegen
