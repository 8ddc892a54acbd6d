// SPDX-License-Identifier: GPL-2.0-only
/* Which flows may take the short way of data.h, and what it needs of them. */
#include "data.h"

static bool is_open(const struct tcpfsm_endpoint *end)
{
	return end->state == TCPFSM_ESTABLISHED && end->marks & TCPFSM_MARK_P_CONFIRMED &&
	       end->marks & TCPFSM_MARK_RCV && !(end->marks & TCPFSM_MARK_RESTARTED);
}

/* Data and ACKs have nothing to tell of either end but how far it has come. */
static bool is_steady(const struct tcpfsm_flow *flow)
{
	return is_open(&flow->end[TCPFSM_CLIENT]) && is_open(&flow->end[TCPFSM_SERVER]) &&
	       flow->doubted == TCPFSM_NOBODY && flow->early_rst == TCPFSM_NOBODY &&
	       !flow->skipped;
}

/* Where this may pass; not what the history does not have yet. */
static u8 open_to(const struct tcpfsm_flow *flow, unsigned int who, enum tcpfsm_letter letter)
{
	return tcpfsm_history_has(flow, who, letter) ? flow->end[who].seen : 0;
}

/**
 * tcpfsm_hot_store() - what the short way needs of a flow
 * @hot: filled in; but for @open, only if the short way is open
 * @flow: the flow, after anything has changed it
 */
void tcpfsm_hot_store(struct tcpfsm_hot *hot, const struct tcpfsm_flow *flow)
{
	unsigned int who;

	if (!is_steady(flow)) {
		memset(hot->open, 0, sizeof(hot->open));
		return;
	}
	for (who = 0; who < 2; who++) {
		const struct tcpfsm_endpoint *end = &flow->end[who];

		hot->end[who].snd_nxt = end->snd_nxt;
		hot->end[who].rcv_nxt = end->rcv_nxt;
		hot->end[who].rcv_edge = end->rcv_edge;
		hot->end[who].got = end->got;
		hot->end[who].tsval = end->tsval;
		hot->shift[who] = tcpfsm_shift(flow, end, &flow->end[!who]);
		hot->open[who][0] = open_to(flow, who, TCPFSM_LETTER_DATA);
		hot->open[who][1] = open_to(flow, who, TCPFSM_LETTER_ACK);
	}
}

/**
 * tcpfsm_hot_load() - tell a flow what has taken the short way
 * @flow: the flow, before anything else looks at it
 * @hot: of it
 */
void tcpfsm_hot_load(struct tcpfsm_flow *flow, const struct tcpfsm_hot *hot)
{
	unsigned int who;

	if (!(hot->open[0][0] | hot->open[0][1] | hot->open[1][0] | hot->open[1][1]))
		return;
	for (who = 0; who < 2; who++) {
		struct tcpfsm_endpoint *end = &flow->end[who];

		end->snd_nxt = hot->end[who].snd_nxt;
		end->rcv_nxt = hot->end[who].rcv_nxt;
		end->rcv_edge = hot->end[who].rcv_edge;
		end->got = hot->end[who].got;
		end->tsval = hot->end[who].tsval;
	}
}
