/* SPDX-License-Identifier: Apache-2.0
 *
 * prov/result.h: what a call answers.
 *
 * One enum for the whole program, one octet. The high nibble is the class, and the class is the exit code
 * of `prov` and `prov-agent` (prov_result_exit). Numbers leave the program (logs, scripts): they are
 * explicit and never reordered; new ones go at the end of their class.
 *
 * Every function that can fail returns prov_result and nothing else; outputs come last and are
 * untouched on failure unless the header says otherwise. A result can't be ignored.
 */
#ifndef PROV_RESULT_H
#define PROV_RESULT_H

#define PROV_MUST __attribute__((warn_unused_result))

typedef enum prov_result {
    PROV_OK = 0,

    /* 1: failure at run time */
    PROV_E_INTERNAL = 0x11, /* a library refused what it should not have */
    PROV_E_MEMORY = 0x12,   /* an allocation failed */
    PROV_E_IO = 0x13,       /* a file, a socket or a flash operation failed */
    PROV_E_RANDOM = 0x14,   /* no random numbers: not seeded, or the source failed */
    PROV_E_STATE = 0x15,    /* the call does not fit the object's state */
    PROV_E_FULL = 0x16,     /* a disk, a store or a table has no room left */

    /* 2: usage, and text that does not parse */
    PROV_E_USAGE = 0x21,
    PROV_E_EUI64 = 0x22,      /* not 8 octets in a form that prov/identifier.h lists */
    PROV_E_EUI64_KIND = 0x23, /* a multicast, all-zero or all-one identifier */
    PROV_E_FQDN = 0x24,       /* not a host name: bad label, wildcard, IP address */
    PROV_E_TEXT = 0x25,       /* not the hex, base64 or number that was asked for */
    PROV_E_ADDRESS = 0x26,    /* not HOST:PORT */

    /* 3: not found */
    PROV_E_NOT_FOUND = 0x31,
    PROV_E_NO_REGISTRY = 0x32,

    /* 4: exists already, or conflicts with what is there */
    PROV_E_EXISTS = 0x41,
    PROV_E_CONFLICT = 0x42,
    PROV_E_KEY_OWNED = 0x43, /* the key belongs to another subject */
    PROV_E_AMBIGUOUS = 0x44, /* a prefix that fits several ids */

    /* 5: part of a batch failed */
    PROV_E_PARTIAL = 0x51,

    /* 6: against the profile or the policy */
    PROV_E_POLICY = 0x61,
    PROV_E_BOUNDS = 0x62,       /* a length or a number outside of what the profile allows */
    PROV_E_ALGORITHM = 0x63,    /* RSA, SHA-1, another curve, … */
    PROV_E_POINT = 0x64,        /* not an uncompressed point on P-256 */
    PROV_E_SIGNATURE = 0x65,    /* a signature that does not verify */
    PROV_E_CERT_PROFILE = 0x66, /* a certificate element that the profile refuses */
    PROV_E_NAME = 0x67,         /* the subject is not the one that was expected */
    PROV_E_TIME = 0x68,         /* not yet or no longer valid */
    PROV_E_ISSUER = 0x69,       /* no path to a trust anchor */
    PROV_E_REVOKED = 0x6a,
    PROV_E_NO_FORWARD_SECRECY = 0x6b,
    PROV_E_DEPTH = 0x6c, /* a chain that is too long */

    /* 7: permission */
    PROV_E_PERMISSION = 0x71, /* the system said no */
    PROV_E_MODE = 0x72,       /* a key file that others can read */
    PROV_E_FORBIDDEN = 0x73,  /* the peer may not do that with this credential */

    /* 8: busy, try again */
    PROV_E_BUSY = 0x81,
    PROV_E_AGAIN = 0x82, /* nothing wrong: call again when there is more */

    /* 9: peer or network */
    PROV_E_NETWORK = 0x91,
    PROV_E_TIMEOUT = 0x92,
    PROV_E_PEER = 0x93,         /* the peer broke the protocol */
    PROV_E_PEER_ALERT = 0x94,   /* the peer sent a fatal alert */
    PROV_E_PEER_REFUSED = 0x95, /* a CoAP 4.xx or 5.xx */

    /* 10: integrity */
    PROV_E_DIGEST = 0xa1,      /* a digest or an authentication tag does not fit */
    PROV_E_FORMAT = 0xa2,      /* not well-formed */
    PROV_E_TRUNCATED = 0xa3,   /* ends before its end */
    PROV_E_TRAILING = 0xa4,    /* goes on after its end */
    PROV_E_DETERMINISM = 0xa5, /* well-formed, but not the one deterministic encoding */
    PROV_E_VERSION = 0xa6,     /* of a format or schema that this program does not know */
    PROV_E_CORRUPT = 0xa7,     /* a database, a store or a key file is damaged */
    PROV_E_WRONG_KEY = 0xa8,   /* sealed under another key */
    PROV_E_OVERFLOW = 0xa9     /* longer than the room given for it */
} prov_result;

/* The class of a result, and the exit code of a program that ends with it (0 to 10). */
static inline int prov_result_exit(prov_result result)
{
    return (int)((unsigned)result >> 4);
}

/* What a result means, in lower case and without a full stop; never NULL. Static storage. Hosts
 * only: a firmware image prints the number. */
const char *prov_result_text(prov_result result);

#endif
