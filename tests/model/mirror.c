// SPDX-License-Identifier: GPL-2.0-only
/*
 * The observer: drives the core as src/kmod/hooks.c does, and holds each step
 * against what must be so whatever the truth is.
 */
#include "invariants.h"
#include "world.h"

#include <stdlib.h>
#include <string.h>

/* The defaults, made once: every state asks for them. */
static const struct tcpfsm_limits *limits(void)
{
	static struct tcpfsm_limits made;

	if (!made.time_wait_s)
		tcpfsm_limits_default(&made);
	return &made;
}

/* What may be taken back; the contract names no other fact (rule 9 for O). */
#define RETRACTABLE (TCPFSM_FACT_P | TCPFSM_FACT_PF | TCPFSM_FACT_O)

unsigned int mirror_role(int host)
{
	return host ^ world.mirror.client;
}

/* The state shown, or 0 where there is no flow. */
unsigned int mirror_state(int host)
{
	return world.mirror.alive ? world.mirror.flow.end[mirror_role(host)].state : 0;
}

static struct tcpfsm_segment seen_as(const struct segment *seg)
{
	struct tcpfsm_segment s = {
		.seq = seg->seq,
		.ack = seg->ack,
		.len = seg->len,
		.flags = seg->flags,
		.window = WINDOW,
		.sport = 40000,
		.dport = 8080,
	};

	return s;
}

/* ask_socket() of hooks.c: a full socket past SYN_SENT, nothing in its backlog. */
static void ask_socket(struct tcpfsm_sighting *at, int host)
{
	const struct tcp *tcp = &world.end[host];

	if (!bounds.ask || world.backlog[host][0])
		return;
	switch (tcp->state) {
	case CLOSED:
	case LISTEN:
	case SYN_SENT:
	case TIME_WAIT:
		return;
	case SYN_RECEIVED:
		/* Of a listener there is a request socket only. */
		if (tcp->passive)
			return;
	}
	at->rcv_nxt = tcp->rcv_nxt;
	at->has_rcv_nxt = true;
}

/* Property 5: every flow ends, and stays ended. */
static void check_end(void)
{
	struct tcpfsm_flow flow = world.mirror.flow;
	struct tcpfsm_result result;
	u64 now_ns = 0;
	int i;

	for (i = 0; i < 3 && !flow.ended; i++) {
		now_ns = tcpfsm_deadline_ns(&flow, limits());
		tcpfsm_tick(&flow, now_ns, limits(), &result);
	}
	if (!flow.ended) {
		model_fail("no end: the flow lives after 3 deadlines");
		return;
	}
	for (i = 0; i < 2; i++)
		if (flow.end[i].state != TCPFSM_CLOSE && flow.end[i].state != TCPFSM_LISTEN)
			model_fail("no end: ended in %s", state_word(flow.end[i].state));
	now_ns = tcpfsm_deadline_ns(&flow, limits());
	tcpfsm_tick(&flow, now_ns, limits(), &result);
	if (!flow.ended || result.changes)
		model_fail("no end: ended, and moved again");
}

static bool has_retracted(const struct tcpfsm_result *result, unsigned int role)
{
	unsigned int i;

	for (i = 0; i < result->changes; i++)
		if (result->change[i].role == role &&
		    result->change[i].certainty == TCPFSM_RETRACTED)
			return true;
	return false;
}

