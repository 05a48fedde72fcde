// Random expressions and their derivatives: what is printed, in ASCII and in Unicode, parses with
// the declarations that the answer states to the node that was printed, and finishing that again
// changes nothing.
#include <catch2/catch.hpp>

#include <cstdlib>
#include <map>

#include "generator.hpp"
#include "ir/traverse.hpp"
#include "passes/pipeline.hpp"
#include "round_trip.hpp"
#include "runtime/differentiate_by.hpp"

using namespace nabla;
using namespace nabla::ir;
using nabla::testing::World;

namespace {

/// Symbols as a user might declare them: other names, facts and sizes than the world's.
class Declared {
public:
    explicit Declared(World& world) : world_(world) {
        Context& c = world.context();
        const Dim sizes[] = {world.n, world.n, c.dim("k"), c.dim(5),
                             c.dim(std::vector<DimTerm>{{{}, 1}, {{"n"}, 2}})};
        dims_["n"] = sizes[pick(5)];
        if (pick(4) == 0) dims_["m"] = c.dim(3);
        declare(world.s, {"s", "lambda", "alpha"}, {{}, Fact::positive, Fact::nonnegative});
        declare(world.t, {"t", "c_1", "beta"}, {{}, {}, Fact::negative});
        declare(world.x, {"x", "x1", "theta"}, {{}, {}, Fact::positive, Fact::nonnegative});
        declare(world.w, {"w", "w"}, {{}, {}, Fact::nonpositive, Fact::integer});
        declare(world.p, {"p", "p"}, {Fact::simplex, {}});
        declare(world.y, {"y", "target"}, {{}, {}, Fact::nonnegative});
        declare(world.A, {"A", "A_2"},
                {{}, {}, Fact::invertible, Fact::orthogonal, Fact::lower, Fact::positive});
        declare(world.B, {"B", "B"}, {{}, {}, Fact::diagonal, Fact::antisymmetric, Fact::upper});
        declare(world.S, {"S", "Sigma"}, {Fact::symmetric, Fact::psd, {}});
        declare(world.P, {"P", "Lambda"}, {Fact::pd, Fact::pd, {}});
        declare(world.L, {"L", "L_1"}, {Fact::lower, Fact::upper, {}});
        declare(world.L, {"L", "L_1"}, {Fact::lower, Fact::lower, {}});
        declare(world.X, {"X", "Xs"}, {{}, {}, Fact::full_rank, Fact::nonnegative});
    }

    Expr operator()(Expr e) const { return substitute(e, with_); }
    Expr with_sizes(Expr e) const { return substitute_dims(e, dims_); }
    std::vector<Expr> symbols(Expr e) const {
        std::vector<Expr> roots{e};
        return symbols_of(roots);
    }

private:
    int pick(int count) {
        return std::uniform_int_distribution<int>(0, count - 1)(world_.random());
    }
    void declare(Expr symbol, const std::vector<const char*>& names,
                 const std::vector<Facts>& facts) {
        const char* name = names[static_cast<std::size_t>(pick(static_cast<int>(names.size())))];
        Facts chosen = facts[static_cast<std::size_t>(pick(static_cast<int>(facts.size())))];
        with_[symbol] = world_.context().symbol(name, symbol.shape(), chosen);
    }

    World& world_;
    Substitution with_;
    DimSubstitution dims_;
};

/// Failures by kind, the shortest text first; what a failing run prints.
class Failures {
public:
    void add(unsigned seed, const std::string& text) {
        if (!text.empty())
            found_.emplace(text.size(), "seed " + std::to_string(seed) + ": " + text);
        ++checked_;
    }
    std::string report() const {
        constexpr std::size_t shown_at_most = 40;
        const char* wish = std::getenv("NABLA_SHOWN_FAILURES");
        std::size_t most = wish != nullptr ? std::strtoul(wish, nullptr, 10) : shown_at_most;
        std::string text = std::to_string(found_.size()) + " of " + std::to_string(checked_) +
                           " do not come back\n";
        for (const auto& [size, failure] : found_) {
            if (most-- == 0) break;
            text += failure + "\n";
        }
        return text;
    }
    void add_nested() { ++nested_; }
    /// Of those that are only checked to parse.
    bool few_nested() const { return 50 * nested_ < checked_; }
    bool none() const { return found_.empty(); }

private:
    std::multimap<std::size_t, std::string> found_;
    int checked_ = 0;
    int nested_ = 0;
};

void check(Expr finished, unsigned seed, const std::vector<Expr>& symbols, Failures& failures) {
    // A long answer is another matter: see the test of abbreviations.
    if (dag_size(finished) > 200) return;
    if (testing::has_nested_parts(finished)) failures.add_nested();
    for (codegen::TextStyle style : {codegen::TextStyle::ascii, codegen::TextStyle::unicode})
        failures.add(seed, testing::round_trip_failure(finished, symbols, style));
}

}  // namespace

TEST_CASE("random expressions come back from their text", "[property][round_trip]") {
    Failures failures;
    for (unsigned seed = 40000; seed < 42000; ++seed) {
        World world(seed);
        Declared declared(world);
        const Shape shapes[] = {{}, {world.n}, {world.m, world.n}, {world.n, world.n}};
        Expr e =
            testing::random_expression(world, shapes[seed % 4], 2 + static_cast<int>(seed % 3));
        e = declared.with_sizes(declared(e));
        check(passes::finish(e), seed, declared.symbols(e), failures);
    }
    INFO(failures.report());
    CHECK(failures.none());
    CHECK(failures.few_nested());
}

