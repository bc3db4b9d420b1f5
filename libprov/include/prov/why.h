/* SPDX-License-Identifier: Apache-2.0
 *
 * prov/why.h: the reason of a failure, in words. Hosts only.
 *
 * The place that fails records it once; everyone above passes the result on and leaves the words
 * alone; the program prints them at its edge. Lower case, no full stop, what the error is first,
 * then where (row, field, byte, clause). Never a secret. All calls accept why NULL.
 */
#ifndef PROV_WHY_H
#define PROV_WHY_H

#include "prov/result.h"

struct prov_why {
    char text[320]; /* "" if nothing was recorded: then prov_result_text(result) is all there is */
    char hint[160]; /* what to do about it, or "" */
};

void prov_why_clear(struct prov_why *why);
/* Records the words, unless some are there already, and returns result:
 * `return prov_why_set(why, result, …)`. */
prov_result prov_why_set(struct prov_why *why, prov_result result, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void prov_why_hint(struct prov_why *why, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
