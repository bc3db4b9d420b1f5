/* SPDX-License-Identifier: Apache-2.0 */
#include "keyfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "prov/text.h"

#define HEADER     "prov-key:1:"
#define HEADER_LEN (sizeof HEADER - 1)
#define FILE_LEN   (HEADER_LEN + 2 * KEYFILE_KEY_LEN + 1)

prov_result keyfile_errno(int number)
{
    static const struct {
        int number;
        prov_result result;
    } table[] = {
        {EACCES, PROV_E_PERMISSION}, {EPERM, PROV_E_PERMISSION}, {EROFS, PROV_E_PERMISSION},
        {ELOOP, PROV_E_PERMISSION},  {ENOENT, PROV_E_NOT_FOUND}, {ENOTDIR, PROV_E_NOT_FOUND},
        {EEXIST, PROV_E_EXISTS},     {EISDIR, PROV_E_EXISTS},    {ENOSPC, PROV_E_FULL},
        {EDQUOT, PROV_E_FULL},       {ENOMEM, PROV_E_MEMORY},    {ENAMETOOLONG, PROV_E_BOUNDS},
    };
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
        if (table[i].number == number)
            return table[i].result;
    return PROV_E_IO;
}

prov_result keyfile_path(const char *path, const char *key_path, char *ret, size_t cap,
                         struct prov_why *why)
{
    size_t len = strlen(path);
    size_t stem = len > 3 && strcmp(path + len - 3, ".db") == 0 ? len - 3 : len;
    int n = key_path != NULL ? snprintf(ret, cap, "%s", key_path)
                             : snprintf(ret, cap, "%.*s.key", (int)stem, path);
    if (n < 0 || (size_t)n >= cap)
        return prov_why_set(why, PROV_E_BOUNDS, "the path of the key file is too long");
    return PROV_OK;
}

