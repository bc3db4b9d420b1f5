/* SPDX-License-Identifier: Apache-2.0 */
#include "commands.h"
#include "image.h"

#include <string.h>

#define EXAMPLE_DEVICE "00-12-4B-00-14-D5-2A-7F"
#define CHECK_OPTIONS  (OPT(JUNIT) | OPT(FAIL_ON))
#define CHECK_LIVE     (CHECK_OPTIONS | OPT(BUNDLE) | OPT(TIMEOUT) | OPT(WAIT) | OPT(SLOW))
#define CHECK_FILE(verb, synopsis, words, help, example)                                           \
    {                                                                                              \
        "check", verb, cmd_check_file, NEEDS_CRYPTO, 1, words, CHECK_OPTIONS | OPT(PROFILE),       \
            synopsis, help, example                                                                \
    }

const struct command commands[] = {
    {"init", NULL, cmd_init, NEEDS_CRYPTO | CHANGES, 0, 0,
     OPT(ORG) | OPT(COUNTRY) | OPT(REGISTRY) | OPT(KEY), "--org NAME --country CC",
     "Makes the registry, its key file, the root and the issuing CA.",
     "prov init --org \"Example Works\" --country DE"},

    {"registry", "rekey", cmd_registry_rekey, NEEDS_REGISTRY | CHANGES, 0, 0, OPT(OUT),
     "--out FILE",
     "Makes another key file and wraps the registry's keys with it. The key file in use opens "
     "this registry no more, but older copies of it; servers that run go on.",
     "prov registry rekey --out new.key && mv new.key registry.key"},

    {"ca", "list", cmd_ca_list, NEEDS_REGISTRY, 0, 0, 0, "", "Lists the certificate authorities.",
     "prov ca list"},
    {"ca", "show", cmd_ca_show, NEEDS_REGISTRY, 0, 1, 0, "[root|issuing]",
     "Shows the certificates of the authorities as PEM.", "prov ca show root"},

    {"server", "add", cmd_server_add, NEEDS_REGISTRY | NEEDS_PKI | CHANGES, 1, 1, OPT(ADDRESS),
     "FQDN [--address HOST:PORT]", "Adds a server: makes its key, raw public key and certificate.",
     "prov server add enroll.example.com --address enroll.example.com:5684"},
    {"server", "list", cmd_server_list, NEEDS_REGISTRY, 0, 0, 0, "", "Lists the servers.",
     "prov server list"},
    {"server", "show", cmd_server_show, NEEDS_REGISTRY | NEEDS_CRYPTO, 1, 1, 0, "FQDN",
     "Shows a server with its public keys and certificates.",
     "prov server show enroll.example.com"},
    {"server", "set", cmd_server_set, NEEDS_REGISTRY | CHANGES, 1, 1, OPT(ADDRESS),
     "FQDN --address HOST:PORT", "Changes where devices find the server, in bundles made from now.",
     "prov server set enroll.example.com --address 192.0.2.7:5684"},

    {"device", "add", cmd_device_add, NEEDS_REGISTRY | NEEDS_PKI | CHANGES, 0, 1,
     OPT(LABEL) | OPT(GROUP) | OPT(FROM_EUI48) | OPT(CSV),
     "EUI64 [--label TEXT] [--group TEXT] [--from-eui48] | --csv FILE",
     "Adds a device, or the rows of a CSV whose header names the columns eui64, label, group.",
     "prov device add " EXAMPLE_DEVICE " --label \"meter 7\" --group lot-12"},
    {"device", "list", cmd_device_list, NEEDS_REGISTRY, 0, 0, OPT(GROUP), "[--group TEXT]",
     "Lists the devices.", "prov device list --group lot-12 --json"},
    {"device", "show", cmd_device_show, NEEDS_REGISTRY, 1, 1, OPT(FROM_EUI48), "EUI64",
     "Shows a device.", "prov device show " EXAMPLE_DEVICE},
    {"device", "set", cmd_device_set, NEEDS_REGISTRY | CHANGES, 1, 1,
     OPT(LABEL) | OPT(GROUP) | OPT(APPROVE_ENROLL) | OPT(FROM_EUI48),
     "EUI64 [--label TEXT] [--group TEXT] [--approve-enroll]",
     "Changes what is known of a device, or lets it enroll once more by its bootstrap credential.",
     "prov device set " EXAMPLE_DEVICE " --approve-enroll"},
    {"device", "retire", cmd_device_retire, NEEDS_REGISTRY | CHANGES, 1, 1, OPT(FROM_EUI48),
     "EUI64", "Retires a device and all of its credentials.", "prov device retire " EXAMPLE_DEVICE},

    {"psk", "issue", cmd_psk_issue, NEEDS_REGISTRY | NEEDS_PKI | CHANGES, 1, 1,
     OPT(SERVER) | OPT(USE) | OPT(FROM_EUI48), "EUI64 --server FQDN [--use bootstrap|operational]",
     "Issues a pre-shared key and prints the credential's id.",
     "prov psk issue " EXAMPLE_DEVICE " --server enroll.example.com"},
    {"psk", "register", cmd_psk_register, NEEDS_REGISTRY | NEEDS_PKI | CHANGES, 1, 1,
     OPT(SERVER) | OPT(USE) | OPT(IDENTITY_FILE) | OPT(KEY_FILE) | OPT(FORMAT) | OPT(FROM_EUI48),
     "EUI64 --server FQDN --identity-file FILE --key-file FILE --format hex|base64|raw",
     "Takes in a PSK that was made elsewhere. Secrets come from files, never from arguments.",
     "prov psk register " EXAMPLE_DEVICE
     " --server enroll.example.com --identity-file id.hex --key-file key.hex --format hex"},
    {"rpk", "issue", cmd_rpk_issue, NEEDS_REGISTRY | NEEDS_PKI | CHANGES, 1, 1,
     OPT(SERVER) | OPT(USE) | OPT(FROM_EUI48),
     "EUI64 --server FQDN [--use bootstrap|operational] | FQDN",
     "Issues a raw public key: a device's, or a server's next one.",
     "prov rpk issue " EXAMPLE_DEVICE " --server enroll.example.com"},
    {"rpk", "register", cmd_rpk_register, NEEDS_REGISTRY | NEEDS_PKI | CHANGES, 1, 1,
     OPT(SERVER) | OPT(USE) | OPT(PUBLIC) | OPT(FROM_EUI48),
     "EUI64 --server FQDN --public FILE [--use bootstrap|operational]",
     "Takes in a public key that was made on the device; pending until a handshake proves it.",
     "prov rpk register " EXAMPLE_DEVICE " --server enroll.example.com --public device.pem"},
    {"cert", "issue", cmd_cert_issue, NEEDS_REGISTRY | NEEDS_PKI | CHANGES, 1, 1,
     OPT(SERVER) | OPT(USE) | OPT(CSR) | OPT(DAYS) | OPT(NO_EXPIRY) | OPT(PROFILE) | OPT(ROLE) |
         OPT(EUI_FORM) | OPT(FROM_EUI48),
     "EUI64 --server FQDN [--csr FILE] [--use USE] [--days N | --no-expiry] [--profile PROFILE] "
     "[--eui-form cn|san] [--role client|server] | FQDN [--days N] [--profile PROFILE]",
     "Issues a certificate: a device's (--role server: one that serves), or a server's next one.",
     "prov cert issue " EXAMPLE_DEVICE " --server enroll.example.com --csr device.csr"},

    {"credential", "list", cmd_credential_list, NEEDS_REGISTRY, 0, 0,
     OPT(DEVICE) | OPT(SERVER) | OPT(KIND) | OPT(STATE),
     "[--device EUI64] [--server FQDN] [--kind KIND] [--state STATE]", "Lists credentials.",
     "prov credential list --kind cert --state active --json"},
    {"credential", "show", cmd_credential_show, NEEDS_REGISTRY | NEEDS_CRYPTO, 1, 1, 0, "ID",
     "Shows a credential with its certificates and public key; secrets never. ID may be a prefix.",
     "prov credential show 0193a7c2"},
    {"credential", "revoke", cmd_credential_revoke, NEEDS_REGISTRY | CHANGES, 1, 1, OPT(REASON),
     "ID --reason TEXT", "Revokes a credential: it is refused from the next handshake on.",
     "prov credential revoke 0193a7c2 --reason \"lost in the field\""},

    {"bundle", "export", cmd_bundle_export, NEEDS_REGISTRY | NEEDS_PKI, 0, ARGS_WORDS_MAX - 2,
     OPT(OUT) | OPT(DRY_RUN) | OPT(CERTIFICATE_URL) | OPT(PUBLISH) | OPT(FORMAT) | IMAGE_OPTIONS |
         OPT(GROUP) | OPT(FOLDER),
     "ID [ID ...] --out FILE [--format bundle|ihex|raw] [--at ADDRESS] [--certificate-url PREFIX "
     "[--publish FOLDER]] | --group TEXT --folder FOLDER --format ihex|raw",
     "Writes what is installed on the device: a bundle, or an image of its flash for a programmer, "
     "with all the credentials named. It holds secrets: the file is made 0600.",
     "prov bundle export 0193a7c2 --out meter7.bundle\n"
     "  prov bundle export 0193a7c2 --out meter7.hex --format ihex --at 0x10010000\n"
     "  prov bundle export --group lot-12 --folder lot-12 --format ihex --at 0x10010000"},
    {"bundle", "inspect", cmd_bundle_inspect, NEEDS_CRYPTO, 1, 1, 0, "FILE",
     "Checks a bundle and shows what is in it, except secrets.",
     "prov bundle inspect meter7.bundle"},

    {"profile", "list", cmd_profile_list, NEEDS_NOTHING, 0, 0, 0, "",
     "Lists the profiles that engine, CA and checker know.", "prov profile list"},
    {"profile", "show", cmd_profile_show, NEEDS_NOTHING, 1, 1, OPT(ROLE) | OPT(KIND),
     "NAME [--role ROLE] [--kind psk|psk-fs|rpk|cert]",
     "Shows what a profile asks of a handshake and of certificates, with the sections that say so.",
     "prov profile show rfc7925 --role client --kind cert"},

    {"denylist", "export", cmd_denylist_export, NEEDS_REGISTRY | NEEDS_PKI | CHANGES, 0, 0,
     OPT(OUT) | OPT(SERVERS) | OPT(EXPIRED), "--out FILE [--servers] [--expired]",
     "Signs a list of all that is revoked, for devices to take in: prov-agent denylist FILE.",
     "prov denylist export --out fleet.denylist"},
    {"denylist", "show", cmd_denylist_show, NEEDS_NOTHING, 1, 1, 0, "FILE",
     "Shows what is in a deny-list, whoever has signed it.", "prov denylist show fleet.denylist"},
    {"denylist", "verify", cmd_denylist_verify, NEEDS_REGISTRY | NEEDS_PKI, 1, 1, 0, "FILE",
     "Checks that this registry has signed a deny-list, and says whether it is the newest.",
     "prov denylist verify fleet.denylist"},
    {"denylist", "signer", cmd_denylist_signer, NEEDS_REGISTRY | NEEDS_CRYPTO, 0, 0, 0, "",
     "Shows the public key that signs deny-lists; bundles carry it.", "prov denylist signer"},
    {"denylist", "init", cmd_denylist_init, NEEDS_REGISTRY | NEEDS_PKI | CHANGES, 0, 0, 0, "",
     "Makes the key that signs deny-lists, for a registry older than that: prov init makes one.",
     "prov denylist init"},

    {"event", "list", cmd_event_list, NEEDS_REGISTRY, 0, 0, OPT(AFTER), "[--after N]",
     "Lists what was changed, when and by which program.", "prov event list --json"},

    {"serve", NULL, cmd_serve, NEEDS_REGISTRY | NEEDS_PKI | MANY_SERVERS, 0, 0,
     OPT(SERVER) | OPT(LISTEN) | OPT(TIMER) | OPT(MTU) | OPT(MAX_SESSIONS) | OPT(MAX_HANDSHAKES) |
         OPT(MAX_PER_PEER) | OPT(IDLE) | OPT(HEARTBEAT) | OPT(NO_RESUMPTION) | OPT(FETCH) |
         OPT(FETCH_ADDRESS),
     "--server FQDN [--server FQDN ...] --listen ADDR:PORT [--fetch-certificates FOLDER ...]",
     "Runs the enrollment server, for one name or for several. SIGTERM drains it.",
     "prov serve --server enroll.example.com --listen 0.0.0.0:5684"},

    {"check", "endpoint", cmd_check_endpoint, NEEDS_CRYPTO, 1, 1, CHECK_LIVE | OPT(SERVER),
     "coaps://HOST[:PORT] [--bundle FILE] [--fail-on LEVEL]",
     "Judges a server by behaving as many clients. Exit code 6: rules failed; 9: nobody, no "
     "answer, no DTLS, or --timeout before a failure.",
     "prov check endpoint coaps://192.0.2.7:5684 --bundle meter7.bundle --junit report.xml"},
    {"check", "device", cmd_check_device, NEEDS_CRYPTO, 0, 0,
     CHECK_LIVE | OPT(LISTEN) | OPT(AUTHORITY),
     "--listen ADDR:PORT [--bundle FILE [--authority FILE]] [--fail-on LEVEL]",
     "Judges the stack of a device that connects here, by behaving as servers, good and bad. Make "
     "the device connect again and again.",
     "prov check device --listen 192.0.2.7:5684 --bundle t/device.bundle --authority "
     "t/authority.key"},
    {"check", "prepare", cmd_check_prepare, NEEDS_PKI, 1, 1,
     OPT(KIND) | OPT(SERVER) | OPT(ADDRESS) | OPT(FOLDER),
     "EUI64 --kind psk|rpk|cert --server FQDN --folder FOLDER [--address HOST:PORT]",
     "Makes throw-away credentials for prov check device: what the device gets, and the judge's "
     "key.",
     "prov check prepare 00-12-4B-00-14-D5-2A-7F --kind cert --server test.example.com --folder t"},
    CHECK_FILE("cert", "FILE [--profile PROFILE]", 1,
               "Holds one certificate, PEM or DER, to the profile.", "prov check cert meter7.pem"),
    CHECK_FILE(
        "chain", "FILE [ANCHORS] [--profile PROFILE]", 2,
        "Holds a chain to the profile, end entity first; ANCHORS: the roots, in one PEM file.",
        "prov check chain chain.pem root.pem"),
    CHECK_FILE("csr", "FILE [--profile PROFILE]", 1,
               "Holds a certification request to the profile.", "prov check csr meter7.csr"),
    CHECK_FILE("rpk", "FILE", 1, "Holds a raw public key to the profile: PEM, DER or COSE_Key.",
               "prov check rpk meter7.spki"),
    CHECK_FILE("psk", "FILE", 1, "Holds a pre-shared key, a COSE_Key, to the profile.",
               "prov check psk meter7.cose"),
    CHECK_FILE("bundle", "FILE", 1, "Holds a bundle and all that is in it to the profile.",
               "prov check bundle meter7.bundle"),
    {"check", NULL, cmd_check_list, FOR_LIST, 0, 0, OPT(LIST), "--list [--json]",
     "Lists the rules.", "prov check --list --json"},
};
const size_t command_count = sizeof(commands) / sizeof(commands[0]);

uint64_t command_options(const struct command *command)
{
    uint64_t options = command->options | OPT(HELP) | OPT(JSON);
    if (command->needs & NEEDS_REGISTRY)
        options |= OPT(REGISTRY) | OPT(KEY);
    if (command->needs & CHANGES)
        options |= OPT(DRY_RUN);
    return options;
}

const struct command *command_find(const struct args *args, size_t *ret_words)
{
    for (size_t i = 0; i < command_count; i++) {
        size_t words = commands[i].verb == NULL ? 1 : 2;
        if ((commands[i].needs & FOR_LIST) && args->values[OPT_LIST] == NULL)
            continue;
        if (args->word_count >= words && strcmp(commands[i].noun, args->words[0]) == 0 &&
            (words == 1 || strcmp(commands[i].verb, args->words[1]) == 0)) {
            *ret_words = words;
            return &commands[i];
        }
    }
    return NULL;
}

bool command_noun_known(const char *noun)
{
    for (size_t i = 0; i < command_count; i++)
        if (strcmp(commands[i].noun, noun) == 0)
            return true;
    return false;
}
