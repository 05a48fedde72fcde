// Answers as text: every block of tests/golden/*.golden is derived, printed in the three styles and
// compared with what stands there. Then the ASCII and Unicode texts are read back, and must have
// the value of what was printed. NABLA_UPDATE_GOLDEN=1 rewrites the answers.
#include <catch2/catch.hpp>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <random>
#include <sstream>

#include "codegen/source/text.hpp"
#include "frontend/frontend.hpp"
#include "ir/build.hpp"
#include "ir/interpret.hpp"
#include "ir/traverse.hpp"
#include "passes/pipeline.hpp"

namespace {

using namespace nabla;
using ir::Expr;

using Block = std::vector<std::pair<std::string, std::string>>;  // key: value, in the file's order

const char* const answer_keys[] = {"text", "unicode", "latex"};

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

/// Comments and blank lines are kept as keys without a value.
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

Expr answer_of(ir::Context& context, const Block& block) {
    syntax::Options options = options_of(block);
    std::string wrt = value_of(block, "wrt");
    if (!wrt.empty()) options.wanted = {wrt};
    syntax::Source source("expression", value_of(block, "expr"));
    syntax::Expression read = syntax::elaborate_expression(context, source, options);
    if (wrt.empty()) return passes::finish(read.expr);
    std::string order = value_of(block, "order");
    return passes::finish(derived(read.expr, read.wanted[0], order.empty() ? 1 : std::stoi(order)));
}

/// Sizes for every dimension name: 3, 4, 5 … in alphabetical order.
ir::DimSubstitution sizes_for(Expr e) {
    std::map<std::string, std::int64_t> sizes;
    for (Expr node : ir::post_order(e)) {
        for (ir::Dim d : node.shape())
            for (const std::string& name : d.names()) sizes[name] = 0;
        if (node.op() == ir::Op::dim_value)
            for (const std::string& name : node.dim().names()) sizes[name] = 0;
    }
    ir::DimSubstitution result;
    std::int64_t next = 3;
    for (auto& [name, size] : sizes) result[name] = e.context().dim(next++);
    return result;
}

ir::Tensor random_value(Expr symbol, std::mt19937& random) {
    std::uniform_real_distribution<double> uniform(0.2, 1.2);
    ir::Tensor tensor;
    std::size_t count = 1;
    for (ir::Dim d : symbol.shape()) {
        tensor.shape.push_back(*d.constant());
        count *= static_cast<std::size_t>(tensor.shape.back());
    }
    for (std::size_t i = 0; i < count; ++i) tensor.data.push_back(uniform(random));
    if (tensor.shape.size() == 2 && tensor.shape[0] == tensor.shape[1]) {
        auto n = static_cast<std::size_t>(tensor.shape[0]);
        for (std::size_t i = 0; i < n; ++i) {
            tensor.data[i * n + i] += 3;
            for (std::size_t j = 0; j < i && symbol.has(ir::Fact::symmetric); ++j)
                tensor.data[i * n + j] = tensor.data[j * n + i];
        }
    }
    return tensor;
}

/// `text`, read with the shapes of `e`'s symbols, has the value of `e`.
void check_reads_back(Expr e, const std::string& text) {
    INFO("read back: " << text);
    std::mt19937 random(7);
    std::map<std::string, ir::Tensor> values;
    ir::Bindings bindings;
    syntax::Options options;
    options.defaults = true;
    std::vector<Expr> roots{e};
    for (Expr symbol : ir::symbols_of(roots)) {
        ir::Tensor value = random_value(symbol, random);
        values[symbol.symbol().name] = bindings.symbols[symbol] = value;
        options.data_shapes[symbol.symbol().name] = value.shape;
    }
    ir::Context context;
    syntax::Expression read =
        syntax::elaborate_expression(context, syntax::Source("answer", text), options);
    Expr again = ir::substitute_dims(passes::finish(read.expr), read.dims);
    ir::Bindings again_bindings;
    std::vector<Expr> again_roots{again};
    for (Expr symbol : ir::symbols_of(again_roots))
        again_bindings.symbols[symbol] = values.at(symbol.symbol().name);
    ir::Tensor expected = ir::interpret(e, bindings), found = ir::interpret(again, again_bindings);
    REQUIRE(found.data.size() == expected.data.size());
    for (std::size_t i = 0; i < expected.data.size(); ++i)
        CHECK(found.data[i] == Approx(expected.data[i]).epsilon(1e-10).margin(1e-10));
}

void check_block(Block& block, bool update) {
    INFO(value_of(block, "expr") << "  by  " << value_of(block, "wrt"));
    ir::Context context;
    Expr answer = answer_of(context, block);
    using codegen::TextStyle;
    const TextStyle styles[] = {TextStyle::ascii, TextStyle::unicode, TextStyle::latex};
    for (int k = 0; k < 3; ++k) {
        std::string shown = codegen::print(answer, styles[k]);
        std::string expected = value_of(block, answer_keys[k]);
        if (k > 0 && expected.empty()) continue;
        if (update)
            set_value(block, answer_keys[k], shown);
        else
            CHECK(shown == expected);
    }
    Expr sized = ir::substitute_dims(answer, sizes_for(answer));
    std::string text = codegen::print(sized, TextStyle::ascii);
    // Index notation is output only: the language reads tensors in a later step.
    if (sized.rank() > 2 || text.find(": ") != std::string::npos) return;
    check_reads_back(sized, text);
    check_reads_back(sized, codegen::print(sized, TextStyle::unicode));
}

}  // namespace

TEST_CASE("answers are a textbook's and read back", "[golden]") {
    const char* flag = std::getenv("NABLA_UPDATE_GOLDEN");
    bool update = flag != nullptr && std::string(flag) == "1";
    std::filesystem::path folder = std::filesystem::path(NABLA_SOURCE_DIR) / "tests" / "golden";
    int files = 0;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        if (entry.path().extension() != ".golden") continue;
        ++files;
        std::vector<Block> blocks = read_blocks(entry.path());
        for (Block& block : blocks)
            if (!value_of(block, "expr").empty()) check_block(block, update);
        if (update) write_blocks(entry.path(), blocks);
    }
    REQUIRE(files >= 3);
}
