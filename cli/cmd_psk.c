/* SPDX-License-Identifier: Apache-2.0 */
#include "commands.h"

#include "prov/text.h"

#include <string.h>
#include <sys/stat.h>

/* Row 11: the profile's PSK suite alone does not protect yesterday's traffic from tomorrow's thief.
 */
static void warn_forward_secrecy(void)
{
    run_warn("no forward secrecy with TLS_PSK_WITH_AES_128_CCM_8 (0xC0A8); a device that offers it "
             "alone is sent no keys");
}

static prov_result take_device(struct run *run, struct prov_eui64 *device, struct prov_fqdn *server,
                               enum prov_use *use)
{
    prov_result r = take_eui64(run, run->words[0], device);
    if (r == PROV_OK)
        r = take_server(run, server);
    if (r == PROV_OK)
        r = take_use(run, use);
    return r;
}

prov_result cmd_psk_issue(struct run *run)
{
    struct prov_eui64 device;
    struct prov_fqdn server;
    enum prov_use use;
    struct prov_uuid id;
    prov_result r = take_device(run, &device, &server, &use);
    if (r == PROV_OK)
        r = prov_flow_psk_issue(&run->flow, &device, &server, use, &id);
    if (r != PROV_OK)
        return r;
    warn_forward_secrecy();
    show_id(run, &id);
    return PROV_OK;
}

/* --- register: identity and key from files, their encoding said, never guessed --- */

typedef prov_result (*decoder)(struct prov_bytes text, struct prov_buf *ret);

static prov_result decode_raw(struct prov_bytes octets, struct prov_buf *ret)
{
    prov_put_bytes(ret, octets);
    return prov_buf_result(ret);
}

static const struct format {
    const char *name;
    decoder decode;
    bool line; /* one line end may follow */
} formats[] = {
    {"hex", prov_hex_parse, true},
    {"base64", prov_base64_parse, true},
    {"raw", decode_raw, false},
};

static prov_result take_format(struct run *run, const struct format **ret)
{
    const char *text = NULL;
    prov_result r = take_required(run, OPT_FORMAT, &text);
    if (r != PROV_OK)
        return r;
    for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++)
        if (strcmp(formats[i].name, text) == 0) {
            *ret = &formats[i];
            return PROV_OK;
        }
    return prov_why_set(&run->why, PROV_E_USAGE, "--format is hex, base64 or raw, not \"%.32s\"",
                        text);
}

static void warn_mode(const char *path)
{
    struct stat status;
    if (strcmp(path, "-") != 0 && stat(path, &status) == 0 && S_ISREG(status.st_mode) &&
        (status.st_mode & (S_IRWXG | S_IRWXO)) != 0)
        run_warn("others can read the key file %s", path);
}

/* ret: the octets that the file stands for. */
static prov_result take_octets(struct run *run, enum option option, const struct format *format,
                               struct prov_buf *ret)
{
    uint8_t text[1024];
    struct prov_buf buf = PROV_BUF_OF(text);
    const char *path = NULL;
    prov_result r = take_required(run, option, &path);
    if (r == PROV_OK)
        r = file_read(run, path, &buf);
    if (r == PROV_OK && format->line && buf.len > 0 && text[buf.len - 1] == '\n')
        buf.len -= buf.len > 1 && text[buf.len - 2] == '\r' ? 2 : 1;
    if (r == PROV_OK) {
        r = format->decode(prov_buf_bytes(&buf), ret);
        if (r == PROV_E_OVERFLOW)
            r = PROV_E_BOUNDS;
        if (r != PROV_OK)
            r = prov_why_set(&run->why, r, "%s: not %s, or too long: %.200s",
                             option_rows[option].name, format->name, path);
    }
    prov_wipe(text, sizeof(text));
    return r;
}

/* stdin ends once: the second file would be empty. */
static prov_result check_sources(struct run *run)
{
    const char *identity = run_option(run, OPT_IDENTITY_FILE), *key = run_option(run, OPT_KEY_FILE);
    if (identity == NULL || key == NULL || strcmp(identity, "-") != 0 || strcmp(key, "-") != 0)
        return PROV_OK;
    return prov_why_set(&run->why, PROV_E_USAGE,
                        "--identity-file and --key-file can't both be stdin");
}

prov_result cmd_psk_register(struct run *run)
{
    struct prov_eui64 device;
    struct prov_fqdn server;
    enum prov_use use;
    const struct format *format = NULL;
    uint8_t identity[512], psk[512];
    struct prov_buf identity_buf = PROV_BUF_OF(identity), psk_buf = PROV_BUF_OF(psk);
    struct prov_uuid id;
    prov_result r = take_device(run, &device, &server, &use);
    if (r == PROV_OK)
        r = take_format(run, &format);
    if (r == PROV_OK)
        r = check_sources(run);
    if (r == PROV_OK)
        r = take_octets(run, OPT_IDENTITY_FILE, format, &identity_buf);
    if (r == PROV_OK)
        r = take_octets(run, OPT_KEY_FILE, format, &psk_buf);
    if (r == PROV_OK)
        r = prov_flow_psk_register(&run->flow, &device, &server, use, prov_buf_bytes(&identity_buf),
                                   prov_buf_bytes(&psk_buf), &id);
    prov_wipe(psk, sizeof(psk));
    if (r != PROV_OK)
        return r;
    warn_mode(run_option(run, OPT_KEY_FILE));
    warn_forward_secrecy();
    show_id(run, &id);
    return PROV_OK;
}
