# Third-party packages, all from Debian 12, each as one imported target.

find_package(Threads REQUIRED)
find_package(Boost 1.74 REQUIRED)
find_package(fmt REQUIRED)
find_package(nlohmann_json REQUIRED)

# Only the shared library and the headers are used; LLVM's own package would also look for
# everything that its static archives may need.
find_path(NABLA_LLVM_INCLUDE_DIR llvm/IR/Module.h
          HINTS /usr/lib/llvm-19/include NO_DEFAULT_PATH REQUIRED)
find_library(NABLA_LLVM_LIBRARY LLVM-19 HINTS /usr/lib/llvm-19/lib REQUIRED)
add_library(nabla_llvm INTERFACE)
target_include_directories(nabla_llvm SYSTEM INTERFACE "${NABLA_LLVM_INCLUDE_DIR}")
target_compile_definitions(nabla_llvm INTERFACE __STDC_CONSTANT_MACROS __STDC_FORMAT_MACROS
                                                __STDC_LIMIT_MACROS)

find_path(NABLA_CBLAS_INCLUDE_DIR cblas.h PATH_SUFFIXES openblas-pthread openblas REQUIRED)
find_path(NABLA_LAPACKE_INCLUDE_DIR lapacke.h REQUIRED)
find_library(NABLA_OPENBLAS_LIBRARY openblas REQUIRED)
find_library(NABLA_LAPACKE_LIBRARY lapacke REQUIRED)
find_library(NABLA_SLEEF_LIBRARY sleef REQUIRED)

# Line editing, for the command alone.
if(NABLA_BUILD_CLI)
    find_path(NABLA_EDIT_INCLUDE_DIR histedit.h REQUIRED)
    find_library(NABLA_EDIT_LIBRARY edit REQUIRED)
endif()

# What a program that uses the static library links. Generated kernels name SLEEF's functions and
# nothing in the program does, so the linker must be told to keep that library.
set(NABLA_LINK_LIBRARIES
    "${NABLA_LLVM_LIBRARY}" "${NABLA_LAPACKE_LIBRARY}" "${NABLA_OPENBLAS_LIBRARY}"
    "-Wl,--push-state,--no-as-needed,${NABLA_SLEEF_LIBRARY},--pop-state"
    fmt::fmt Threads::Threads ${CMAKE_DL_LIBS} m)
