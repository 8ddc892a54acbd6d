// SPDX-License-Identifier: GPL-2.0-only
/*
 * The rules, with any segment, at any place and time, on any flow that there can
 * be: its numbers are any, its enumerations within their range.
 */
#include "any.h"
#include "data.h"

/* What kind of thing they are is all that is known. */
static void any_bytes(void *at, size_t size)
{
	size_t i;

	for (i = 0; i < size; i++)
		((u8 *)at)[i] = any_u8();
}

/* Some state; 0 is none, and none is beyond. */
static u8 any_state(void)
{
	return 1 + any_below(TCPFSM_STATE_MAX - 1);
}

static void any_flow(struct tcpfsm_flow *flow)
{
	any_bytes(flow, sizeof(*flow));
	flow->end[0].state = any_state();
	flow->end[1].state = any_state();
	flow->end[0].facts = any_below(TCPFSM_FACTS_ALL + 1);
	flow->end[1].facts = any_below(TCPFSM_FACTS_ALL + 1);
	/* The parser gives no other: tests/fuzz/segment.c. */
	flow->end[0].wscale = any_below(15);
	flow->end[1].wscale = any_below(15);
	flow->reset_hit = any_state();
	flow->first_fin = any_below(TCPFSM_NOBODY + 1);
	flow->doubted = any_below(TCPFSM_NOBODY + 1);
	flow->early_rst = any_below(TCPFSM_NOBODY + 1);
	flow->reset_by = any_below(TCPFSM_NOBODY + 1);
}

static void any_segment(struct tcpfsm_segment *seg)
{
	any_bytes(seg, sizeof(*seg));
	seg->wscale = any_below(15);
	seg->has_wscale = any_below(2);
	seg->has_ts = any_below(2);
	seg->has_sack = any_below(2);
	seg->bad_options = any_below(2);
	seg->partial = any_below(2);
}

/* Static, as Eva holds what a loop sets for not set by it, perhaps. */
static struct tcpfsm_flow flow;
static struct tcpfsm_way way;
static struct tcpfsm_segment seg;
static struct tcpfsm_limits limits;

int main(void)
{
	struct tcpfsm_result result;
	struct tcpfsm_sighting at = {
		.now_ns = any_u64(),
		.rcv_nxt = any_u32(),
		.point = any_below(TCPFSM_AT_LOOP_IN + 1),
		.has_rcv_nxt = any_below(2),
		.lags = any_below(2),
	};
	u32 who = any_below(2);

	any_flow(&flow);
	any_segment(&seg);
	switch (any_below(8)) {
	case 0:
		tcpfsm_see(&flow, who, &seg, &at, &result);
		break;
	case 1:
		tcpfsm_begin(&flow, who, any_below(2), &seg, &at, &result);
		break;
	case 2:
		tcpfsm_is_new_incarnation(&flow, who, &seg, &at);
		tcpfsm_quiet(&flow, &seg);
		tcpfsm_birth(&seg);
		break;
	case 3:
		any_bytes(&limits, sizeof(limits));
		tcpfsm_tick(&flow, at.now_ns, &limits, &result);
		break;
	case 4:
		tcpfsm_give_up(&flow, at.now_ns, TCPFSM_VERDICT_EVICTED, TCPFSM_CAUSE_EVICT,
			       &result);
		break;
	case 5:
		tcpfsm_skip(&flow, at.now_ns);
		tcpfsm_way_open(&way, &flow);
		break;
	case 6:
		any_bytes(&way, sizeof(way));
		way.shift[0] = any_below(15);
		way.shift[1] = any_below(15);
		if (any_below(2))
			tcpfsm_follow(&flow, &way, who, &seg, at.point);
		else
			tcpfsm_follow_first(&flow, who, &seg, at.point);
		break;
	case 7:
		tcpfsm_outlives(&flow, who, &seg, &at);
		break;
	}
	return 0;
}
