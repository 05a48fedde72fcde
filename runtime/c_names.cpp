#include "runtime/c_names.hpp"

#include <algorithm>
#include <array>

namespace nabla::runtime {
namespace {

constexpr std::string_view keywords[] = {
    // C, up to C23.
    "alignas", "alignof", "auto", "bool", "break", "case", "char", "const", "constexpr", "continue",
    "default", "do", "double", "else", "enum", "extern", "false", "float", "for", "goto", "if",
    "inline", "int", "long", "nullptr", "register", "restrict", "return", "short", "signed",
    "sizeof", "static", "static_assert", "struct", "switch", "thread_local", "true", "typedef",
    "typeof", "typeof_unqual", "union", "unsigned", "void", "volatile", "while", "asm", "fortran",
    // C++, up to C++20.
    "and", "and_eq", "bitand", "bitor", "catch", "char8_t", "char16_t", "char32_t", "class",
    "co_await", "co_return", "co_yield", "compl", "concept", "const_cast", "consteval", "constinit",
    "decltype", "delete", "dynamic_cast", "explicit", "export", "friend", "mutable", "namespace",
    "new", "noexcept", "not", "not_eq", "operator", "or", "or_eq", "private", "protected", "public",
    "reinterpret_cast", "requires", "static_cast", "template", "this", "throw", "try", "typeid",
    "typename", "using", "virtual", "wchar_t", "xor", "xor_eq"};

constexpr std::string_view macros_and_types[] = {
    "NULL",         "EOF",          "I",         "NAN",        "INFINITY",
    "HUGE_VAL",     "HUGE_VALF",    "HUGE_VALL", "BUFSIZ",     "CLOCKS_PER_SEC",
    "EXIT_FAILURE", "EXIT_SUCCESS", "RAND_MAX",  "MB_CUR_MAX", "TIME_UTC",
    "errno",        "stdin",        "stdout",    "stderr",     "assert",
    "offsetof",     "complex",      "imaginary", "noreturn",   "va_arg",
    "va_end",       "va_list",      "va_start",  "va_copy",    "math_errhandling",
    "linux",        "unix",         "i386",      "size_t",     "ptrdiff_t",
    "max_align_t",  "FILE",         "fpos_t",    "time_t",     "clock_t",
    "jmp_buf",      "M_E",          "M_LOG2E",   "M_LOG10E",   "M_LN2",
    "M_LN10",       "M_PI",         "M_PI_2",    "M_PI_4",     "M_1_PI",
    "M_2_PI",       "M_2_SQRTPI",   "M_SQRT2",   "M_SQRT1_2",  "DOMAIN",
    "SING",         "OVERFLOW",     "UNDERFLOW", "PLOSS",      "TLOSS"};

// Families of macros.
constexpr std::string_view prefixes[] = {"DBL_", "FLT_", "LDBL_", "FE_",   "FP_",
                                         "LC_",  "SIG_", "SEEK_", "NABLA_"};

// int64_t, INT64_MAX, LONG_MIN.
bool is_integer_type_or_limit(std::string_view name) {
    if (name.ends_with("_t")) return name.starts_with("int") || name.starts_with("uint");
    if (!name.ends_with("_MAX") && !name.ends_with("_MIN")) return false;
    constexpr std::string_view types[] = {"CHAR",   "SCHAR", "UCHAR",   "SHRT",  "USHRT",
                                          "INT",    "UINT",  "LONG",    "ULONG", "LLONG",
                                          "ULLONG", "SIZE",  "PTRDIFF", "WCHAR", "WINT"};
    return std::any_of(std::begin(types), std::end(types),
                       [&](std::string_view type) { return name.starts_with(type); });
}

}  // namespace

bool is_taken_in_c(std::string_view name) {
    const auto holds = [&](const auto& list) {
        return std::find(std::begin(list), std::end(list), name) != std::end(list);
    };
    return holds(keywords) || holds(macros_and_types) || is_integer_type_or_limit(name) ||
           std::any_of(std::begin(prefixes), std::end(prefixes),
                       [&](std::string_view prefix) { return name.starts_with(prefix); });
}

std::string c_parameter_name(std::string_view name, std::set<std::string>& used) {
    std::string result(name);
    if (is_taken_in_c(result)) result += '_';
    while (used.contains(result)) result += '_';
    used.insert(result);
    return result;
}

}  // namespace nabla::runtime
