/* SPDX-License-Identifier: Apache-2.0
 *
 * The key file: 32 random octets that wrap the registry's keys. One line of text, so that it can be
 * printed, kept in a safe and typed in again:
 *
 *     prov-key:1:<64 hex digits>\n
 *
 * 0600, a regular file, owned by whoever runs the program; anything looser is refused
 * (PROV_E_MODE).
 */
#ifndef REGISTRY_KEYFILE_H
#define REGISTRY_KEYFILE_H

#include "prov/bytes.h"
#include "prov/crypto.h"
#include "prov/why.h"

#define KEYFILE_KEY_LEN 32

/* The name of the key file of a database: `key_path`, or the database's with ".db" replaced by
 * ".key"
 * (".key" added to another name). PROV_E_BOUNDS if it does not fit. */
PROV_MUST prov_result keyfile_path(const char *path, const char *key_path, char *ret, size_t cap,
                                   struct prov_why *why);
/* Makes a new key and writes it to a file that must not be there yet (O_EXCL); file and folder are
 * synced. PROV_E_EXISTS, PROV_E_PERMISSION, PROV_E_FULL, PROV_E_IO, PROV_E_RANDOM; then there is no
 * file. */
PROV_MUST prov_result keyfile_make(const char *path, struct prov_crypto *crypto,
                                   struct prov_secret *ret, struct prov_why *why);
/* PROV_E_NOT_FOUND, PROV_E_MODE, PROV_E_PERMISSION, PROV_E_CORRUPT (not a key file). */
PROV_MUST prov_result keyfile_load(const char *path, struct prov_secret *ret, struct prov_why *why);

/* Makes what happened in the folder of `path` durable. */
PROV_MUST prov_result keyfile_sync_folder(const char *path, struct prov_why *why);
/* What a failed system call means: from errno. */
prov_result keyfile_errno(int number);

#endif
