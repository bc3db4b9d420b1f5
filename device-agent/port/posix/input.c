/* SPDX-License-Identifier: Apache-2.0
 *
 * What a command takes in: a file, or standard input, whole.
 */
#include "commands.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static prov_result read_stream(FILE *stream, const char *name, const char *what,
                               struct prov_buf *ret, struct prov_why *why)
{
    ret->len = fread(ret->data, 1, ret->cap, stream);
    if (ferror(stream))
        return prov_why_set(why, PROV_E_IO, "cannot read %s: %s", name, strerror(errno));
    if (!feof(stream) && fgetc(stream) != EOF)
        return prov_why_set(why, PROV_E_OVERFLOW, "longer than a %s may be: %s", what, name);
    return PROV_OK;
}

prov_result input_read(const char *name, const char *what, struct prov_buf *ret,
                       struct prov_why *why)
{
    if (strcmp(name, "-") == 0)
        return read_stream(stdin, "standard input", what, ret, why);
    FILE *stream = fopen(name, "rb");
    if (stream == NULL)
        return prov_why_set(why, errno == ENOENT ? PROV_E_NOT_FOUND : PROV_E_PERMISSION,
                            "cannot open %s: %s", name, strerror(errno));
    prov_result r = read_stream(stream, name, what, ret, why);
    (void)fclose(stream);
    return r;
}
