// SPDX-License-Identifier: GPL-2.0-only
/* See soup.h. */
#include <stdio.h>
#include <stdlib.h>

#include "invariants.h"
#include "soup.h"

bool soup_arcs[TCPFSM_ARC_MAX];

/* xorshift32 (Marsaglia 2003). */
static u32 shake(struct soup *soup)
{
	soup->dice ^= soup->dice << 13;
	soup->dice ^= soup->dice >> 17;
	soup->dice ^= soup->dice << 5;
	return soup->dice;
}

static u32 roll(struct soup *soup, u32 sides)
{
	u32 number = 0, max;

	if (!soup->bytes)
		return shake(soup) % sides;
	for (max = sides - 1; max && soup->left; max >>= 8, soup->left--)
		number = number << 8 | *soup->bytes++;
	return number % sides;
}

/* Any number. */
static u32 roll_number(struct soup *soup)
{
	return roll(soup, 0x10000) << 16 | roll(soup, 0x10000);
}

static bool is_over(const struct soup *soup, unsigned int steps)
{
	return soup->bytes ? !soup->left : soup->step >= steps;
}

__attribute__((noreturn))
static void spilt(const struct soup *soup, const char *what)
{
	char line[TCPFSM_LINE_MAX];

	fprintf(stderr, "seed %u, step %u, point %u%s%s: %s\n", soup->seed, soup->step,
		soup->point, soup->twice ? ", copy" : "", soup->self ? ", self" : "", what);
	fprintf(stderr, "\t%s flags=%#x seq=%u ack=%u len=%u\n",
		tcpfsm_role_name(soup->who), soup->seg.flags, soup->seg.seq, soup->seg.ack,
		soup->seg.len);
	tcpfsm_line(line, sizeof(line), &soup->old, 1, 0, "A", "B");
	fprintf(stderr, "\tbefore: %s\n", line);
	tcpfsm_line(line, sizeof(line), &soup->flow, 1, 0, "A", "B");
	fprintf(stderr, "\tafter:  %s\n", line);
	tcpfsm_line(line, sizeof(line), &soup->far, 1, 0, "A", "B");
	fprintf(stderr, "\tfar:    %s\n", line);
	abort();
}

static void demand(const struct soup *soup, bool holds, const char *what)
{
	if (!holds)
		spilt(soup, what);
}

/* @wrong: from invariants.h */
static void demand_none(const struct soup *soup, const char *wrong)
{
	if (wrong)
		spilt(soup, wrong);
}

static bool is_closed(u8 state)
{
	return state == TCPFSM_CLOSE || state == TCPFSM_LISTEN;
}

/* How many ends there are. */
static unsigned int ends(const struct soup *soup)
{
	return soup->self ? 1 : 2;
}

/* Each change begins where the one before ended. */
static void check_chain(const struct soup *soup, const struct tcpfsm_result *result,
			bool newborn)
{
	u8 at[2] = { soup->old.end[0].state, soup->old.end[1].state };
	unsigned int i;

	demand_none(soup, invariant_changes(result));
	for (i = 0; i < result->changes; i++) {
		const struct tcpfsm_change *change = &result->change[i];

		demand(soup, newborn || at[change->role] == change->from, "a gap in the chain");
		at[change->role] = change->to;
		soup_arcs[tcpfsm_arc_of(change->from, change->to)] = true;
	}
	for (i = 0; i < ends(soup); i++)
		demand(soup, newborn ? result->changes || is_closed(soup->flow.end[i].state) :
				       at[i] == soup->flow.end[i].state, "moved without a change");
}

/* Of one end: does its own segment, or its peer's, give a reason to take a fact back? */
static void check_withdrawals(const struct soup *soup, unsigned int who)
{
	const struct tcpfsm_endpoint *old = &soup->old.end[who];
	const struct tcpfsm_endpoint *end = &soup->flow.end[who];
	const struct tcpfsm_segment *seg = &soup->seg;
	u8 lost = old->facts & ~end->facts;
	bool own = who == soup->who || soup->self;
	bool disowned;

	demand(soup, !(lost & (TCPFSM_FACT_S | TCPFSM_FACT_A | TCPFSM_FACT_AF)),
	       "s, a or af was withdrawn");
	if (lost & TCPFSM_FACT_P)
		demand(soup, own && seg->flags & TCPFSM_SYN, "p was withdrawn without a SYN");
	if (lost & TCPFSM_FACT_PF)
		demand(soup, own && (seg->flags & TCPFSM_FIN ||
				     (seg->flags & (TCPFSM_RST | TCPFSM_ACK)) == TCPFSM_RST),
		       "pf was withdrawn without a FIN");
	/* The one exception: a FIN that its target has shown to be none, or another's. */
	disowned = (!own || soup->self) && seg->flags & TCPFSM_ACK &&
		   (tcpfsm_after(seg->ack, old->fin + 1) ||
		    (soup->old.doubted == who && seg->ack == soup->old.doubt.fin + 1));
	if (lost & TCPFSM_FACT_F || (old->facts & TCPFSM_FACT_F && old->fin != end->fin))
		demand(soup, disowned, "f was withdrawn, and its target has not said so");
	if (lost & TCPFSM_FACT_O)
		demand(soup, disowned || (own && seg->flags & TCPFSM_FIN),
		       "o was withdrawn without a FIN");
}

