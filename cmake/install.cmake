# cmake --install: the library, the public headers, the command and the package for
# find_package(Nabla).

include(CMakePackageConfigHelpers)

set(package_dir "${CMAKE_INSTALL_LIBDIR}/cmake/Nabla")

install(TARGETS nabla EXPORT NablaTargets ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}")
install(EXPORT NablaTargets NAMESPACE nabla:: DESTINATION "${package_dir}")
install(DIRECTORY "${PROJECT_SOURCE_DIR}/include/nabla" DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}"
        FILES_MATCHING PATTERN "*.hpp")
if(TARGET nabla_cli)
    install(TARGETS nabla_cli RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}")
endif()

configure_package_config_file("${PROJECT_SOURCE_DIR}/cmake/NablaConfig.cmake.in"
                              "${PROJECT_BINARY_DIR}/NablaConfig.cmake"
                              INSTALL_DESTINATION "${package_dir}")
write_basic_package_version_file("${PROJECT_BINARY_DIR}/NablaConfigVersion.cmake"
                                 COMPATIBILITY SameMinorVersion)
install(FILES "${PROJECT_BINARY_DIR}/NablaConfig.cmake"
              "${PROJECT_BINARY_DIR}/NablaConfigVersion.cmake"
        DESTINATION "${package_dir}")