/* Opens the folder that holds path, for a sync. */
static int open_folder(const char *path)
{
    char folder[4096];
    const char *slash = strrchr(path, '/');
    size_t len = slash == NULL ? 0 : (size_t)(slash - path);
    if (len >= sizeof folder) {
        errno = ENAMETOOLONG;
        return -1;
    }
    memcpy(folder, path, len);
    folder[len] = '\0';
    const char *name = slash == NULL ? "." : len == 0 ? "/" : folder;
    return open(name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

prov_result keyfile_sync_folder(const char *path, struct prov_why *why)
{
    int fd = open_folder(path);
    int failed = fd < 0 || fsync(fd) != 0;
    int number = errno;
    if (fd >= 0)
        (void)close(fd);
    if (failed) {
        return prov_why_set(why, keyfile_errno(number), "cannot sync the folder of %s: %s", path,
                            strerror(number));
    }
    return PROV_OK;
}

static bool write_all(int fd, const char *data, size_t len)
{
    for (size_t at = 0; at < len;) {
        ssize_t n = write(fd, data + at, len - at);
        if (n < 0 && errno != EINTR)
            return false;
        if (n == 0) {
            errno = EIO;
            return false;
        }
        at += n > 0 ? (size_t)n : 0;
    }
    return true;
}

/* The open mode already is 0600; fchmod makes it so under every umask. */
static prov_result write_key(int fd, const struct prov_secret *key)
{
    char text[FILE_LEN + 1] = HEADER;
    prov_hex_format(prov_secret_bytes(key), text + HEADER_LEN);
    text[FILE_LEN - 1] = '\n';
    bool ok = fchmod(fd, S_IRUSR | S_IWUSR) == 0 && write_all(fd, text, FILE_LEN) && fsync(fd) == 0;
    int number = errno;
    prov_wipe(text, sizeof text);
    return ok ? PROV_OK : keyfile_errno(number);
}

prov_result keyfile_make(const char *path, struct prov_crypto *crypto, struct prov_secret *ret,
                         struct prov_why *why)
{
    struct prov_secret key = {.len = KEYFILE_KEY_LEN};
    prov_result result = prov_crypto_random(crypto, key.data, key.len);
    if (result != PROV_OK) {
        prov_secret_wipe(&key);
        return prov_why_set(why, result, "no random octets for the key file");
    }
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, S_IRUSR | S_IWUSR);
    if (fd < 0) {
        prov_secret_wipe(&key);
        return prov_why_set(why, keyfile_errno(errno), "cannot make the key file %s: %s", path,
                            strerror(errno));
    }
    result = write_key(fd, &key);
    if (close(fd) != 0 && result == PROV_OK)
        result = keyfile_errno(errno);
    if (result != PROV_OK)
        result = prov_why_set(why, result, "cannot write the key file %s", path);
    else
        result = keyfile_sync_folder(path, why);
    if (result == PROV_OK)
        *ret = key;
    else
        (void)unlink(path);
    prov_secret_wipe(&key);
    return result;
}

static prov_result check_mode(int fd, const char *path, struct prov_why *why)
{
    struct stat info;
    if (fstat(fd, &info) != 0 || !S_ISREG(info.st_mode))
        return prov_why_set(why, PROV_E_PERMISSION, "the key file %s is not a regular file", path);
    if (info.st_uid != geteuid() && info.st_uid != 0) {
        return prov_why_set(why, PROV_E_PERMISSION, "the key file %s belongs to another user",
                            path);
    }
    if ((info.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
        prov_why_hint(why, "chmod 600 %s", path);
        return prov_why_set(why, PROV_E_MODE, "the key file %s can be used by others (mode %04o)",
                            path, (unsigned)(info.st_mode & 07777));
    }
    return PROV_OK;
}

static prov_result parse(const char *text, size_t len, struct prov_secret *ret)
{
    struct prov_buf room = prov_buf_make(ret->data, KEYFILE_KEY_LEN);
    if (len != FILE_LEN || memcmp(text, HEADER, HEADER_LEN) != 0 || text[FILE_LEN - 1] != '\n')
        return PROV_E_CORRUPT;
    struct prov_bytes digits =
        PROV_BYTES((const uint8_t *)text + HEADER_LEN, (size_t)2 * KEYFILE_KEY_LEN);
    if (prov_hex_parse(digits, &room) != PROV_OK || room.len != KEYFILE_KEY_LEN)
        return PROV_E_CORRUPT;
    ret->len = KEYFILE_KEY_LEN;
    return PROV_OK;
}

static prov_result read_key(int fd, const char *path, struct prov_secret *ret, struct prov_why *why)
{
    prov_result result = check_mode(fd, path, why);
    if (result != PROV_OK)
        return result;
    char text[FILE_LEN + 1]; /* one more than it may have */
    size_t len = 0;
    ssize_t n = 0;
    do {
        n = read(fd, text + len, sizeof text - len);
        len += n > 0 ? (size_t)n : 0;
    } while ((n > 0 && len < sizeof text) || (n < 0 && errno == EINTR));
    if (n < 0) {
        result = prov_why_set(why, keyfile_errno(errno), "cannot read the key file %s: %s", path,
                              strerror(errno));
    } else if (parse(text, len, ret) != PROV_OK) {
        result = prov_why_set(
            why, PROV_E_CORRUPT,
            "%s is not a key file: one line prov-key:1:<64 hex digits> was expected", path);
    }
    prov_wipe(text, sizeof text);
    return result;
}

prov_result keyfile_load(const char *path, struct prov_secret *ret, struct prov_why *why)
{
    /* O_NONBLOCK: a FIFO must not hold the program. */
    int fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0) {
        prov_result result = keyfile_errno(errno);
        if (result == PROV_E_NOT_FOUND)
            prov_why_hint(why, "--key FILE names the registry's key file");
        return prov_why_set(why, result, "cannot open the key file %s: %s", path, strerror(errno));
    }
    struct prov_secret key = {0};
    prov_result result = read_key(fd, path, &key, why);
    (void)close(fd);
    if (result == PROV_OK)
        *ret = key;
    prov_secret_wipe(&key);
    return result;
}
