#include "cli/convexity_report.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "cli/text.hpp"

namespace nabla::cli {
namespace {

using runtime::CheckReport;
using runtime::CheckRow;
using runtime::CurvatureWitness;

std::string assignment(const std::string& indent, const std::string& name, const Array& array) {
    const std::string start = fmt::format("{}{} = ", indent, name);
    return start + format_array(array, start.size()) + "\n";
}

std::string witness_text(const CurvatureWitness& witness, const std::string& indent,
                         const std::string& what) {
    std::string text = indent + what + " at\n";
    for (const auto& [name, value] : witness.point) text += assignment(indent + "  ", name, value);
    text += indent + "along\n";
    for (const auto& [name, value] : witness.direction)
        text += assignment(indent + "  ", "d" + name, value);
    if (witness.is_difference)
        text += fmt::format("{}where f(x + dx) + f(x - dx) - 2 f(x) = {}\n", indent,
                            format_number(witness.curvature, 6));
    else
        text += fmt::format("{}where the second derivative is {}\n", indent,
                            format_number(witness.curvature, 6));
    return text;
}

void write_witness(JsonWriter& json, const CurvatureWitness& witness) {
    json.open_object();
    json.key("point").open_object();
    for (const auto& [name, value] : witness.point) json.key(name).array(value);
    json.close_object();
    json.key("direction").open_object();
    for (const auto& [name, value] : witness.direction) json.key(name).array(value);
    json.close_object();
    json.key(witness.is_difference ? "second_difference" : "curvature").number(witness.curvature);
    json.close_object();
}

bool is_fine(const CheckRow& row) { return row.points > 0 && row.error <= CheckReport::tolerance; }

std::string shape_text(const Sizes& sizes) {
    if (sizes.empty()) return "scalar";
    return fmt::format("{}{}", sizes.size() == 1 ? "vector " : "", fmt::join(sizes, "×"));
}

using Cells = std::array<std::string, 4>;

std::string table_text(const std::vector<Cells>& cells) {
    std::array<std::size_t, 4> widths{};
    for (const Cells& line : cells)
        for (std::size_t k = 0; k < widths.size(); ++k)
            widths[k] = std::max(widths[k], fmt::formatted_size("{}", line[k]));
    std::string text;
    for (const Cells& line : cells)
        text += fmt::format("  {:<{}}  {:<{}}  {:<{}}  {}\n", line[0], widths[0], line[1],
                            widths[1], line[2], widths[2], line[3]);
    return text;
}

}  // namespace

std::string convexity_text(const runtime::ConvexityAnswer& answer, const std::string& indent) {
    std::string text = indent + runtime::summary(answer) + "\n";
    if (const std::string sign = runtime::sign_summary(answer); !sign.empty())
        text += indent + sign + "\n";
    for (std::size_t i = 0; i < answer.proof.size(); ++i)
        text += fmt::format("{}  {}. {}\n", indent, i + 1, answer.proof[i]);
    const std::string given = answer.at_given_values ? " (with the values given)" : "";
    if (answer.downwards)
        text += witness_text(*answer.downwards, indent + "  ", "not convex" + given + ":");
    if (answer.upwards)
        text += witness_text(*answer.upwards, indent + "  ", "not concave" + given + ":");
    return text;
}

void write_convexity(JsonWriter& json, const runtime::ConvexityAnswer& answer, bool maximize) {
    json.key("certificate").text(runtime::to_string(answer.certificate, maximize));
    json.key("summary").text(runtime::summary(answer));
    json.key("domain").texts(answer.domain);
    json.key("proof").texts(answer.proof);
    json.key("range").open_list().number(answer.range.low).number(answer.range.high).close_list();
    json.key("increasing").texts(answer.increasing);
    json.key("decreasing").texts(answer.decreasing);
    if (answer.downwards) {
        json.key("not_convex");
        write_witness(json, *answer.downwards);
    }
    if (answer.upwards) {
        json.key("not_concave");
        write_witness(json, *answer.upwards);
    }
}

std::string check_text(const runtime::ModelCheck& check) {
    std::string text;
    std::vector<Cells> cells{{"derivative of", "by", "shape", "relative error"}};
    int points = 0;
    for (const runtime::DerivativeCheck& one : check.derivatives) {
        if (!one.error.empty()) cells.push_back({one.expression, "", "", one.error});
        for (const CheckRow& row : one.report.rows) {
            points = std::max(points, row.points);
            cells.push_back({one.expression, row.name, shape_text(row.sizes),
                             row.unsupported.empty() ? fmt::format("{:.1e}  {}", row.error,
                                                                   is_fine(row) ? "fine" : "WRONG")
                                                     : row.unsupported});
        }
    }
    if (cells.size() > 1) {
        text += table_text(cells);
        text += fmt::format("against differences at {} random points\n", points);
    } else {
        text += "there is nothing to differentiate\n";
    }
    for (const runtime::ObjectiveCheck& one : check.objectives) {
        text += "\n" + one.objective + "\n";
        text += convexity_text(one.answer, "  ");
    }
    return text;
}

void write_check(JsonWriter& json, const runtime::ModelCheck& check) {
    json.key("checks").open_list();
    for (const runtime::DerivativeCheck& one : check.derivatives) {
        if (!one.error.empty()) {
            json.open_object().key("expression").text(one.expression);
            json.key("passed").boolean(false);
            json.key("message").text(one.error).close_object();
        }
        for (const CheckRow& row : one.report.rows) {
            json.open_object().key("expression").text(one.expression);
            json.key("wrt").text(row.name);
            json.key("shape").sizes(row.sizes);
            json.key("points").integer(row.points);
            json.key("directions").integer(row.directions);
            if (row.unsupported.empty()) {
                json.key("relative_error").number(row.error);
                json.key("passed").boolean(is_fine(row));
            } else {
                json.key("unsupported").text(row.unsupported);
            }
            json.close_object();
        }
    }
    json.close_list();
    json.key("tolerance").number(CheckReport::tolerance);
    json.key("objectives").open_list();
    for (const runtime::ObjectiveCheck& one : check.objectives) {
        json.open_object().key("objective").text(one.objective);
        json.key("sense").text(one.maximize ? "maximize" : "minimize");
        json.key("variables").texts(one.answer.variables);
        write_convexity(json, one.answer, one.maximize);
        json.close_object();
    }
    json.close_list();
    json.key("passed").boolean(check.passed());
}

}  // namespace nabla::cli
