-- SPDX-License-Identifier: Apache-2.0
-- The key that signs deny-lists, and the version of the last one. One row at the most.

CREATE TABLE deny_signer (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    uuid BLOB NOT NULL UNIQUE CHECK (length(uuid) = 16),
    point BLOB NOT NULL CHECK (length(point) = 65),
    sealed BLOB NOT NULL CHECK (length(sealed) = 93),
    version INTEGER NOT NULL CHECK (version BETWEEN 0 AND 4294967295),
    created INTEGER NOT NULL
) STRICT;
CREATE TRIGGER deny_version_rises BEFORE UPDATE ON deny_signer
WHEN NEW.version <= OLD.version OR NEW.point <> OLD.point
BEGIN SELECT RAISE(ABORT, 'the version of deny-lists only rises'); END;
CREATE TRIGGER deny_signer_stays BEFORE DELETE ON deny_signer
BEGIN SELECT RAISE(ABORT, 'the signer of deny-lists stays'); END;
