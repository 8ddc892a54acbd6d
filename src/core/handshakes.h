/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What became of the handshakes with one server, counted. Each that begins is
 * completed, refused, timed out, aborted, or half-open yet:
 *
 *	begun = completed + refused + timed_out + aborted + half_open
 */
#ifndef TCPFSM_HANDSHAKES_H
#define TCPFSM_HANDSHAKES_H

#include "flow.h"

/* X(name, sentence), in the order in which they are shown. They only grow. */
#define TCPFSM_HANDSHAKE_COUNTERS(X)						\
	X(begun, "handshakes begun; once more where the end of one was taken back") \
	X(completed, "of those, both ends were ESTABLISHED")			\
	X(refused, "of those, a RST answered the SYN")				\
	X(timed_out, "of those, nobody answered the SYN, or the SYN-ACK")	\
	X(aborted, "of those, ended in another way: reset later, evicted, cleared")	\
	X(syn_rtx, "SYNs repeated")						\
	X(synack_rtx, "SYN-ACKs repeated")					\
	X(final_ack_lost, "final ACKs lost or refused")

/* Round trips below 2^i microseconds, and not below 2^(i-1); the last has no limit. */
#define TCPFSM_RTT_BUCKETS 26

/**
 * struct tcpfsm_handshakes - figures of one server
 * @half_open: begun, and neither completed nor ended
 * @rtt_max_us: the largest round trip
 * @rtt: how many, by power of two
 *
 * And a counter for each of TCPFSM_HANDSHAKE_COUNTERS.
 */
struct tcpfsm_handshakes {
#define X(name, text) u64 name;
	TCPFSM_HANDSHAKE_COUNTERS(X)
#undef X
	u32 half_open;
	u32 rtt_max_us;
	u64 rtt[TCPFSM_RTT_BUCKETS];
};

/* How far a flow has come in the figures of its server. */
enum tcpfsm_handshake {
	TCPFSM_HANDSHAKE_NONE,		/* it is not in them */
	TCPFSM_HANDSHAKE_MISSED,	/* nor is its server counted; so far */
	TCPFSM_HANDSHAKE_ASKED,		/* half-open; the server is not known to answer */
	TCPFSM_HANDSHAKE_ANSWERED,	/* half-open; it has sent a SYN-ACK, to this or another */
	TCPFSM_HANDSHAKE_DONE,		/* completed, or ended without that */
};

/* Room for the longest text of tcpfsm_handshakes_print(). */
#define TCPFSM_HANDSHAKES_TEXT_MAX 1024

void tcpfsm_handshakes_take(struct tcpfsm_handshakes *figures, u8 *stage,
			    const struct tcpfsm_flow *flow, const struct tcpfsm_segment *seg,
			    const struct tcpfsm_result *result);
void tcpfsm_handshakes_clear(struct tcpfsm_handshakes *figures);
void tcpfsm_handshakes_add_rtt(struct tcpfsm_handshakes *figures, u32 rtt_us);
u32 tcpfsm_handshakes_percentile(const struct tcpfsm_handshakes *figures, unsigned int percent);
int tcpfsm_handshakes_print(char *buf, size_t size, const struct tcpfsm_handshakes *figures);

/**
 * tcpfsm_handshakes_begin() - a handshake begins
 * @figures: of the server
 * @stage: of the flow, enum tcpfsm_handshake; changed
 */
static inline void tcpfsm_handshakes_begin(struct tcpfsm_handshakes *figures, u8 *stage)
{
	figures->begun++;
	figures->half_open++;
	*stage = TCPFSM_HANDSHAKE_ASKED;
}

/**
 * tcpfsm_handshakes_again() - does a flow that had ended have a handshake again?
 * @flow: the flow, after the step
 * @result: the step's
 *
 * Return: true too if the step completes it.
 */
static inline bool tcpfsm_handshakes_again(const struct tcpfsm_flow *flow,
					   const struct tcpfsm_result *result)
{
	return result->revived && (!flow->shook || result->shook);
}

/**
 * tcpfsm_handshakes_has() - has a step anything for the figures of a server?
 * @stage: enum tcpfsm_handshake of the flow
 * @flow: the flow, after the step
 * @result: the step's
 */
static inline bool tcpfsm_handshakes_has(u8 stage, const struct tcpfsm_flow *flow,
					 const struct tcpfsm_result *result)
{
	if (stage == TCPFSM_HANDSHAKE_NONE)
		return false;
	if (result->retransmitted || result->revived ||
	    result->anomalies & 1U << TCPFSM_ANOMALY_FINAL_ACK_LOST)
		return true;
	if (stage == TCPFSM_HANDSHAKE_DONE)
		return false;
	return result->shook || result->ended ||
	       (stage != TCPFSM_HANDSHAKE_ANSWERED &&
		flow->end[TCPFSM_SERVER].marks & TCPFSM_MARK_SYNACK);
}

#endif
