# nabla_warnings(target): the warnings that our own code must be clean of.
#
# g++ 12 reports flow-based warnings in inlined standard-library code where nothing is wrong
# (gcc#105329, gcc#105651, gcc#107852). They stay visible where they are useful and never fail.

include(CheckCXXCompilerFlag)

function(nabla_warnings target)
    target_compile_options(${target} PRIVATE -Wall -Wextra)
    if(NABLA_WERROR)
        target_compile_options(${target} PRIVATE -Werror)
    endif()
    if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
        target_compile_options(${target} PRIVATE
            -Wno-restrict -Wno-stringop-overflow -Wno-stringop-overread -Wno-array-bounds
            -Wno-maybe-uninitialized -Wno-dangling-pointer)
    endif()
endfunction()
