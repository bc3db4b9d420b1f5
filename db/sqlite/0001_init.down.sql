-- SPDX-License-Identifier: Apache-2.0
-- Undoes 0001_init.up.sql: for tests and for a downgrade by hand. All data is lost.
DROP TABLE event;
DROP TRIGGER credential_stays;
DROP TABLE credential;
DROP TRIGGER key_stays;
DROP TRIGGER key_keeps_its_owner;
DROP TABLE key;
DROP TABLE device;
DROP TABLE server;
DROP TABLE ca;
DROP TABLE organisation;
DROP TABLE meta;
