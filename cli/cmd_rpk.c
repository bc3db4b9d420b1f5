/* SPDX-License-Identifier: Apache-2.0 */
#include "commands.h"

prov_result cmd_rpk_issue(struct run *run)
{
    struct subject subject;
    enum prov_use use;
    struct prov_uuid id;
    prov_result r = take_subject(run, run->words[0], &subject);
    if (r == PROV_OK)
        r = take_use(run, &use);
    if (r == PROV_OK)
        r = prov_flow_rpk_issue(&run->flow, subject.is_server ? NULL : &subject.device,
                                &subject.server, use, &id);
    if (r == PROV_OK)
        show_id(run, &id);
    return r;
}

prov_result cmd_rpk_register(struct run *run)
{
    struct prov_eui64 device;
    struct prov_fqdn server;
    enum prov_use use;
    const char *path = NULL;
    uint8_t octets[2048];
    struct prov_buf spki = PROV_BUF_OF(octets);
    struct prov_uuid id;
    prov_result r = take_eui64(run, run->words[0], &device);
    if (r == PROV_OK)
        r = take_server(run, &server);
    if (r == PROV_OK)
        r = take_use(run, &use);
    if (r == PROV_OK)
        r = take_required(run, OPT_PUBLIC, &path);
    if (r == PROV_OK)
        r = file_read(run, path, &spki);
    if (r == PROV_OK)
        r = prov_flow_rpk_register(&run->flow, &device, &server, use, prov_buf_bytes(&spki), &id);
    if (r != PROV_OK && path != NULL)
        r = file_blame(run, path, r);
    if (r == PROV_OK)
        show_id(run, &id);
    return r;
}