/* The figures of a server add up, whatever comes; and as src/kmod asks first, so do we. */
static void count_handshake(struct soup *soup, const struct tcpfsm_result *result, bool newborn)
{
	struct tcpfsm_handshakes *f = &soup->figures, before = *f;
	u8 stage;

	if (newborn && !(soup->flow.flags & (TCPFSM_FLOW_MIDSTREAM | TCPFSM_FLOW_SELF)))
		tcpfsm_handshakes_begin(f, &soup->stage);
	else if (newborn)
		soup->stage = TCPFSM_HANDSHAKE_NONE;
	if (soup->stage == TCPFSM_HANDSHAKE_NONE)
		return;
	stage = soup->stage;
	before = *f;
	tcpfsm_handshakes_take(f, &soup->stage, &soup->flow, &soup->seg, result);
	if (!tcpfsm_handshakes_has(stage, &soup->flow, result))
		demand(soup, stage == soup->stage && !memcmp(f, &before, sizeof(before)),
		       "figures change, and nobody would have asked");
	demand(soup, f->begun == f->completed + f->refused + f->timed_out + f->aborted +
				 f->half_open, "handshakes do not add up");
	demand(soup, f->half_open == (soup->stage == TCPFSM_HANDSHAKE_ASKED ||
				      soup->stage == TCPFSM_HANDSHAKE_ANSWERED),
	       "half-open, and not");
	demand(soup, !f->half_open || (!soup->flow.shook && !soup->flow.ended),
	       "half-open, and more than that");
}

static void check_flow(const struct soup *soup, const struct tcpfsm_result *result)
{
	const struct tcpfsm_flow *flow = &soup->flow;
	char line[TCPFSM_LINE_MAX];
	bool closed = true;
	unsigned int who;

	for (who = 0; who < ends(soup); who++) {
		demand_none(soup, invariant_state(flow, who));
		closed = closed && is_closed(flow->end[who].state);
	}
	demand(soup, flow->ended == closed, "ended is not closed");
	demand(soup, flow->ended ? flow->outcome != TCPFSM_VERDICT_OPEN :
		     flow->outcome == TCPFSM_VERDICT_OPEN ||
		     flow->outcome == TCPFSM_VERDICT_GRACEFUL, "a verdict that is not so");
	demand(soup, !(result->ended && result->revived), "ended and revived at once");
	/* "begun + revived = open + ended" (docs/interfaces.md), of this one. */
	demand(soup, 1 + soup->revived == !flow->ended + soup->ended, "it is not accounted for");
	demand(soup, tcpfsm_line(line, sizeof(line), flow, 1, 0, "A", "B") <
		     TCPFSM_LINE_MAX - 1, "the line is cut");
}

/* A copy may contradict a guess, and then follows what is known besides; it proves nothing new. */
static void check_copy(const struct soup *soup, const struct tcpfsm_result *result)
{
	bool retracted[2] = { false, false };
	unsigned int i;

	/* Whom the first one could not move may be gone. */
	if (soup->waited)
		return;
	/* A FIN that was put aside is another segment, which this one only bears out. */
	if (soup->doubted == !soup->who && soup->flow.doubted != !soup->who)
		return;
	/* Rule 10: the ACK of a RST counts after the RST, and so before its copy. */
	if (soup->seg.flags & TCPFSM_RST && soup->seg.flags & TCPFSM_ACK)
		return;
	for (i = 0; i < result->changes; i++) {
		const struct tcpfsm_change *change = &result->change[i];

		retracted[change->role] |= change->certainty == TCPFSM_RETRACTED;
		demand(soup, retracted[change->role], "a copy of a segment moved a state");
	}
}

