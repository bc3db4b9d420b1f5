# SPDX-License-Identifier: Apache-2.0
# The device's half as one library, libprov-agent.a: its rooms and, where one is built, a crypto backend. What
# `cmake --install` leaves of it: the headers that prov/agent.h needs, the configuration it was built with, a
# CMake package (prov-agent) and a pkg-config file. tests/consumer builds against it.
include(CMakePackageConfigHelpers)
include(GNUInstallDirs)

set(prov_device_rooms core profile cose x509 dtls enroll enroll_client agent_core)
set(prov_device_headers agent bundle bytes coap config cose credential crypto deny_list dtls dtls_types enroll
    enroll_client identifier port profile result store x509)
list(TRANSFORM prov_device_rooms PREPEND prov_)
if(PROV_HOST)
  list(APPEND prov_device_rooms ${PROV_CRYPTO_ROOMS})
elseif(PROV_MBEDTLS_SOURCE)
  list(APPEND prov_device_rooms prov_crypto_mbedtls prov_mbedtls)
endif()

set(prov_device_objects "")
foreach(room IN LISTS prov_device_rooms)
  list(APPEND prov_device_objects "$<TARGET_OBJECTS:${room}>")
endforeach()
add_library(prov_device STATIC ${prov_device_objects})
set_target_properties(prov_device PROPERTIES OUTPUT_NAME prov-agent EXPORT_NAME agent LINKER_LANGUAGE C
                      ARCHIVE_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/lib")
add_library(prov::agent ALIAS prov_device)
target_include_directories(prov_device INTERFACE "$<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>"
  "$<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/libprov/include;${CMAKE_CURRENT_SOURCE_DIR}/include>")
if(PROV_HOST)
  target_link_libraries(prov_device INTERFACE PkgConfig::LIBCBOR $<$<STREQUAL:${PROV_CRYPTO},openssl>:OpenSSL::Crypto>)
endif()

set(prov_agent_dir "${CMAKE_INSTALL_LIBDIR}/cmake/prov-agent")
set(prov_agent_headers "${CMAKE_INSTALL_INCLUDEDIR}/prov")
install(TARGETS prov_device EXPORT provAgentTargets ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}")
install(EXPORT provAgentTargets NAMESPACE prov:: DESTINATION "${prov_agent_dir}")
foreach(header IN LISTS prov_device_headers)
  set(file "${PROJECT_SOURCE_DIR}/libprov/include/prov/${header}.h")
  if(NOT EXISTS "${file}")
    set(file "${CMAKE_CURRENT_SOURCE_DIR}/include/prov/${header}.h")
  endif()
  install(FILES "${file}" DESTINATION "${prov_agent_headers}")
endforeach()

# Sizes of structs depend on the configuration: who links the library compiles with the same one.
set(PROV_PC_DEFINES "")
if(PROV_CONFIG)
  install(FILES "${PROV_CONFIG_PATH}" DESTINATION "${prov_agent_headers}" RENAME agent_config.h)
  target_compile_definitions(prov_device INTERFACE "$<INSTALL_INTERFACE:PROV_CONFIG_FILE=\"prov/agent_config.h\">"
    "$<BUILD_INTERFACE:PROV_CONFIG_FILE=\"${PROV_CONFIG_PATH}\">")
  set(PROV_PC_DEFINES " -DPROV_CONFIG_FILE='\"prov/agent_config.h\"'")
endif()

configure_package_config_file("${CMAKE_CURRENT_LIST_DIR}/prov-agentConfig.cmake.in"
  "${PROJECT_BINARY_DIR}/prov-agentConfig.cmake" INSTALL_DESTINATION "${prov_agent_dir}")
write_basic_package_version_file("${PROJECT_BINARY_DIR}/prov-agentConfigVersion.cmake"
  VERSION "${PROJECT_VERSION}" COMPATIBILITY SameMajorVersion)
install(FILES "${PROJECT_BINARY_DIR}/prov-agentConfig.cmake" "${PROJECT_BINARY_DIR}/prov-agentConfigVersion.cmake"
        DESTINATION "${prov_agent_dir}")

set(PROV_PC_REQUIRES "")
if(PROV_HOST)
  set(PROV_PC_REQUIRES "libcbor")
  if(PROV_CRYPTO STREQUAL "openssl")
    string(APPEND PROV_PC_REQUIRES ", libcrypto >= 3.0")
  endif()
endif()
configure_file("${CMAKE_CURRENT_LIST_DIR}/prov-agent.pc.in" "${PROJECT_BINARY_DIR}/prov-agent.pc" @ONLY)
install(FILES "${PROJECT_BINARY_DIR}/prov-agent.pc" DESTINATION "${CMAKE_INSTALL_LIBDIR}/pkgconfig")
