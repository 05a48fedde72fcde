# nabla_add_layer(name): the folder's sources as one static target `nabla_<name>`.
# nabla_add_library():   all layers together as `nabla` (nabla::nabla).

function(nabla_add_layer name)
    file(GLOB_RECURSE sources CONFIGURE_DEPENDS
         "${CMAKE_CURRENT_SOURCE_DIR}/*.cpp" "${CMAKE_CURRENT_SOURCE_DIR}/*.hpp")
    if(NOT sources MATCHES "\\.cpp")
        file(WRITE "${CMAKE_CURRENT_BINARY_DIR}/no_sources.cpp" "")
        list(APPEND sources "${CMAKE_CURRENT_BINARY_DIR}/no_sources.cpp")
    endif()
    set(target nabla_${name})
    add_library(${target} STATIC ${sources})
    target_include_directories(${target} PUBLIC
        "$<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}>"
        "$<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include>")
    target_link_libraries(${target} PRIVATE fmt::fmt)
    nabla_warnings(${target})
    nabla_sanitize(${target})
    set_property(GLOBAL APPEND PROPERTY NABLA_LAYERS ${target})
endfunction()

function(nabla_add_library)
    get_property(layers GLOBAL PROPERTY NABLA_LAYERS)
    set(objects "")
    foreach(layer IN LISTS layers)
        list(APPEND objects "$<TARGET_OBJECTS:${layer}>")
    endforeach()
    add_library(nabla STATIC ${objects})
    add_library(nabla::nabla ALIAS nabla)
    set_target_properties(nabla PROPERTIES LINKER_LANGUAGE CXX)
    target_compile_features(nabla PUBLIC cxx_std_20)
    target_include_directories(nabla PUBLIC
        "$<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include>"
        "$<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>")
    target_link_libraries(nabla PRIVATE ${NABLA_LINK_LIBRARIES})
    nabla_sanitize(nabla)
endfunction()
