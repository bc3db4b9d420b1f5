/* SPDX-License-Identifier: Apache-2.0 */
#include "args.h"

#include <string.h>

const struct option_row option_rows[OPT_COUNT] = {
    {OPT_HELP, "--help", NULL, "show this help"},
    {OPT_VERSION, "--version", NULL, "show the version"},
    {OPT_JSON, "--json", NULL, "answer in JSON; lists one object a line"},
    {OPT_DRY_RUN, "--dry-run", NULL, "do all the checks, change nothing"},
    {OPT_REGISTRY, "--registry", "FILE",
     "the registry (else PROV_REGISTRY, else the state folder)"},
    {OPT_KEY, "--key", "FILE", "its key file (else the registry's name with .key)"},
    {OPT_ORG, "--org", "NAME", "the organisation, 1 to 64 octets of UTF-8"},
    {OPT_COUNTRY, "--country", "CC", "its country, two letters"},
    {OPT_ADDRESS, "--address", "HOST:PORT", "where devices find the server"},
    {OPT_LABEL, "--label", "TEXT", "a label for people"},
    {OPT_GROUP, "--group", "TEXT", "a group: a lot, a customer"},
    {OPT_FROM_EUI48, "--from-eui48", NULL, "the identifier is an EUI-48: FF-FE goes in the middle"},
    {OPT_CSV, "--csv", "FILE", "add the rows of a CSV (columns eui64, label, group)"},
    {OPT_APPROVE_ENROLL, "--approve-enroll", NULL,
     "allow one more enrollment by the bootstrap credential"},
    {OPT_SERVER, "--server", "FQDN",
     "the server's name: whom a credential is for, who serves, who is judged"},
    {OPT_USE, "--use", "USE", "bootstrap (default) or operational"},
    {OPT_IDENTITY_FILE, "--identity-file", "FILE", "the PSK identity"},
    {OPT_KEY_FILE, "--key-file", "FILE", "the PSK"},
    {OPT_FORMAT, "--format", "FORMAT",
     "of both files: hex, base64 or raw (for bundle export: bundle, the default, ihex or raw)"},
    {OPT_PUBLIC, "--public", "FILE", "SubjectPublicKeyInfo, PEM or DER"},
    {OPT_CSR, "--csr", "FILE", "a certification request, PEM or DER"},
    {OPT_DAYS, "--days", "N", "days until it expires"},
    {OPT_NO_EXPIRY, "--no-expiry", NULL, "99991231235959Z (bootstrap only, its default)"},
    {OPT_PROFILE, "--profile", "PROFILE",
     "rfc7925 (default) or tls13-iot-23: prov profile show says what they differ in"},
    {OPT_ROLE, "--role", "ROLE",
     "client or server (for profile show: or constrained-server, root, idevid, ...)"},
    {OPT_EUI_FORM, "--eui-form", "FORM",
     "how a device is named: cn, or san, a MACAddress (default: as the profile has it)"},
    {OPT_DEVICE, "--device", "EUI64", "only this device's"},
    {OPT_KIND, "--kind", "KIND", "psk, rpk or cert (for profile show: psk-fs too)"},
    {OPT_STATE, "--state", "STATE", "only pending, active, retired or revoked"},
    {OPT_REASON, "--reason", "TEXT", "why, for the record"},
    {OPT_OUT, "--out", "FILE", "a new file, made 0600 (or - for stdout)"},
    {OPT_CERTIFICATE_URL, "--certificate-url", "PREFIX",
     "say in it that each certificate lies at PREFIX and its name"},
    {OPT_PUBLISH, "--publish", "FOLDER", "and put the certificates there, to be served at PREFIX"},
    {OPT_AFTER, "--after", "N", "only events after the one with this number"},
    {OPT_LISTEN, "--listen", "ADDR:PORT", "the UDP address to serve at"},
    {OPT_TIMER, "--dtls-timer", "MS", "first retransmission after MS milliseconds (default 9000)"},
    {OPT_MTU, "--mtu", "N", "largest datagram sent (default 1200)"},
    {OPT_MAX_SESSIONS, "--max-sessions", "N", "sessions in all"},
    {OPT_MAX_HANDSHAKES, "--max-handshakes", "N", "handshakes at a time"},
    {OPT_MAX_PER_PEER, "--max-per-peer", "N", "sessions of one address"},
    {OPT_IDLE, "--idle", "SECONDS", "end a session that is silent for so long"},
    {OPT_HEARTBEAT, "--heartbeat", "SECONDS",
     "ask a device that is silent for so long whether it is there (default: never)"},
    {OPT_FETCH, "--fetch-certificates", "FOLDER",
     "take https://HOST/FOLDER/NAME from devices in place of certificates (repeatable)"},
    {OPT_FETCH_ADDRESS, "--fetch-address", "ADDRESS",
     "a host of them may have this address, though it is not public (repeatable)"},
    {OPT_BUNDLE, "--bundle", "FILE", "authenticate with this bundle (or - for stdin)"},
    {OPT_JUNIT, "--junit", "FILE", "also write a JUnit report to a new file (or - for stdout)"},
    {OPT_FAIL_ON, "--fail-on", "LEVEL",
     "exit with 6 if a rule of this level or above failed: must (default), should, may, never"},
    {OPT_TIMEOUT, "--timeout", "SECONDS", "end the whole run after so long (default 300)"},
    {OPT_WAIT, "--wait", "MS",
     "take it for silence when no answer comes for so long (default 2000)"},
    {OPT_SLOW, "--slow", NULL, "also what takes a minute or more: retransmission timers"},
    {OPT_LIST, "--list", NULL, "list the rules and test nothing"},
    {OPT_SERVERS, "--servers", NULL, "only servers' own credentials, which is what devices meet"},
    {OPT_EXPIRED, "--expired", NULL, "expired certificates too, for devices without a clock"},
    {OPT_NO_RESUMPTION, "--no-resumption", NULL, "make every handshake a full one"},
    {OPT_AUTHORITY, "--authority", "FILE",
     "be the device's server with this throw-away key (prov check prepare makes one)"},
    {OPT_FOLDER, "--folder", "FOLDER", "where the files go"},
    {OPT_AT, "--at", "ADDRESS",
     "where the region of flash begins on the device: 0x and hex, or decimal"},
    {OPT_SECTOR_SIZE, "--sector-size", "N", "octets that are erased together (default 4096)"},
    {OPT_SECTORS, "--sectors", "N", "sectors of the region (default 16)"},
    {OPT_UNIT, "--unit", "N", "octets that are programmed together (default 8)"},
    {OPT_ERASED, "--erased", "OCTET", "what an erased octet reads as (default 0xff)"},
    {OPT_DENY_SECTORS, "--deny-sectors", "N", "sectors of it for a deny-list: 2 (default) or 0"},
};

