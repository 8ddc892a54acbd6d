/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Every list of the contract, once: states, facts, causes, certainties,
 * verdicts, anomalies, flow flags, transition kinds. Enums, names, counters,
 * trace symbols and docs/fsm.md are all made from these lists.
 */
#ifndef TCPFSM_STATES_H
#define TCPFSM_STATES_H

#include "platform.h"

/* RFC 9293 3.3.2, with the kernel's numbers (include/net/tcp_states.h). */
#define TCPFSM_STATES(X)	\
	X(ESTABLISHED, 1)	\
	X(SYN_SENT, 2)		\
	X(SYN_RECV, 3)		\
	X(FIN_WAIT1, 4)		\
	X(FIN_WAIT2, 5)		\
	X(TIME_WAIT, 6)		\
	X(CLOSE, 7)		\
	X(CLOSE_WAIT, 8)	\
	X(LAST_ACK, 9)		\
	X(LISTEN, 10)		\
	X(CLOSING, 11)

enum tcpfsm_state {
#define X(name, number) TCPFSM_##name = (number),
	TCPFSM_STATES(X)
#undef X
	TCPFSM_STATE_MAX
};

/*
 * The seven facts about an endpoint X with peer Y. All but P and PF are shown
 * by segments of X itself; P and PF are about what reached X.
 */
#define TCPFSM_FACTS(X)								\
	X(S, s, 0, "X sent a SYN")						\
	X(A, a, 1, "X sent an ACK that covers Y's SYN")				\
	X(P, p, 2, "an ACK that covers X's SYN was delivered to X")		\
	X(F, f, 3, "X sent a FIN")						\
	X(PF, pf, 4, "an ACK that covers X's FIN was delivered to X")		\
	X(AF, af, 5, "X sent an ACK that covers Y's FIN")			\
	X(O, o, 6, "every copy of X's FIN carries an ACK that covers Y's FIN")

enum tcpfsm_fact {
#define X(name, letter, bit, text) TCPFSM_FACT_##name = 1 << (bit),
	TCPFSM_FACTS(X)
#undef X
};

#define TCPFSM_FACTS_ALL 0x7f

/*
 * The state is a function of the facts: the first row whose looked-at facts
 * are as wanted. Facts are written in the order s a p f pf af o; '1' wants the
 * fact, '0' wants it absent, '.' does not look. @for_x goes to each X.
 */
#define TCPFSM_ROWS(X, for_x)						\
	/* s a p f pf af o */						\
	X(for_x, '0', '.', '.', '.', '.', '.', '.', LISTEN)		\
	X(for_x, '1', '0', '.', '.', '.', '.', '.', SYN_SENT)		\
	X(for_x, '1', '1', '0', '0', '.', '0', '.', SYN_RECV)		\
	X(for_x, '1', '1', '1', '0', '.', '0', '.', ESTABLISHED)	\
	X(for_x, '1', '1', '.', '0', '.', '1', '.', CLOSE_WAIT)		\
	X(for_x, '1', '1', '.', '1', '0', '0', '.', FIN_WAIT1)		\
	X(for_x, '1', '1', '.', '1', '1', '0', '.', FIN_WAIT2)		\
	X(for_x, '1', '1', '.', '1', '0', '1', '0', CLOSING)		\
	X(for_x, '1', '1', '.', '1', '1', '1', '0', TIME_WAIT)		\
	X(for_x, '1', '1', '.', '1', '0', '1', '1', LAST_ACK)		\
	X(for_x, '1', '1', '.', '1', '1', '1', '1', CLOSE)

#define TCPFSM_ENDPOINTS(X)	\
	X(CLIENT, client, 0)	\
	X(SERVER, server, 1)

enum tcpfsm_role {
#define X(name, word, number) TCPFSM_##name = (number),
	TCPFSM_ENDPOINTS(X)
#undef X
};

#define TCPFSM_CERTAINTIES(X)	\
	X(OBSERVED, observed)	\
	X(INFERRED, inferred)	\
	X(RETRACTED, retracted)

enum tcpfsm_certainty {
#define X(name, word) TCPFSM_##name,
	TCPFSM_CERTAINTIES(X)
#undef X
};

