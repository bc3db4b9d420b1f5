-- SPDX-License-Identifier: Apache-2.0
-- The registry's first schema. Never edited after release: a change is a new numbered pair.
-- Numbers of kind, use and state are those of prov/credential.h; times are Unix seconds.
-- A sealed column holds nonce (12) || cipher text || tag (16) of AES-256-GCM, under the data key, with the
-- row's uuid as associated data; what is sealed is one octet of length and the secret, padded to 64.

CREATE TABLE meta (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    uuid BLOB NOT NULL CHECK (length(uuid) = 16),
    key_check BLOB NOT NULL CHECK (length(key_check) = 32), -- HMAC under the key file: is it the right one
    data_key BLOB NOT NULL CHECK (length(data_key) = 60),   -- wrapped by the key file
    index_key BLOB NOT NULL CHECK (length(index_key) = 60)  -- wrapped by the key file
) STRICT;

CREATE TABLE organisation (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 64),
    country TEXT NOT NULL CHECK (country GLOB '[A-Z][A-Z]')
) STRICT;

CREATE TABLE ca (
    id INTEGER PRIMARY KEY,
    uuid BLOB NOT NULL UNIQUE CHECK (length(uuid) = 16),
    level INTEGER NOT NULL CHECK (level IN (1, 2)), -- 1 root, 2 issuing
    name TEXT NOT NULL,
    cert BLOB NOT NULL UNIQUE,
    not_after INTEGER NOT NULL,
    sealed BLOB NOT NULL CHECK (length(sealed) = 93),
    created INTEGER NOT NULL
) STRICT;
CREATE INDEX ca_level ON ca (level, id);

CREATE TABLE server (
    id INTEGER PRIMARY KEY,
    fqdn TEXT NOT NULL UNIQUE CHECK (length(fqdn) BETWEEN 3 AND 253 AND fqdn = lower(fqdn)),
    address TEXT NOT NULL DEFAULT '',
    created INTEGER NOT NULL
) STRICT;

CREATE TABLE device (
    id INTEGER PRIMARY KEY,
    eui64 BLOB NOT NULL UNIQUE CHECK (length(eui64) = 8),
    from_eui48 INTEGER NOT NULL CHECK (from_eui48 IN (0, 1)),
    label TEXT NOT NULL DEFAULT '',
    "group" TEXT NOT NULL DEFAULT '',
    retired INTEGER NOT NULL DEFAULT 0 CHECK (retired IN (0, 1)),
    enrolled INTEGER NOT NULL DEFAULT 0 CHECK (enrolled IN (0, 1)),
    approved INTEGER NOT NULL DEFAULT 0 CHECK (approved IN (0, 1)),
    created INTEGER NOT NULL
) STRICT;
CREATE INDEX device_group ON device ("group", id);

-- A public key has one owner, for ever: renewal with the same key is fine, a second owner is not.
CREATE TABLE key (
    id INTEGER PRIMARY KEY,
    spki_sha256 BLOB NOT NULL UNIQUE CHECK (length(spki_sha256) = 32),
    point BLOB CHECK (length(point) = 65),
    ca_id INTEGER REFERENCES ca (id),
    server_id INTEGER REFERENCES server (id),
    device_id INTEGER REFERENCES device (id),
    CHECK ((ca_id IS NOT NULL) + (server_id IS NOT NULL) + (device_id IS NOT NULL) = 1),
    CHECK (ca_id IS NOT NULL OR point IS NOT NULL)
) STRICT;
CREATE TRIGGER key_keeps_its_owner BEFORE UPDATE ON key
BEGIN SELECT RAISE(ABORT, 'keys keep their owner'); END;
CREATE TRIGGER key_stays BEFORE DELETE ON key
BEGIN SELECT RAISE(ABORT, 'keys keep their owner'); END;