static const struct option_row *find(const char *arg, size_t len)
{
    for (size_t i = 0; i < OPT_COUNT; i++)
        if (strlen(option_rows[i].name) == len && memcmp(option_rows[i].name, arg, len) == 0)
            return &option_rows[i];
    return NULL;
}

/* Behind the first value. */
static prov_result put_value(struct args *ret, const struct option_row *row, const char *value,
                             struct prov_why *why)
{
    if (ret->values[row->id] == NULL)
        ret->values[row->id] = value;
    else if (ret->more_count == ARGS_MORE_MAX)
        return prov_why_set(why, PROV_E_USAGE, "option %s given more than %d times", row->name,
                            ARGS_MORE_MAX + 1);
    else {
        ret->more[ret->more_count].option = row->id;
        ret->more[ret->more_count++].value = value;
    }
    return PROV_OK;
}

size_t args_all(const struct args *args, enum option option, const char *ret[1 + ARGS_MORE_MAX])
{
    size_t count = 0;
    if (args->values[option] != NULL)
        ret[count++] = args->values[option];
    for (size_t i = 0; i < args->more_count; i++)
        if (args->more[i].option == option)
            ret[count++] = args->more[i].value;
    return count;
}

/* One option at argv[*at]; moves *at over its value. */
static prov_result take_option(int argc, char **argv, int *at, struct args *ret,
                               struct prov_why *why)
{
    const char *arg = argv[*at];
    const char *equals = strchr(arg, '=');
    size_t len = equals == NULL ? strlen(arg) : (size_t)(equals - arg);
    const struct option_row *row = find(arg, len);
    if (row == NULL)
        return prov_why_set(why, PROV_E_USAGE, "unknown option %.*s", (int)len, arg);
    if (ret->values[row->id] != NULL && (OPTIONS_REPEATED & (UINT64_C(1) << row->id)) == 0)
        return prov_why_set(why, PROV_E_USAGE, "option %s given twice", row->name);
    if (row->value == NULL && equals != NULL)
        return prov_why_set(why, PROV_E_USAGE, "option %s takes no value", row->name);
    if (row->value == NULL)
        return put_value(ret, row, "", why);
    if (equals != NULL)
        return put_value(ret, row, equals + 1, why);
    if (*at + 1 == argc || strncmp(argv[*at + 1], "--", 2) == 0)
        return prov_why_set(why, PROV_E_USAGE, "option %s needs a value: %s", row->name,
                            row->value);
    return put_value(ret, row, argv[++*at], why);
}

prov_result args_parse(int argc, char **argv, struct args *ret, struct prov_why *why)
{
    bool options = true;
    *ret = (struct args){0};
    for (int at = 1; at < argc; at++) {
        bool dash = options && argv[at][0] == '-' && argv[at][1] != '\0';
        if (dash && strcmp(argv[at], "--") == 0) {
            options = false;
        } else if (dash) {
            prov_result r = take_option(argc, argv, &at, ret, why);
            if (r != PROV_OK)
                return r;
        } else if (ret->word_count == ARGS_WORDS_MAX) {
            return prov_why_set(why, PROV_E_USAGE, "too many words, at %s", argv[at]);
        } else {
            ret->words[ret->word_count++] = argv[at];
        }
    }
    return PROV_OK;
}

prov_result args_check(const struct args *args, uint64_t allowed, bool repeated,
                       const char *command, struct prov_why *why)
{
    if (args->more_count > 0 && !repeated)
        return prov_why_set(why, PROV_E_USAGE, "option %s given twice",
                            option_rows[args->more[0].option].name);
    for (size_t i = 0; i < OPT_COUNT; i++)
        if (args->values[i] != NULL && (allowed & (UINT64_C(1) << i)) == 0)
            return prov_why_set(why, PROV_E_USAGE, "%s does not take %s", command,
                                option_rows[i].name);
    return PROV_OK;
}
