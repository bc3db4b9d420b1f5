# SPDX-License-Identifier: Apache-2.0
# One CMake target per room: prov_room(NAME [USES room…] SOURCES file…) makes the object library prov_NAME.
# A room sees the public headers and its own folder; tests/rules checks what it includes.

add_library(prov_flags INTERFACE)
target_compile_features(prov_flags INTERFACE c_std_11)
target_compile_options(prov_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wvla -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith
  -Wcast-qual -Wwrite-strings -Wformat=2 -Wundef -Werror=unused-result -Werror=implicit-function-declaration
  -Werror=incompatible-pointer-types -ffunction-sections -fdata-sections -fno-common)
if(PROV_HOST)
  target_compile_options(prov_flags INTERFACE -fstack-protector-strong)
  target_compile_definitions(prov_flags INTERFACE _POSIX_C_SOURCE=200809L _DEFAULT_SOURCE)
endif()
if(PROV_CONFIG)
  cmake_path(ABSOLUTE_PATH PROV_CONFIG BASE_DIRECTORY "${PROJECT_SOURCE_DIR}" OUTPUT_VARIABLE PROV_CONFIG_PATH)
  target_compile_definitions(prov_flags INTERFACE "PROV_CONFIG_FILE=\"${PROV_CONFIG_PATH}\"")
endif()
if(PROV_SANITIZE)
  target_compile_options(prov_flags INTERFACE -fsanitize=address,undefined -fno-sanitize-recover=all
                         -fno-omit-frame-pointer -g)
  target_link_options(prov_flags INTERFACE -fsanitize=address,undefined)
endif()
if(PROV_FUZZ)
  target_compile_options(prov_flags INTERFACE -fsanitize=fuzzer-no-link,address,undefined
                         -fno-sanitize-recover=all -g)
  target_link_options(prov_flags INTERFACE -fsanitize=address,undefined)
endif()

set_property(GLOBAL PROPERTY PROV_ROOMS "")

function(prov_room name)
  cmake_parse_arguments(ROOM "" "" "SOURCES;LIBRARIES" ${ARGN})
  add_library(prov_${name} OBJECT ${ROOM_SOURCES})
  target_include_directories(prov_${name} PUBLIC
    "${PROJECT_SOURCE_DIR}/libprov/include" PRIVATE "${CMAKE_CURRENT_SOURCE_DIR}")
  target_link_libraries(prov_${name} PRIVATE prov_flags PUBLIC ${ROOM_LIBRARIES})
  set_target_properties(prov_${name} PROPERTIES POSITION_INDEPENDENT_CODE ${PROV_HOST} C_EXTENSIONS OFF)
  set_property(GLOBAL APPEND PROPERTY PROV_ROOMS prov_${name})
endfunction()
