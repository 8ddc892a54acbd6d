/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One TCP connection attempt as the observer knows it: two endpoints, their
 * facts, and what was measured. No address, no lock, no list: those belong to
 * whoever keeps flows (src/kmod/table.c, the tests, the replay).
 */
#ifndef TCPFSM_FLOW_H
#define TCPFSM_FLOW_H

#include "segment.h"
#include "serial.h"
#include "states.h"

/* What is known of an endpoint beside its facts. */
enum {
	TCPFSM_MARK_P_INFERRED = 1 << 0,	/* P was not seen at its own host */
	TCPFSM_MARK_PF_INFERRED = 1 << 1,	/* nor was PF */
	TCPFSM_MARK_P_CONFIRMED = 1 << 2,	/* its own segments prove P */
	TCPFSM_MARK_PF_WAITS = 1 << 3,		/* PF comes with its next AF (rule 8) */
	TCPFSM_MARK_PF_WAITS_INFERRED = 1 << 4,
	TCPFSM_MARK_ISN = 1 << 5,		/* isn was seen, not assumed */
	TCPFSM_MARK_RCV = 1 << 6,		/* rcv_nxt and rcv_edge were seen */
	TCPFSM_MARK_BARE_SYN = 1 << 7,		/* sent a SYN without ACK */
	TCPFSM_MARK_SYNACK = 1 << 8,		/* sent a SYN-ACK */
	TCPFSM_MARK_RESET = 1 << 9,		/* closed by a RST, sent or accepted */
	TCPFSM_MARK_RESET_SENT = 1 << 10,	/* it was its own */
	TCPFSM_MARK_RESET_INFERRED = 1 << 11,	/* and not seen at its own host */
	TCPFSM_MARK_REFUSED = 1 << 12,		/* answered a SYN with a RST */
	TCPFSM_MARK_GONE = 1 << 13,		/* 2MSL over, or the flow was given up */
	TCPFSM_MARK_FIN_REACHED = 1 << 14,	/* the peer's FIN came, perhaps past a hole */
	TCPFSM_MARK_RESTARTED = 1 << 15,	/* sent a SYN into the synchronised flow */
};

/**
 * struct tcpfsm_endpoint - one end
 * @snd_nxt: one past the highest sequence number it was seen to send
 * @rcv_nxt: highest ACK it was seen to send: its RCV.NXT is this or more
 * @rcv_edge: highest right edge of the windows it has offered
 * @got: one past what was seen to reach it in sequence; at its own host only
 * @tsval: newest timestamp seen of it, or 0
 * @isn: initial sequence number
 * @fin: sequence number of its FIN
 * @fin_ack: lowest ACK that a copy of its FIN carried
 * @sack_edge: highest right edge of its latest SACK blocks; means something
 *	while it lies beyond @rcv_nxt
 * @af_seq: sequence number of its first ACK of the peer's FIN
 * @inferred_us: when something about it was inferred last, or it acknowledged a FIN
 *	before its own was seen; as @syn_us of the flow
 * @marks: TCPFSM_MARK_*
 * @facts: TCPFSM_FACT_*
 * @state: what was last reported of it
 * @mss: its SYN's MSS option, 0 where absent
 * @wscale: its SYN's window scale, with @has_wscale
 * @options: TCPFSM_OPT_* of its SYN
 * @rtx_syn: repeated SYNs, or SYN-ACKs for a server; stops at 255
 * @rtx_fin: repeated FINs; stops at 255
 * @seen: TCPFSM_SEEN_*, where its segments passed
 *
 * All that data move stands before @isn: see data.h.
 */
struct tcpfsm_endpoint {
	u32 snd_nxt;
	u32 rcv_nxt;
	u32 rcv_edge;
	u32 got;
	u32 tsval;
	u32 isn;
	u32 fin;
	u32 fin_ack;
	u32 sack_edge;
	u32 af_seq;
	u32 inferred_us;
	u16 marks;
	u16 mss;
	u8 facts;
	u8 state;
	u8 wscale;
	u8 has_wscale;
	u8 options;
	u8 rtx_syn;
	u8 rtx_fin;
	u8 seen;
};