/* Property 3, and the transitions are ones that there are. */
static void check_step(const struct tcpfsm_flow *old, const struct tcpfsm_result *result)
{
	const struct tcpfsm_flow *flow = &world.mirror.flow;
	unsigned int i;

	for (i = 0; i < result->changes; i++) {
		const struct tcpfsm_change *change = &result->change[i];

		if (tcpfsm_arc_of(change->from, change->to) == TCPFSM_ARC_OTHER)
			model_fail("no such transition: %s to %s", state_word(change->from),
				   state_word(change->to));
	}
	for (i = 0; i < 2; i++) {
		const struct tcpfsm_endpoint *was = &old->end[i], *is = &flow->end[i];
		u8 gone = was->facts & ~is->facts;
		u8 may = RETRACTABLE;

		/* What X itself has shown needs no inference, and is not taken back. */
		if (was->marks & TCPFSM_MARK_P_CONFIRMED && !bounds.forged)
			may &= ~TCPFSM_FACT_P;
		/* Only forged segments make a FIN doubtful. */
		if (world.forged)
			may |= TCPFSM_FACT_F;
		if (gone & ~may)
			model_fail("an observed fact of the %s is withdrawn: %#x",
				   tcpfsm_role_name(i), gone & ~may);
		/* A reset may be: what is at a host may not have reached its socket yet. */
		if (is->marks & TCPFSM_MARK_RESET || !(was->marks & TCPFSM_MARK_RESET))
			continue;
		if (was->state != is->state && !has_retracted(result, i))
			model_fail("a reset is withdrawn, and not said to be");
	}
}

/*
 * Property 4: the same segment once more moves nothing, but what its repetition
 * contradicts. A reset that is withdrawn from LISTEN goes the way from SYN_RECV on.
 */
static void check_again(unsigned int role, const struct tcpfsm_segment *seg,
			const struct tcpfsm_sighting *at)
{
	struct tcpfsm_flow flow = world.mirror.flow;
	bool retracted[2] = { false, false };
	struct tcpfsm_result result;
	unsigned int i;

	tcpfsm_see(&flow, role, seg, at, &result);
	for (i = 0; i < result.changes; i++) {
		const struct tcpfsm_change *change = &result.change[i];

		if (change->certainty == TCPFSM_RETRACTED)
			retracted[change->role] = true;
		else if (!retracted[change->role])
			model_fail("a duplicate moves the %s from %s to %s",
				   tcpfsm_role_name(change->role), state_word(change->from),
				   state_word(change->to));
	}
	for (i = 0; i < 2; i++)
		if (flow.end[i].facts & ~world.mirror.flow.end[i].facts)
			model_fail("a duplicate adds a fact to the %s", tcpfsm_role_name(i));
}

#ifdef RAW
/* Clearing before the step or after it makes no difference. */
static void check_clean(struct tcpfsm_flow before, unsigned int role,
			const struct tcpfsm_segment *seg, const struct tcpfsm_sighting *at)
{
	struct tcpfsm_flow after = world.mirror.flow;
	struct tcpfsm_result result;

	state_clean(&before);
	tcpfsm_see(&before, role, seg, at, &result);
	state_clean(&before);
	state_clean(&after);
	if (memcmp(&before, &after, sizeof(after)))
		model_fail("what state_clean() clears is read by the rules");
}
#endif

/* Which way each host went, for check_way() of world.c. */
static void take_way(const struct tcpfsm_result *result)
{
	unsigned int i;

	for (i = 0; i < result->changes; i++) {
		const struct tcpfsm_change *change = &result->change[i];
		int host = change->role ^ world.mirror.client;

		world.mirror.passed[host] |= 1 << change->to;
		if (change->certainty == TCPFSM_RETRACTED)
			world.mirror.unclear[host] = true;
	}
}

/* The short way of data.h does what the long one does, where the history has all letters. */
static void check_short_way(struct tcpfsm_flow flow, unsigned int role,
			    const struct tcpfsm_segment *seg, const struct tcpfsm_sighting *at)
{
	const char *wrong;

	flow.letters = ~0U;
	wrong = invariant_short_way(&flow, role, seg, at);
	if (wrong)
		model_fail("%s", wrong);
}

static void go_on(unsigned int role, const struct tcpfsm_segment *seg,
		  const struct tcpfsm_sighting *at)
{
	struct tcpfsm_flow *flow = &world.mirror.flow;
	struct tcpfsm_flow old = *flow;
	struct tcpfsm_result result;

	check_short_way(old, role, seg, at);
	tcpfsm_see(flow, role, seg, at, &result);
	check_step(&old, &result);
	take_way(&result);
#ifdef RAW
	check_clean(old, role, seg, at);
#endif
}

