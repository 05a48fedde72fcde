#include "cli/steps_text.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace nabla::cli {
namespace {

using runtime::Formula;
using runtime::RuleText;
using runtime::StepText;

// Rules stand at one column where the equations leave room, else on the next line.
constexpr std::size_t widest_equation = 58;

/// Columns on a terminal: code points, for all that answers are written with.
std::size_t width(const std::string& text) {
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
        return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
    }));
}

std::string padded(const std::string& text, std::size_t columns) {
    const std::size_t have = width(text);
    return text + std::string(columns > have ? columns - have : 0, ' ');
}

const std::string& in_style(const Formula& formula, bool unicode) {
    return unicode ? formula.unicode : formula.text;
}

std::string rule_line(const RuleText& rule, bool unicode) {
    std::string text = rule.name;
    if (!rule.piece.text.empty()) text += ": " + in_style(rule.piece, unicode);
    if (!rule.law_left.text.empty())
        text += fmt::format(", {} = {}", in_style(rule.law_left, unicode),
                            in_style(rule.law_right, unicode));
    return text;
}

/// A formula that is too long for one line has its parts named on further ones.
std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

}  // namespace

std::string steps_text(const std::vector<StepText>& steps, bool unicode) {
    std::size_t left = 0;
    std::size_t right = 0;
    for (const StepText& step : steps) {
        left = std::max(left, std::min<std::size_t>(width(in_style(step.left, unicode)), 12));
        const std::size_t columns = width(first_line(in_style(step.right, unicode)));
        if (columns <= widest_equation) right = std::max(right, columns);
    }
    std::string text;
    for (const StepText& step : steps) {
        const std::string name = step.continues ? "" : in_style(step.left, unicode);
        std::string line =
            fmt::format("{} = {}", padded(name, left), first_line(in_style(step.right, unicode)));
        const std::size_t column = left + 3 + right + 4;
        bool beside = width(line) + 2 <= column;
        for (const RuleText& rule : step.rules) {
            if (!beside) {
                text += line + "\n";
                line.clear();
            }
            line = padded(line, column) + rule_line(rule, unicode);
            beside = false;
        }
        text += line + "\n";
        // Parts of a formula that would fill pages, named in it.
        const std::string& whole = in_style(step.right, unicode);
        for (std::size_t at = first_line(whole).size(); at < whole.size();) {
            const std::size_t end = std::min(whole.find('\n', at + 1), whole.size());
            text += whole.substr(at + 1, end - at - 1) + "\n";
            at = end;
        }
    }
    return text;
}

std::string steps_latex(const std::vector<StepText>& steps) {
    std::string text = "\\begin{aligned}\n";
    for (const StepText& step : steps) {
        const std::string name = step.continues ? "" : step.left.latex;
        text += fmt::format("{} &= {}", name, first_line(step.right.latex));
        std::string rules;
        for (const RuleText& rule : step.rules) {
            rules += fmt::format("{}\\text{{{}}}", rules.empty() ? "" : ";\\ ", rule.name);
            if (!rule.piece.latex.empty()) rules += ":\\ " + first_line(rule.piece.latex);
            if (!rule.law_left.latex.empty())
                rules += fmt::format(",\\ {} = {}", rule.law_left.latex, rule.law_right.latex);
        }
        if (!rules.empty()) text += " && " + rules;
        text += &step == &steps.back() ? "\n" : " \\\\\n";
    }
    return text + "\\end{aligned}\n";
}

namespace {

void write_formula(JsonWriter& json, const Formula& formula) {
    json.open_object();
    json.key("text").text(formula.text);
    json.key("unicode").text(formula.unicode);
    json.key("latex").text(formula.latex);
    json.close_object();
}

const char* kind_name(passes::StepLeft kind) {
    switch (kind) {
        case passes::StepLeft::value:
            return "value";
        case passes::StepLeft::differential:
            return "differential";
        case passes::StepLeft::factor:
            return "factor";
        case passes::StepLeft::pairing:
            return "pairing";
        case passes::StepLeft::derivative:
            return "derivative";
    }
    return "";
}

void write_rule(JsonWriter& json, const RuleText& rule) {
    json.open_object();
    json.key("rule").text(rule.name);
    if (!rule.piece.text.empty()) {
        json.key("piece");
        write_formula(json, rule.piece);
    }
    if (!rule.law_left.text.empty()) {
        json.key("law").open_object();
        json.key("left");
        write_formula(json, rule.law_left);
        json.key("right");
        write_formula(json, rule.law_right);
        json.close_object();
    }
    json.close_object();
}

}  // namespace

void write_steps(JsonWriter& json, const std::vector<StepText>& steps) {
    json.open_list();
    for (const StepText& step : steps) {
        json.open_object();
        json.key("kind").text(kind_name(step.kind));
        json.key("left");
        write_formula(json, step.left);
        json.key("text").text(step.right.text);
        json.key("unicode").text(step.right.unicode);
        json.key("latex").text(step.right.latex);
        json.key("rules").open_list();
        for (const RuleText& rule : step.rules) write_rule(json, rule);
        json.close_list();
        json.close_object();
    }
    json.close_list();
}

}  // namespace nabla::cli