-- Row 0, of server 0 and device 0, is the dummy that is found and unsealed for a PSK identity that is unknown or
-- may not connect. Nobody is shown any of the three.
CREATE TABLE credential (
    id INTEGER PRIMARY KEY,
    uuid BLOB NOT NULL UNIQUE CHECK (length(uuid) = 16),
    kind INTEGER NOT NULL CHECK (kind IN (1, 2, 3)),
    use INTEGER NOT NULL CHECK (use IN (1, 2)),
    state INTEGER NOT NULL CHECK (state IN (1, 2, 3, 4)),
    server_id INTEGER NOT NULL REFERENCES server (id),
    device_id INTEGER REFERENCES device (id), -- NULL: the server's own
    created INTEGER NOT NULL,
    activated INTEGER NOT NULL DEFAULT 0,
    ended INTEGER NOT NULL DEFAULT 0,
    not_after INTEGER NOT NULL,
    psk_identity BLOB UNIQUE CHECK (length(psk_identity) BETWEEN 1 AND 128),
    psk_tag BLOB UNIQUE CHECK (length(psk_tag) = 32), -- HMAC-SHA-256 of the PSK under the index key
    key_id INTEGER REFERENCES key (id),
    issuer BLOB,
    serial BLOB,
    chain BLOB,
    sealed BLOB CHECK (length(sealed) = 93),
    registered INTEGER NOT NULL CHECK (registered IN (0, 1)),
    replaces INTEGER REFERENCES credential (id),
    request BLOB CHECK (length(request) = 32),
    reason TEXT NOT NULL DEFAULT '',
    CHECK ((id = 0) = (server_id = 0)),
    CHECK ((kind = 1) = (psk_identity IS NOT NULL AND psk_tag IS NOT NULL)),
    CHECK ((kind <> 1) = (key_id IS NOT NULL)),
    CHECK ((kind = 3) = (issuer IS NOT NULL AND serial IS NOT NULL AND chain IS NOT NULL)),
    CHECK ((state IN (3, 4)) = (ended <> 0)),
    CHECK (kind <> 1 OR device_id IS NOT NULL)
) STRICT;
CREATE UNIQUE INDEX credential_serial ON credential (issuer, serial) WHERE issuer IS NOT NULL;
CREATE UNIQUE INDEX credential_active ON credential (device_id, server_id)
    WHERE device_id IS NOT NULL AND use = 2 AND state = 2;
CREATE UNIQUE INDEX credential_pending ON credential (device_id, server_id)
    WHERE device_id IS NOT NULL AND use = 2 AND state = 1;
CREATE UNIQUE INDEX credential_bootstrap ON credential (device_id, server_id, kind)
    WHERE device_id IS NOT NULL AND use = 1 AND state IN (1, 2);
CREATE INDEX credential_device ON credential (device_id, server_id);
CREATE INDEX credential_server ON credential (server_id) WHERE device_id IS NULL;
CREATE INDEX credential_key ON credential (key_id) WHERE key_id IS NOT NULL;
CREATE TRIGGER credential_stays BEFORE DELETE ON credential
BEGIN SELECT RAISE(ABORT, 'credentials are not deleted'); END;

CREATE TABLE event (
    id INTEGER PRIMARY KEY,
    writer TEXT NOT NULL CHECK (length(writer) BETWEEN 1 AND 64),
    sequence INTEGER NOT NULL CHECK (sequence > 0),
    at_ms INTEGER NOT NULL,
    verb TEXT NOT NULL,
    subject TEXT NOT NULL,
    credential BLOB CHECK (length(credential) = 16),
    detail TEXT NOT NULL,
    UNIQUE (writer, sequence)
) STRICT;
CREATE TRIGGER event_no_update BEFORE UPDATE ON event
BEGIN SELECT RAISE(ABORT, 'events are append-only'); END;
CREATE TRIGGER event_no_delete BEFORE DELETE ON event
BEGIN SELECT RAISE(ABORT, 'events are append-only'); END;
-- INSERT OR REPLACE deletes without the trigger above unless recursive triggers are on.
CREATE TRIGGER event_no_replace BEFORE INSERT ON event
WHEN EXISTS (SELECT 1 FROM event WHERE id = NEW.id
             UNION ALL SELECT 1 FROM event WHERE writer = NEW.writer AND sequence = NEW.sequence)
BEGIN SELECT RAISE(ABORT, 'events are append-only'); END;
