#include "cli/verbose.hpp"

#include <cstdio>
#include <string>

#include <fmt/format.h>

namespace nabla::cli {
namespace {

// Of a formula with named parts the definitions stand on lines of their own.
std::string indented(const std::string& formula) {
    std::string text;
    for (const char c : formula) {
        text += c;
        if (c == '\n') text += "        ";
    }
    return text;
}

}  // namespace

void print_verbose(const std::vector<runtime::RewriteNote>& rewrites) {
    std::string text;
    std::string stage;
    for (const runtime::RewriteNote& note : rewrites) {
        if (note.stage != stage) text += fmt::format("rewritten, {}:\n", note.stage);
        stage = note.stage;
        text += fmt::format("  {}\n      {} -> {}\n", note.rule, indented(note.before),
                            indented(note.after));
    }
    text += "conventions:\n";
    for (const std::string_view sentence : runtime::conventions()) {
        text += fmt::format("  {}\n", sentence);
    }
    std::fputs(text.c_str(), stderr);
}

void write_verbose(JsonWriter& json, const std::vector<runtime::RewriteNote>& rewrites) {
    json.key("rewrites").open_list();
    for (const runtime::RewriteNote& note : rewrites) {
        json.open_object();
        json.key("stage").text(note.stage);
        json.key("rule").text(note.rule);
        json.key("before").text(note.before);
        json.key("after").text(note.after);
        json.close_object();
    }
    json.close_list();
    json.key("conventions").open_list();
    for (const std::string_view sentence : runtime::conventions()) json.text(sentence);
    json.close_list();
}

}  // namespace nabla::cli
