/* SPDX-License-Identifier: Apache-2.0
 *
 * The world that each of the agent's tests has to itself: a device with a bootstrap credential of a kind, and
 * its server.
 */
#ifndef TEST_AGENT_FIXTURE_H
#define TEST_AGENT_FIXTURE_H

#include "tests/fault/world.h"

extern struct world world;

int setup_psk(void **state);
int setup_rpk(void **state);
int setup_cert(void **state);
int teardown_world(void **state);

#endif
