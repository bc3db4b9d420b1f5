/* SPDX-License-Identifier: Apache-2.0 */
#include "faulty_sqlite.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include <sqlite3.h>

static struct {
    bool armed, fired;
    enum faulty kind;
    int left;
    sqlite3_mem_methods memory;
    sqlite3_vfs *real;
    sqlite3_vfs vfs;
} faulty;

void faulty_arm(enum faulty kind, int nth)
{
    faulty.armed = true;
    faulty.fired = false;
    faulty.kind = kind;
    faulty.left = nth;
}

bool faulty_disarm(void)
{
    faulty.armed = false;
    return faulty.fired;
}

static bool fails(enum faulty kind)
{
    if (!faulty.armed || faulty.kind != kind)
        return false;
    if (faulty.left > 0) {
        faulty.left--;
        return false;
    }
    if (faulty.fired && kind != FAULTY_FULL)
        return false;
    faulty.fired = true;
    errno = EIO;
    return true;
}

/* --- the heap --------------------------------------------------------------------------------- */

static void *faulty_malloc(int size)
{
    return fails(FAULTY_MALLOC) ? NULL : faulty.memory.xMalloc(size);
}

static void *faulty_realloc(void *old, int size)
{
    return fails(FAULTY_MALLOC) ? NULL : faulty.memory.xRealloc(old, size);
}

/* --- the disk --------------------------------------------------------------------------------- */

struct file {
    sqlite3_file base;
    sqlite3_file *real; /* behind this struct */
};

static sqlite3_file *real_of(sqlite3_file *file)
{
    return ((struct file *)(void *)file)->real;
}

static int faulty_close(sqlite3_file *file)
{
    sqlite3_file *real = real_of(file);
    return real->pMethods->xClose(real);
}

static int faulty_read(sqlite3_file *file, void *data, int amount, sqlite3_int64 offset)
{
    sqlite3_file *real = real_of(file);
    return fails(FAULTY_READ) ? SQLITE_IOERR_READ
                              : real->pMethods->xRead(real, data, amount, offset);
}

static int faulty_write(sqlite3_file *file, const void *data, int amount, sqlite3_int64 offset)
{
    sqlite3_file *real = real_of(file);
    if (fails(FAULTY_FULL))
        return SQLITE_FULL;
    return fails(FAULTY_WRITE) ? SQLITE_IOERR_WRITE
                               : real->pMethods->xWrite(real, data, amount, offset);
}

static int faulty_truncate(sqlite3_file *file, sqlite3_int64 size)
{
    sqlite3_file *real = real_of(file);
    return real->pMethods->xTruncate(real, size);
}

static int faulty_sync(sqlite3_file *file, int flags)
{
    sqlite3_file *real = real_of(file);
    return fails(FAULTY_SYNC) ? SQLITE_IOERR_FSYNC : real->pMethods->xSync(real, flags);
}

static int faulty_size(sqlite3_file *file, sqlite3_int64 *size)
{
    sqlite3_file *real = real_of(file);
    return real->pMethods->xFileSize(real, size);
}

static int faulty_lock(sqlite3_file *file, int level)
{
    sqlite3_file *real = real_of(file);
    return fails(FAULTY_LOCK) ? SQLITE_BUSY : real->pMethods->xLock(real, level);
}

static int faulty_unlock(sqlite3_file *file, int level)
{
    sqlite3_file *real = real_of(file);
    return real->pMethods->xUnlock(real, level);
}

static int faulty_check(sqlite3_file *file, int *ret)
{
    sqlite3_file *real = real_of(file);
    return real->pMethods->xCheckReservedLock(real, ret);
}

static int faulty_control(sqlite3_file *file, int op, void *argument)
{
    sqlite3_file *real = real_of(file);
    return real->pMethods->xFileControl(real, op, argument);
}

static int faulty_sector(sqlite3_file *file)
{
    sqlite3_file *real = real_of(file);
    return real->pMethods->xSectorSize(real);
}

static int faulty_characteristics(sqlite3_file *file)
{
    sqlite3_file *real = real_of(file);
    return real->pMethods->xDeviceCharacteristics(real);
}

static int faulty_shm_map(sqlite3_file *file, int page, int size, int extend, void volatile **ret)
{
    sqlite3_file *real = real_of(file);
    return real->pMethods->xShmMap(real, page, size, extend, ret);
}

static int faulty_shm_lock(sqlite3_file *file, int offset, int n, int flags)
{
    sqlite3_file *real = real_of(file);
    if ((flags & SQLITE_SHM_LOCK) != 0 && fails(FAULTY_LOCK))
        return SQLITE_BUSY;
    return real->pMethods->xShmLock(real, offset, n, flags);
}

static void faulty_shm_barrier(sqlite3_file *file)
{
    sqlite3_file *real = real_of(file);
    real->pMethods->xShmBarrier(real);
}

static int faulty_shm_unmap(sqlite3_file *file, int delete_flag)
{
    sqlite3_file *real = real_of(file);
    return real->pMethods->xShmUnmap(real, delete_flag);
}

static const sqlite3_io_methods methods = {
    .iVersion = 2,
    .xClose = faulty_close,
    .xRead = faulty_read,
    .xWrite = faulty_write,
    .xTruncate = faulty_truncate,
    .xSync = faulty_sync,
    .xFileSize = faulty_size,
    .xLock = faulty_lock,
    .xUnlock = faulty_unlock,
    .xCheckReservedLock = faulty_check,
    .xFileControl = faulty_control,
    .xSectorSize = faulty_sector,
    .xDeviceCharacteristics = faulty_characteristics,
    .xShmMap = faulty_shm_map,
    .xShmLock = faulty_shm_lock,
    .xShmBarrier = faulty_shm_barrier,
    .xShmUnmap = faulty_shm_unmap,
};

static int faulty_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *out, int flags,
                       int *ret_flags)
{
    (void)vfs;
    struct file *file = (struct file *)(void *)out;
    file->base.pMethods = NULL;
    file->real = (sqlite3_file *)(void *)(file + 1);
    if (fails(FAULTY_OPEN))
        return SQLITE_CANTOPEN;
    int code = faulty.real->xOpen(faulty.real, name, file->real, flags, ret_flags);
    if (code == SQLITE_OK)
        file->base.pMethods = &methods;
    return code;
}

void faulty_install(void)
{
    int code = sqlite3_config(SQLITE_CONFIG_GETMALLOC, &faulty.memory);
    sqlite3_mem_methods memory = faulty.memory;
    memory.xMalloc = faulty_malloc;
    memory.xRealloc = faulty_realloc;
    code = code == SQLITE_OK ? sqlite3_config(SQLITE_CONFIG_MALLOC, &memory) : code;
    faulty.real = code == SQLITE_OK ? sqlite3_vfs_find(NULL) : NULL;
    assert(faulty.real != NULL);
    faulty.vfs = *faulty.real;
    faulty.vfs.zName = "faulty";
    faulty.vfs.szOsFile = (int)sizeof(struct file) + faulty.real->szOsFile;
    faulty.vfs.xOpen = faulty_open;
    code = sqlite3_vfs_register(&faulty.vfs, 1);
    assert(code == SQLITE_OK);
    (void)code;
}
