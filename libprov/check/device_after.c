/* SPDX-License-Identifier: Apache-2.0
 *
 * An established session: what the judge does to it, and how the device shows that it is still there.
 *
 * Any authentic record that comes after the stimulus is a sign of life. At last the judge says close_notify,
 * which has to be answered (RFC 5246, section 7.2.1).
 */
#include "device.h"

#include <string.h>

#define FAR 4096 /* sequence numbers: to the left of any window */

/* --- records --------------------------------------------------------------------------------- */

static void send_at(struct device *d, uint64_t seq, uint8_t type, struct prov_bytes content,
                    unsigned times)
{
    uint8_t room[256];
    struct prov_buf out = PROV_BUF_OF(room);

    if (!link_put_at(&d->now.link, 1, seq, type, content, &out))
        return;
    for (unsigned i = 0; i < times; i++)
        device_send(d, prov_buf_bytes(&out));
}

static void send_next(struct device *d, uint8_t type, struct prov_bytes content, unsigned times)
{
    send_at(d, d->now.link.record_seq[1]++, type, content, times);
}

/* An empty confirmable message: a CoAP ping, answered with a reset (RFC 7252, section 4.3). */
static struct prov_bytes make_ping(struct device *d, uint8_t room[4])
{
    d->now.ping++;
    room[0] = 0x40;
    room[1] = 0;
    room[2] = (uint8_t)(d->now.ping >> 8);
    room[3] = (uint8_t)d->now.ping;
    return PROV_BYTES(room, 4);
}

static struct prov_bytes make_hello_request(struct device *d, uint8_t room[MESSAGE_HEADER_LEN])
{
    struct prov_buf message = prov_buf_make(room, MESSAGE_HEADER_LEN);

    prov_message_header_put(&message, MESSAGE_HELLO_REQUEST, 0, d->now.link.next_send++, 0, 0);
    return prov_buf_bytes(&message);
}

/* --- the stimuli ----------------------------------------------------------------------------- */

/* What is known to be answered, once for each record taken. */
static struct prov_bytes make_question(struct device *d, uint8_t room[MESSAGE_HEADER_LEN],
                                       uint8_t *ret_type)
{
    *ret_type = d->refuses_renegotiation ? CONTENT_HANDSHAKE : CONTENT_APPLICATION_DATA;
    return d->refuses_renegotiation ? make_hello_request(d, room) : make_ping(d, room);
}

static void replay(struct device *d)
{
    uint8_t room[MESSAGE_HEADER_LEN], type;
    struct prov_bytes question = make_question(d, room, &type);

    send_next(d, type, question, 2);
}

/* A record far ahead, then one with a number that was jumped over. */
static void send_old(struct device *d)
{
    uint8_t room[MESSAGE_HEADER_LEN], type;
    uint64_t seq = d->now.link.record_seq[1];
    struct prov_bytes question = make_question(d, room, &type);

    send_at(d, seq + FAR, type, question, 1);
    question = make_question(d, room, &type);
    send_at(d, seq, type, question, 1);
    d->now.link.record_seq[1] = seq + FAR + 1;
}

static void send_plain_data(struct device *d)
{
    uint8_t ping[4], room[64];
    struct prov_buf out = PROV_BUF_OF(room);

    if (link_put(&d->now.link, 0, CONTENT_APPLICATION_DATA, make_ping(d, ping), &out))
        device_send(d, prov_buf_bytes(&out));
}

static void send_forged(struct device *d)
{
    uint8_t ping[4], room[64];
    struct prov_buf out = PROV_BUF_OF(room);

    if (!link_put(&d->now.link, 1, CONTENT_APPLICATION_DATA, make_ping(d, ping), &out))
        return;
    room[out.len - 1] ^= 1;
    device_send(d, prov_buf_bytes(&out));
}

/* A request that says 16,384 octets and has three, and the padding that it must have (RFC 6520,
 * section 4). */
static void send_heartbeat(struct device *d)
{
    uint8_t request[3 + 3 + 16] = {1, 0x40, 0, 'a', 'b', 'c'};

    send_next(d, CONTENT_HEARTBEAT, PROV_BYTES_OF(request), 1);
}

void device_provoke(struct device *d)
{
    uint8_t room[MESSAGE_HEADER_LEN];

    d->now.provoked = true;
    switch (device_fault(d)) {
    case FAULT_PLAIN_DATA:
        send_plain_data(d);
        break;
    case FAULT_PLAIN_ALERT:
        device_send_alert(d, 0, LEVEL_FATAL, PROV_ALERT_HANDSHAKE_FAILURE);
        break;
    case FAULT_FORGED:
        send_forged(d);
        break;
    case FAULT_HELLO_REQUEST:
        send_next(d, CONTENT_HANDSHAKE, make_hello_request(d, room), 1);
        break;
    case FAULT_REPLAY:
        replay(d);
        break;
    case FAULT_OLD:
        send_old(d);
        break;
    case FAULT_HEARTBEAT:
        send_heartbeat(d);
        break;
    default: /* does it answer a ping? */
        send_next(d, CONTENT_APPLICATION_DATA, make_ping(d, room), 1);
        break;
    }
}

void device_close(struct device *d)
{
    d->now.close_sent = true;
    device_send_alert(d, 1, LEVEL_WARNING, PROV_ALERT_CLOSE_NOTIFY);
}

/* --- what comes ------------------------------------------------------------------------------ */

static void take_alert(struct device *d, struct prov_bytes content)
{
    if (content.len != 2)
        return;
    if (content.data[1] == PROV_ALERT_CLOSE_NOTIFY)
        d->now.close_answered = d->now.close_sent;
    else if (content.data[1] == PROV_ALERT_NO_RENEGOTIATION)
        d->now.no_renegotiation++;
    else if (content.data[0] == LEVEL_FATAL && d->now.alert < 0) {
        d->now.alert = content.data[1];
        d->now.alert_epoch = 1;
    }
}

/* A reset of one of our pings? */
static bool is_reset(const struct device *d, struct prov_bytes content)
{
    return content.len == 4 && content.data[0] == 0x70 && d->now.ping != 0 &&
           (content.data[2] << 8 | content.data[3]) <= d->now.ping;
}

void device_take_sealed(struct device *d, uint8_t type, struct prov_bytes content)
{
    bool fatal = type == CONTENT_ALERT && content.len == 2 && content.data[0] == LEVEL_FATAL;

    if (type == CONTENT_ALERT)
        take_alert(d, content);
    else if (type == CONTENT_HEARTBEAT)
        d->now.heartbeats++;
    else if (type == CONTENT_APPLICATION_DATA) {
        d->now.data++;
        if (is_reset(d, content))
            d->now.resets++;
    }
    if (d->now.provoked && !fatal)
        d->now.answered = true;
}
