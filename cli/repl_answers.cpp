#include "cli/repl_answers.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "cli/run_report.hpp"
#include "cli/text.hpp"
#include "cli/value_text.hpp"

namespace nabla::cli {
namespace {

std::string where_text(const std::vector<runtime::NameInfo>& names) {
    return names.empty() ? std::string() : "where\n" + format_names(names);
}

struct Print {
    Repl& repl;

    void operator()(const std::monostate&) const {}

    void operator()(const runtime::ExpressionAnswer& answer) const {
        repl.print_remarks(answer.notes);
        if (answer.value) {
            repl.print(value_text(*answer.value, answer.row));
        } else {
            repl.print(answer.formula.text + "\n" + where_text(answer.names));
        }
    }

    void operator()(const runtime::DefinedAnswer& answer) const {
        repl.print_remarks(answer.notes);
        if (answer.expression) repl.print(answer.name + ": " + type_text(*answer.expression));
        if (answer.kind == runtime::LineKind::keep) {
            repl.print("kept for :save; `nabla compile` makes it");
        }
    }

    void operator()(const runtime::AssignedAnswer& answer) const {
        repl.print_remarks(answer.notes);
        const std::string start = answer.name + " = ";
        repl.print(start + value_text(answer.value, false, start.size()));
    }

    void operator()(const runtime::RequestAnswer& answer) const {
        repl.print_remarks(answer.notes);
        std::vector<runtime::RequestResult> good;
        for (const runtime::RequestResult& result : answer.results) {
            if (!std::holds_alternative<runtime::FailedResult>(result)) good.push_back(result);
        }
        if (!good.empty()) repl.print(run_text(good));
        if (!reached_all(good)) repl.miss();
        if (const auto errors = run_errors(answer.results); !errors.empty()) {
            repl.print_errors(errors);
        }
    }
};

// 3.2 ns, 15 µs, 2.1 ms, 1.5 s.
std::string duration(double seconds) {
    if (seconds < 1e-6) return fmt::format("{:.3g} ns", seconds * 1e9);
    if (seconds < 1e-3) return fmt::format("{:.3g} µs", seconds * 1e6);
    if (seconds < 1) return fmt::format("{:.3g} ms", seconds * 1e3);
    return fmt::format("{:.3g} s", seconds);
}

std::string shape_text(const Sizes& sizes) {
    if (sizes.empty()) return "scalar";
    return fmt::format("{}{}", sizes.size() == 1 ? "vector " : "", fmt::join(sizes, "×"));
}

}  // namespace

void print_answer(Repl& repl, const runtime::Answer& answer) { std::visit(Print{repl}, answer); }

std::string type_text(const runtime::ExpressionAnswer& answer) {
    std::string text = answer.row ? "row vector" : answer.kind;
    if (!answer.shape.empty()) text += fmt::format(" {}", fmt::join(answer.shape, "×"));
    if (!answer.facts.empty()) text += fmt::format(", {}", fmt::join(answer.facts, ", "));
    return text + "\n" + where_text(answer.names);
}

std::string timing_text(const runtime::Timing& timing) {
    std::string text =
        fmt::format("{} a call (fastest {}, {} calls); compiled in {}\n", duration(timing.seconds),
                    duration(timing.fastest), timing.calls, duration(timing.compile_seconds));
    text += fmt::format("{:.6g} flops and {:.6g} bytes a call: {:.3g} GFLOP/s, {:.3g} GB/s\n",
                        timing.flops, timing.bytes, timing.flops / timing.seconds * 1e-9,
                        timing.bytes / timing.seconds * 1e-9);
    if (!timing.random.empty()) {
        text += fmt::format("random numbers stood for {}\n", fmt::join(timing.random, ", "));
    }
    return text;
}

std::string check_text(const runtime::CheckReport& report) {
    if (report.rows.empty()) return "there is nothing to differentiate by\n";
    std::vector<std::array<std::string, 3>> cells{{"by", "shape", "relative error"}};
    for (const runtime::CheckRow& row : report.rows) {
        const bool fine = row.points > 0 && row.error <= runtime::CheckReport::tolerance;
        cells.push_back({row.name, shape_text(row.sizes),
                         row.unsupported.empty()
                             ? fmt::format("{:.1e}  {}", row.error, fine ? "fine" : "WRONG")
                             : row.unsupported});
    }
    std::array<std::size_t, 3> widths{};
    for (const auto& line : cells) {
        for (std::size_t k = 0; k < widths.size(); ++k) {
            widths[k] = std::max(widths[k], fmt::formatted_size("{}", line[k]));
        }
    }
    std::string text;
    for (const auto& [name, shape, error] : cells) {
        text += fmt::format("  {:<{}}  {:<{}}  {}\n", name, widths[0], shape, widths[1], error);
    }
    int points = 0;
    for (const runtime::CheckRow& row : report.rows) points = std::max(points, row.points);
    return text + fmt::format("against differences at {} random points\n", points);
}

}  // namespace nabla::cli
