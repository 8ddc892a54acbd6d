// SPDX-License-Identifier: GPL-2.0-only
/*
 * Segments by the dice, sensible and not, into one flow, and what must hold
 * after each of them whatever they are. A failure names its seed and replays it.
 */
#include "script.h"

#include <stdio.h>
#include <stdlib.h>

#define SEEDS 6000
#define STEPS 60

/**
 * struct soup - one flow and its dice
 * @seed: names the run
 * @dice: their state
 * @step: how many segments so far
 * @point: where the observer stands: enum tcpfsm_point; LOOP_OUT for loopback
 * @here: the end that is local, where one is
 * @now_ns: the clock
 * @flow: the flow
 * @old: what it was before this step
 * @seg: the latest segment, of @who
 * @lite: quiet segments are left out
 * @twice: it is the copy of the one before, and takes the same way
 * @arrives: over loopback: it is not lost
 * @asked: the socket at hand says something between what was acknowledged and
 *	what has come: the one or the other
 * @rcv_nxt: that
 * @doubted: whose FIN was put aside when the segment came
 */
struct soup {
	unsigned int seed;
	u32 dice;
	unsigned int step;
	u8 point;
	unsigned int here;
	u64 now_ns;
	struct tcpfsm_flow flow;
	struct tcpfsm_flow old;
	struct tcpfsm_segment seg;
	unsigned int who;
	bool lite;
	bool twice;
	bool arrives;
	u8 asked;
	u8 doubted;
	u32 rcv_nxt;
};

static bool arcs_seen[TCPFSM_ARC_MAX];

/* xorshift32 (Marsaglia 2003). */
static u32 roll(struct soup *soup, u32 sides)
{
	soup->dice ^= soup->dice << 13;
	soup->dice ^= soup->dice >> 17;
	soup->dice ^= soup->dice << 5;
	return soup->dice % sides;
}

__attribute__((noreturn))
static void spilt(const struct soup *soup, const char *what)
{
	char line[TCPFSM_LINE_MAX];

	fprintf(stderr, "seed %u, step %u, point %u%s: %s\n", soup->seed, soup->step,
		soup->point, soup->twice ? ", copy" : "", what);
	fprintf(stderr, "\t%s flags=%#x seq=%u ack=%u len=%u\n",
		tcpfsm_role_name(soup->who), soup->seg.flags, soup->seg.seq, soup->seg.ack,
		soup->seg.len);
	tcpfsm_line(line, sizeof(line), &soup->old, 1, 0, "A", "B");
	fprintf(stderr, "\tbefore: %s\n", line);
	tcpfsm_line(line, sizeof(line), &soup->flow, 1, 0, "A", "B");
	fprintf(stderr, "\tafter:  %s\n", line);
	fail();
	abort();
}

static void demand(const struct soup *soup, bool holds, const char *what)
{
	if (!holds)
		spilt(soup, what);
}

/* The state is a function of the facts, but for what stands above the table of docs/fsm.md. */
static bool is_by_contract(const struct soup *soup, unsigned int who)
{
	const struct tcpfsm_endpoint *end = &soup->flow.end[who];
	u8 state = tcpfsm_state_of(end->facts);

	if (end->marks & TCPFSM_MARK_GONE)
		return end->state == TCPFSM_CLOSE;
	/* A passive opener that was reset in SYN_RECV listens. */
	if (end->marks & TCPFSM_MARK_RESET)
		return end->state == TCPFSM_CLOSE ||
		       (end->state == TCPFSM_LISTEN &&
			!(end->marks & (TCPFSM_MARK_RESET_SENT | TCPFSM_MARK_BARE_SYN)));
	if (state == TCPFSM_LISTEN && (who == TCPFSM_CLIENT || end->marks & TCPFSM_MARK_REFUSED))
		state = TCPFSM_CLOSE;
	return end->state == state;
}

static bool is_closed(u8 state)
{
	return state == TCPFSM_CLOSE || state == TCPFSM_LISTEN;
}

/* Each change begins where the one before ended, and each is of a kind that is listed. */
static void check_chain(const struct soup *soup, const struct tcpfsm_result *result,
			bool newborn)
{
	u8 at[2] = { soup->old.end[0].state, soup->old.end[1].state };
	unsigned int i;

	demand(soup, result->changes < TCPFSM_CHANGES_MAX, "the list of changes ran over");
	for (i = 0; i < result->changes; i++) {
		const struct tcpfsm_change *change = &result->change[i];
		unsigned int arc = tcpfsm_arc_of(change->from, change->to);

		demand(soup, change->role < 2, "nobody's change");
		demand(soup, arc != TCPFSM_ARC_OTHER, "a change that is not listed");
		demand(soup, newborn || at[change->role] == change->from, "a gap in the chain");
		at[change->role] = change->to;
		arcs_seen[arc] = true;
	}
	for (i = 0; i < 2; i++)
		demand(soup, newborn ? result->changes || is_closed(soup->flow.end[i].state) :
				       at[i] == soup->flow.end[i].state, "moved without a change");
	demand(soup, !result->changes || result->learned, "a change, and nothing learned");
}

