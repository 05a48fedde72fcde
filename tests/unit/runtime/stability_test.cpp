// docs/stability.md is the list of what is rewritten to save digits, with values where the naive
// form fails. Every row is computed by native code and by the interpreter, and every rule of the
// stable tables has a row.
#include <catch2/catch.hpp>
#include <cmath>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "frontend/frontend.hpp"
#include "ir/interpret.hpp"
#include "passes/computing_form.hpp"
#include "passes/differentiate.hpp"
#include "passes/pipeline.hpp"
#include "runtime/differentiate_by.hpp"
#include "runtime/evaluate.hpp"
#include "runtime/model_state.hpp"

using namespace nabla;
using namespace nabla::runtime;
using nlohmann::json;

namespace {

struct Row {
    std::string rule;  ///< empty for norms
    std::string expression;
    std::string variable;
    int order = 0;
    json at;
    std::string naively;
    json value;
};

/// The cells of a line `| a | b |`, without the backslashes before bars and the backticks.
std::vector<std::string> cells_of(const std::string& line) {
    std::vector<std::string> cells;
    std::string cell;
    for (std::size_t i = 1; i < line.size(); ++i) {
        if (line[i] == '\\' && i + 1 < line.size() && line[i + 1] == '|') {
            cell += line[++i];
        } else if (line[i] == '|') {
            const std::size_t from = std::min(cell.find_first_not_of(" `"), cell.size());
            const std::size_t to = cell.find_last_not_of(" `");
            cells.push_back(to == std::string::npos ? "" : cell.substr(from, to + 1 - from));
            cell.clear();
        } else {
            cell += line[i];
        }
    }
    return cells;
}

std::vector<Row> rows() {
    std::ifstream file(NABLA_SOURCE_DIR "/docs/stability.md");
    REQUIRE(file);
    std::vector<Row> result;
    for (std::string line; std::getline(file, line);) {
        if (!line.starts_with("| ") || line.starts_with("| ---")) continue;
        std::vector<std::string> cells = cells_of(line);
        if (cells[0] == "rule" || cells[0] == "expression") continue;
        if (cells.size() == 5) cells.insert(cells.begin(), "");
        REQUIRE(cells.size() == 6);
        Row row{cells[0],
                cells[1],
                cells[2],
                0,
                json::parse(cells[3]),
                cells[4],
                json::parse(cells[5])};
        if (!row.variable.empty()) row.order = 1;
        if (const auto comma = row.variable.find(','); comma != std::string::npos) {
            row.order = std::stoi(row.variable.substr(comma + 1));
            row.variable.resize(comma);
        }
        result.push_back(std::move(row));
    }
    return result;
}

void flatten(const json& value, std::vector<double>& numbers) {
    if (value.is_array()) {
        for (const json& entry : value) flatten(entry, numbers);
    } else {
        numbers.push_back(value.get<double>());
    }
}

Array array_of(const json& value) {
    Sizes sizes;
    for (const json* level = &value; level->is_array(); level = &level->front()) {
        sizes.push_back(level->size());
    }
    std::vector<double> numbers;
    flatten(value, numbers);
    if (sizes.empty()) return Array(numbers[0]);
    return Array(sizes, std::move(numbers));
}

void check_numbers(const std::vector<double>& got, const json& expected) {
    std::vector<double> wanted;
    flatten(expected, wanted);
    REQUIRE(got.size() == wanted.size());
    for (std::size_t i = 0; i < got.size(); ++i) {
        INFO("entry " << i << ": " << got[i] << " instead of " << wanted[i]);
        CHECK(std::abs(got[i] - wanted[i]) <= 1e-13 * std::abs(wanted[i]));
    }
}

EvaluateAnswer compiled(const Row& row) {
    EvaluateQuery query;
    query.expression = row.expression;
    query.variable = row.variable;
    query.order = std::max(row.order, 1);
    query.verbose = true;
    for (const auto& [name, value] : row.at.items()) {
        query.data.add({name, array_of(value), "test", false, true});
    }
    return evaluate(query);
}

/// The row's expression as it is read, with the values of its names.
struct Reading {
    ModelState::OneLiner line;
    ir::Bindings bindings;

    explicit Reading(const Row& row) : line(read(row)) {
        for (const auto& [name, value] : row.at.items()) {
            const Array array = array_of(value);
            ir::Tensor tensor{{array.sizes().begin(), array.sizes().end()},
                              {array.values().begin(), array.values().end()}};
            for (const ir::Declaration& d : line.model->module().declarations) {
                if (d.symbol.symbol().name == name) bindings.symbols[d.symbol] = tensor;
            }
        }
        bindings.dims = ir::infer_dims(bindings.symbols);
    }

