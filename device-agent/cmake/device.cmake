# SPDX-License-Identifier: Apache-2.0
# The device's half as one library, libprov-agent.a: its rooms and, where one is built, a crypto backend. What
# `cmake --install` leaves of it: the headers that prov/agent.h needs, the configuration it was built with, a
# CMake package (prov-agent) and a pkg-config file. tests/consumer builds against it.
include(CMakePackageConfigHelpers)

set(prov_device_rooms core profile cose x509 dtls enroll enroll_client agent_core)
set(prov_device_headers agent bundle bytes cbor coap config cose credential crypto deny_list dtls dtls_types enroll
    enroll_client identifier port profile result store text x509)
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
