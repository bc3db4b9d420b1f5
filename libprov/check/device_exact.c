/* SPDX-License-Identifier: Apache-2.0
 *
 * The ClientHello as the profile has it, byte for byte. What another rule says is not said again.
 */
#include "device.h"

static const char *const hello_rules[] = {"client.compression",
                                          "client.suites.mandatory",
                                          "client.suites.aead",
                                          "client.suites.profile",
                                          "client.extensions.twice",
                                          "client.extensions.profile",
                                          "client.server_name",
                                          "client.server_name.form",
                                          "client.trusted_ca_keys",
                                          "client.truncated_hmac",
                                          "client.status_request",
                                          "client.groups",
                                          "client.formats",
                                          "client.curve.exact",
                                          "client.signatures",
                                          "client.signatures.exact",
                                          "client.certificate_type",
                                          "client.heartbeat",
                                          "client.alpn",
                                          "client.encrypt_then_mac",
                                          "client.extended_master",
                                          "client.ticket",
                                          "client.early_data",
                                          "client.connection_id",
                                          "client.certificate_url",
                                          "client.hello.size",
                                          "client.renegotiation_info",
                                          "client.fragment_length.value"};

static size_t count_extensions(struct prov_bytes block)
{
    struct prov_reader reader = prov_reader_make(block);
    struct prov_bytes body;
    uint16_t type;
    size_t count = 0;

    while (prov_take_u16(&reader, &type) && prov_take_vector(&reader, 2, &body))
        count++;
    return count;
}

/* From cipher_suites on, as RFC 7252 has it, in the first hello: later ones may speak of what is
 * remembered. */
void device_note_exact(struct device *d, const struct prov_client_hello *hello,
                       const struct device_offer *offer, bool named)
{
    const struct prov_bundle *bundle = d->run->config.bundle;
    uint8_t room[512];
    struct prov_buf wanted = PROV_BUF_OF(room);

    if (offer->suite == NULL || (named && bundle == NULL) || hello->extensions.len == 0)
        return;
    prov_mode_hello_put(offer->mode, named ? bundle->server.text : NULL, &wanted);
    struct prov_bytes all = {hello->suites.data - 2, hello->suites.len + 2 +
                                                         hello->compression.len + 1 + 2 +
                                                         hello->extensions.len};
    d->exact = prov_bytes_equal(all, prov_buf_bytes(&wanted)) ? PROV_CHECK_PASS : PROV_CHECK_FAIL;
    size_t skip = 2 + (size_t)(wanted.data[0] << 8 | wanted.data[1]) + 2 + 2;
    struct prov_bytes block = {wanted.data + skip, wanted.len - skip};
    if (count_extensions(hello->extensions) != count_extensions(block))
        d->exact = PROV_CHECK_NOT_APPLICABLE;
    check_hex(all, d->exact_hex);
}

void device_sum_up_hello(struct device *d)
{
    for (size_t i = 0; i < sizeof(hello_rules) / sizeof(hello_rules[0]); i++)
        if (check_verdict(d->findings, hello_rules[i]) == PROV_CHECK_FAIL) {
            check_not_applicable(d->findings, "client.hello.exact", "%s fails", hello_rules[i]);
            return;
        }
    if (d->exact == PROV_CHECK_PASS || d->exact == PROV_CHECK_FAIL)
        check_judge_rule(d->findings, "client.hello.exact", d->exact == PROV_CHECK_PASS, "%s",
                         d->exact_hex);
    else if (d->exact == PROV_CHECK_NOT_APPLICABLE)
        check_not_applicable(d->findings, "client.hello.exact",
                             "extensions that need not be there are offered too");
    else
        check_not_tested(d->findings, "client.hello.exact", "no bundle says which name");
}
