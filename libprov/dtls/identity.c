/* SPDX-License-Identifier: Apache-2.0
 *
 * Which of its identities a server shows (RFC 7925, section 14; profile.md, rows 41 and 43).
 */
#include "identity.h"

#include "resume.h"

const struct prov_dtls_config *prov_dtls_chosen(const struct prov_dtls *s)
{
    return s->config;
}

/* --- server_name (RFC 6066, section 3) ------------------------------------------------------- */

static bool take_host_name(struct prov_bytes body, struct prov_bytes *ret)
{
    struct prov_reader reader = prov_reader_make(body);
    struct prov_bytes list, name;
    uint8_t type;

    /* One name of the one type that there is: more of a type are forbidden, and other types are not
     * defined. */
    if (!prov_take_vector(&reader, 2, &list) || !prov_reader_done(&reader))
        return false;
    reader = prov_reader_make(list);
    if (!prov_take_u8(&reader, &type) || type != 0 || !prov_take_vector(&reader, 2, &name) ||
        name.len == 0 || !prov_reader_done(&reader))
        return false;
    *ret = name;
    return true;
}

prov_outcome prov_identity_take_name(struct prov_dtls *s, struct prov_bytes body)
{
    if (s->config
            ->constrained_server) /* it is named by an EUI-64, which can't stand here (row 3) */
        return PROV_OK;
    return take_host_name(body, &s->hs->name) ? PROV_OK : PROV_ALERT_DECODE_ERROR;
}

/* --- the choice ------------------------------------------------------------------------------ */

struct wish {
    bool named, is_fqdn;
    struct prov_fqdn name;
    struct prov_bytes anchors;
};

/* Without a name the first identity is as good as any. */
static bool answers_to(const struct prov_dtls_config *config, const struct wish *wish)
{
    return !wish->named || config->server_name == NULL ||
           (wish->is_fqdn && prov_fqdn_equal(config->server_name, &wish->name));
}

/* Where no root is known to the client, the first of the name is shown: the client knows best what it
 * can check. */
static const struct prov_dtls_config *choose(const struct prov_dtls_config *first,
                                             const struct wish *wish, bool *ret_by_anchor)
{
    const struct prov_dtls_config *named = NULL;

    *ret_by_anchor = false;
    for (const struct prov_dtls_config *row = first; row != NULL; row = row->next) {
        if (!answers_to(row, wish))
            continue;
        if (named == NULL)
            named = row;
        if (wish->anchors.len == 0)
            break;
        if (prov_anchors_have(wish->anchors, row)) {
            *ret_by_anchor = true;
            return row;
        }
    }
    return named;
}

/* An unknown name is fatal, never a warning (row 43). */
prov_outcome prov_identity_choose(struct prov_dtls *s)
{
    struct prov_dtls_facts *facts = &s->hs->facts;
    struct prov_bytes name = s->hs->name;
    struct wish wish = {.named = name.len > 0, .anchors = s->hs->anchors};

    wish.is_fqdn = wish.named && prov_fqdn_parse(name, &wish.name) == PROV_OK;
    const struct prov_dtls_config *chosen = choose(s->config, &wish, &facts->anchor);
    if (chosen == NULL)
        return PROV_ALERT_UNRECOGNIZED_NAME;
    s->config = chosen;
    facts->name = s->name_seen = wish.named && chosen->server_name != NULL;
    if (wish.named)
        prov_resume_note_name(s, wish.is_fqdn ? prov_bytes_text(wish.name.text) : name);
    return PROV_OK;
}