#define TCPFSM_CAUSES(X)	\
	X(SYN, syn)		\
	X(SYNACK, synack)	\
	X(ACK, ack)		\
	X(FIN, fin)		\
	X(RST, rst)		\
	X(TIMEOUT, timeout)	\
	X(REUSE, reuse)		\
	X(EVICT, evict)		\
	X(CLEAR, clear)

enum tcpfsm_cause {
#define X(name, word) TCPFSM_CAUSE_##name,
	TCPFSM_CAUSES(X)
#undef X
};

#define TCPFSM_VERDICTS(X)							\
	X(OPEN, open, "still alive")						\
	X(GRACEFUL, graceful, "both FINs sent and acknowledged")		\
	X(REFUSED, refused, "a RST answered the SYN")				\
	X(SYN_TIMEOUT, syn_timeout, "SYNs, and no answer")			\
	X(SYNACK_TIMEOUT, synack_timeout, "SYN-ACKs, never acknowledged")	\
	X(RESET_CLIENT, reset_client, "ended by a RST of the client")		\
	X(RESET_SERVER, reset_server, "ended by a RST of the server")		\
	X(HALF_OPEN, half_open, "one end had restarted: SYN into a synchronised flow, then reset") \
	X(VANISHED, vanished, "no segment for the idle limit")			\
	X(REUSED, reused, "replaced by a new incarnation before its end was seen") \
	X(EVICTED, evicted, "given up for lack of room")			\
	X(CLEARED, cleared, "removed by hand, with its namespace or with the module") \
	X(FORGED, forged, "neither end's own: both went on in the flow that it had replaced")

enum tcpfsm_verdict {
#define X(name, word, text) TCPFSM_VERDICT_##name,
	TCPFSM_VERDICTS(X)
#undef X
	TCPFSM_VERDICT_MAX
};

#define TCPFSM_ANOMALIES(X)							\
	X(SYN_DATA, syn_data, "SYN with data that Fast Open does not explain")	\
	X(SYN_FIN, syn_fin, "SYN and FIN in one segment")			\
	X(SYN_RST, syn_rst, "SYN and RST in one segment, taken as a RST")	\
	X(FIN_NO_ACK, fin_no_ack, "FIN without ACK")				\
	X(NULL_FLAGS, null_flags, "no flag at all")				\
	X(XMAS_FLAGS, xmas_flags, "FIN, PSH and URG without ACK")		\
	X(EARLY_DATA, early_data, "data before the handshake ended")		\
	X(SYN_IN_SYNC, syn_in_sync, "SYN in a synchronised state")		\
	X(ACK_UNSENT, ack_unsent, "ACK of what was never sent")			\
	X(RST_INEXACT, rst_inexact, "RST in the window but not exact: challenged") \
	X(RST_OUTSIDE, rst_outside, "RST outside the window: ignored")		\
	X(RST_WITHDRAWN, rst_withdrawn, "a believed RST was withdrawn: its victim lives") \
	X(OLD_SYNACK, old_synack, "old duplicate SYN-ACK")			\
	X(SYNACK_ISN, synack_isn, "SYN-ACK whose initial sequence number changed") \
	X(FIN_SEQ, fin_seq, "FIN whose sequence number changed")		\
	X(DATA_AFTER_FIN, data_after_fin, "data after the FIN")			\
	X(FINAL_ACK_LOST, final_ack_lost, "the handshake's last ACK was lost or refused") \
	X(LAST_ACK_LOST, last_ack_lost, "the ACK of a FIN was lost")		\
	X(FLOOD_EVICTION, flood_eviction, "half-open flow given up for lack of room") \
	X(BAD_CHECKSUM, bad_checksum, "wrong TCP checksum: proves nothing")	\
	X(MALFORMED, malformed, "damaged header or option")

enum tcpfsm_anomaly {
#define X(name, word, text) TCPFSM_ANOMALY_##name,
	TCPFSM_ANOMALIES(X)
#undef X
	TCPFSM_ANOMALY_MAX
};

