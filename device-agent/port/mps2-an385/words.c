/* SPDX-License-Identifier: Apache-2.0 */
#include "words.h"

#include <stddef.h>
#include <string.h>

static const char *const names[WORD_COUNT] = {"cut",    "fails",  "half",  "flips", "dead",
                                              "unread", "random", "trust", "years", "speed",
                                              "stack",  "arena",  "eui64"};

/* The next word of the line, which is cut off there; "" at the end. */
static const char *next(char **line)
{
    char *word = *line;

    while (**line != ' ' && **line != '\0')
        ++*line;
    while (**line == ' ')
        *(*line)++ = '\0';
    return word;
}

static bool take_value(const char *name, const char *value, struct words *ret)
{
    for (size_t i = 0; i < WORD_COUNT; i++)
        if (strcmp(name, names[i]) == 0) {
            ret->value[i] = value;
            return true;
        }
    return false;
}

bool words_take(char *line, struct words *ret)
{
    memset(ret, 0, sizeof *ret);
    (void)next(&line); /* the program's name */
    ret->flash = next(&line);
    ret->seed = next(&line);
    ret->command = next(&line);
    while (*line != '\0') {
        const char *name = next(&line);
        if (!take_value(name, next(&line), ret))
            return false;
    }
    return ret->command[0] != '\0';
}

int32_t words_number(const struct words *words, enum word word, int32_t otherwise)
{
    const char *text = words->value[word];
    int32_t value = 0;

    if (text == NULL)
        return otherwise;
    bool minus = *text == '-';
    for (text += minus; *text >= '0' && *text <= '9'; text++)
        value = value * 10 + (*text - '0');
    return minus ? -value : value;
}
