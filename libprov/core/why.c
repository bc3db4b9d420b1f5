/* SPDX-License-Identifier: Apache-2.0 */
#include "prov/why.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

void prov_why_clear(struct prov_why *why)
{
    if (why == NULL)
        return;
    why->text[0] = '\0';
    why->hint[0] = '\0';
}

prov_result prov_why_set(struct prov_why *why, prov_result result, const char *format, ...)
{
    va_list arguments;

    if (why == NULL || why->text[0] != '\0')
        return result;
    va_start(arguments, format);
    (void)vsnprintf(why->text, sizeof why->text, format, arguments);
    va_end(arguments);
    return result;
}

void prov_why_hint(struct prov_why *why, const char *format, ...)
{
    va_list arguments;

    if (why == NULL || why->hint[0] != '\0')
        return;
    va_start(arguments, format);
    (void)vsnprintf(why->hint, sizeof why->hint, format, arguments);
    va_end(arguments);
}
