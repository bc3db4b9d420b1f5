/* SPDX-License-Identifier: Apache-2.0
 *
 * Answers on stdout: the same fields as text or as JSON. A command opens a record, names its fields
 * and ends it; a list has columns for people and one JSON object a line for programs.
 */
#ifndef PROV_CLI_OUT_H
#define PROV_CLI_OUT_H

#include "prov/bytes.h"
#include "prov/identifier.h"

#include <stdio.h>

#define OUT_SCHEMA      1
#define OUT_COLUMNS_MAX 8
#define OUT_CELL_MAX    288 /* the longest text that the registry has, and more */
/* Of an id in a table on a terminal, which is 80 columns wide: all of the time, and 12 random bits. */
#define OUT_SHORT_ID 18

struct out_column {
    const char *key;
    int width;
};

struct out {
    FILE *stream;
    bool json;
    bool dry_run;
    bool terminal;
    const struct out_column *columns; /* NULL: records, one field a line; ends with key NULL */
    bool header_done;
    bool first; /* JSON: no comma yet */
    int depth;  /* of nested lists and items */
    char cells[OUT_COLUMNS_MAX][OUT_CELL_MAX];
};

/* What follows is a list with these columns. */
void out_list(struct out *out, const struct out_column *columns);

void out_begin(struct out *out);
void out_text(struct out *out, const char *key, const char *value);
void out_int(struct out *out, const char *key, int64_t value);
void out_bool(struct out *out, const char *key, bool value);
void out_null(struct out *out, const char *key);
/* RFC 3339; "never" for PROV_TIME_NEVER; null for 0. */
void out_time(struct out *out, const char *key, int64_t seconds);
void out_hex(struct out *out, const char *key, struct prov_bytes bytes);
void out_uuid(struct out *out, const char *key, const struct prov_uuid *uuid);
void out_eui64(struct out *out, const char *key, const struct prov_eui64 *eui64);
/* Lines, as PEM: below the key in text. */
void out_block(struct out *out, const char *key, const char *lines);
/* An array of objects inside of a record. */
void out_array_begin(struct out *out, const char *key);
void out_item_begin(struct out *out);
void out_item_end(struct out *out);
void out_array_end(struct out *out);
void out_end(struct out *out);

/* What stands before a section: "appendix " before B.3, "section " before 4.1, nothing before a file. */
const char *out_section_word(const char *section);
/* A single result: the value alone in text, {"schema":1,KEY:value} in JSON. */
void out_single(struct out *out, const char *key, const char *value);

#endif