enum {
	TCPFSM_SEEN_OUT = 1 << 0,
	TCPFSM_SEEN_IN = 1 << 1,
	TCPFSM_SEEN_FORWARD = 1 << 2,
};

/* Which measurements of struct tcpfsm_flow are there. */
enum {
	TCPFSM_HAS_RTT_SERVER = 1 << 0,
	TCPFSM_HAS_RTT_CLIENT = 1 << 1,
	TCPFSM_HAS_HALF_CLOSE = 1 << 2,
	TCPFSM_HAS_TEARDOWN = 1 << 3,
	TCPFSM_HAS_FINACK_CLIENT = 1 << 4,	/* << TCPFSM_SERVER for the other */
	TCPFSM_HAS_FINACK_SERVER = 1 << 5,
	TCPFSM_HAS_SYN_TIME = 1 << 6,
	TCPFSM_HAS_SYNACK_TIME = 1 << 7,
};

#define TCPFSM_NOBODY 2

/* Where @icmp_count of struct tcpfsm_flow stops. */
#define TCPFSM_ICMP_COUNT_MAX 255

/**
 * struct tcpfsm_doubt - a FIN that is not believed yet
 * @fin: its sequence number
 * @ack: the ACK it carried
 * @ms: when it passed, milliseconds of the monotonic clock modulo 2^32
 */
struct tcpfsm_doubt {
	u32 fin;
	u32 ack;
	u32 ms;
};

/**
 * struct tcpfsm_flow - one connection attempt
 * @end: client and server; of a flow to itself only the first is used
 * @born_ns: when its first segment passed
 * @seen_ns: when its latest segment passed
 * @since_ns: when the present phase began (see clock.c); starts 2MSL again
 * @syn_us: last SYN, microseconds since @born_ns, modulo 2^32 like the next
 * @synack_us: last SYN-ACK
 * @rtt_server_us: last SYN to first SYN-ACK
 * @rtt_client_us: last SYN-ACK to the client's first ACK
 * @finack_ms: first FIN of an end to the ACK that covers it
 * @teardown_ms: first FIN to the last ACK
 * @new_isn: the SYN with another number that came last, of @new_of
 * @reset_seq: sequence number of the RST that was accepted last
 * @early_rst_seq: sequence number of a RST that may have overtaken data
 * @entered_ms: when each end came into its state, milliseconds since @born_ns;
 *	TCPFSM_ENTERED_UNKNOWN, and TCPFSM_ENTERED_MAX for that late or later
 * @doubt: the FIN that was put aside last; with @doubted
 * @fin_ns: first FIN of each end
 * @icmp_from: who sent the latest ICMP error, see tcpfsm_icmp_from()
 * @history: codes of 5 bits in order of first occurrence, see history.c
 * @letters: bit set of the codes in @history
 * @flags: TCPFSM_FLOW_*
 * @has: TCPFSM_HAS_*
 * @outcome: enum tcpfsm_verdict so far; final once @ended
 * @ended: both ends are closed
 * @icmp_code: code of the latest ICMP error
 * @icmp_count: ICMP errors about its segments; stops at 255
 * @icmp_class: enum tcpfsm_icmp_class of the latest; TCPFSM_ICMP_NONE if there was none
 * @icmp_of: who sent the segment that it is about
 * @doubted: whose FIN that is, or TCPFSM_NOBODY
 * @early_rst: who sent that RST, or TCPFSM_NOBODY
 * @reset_by: who sent the RST that was accepted, or TCPFSM_NOBODY
 * @reset_hit: the state it hit
 * @new_of: who sent the SYN of @new_isn, or TCPFSM_NOBODY
 * @shook: both ends have been ESTABLISHED
 * @skipped: segments were left out, or may be: sequence numbers are old
 * @doubted_far: the FIN of @doubted lies outside the window
 * @gone_on: bit set of ends that have gone on since the next life of its ports began
 * @first_fin: who sent the first FIN, or TCPFSM_NOBODY
 */
