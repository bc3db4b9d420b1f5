/* SPDX-License-Identifier: Apache-2.0
 *
 * prov/result.h: what a call answers.
 *
 * One enum for the whole program. The high byte is the class, and the class is the exit code of
 * `prov` and `prov-agent` (prov_result_exit). Numbers leave the program (logs, scripts): they are
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
    PROV_E_INTERNAL = 0x0101, /* a library refused what it should not have */
    PROV_E_MEMORY = 0x0102,   /* an allocation failed */
    PROV_E_IO = 0x0103,       /* a file, a socket or a flash operation failed */
    PROV_E_RANDOM = 0x0104,   /* no random numbers: not seeded, or the source failed */
    PROV_E_STATE = 0x0105,    /* the call does not fit the object's state */
    PROV_E_FULL = 0x0106,     /* a disk, a store or a table has no room left */

    /* 2: usage, and text that does not parse */
    PROV_E_USAGE = 0x0201,
    PROV_E_EUI64 = 0x0202,      /* not 8 octets in a form that prov/identifier.h lists */
    PROV_E_EUI64_KIND = 0x0203, /* a multicast, all-zero or all-one identifier */
    PROV_E_FQDN = 0x0204,       /* not a host name: bad label, wildcard, IP address */
    PROV_E_TEXT = 0x0205,       /* not the hex, base64 or number that was asked for */
    PROV_E_ADDRESS = 0x0206,    /* not HOST:PORT */

    /* 3: not found */
    PROV_E_NOT_FOUND = 0x0301,
    PROV_E_NO_REGISTRY = 0x0302,

    /* 4: exists already, or conflicts with what is there */
    PROV_E_EXISTS = 0x0401,
    PROV_E_CONFLICT = 0x0402,
    PROV_E_KEY_OWNED = 0x0403, /* the key belongs to another subject */
    PROV_E_AMBIGUOUS = 0x0404, /* a prefix that fits several ids */

    /* 5: part of a batch failed */
    PROV_E_PARTIAL = 0x0501,

    /* 6: against the profile or the policy */
    PROV_E_POLICY = 0x0601,
    PROV_E_BOUNDS = 0x0602,       /* a length or a number outside of what the profile allows */
    PROV_E_ALGORITHM = 0x0603,    /* RSA, SHA-1, another curve, … */
    PROV_E_POINT = 0x0604,        /* not an uncompressed point on P-256 */
    PROV_E_SIGNATURE = 0x0605,    /* a signature that does not verify */
    PROV_E_CERT_PROFILE = 0x0606, /* a certificate element that the profile refuses */
    PROV_E_NAME = 0x0607,         /* the subject is not the one that was expected */
    PROV_E_TIME = 0x0608,         /* not yet or no longer valid */
    PROV_E_ISSUER = 0x0609,       /* no path to a trust anchor */
    PROV_E_REVOKED = 0x060a,
    PROV_E_NO_FORWARD_SECRECY = 0x060b,
    PROV_E_DEPTH = 0x060c, /* a chain that is too long */

    /* 7: permission */
    PROV_E_PERMISSION = 0x0701, /* the system said no */
    PROV_E_MODE = 0x0702,       /* a key file that others can read */
    PROV_E_FORBIDDEN = 0x0703,  /* the peer may not do that with this credential */

    /* 8: busy, try again */
    PROV_E_BUSY = 0x0801,
    PROV_E_AGAIN = 0x0802, /* nothing wrong: call again when there is more */

    /* 9: peer or network */
    PROV_E_NETWORK = 0x0901,
    PROV_E_TIMEOUT = 0x0902,
    PROV_E_PEER = 0x0903,         /* the peer broke the protocol */
    PROV_E_PEER_ALERT = 0x0904,   /* the peer sent a fatal alert */
    PROV_E_PEER_REFUSED = 0x0905, /* a CoAP 4.xx or 5.xx */

    /* 10: integrity */
    PROV_E_DIGEST = 0x0a01,      /* a digest or an authentication tag does not fit */
    PROV_E_FORMAT = 0x0a02,      /* not well-formed */
    PROV_E_TRUNCATED = 0x0a03,   /* ends before its end */
    PROV_E_TRAILING = 0x0a04,    /* goes on after its end */
    PROV_E_DETERMINISM = 0x0a05, /* well-formed, but not the one deterministic encoding */
    PROV_E_VERSION = 0x0a06,     /* of a format or schema that this program does not know */
    PROV_E_CORRUPT = 0x0a07,     /* a database, a store or a key file is damaged */
    PROV_E_WRONG_KEY = 0x0a08,   /* sealed under another key */
    PROV_E_OVERFLOW = 0x0a09     /* longer than the room given for it */
} prov_result;

/* The class of a result, and the exit code of a program that ends with it (0 to 10). */
static inline int prov_result_exit(prov_result result)
{
    return (int)((unsigned)result >> 8);
}

/* What a result means, in lower case and without a full stop; never NULL. Static storage. Hosts
 * only: a firmware image prints the number. */
const char *prov_result_text(prov_result result);

#endif