/* Of one end: does its own segment, or its peer's, give a reason to take a fact back? */
static void check_withdrawals(const struct soup *soup, unsigned int who)
{
	const struct tcpfsm_endpoint *old = &soup->old.end[who];
	const struct tcpfsm_endpoint *end = &soup->flow.end[who];
	const struct tcpfsm_segment *seg = &soup->seg;
	u8 lost = old->facts & ~end->facts;
	bool own = who == soup->who;
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
	disowned = !own && seg->flags & TCPFSM_ACK &&
		   (tcpfsm_after(seg->ack, old->fin + 1) ||
		    (soup->old.doubted == who && seg->ack == soup->old.doubt.fin + 1));
	if (lost & TCPFSM_FACT_F || (old->facts & TCPFSM_FACT_F && old->fin != end->fin))
		demand(soup, disowned, "f was withdrawn, and its target has not said so");
	if (lost & TCPFSM_FACT_O)
		demand(soup, disowned || (own && seg->flags & TCPFSM_FIN),
		       "o was withdrawn without a FIN");
}

static void check_flow(const struct soup *soup, const struct tcpfsm_result *result)
{
	const struct tcpfsm_flow *flow = &soup->flow;
	char line[TCPFSM_LINE_MAX];
	bool closed = true;
	unsigned int who;

	for (who = 0; who < 2; who++) {
		demand(soup, is_by_contract(soup, who), "the state is not that of the facts");
		closed = closed && is_closed(flow->end[who].state);
	}
	demand(soup, flow->ended == closed, "ended is not closed");
	demand(soup, flow->ended ? flow->outcome != TCPFSM_VERDICT_OPEN :
		     flow->outcome == TCPFSM_VERDICT_OPEN ||
		     flow->outcome == TCPFSM_VERDICT_GRACEFUL, "a verdict that is not so");
	demand(soup, !(result->ended && result->revived), "ended and revived at once");
	demand(soup, tcpfsm_line(line, sizeof(line), flow, 1, 0, "A", "B") <
		     TCPFSM_LINE_MAX - 1, "the line is cut");
}

/* A copy may contradict a guess, and then follows what is known besides; it proves nothing new. */
static void check_copy(const struct soup *soup, const struct tcpfsm_result *result)
{
	bool retracted[2] = { false, false };
	unsigned int i;

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

/* ---- the dice ---- */

/* A number that means something to somebody, or is next to one that does. */
static u32 pick_number(struct soup *soup, const struct tcpfsm_endpoint *of,
		       const struct tcpfsm_endpoint *peer)
{
	const u32 numbers[] = {
		of->snd_nxt, of->snd_nxt, of->snd_nxt, of->isn, of->isn + 1, of->fin,
		of->fin + 1, peer->rcv_nxt, peer->rcv_nxt, peer->rcv_edge, peer->got,
		peer->sack_edge, soup->flow.doubt.fin + 1, soup->dice,
	};
	u32 number = numbers[roll(soup, ARRAY_SIZE(numbers))];

	return roll(soup, 5) ? number : number + roll(soup, 3) - 1;
}

static void throw_segment(struct soup *soup)
{
	static const u8 flags[] = {
		TCPFSM_SYN, TCPFSM_SYN | TCPFSM_ACK, TCPFSM_SYN | TCPFSM_ACK,
		TCPFSM_ACK, TCPFSM_ACK, TCPFSM_ACK, TCPFSM_ACK, TCPFSM_ACK | TCPFSM_PSH,
		TCPFSM_FIN | TCPFSM_ACK, TCPFSM_FIN | TCPFSM_ACK, TCPFSM_FIN | TCPFSM_ACK,
		TCPFSM_RST, TCPFSM_RST | TCPFSM_ACK, TCPFSM_SYN | TCPFSM_FIN, TCPFSM_FIN,
		TCPFSM_SYN | TCPFSM_RST, 0,
	};
	static const u16 windows[] = { 0, 1, 1000, 65535 };
	const struct tcpfsm_endpoint *x, *y;
	struct tcpfsm_segment *seg = &soup->seg;

	soup->who = roll(soup, 2);
	soup->arrives = roll(soup, 4);
	soup->asked = roll(soup, 3);
	x = &soup->flow.end[soup->who];
	y = &soup->flow.end[!soup->who];
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
		seg->options = roll(soup, 1U << TCPFSM_OPTION_MAX);
	}
}

/* ---- the observer ---- */

static void taste(struct soup *soup, const struct tcpfsm_result *result, bool newborn)
{
	unsigned int who;

	check_chain(soup, result, newborn);
	check_flow(soup, result);
	if (newborn)
		return;
	for (who = 0; who < 2; who++)
		check_withdrawals(soup, who);
	if (soup->twice)
		check_copy(soup, result);
}

