// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which segment begins a flow, which one begins the next life of its ports, and when
 * that one turns out to have been forged.
 */
#include "step.h"

/* IANA: system ports; the end that uses one is more likely the server. */
#define PORT_SYSTEM 1024

/**
 * tcpfsm_birth() - would this segment, of no known flow, begin one?
 * @seg: the segment
 *
 * Return: which role its sender has. A guess in mid-stream: the lower port
 * serves if it is a system port, else whoever spoke first is the client.
 */
enum tcpfsm_birth tcpfsm_birth(const struct tcpfsm_segment *seg)
{
	u8 flags = seg->flags & (TCPFSM_SYN | TCPFSM_FIN | TCPFSM_RST | TCPFSM_ACK);

	if (flags & TCPFSM_RST)
		return TCPFSM_BIRTH_NONE;
	if (flags == TCPFSM_SYN)
		return TCPFSM_BIRTH_CLIENT;
	if (flags == (TCPFSM_SYN | TCPFSM_ACK))
		return TCPFSM_BIRTH_SERVER;
	if (flags & TCPFSM_SYN || !(flags & TCPFSM_ACK))
		return TCPFSM_BIRTH_NONE;
	return seg->sport < seg->dport && seg->sport < PORT_SYSTEM ? TCPFSM_BIRTH_SERVER :
								     TCPFSM_BIRTH_CLIENT;
}

/* A SYN-ACK tells its client's initial sequence number. */
static void begin_at_synack(struct tcpfsm_step *st)
{
	st->flow->flags |= TCPFSM_FLOW_MIDSTREAM;
	tcpfsm_assume_syn(&st->flow->end[st->y], st->seg->ack);
	tcpfsm_learn(st, st->y, TCPFSM_FACT_S);
}

/* Both ends are taken to have shaken hands; what they offered is not known. */
static void begin_midstream(struct tcpfsm_step *st)
{
	struct tcpfsm_flow *flow = st->flow;
	struct tcpfsm_endpoint *x = &flow->end[st->x];
	struct tcpfsm_endpoint *y = &flow->end[st->y];
	u8 facts = TCPFSM_FACT_S | TCPFSM_FACT_A | TCPFSM_FACT_P;

	flow->flags |= TCPFSM_FLOW_MIDSTREAM | TCPFSM_FLOW_LOOSE;
	flow->shook = true;
	flow->end[TCPFSM_SERVER].state = TCPFSM_CLOSE;
	x->isn = st->seg->seq - 1;
	x->snd_nxt = st->seg->seq;
	y->isn = st->seg->ack - 1;
	y->snd_nxt = st->seg->ack;
	x->got = st->seg->ack;
	y->got = st->seg->seq;
	x->marks |= TCPFSM_MARK_P_INFERRED;
	y->marks |= TCPFSM_MARK_P_INFERRED;
	tcpfsm_learn(st, st->x, facts);
	if (st->x != st->y)
		tcpfsm_learn(st, st->y, facts);
}

/* Who has not moved since it was assumed to be there came there nobody knows when. */
static void forget_entry(struct tcpfsm_flow *flow, const struct tcpfsm_result *result,
			 unsigned int assumed)
{
	unsigned int i;

	flow->entered_ms[TCPFSM_CLIENT] = TCPFSM_ENTERED_UNKNOWN;
	flow->entered_ms[TCPFSM_SERVER] = TCPFSM_ENTERED_UNKNOWN;
	for (i = assumed; i < result->changes; i++)
		flow->entered_ms[result->change[i].role == TCPFSM_SERVER] = 0;
}

/**
 * tcpfsm_begin() - begin a flow with its first segment
 * @flow: filled in
 * @who: role of the sender, as tcpfsm_birth() said
 * @self: both ends are one socket
 * @seg: the segment
 * @at: where and when
 * @result: filled in, as by tcpfsm_see()
 *
 * Context: any; nobody else sees the flow yet.
 */
void tcpfsm_begin(struct tcpfsm_flow *flow, unsigned int who, bool self,
		  const struct tcpfsm_segment *seg, const struct tcpfsm_sighting *at,
		  struct tcpfsm_result *result)
{
	struct tcpfsm_step st TCPFSM_NOT_CLEARED;
	unsigned int assumed;

	memset(flow, 0, sizeof(*flow));
	flow->born_ns = at->now_ns;
	flow->since_ns = at->now_ns;
	flow->first_fin = TCPFSM_NOBODY;
	flow->reset_by = TCPFSM_NOBODY;
	flow->doubted = TCPFSM_NOBODY;
	flow->early_rst = TCPFSM_NOBODY;
	flow->new_of = TCPFSM_NOBODY;
	if (self)
		flow->flags |= TCPFSM_FLOW_SELF;
	flow->end[TCPFSM_CLIENT].state = TCPFSM_CLOSE;
	flow->end[TCPFSM_SERVER].state = self ? TCPFSM_CLOSE : TCPFSM_LISTEN;

