// Suggestions are tried out before they are made: a changed text is parsed, resolved and checked in
// copies of what is known, which are then dropped.

#include "frontend/elaborate.hpp"
#include "frontend/parser.hpp"
#include "frontend/resolve.hpp"

namespace nabla::syntax {

namespace {

/// Values and names copied to try out suggestions, in one run: past it none is tried any more.
constexpr std::size_t trial_limit = 1'000'000;

}  // namespace

std::optional<std::string> Elaborator::text_fits(const std::string& text, Checker::Place place,
                                                 const Checker& like) {
    trial_cost_ += 1000 + values_.size() + scope_->symbols().size() + scope_->definitions().size();
    if (trial_cost_ > trial_limit) return std::nullopt;
    const Reading reading = place == Checker::Place::whole ? reading_ : Reading::value;
    const Source source("<suggestion>", text);
    Diagnostics unheard(source);
    auto node = parse_expression(source, *known_, unheard, reading == Reading::comparison);
    Scope scope = *scope_;
    if (node && scope.defaults) collect_size_names(*node, scope);
    const std::size_t symbols = scope.symbols().size();
    if (!node || resolve_names(*node, scope, like.local_names(), unheard) != Resolution::complete ||
        scope.symbols().size() != symbols) {
        return std::nullopt;
    }
    Values values = values_;
    DimSolver dims = like.dims();
    Checker checker(scope, dims, values, source);
    checker.adopt(like);
    checker.begin(*node);
    Task task{&*node, reading, {}, {}};
    try {
        check_task(checker, task);
        return checker.shown_shape(task.results.front());
    } catch (const SyntaxError&) {
    } catch (const Promotion&) {
    } catch (const DependsOnError&) {
    } catch (const InputError&) {
    }
    return std::nullopt;
}

}  // namespace nabla::syntax
