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
 * tcpfsm_way_open() - which segments may take the short way from here on
 * @way: filled in; @shift only if any may
 * @flow: the flow, after anything has changed it
 */
void tcpfsm_way_open(struct tcpfsm_way *way, const struct tcpfsm_flow *flow)
{
	unsigned int who;

	if (!is_steady(flow)) {
		memset(way->open, 0, sizeof(way->open));
		return;
	}
	for (who = 0; who < 2; who++) {
		way->shift[who] = tcpfsm_shift(flow, &flow->end[who], &flow->end[!who]);
		way->open[who][0] = open_to(flow, who, TCPFSM_LETTER_DATA);
		way->open[who][1] = open_to(flow, who, TCPFSM_LETTER_ACK);
	}
}