	/* What has to be assumed comes before what the segment shows. */
	tcpfsm_begin_step(&st, flow, who, seg, at, result);
	if (!(seg->flags & TCPFSM_SYN)) {
		st.cause = TCPFSM_CAUSE_ACK;
		begin_midstream(&st);
	} else if (seg->flags & TCPFSM_ACK) {
		begin_at_synack(&st);
	}
	assumed = result->changes;
	st.cause = tcpfsm_cause_of(seg->flags);
	tcpfsm_run_step(&st);
	if (flow->flags & TCPFSM_FLOW_MIDSTREAM)
		forget_entry(flow, result, assumed);
}

/* The kernel's rule for a SYN into TIME_WAIT (tcp_timewait_state_process()). */
static bool may_leave_time_wait(const struct tcpfsm_endpoint *x, const struct tcpfsm_endpoint *y,
				const struct tcpfsm_segment *seg)
{
	if (x->tsval && seg->has_ts && seg->tsval != x->tsval)
		return tcpfsm_after(seg->tsval, x->tsval);
	return tcpfsm_after(seg->seq, y->marks & TCPFSM_MARK_RCV ? y->rcv_nxt : x->snd_nxt);
}

/*
 * A SYN-ACK with a number that is not on record: is it for another SYN than the flow's, or for
 * a copy of that? That came to X late, which is in the old life no more (RFC 9293 fig. 8),
 * and is in SYN_RECV; at the host that has given up nobody waits for it.
 */
static bool answers_another(const struct tcpfsm_flow *flow, unsigned int who,
			    const struct tcpfsm_segment *seg)
{
	const struct tcpfsm_endpoint *x = &flow->end[tcpfsm_index(flow, who)];
	const struct tcpfsm_endpoint *y = &flow->end[tcpfsm_index(flow, !who)];

	if (tcpfsm_answers_new_syn(flow, tcpfsm_index(flow, !who), seg->ack))
		return true;
	if (!(x->marks & y->marks & TCPFSM_MARK_ISN) || seg->ack != y->isn + 1 ||
	    tcpfsm_is_local(flow, !who))
		return false;
	/* At X's host it does not matter what became of Y. TIME_WAIT may have been cut short. */
	return flow->ended || (tcpfsm_is_local(flow, who) &&
			       (tcpfsm_is_closed(x) || x->state == TCPFSM_TIME_WAIT));
}

/*
 * Of the other direction nothing passes here, so no answer will tell which life goes on; a
 * SYN-ACK that answers the SYN of this one may be a second SYN cookie.
 */
static bool is_all_there_is(const struct tcpfsm_flow *flow, const struct tcpfsm_endpoint *y,
			    const struct tcpfsm_segment *seg)
{
	return flow->flags & TCPFSM_FLOW_ONEWAY && !y->seen &&
	       !(seg->flags & TCPFSM_ACK && y->marks & TCPFSM_MARK_ISN &&
		 seg->ack == y->isn + 1);
}

/* Does X's own host send this? Where both ends live here, it may also have come from outside. */
static bool is_own_word(const struct tcpfsm_flow *flow, unsigned int who,
			const struct tcpfsm_sighting *at)
{
	return at->point == TCPFSM_AT_OUT && tcpfsm_is_local(flow, who) &&
	       !tcpfsm_is_local(flow, !who);
}

/**
 * tcpfsm_is_new_incarnation() - does this segment begin another connection?
 * @flow: the flow that its addresses and ports name
 * @who: enum tcpfsm_role of the sender
 * @seg: the segment
 * @at: where and when
 *
 * A SYN with the initial sequence number on record is a repetition. With
 * another one it begins a new life where the old one is over or in TIME_WAIT, and at its
 * own host whatever that was in: there nobody else opens in its name, and a socket that
 * gives up may do so without a word. Else it may be forged,
 * or the flow half-open (RFC 9293 3.5.1): a SYN-ACK for that SYN is what shows
 * that the old life is over. Its sender may have gone on in that while the SYN was on
 * its way; who forges both without knowing the numbers gains no more than time, see
 * tcpfsm_outlives(). A listener that has answered takes no other SYN meanwhile
 * (tcp_check_req()), and who does not know the first resets the SYN-ACK.
 *
 * Context: any; the caller holds what protects @flow.
 * Return: true if the old flow is to be given up and a new one begun.
 */