static void see_at(struct soup *soup, u8 point)
{
	struct tcpfsm_sighting at = { .now_ns = soup->now_ns, .point = point };
	struct tcpfsm_result result;

	soup->old = soup->flow;
	if ((point == TCPFSM_AT_IN || point == TCPFSM_AT_LOOP_IN) && soup->asked) {
		const struct tcpfsm_endpoint *y =
			&soup->flow.end[!soup->who];

		if (!soup->twice)
			soup->rcv_nxt = soup->asked == 1 ? y->rcv_nxt : y->got;
		at.has_rcv_nxt = true;
		at.rcv_nxt = soup->rcv_nxt;
	}
	if (soup->lite && tcpfsm_quiet(&soup->flow, &soup->seg) && point != TCPFSM_AT_LOOP_IN) {
		tcpfsm_skip(&soup->flow, soup->now_ns);
		return;
	}
	tcpfsm_see(&soup->flow, soup->who, &soup->seg, &at, &result);
	taste(soup, &result, false);
}

static void begin(struct soup *soup)
{
	enum tcpfsm_birth birth;
	struct tcpfsm_result result;
	struct tcpfsm_sighting at = {
		.now_ns = soup->now_ns,
		.point = soup->point == TCPFSM_AT_OUT && soup->who != soup->here ?
				 TCPFSM_AT_IN : soup->point,
	};

	birth = tcpfsm_birth(&soup->seg);
	if (birth == TCPFSM_BIRTH_NONE)
		return;
	/* Roles may swap; the host that is here does not. */
	if ((birth == TCPFSM_BIRTH_CLIENT ? TCPFSM_CLIENT : TCPFSM_SERVER) != soup->who) {
		soup->who = !soup->who;
		soup->here = !soup->here;
	}
	tcpfsm_begin(&soup->flow, soup->who, false, &soup->seg, &at, &result);
	taste(soup, &result, true);
	if (soup->point == TCPFSM_AT_LOOP_OUT && soup->arrives)
		see_at(soup, TCPFSM_AT_LOOP_IN);
}

static void see(struct soup *soup)
{
	struct tcpfsm_result result;

	if (tcpfsm_is_new_incarnation(&soup->flow, soup->who, &soup->seg)) {
		soup->old = soup->flow;
		tcpfsm_give_up(&soup->flow, soup->now_ns, TCPFSM_VERDICT_REUSED,
			       TCPFSM_CAUSE_REUSE, &result);
		check_chain(soup, &result, false);
		begin(soup);
		return;
	}
	if (soup->point == TCPFSM_AT_OUT) {
		see_at(soup, soup->who == soup->here ? TCPFSM_AT_OUT : TCPFSM_AT_IN);
		return;
	}
	see_at(soup, soup->point);
	if (soup->point == TCPFSM_AT_LOOP_OUT && soup->arrives)
		see_at(soup, TCPFSM_AT_LOOP_IN);
}

/* Nothing more comes: the clock alone ends it, and does something each time it is asked. */
static void let_it_stand(struct soup *soup)
{
	struct tcpfsm_result result;
	unsigned int ticks;

	for (ticks = 0; !soup->flow.ended; ticks++) {
		u64 due = tcpfsm_deadline_ns(&soup->flow, script_limits());

		demand(soup, ticks < 3, "time does not end it");
		demand(soup, due > soup->flow.born_ns, "due before it began");
		soup->now_ns = due > soup->now_ns ? due : soup->now_ns;
		soup->old = soup->flow;
		tcpfsm_tick(&soup->flow, soup->now_ns, script_limits(), &result);
		demand(soup, result.changes, "the clock did nothing");
		check_chain(soup, &result, false);
		check_flow(soup, &result);
	}
}

static void cook(struct soup *soup)
{
	/* Any first segment that begins a flow. */
	do {
		soup->flow.end[0].isn = soup->dice;
		soup->flow.end[0].snd_nxt = soup->dice;
		throw_segment(soup);
	} while (tcpfsm_birth(&soup->seg) == TCPFSM_BIRTH_NONE);
	begin(soup);
	for (soup->step = 1; soup->step < STEPS; soup->step++) {
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

TEST(anything_may_come)
{
	static const u8 points[] = { TCPFSM_AT_OUT, TCPFSM_AT_FORWARD, TCPFSM_AT_LOOP_OUT };
	struct soup soup;
	unsigned int seed;

	for (seed = 1; seed <= SEEDS; seed++) {
		memset(&soup, 0, sizeof(soup));
		soup.seed = seed;
		soup.dice = seed * 2654435761U;
		soup.now_ns = NSEC_PER_SEC;
		soup.here = seed / ARRAY_SIZE(points) % 2;
		soup.point = points[seed % ARRAY_SIZE(points)];
		soup.lite = seed % 10 == 0;
		cook(&soup);
	}
}

/* The dice are no good if they hardly lead anywhere. */
TEST(it_leads_everywhere)
{
	unsigned int arc, missing = 0;

	for (arc = 0; arc < TCPFSM_ARC_OTHER; arc++)
		missing += !arcs_seen[arc];
	assert_int_equal(missing, 0);
}

TESTS = {
	test(anything_may_come), test(it_leads_everywhere),
};

int main(void)
{
	return RUN(tests);
}