#define TCPFSM_FLOW_FLAGS(X)							\
	X(MIDSTREAM, midstream, "its SYN was not seen; roles are a guess")	\
	X(SIMULTANEOUS, simultaneous, "both ends opened with a bare SYN")	\
	X(HALF_OPEN, half_open, "a SYN came into the synchronised flow")	\
	X(SELF, self, "a socket connected to itself")				\
	X(AMBIGUOUS_RTT, ambiguous_rtt, "a round trip was measured after a retransmission") \
	X(LOOSE, loose, "segments were missed or skipped: windows are not judged") \
	X(ONEWAY, oneway, "only one direction is seen")

enum tcpfsm_flow_flag {
#define X(name, word, text) TCPFSM_BIT_##name,
	TCPFSM_FLOW_FLAGS(X)
#undef X
	TCPFSM_FLOW_FLAG_MAX
};

enum {
#define X(name, word, text) TCPFSM_FLOW_##name = 1 << TCPFSM_BIT_##name,
	TCPFSM_FLOW_FLAGS(X)
#undef X
};

/* What SYN and SYN-ACK agreed on. */
#define TCPFSM_OPTIONS(X)	\
	X(SACK, sack)		\
	X(TS, ts)		\
	X(TFO, tfo)		\
	X(ECN, ecn)		\
	X(MPTCP, mptcp)

enum tcpfsm_option_bit {
#define X(name, word) TCPFSM_BIT_OPT_##name,
	TCPFSM_OPTIONS(X)
#undef X
	TCPFSM_OPTION_MAX
};

enum {
#define X(name, word) TCPFSM_OPT_##name = 1 << TCPFSM_BIT_OPT_##name,
	TCPFSM_OPTIONS(X)
#undef X
};

/*
 * Kinds of transition, each with a counter. An arc that is not listed is
 * counted as "other", and the tests demand that none ever is. Two lists, as
 * lnstat takes no more than 32 columns a file: first the ways of RFC 9293
 * figure 5, then what goes another way.
 */
#define TCPFSM_ARCS_RFC(X)							\
	X(CLOSE, SYN_SENT, "active open")					\
	X(LISTEN, SYN_RECV, "passive open: SYN-ACK sent")			\
	X(LISTEN, SYN_SENT, "the server opened with a bare SYN too")		\
	X(SYN_SENT, SYN_RECV, "simultaneous open")				\
	X(SYN_SENT, ESTABLISHED, "active open done")				\
	X(SYN_RECV, ESTABLISHED, "passive open done")				\
	X(CLOSE, SYN_RECV, "picked up at a SYN-ACK")				\
	X(CLOSE, ESTABLISHED, "picked up in mid-stream, or a reset withdrawn")	\
	X(SYN_RECV, FIN_WAIT1, "closed before the handshake ended")		\
	X(SYN_RECV, CLOSE_WAIT, "the peer closed before the handshake ended")	\
	X(ESTABLISHED, FIN_WAIT1, "active close")				\
	X(ESTABLISHED, CLOSE_WAIT, "passive close")				\
	X(FIN_WAIT1, FIN_WAIT2, "own FIN acknowledged")				\
	X(FIN_WAIT1, CLOSING, "simultaneous close")				\
	X(FIN_WAIT2, TIME_WAIT, "the peer closed too")				\
	X(CLOSING, TIME_WAIT, "own FIN acknowledged after the peer's FIN")	\
	X(CLOSE_WAIT, LAST_ACK, "passive close: own FIN sent")			\
	X(LAST_ACK, CLOSE, "own FIN acknowledged: closed; also by RST or timeout") \
	X(TIME_WAIT, CLOSE, "2MSL over, or ended by RST")