bool tcpfsm_is_new_incarnation(const struct tcpfsm_flow *flow, unsigned int who,
			       const struct tcpfsm_segment *seg,
			       const struct tcpfsm_sighting *at)
{
	const struct tcpfsm_endpoint *x = &flow->end[tcpfsm_index(flow, who)];
	const struct tcpfsm_endpoint *y = &flow->end[tcpfsm_index(flow, !who)];
	u8 flags = seg->flags & (TCPFSM_SYN | TCPFSM_FIN | TCPFSM_RST | TCPFSM_ACK);
	bool known = x->marks & TCPFSM_MARK_ISN && seg->seq == x->isn;

	if (flags == (TCPFSM_SYN | TCPFSM_ACK))
		return !known && (is_all_there_is(flow, y, seg) ||
				  answers_another(flow, who, seg));
	if (flags != TCPFSM_SYN)
		return false;
	if (flow->ended)
		return !known || x->marks & TCPFSM_MARK_GONE;
	if (known)
		return false;
	if (is_all_there_is(flow, y, seg))
		return true;
	/* The other end's life may go on unseen. A listener that opens meets its peer's SYN. */
	if (is_own_word(flow, who, at))
		return x->state != TCPFSM_LISTEN;
	/* Where nobody listens TIME_WAIT acknowledges it, and stays (tcp_v4_rcv()). */
	if (y->state == TCPFSM_TIME_WAIT)
		return !at->unheard && may_leave_time_wait(x, y, seg);
	return x->state == TCPFSM_TIME_WAIT;
}

/* Does X go on exactly where it was? Who does not know its numbers hits that by chance alone. */
static bool is_next(const struct tcpfsm_endpoint *x, const struct tcpfsm_endpoint *y,
		    const struct tcpfsm_segment *seg)
{
	u32 low = x->marks & TCPFSM_MARK_RCV ? x->rcv_nxt : y->isn + 1;

	return seg->seq == x->snd_nxt && tcpfsm_within(seg->ack, low, y->snd_nxt);
}

/* It was given up for another life of its ports, and its numbers are known exactly. */
static bool may_come_back(const struct tcpfsm_flow *flow)
{
	return flow->ended && (flow->outcome == TCPFSM_VERDICT_REUSED ||
			       flow->outcome == TCPFSM_VERDICT_FORGED) &&
	       !(flow->flags & TCPFSM_FLOW_LOOSE) &&
	       flow->end[0].marks & flow->end[1].marks & TCPFSM_MARK_ISN;
}

/**
 * tcpfsm_outlives() - has a flow not ended that was given up for another life of its ports?
 * @flow: the flow
 * @who: enum tcpfsm_role of the sender
 * @seg: a segment that passed in that other life
 * @at: where and when
 *
 * A SYN and a SYN-ACK that answers it need no knowledge of the old numbers: between
 * the ends anybody can send both, and they look like two ends that have restarted.
 * The true ones answer each with an ACK (RFC 9293 3.10.7.4), and go on. One segment
 * may be a late copy from the old life; both ends have to. If it is the older life that
 * was forged, or were copies of both ends late, the newer one comes back in the same way.
 *
 * Context: any; the caller holds what protects @flow.
 * Return: true if both have, the sender with this segment. The other life is to be given
 * up, and the segment to be shown to tcpfsm_see() with @flow, which is then alive again.
 */
bool tcpfsm_outlives(struct tcpfsm_flow *flow, unsigned int who, const struct tcpfsm_segment *seg,
		     const struct tcpfsm_sighting *at)
{
	unsigned int x = tcpfsm_index(flow, who);
	struct tcpfsm_result result TCPFSM_NOT_CLEARED;

	if (!may_come_back(flow) ||
	    (seg->flags & (TCPFSM_SYN | TCPFSM_RST | TCPFSM_ACK)) != TCPFSM_ACK)
		return false;
	/* Once it has, what it sends out of order is its own, too. */
	if (!(flow->gone_on & 1 << x) &&
	    !is_next(&flow->end[x], &flow->end[tcpfsm_index(flow, !who)], seg))
		return false;
	flow->gone_on |= 1 << x;
	if (flow->gone_on == TCPFSM_BOTH_ENDS)
		return true;
	/* Facts of a flow that is closed: nobody is told, unless it comes back. */
	tcpfsm_see(flow, who, seg, at, &result);
	if (result.shook)
		flow->shook = false;
	return false;
}

/**
 * tcpfsm_come_back() - a flow that was given up goes on
 * @st: the step; tcpfsm_outlives() has said so
 */
void tcpfsm_come_back(struct tcpfsm_step *st)
{
	unsigned int who;

	st->flow->gone_on = 0;
	for (who = TCPFSM_CLIENT; who <= TCPFSM_SERVER; who++) {
		st->flow->end[who].marks &= ~TCPFSM_MARK_GONE;
		tcpfsm_settle(st, who, true);
	}
}
