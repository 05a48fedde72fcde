#include "frontend/diagnostics.hpp"

#include "frontend/limits.hpp"

#include <algorithm>
#include <tuple>

namespace nabla::syntax {

void Diagnostics::error(Span span, std::string message, Report report) {
    if (errors_ >= limits::reported_errors) return;
    const Location where = source_->locate(span);
    for (const Diagnostic& earlier : diagnostics_) {
        if (earlier.severity == Severity::error && earlier.where.line == where.line &&
            earlier.where.column == where.column) {
            return;
        }
    }
    ++errors_;
    add(Severity::error, span, std::move(message), std::move(report));
}

void Diagnostics::note(Span span, std::string message, Report report) {
    if (diagnostics_.size() - errors_ >= limits::reported_notes) return;
    for (const Diagnostic& earlier : diagnostics_) {
        if (earlier.severity == Severity::note && earlier.message == message) return;
    }
    add(Severity::note, span, std::move(message), std::move(report));
}

void Diagnostics::add(Severity severity, Span span, std::string message, Report report) {
    Diagnostic diagnostic{
        severity, source_->locate(span), std::move(message), {}, std::move(report.help)};
    for (SpanLabel& label : report.labels) {
        const bool elsewhere = label.where.line != 0;
        diagnostic.labels.push_back(
            {elsewhere ? std::move(label.where) : source_->locate(label.span),
             std::move(label.text)});
    }
    diagnostics_.push_back(std::move(diagnostic));
}

void Diagnostics::throw_if_errors() const {
    if (!has_errors()) return;
    std::vector<Diagnostic> sorted;
    for (const Diagnostic& diagnostic : diagnostics_) {
        if (diagnostic.severity == Severity::error) sorted.push_back(diagnostic);
    }
    std::stable_sort(sorted.begin(), sorted.end(), [](const Diagnostic& a, const Diagnostic& b) {
        return std::tie(a.where.line, a.where.column) < std::tie(b.where.line, b.where.column);
    });
    throw InputError(std::move(sorted));
}

}  // namespace nabla::syntax
