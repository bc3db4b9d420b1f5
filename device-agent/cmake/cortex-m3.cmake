# SPDX-License-Identifier: Apache-2.0
# Toolchain file: Cortex-M3 without an operating system.
#   cmake -S . -B build/arm -DPROV_HOST=OFF -DPROV_TESTS=OFF -DCMAKE_TOOLCHAIN_FILE=device-agent/cmake/cortex-m3.cmake
set(CMAKE_SYSTEM_NAME Generic)
set(CMAKE_SYSTEM_PROCESSOR cortex-m3)
set(CMAKE_C_COMPILER arm-none-eabi-gcc)
set(CMAKE_TRY_COMPILE_TARGET_TYPE STATIC_LIBRARY)
# The last three are passes that trade size for speed even under -Os: half a per cent less without them.
set(CMAKE_C_FLAGS_INIT "-mcpu=cortex-m3 -mthumb -Os -ffreestanding -ffunction-sections -fdata-sections -fstack-usage -fno-stack-protector -fno-tree-pre -fno-code-hoisting -fno-move-loop-invariants")
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
# -DPROV_LTO=ON: an image is optimized as a whole when it is linked.
list(APPEND CMAKE_TRY_COMPILE_PLATFORM_VARIABLES PROV_LTO)
if(PROV_LTO)
  string(APPEND CMAKE_C_FLAGS_INIT " -flto=auto -ffat-lto-objects")
endif()
