/* SPDX-License-Identifier: Apache-2.0
 *
 * CSV with a header (RFC 4180), a line at a time: fields may be quoted, lines end with LF or CRLF;
 * a field does not go over a line.
 */
#ifndef PROV_CLI_CSV_H
#define PROV_CLI_CSV_H

#include "run.h"

#include <stdio.h>

#define CSV_FIELDS_MAX 16
#define CSV_LINE_MAX   4096
#define CSV_SKIP_MAX   (1 << 20) /* a longer line ends the reading */

struct csv {
    FILE *stream;
    const char *name; /* for messages */
    long line;        /* of the row that was read last, from 1 */
    char text[CSV_LINE_MAX];
    char *fields[CSV_FIELDS_MAX];
    size_t count;
    const char *trouble; /* what is wrong with the row, or NULL */
    bool ended;          /* nothing more is read */
};

/* Splits the line in place. Words for what is wrong, or NULL. */
const char *csv_split(char *line, char *fields[CSV_FIELDS_MAX], size_t *ret_count);
/* The next row that is not empty; false at the end of the file. */
bool csv_next(struct csv *csv);

#endif
