/* SPDX-License-Identifier: GPL-2.0-only */
/* A tracepoint of the module that was hit. */
#ifndef TCPFSM_CLI_EVENT_H
#define TCPFSM_CLI_EVENT_H

#include "icmp.h"
#include "key.h"

struct tep_event;
struct tep_record;

/* X(constant, name of the tracepoint) */
#define EVENTS(X)				\
	X(SET_STATE, "tcpfsm_set_state")	\
	X(HANDSHAKE, "tcpfsm_handshake")	\
	X(CLOSE, "tcpfsm_close")		\
	X(ANOMALY, "tcpfsm_anomaly")		\
	X(SEGMENT, "tcpfsm_segment")		\
	X(ICMP, "tcpfsm_icmp")

enum event_kind {
#define X(kind, name) EVENT_##kind,
	EVENTS(X)
#undef X
	EVENT_MAX
};

/**
 * struct event - one of them; what a kind does not have is 0
 * @kind: enum event_kind
 * @time_ns: since 1970
 * @flow: number of the flow
 * @netns: inode number of its namespace
 * @key: client first
 * @seg: sequence number, ACK, flags; of EVENT_SEGMENT window and length too
 * @who: who changed, or who sent the segment; of EVENT_ICMP the one that it is about
 * @change: of EVENT_SET_STATE
 * @anomaly: of EVENT_ANOMALY
 * @outcome: of EVENT_CLOSE, like all that follows; else TCPFSM_VERDICT_MAX
 * @closer: who sent the first FIN
 * @reset_in: state that a RST hit
 * @has: TCPFSM_HAS_*; of EVENT_HANDSHAKE too, like the round trips
 * @rtt_server_us: last SYN to first SYN-ACK
 * @rtt_client_us: last SYN-ACK to the client's first ACK
 * @half_close_ms: first FIN to the peer's
 * @teardown_ms: first FIN to the last ACK
 * @duration_us: first segment to the end
 * @history: letters
 * @icmp: of EVENT_ICMP, like all that follows: name of the error
 * @icmp_from: who sent it, as addresses of @key
 * @icmp_count: how many there were
 */
struct event {
	enum event_kind kind;
	u64 time_ns;
	u64 flow;
	u32 netns;
	struct flow_key key;
	struct tcpfsm_segment seg;
	u8 who;
	struct tcpfsm_change change;
	u8 anomaly;
	u8 outcome;
	u8 closer;
	u8 reset_in;
	u8 has;
	u32 rtt_server_us;
	u32 rtt_client_us;
	u32 half_close_ms;
	u32 teardown_ms;
	u64 duration_us;
	char history[TCPFSM_HISTORY_SIZE];
	char icmp[TCPFSM_ICMP_NAME_MAX];
	u8 icmp_from[16];
	u8 icmp_count;
};

bool event_read(struct event *event, struct tep_event *format, struct tep_record *record);
const char *event_name(enum event_kind kind);

#endif