struct tcpfsm_flow {
	struct tcpfsm_endpoint end[2];
	u64 born_ns;
	u64 seen_ns;
	u64 since_ns;
	/* One or the other, as the flow then is as large as before it knew of ICMP. */
	union {
		u64 fin_ns[2];
		u8 icmp_from[16];
	};
	u64 history[2];
	struct tcpfsm_doubt doubt;
	u32 letters;
	u32 syn_us;
	u32 synack_us;
	u32 rtt_server_us;
	u32 rtt_client_us;
	u32 finack_ms[2];
	u32 teardown_ms;
	u32 new_isn;
	u32 reset_seq;
	u32 early_rst_seq;
	u32 entered_ms[2];
	u8 flags;
	u8 has;
	u8 outcome;
	u8 icmp_code;
	u8 icmp_count;
	/* Together, as the flow then is as large as before it knew @entered_ms and ICMP. */
	u8 icmp_class : 3;
	u8 icmp_of : 1;
	u8 doubted : 2;
	u8 early_rst : 2;
	u8 reset_hit : 4;
	u8 new_of : 2;
	u8 reset_by : 2;
	u8 ended : 1;
	u8 shook : 1;
	u8 skipped : 1;
	u8 doubted_far : 1;
	u8 gone_on : 2;
	u8 first_fin : 2;
};

/* Values of @entered_ms: it was there before the flow began; and 49 days. */
#define TCPFSM_ENTERED_UNKNOWN 0xffffffffU
#define TCPFSM_ENTERED_MAX 0xfffffffeU

/* Where the observer stood when the segment passed. */
enum tcpfsm_point {
	TCPFSM_AT_OUT,		/* LOCAL_OUT, to the network */
	TCPFSM_AT_IN,		/* LOCAL_IN, from the network */
	TCPFSM_AT_FORWARD,	/* passing through */
	TCPFSM_AT_LOOP_OUT,	/* LOCAL_OUT, to this host */
	TCPFSM_AT_LOOP_IN,	/* LOCAL_IN, from this host: seen before */
};

/**
 * struct tcpfsm_sighting - a segment was seen: where, when
 * @now_ns: monotonic; need not be exact for a segment that tcpfsm_quiet() names
 * @point: enum tcpfsm_point
 * @has_rcv_nxt: @rcv_nxt is what the receiving socket itself says
 * @rcv_nxt: RCV.NXT of the receiving socket
 * @rcv_wnd: so far beyond @rcv_nxt it takes a RST: 0, but where its user is gone and it waits
 *	for a FIN in FIN_WAIT2
 * @lags: the socket may not have looked yet at what passed just before
 * @unheard: a SYN, and nobody listens at the host that it is for, where this passes
 */
struct tcpfsm_sighting {
	u64 now_ns;
	u32 rcv_nxt;
	u32 rcv_wnd;
	u8 point;
	bool has_rcv_nxt;
	bool lags;
	bool unheard;
};

struct tcpfsm_change {
	u8 role;	/* enum tcpfsm_role */
	u8 from;
	u8 to;
	u8 certainty;
	u8 cause;
};

/* Each fact, each withdrawal and each reset of one segment adds at most one. */
#define TCPFSM_CHANGES_MAX 16

/**
 * struct tcpfsm_result - what one segment, or the clock, changed
 * @anomalies: bit set of enum tcpfsm_anomaly
 * @changes: how many transitions
 * @who: the endpoint that sent the segment
 * @again: over loopback, the second sight of a segment
 * @learned: a fact was added or withdrawn
 * @shook: both ends are ESTABLISHED for the first time
 * @ended: the flow has just ended, with @outcome of the flow
 * @revived: it had ended by a RST that is now withdrawn, or for a life that was forged
 * @restarted: the flow's phase began, or began again; since_ns has moved
 * @outside: the segment lies outside the window and proved nothing
 * @retransmitted: a SYN, SYN-ACK or FIN that was seen before
 * @change: transitions in their order
 */
