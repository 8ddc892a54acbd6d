// SPDX-License-Identifier: GPL-2.0-only
/* Which flows may take the short way of data.h. */
#include "data.h"

static bool is_steady(const struct tcpfsm_endpoint *end)
{
	return end->state == TCPFSM_ESTABLISHED && end->marks & TCPFSM_MARK_P_CONFIRMED &&
	       end->marks & TCPFSM_MARK_RCV && !(end->marks & TCPFSM_MARK_RESTARTED);
}

/**
 * tcpfsm_update_steady() - can data and ACKs take the short way from now on?
 * @flow: the flow, after a segment or the clock changed it
 */
void tcpfsm_update_steady(struct tcpfsm_flow *flow)
{
	struct tcpfsm_endpoint *client = &flow->end[TCPFSM_CLIENT];
	struct tcpfsm_endpoint *server = &flow->end[TCPFSM_SERVER];

	flow->steady = is_steady(client) && is_steady(server) &&
		       flow->doubted == TCPFSM_NOBODY &&
		       flow->early_rst == TCPFSM_NOBODY && !flow->skipped;
	if (!flow->steady)
		return;
	client->shift = tcpfsm_shift(flow, client, server);
	server->shift = tcpfsm_shift(flow, server, client);
}
