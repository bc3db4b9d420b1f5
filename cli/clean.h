/* SPDX-License-Identifier: Apache-2.0
 *
 * Text from outside on its way to a terminal or into JSON: labels, fields of a CSV, names of files.
 * It may not steer the terminal nor look like what it is not, and JSON has to be UTF-8 (RFC 8259, section 8.1).
 */
#ifndef PROV_CLI_CLEAN_H
#define PROV_CLI_CLEAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define CLEAN_MALFORMED UINT32_MAX

/* Octets of the character that text begins with, and its code point; an octet that begins none is
 * one of CLEAN_MALFORMED. text is not empty. */
size_t clean_take(const char *text, uint32_t *ret_code);
/* Not malformed, no control character, nothing that is invisible or turns the direction of writing. */
bool clean_is_plain(uint32_t code);
/* Prints the text with '?' for every character that is not plain. */
void clean_put(FILE *stream, const char *text);
/* How many characters clean_put prints. */
size_t clean_columns(const char *text);

#endif