static void begin(int from, const struct tcpfsm_segment *seg, const struct tcpfsm_sighting *at)
{
	enum tcpfsm_birth birth = tcpfsm_birth(seg);
	struct tcpfsm_result result;

	if (birth == TCPFSM_BIRTH_NONE || at->point == TCPFSM_AT_LOOP_IN)
		return;
	world.mirror.alive = true;
	world.mirror.client = birth == TCPFSM_BIRTH_SERVER ? !from : from;
	tcpfsm_begin(&world.mirror.flow, mirror_role(from), false, seg, at, &result);
	take_way(&result);
}

/* displace() of hooks.c: only at a router may a flow come back. */
static void give_up(enum tcpfsm_verdict verdict, enum tcpfsm_point point)
{
	struct mirror *mirror = &world.mirror;
	struct tcpfsm_result result;

	mirror->alive = false;
	if (mirror->flow.ended)
		return;
	tcpfsm_give_up(&mirror->flow, 0, verdict, TCPFSM_CAUSE_REUSE, &result);
#ifdef RIVAL
	if (point == TCPFSM_AT_FORWARD) {
		mirror->rival = mirror->flow;
		mirror->rival_client = mirror->client;
		mirror->has_rival = true;
	}
#else
	(void)point;
#endif
}

/* give_back() of hooks.c: both ends go on in the life that had to give way. */
static void give_back(int from, const struct tcpfsm_segment *seg,
		      const struct tcpfsm_sighting *at)
{
	struct mirror *mirror = &world.mirror;
	struct tcpfsm_flow rival;
	uint8_t client = mirror->rival_client;

	if (!mirror->has_rival ||
	    !tcpfsm_outlives(&mirror->rival, from ^ client, seg, at))
		return;
	rival = mirror->rival;
	mirror->has_rival = false;
	if (mirror->alive)
		give_up(TCPFSM_VERDICT_FORGED, at->point);
	mirror->flow = rival;
	mirror->client = client;
	mirror->alive = true;
}

/**
 * mirror_see() - a segment passes the observer: take() of hooks.c
 * @from: who sent it, or is said to have
 * @seg: the segment
 * @point: where
 */
void mirror_see(int from, const struct segment *seg, enum tcpfsm_point point)
{
	struct tcpfsm_segment s = seen_as(seg);
	struct tcpfsm_sighting at = { .point = point };
	struct mirror *mirror = &world.mirror;
	int host;

	if (seg->flags & RST && (point == TCPFSM_AT_IN || point == TCPFSM_AT_LOOP_IN))
		ask_socket(&at, !from);
	if (point == TCPFSM_AT_IN && (seg->flags & (SYN | ACK | RST)) == SYN)
		at.unheard = !tcp_is_heard(&world.end[!from]);
	give_back(from, &s, &at);
	if (mirror->alive && point != TCPFSM_AT_LOOP_IN &&
	    tcpfsm_is_new_incarnation(&mirror->flow, mirror_role(from), &s, &at)) {
		give_up(TCPFSM_VERDICT_REUSED, point);
		/* What a busy socket has yet to do in the old life, the new one does not show. */
		for (host = A; host <= B; host++)
			mirror->unclear[host] |= !is_settled(host);
	}
	if (mirror->alive)
		go_on(mirror_role(from), &s, &at);
	else
		begin(from, &s, &at);
	if (point != TCPFSM_AT_LOOP_IN)
		know_see(from, seg);
	if (!mirror->alive)
		return;
	check_again(mirror_role(from), &s, &at);
	check_end();
}

/* 2MSL is over, here as there. */
void mirror_expire(void)
{
	struct tcpfsm_result result;

	if (!world.mirror.alive)
		return;
	tcpfsm_tick(&world.mirror.flow, limits()->time_wait_s * NSEC_PER_SEC, limits(), &result);
	take_way(&result);
}
