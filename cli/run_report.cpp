#include "cli/run_report.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "cli/convexity_report.hpp"
#include "cli/json_writer.hpp"
#include "cli/text.hpp"
#include "cli/verbose.hpp"

namespace nabla::cli {
namespace {

using runtime::AssertResult;
using runtime::FailedResult;
using runtime::ProblemResult;
using runtime::ShowResult;
using runtime::SolveResult;

// What a status means to somebody who reads it.
std::string explain(const Result& result) {
    switch (result.status) {
        case Status::converged:
            return "converged";
        case Status::max_iterations:
            return "stopped at the limit on iterations, not converged";
        case Status::line_search_failed:
            return "stopped, not converged: no step along the search direction made progress";
        case Status::unbounded:
            return "stopped: the objective has no bound";
        case Status::not_finite:
            return "not started: the objective or its gradient is not a finite number at the start "
                   "values (--start gives others)";
    }
    return {};
}

std::string line(const std::string& label, const std::string& text) {
    return fmt::format("  {:<15}{}\n", label, text);
}

// One variable needs no name behind "gradient"; several do.
std::string derivative_label(const std::string& what, const ProblemResult& problem,
                             const std::string& by) {
    return problem.variables.size() == 1 ? what : fmt::format("{} {}", what, by);
}

std::string text_of(const ProblemResult& problem) {
    const Result& result = problem.result;
    std::string text = problem.request + "\n";
    text += line("objective", problem.objective.text);
    for (std::size_t i = 0; i < problem.gradients.size(); ++i) {
        text += line(derivative_label("gradient", problem, problem.variables[i]),
                     problem.gradients[i].text);
    }
    for (const auto& block : problem.hessian) {
        text += line(derivative_label("Hessian", problem, block.row + "," + block.column),
                     block.formula.text);
    }
    text += line("certificate", runtime::summary(problem.convexity));
    text += line("method", fmt::format("{}: {}", problem.method, explain(result)));
    text += line("iterations", fmt::format("{} ({} evaluation{})", result.iterations,
                                           result.evaluations, result.evaluations == 1 ? "" : "s"));
    text += line("gradient norm", format_number(result.gradient_norm, 3));
    text += line("value", format_number(result.value, 12));
    for (const std::string& name : problem.variables) {
        text += line(name, format_array(result.x.at(name), 17));
    }
    text +=
        line("time",
             fmt::format("derive {}, compile {}, solve {}", format_seconds(result.times.derive),
                         format_seconds(result.times.compile), format_seconds(result.times.solve)));
    return text;
}

std::string text_of(const ShowResult& show) {
    std::string text = show.request + "\n";
    text += line("expression", show.expression.text);
    if (show.value) text += line("value", format_array(*show.value, 17));
    return text;
}

std::string text_of(const SolveResult& solved) {
    std::string text = solved.request + "\n";
    text += line(solved.unknown, solved.expression.text);
    if (solved.value) text += line("value", format_array(*solved.value, 17));
    if (solved.classification) text += line("kind", runtime::summary(*solved.classification));
    return text;
}

std::string text_of(const AssertResult& claim) {
    std::string text = claim.request + "\n" + line("result", claim.remark);
    if (!claim.counterexample) return text;
    const runtime::Counterexample& found = *claim.counterexample;
    for (const auto& [name, size] : found.dims) text += line(name, std::to_string(size));
    for (const auto& [name, value] : found.values) text += line(name, format_array(value, 17));
    text += line("left side", claim.left_text);
    text += line("is", format_array(found.left, 17));
    text += line("right side", claim.right_text);
    text += line("is", format_array(found.right, 17));
    return text;
}

std::string text_of(const FailedResult& failed) {
    std::string text = failed.request + "\n";
    for (const Diagnostic& diagnostic : failed.diagnostics)
        text += line("error", diagnostic.message);
    return text;
}

void write(JsonWriter& json, const FailedResult& failed) {
    json.key("request").text(failed.request);
    json.key("status").text("unsupported");
    json.key("error").text(failed.diagnostics.front().message);
}

void write(JsonWriter& json, const Diagnostic& diagnostic) {
    json.open_object();
    if (!diagnostic.where.file.empty()) json.key("file").text(diagnostic.where.file);
    if (diagnostic.where.line != 0) {
        json.key("line").integer(diagnostic.where.line);
        json.key("column").integer(diagnostic.where.column);
        json.key("end_column").integer(diagnostic.where.end_column);
    }
    json.key("message").text(diagnostic.message);
    json.key("help").text(diagnostic.help);
    json.close_object();
}

void write(JsonWriter& json, const ProblemResult& problem) {
    const Result& result = problem.result;
    json.key("request").text(problem.request);
    json.key("status").text(to_string(result.status));
    json.key("value").number(result.value);
    json.key("x").open_object();
    for (const auto& [name, array] : result.x) json.key(name).array(array);
    json.close_object();
    json.key("iterations").integer(result.iterations);
    json.key("evaluations").integer(result.evaluations);
    json.key("gradient_norm").number(result.gradient_norm);
    // Without constraints the conditions of Karush, Kuhn and Tucker are those of the gradient.
    json.key("kkt").open_object();
    json.key("stationarity").number(result.gradient_norm);
    for (const char* part : {"primal", "dual", "complementarity"}) json.key(part).integer(0);
    json.close_object();
    json.key("multipliers").open_object().close_object();
    json.key("certificate")
        .text(runtime::to_string(problem.convexity.certificate, problem.maximize));
    json.key("convexity").open_object();
    write_convexity(json, problem.convexity, problem.maximize);
    json.close_object();
    json.key("method").text(problem.method);
    json.key("times").open_object();
    json.key("derive").number(result.times.derive);
    json.key("compile").number(result.times.compile);
    json.key("solve").number(result.times.solve);
    json.close_object();
    json.key("objective").text(problem.objective.text);
    json.key("gradient").open_object();
    for (std::size_t i = 0; i < problem.gradients.size(); ++i) {
        json.key(problem.variables[i]).text(problem.gradients[i].text);
    }
    json.close_object();
    json.key("hessian").open_object();
    for (const auto& block : problem.hessian) {
        json.key(block.row + "," + block.column).text(block.formula.text);
    }
    json.close_object();
}

void write(JsonWriter& json, const SolveResult& solved) {
    json.key("request").text(solved.request);
    json.key("status").text("solved");
    json.key("expression").text(solved.expression.text);
    if (solved.classification) {
        json.key("classification").open_object();
        json.key("kind").text(runtime::to_string(solved.classification->kind));
        json.key("reason").text(solved.classification->reason);
        json.key("eigenvalues").array(ArrayView(solved.classification->eigenvalues));
        json.close_object();
    }
    json.key("shape");
    if (!solved.value) {
        json.texts(solved.shape);
        return;
    }
    json.sizes(solved.value->sizes());
    json.key("value").array(*solved.value);
    json.key("x").open_object().key(solved.unknown).array(*solved.value).close_object();
}

void write(JsonWriter& json, const AssertResult& claim) {
    json.key("request").text(claim.request);
    json.key("status").text(runtime::to_string(claim.verdict));
    json.key("points").integer(claim.points);
    json.key("result").text(claim.remark);
    json.key("left").text(claim.left.text);
    json.key("right").text(claim.right.text);
    if (!claim.counterexample) return;
    const runtime::Counterexample& found = *claim.counterexample;
    json.key("counterexample").open_object();
    json.key("dims").open_object();
    for (const auto& [name, size] : found.dims) json.key(name).integer(size);
    json.close_object().key("values").open_object();
    for (const auto& [name, value] : found.values) json.key(name).array(value);
    json.close_object();
    json.key("left").array(found.left);
    json.key("right").array(found.right);
    json.close_object();
}

void write(JsonWriter& json, const ShowResult& show) {
    json.key("request").text(show.request);
    json.key("expression").text(show.expression.text);
    json.key("shape");
    if (show.value) {
        json.sizes(show.value->sizes());
    } else {
        json.texts(show.shape);
    }
    if (show.row) json.key("orientation").text("row");
    if (show.value) json.key("value").array(*show.value);
}

}  // namespace

std::string run_text(const std::vector<runtime::RequestResult>& results) {
    std::string text;
    for (const runtime::RequestResult& result : results) {
        if (!text.empty()) text += "\n";
        text += std::visit([](const auto& one) { return text_of(one); }, result);
    }
    return text.empty()
               ? "nothing is asked for: the file has no request (minimize, solve, assert, show)\n"
               : text;
}

std::vector<Diagnostic> run_errors(const std::vector<runtime::RequestResult>& results) {
    std::vector<Diagnostic> errors;
    for (const runtime::RequestResult& result : results) {
        const auto* failed = std::get_if<FailedResult>(&result);
        if (failed == nullptr) continue;
        errors.insert(errors.end(), failed->diagnostics.begin(), failed->diagnostics.end());
    }
    return errors;
}

bool reached_all(const std::vector<runtime::RequestResult>& results) {
    return std::none_of(results.begin(), results.end(), [](const runtime::RequestResult& result) {
        const auto* problem = std::get_if<ProblemResult>(&result);
        const auto* claim = std::get_if<AssertResult>(&result);
        return (problem != nullptr && problem->result.status != Status::converged) ||
               (claim != nullptr && claim->verdict == runtime::Verdict::refuted);
    });
}

std::string run_json(const std::vector<runtime::RequestResult>& results,
                     const std::vector<runtime::RewriteNote>* rewrites) {
    JsonWriter json;
    json.open_object().key("results").open_list();
    for (const runtime::RequestResult& result : results) {
        json.open_object();
        std::visit([&](const auto& one) { write(json, one); }, result);
        json.close_object();
    }
    json.close_list();
    if (const auto errors = run_errors(results); !errors.empty()) {
        json.key("errors").open_list();
        for (const Diagnostic& error : errors) write(json, error);
        json.close_list();
    }
    if (rewrites != nullptr) write_verbose(json, *rewrites);
    json.close_object();
    return json.str() + "\n";
}

}  // namespace nabla::cli
