/* SPDX-License-Identifier: Apache-2.0 */
#include "csv.h"

#include <string.h>

/* Takes one field from *at on, writing it to *to; ends at a comma or at the end of the line. */
static const char *take_field(char **at, char **to)
{
    bool quoted = **at == '"';
    char *from = *at + (quoted ? 1 : 0);
    while (*from != '\0' && (quoted || *from != ',')) {
        if (quoted && from[0] == '"' && from[1] != '"')
            break;
        if (quoted && from[0] == '"')
            from++;
        *(*to)++ = *from++;
    }
    if (quoted && *from != '"')
        return "a quoted field does not end";
    if (quoted)
        from++;
    if (*from != '\0' && *from != ',')
        return "text after a quoted field";
    *at = from;
    return NULL;
}

const char *csv_split(char *line, char *fields[CSV_FIELDS_MAX], size_t *ret_count)
{
    char *at = line, *to = line;
    size_t count = 0;
    for (;;) {
        if (count == CSV_FIELDS_MAX)
            return "too many fields";
        fields[count++] = to;
        const char *trouble = take_field(&at, &to);
        if (trouble != NULL)
            return trouble;
        bool more = *at == ',';
        *to++ = '\0'; /* never beyond `at`: what was read is longer than what is written */
        if (!more)
            break;
        at++;
    }
    *ret_count = count;
    return NULL;
}

/* One line without its end, LF or CRLF. One that is too long is passed over, within bounds: what has no line
 * ends is no CSV. false: the end of the file. */
static bool take_line(struct csv *csv)
{
    size_t len = 0;
    int c = fgetc(csv->stream);
    if (c == EOF)
        return false;
    csv->trouble = NULL;
    for (; c != '\n' && c != EOF && len < CSV_SKIP_MAX; c = fgetc(csv->stream), len++) {
        if (c == '\0')
            csv->trouble = "a NUL octet in the line";
        if (len < sizeof(csv->text) - 1)
            csv->text[len] = (char)c;
    }
    if (len >= sizeof(csv->text))
        csv->trouble = "the line is too long";
    csv->ended = len == CSV_SKIP_MAX;
    if (csv->ended)
        csv->trouble = "no end of the line in a megabyte, nothing after it is read";
    if (len >= sizeof(csv->text))
        len = sizeof(csv->text) - 1;
    if (len > 0 && csv->text[len - 1] == '\r')
        len--;
    csv->text[len] = '\0';
    return true;
}

bool csv_next(struct csv *csv)
{
    static const char mark[] = "\xef\xbb\xbf"; /* UTF-8 byte order mark */
    do {
        if (csv->ended || !take_line(csv))
            return false;
        csv->line++;
        if (csv->line == 1 && strncmp(csv->text, mark, 3) == 0)
            memmove(csv->text, csv->text + 3, strlen(csv->text + 3) + 1);
    } while (csv->trouble == NULL && csv->text[0] == '\0');
    csv->count = 0;
    if (csv->trouble == NULL)
        csv->trouble = csv_split(csv->text, csv->fields, &csv->count);
    return true;
}
