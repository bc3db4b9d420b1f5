/* SPDX-License-Identifier: Apache-2.0
 *
 * The registry's seals under memcheck: a PSK that goes in, comes out, is looked for and not found. Run by run.sh.
 */
#include <stdio.h>
#include <stdlib.h>

#include "taint.h"
#include "tests/unit/registry/support.h"

static void must(bool good, const char *what)
{
    if (good)
        return;
    fprintf(stderr, "secrets_registry: %s\n", what);
    exit(3);
}

static void find(struct box *box, struct prov_bytes identity, bool wanted)
{
    struct prov_fqdn server = fqdn("coaps.example.org");
    struct prov_credential credential;
    struct prov_secret psk;
    bool known;

    must(prov_registry_psk_find(box->registry, &server, identity, &credential, &psk, &known,
                                &box->why) == PROV_OK &&
             known == wanted,
         "look-up");
    must(psk.len >= 16 && taint_is_hidden(psk.data, psk.len), "a secret was not hidden");
}

int main(void)
{
    static const uint8_t nobody[16] = {0xEE};
    static struct prov_secret secret;
    void *state;

    taint_tags_are_public = true;
    (void)box_setup(&state);
    struct box *box = state;
    add_device(box, 1);
    add_server(box, "coaps.example.org");
    struct prov_credential_new credential = new_psk(1, "coaps.example.org", 5);
    secret = *credential.secret;
    taint_hide(secret.data, secret.len);
    credential.secret = &secret;
    must(prov_registry_credential_add(box->registry, &credential, &box->why) == PROV_OK, "add");
    box_reopen(box);
    find(box, credential.identity, true);
    find(box, PROV_BYTES_OF(nobody), false);
    (void)box_teardown(&state);
    return 0;
}