/* Of the changes only those that there are mean anything. */
static bool is_same(const struct tcpfsm_result *a, const struct tcpfsm_result *b)
{
	return a->changes == b->changes &&
	       !memcmp(a->change, b->change, a->changes * sizeof(*a->change)) &&
	       a->anomalies == b->anomalies && a->learned == b->learned &&
	       a->shook == b->shook && a->ended == b->ended && a->revived == b->revived &&
	       a->restarted == b->restarted && a->outside == b->outside &&
	       a->retransmitted == b->retransmitted;
}

/* Only differences of sequence numbers mean anything: the far flow does the same. */
static void check_far(const struct soup *soup, const struct tcpfsm_result *result,
		      const struct tcpfsm_result *far)
{
	const struct tcpfsm_flow *a = &soup->flow, *b = &soup->far;
	unsigned int who;

	demand(soup, is_same(result, far), "other sequence numbers, other result");
	for (who = 0; who < 2; who++)
		demand(soup, a->end[who].facts == b->end[who].facts &&
			     a->end[who].marks == b->end[who].marks &&
			     a->end[who].state == b->end[who].state,
		       "other sequence numbers, other facts");
	demand(soup, a->flags == b->flags && a->outcome == b->outcome,
	       "other sequence numbers, another flow");
	demand(soup, a->letters == b->letters, "other sequence numbers, another history");
	demand(soup, a->doubted == b->doubted && a->early_rst == b->early_rst,
	       "other sequence numbers, other doubts");
}

/* ---- the dice ---- */

/* A number that means something to somebody, or is next to one that does. */
static u32 pick_number(struct soup *soup, const struct tcpfsm_endpoint *of,
		       const struct tcpfsm_endpoint *peer)
{
	const u32 numbers[] = {
		of->snd_nxt, of->snd_nxt, of->snd_nxt, of->isn, of->isn + 1, of->fin,
		of->fin + 1, peer->rcv_nxt, peer->rcv_nxt, peer->rcv_edge, peer->got,
		peer->sack_edge, soup->flow.doubt.fin + 1,
	};
	u32 which = roll(soup, ARRAY_SIZE(numbers) + 1);
	u32 number = which < ARRAY_SIZE(numbers) ? numbers[which] : roll_number(soup);

	return roll(soup, 5) ? number : number + roll(soup, 3) - 1;
}

static void throw_segment(struct soup *soup)
{
	static const u8 flags[] = {
		TCPFSM_SYN, TCPFSM_SYN | TCPFSM_ACK, TCPFSM_SYN | TCPFSM_ACK,
		TCPFSM_ACK, TCPFSM_ACK, TCPFSM_ACK, TCPFSM_ACK, TCPFSM_ACK | TCPFSM_PSH,
		TCPFSM_FIN | TCPFSM_ACK, TCPFSM_FIN | TCPFSM_ACK, TCPFSM_FIN | TCPFSM_ACK,
		TCPFSM_RST, TCPFSM_RST | TCPFSM_ACK, TCPFSM_SYN | TCPFSM_FIN, TCPFSM_FIN,
		TCPFSM_SYN | TCPFSM_RST, 0, TCPFSM_FIN | TCPFSM_PSH | TCPFSM_URG,
		TCPFSM_SYN | TCPFSM_ECE | TCPFSM_CWR, TCPFSM_ACK | TCPFSM_URG,
	};
	static const u16 windows[] = { 0, 1, 1000, 65535 };
	const struct tcpfsm_endpoint *x, *y;
	struct tcpfsm_segment *seg = &soup->seg;

	soup->who = roll(soup, 2);
	soup->arrives = roll(soup, 4);
	soup->asked = roll(soup, 4);
	x = &soup->flow.end[tcpfsm_index(&soup->flow, soup->who)];
	y = &soup->flow.end[tcpfsm_index(&soup->flow, !soup->who)];
	memset(seg, 0, sizeof(*seg));
	seg->flags = flags[roll(soup, ARRAY_SIZE(flags))];
	seg->seq = pick_number(soup, x, y);
	if (seg->flags & TCPFSM_ACK)
		seg->ack = pick_number(soup, y, x);
	if (!roll(soup, 3))
		seg->len = roll(soup, 2) ? 1 : roll(soup, 2000);
	seg->window = windows[roll(soup, ARRAY_SIZE(windows))];
	seg->sport = soup->who ? 8080 : 40000;
	seg->dport = soup->who ? 40000 : 8080;
	seg->partial = !roll(soup, 50);
	if (!roll(soup, 4)) {
		seg->has_ts = true;
		seg->tsval = roll(soup, 4);
	}
	if (!roll(soup, 8)) {
		seg->has_sack = true;
		seg->sack_edge = pick_number(soup, y, x);
	}
	if (seg->flags & TCPFSM_SYN) {
		seg->has_wscale = roll(soup, 2);
		seg->wscale = roll(soup, 15);
		seg->mss = roll(soup, 0x10000);
		seg->options = roll(soup, 1U << TCPFSM_OPTION_MAX);
	}
}

