/* SPDX-License-Identifier: Apache-2.0
 *
 * Runs a fuzz target over files and folders of files, once each, without libFuzzer: what was found
 * once stays tested in every build. Fails if there is nothing to run.
 */
#include <dirent.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "tests/fuzz/fuzz.h"

enum { FILE_MAX = 1 << 20, PATH_ROOM = 4096 };

/* The input lies in an allocation of its very size, so that AddressSanitizer sees one octet too
 * far. */
static int run_file(const char *path)
{
    static uint8_t room[FILE_MAX];
    FILE *file = fopen(path, "rb");

    if (file == NULL) {
        fprintf(stderr, "%s: %s\n", path, strerror(errno));
        return -1;
    }
    size_t size = fread(room, 1, sizeof room, file);
    fclose(file);
    uint8_t *input = malloc(size > 0 ? size : 1);
    if (input == NULL)
        return -1;
    memcpy(input, room, size);
    LLVMFuzzerTestOneInput(input, size);
    free(input);
    return 1;
}

/* How many files were run, or -1. */
static int run_folder(const char *path)
{
    DIR *folder = opendir(path);
    char name[PATH_ROOM];
    int count = 0;

    if (folder == NULL) {
        fprintf(stderr, "%s: %s\n", path, strerror(errno));
        return -1;
    }
    for (struct dirent *entry = readdir(folder); entry != NULL && count >= 0;
         entry = readdir(folder)) {
        if (entry->d_name[0] == '.')
            continue;
        snprintf(name, sizeof name, "%s/%s", path, entry->d_name);
        count = run_file(name) < 0 ? -1 : count + 1;
    }
    closedir(folder);
    return count;
}

int main(int argc, char **argv)
{
    int total = 0;

    for (int i = 1; i < argc; i++) {
        struct stat status;
        int count = stat(argv[i], &status) == 0 && S_ISDIR(status.st_mode) ? run_folder(argv[i])
                                                                           : run_file(argv[i]);
        if (count < 0)
            return 1;
        total += count;
    }
    printf("%d inputs replayed\n", total);
    return total > 0 ? 0 : 1;
}
