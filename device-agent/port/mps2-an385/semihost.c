/* SPDX-License-Identifier: Apache-2.0 */
#include "hardware.h"

#include <string.h>

enum operation {
    SYS_OPEN = 0x01,
    SYS_WRITE0 = 0x04,
    SYS_WRITE = 0x05,
    SYS_READ = 0x06,
    SYS_SEEK = 0x0a,
    SYS_TIME = 0x11,
    SYS_GET_CMDLINE = 0x15,
    SYS_EXIT_EXTENDED = 0x20
};
enum { OPEN_READ_UPDATE = 3, OPEN_CREATE_UPDATE = 7 }; /* "r+b", "w+b" */
#define STOPPED_BY_APPLICATION 0x20026

/* The operation in r0, its argument in r1, the answer in r0. */
static int32_t call(enum operation operation, const void *argument)
{
    register int32_t r0 __asm__("r0") = operation;
    register const void *r1 __asm__("r1") = argument;

    __asm__ volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
    return r0;
}

int semihost_open(const char *path, bool create)
{
    const uint32_t block[] = {(uint32_t)(uintptr_t)path,
                              create ? OPEN_CREATE_UPDATE : OPEN_READ_UPDATE, strlen(path)};

    return call(SYS_OPEN, block);
}

static bool seek(int file, uint32_t offset)
{
    const uint32_t block[] = {(uint32_t)file, offset};

    return call(SYS_SEEK, block) == 0;
}

/* Both answer how many octets were left undone. */
bool semihost_read(int file, uint32_t offset, uint8_t *ret, size_t len)
{
    const uint32_t block[] = {(uint32_t)file, (uint32_t)(uintptr_t)ret, len};

    return seek(file, offset) && call(SYS_READ, block) == 0;
}

bool semihost_write(int file, uint32_t offset, const uint8_t *data, size_t len)
{
    const uint32_t block[] = {(uint32_t)file, (uint32_t)(uintptr_t)data, len};

    return seek(file, offset) && call(SYS_WRITE, block) == 0;
}

void semihost_print(const char *text)
{
    (void)call(SYS_WRITE0, text);
}

bool semihost_arguments(char *ret, size_t cap)
{
    uint32_t block[] = {(uint32_t)(uintptr_t)ret, cap - 1};

    if (call(SYS_GET_CMDLINE, block) != 0 || block[1] >= cap)
        return false;
    ret[block[1]] = '\0';
    return true;
}

int64_t semihost_time(void)
{
    return (uint32_t)call(SYS_TIME, NULL);
}

_Noreturn void semihost_exit(int status)
{
    const uint32_t block[] = {STOPPED_BY_APPLICATION, (uint32_t)status};

    (void)call(SYS_EXIT_EXTENDED, block);
    for (;;)
        ;
}
