/* SPDX-License-Identifier: Apache-2.0
 *
 * An agent that gets nowhere, in prov-board-restless alone: each step asks for another one, and the loop of job.c is held to
 * what it says of progress. The linker puts it in the agent's place (ld --wrap).
 */
#include "board.h"

extern __typeof__(prov_agent_step) __wrap_prov_agent_step;

enum prov_agent_event __wrap_prov_agent_step(struct prov_agent *agent, uint64_t now_ms)
{
    (void)agent;
    (void)now_ms;
    return PROV_AGENT_AGAIN;
}
