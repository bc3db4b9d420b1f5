# SPDX-License-Identifier: Apache-2.0
# What `cmake --install` leaves: libprov.a made from the rooms' objects, the headers, a CMake package and
# a pkg-config file. tests/consumer builds against it both ways.
include(CMakePackageConfigHelpers)

get_property(prov_rooms GLOBAL PROPERTY PROV_ROOMS)
set(prov_objects "")
foreach(room IN LISTS prov_rooms)
  list(APPEND prov_objects "$<TARGET_OBJECTS:${room}>")
endforeach()

add_library(prov_static STATIC ${prov_objects})
set_target_properties(prov_static PROPERTIES OUTPUT_NAME prov EXPORT_NAME prov LINKER_LANGUAGE C
                      ARCHIVE_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/lib")
target_include_directories(prov_static INTERFACE "$<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>")
if(PROV_HOST)
  target_link_libraries(prov_static INTERFACE OpenSSL::Crypto PkgConfig::LIBCBOR PkgConfig::SQLITE3
                        $<$<BOOL:${PROV_FETCH}>:PkgConfig::LIBCURL>)
endif()

set(prov_package_dir "${CMAKE_INSTALL_LIBDIR}/cmake/prov")
install(TARGETS prov_static EXPORT provTargets ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}")
install(EXPORT provTargets NAMESPACE prov:: DESTINATION "${prov_package_dir}")
install(DIRECTORY "${PROJECT_SOURCE_DIR}/libprov/include/" "${PROJECT_SOURCE_DIR}/device-agent/include/"
        DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}" FILES_MATCHING PATTERN "*.h")
install(FILES "${PROJECT_BINARY_DIR}/include/prov/version.h"
        DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}/prov")

configure_package_config_file("${CMAKE_CURRENT_LIST_DIR}/provConfig.cmake.in"
  "${PROJECT_BINARY_DIR}/provConfig.cmake" INSTALL_DESTINATION "${prov_package_dir}")
write_basic_package_version_file("${PROJECT_BINARY_DIR}/provConfigVersion.cmake"
  VERSION "${PROJECT_VERSION}" COMPATIBILITY SameMajorVersion)
install(FILES "${PROJECT_BINARY_DIR}/provConfig.cmake" "${PROJECT_BINARY_DIR}/provConfigVersion.cmake"
        DESTINATION "${prov_package_dir}")

set(PROV_PC_REQUIRES "")
if(PROV_HOST)
  set(PROV_PC_REQUIRES "libcrypto >= 3.0, libcbor, sqlite3")
  if(PROV_FETCH)
    string(APPEND PROV_PC_REQUIRES ", libcurl")
  endif()
endif()
configure_file("${CMAKE_CURRENT_LIST_DIR}/prov.pc.in" "${PROJECT_BINARY_DIR}/prov.pc" @ONLY)
install(FILES "${PROJECT_BINARY_DIR}/prov.pc" DESTINATION "${CMAKE_INSTALL_LIBDIR}/pkgconfig")
