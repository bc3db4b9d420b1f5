/* SPDX-License-Identifier: Apache-2.0 */
#include "print.h"

#include "prov/text.h"

#include <stdio.h>
#include <string.h>

#define PEM_LINE    64
#define PEM_DER_MAX 1024

/* --- members ---------------------------------------------------------------------------------- */

static void json_string(const char *text)
{
    putchar('"');
    for (; *text != '\0'; text++) {
        unsigned char c = (unsigned char)*text;
        if (c == '"' || c == '\\')
            printf("\\%c", c);
        else if (c == '\n')
            printf("\\n");
        else if (c < 0x20)
            printf("\\u%04x", c);
        else
            putchar(c);
    }
    putchar('"');
}

static void key_put(struct print *print, const char *key)
{
    if (print->json) {
        printf("%s", print->any ? "," : "");
        json_string(key);
        putchar(':');
    } else {
        printf("%*s%-19s", print->indent, "", key);
    }
    print->any = true;
}

struct print print_begin(bool json)
{
    struct print print = {.json = json};
    if (json) {
        putchar('{');
        print_int(&print, "schema", 1);
    }
    return print;
}

void print_end(struct print *print)
{
    if (print->json)
        printf("}\n");
}

void print_text(struct print *print, const char *key, const char *value)
{
    key_put(print, key);
    if (print->json)
        json_string(value);
    else
        printf("%s\n", value);
}

void print_int(struct print *print, const char *key, long long value)
{
    key_put(print, key);
    printf(print->json ? "%lld" : "%lld\n", value);
}

void print_bool(struct print *print, const char *key, bool value)
{
    key_put(print, key);
    if (print->json)
        printf("%s", value ? "true" : "false");
    else
        printf("%s\n", value ? "yes" : "no");
}

void print_hex(struct print *print, const char *key, struct prov_bytes value)
{
    char text[2 * 128 + 1];
    if (value.len > 128)
        value.len = 128;
    prov_hex_format(value, text);
    print_text(print, key, text);
}

void print_time(struct print *print, const char *key, int64_t seconds)
{
    char text[PROV_TIME_TEXT];
    prov_time_format(seconds, text);
    print_text(print, key, text);
}

/* --- lists ------------------------------------------------------------------------------------ */

void print_open(struct print *print, const char *key)
{
    if (print->json) {
        key_put(print, key);
        putchar('[');
        print->any = false;
    } else {
        printf("%s\n", key);
        print->indent += 2;
    }
}

void print_item_begin(struct print *print)
{
    if (print->json)
        printf("%s{", print->any ? "," : "");
    print->any = false;
}

void print_item_end(struct print *print)
{
    printf(print->json ? "}" : "\n");
    print->any = true;
}

void print_close(struct print *print)
{
    if (print->json)
        putchar(']');
    else
        print->indent -= 2;
    print->any = true;
}

/* --- PEM (RFC 7468) --------------------------------------------------------------------------- */

prov_result print_pem(struct print *print, const char *key, const char *label,
                      struct prov_bytes der)
{
    char base64[PROV_BASE64_TEXT(PEM_DER_MAX)];
    char pem[sizeof base64 + sizeof base64 / PEM_LINE + 128];
    if (der.len > PEM_DER_MAX)
        return PROV_E_OVERFLOW;
    prov_base64_format(der, base64);
    size_t at = (size_t)snprintf(pem, sizeof pem, "-----BEGIN %s-----\n", label);
    for (const char *line = base64; *line != '\0';) {
        size_t len = strlen(line) < PEM_LINE ? strlen(line) : PEM_LINE;
        at += (size_t)snprintf(pem + at, sizeof pem - at, "%.*s\n", (int)len, line);
        line += len;
    }
    snprintf(pem + at, sizeof pem - at, "-----END %s-----\n", label);
    if (print->json)
        print_text(print, key, pem);
    else
        fputs(pem, stdout);
    return PROV_OK;
}
