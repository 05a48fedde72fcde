#include "codegen/source/text.hpp"

#include "codegen/source/abbreviate.hpp"
#include "codegen/source/greek.hpp"
#include "codegen/source/latex.hpp"
#include "codegen/source/plain.hpp"
#include "passes/to_matrix.hpp"

namespace nabla::codegen {
namespace {

std::string spelled(const passes::NotationPtr& notation, TextStyle style) {
    switch (style) {
        case TextStyle::ascii:
            return plain_text(notation, false);
        case TextStyle::unicode:
            return plain_text(notation, true);
        case TextStyle::latex:
            return latex_text(notation);
    }
    return {};
}

}  // namespace

std::string print(const passes::NotationPtr& notation, TextStyle style) {
    Abbreviated short_form = abbreviate(notation);
    std::string text = spelled(short_form.main, style);
    bool latex = style == TextStyle::latex;
    for (const auto& [name, definition] : short_form.definitions) {
        text += latex ? " \\\\\n" + latex_name(name) : "\n" + name;
        text += " = " + spelled(definition, style);
    }
    return text;
}

std::string print(ir::Expr e, TextStyle style, bool as_row) {
    return print(passes::to_matrix(e, as_row), style);
}

}  // namespace nabla::codegen
