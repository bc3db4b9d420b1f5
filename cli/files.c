/* SPDX-License-Identifier: Apache-2.0
 *
 * Files in and out: read whole within bounds; written once, 0600, durable.
 */
#include "run.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* What the system's reason means as a result; its words go with the name of the file. */
static prov_result file_failed(struct run *run, const char *what, const char *path)
{
    int error = errno;
    prov_result r = PROV_E_IO;
    if (error == ENOENT || error == ENOTDIR)
        r = PROV_E_NOT_FOUND;
    else if (error == EEXIST)
        r = PROV_E_EXISTS;
    else if (error == EACCES || error == EPERM || error == EROFS)
        r = PROV_E_PERMISSION;
    else if (error == ENOSPC || error == EDQUOT)
        r = PROV_E_FULL;
    return prov_why_set(&run->why, r, "%s %.200s: %s", what, path, strerror(error));
}

static prov_result read_all(struct run *run, int fd, const char *path, struct prov_buf *ret)
{
    for (;;) {
        uint8_t extra;
        size_t room = ret->cap - ret->len;
        ssize_t got = read(fd, room == 0 ? &extra : ret->data + ret->len, room == 0 ? 1 : room);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return file_failed(run, "can't read", path);
        if (got == 0)
            return PROV_OK;
        if (room == 0)
            return prov_why_set(&run->why, PROV_E_BOUNDS, "%.200s is longer than %zu octets", path,
                                ret->cap);
        ret->len += (size_t)got;
    }
}

prov_result file_read(struct run *run, const char *path, struct prov_buf *ret)
{
    if (strcmp(path, "-") == 0)
        return read_all(run, STDIN_FILENO, "stdin", ret);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return file_failed(run, "can't open", path);
    prov_result r = read_all(run, fd, path, ret);
    close(fd);
    return r;
}

static bool write_all(int fd, struct prov_bytes bytes)
{
    for (size_t at = 0; at < bytes.len;) {
        ssize_t put = write(fd, bytes.data + at, bytes.len - at);
        if (put < 0 && errno != EINTR)
            return false;
        at += put < 0 ? 0 : (size_t)put;
    }
    return true;
}

/* The name is durable only when the folder is. */
static bool sync_folder(const char *path)
{
    char folder[RUN_PATH_MAX];
    const char *slash = strrchr(path, '/');
    size_t len = slash == NULL ? 0 : (size_t)(slash - path);
    if (len >= sizeof(folder))
        return false;
    memcpy(folder, path, len);
    folder[len] = '\0';
    int fd = open(slash == NULL ? "."
                  : len == 0    ? "/"
                                : folder,
                  O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return false;
    bool ok = fsync(fd) == 0;
    close(fd);
    return ok;
}

static prov_result write_stdout(struct run *run, struct prov_bytes bytes)
{
    if (isatty(STDOUT_FILENO))
        return prov_why_set(&run->why, PROV_E_USAGE, "stdout is a terminal: no secrets there");
    if (!write_all(STDOUT_FILENO, bytes))
        return file_failed(run, "can't write", "stdout");
    return PROV_OK;
}

prov_result file_check_new(struct run *run, const char *path)
{
    struct stat status;
    if (strcmp(path, "-") == 0 || lstat(path, &status) != 0)
        return PROV_OK;
    errno = EEXIST;
    return file_failed(run, "can't make", path);
}

prov_result file_blame(struct run *run, const char *path, prov_result result)
{
    static const prov_result about[] = {PROV_E_FORMAT,    PROV_E_TRUNCATED, PROV_E_TRAILING,
                                        PROV_E_OVERFLOW,  PROV_E_ALGORITHM, PROV_E_POINT,
                                        PROV_E_SIGNATURE, PROV_E_NAME,      PROV_E_BOUNDS};
    struct prov_why why = run->why;
    for (size_t i = 0; i < sizeof(about) / sizeof(about[0]); i++) {
        if (about[i] != result)
            continue;
        run->why.text[0] = '\0';
        return prov_why_set(&run->why, result, "%s: %.160s",
                            why.text[0] == '\0' ? prov_result_text(result) : why.text, path);
    }
    return result;
}

static prov_result write_new(struct run *run, const char *path, struct prov_bytes bytes,
                             mode_t mode)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode);
    if (fd < 0)
        return file_failed(run, "can't make", path);
    bool ok = write_all(fd, bytes) && fsync(fd) == 0;
    prov_result r = ok ? PROV_OK : file_failed(run, "can't write", path);
    if (close(fd) != 0 && r == PROV_OK)
        r = file_failed(run, "can't write", path);
    if (r == PROV_OK && !sync_folder(path))
        r = file_failed(run, "can't make durable", path);
    if (r != PROV_OK)
        unlink(path);
    return r;
}

prov_result file_write_new(struct run *run, const char *path, struct prov_bytes bytes)
{
    return strcmp(path, "-") == 0 ? write_stdout(run, bytes) : write_new(run, path, bytes, 0600);
}

prov_result file_write_public(struct run *run, const char *path, struct prov_bytes bytes)
{
    return write_new(run, path, bytes, 0644);
}

/* Of the folders on the way to path, the last that is there. */
static void folder_there(const char *path, char ret[RUN_PATH_MAX])
{
    struct stat status;
    snprintf(ret, RUN_PATH_MAX, "%s", path);
    for (;;) {
        char *slash = strrchr(ret, '/');
        if (slash == NULL || slash == ret) {
            snprintf(ret, RUN_PATH_MAX, "%s", slash == NULL ? "." : "/");
            return;
        }
        *slash = '\0';
        if (stat(ret, &status) == 0)
            return;
    }
}

prov_result folder_check(struct run *run, const char *path)
{
    char folder[RUN_PATH_MAX];
    folder_there(path, folder);
    return access(folder, W_OK | X_OK) == 0 ? PROV_OK
                                            : file_failed(run, "can't make anything in", folder);
}

prov_result folder_make(struct run *run, const char *path)
{
    char folder[RUN_PATH_MAX];
    size_t len = strlen(path);
    if (len >= sizeof(folder))
        return prov_why_set(&run->why, PROV_E_USAGE, "path is too long");
    for (size_t i = 1; i < len; i++) {
        if (path[i] != '/')
            continue;
        memcpy(folder, path, i);
        folder[i] = '\0';
        if (mkdir(folder, 0700) != 0 && errno != EEXIST)
            return file_failed(run, "can't make the folder", folder);
    }
    return PROV_OK;
}
