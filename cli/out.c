/* SPDX-License-Identifier: Apache-2.0 */
#include "out.h"

#include "clean.h"
#include "prov/text.h"

#include <ctype.h>
#include <inttypes.h>
#include <string.h>

/* --- JSON (RFC 8259) --- */

static void json_character(FILE *stream, const char *text, size_t len, uint32_t code)
{
    if (code == '"' || code == '\\')
        fprintf(stream, "\\%c", (char)code);
    else if (code == '\n')
        fputs("\\n", stream);
    else if (code == CLEAN_MALFORMED)
        fputs("\\ufffd", stream);
    else if (!clean_is_plain(code) && code <= 0xffff)
        fprintf(stream, "\\u%04x", (unsigned)code);
    else
        fwrite(text, 1, len, stream);
}

static void json_string(struct out *out, const char *text)
{
    fputc('"', out->stream);
    while (*text != '\0') {
        uint32_t code;
        size_t len = clean_take(text, &code);
        json_character(out->stream, text, len, code);
        text += len;
    }
    fputc('"', out->stream);
}

static void json_key(struct out *out, const char *key)
{
    if (!out->first)
        fputc(',', out->stream);
    out->first = false;
    json_string(out, key);
    fputc(':', out->stream);
}

/* --- text --- */

static void cell_set(struct out *out, const char *key, const char *value)
{
    for (size_t i = 0; i < OUT_COLUMNS_MAX && out->columns[i].key != NULL; i++)
        if (strcmp(out->columns[i].key, key) == 0)
            snprintf(out->cells[i], OUT_CELL_MAX, "%s", value);
}

static int column_width(const struct out *out, size_t i)
{
    bool short_id = out->terminal && strcmp(out->columns[i].key, "id") == 0;
    return short_id ? OUT_SHORT_ID : out->columns[i].width;
}

static void print_header(struct out *out)
{
    for (size_t i = 0; out->columns[i].key != NULL; i++) {
        char name[32];
        size_t len = 0;
        for (; out->columns[i].key[len] != '\0' && len < sizeof(name) - 1; len++)
            name[len] = (char)toupper((unsigned char)out->columns[i].key[len]);
        name[len] = '\0';
        bool last = out->columns[i + 1].key == NULL;
        fprintf(out->stream, "%-*s%s", last ? 0 : column_width(out, i), name, last ? "\n" : "  ");
    }
    out->header_done = true;
}

static void print_row(struct out *out)
{
    if (!out->header_done)
        print_header(out);
    for (size_t i = 0; out->columns[i].key != NULL; i++) {
        bool last = out->columns[i + 1].key == NULL;
        clean_put(out->stream, out->cells[i]);
        for (int pad = (int)clean_columns(out->cells[i]); !last && pad < column_width(out, i);
             pad++)
            fputc(' ', out->stream);
        fputs(last ? "\n" : "  ", out->stream);
    }
}

static void line_begin(struct out *out, const char *key)
{
    int indent = out->depth * 2;
    fprintf(out->stream, "%*s%s:%*s", indent, "", key,
            (int)strlen(key) + indent < 16 ? 16 - (int)strlen(key) - indent : 1, "");
}

/* --- fields --- */

/* A value that is no string in JSON. */
static void put_bare(struct out *out, const char *key, const char *value)
{
    if (out->json) {
        json_key(out, key);
        fputs(value, out->stream);
    } else if (out->columns != NULL) {
        cell_set(out, key, value);
    } else {
        line_begin(out, key);
        fprintf(out->stream, "%s\n", value);
    }
}

void out_text(struct out *out, const char *key, const char *value)
{
    if (out->json) {
        json_key(out, key);
        json_string(out, value);
    } else if (out->columns != NULL) {
        cell_set(out, key, value);
    } else {
        line_begin(out, key);
        clean_put(out->stream, value);
        fputc('\n', out->stream);
    }
}

void out_int(struct out *out, const char *key, int64_t value)
{
    char text[24];
    snprintf(text, sizeof(text), "%" PRId64, value);
    put_bare(out, key, text);
}

void out_bool(struct out *out, const char *key, bool value)
{
    put_bare(out, key, out->json ? (value ? "true" : "false") : (value ? "yes" : "no"));
}

void out_null(struct out *out, const char *key)
{
    put_bare(out, key, out->json ? "null" : "-");
}

void out_time(struct out *out, const char *key, int64_t seconds)
{
    char text[PROV_TIME_TEXT];
    if (seconds == 0) {
        out_null(out, key);
        return;
    }
    prov_time_format(seconds, text);
    out_text(out, key, seconds == PROV_TIME_NEVER ? "never" : text);
}

void out_hex(struct out *out, const char *key, struct prov_bytes bytes)
{
    char text[2 * 128 + 1] = "";
    if (bytes.len <= 128)
        prov_hex_format(bytes, text);
    out_text(out, key, text);
}

void out_uuid(struct out *out, const char *key, const struct prov_uuid *uuid)
{
    char text[PROV_UUID_TEXT];
    prov_uuid_format(uuid, text);
    if (out->terminal && out->columns != NULL && !out->json)
        text[OUT_SHORT_ID] = '\0';
    out_text(out, key, text);
}

void out_eui64(struct out *out, const char *key, const struct prov_eui64 *eui64)
{
    char text[PROV_EUI64_TEXT];
    prov_eui64_format(eui64, text);
    out_text(out, key, text);
}

void out_block(struct out *out, const char *key, const char *lines)
{
    if (out->json)
        out_text(out, key, lines);
    else if (out->columns == NULL)
        fprintf(out->stream, "%*s%s:\n%s", out->depth * 2, "", key, lines);
}

/* --- records --- */

void out_list(struct out *out, const struct out_column *columns)
{
    out->columns = columns;
    out->header_done = false;
}

void out_begin(struct out *out)
{
    memset(out->cells, 0, sizeof(out->cells));
    out->first = true;
    out->depth = 0;
    if (!out->json)
        return;
    fputc('{', out->stream);
    out_int(out, "schema", OUT_SCHEMA);
    if (out->dry_run)
        out_bool(out, "dry_run", true);
}

void out_end(struct out *out)
{
    if (out->json)
        fputs("}\n", out->stream);
    else if (out->columns != NULL)
        print_row(out);
}

void out_array_begin(struct out *out, const char *key)
{
    if (out->json) {
        json_key(out, key);
        fputc('[', out->stream);
        out->first = true;
    } else {
        fprintf(out->stream, "%*s%s:\n", out->depth * 2, "", key);
    }
    out->depth++;
}

void out_item_begin(struct out *out)
{
    if (!out->json)
        return;
    fputs(out->first ? "{" : ",{", out->stream);
    out->first = true;
}

void out_item_end(struct out *out)
{
    if (out->json)
        fputc('}', out->stream);
    out->first = false;
}

void out_array_end(struct out *out)
{
    if (out->json)
        fputc(']', out->stream);
    out->first = false;
    out->depth--;
}

const char *out_section_word(const char *section)
{
    return section[0] >= '0' && section[0] <= '9'   ? "section "
           : section[0] >= 'A' && section[0] <= 'Z' ? "appendix "
                                                    : "";
}

void out_single(struct out *out, const char *key, const char *value)
{
    if (!out->json) {
        fprintf(out->stream, "%s\n", value);
        return;
    }
    out_begin(out);
    out_text(out, key, value);
    out_end(out);
}