/* The segment as it is of the far flow. */
static struct tcpfsm_segment far_segment(const struct soup *soup)
{
	struct tcpfsm_segment seg = soup->seg;

	seg.seq += soup->shift;
	if (seg.flags & TCPFSM_ACK)
		seg.ack += soup->shift;
	if (seg.has_sack)
		seg.sack_edge += soup->shift;
	return seg;
}

/* ---- the observer ---- */

static void taste(struct soup *soup, const struct tcpfsm_result *result,
		  const struct tcpfsm_result *far, bool newborn)
{
	unsigned int who;

	soup->ended += result->ended;
	soup->revived += result->revived;
	check_chain(soup, result, newborn);
	check_flow(soup, result);
	count_handshake(soup, result, newborn);
	check_far(soup, result, far);
	if (newborn)
		return;
	for (who = 0; who < ends(soup); who++)
		check_withdrawals(soup, who);
	/* What a socket says to itself is news to it the second time. */
	if (soup->twice && !soup->self)
		check_copy(soup, result);
}

static void ask_socket(struct soup *soup, struct tcpfsm_sighting *at)
{
	const struct tcpfsm_endpoint *y =
		&soup->flow.end[tcpfsm_index(&soup->flow, !soup->who)];

	if ((at->point != TCPFSM_AT_IN && at->point != TCPFSM_AT_LOOP_IN) || !soup->asked)
		return;
	if (!soup->twice)
		soup->rcv_nxt = soup->asked == 2 ? y->got : y->rcv_nxt;
	at->has_rcv_nxt = true;
	if (soup->asked == 1 && y->state == TCPFSM_FIN_WAIT2)
		at->rcv_wnd = y->rcv_edge - y->rcv_nxt;
	at->rcv_nxt = soup->rcv_nxt;
	at->lags = soup->asked == 3;
}

static void see_at(struct soup *soup, u8 point)
{
	struct tcpfsm_sighting at = { .now_ns = soup->now_ns, .point = point };
	struct tcpfsm_segment seg = far_segment(soup);
	struct tcpfsm_result result, far;
	bool quiet = tcpfsm_quiet(&soup->flow, &soup->seg);

	soup->old = soup->flow;
	ask_socket(soup, &at);
	demand_none(soup, invariant_short_way(&soup->flow, soup->who, &soup->seg, &at));
	demand(soup, quiet == tcpfsm_quiet(&soup->far, &seg), "other sequence numbers, not quiet");
	if (soup->lite && quiet && point != TCPFSM_AT_LOOP_IN) {
		tcpfsm_skip(&soup->flow, soup->now_ns);
		tcpfsm_skip(&soup->far, soup->now_ns);
		return;
	}
	tcpfsm_see(&soup->flow, soup->who, &soup->seg, &at, &result);
	at.rcv_nxt += soup->shift;
	tcpfsm_see(&soup->far, soup->who, &seg, &at, &far);
	taste(soup, &result, &far, false);
}

/* Where it passes first. */
static struct tcpfsm_sighting sighting(const struct soup *soup)
{
	return (struct tcpfsm_sighting){
		.now_ns = soup->now_ns,
		.point = soup->point == TCPFSM_AT_OUT && soup->who != soup->here ?
				 TCPFSM_AT_IN : soup->point,
		.unheard = soup->asked == 1,
	};
}

static void begin(struct soup *soup)
{
	enum tcpfsm_birth birth;
	struct tcpfsm_segment seg = far_segment(soup);
	struct tcpfsm_sighting at = sighting(soup);
	struct tcpfsm_result result, far;

	birth = tcpfsm_birth(&soup->seg);
	if (birth == TCPFSM_BIRTH_NONE)
		return;
	/* Roles may swap; the host that is here does not. */
	if ((birth == TCPFSM_BIRTH_CLIENT ? TCPFSM_CLIENT : TCPFSM_SERVER) != soup->who) {
		soup->who = !soup->who;
		soup->here = !soup->here;
	}
	soup->ended = 0;
	soup->revived = 0;
	tcpfsm_begin(&soup->flow, soup->who, soup->self, &soup->seg, &at, &result);
	tcpfsm_begin(&soup->far, soup->who, soup->self, &seg, &at, &far);
	taste(soup, &result, &far, true);
	if (soup->point == TCPFSM_AT_LOOP_OUT && soup->arrives)
		see_at(soup, TCPFSM_AT_LOOP_IN);
}