    static ModelState::OneLiner read(const Row& row) {
        syntax::Options options;
        options.defaults = true;
        for (const auto& [name, value] : row.at.items()) {
            const Array array = array_of(value);
            options.data_shapes[name] = {array.sizes().begin(), array.sizes().end()};
        }
        if (!row.variable.empty()) options.wanted = {row.variable};
        return ModelState::from_expression(row.expression, options);
    }
};

std::vector<double> interpreted(const Row& row) {
    Reading reading(row);
    ir::Expr e = reading.line.expression.expr;
    e = row.order == 0 ? passes::finish(e)
                       : differentiate_by(e, reading.line.expression.wanted.at(0), row.order);
    return ir::interpret(passes::computing_form(e), reading.bindings).data;
}

/// Nothing rewritten, the first derivative as the sweep leaves it.
double naive(const Row& row) {
    Reading reading(row);
    ir::Expr e = reading.line.expression.expr;
    if (row.order == 1) e = passes::gradient(e, reading.line.expression.wanted.at(0));
    return ir::interpret(e, reading.bindings).data.at(0);
}

/// `NaN, 0`: the first entry.
double number_of(const std::string& text) {
    if (text.starts_with("NaN")) return std::nan("");
    if (text.starts_with("Inf")) return std::numeric_limits<double>::infinity();
    if (text.starts_with("-Inf")) return -std::numeric_limits<double>::infinity();
    return std::stod(text);
}

}  // namespace

TEST_CASE("stable forms keep their digits where the naive ones fail") {
    for (const Row& row : rows()) {
        INFO(row.rule << ": " << row.expression << " at " << row.at << " by " << row.variable);
        const EvaluateAnswer answer = compiled(row);
        const Array& array = row.order == 0 ? answer.value : *answer.derivative;
        {
            INFO("native code");
            check_numbers({array.values().begin(), array.values().end()}, row.value);
        }
        {
            INFO("interpreter");
            check_numbers(interpreted(row), row.value);
        }
        if (!row.rule.empty()) {
            std::set<std::string> applied;
            for (const RewriteNote& note : answer.rewrites) applied.insert(note.rule);
            CHECK(applied.contains(row.rule));
        }
        if (row.naively.starts_with("~") || row.naively == "—") continue;
        const double expected = number_of(row.naively), got = naive(row);
        INFO("naively " << got);
        if (std::isnan(expected)) {
            CHECK(std::isnan(got));
        } else if (std::isinf(expected)) {
            CHECK(got == expected);
        } else {
            CHECK(std::abs(got - expected) <= 1e-6 * std::abs(expected));
        }
    }
}

TEST_CASE("every stable rule is in docs/stability.md") {
    std::set<std::string> documented;
    for (const Row& row : rows()) documented.insert(row.rule);
    documented.erase("");
    std::set<std::string> rules;
    for (const auto table :
         {passes::stable_rules(), passes::exponential_rules(), passes::product_rules(),
          passes::before_rules(), passes::computing_sum_rules(), passes::computing_share_rules(),
          passes::computing_log_rules(), passes::computing_product_rules()}) {
        for (const passes::RewriteRule& rule : table) {
            INFO("a rule of the same name is there already: " << rule.name);
            CHECK(rules.insert(std::string(rule.name)).second);
        }
    }
    for (const std::string& rule : rules) {
        INFO(rule << " needs a row with values where the naive form fails");
        CHECK(documented.contains(rule));
    }
    for (const std::string& rule : documented) {
        INFO(rule << " is no rule");
        CHECK(rules.contains(rule));
    }
}

TEST_CASE("log det of a large matrix neither overflows nor underflows") {
    constexpr std::size_t n = 400;
    for (const double scale : {1e3, 1e-3}) {
        // Upper bidiagonal but for its corner: det = scale^n (1 − (−1/2)^n), next to scale^n.
        std::vector<double> entries(n * n, 0);
        for (std::size_t i = 0; i < n; ++i) {
            entries[i * n + i] = scale;
            entries[i * n + (i + 1) % n] = scale / 2;
        }
        EvaluateQuery query;
        query.expression = "log det A";
        query.variable = "A";
        query.data.add({"A", Array({n, n}, entries), "test", false, true});
        const EvaluateAnswer answer = evaluate(query);
        const double expected = static_cast<double>(n) * std::log(scale);
        CHECK(answer.value.scalar() == Approx(expected).epsilon(1e-12));
        CHECK(answer.derivative->data()[0] == Approx(1 / scale).epsilon(1e-9));
        query.expression = "log(det(A)^2)/2";
        CHECK(evaluate(query).value.scalar() == Approx(expected).epsilon(1e-12));
    }
}
