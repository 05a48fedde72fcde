#include "tests/golden/blocks.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <fstream>
#include <sstream>

#include "ir/build.hpp"
#include "ir/traverse.hpp"
#include "passes/pipeline.hpp"

namespace golden {

using namespace nabla;
using ir::Expr;

std::string value_of(const Block& block, const std::string& key) {
    for (const auto& [k, v] : block)
        if (k == key) return v;
    return {};
}

void set_value(Block& block, const std::string& key, const std::string& value) {
    for (auto& [k, v] : block)
        if (k == key) {
            v = value;
            return;
        }
    block.emplace_back(key, value);
}

std::vector<Block> read_blocks(const std::filesystem::path& path) {
    std::ifstream in(path);
    REQUIRE(in.good());
    std::vector<Block> blocks(1);
    for (std::string line; std::getline(in, line);) {
        std::size_t colon = line.find(": ");
        if (line.empty()) {
            if (!blocks.back().empty()) blocks.emplace_back();
        } else if (line[0] == '#' || colon == std::string::npos) {
            blocks.back().emplace_back(line, "");
        } else {
            blocks.back().emplace_back(line.substr(0, colon), line.substr(colon + 2));
        }
    }
    if (blocks.back().empty()) blocks.pop_back();
    return blocks;
}

void write_blocks(const std::filesystem::path& path, const std::vector<Block>& blocks) {
    std::ofstream out(path);
    bool first = true;
    for (const Block& block : blocks) {
        if (!first) out << '\n';
        first = false;
        for (const auto& [key, value] : block)
            out << key << (value.empty() ? "" : ": " + value) << '\n';
    }
}

std::vector<std::filesystem::path> golden_files() {
    std::vector<std::filesystem::path> files;
    std::filesystem::path folder = std::filesystem::path(NABLA_SOURCE_DIR) / "tests" / "golden";
    for (const auto& entry : std::filesystem::directory_iterator(folder))
        if (entry.path().extension() == ".golden") files.push_back(entry.path());
    std::sort(files.begin(), files.end());
    return files;
}

namespace {

syntax::Options options_of(const Block& block) {
    syntax::Options options;
    options.defaults = true;
    std::stringstream list(value_of(block, "declare"));
    for (std::string one; std::getline(list, one, ';');) {
        one.erase(0, one.find_first_not_of(' '));
        options.declarations.push_back({one});
    }
    return options;
}

Expr derived(Expr e, Expr symbol, int order) {
    using ir::DerivativeMode;
    if (order == 2 && e.is_scalar()) return ir::derivative(DerivativeMode::hessian, e, {symbol});
    for (int k = 0; k < order; ++k) {
        DerivativeMode mode = e.is_scalar() ? DerivativeMode::gradient : DerivativeMode::jacobian;
        e = ir::derivative(mode, e, {symbol});
    }
    return e;
}

}  // namespace

Answer answer_of(ir::Context& context, const Block& block) {
    syntax::Options options = options_of(block);
    std::string wrt = value_of(block, "wrt");
    if (!wrt.empty()) options.wanted = {wrt};
    syntax::Source source("expression", value_of(block, "expr"));
    syntax::Expression read = syntax::elaborate_expression(context, source, options);
    Answer answer;
    answer.symbols = read.symbols;
    if (wrt.empty()) {
        answer.expr = passes::finish(read.expr);
        return answer;
    }
    answer.symbols.push_back(read.wanted[0]);
    std::string order = value_of(block, "order");
    answer.expr =
        passes::finish(derived(read.expr, read.wanted[0], order.empty() ? 1 : std::stoi(order)));
    return answer;
}

}  // namespace golden
