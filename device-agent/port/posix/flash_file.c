/* SPDX-License-Identifier: Apache-2.0 */
#include "flash_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define HEADER_LEN     4096
#define HEADER_VERSION 1

static const char magic[8] = {'p', 'r', 'v', 'f', 'l', 'a', 's', 'h'};

/* --- whole reads and writes ------------------------------------------------------------------- */

static prov_result read_all(int fd, uint8_t *ret, size_t len, off_t at)
{
    while (len > 0) {
        ssize_t n = pread(fd, ret, len, at);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return PROV_E_IO;
        ret += n;
        len -= (size_t)n;
        at += n;
    }
    return PROV_OK;
}

static prov_result write_all(int fd, const uint8_t *data, size_t len, off_t at)
{
    while (len > 0) {
        ssize_t n = pwrite(fd, data, len, at);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return PROV_E_IO;
        data += n;
        len -= (size_t)n;
        at += n;
    }
    return PROV_OK;
}

/* --- the port's four calls -------------------------------------------------------------------- */

static off_t place(uint32_t offset)
{
    return (off_t)HEADER_LEN + (off_t)offset;
}

static bool power_goes(struct flash_file *file)
{
    file->operations++;
    return file->cut_after != 0 && file->operations >= file->cut_after;
}

static prov_result flash_read(void *context, uint32_t offset, uint8_t *ret, size_t len)
{
    struct flash_file *file = context;
    return read_all(file->fd, ret, len, place(offset));
}

static prov_result check_blank(struct flash_file *file, uint32_t offset, size_t len)
{
    uint8_t octets[64];
    for (size_t done = 0; done < len;) {
        size_t take = len - done < sizeof octets ? len - done : sizeof octets;
        prov_result r = read_all(file->fd, octets, take, place(offset + (uint32_t)done));
        if (r != PROV_OK)
            return r;
        for (size_t i = 0; i < take; i++)
            if (octets[i] != file->erased)
                return PROV_E_IO;
        done += take;
    }
    return PROV_OK;
}

static prov_result flash_program(void *context, uint32_t offset, const uint8_t *data, size_t len)
{
    struct flash_file *file = context;
    if (offset % file->unit != 0 || len % file->unit != 0)
        return PROV_E_IO;
    prov_result r = check_blank(file, offset, len);
    if (r == PROV_OK && power_goes(file)) {
        r = write_all(file->fd, data, len / 2, place(offset));
        file->cut(file->operations);
    }
    return r == PROV_OK ? write_all(file->fd, data, len, place(offset)) : r;
}

static prov_result flash_erase(void *context, uint32_t sector)
{
    struct flash_file *file = context;
    uint8_t blank[PROV_FLASH_SECTOR];
    if (sector >= file->sector_count)
        return PROV_E_BOUNDS;
    memset(blank, file->erased, sizeof blank);
    uint32_t end = power_goes(file) ? file->sector_size / 2 : file->sector_size;
    for (uint32_t done = 0; done < end; done += (uint32_t)sizeof blank) {
        uint32_t take = end - done < sizeof blank ? end - done : (uint32_t)sizeof blank;
        prov_result r = write_all(file->fd, blank, take, place(sector * file->sector_size + done));
        if (r != PROV_OK)
            return r;
    }
    if (end != file->sector_size)
        file->cut(file->operations);
    return PROV_OK;
}

static prov_result flash_sync(void *context)
{
    struct flash_file *file = context;
    if (power_goes(file))
        file->cut(file->operations);
    return fdatasync(file->fd) == 0 ? PROV_OK : PROV_E_IO;
}

struct prov_flash flash_file_port(struct flash_file *file)
{
    return (struct prov_flash){.sector_size = file->sector_size,
                               .sector_count = file->sector_count,
                               .program_unit = file->unit,
                               .erased = file->erased,
                               .deny_sectors = file->deny_sectors,
                               .read = flash_read,
                               .program = flash_program,
                               .erase = flash_erase,
                               .sync = flash_sync,
                               .context = file};
}

/* --- opening ---------------------------------------------------------------------------------- */

static prov_result header_write(struct flash_file *file)
{
    uint8_t header[HEADER_LEN] = {0};
    struct prov_buf buf = PROV_BUF_OF(header);
    *file = (struct flash_file){.fd = file->fd,
                                .locked = -1,
                                .unit = PROV_FLASH_UNIT,
                                .sector_size = PROV_FLASH_SECTOR,
                                .sector_count = PROV_FLASH_SECTORS,
                                .erased = PROV_FLASH_ERASED,
                                .deny_sectors = PROV_FLASH_DENY_SECTORS,
                                .cut_after = file->cut_after,
                                .cut = file->cut};
    prov_put(&buf, magic, sizeof magic);
    prov_put_u16(&buf, HEADER_VERSION);
    prov_put_u8(&buf, file->erased);
    prov_put_u8(&buf, file->deny_sectors);
    prov_put_u32(&buf, file->unit);
    prov_put_u32(&buf, file->sector_size);
    prov_put_u32(&buf, file->sector_count);
    uint64_t cut_after = file->cut_after;
    file->cut_after = 0; /* making the file is not a flash operation */
    prov_result r = PROV_OK;
    for (uint32_t i = 0; i < file->sector_count && r == PROV_OK; i++)
        r = flash_erase(file, i);
    if (r == PROV_OK)
        r = write_all(file->fd, header, sizeof header, 0);
    if (r == PROV_OK)
        r = flash_sync(file);
    file->operations = 0;
    file->cut_after = cut_after;
    return r;
}

