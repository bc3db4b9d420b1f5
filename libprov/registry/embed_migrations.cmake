# SPDX-License-Identifier: Apache-2.0
# cmake -DINPUT=db/sqlite -DOUTPUT=migrations.c -P embed_migrations.cmake
# Reads the pairs NNNN_name.up.sql / NNNN_name.down.sql and writes the table `registry_migrations`. The numbers
# must be 0001, 0002, … without a gap, and each must have both halves.
file(GLOB ups RELATIVE "${INPUT}" "${INPUT}/*.up.sql")
list(SORT ups)
set(arrays "")
set(rows "")
set(number 0)

function(embed file symbol out)
  file(READ "${INPUT}/${file}" hex HEX)
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," octets "${hex}")
  string(REGEX REPLACE "(................................................................................)" "\\1\n" octets "${octets}")
  set(${out} "static const char ${symbol}[] = {\n${octets}0};\n" PARENT_SCOPE)
endfunction()

foreach(up IN LISTS ups)
  math(EXPR number "${number} + 1")
  if(NOT up MATCHES "^([0-9][0-9][0-9][0-9])_[a-z0-9_]+\\.up\\.sql$")
    message(FATAL_ERROR "${up}: not NNNN_name.up.sql")
  endif()
  math(EXPR its_number "1${CMAKE_MATCH_1} - 10000")
  if(NOT its_number EQUAL number)
    message(FATAL_ERROR "${up}: number ${number} was expected")
  endif()
  string(REPLACE ".up.sql" ".down.sql" down "${up}")
  if(NOT EXISTS "${INPUT}/${down}")
    message(FATAL_ERROR "${up}: ${down} is missing")
  endif()
  embed("${up}" "up_${number}" up_array)
  embed("${down}" "down_${number}" down_array)
  string(APPEND arrays "${up_array}${down_array}")
  string(APPEND rows "    {${number}, up_${number}, down_${number}},\n")
endforeach()
if(number EQUAL 0)
  message(FATAL_ERROR "${INPUT}: no migrations")
endif()

file(WRITE "${OUTPUT}"
"/* SPDX-License-Identifier: Apache-2.0
 * Written by embed_migrations.cmake from db/sqlite. */
#include \"sqlite/migrate.h\"

${arrays}
const struct registry_migration registry_migrations[] = {
${rows}};
const size_t registry_migration_count = ${number};
")