struct tcpfsm_result {
	u32 anomalies;
	u8 changes;
	u8 who;
	bool again;
	bool learned;
	bool shook;
	bool ended;
	bool revived;
	bool restarted;
	bool outside;
	bool retransmitted;
	struct tcpfsm_change change[TCPFSM_CHANGES_MAX];
};

/* Nothing has changed yet. All but @change, of which only the first @changes mean anything. */
static inline void tcpfsm_result_clear(struct tcpfsm_result *result)
{
	memset(result, 0, offsetof(struct tcpfsm_result, change));
}

/* Idle limits, in seconds; see clock.c. */
#define TCPFSM_LIMITS(X)					\
	X(SYN_SENT, syn_sent, 150)				\
	X(SYN_RECV, syn_recv, 90)				\
	X(ESTABLISHED, established, 432000)			\
	X(FIN_WAIT1, fin_wait1, 300)				\
	X(FIN_WAIT2, fin_wait2, 300)				\
	X(CLOSE_WAIT, close_wait, 432000)			\
	X(CLOSING, closing, 120)				\
	X(LAST_ACK, last_ack, 120)

/**
 * struct tcpfsm_limits - how long a flow may be silent
 * @idle_s: by enum tcpfsm_state, seconds
 * @time_wait_s: 2MSL, seconds
 * @linger_s: how long an ended flow stays readable, seconds
 */
struct tcpfsm_limits {
	u32 idle_s[TCPFSM_STATE_MAX];
	u32 time_wait_s;
	u32 linger_s;
};

/* facts.c */
void tcpfsm_see(struct tcpfsm_flow *flow, unsigned int who, const struct tcpfsm_segment *seg,
		const struct tcpfsm_sighting *at, struct tcpfsm_result *result);
bool tcpfsm_is_settled(const struct tcpfsm_flow *flow);
bool tcpfsm_quiet(const struct tcpfsm_flow *flow, const struct tcpfsm_segment *seg);

/* lite.c */
void tcpfsm_skip(struct tcpfsm_flow *flow, u64 now_ns);

/* birth.c */
enum tcpfsm_birth {
	TCPFSM_BIRTH_NONE,	/* this segment begins no flow */
	TCPFSM_BIRTH_CLIENT,	/* its sender is the client */
	TCPFSM_BIRTH_SERVER,	/* its sender is the server */
};

enum tcpfsm_birth tcpfsm_birth(const struct tcpfsm_segment *seg);
void tcpfsm_begin(struct tcpfsm_flow *flow, unsigned int who, bool self,
		  const struct tcpfsm_segment *seg, const struct tcpfsm_sighting *at,
		  struct tcpfsm_result *result);
bool tcpfsm_is_new_incarnation(const struct tcpfsm_flow *flow, unsigned int who,
			       const struct tcpfsm_segment *seg,
			       const struct tcpfsm_sighting *at);
bool tcpfsm_outlives(struct tcpfsm_flow *flow, unsigned int who, const struct tcpfsm_segment *seg,
		     const struct tcpfsm_sighting *at);

/* clock.c */
enum tcpfsm_phase {
	TCPFSM_PHASE_HALF_OPEN,	/* the handshake is under way */
	TCPFSM_PHASE_GUESS,	/* picked up in mid-stream, and one end alone has spoken */
	TCPFSM_PHASE_ALIVE,
	TCPFSM_PHASE_TIME_WAIT,	/* nothing but 2MSL stands between it and its end */
	TCPFSM_PHASE_ENDED,
	TCPFSM_PHASE_MAX
};