#define TCPFSM_ARCS_OTHER(X)							\
	X(LISTEN, CLOSE, "refused, or the client gave up")			\
	X(SYN_SENT, CLOSE, "refused, or no answer")				\
	X(SYN_RECV, CLOSE, "reset or given up in the handshake")		\
	X(SYN_RECV, LISTEN, "a passive open was reset")				\
	X(ESTABLISHED, CLOSE, "reset, or idle too long")			\
	X(FIN_WAIT1, CLOSE, "reset, or idle too long")				\
	X(FIN_WAIT2, CLOSE, "reset, or idle too long")				\
	X(CLOSE_WAIT, CLOSE, "reset, or idle too long")				\
	X(CLOSING, CLOSE, "reset, or idle too long")				\
	X(ESTABLISHED, SYN_RECV, "retracted: the SYN-ACK was repeated")		\
	X(FIN_WAIT2, FIN_WAIT1, "retracted: the FIN was repeated")		\
	X(TIME_WAIT, CLOSING, "retracted: the FIN was repeated")		\
	X(CLOSE, LAST_ACK, "retracted: the FIN was repeated, or a reset withdrawn") \
	X(LAST_ACK, CLOSING, "retracted: a copy of the FIN did not cover the peer's FIN") \
	X(CLOSE, TIME_WAIT, "retracted: a copy of the FIN did not cover the peer's FIN") \
	X(CLOSE_WAIT, CLOSING, "retracted: its FIN had not covered the peer's FIN") \
	X(FIN_WAIT1, SYN_RECV, "retracted: the FIN was not its own")		\
	X(FIN_WAIT1, ESTABLISHED, "retracted: the FIN was not its own")		\
	X(CLOSING, CLOSE_WAIT, "retracted: the FIN was not its own")		\
	X(LAST_ACK, CLOSE_WAIT, "retracted: the FIN was not its own")		\
	X(CLOSE, LISTEN, "the refused SYN was repeated")			\
	X(CLOSE, FIN_WAIT1, "a reset withdrawn")				\
	X(CLOSE, FIN_WAIT2, "a reset withdrawn")				\
	X(CLOSE, CLOSE_WAIT, "a reset withdrawn")				\
	X(CLOSE, CLOSING, "a reset withdrawn")

#define TCPFSM_ARCS(X) TCPFSM_ARCS_RFC(X) TCPFSM_ARCS_OTHER(X)

enum tcpfsm_arc {
#define X(from, to, text) TCPFSM_ARC_##from##_##to,
	TCPFSM_ARCS(X)
#undef X
	TCPFSM_ARC_OTHER,
	TCPFSM_ARC_MAX
};

const char *tcpfsm_state_name(unsigned int state);
const char *tcpfsm_role_name(unsigned int role);
const char *tcpfsm_certainty_name(unsigned int certainty);
const char *tcpfsm_cause_name(unsigned int cause);
const char *tcpfsm_verdict_name(unsigned int verdict);
const char *tcpfsm_anomaly_name(unsigned int anomaly);
const char *tcpfsm_flow_flag_name(unsigned int bit);
const char *tcpfsm_option_name(unsigned int bit);

/* enum tcpfsm_state of each set of facts. */
extern const u8 tcpfsm_state_table[TCPFSM_FACTS_ALL + 1];
/* A power of two above all states, so that no number leads out of a table. */
#define TCPFSM_STATE_ROOM 16
/* enum tcpfsm_arc + 1 of what TCPFSM_ARCS lists, else 0. */
extern const u8 tcpfsm_arc_table[TCPFSM_STATE_ROOM][TCPFSM_STATE_ROOM];

/**
 * tcpfsm_state_of() - the RFC 9293 state that a set of facts means
 * @facts: any combination of TCPFSM_FACT_*
 *
 * Context: any.
 * Return: the state; LISTEN where nothing was sent yet.
 */
static inline enum tcpfsm_state tcpfsm_state_of(u8 facts)
{
	return (enum tcpfsm_state)tcpfsm_state_table[facts & TCPFSM_FACTS_ALL];
}

/**
 * tcpfsm_arc_of() - the kind of a transition, for its counter
 * @from: the state left
 * @to: the state entered
 *
 * Return: TCPFSM_ARC_OTHER for a pair that TCPFSM_ARCS does not list.
 */
static inline enum tcpfsm_arc tcpfsm_arc_of(unsigned int from, unsigned int to)
{
	u8 arc = tcpfsm_arc_table[from % TCPFSM_STATE_ROOM][to % TCPFSM_STATE_ROOM];

	return arc ? (enum tcpfsm_arc)(arc - 1) : TCPFSM_ARC_OTHER;
}

#endif
