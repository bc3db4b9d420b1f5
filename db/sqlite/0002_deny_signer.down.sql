-- SPDX-License-Identifier: Apache-2.0
-- Undoes 0002_deny_signer.up.sql: the signer's key is lost.
DROP TRIGGER deny_signer_stays;
DROP TABLE deny_signer;
