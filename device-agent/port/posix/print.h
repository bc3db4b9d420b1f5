/* SPDX-License-Identifier: Apache-2.0
 *
 * Answers: as lines for people, as one JSON object for programs.
 */
#ifndef PROV_POSIX_PRINT_H
#define PROV_POSIX_PRINT_H

#include "prov/bytes.h"

struct print {
    bool json;
    bool any;   /* a member was written at this level */
    int indent; /* of lines */
};

struct print print_begin(bool json);
void print_end(struct print *print);
void print_text(struct print *print, const char *key, const char *value);
void print_int(struct print *print, const char *key, long long value);
void print_bool(struct print *print, const char *key, bool value);
void print_hex(struct print *print, const char *key, struct prov_bytes value);
void print_time(struct print *print, const char *key, int64_t seconds);
/* A list of objects: open, then for each item begin and end, then close. */
void print_open(struct print *print, const char *key);
void print_item_begin(struct print *print);
void print_item_end(struct print *print);
void print_close(struct print *print);
/* PEM: alone in text, a member in JSON. */
PROV_MUST prov_result print_pem(struct print *print, const char *key, const char *label,
                                struct prov_bytes der);

#endif
