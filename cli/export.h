/* SPDX-License-Identifier: Apache-2.0
 *
 * What `prov bundle export` writes: one bundle as it is, or a device's bundles as its flash would have them.
 */
#ifndef PROV_CLI_EXPORT_H
#define PROV_CLI_EXPORT_H

#include "image.h"
#include "prov/bundle.h"

#define EXPORT_MAX (ARGS_WORDS_MAX - 2) /* credentials in a file: a noun and a verb are words too */

enum export_format { EXPORT_BUNDLE = 0, EXPORT_IHEX, EXPORT_RAW };
extern const char *const export_formats[];

/* Zero it before export_begin, and export_end it whatever happened: it has secrets. */
struct export
{
    enum export_format format;
    const char *prefix, *publish; /* of certificate URLs, or NULL */
    struct prov_credential credentials[EXPORT_MAX];
    size_t count;
    struct image image;
    uint8_t octets[PROV_BUNDLE_MAX]; /* the last bundle */
    struct prov_bytes file;          /* what export_make has made, a view */
};

/* Takes the options and refuses those that the format has no use for. */
PROV_MUST prov_result export_begin(struct run *run, struct export *export);
/* Makes the file of the credentials, and publishes their certificates; may be called again for others. */
PROV_MUST prov_result export_make(struct run *run, struct export *export);
void export_end(struct export *export);
/* The fields of a record that tell what is in the file at path. */
PROV_MUST prov_result export_put(struct run *run, const struct export *export, const char *path);

/* lot.c: an image for each device of --group, into --folder. */
PROV_MUST prov_result lot_export(struct run *run);

#endif
