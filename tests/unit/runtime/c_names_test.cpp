#include "runtime/c_names.hpp"

#include <catch2/catch.hpp>

using namespace nabla;

TEST_CASE("names that C has taken get an underscore, others stay") {
    std::set<std::string> used{"workspace"};
    for (const char* name : {"X", "lambda", "sin", "INTERCEPT", "M_1", "size", "nullity"}) {
        CHECK(runtime::c_parameter_name(name, used) == name);
    }
    for (const char* name : {"double", "NULL", "size_t", "class", "INT_MAX", "int64_t", "linux"}) {
        CHECK(runtime::c_parameter_name(name, used) == name + std::string("_"));
    }
    CHECK(runtime::c_parameter_name("workspace", used) == "workspace_");
}

TEST_CASE("parameters of one function have different names") {
    std::set<std::string> used;
    CHECK(runtime::c_parameter_name("double_", used) == "double_");
    CHECK(runtime::c_parameter_name("double", used) == "double__");
    CHECK(runtime::c_parameter_name("out1", used) == "out1");
    CHECK(runtime::c_parameter_name("out1", used) == "out1_");
}