void tcpfsm_limits_default(struct tcpfsm_limits *limits);
enum tcpfsm_phase tcpfsm_phase(const struct tcpfsm_flow *flow);
u64 tcpfsm_deadline_ns(const struct tcpfsm_flow *flow, const struct tcpfsm_limits *limits);
void tcpfsm_tick(struct tcpfsm_flow *flow, u64 now_ns, const struct tcpfsm_limits *limits,
		 struct tcpfsm_result *result);
void tcpfsm_give_up(struct tcpfsm_flow *flow, u64 now_ns, enum tcpfsm_verdict verdict,
		    enum tcpfsm_cause cause, struct tcpfsm_result *result);

/* history.c */
enum tcpfsm_letter {
	TCPFSM_LETTER_SYN, TCPFSM_LETTER_SYNACK, TCPFSM_LETTER_ACK, TCPFSM_LETTER_DATA,
	TCPFSM_LETTER_FIN, TCPFSM_LETTER_RST, TCPFSM_LETTER_CHECKSUM, TCPFSM_LETTER_RETRANSMIT,
	TCPFSM_LETTER_INCONSISTENT, TCPFSM_LETTER_WINDOW, TCPFSM_LETTER_MULTI,
	TCPFSM_LETTER_MAX
};

/* Every letter once a direction, and the end of the string. */
#define TCPFSM_HISTORY_SIZE (2 * TCPFSM_LETTER_MAX + 1)

/* Has this end done that before? */
static inline bool tcpfsm_history_has(const struct tcpfsm_flow *flow, unsigned int who,
				      enum tcpfsm_letter letter)
{
	return flow->letters >> (letter + (who == TCPFSM_SERVER ? TCPFSM_LETTER_MAX : 0)) & 1;
}

void tcpfsm_history_note(struct tcpfsm_flow *flow, unsigned int who, enum tcpfsm_letter letter);
void tcpfsm_history_segment(struct tcpfsm_flow *flow, unsigned int who,
			    const struct tcpfsm_segment *seg);
void tcpfsm_history_print(const struct tcpfsm_flow *flow, char *buf);

/*
 * line.c: room for the longest line that tcpfsm_line() and tcpfsm_change_line() write, and
 * behind the first for who has sent an ICMP error.
 */
#define TCPFSM_LINE_MAX 1024
#define TCPFSM_CHANGE_LINE_MAX 224

int tcpfsm_change_line(char *buf, size_t size, const struct tcpfsm_change *change,
		       const char *client, const char *server);
int tcpfsm_line(char *buf, size_t size, const struct tcpfsm_flow *flow, u64 id, u64 age_ms,
		const char *client, const char *server);

/* What the shells ask of a flow. */
unsigned int tcpfsm_closer(const struct tcpfsm_flow *flow);
u32 tcpfsm_half_close_ms(const struct tcpfsm_flow *flow);
const char *tcpfsm_closer_name(const struct tcpfsm_flow *flow);
bool tcpfsm_is_local(const struct tcpfsm_flow *flow, unsigned int who);
bool tcpfsm_is_unsure(const struct tcpfsm_flow *flow, unsigned int who);

/* A flow to itself has one endpoint, which plays both roles. */
static inline unsigned int tcpfsm_index(const struct tcpfsm_flow *flow, unsigned int who)
{
	return flow->flags & TCPFSM_FLOW_SELF ? TCPFSM_CLIENT : who;
}

/* Are both ends ESTABLISHED? */
static inline bool tcpfsm_is_synchronised(const struct tcpfsm_flow *flow)
{
	return flow->end[TCPFSM_CLIENT].state == TCPFSM_ESTABLISHED &&
	       flow->end[TCPFSM_SERVER].state == TCPFSM_ESTABLISHED;
}

static inline bool tcpfsm_has_fact(const struct tcpfsm_endpoint *end, u8 facts)
{
	return (end->facts & facts) == facts;
}

#endif