TEST_CASE("derivatives of random expressions come back from their text",
          "[property][round_trip][slow]") {
    Failures failures;
    for (unsigned seed = 50000; seed < 51000; ++seed) {
        World world(seed);
        Declared declared(world);
        const Shape shapes[] = {{}, {}, {world.n}, {world.m, world.n}};
        Expr e =
            testing::random_expression(world, shapes[seed % 4], 2 + static_cast<int>(seed % 2));
        for (Expr variable : world.variables()) {
            if (!depends_on(e, variable)) continue;
            Expr f = declared.with_sizes(declared(e));
            Expr x = declared.with_sizes(declared(variable));
            for (int order = 1; order <= 3; ++order) {
                std::size_t rank = f.rank() + static_cast<std::size_t>(order) * x.rank();
                if (rank > 4) break;
                Expr d;
                try {
                    d = runtime::differentiate_by(f, x, order);
                } catch (const InputError&) {
                    break;  // by a triangular matrix
                }
                check(d, seed, declared.symbols(f), failures);
                if (dag_size(d) > 100) break;
            }
        }
    }
    INFO(failures.report());
    CHECK(failures.none());
    CHECK(failures.few_nested());
}

namespace {

/// Slices, entries, blocks, Kronecker products, other shapes and choices of random arrays.
class Parts {
public:
    explicit Parts(World& world) : w_(world) {}

    Expr scalar() {
        Dim one = w_.context().dim(1);
        switch (pick(5)) {
            case 0:
                return take(vector(), {entry(0)});
            case 1:
                return take(matrix(w_.m, w_.n), {entry(0), entry(1)});
            case 2: {
                Expr part = take(vector(), {range(w_.n)});
                return inner(part, part);
            }
            case 3:
                return inner(take(vector(), {range(w_.n)}), take(w_.w, {range(w_.n)}));
            default:
                return trace(take(matrix(w_.n, w_.n), {range(w_.n), range(w_.n)})) +
                       dim_value(w_.n - one);
        }
    }

    Expr array() {
        Dim n = w_.n, m = w_.m, one = w_.context().dim(1);
        switch (pick(14)) {
            case 0:
                return take(vector(), {range(n)});
            case 1:
                return take(matrix(m, n), {entry(1), all()});
            case 2:
                return take(matrix(m, n), {all(), entry(0)});
            case 3:
                return take(matrix(n, n), {range(n), all()});
            case 4:
                return take(matrix(n, n), {range(n), range(n)});
            case 5:
                return place(vector(), {w_.context().dim(0)}, {n + m}) + place(w_.y, {n}, {n + m});
            case 6:
                return place(matrix(m, n), {one, w_.context().dim(0)}, {m + one, n + n});
            case 7:
                return kronecker(matrix(n, n), matrix(m, n));
            case 8:
                return kronecker(vector(), w_.y);
            case 9:
                return vec(matrix(m, n));
            case 10:
                return reshape_by_columns(matrix(m, n), {n, m});
            case 11:
                return map(Fn::where, {map(Fn::greater, {vector(), w_.w}), vector(), w_.x});
            case 12:
                return map(Fn::where, {map(Fn::greater_equal, {matrix(m, n), w_.s}),
                                       constant(w_.context(), 0), w_.X});
            default:
                return matmul(take(matrix(n, n), {all(), range(n)}), take(w_.x, {range(n)}));
        }
    }

private:
    int pick(int count) { return std::uniform_int_distribution<int>(0, count - 1)(w_.random()); }
    Expr vector() { return testing::random_expression(w_, {w_.n}, pick(3)); }
    Expr matrix(Dim rows, Dim columns) {
        return testing::random_expression(w_, {rows, columns}, pick(2));
    }
    AxisPart all() const { return {}; }
    AxisPart entry(int place) const {
        return {AxisPart::Kind::entry, w_.context().dim(place), {}, {}};
    }
    /// 2, …, n
    AxisPart range(Dim n) const {
        Dim one = w_.context().dim(1);
        return {AxisPart::Kind::range, one, n - one, {}};
    }

    World& w_;
};

}  // namespace

TEST_CASE("parts, shapes and choices come back from their text, and so do their derivatives",
          "[property][round_trip]") {
    Failures failures;
    for (unsigned seed = 60000; seed < 60800; ++seed) {
        World world(seed);
        Declared declared(world);
        Parts parts(world);
        Expr e = seed % 2 == 0 ? parts.scalar() : parts.array();
        Expr f = declared.with_sizes(declared(e));
        check(passes::finish(f), seed, declared.symbols(f), failures);
        for (Expr variable : {world.x, world.A, world.X}) {
            if (!depends_on(e, variable) || e.rank() + variable.rank() > 4) continue;
            try {
                Expr x = declared.with_sizes(declared(variable));
                Expr d = runtime::differentiate_by(f, x, 1);
                check(d, seed, declared.symbols(f), failures);
            } catch (const InputError&) {
                continue;  // by a triangular matrix
            }
        }
    }
    INFO(failures.report());
    CHECK(failures.none());
    CHECK(failures.few_nested());
}

TEST_CASE("long answers come back as a small file", "[property][round_trip]") {
    Context context;
    Dim n = context.dim("n"), m = context.dim("m");
    Expr x = context.symbol("x", {n}), t1 = context.symbol("t1", {n});
    Expr A = context.symbol("A", {n, n}), X = context.symbol("X", {m, n});
    Expr e = x;
    for (int layer = 0; layer < 40; ++layer)
        e = map(Fn::tanh, matmul(A, e)) + map(Fn::sin, matmul(transpose(X), matmul(X, e))) * t1;
    e = passes::finish(e);
    REQUIRE(codegen::print(e).find("\nt2 = ") != std::string::npos);
    for (codegen::TextStyle style : {codegen::TextStyle::ascii, codegen::TextStyle::unicode})
        for (bool as_row : {false, true})
            CHECK(testing::round_trip_failure(e, {x, t1, A, X}, style, as_row).empty());
}