static void see(struct soup *soup)
{
	struct tcpfsm_segment seg = far_segment(soup);
	struct tcpfsm_sighting at = sighting(soup);
	struct tcpfsm_result result, far;
	bool fresh = tcpfsm_is_new_incarnation(&soup->flow, soup->who, &soup->seg, &at);

	demand(soup, fresh == tcpfsm_is_new_incarnation(&soup->far, soup->who, &seg, &at),
	       "other sequence numbers, another incarnation");
	if (fresh) {
		soup->old = soup->flow;
		tcpfsm_give_up(&soup->flow, soup->now_ns, TCPFSM_VERDICT_REUSED,
			       TCPFSM_CAUSE_REUSE, &result);
		tcpfsm_give_up(&soup->far, soup->now_ns, TCPFSM_VERDICT_REUSED,
			       TCPFSM_CAUSE_REUSE, &far);
		soup->ended += result.ended;
		check_chain(soup, &result, false);
		check_flow(soup, &result);
		count_handshake(soup, &result, false);
		check_far(soup, &result, &far);
		begin(soup);
		return;
	}
	see_at(soup, at.point);
	if (soup->point == TCPFSM_AT_LOOP_OUT && soup->arrives)
		see_at(soup, TCPFSM_AT_LOOP_IN);
}

/* Nothing more comes until something is due. */
static void wait(struct soup *soup)
{
	struct tcpfsm_limits limits;
	struct tcpfsm_result result, far;
	u64 due;

	tcpfsm_limits_default(&limits);
	due = tcpfsm_deadline_ns(&soup->flow, &limits);
	demand(soup, due > soup->flow.born_ns, "due before it began");
	demand(soup, due == tcpfsm_deadline_ns(&soup->far, &limits),
	       "other sequence numbers, another deadline");
	soup->now_ns = due > soup->now_ns ? due : soup->now_ns;
	soup->old = soup->flow;
	tcpfsm_tick(&soup->flow, soup->now_ns, &limits, &result);
	tcpfsm_tick(&soup->far, soup->now_ns, &limits, &far);
	demand(soup, result.changes, "the clock did nothing");
	soup->ended += result.ended;
	check_chain(soup, &result, false);
	check_flow(soup, &result);
	count_handshake(soup, &result, false);
	check_far(soup, &result, &far);
}

/* The clock alone ends it, and does something each time it is asked. */
static void let_it_stand(struct soup *soup)
{
	struct tcpfsm_limits limits;
	struct tcpfsm_result result;
	unsigned int ticks;

	tcpfsm_limits_default(&limits);
	for (ticks = 0; !soup->flow.ended; ticks++) {
		demand(soup, ticks < 3, "time does not end it");
		wait(soup);
	}
	tcpfsm_tick(&soup->flow, ~0ULL, &limits, &result);
	demand(soup, soup->flow.ended && !result.changes, "it ended, and moved again");
}

/**
 * soup_cook() - one flow, from its first segment to its end
 * @soup: the dice and the place are set, the rest is 0
 * @steps: how many segments, unless bytes tell that
 */
void soup_cook(struct soup *soup, unsigned int steps)
{
	soup->now_ns = NSEC_PER_SEC;
	soup->shift = roll_number(soup);
	/* Any first segment that begins a flow. */
	do {
		soup->flow.end[0].isn = roll_number(soup);
		soup->flow.end[0].snd_nxt = soup->flow.end[0].isn;
		throw_segment(soup);
	} while (tcpfsm_birth(&soup->seg) == TCPFSM_BIRTH_NONE);
	begin(soup);
	for (soup->step = 1; !is_over(soup, steps); soup->step++) {
		soup->waited = !roll(soup, 64) && !soup->flow.ended;
		if (soup->waited)
			wait(soup);
		soup->now_ns += roll(soup, 1000) * NSEC_PER_MSEC;
		soup->twice = !roll(soup, 8);
		if (!soup->twice)
			throw_segment(soup);
		soup->doubted = soup->flow.doubted;
		see(soup);
	}
	soup->twice = false;
	let_it_stand(soup);
}
