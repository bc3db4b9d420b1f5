# SPDX-License-Identifier: Apache-2.0
# libcoap's clients against prov serve.
foreach(stack openssl gnutls)
  prov_script(interop_libcoap_${stack} LABELS peer
              COMMAND "${CMAKE_CURRENT_SOURCE_DIR}/libcoap.sh" $<TARGET_FILE:prov_cli> ${stack})
endforeach()
