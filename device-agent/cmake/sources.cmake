# SPDX-License-Identifier: Apache-2.0
# For builds with targets of their own (Zephyr, ESP-IDF). Reads the rooms' CMakeLists.txt, so that there is one list of
# sources, and prov/config.h, so that there is one list of options:
#   PROV_DEVICE_SOURCES       the device's rooms
#   PROV_DEVICE_BACKEND       libprov/crypto/mbedtls, over the Mbed TLS that the build has
#   PROV_DEVICE_P256M         the folder of p256-m in the source of Mbed TLS: the backend includes from it
#   PROV_DEVICE_INCLUDES      where the public headers are
#   PROV_DEVICE_DEFINITIONS   PROV_WITH_X=1 where CONFIG_PROV_WITH_X is set, and =0 where not
# Nothing but set and include: it runs in script mode too.
get_filename_component(prov_agent_root "${CMAKE_CURRENT_LIST_DIR}" DIRECTORY)
get_filename_component(prov_root "${prov_agent_root}" DIRECTORY)
set(PROV_HOST OFF)
set(PROV_DEVICE_SOURCES "")

macro(prov_room name)
  cmake_parse_arguments(ROOM "" "" "SOURCES;LIBRARIES" ${ARGN})
  foreach(file IN LISTS ROOM_SOURCES)
    list(APPEND PROV_DEVICE_SOURCES "${CMAKE_CURRENT_LIST_DIR}/${file}")
  endforeach()
endmacro()
foreach(room core profile cose x509 dtls enroll)
  include("${prov_root}/libprov/${room}/CMakeLists.txt")
endforeach()
include("${prov_agent_root}/core/CMakeLists.txt")

set(PROV_DEVICE_BACKEND instance.c hash.c aead.c ec.c sign.c p256.c board.c)
list(TRANSFORM PROV_DEVICE_BACKEND PREPEND "${prov_root}/libprov/crypto/mbedtls/")
set(PROV_DEVICE_P256M 3rdparty/p256-m/p256-m)
set(PROV_DEVICE_INCLUDES "${prov_root}/libprov/include" "${prov_agent_root}/include")

set(PROV_DEVICE_DEFINITIONS "")
file(STRINGS "${prov_root}/libprov/include/prov/config.h" prov_options REGEX "^#ifndef PROV_WITH_")
foreach(option IN LISTS prov_options)
  string(REPLACE "#ifndef " "" option "${option}")
  if(CONFIG_${option})
    list(APPEND PROV_DEVICE_DEFINITIONS "${option}=1")
  else()
    list(APPEND PROV_DEVICE_DEFINITIONS "${option}=0")
  endif()
endforeach()
