/* SPDX-License-Identifier: Apache-2.0
 *
 * SQLite with a disk and a heap that fail when told to: a VFS around the system's, and allocation hooks.
 */
#ifndef TEST_REGISTRY_FAULTY_SQLITE_H
#define TEST_REGISTRY_FAULTY_SQLITE_H

#include <stdbool.h>

enum faulty {
    FAULTY_MALLOC, /* one allocation */
    FAULTY_OPEN,   /* one file is not opened */
    FAULTY_READ,
    FAULTY_WRITE,
    FAULTY_SYNC,
    FAULTY_FULL, /* from then on no write finds room */
    FAULTY_LOCK, /* one lock is held by somebody else */
    FAULTY_COUNT
};

/* Before SQLite is used for the first time. */
void faulty_install(void);
/* The nth operation of the kind, from 0, fails. */
void faulty_arm(enum faulty kind, int nth);
/* Everything works again. Answers whether something failed. */
bool faulty_disarm(void);

#endif
