# nabla_sanitize(target): AddressSanitizer and UndefinedBehaviorSanitizer, errors being fatal.
#
# Code made by the JIT is not instrumented; the compiler that makes it and all that calls it is.

function(nabla_sanitize target)
    if(NABLA_SANITIZE)
        set(flags -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
        target_compile_options(${target} PRIVATE ${flags})
        target_link_options(${target} PUBLIC ${flags})
    endif()
endfunction()