static prov_result header_read(struct flash_file *file, const char *path, struct prov_why *why)
{
    uint8_t header[HEADER_LEN];
    struct stat st;
    uint16_t version = 0;
    struct prov_bytes mark = PROV_BYTES_NONE;
    if (read_all(file->fd, header, sizeof header, 0) != PROV_OK)
        return prov_why_set(why, PROV_E_CORRUPT, "not a store (no header): %s", path);
    struct prov_reader reader = prov_reader_make(PROV_BYTES_OF(header));
    bool whole =
        prov_take(&reader, sizeof magic, &mark) && prov_take_u16(&reader, &version) &&
        prov_take_u8(&reader, &file->erased) && prov_take_u8(&reader, &file->deny_sectors) &&
        prov_take_u32(&reader, &file->unit) && prov_take_u32(&reader, &file->sector_size) &&
        prov_take_u32(&reader, &file->sector_count);
    if (!whole || memcmp(mark.data, magic, sizeof magic) != 0)
        return prov_why_set(why, PROV_E_CORRUPT, "not a store (no magic): %s", path);
    if (version != HEADER_VERSION)
        return prov_why_set(why, PROV_E_VERSION, "store of another version (%u): %s", version,
                            path);
    uint64_t size = HEADER_LEN + (uint64_t)file->sector_size * file->sector_count;
    if (fstat(file->fd, &st) != 0 || (uint64_t)st.st_size != size)
        return prov_why_set(why, PROV_E_CORRUPT, "store is cut short or has grown: %s", path);
    return PROV_OK;
}

static prov_result open_failed(const char *path, struct prov_why *why)
{
    prov_result r = errno == ENOENT                     ? PROV_E_NOT_FOUND
                    : errno == EACCES || errno == EPERM ? PROV_E_PERMISSION
                                                        : PROV_E_IO;
    r = prov_why_set(why, r, "cannot open the store: %s: %s", path, strerror(errno));
    if (r == PROV_E_NOT_FOUND)
        prov_why_hint(why, "prov-agent install BUNDLE --store %s, or prov-agent identity", path);
    return r;
}

/* Made beside and linked, so that no half of it is ever found under its name. */
static prov_result create(const char *path, struct prov_why *why)
{
    char beside[4096];
    int n = snprintf(beside, sizeof beside, "%s.new.%ld", path, (long)getpid());
    if (n < 0 || (size_t)n >= sizeof beside)
        return prov_why_set(why, PROV_E_BOUNDS, "the store's path is too long");
    struct flash_file file = {.fd = open(beside, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600)};
    if (file.fd < 0)
        return open_failed(path, why);
    prov_result r = header_write(&file);
    if (r != PROV_OK)
        r = prov_why_set(why, r, "cannot write the store: %s: %s", path, strerror(errno));
    else if (link(beside, path) != 0 && errno != EEXIST)
        r = prov_why_set(why, PROV_E_IO, "cannot make the store: %s: %s", path, strerror(errno));
    (void)unlink(beside);
    (void)close(file.fd);
    return r;
}

prov_result flash_file_open(struct flash_file *file, const char *path, enum flash_open how,
                            struct prov_why *why)
{
    struct stat st;
    struct flash_file plan = *file;
    *file = (struct flash_file){.fd = open(path, O_RDWR | O_CLOEXEC),
                                .locked = -1,
                                .cut_after = plan.cut_after,
                                .cut = plan.cut};
    if (file->fd < 0 && errno == ENOENT && how == FLASH_OPEN_OR_CREATE) {
        prov_result r = create(path, why);
        if (r != PROV_OK)
            return r;
        file->fd = open(path, O_RDWR | O_CLOEXEC);
    }
    if (file->fd < 0)
        return open_failed(path, why);
    prov_result r = PROV_OK;
    if (fstat(file->fd, &st) != 0 || !S_ISREG(st.st_mode))
        r = prov_why_set(why, PROV_E_IO, "not a regular file: %s", path);
    else if ((st.st_mode & 077) != 0)
        r = prov_why_set(why, PROV_E_MODE, "others can read the store (mode %03o): %s",
                         (unsigned)st.st_mode & 0777, path);
    else if (flock(file->fd, LOCK_EX | LOCK_NB) != 0)
        r = prov_why_set(why, PROV_E_BUSY, "another agent uses the store: %s", path);
    else
        r = header_read(file, path, why);
    if (r == PROV_E_MODE)
        prov_why_hint(why, "chmod 600 %s", path);
    if (r != PROV_OK)
        flash_file_close(file);
    return r;
}

prov_result flash_file_detach(struct flash_file *file, struct prov_why *why)
{
    uint8_t block[HEADER_LEN];
    off_t size = place(file->sector_size * file->sector_count);
    int copy = memfd_create("prov-agent", MFD_CLOEXEC);
    prov_result r = copy >= 0 ? PROV_OK : PROV_E_IO;
    for (off_t at = 0; r == PROV_OK && at < size; at += (off_t)sizeof block) {
        size_t len = size - at < (off_t)sizeof block ? (size_t)(size - at) : sizeof block;
        r = read_all(file->fd, block, len, at);
        if (r == PROV_OK)
            r = write_all(copy, block, len, at);
    }
    prov_wipe(block, sizeof block);
    if (r != PROV_OK) {
        if (copy >= 0)
            (void)close(copy);
        return prov_why_set(why, r, "no room for a dry run: %s", strerror(errno));
    }
    file->locked = file->fd;
    file->fd = copy;
    return PROV_OK;
}

void flash_file_close(struct flash_file *file)
{
    if (file->fd >= 0)
        (void)close(file->fd);
    if (file->locked >= 0)
        (void)close(file->locked);
    file->fd = file->locked = -1;
}
