// The collector that every stage of the frontend reports to. It turns spans into Locations at once,
// so that what it hands out outlives the source, and drops what passes limits::reported_errors.
#pragma once

#include "frontend/source.hpp"

#include <string>
#include <utility>
#include <vector>

namespace nabla::syntax {

/// A secondary place of a report, still in byte offsets.
struct SpanLabel {
    Span span;
    std::string text;
    Location where = {};  ///< instead of `span`, for a place in another text
};

/// What a report says besides its place and message.
struct Report {
    std::string help;
    std::vector<SpanLabel> labels;
};

class Diagnostics {
public:
    explicit Diagnostics(const Source& source) : source_(&source) {}

    /// Reports an error. A second error at the same place is dropped: it is a consequence.
    void error(Span span, std::string message, Report report = {});
    void note(Span span, std::string message, Report report = {});

    bool has_errors() const noexcept { return errors_ > 0; }
    std::size_t error_count() const noexcept { return errors_; }
    const std::vector<Diagnostic>& all() const noexcept { return diagnostics_; }
    const Source& source() const noexcept { return *source_; }

    /// Throws InputError with everything collected (in the order of the text) if there is an error.
    void throw_if_errors() const;

private:
    void add(Severity severity, Span span, std::string message, Report report);

    const Source* source_;
    std::vector<Diagnostic> diagnostics_;
    std::size_t errors_ = 0;
};

/// Thrown inside the frontend to give up one statement; never leaves it.
struct SyntaxError {
    Span span;
    std::string message;
    Report report;
};

}  // namespace nabla::syntax
