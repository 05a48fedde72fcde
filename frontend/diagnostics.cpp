#include "frontend/diagnostics.hpp"

#include "frontend/limits.hpp"

#include <algorithm>
#include <map>
#include <tuple>

namespace nabla::syntax {

void Diagnostics::error(Span span, std::string message, Report report) {
    if (errors_ >= limits::reported_errors) return;
    const Location where = source_->locate(span);
    for (const Diagnostic& earlier : diagnostics_) {
        if (earlier.severity == Severity::error && earlier.where.line == where.line &&
            earlier.where.column == where.column && earlier.where.file == where.file) {
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

namespace {

/// A text that quotes something endless, without its middle.
std::string shortened(std::string text) {
    if (text.size() <= limits::message_bytes) return text;
    const auto boundary = [&](std::size_t at) {
        while (at > 0 && (static_cast<unsigned char>(text[at]) & 0xC0U) == 0x80U) --at;
        return at;
    };
    const std::size_t head = boundary(limits::message_bytes * 3 / 4);
    const std::size_t tail = boundary(text.size() - limits::message_bytes / 4);
    return text.substr(0, head) + " … " + text.substr(tail);
}

}  // namespace

void Diagnostics::add(Severity severity, Span span, std::string message, Report report) {
    message = shortened(std::move(message));
    report.help = shortened(std::move(report.help));
    for (SpanLabel& label : report.labels) label.text = shortened(std::move(label.text));
    Diagnostic diagnostic{
        severity, source_->locate(span), std::move(message), {}, std::move(report.help)};
    for (SpanLabel& label : report.labels) {
        const bool elsewhere = label.where.line != 0;
        diagnostic.labels.push_back(
            {elsewhere ? std::move(label.where) : source_->locate(label.span),
             std::move(label.text)});
    }
    // Whoever reads of a mistake in an imported file sees how the file came in.
    const auto& segments = source_->segments();
    for (std::size_t at = source_->segment_at(span.begin); at != 0;) {
        const Span import = segments[at].import;
        diagnostic.labels.push_back({source_->locate(import), "the file is imported here"});
        at = source_->segment_at(import.begin);
    }
    diagnostics_.push_back(std::move(diagnostic));
}

void Diagnostics::throw_if_errors() const {
    if (!has_errors()) return;
    std::vector<Diagnostic> sorted;
    for (const Diagnostic& diagnostic : diagnostics_) {
        if (diagnostic.severity == Severity::error) sorted.push_back(diagnostic);
    }
    std::map<std::string, std::size_t> files;
    for (const Source::Segment& segment : source_->segments()) {
        files.emplace(segment.name, files.size());
    }
    const auto place = [&](const Diagnostic& d) {
        return std::tuple(files.at(d.where.file), d.where.line, d.where.column);
    };
    std::stable_sort(sorted.begin(), sorted.end(),
                     [&](const Diagnostic& a, const Diagnostic& b) { return place(a) < place(b); });
    throw InputError(std::move(sorted));
}

}  // namespace nabla::syntax
