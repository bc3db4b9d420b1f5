/* SPDX-License-Identifier: Apache-2.0
 *
 * The debugger's host for the board's flash: one file, in memory.
 */
#include <stdlib.h>
#include <string.h>

#include "device-agent/port/mps2-an385/flash.h"
#include "device-agent/port/mps2-an385/hardware.h"

static uint8_t file_octets[FLASH_SIZE];

int semihost_open(const char *path, bool create)
{
    (void)path;
    return create ? 1 : -1;
}

bool semihost_read(int file, uint32_t offset, uint8_t *ret, size_t len)
{
    if (file != 1 || offset > sizeof file_octets || len > sizeof file_octets - offset)
        return false;
    memcpy(ret, file_octets + offset, len);
    return true;
}

bool semihost_write(int file, uint32_t offset, const uint8_t *data, size_t len)
{
    if (file != 1 || offset > sizeof file_octets || len > sizeof file_octets - offset)
        return false;
    memcpy(file_octets + offset, data, len);
    return true;
}

void semihost_exit(int status)
{
    exit(status);
}
