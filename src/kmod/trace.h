/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The tracepoints. The address fields and their printing are those of the
 * kernel's sock:inet_sock_set_state (include/trace/events/sock.h), so that a
 * script for that event works on these. No event holds a kernel pointer.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM tcpfsm

#if !defined(TCPFSM_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define TCPFSM_TRACE_H

#include <linux/in.h>
#include <linux/socket.h>
#include <linux/tracepoint.h>

#include "../core/icmp.h"
#include "table.h"

#ifndef TCPFSM_TRACE_ONCE
#define TCPFSM_TRACE_ONCE

/* The same four fields, and their v4-mapped form, in every event. */
static inline void tcpfsm_trace_host(bool is_ip6, const struct in6_addr *addr, u8 *v4, u8 *v6)
{
	memset(v4, 0, 4);
	if (!is_ip6) {
		memcpy(v4, addr, 4);
		memset(v6, 0, 10);
		memset(v6 + 10, 0xff, 2);
		memcpy(v6 + 12, addr, 4);
	} else {
		memcpy(v6, addr, 16);
	}
}

static inline void tcpfsm_trace_address(const struct tcpfsm_key *key, unsigned int who, u8 *v4,
					u8 *v6)
{
	tcpfsm_trace_host(key->is_ip6, &key->addr[who], v4, v6);
}

#endif

#define TCPFSM_ADDRESS_FIELDS							\
	__field(__u16, sport)							\
	__field(__u16, dport)							\
	__field(__u16, family)							\
	__field(__u16, protocol)						\
	__array(__u8, saddr, 4)							\
	__array(__u8, daddr, 4)							\
	__array(__u8, saddr_v6, 16)						\
	__array(__u8, daddr_v6, 16)

#define TCPFSM_ASSIGN_ADDRESSES(key, from)					\
	do {									\
		__entry->family = tcpfsm_key_family(key);				\
		__entry->protocol = IPPROTO_TCP;				\
		__entry->sport = ntohs((key)->port[from]);			\
		__entry->dport = ntohs((key)->port[!(from)]);			\
		tcpfsm_trace_address(key, from, __entry->saddr, __entry->saddr_v6); \
		tcpfsm_trace_address(key, !(from), __entry->daddr, __entry->daddr_v6); \
	} while (0)

#define TCPFSM_ADDRESS_FORMAT							\
	"family=%s protocol=%s sport=%hu dport=%hu saddr=%pI4 daddr=%pI4 saddrv6=%pI6c daddrv6=%pI6c"

#define TCPFSM_ADDRESS_VALUES							\
	__print_symbolic(__entry->family, { 2, "AF_INET" }, { 10, "AF_INET6" }), \
	__print_symbolic(__entry->protocol, { 6, "IPPROTO_TCP" }),		\
	__entry->sport, __entry->dport, __entry->saddr, __entry->daddr,		\
	__entry->saddr_v6, __entry->daddr_v6

/*
 * The lists of states.h as symbols. User space knows no enums of ours, so that
 * TRACE_DEFINE_ENUM has their numbers put into the format files.
 */
#define TCPFSM_ENUM_CERTAINTY(name, word) TRACE_DEFINE_ENUM(TCPFSM_##name);
#define TCPFSM_ENUM_CAUSE(name, word) TRACE_DEFINE_ENUM(TCPFSM_CAUSE_##name);
#define TCPFSM_ENUM_VERDICT(name, word, text) TRACE_DEFINE_ENUM(TCPFSM_VERDICT_##name);
#define TCPFSM_ENUM_ANOMALY(name, word, text) TRACE_DEFINE_ENUM(TCPFSM_ANOMALY_##name);

TCPFSM_CERTAINTIES(TCPFSM_ENUM_CERTAINTY)
TCPFSM_CAUSES(TCPFSM_ENUM_CAUSE)
TCPFSM_VERDICTS(TCPFSM_ENUM_VERDICT)
TCPFSM_ANOMALIES(TCPFSM_ENUM_ANOMALY)

#define TCPFSM_SYMBOL_STATE(name, number) { number, "TCP_" #name },
#define TCPFSM_SYMBOL_CERTAINTY(name, word) { TCPFSM_##name, #word },
#define TCPFSM_SYMBOL_CAUSE(name, word) { TCPFSM_CAUSE_##name, #word },
#define TCPFSM_SYMBOL_VERDICT(name, word, text) { TCPFSM_VERDICT_##name, #word },
#define TCPFSM_SYMBOL_ANOMALY(name, word, text) { TCPFSM_ANOMALY_##name, #word },

/* The kernel's list has one more, which is no state of the RFC. */
#define tcpfsm_show_state(value)						\
	__print_symbolic(value, TCPFSM_STATES(TCPFSM_SYMBOL_STATE) { 12, "TCP_NEW_SYN_RECV" })
#define tcpfsm_show_role(value)							\
	__print_symbolic(value, { 0, "client" }, { 1, "server" })
#define tcpfsm_show_certainty(value)						\
	__print_symbolic(value, TCPFSM_CERTAINTIES(TCPFSM_SYMBOL_CERTAINTY) { 255, "?" })
#define tcpfsm_show_cause(value)						\
	__print_symbolic(value, TCPFSM_CAUSES(TCPFSM_SYMBOL_CAUSE) { 255, "?" })
#define tcpfsm_show_verdict(value)						\
	__print_symbolic(value, TCPFSM_VERDICTS(TCPFSM_SYMBOL_VERDICT) { 255, "?" })
#define tcpfsm_show_anomaly(value)						\
	__print_symbolic(value, TCPFSM_ANOMALIES(TCPFSM_SYMBOL_ANOMALY) { 255, "?" })
#define tcpfsm_show_closer(value)						\
	__print_symbolic(value, { 0, "client" }, { 1, "server" }, { 2, "nobody" }, \
			 { 3, "simultaneous" })

/*
 * An endpoint changes state. saddr:sport is that endpoint. seq, ack and flags
 * are of the segment that caused it, 0 where time or a hand did.
 */
TRACE_EVENT(tcpfsm_set_state,

	TP_PROTO(const struct tcpfsm_entry *record, const struct tcpfsm_change *change,
		 const struct tcpfsm_segment *seg),

	TP_ARGS(record, change, seg),

	TP_STRUCT__entry(
		__field(__u64, flow)
		__field(__u32, netns)
		__field(__u32, seq)
		__field(__u32, ack)
		__field(__u8, endpoint)
		__field(__u8, local)
		__field(__u8, certainty)
		__field(__u8, cause)
		__field(__u8, flags)
		__field(int, oldstate)
		__field(int, newstate)
		TCPFSM_ADDRESS_FIELDS
	),

	TP_fast_assign(
		__entry->flow = record->id;
		__entry->netns = record->tn->inum;
		__entry->seq = seg ? seg->seq : 0;
		__entry->ack = seg ? seg->ack : 0;
		__entry->flags = seg ? seg->flags : 0;
		__entry->endpoint = change->role;
		__entry->local = tcpfsm_is_local(&record->flow, change->role);
		__entry->certainty = change->certainty;
		__entry->cause = change->cause;
		__entry->oldstate = change->from;
		__entry->newstate = change->to;
		TCPFSM_ASSIGN_ADDRESSES(&record->key, change->role);
	),

	TP_printk("flow=%llu netns=%u endpoint=%s local=%u certainty=%s cause=%s seq=%u ack=%u flags=0x%02x "
		  TCPFSM_ADDRESS_FORMAT " oldstate=%s newstate=%s",
		  __entry->flow, __entry->netns, tcpfsm_show_role(__entry->endpoint),
		  __entry->local, tcpfsm_show_certainty(__entry->certainty),
		  tcpfsm_show_cause(__entry->cause), __entry->seq, __entry->ack, __entry->flags,
		  TCPFSM_ADDRESS_VALUES, tcpfsm_show_state(__entry->oldstate),
		  tcpfsm_show_state(__entry->newstate))
);

/* Both endpoints are ESTABLISHED for the first time. A round trip of 0 was not measured. */
TRACE_EVENT(tcpfsm_handshake,

	TP_PROTO(const struct tcpfsm_entry *record),

	TP_ARGS(record),

	TP_STRUCT__entry(
		__field(__u64, flow)
		__field(__u32, netns)
		__field(__u32, rtt_server_us)
		__field(__u32, rtt_client_us)
		__field(__u8, syn_retrans)
		__field(__u8, synack_retrans)
		__field(__u8, flow_flags)
		TCPFSM_ADDRESS_FIELDS
	),

	TP_fast_assign(
		__entry->flow = record->id;
		__entry->netns = record->tn->inum;
		__entry->rtt_server_us = record->flow.rtt_server_us;
		__entry->rtt_client_us = record->flow.rtt_client_us;
		__entry->syn_retrans = record->flow.end[TCPFSM_CLIENT].rtx_syn;
		__entry->synack_retrans = record->flow.end[TCPFSM_SERVER].rtx_syn;
		__entry->flow_flags = record->flow.flags;
		TCPFSM_ASSIGN_ADDRESSES(&record->key, TCPFSM_CLIENT);
	),

	TP_printk("flow=%llu netns=%u rtt_server_us=%u rtt_client_us=%u syn_retrans=%u synack_retrans=%u flow_flags=0x%02x "
		  TCPFSM_ADDRESS_FORMAT,
		  __entry->flow, __entry->netns, __entry->rtt_server_us, __entry->rtt_client_us,
		  __entry->syn_retrans, __entry->synack_retrans, __entry->flow_flags,
		  TCPFSM_ADDRESS_VALUES)
);

/* A flow ends. Measurements that were not made are 0; has says which were. */
TRACE_EVENT(tcpfsm_close,

	TP_PROTO(const struct tcpfsm_entry *record),

	TP_ARGS(record),

	TP_STRUCT__entry(
		__field(__u64, flow)
		__field(__u64, duration_us)
		__field(__u32, netns)
		__field(__u32, rtt_server_us)
		__field(__u32, rtt_client_us)
		__field(__u32, half_close_ms)
		__field(__u32, teardown_ms)
		__field(__u8, outcome)
		__field(__u8, closer)
		__field(__u8, reset_hit)
		__field(__u8, has)
		__field(__u8, flow_flags)
		__array(char, history, TCPFSM_HISTORY_SIZE)
		TCPFSM_ADDRESS_FIELDS
	),

	TP_fast_assign(
		const struct tcpfsm_flow *flow = &record->flow;

		__entry->flow = record->id;
		__entry->netns = record->tn->inum;
		__entry->duration_us = div_u64(flow->since_ns - flow->born_ns, NSEC_PER_USEC);
		__entry->rtt_server_us = flow->rtt_server_us;
		__entry->rtt_client_us = flow->rtt_client_us;
		__entry->half_close_ms = flow->has & TCPFSM_HAS_HALF_CLOSE ?
			tcpfsm_half_close_ms(flow) : 0;
		__entry->teardown_ms = flow->teardown_ms;
		__entry->outcome = flow->outcome;
		__entry->closer = tcpfsm_closer(flow);
		__entry->reset_hit = flow->reset_hit;
		__entry->has = flow->has;
		__entry->flow_flags = flow->flags;
		tcpfsm_history_print(flow, __entry->history);
		TCPFSM_ASSIGN_ADDRESSES(&record->key, TCPFSM_CLIENT);
	),

	TP_printk("flow=%llu netns=%u outcome=%s closer=%s hist=%s duration_us=%llu rtt_server_us=%u rtt_client_us=%u half_close_ms=%u teardown_ms=%u has=0x%02x flow_flags=0x%02x reset_in=%s "
		  TCPFSM_ADDRESS_FORMAT,
		  __entry->flow, __entry->netns, tcpfsm_show_verdict(__entry->outcome),
		  tcpfsm_show_closer(__entry->closer), __entry->history, __entry->duration_us,
		  __entry->rtt_server_us, __entry->rtt_client_us, __entry->half_close_ms,
		  __entry->teardown_ms, __entry->has, __entry->flow_flags,
		  tcpfsm_show_state(__entry->reset_hit), TCPFSM_ADDRESS_VALUES)
);

/* Something that should not be. endpoint sent the segment, where there is one. */
TRACE_EVENT(tcpfsm_anomaly,

	TP_PROTO(const struct tcpfsm_entry *record, unsigned int anomaly, unsigned int who,
		 const struct tcpfsm_segment *seg),

	TP_ARGS(record, anomaly, who, seg),

	TP_STRUCT__entry(
		__field(__u64, flow)
		__field(__u32, netns)
		__field(__u32, seq)
		__field(__u32, ack)
		__field(__u8, anomaly)
		__field(__u8, endpoint)
		__field(__u8, flags)
		TCPFSM_ADDRESS_FIELDS
	),

	TP_fast_assign(
		__entry->flow = record->id;
		__entry->netns = record->tn->inum;
		__entry->seq = seg ? seg->seq : 0;
		__entry->ack = seg ? seg->ack : 0;
		__entry->flags = seg ? seg->flags : 0;
		__entry->anomaly = anomaly;
		__entry->endpoint = who;
		TCPFSM_ASSIGN_ADDRESSES(&record->key, TCPFSM_CLIENT);
	),

	TP_printk("flow=%llu netns=%u anomaly=%s endpoint=%s seq=%u ack=%u flags=0x%02x "
		  TCPFSM_ADDRESS_FORMAT,
		  __entry->flow, __entry->netns, tcpfsm_show_anomaly(__entry->anomaly),
		  tcpfsm_show_role(__entry->endpoint), __entry->seq, __entry->ack,
		  __entry->flags, TCPFSM_ADDRESS_VALUES)
);

/* A segment with SYN, FIN or RST, or one that added a fact. saddr:sport sent it. */
TRACE_EVENT(tcpfsm_segment,

	TP_PROTO(const struct tcpfsm_entry *record, unsigned int who,
		 const struct tcpfsm_segment *seg),

	TP_ARGS(record, who, seg),

	TP_STRUCT__entry(
		__field(__u64, flow)
		__field(__u32, netns)
		__field(__u32, seq)
		__field(__u32, ack)
		__field(__u32, len)
		__field(__u16, window)
		__field(__u8, endpoint)
		__field(__u8, flags)
		TCPFSM_ADDRESS_FIELDS
	),

	TP_fast_assign(
		__entry->flow = record->id;
		__entry->netns = record->tn->inum;
		__entry->seq = seg->seq;
		__entry->ack = seg->ack;
		__entry->len = seg->len;
		__entry->window = seg->window;
		__entry->endpoint = who;
		__entry->flags = seg->flags;
		TCPFSM_ASSIGN_ADDRESSES(&record->key, who);
	),

	TP_printk("flow=%llu netns=%u endpoint=%s seq=%u ack=%u len=%u window=%u flags=0x%02x "
		  TCPFSM_ADDRESS_FORMAT,
		  __entry->flow, __entry->netns, tcpfsm_show_role(__entry->endpoint),
		  __entry->seq, __entry->ack, __entry->len, __entry->window, __entry->flags,
		  TCPFSM_ADDRESS_VALUES)
);

/* An ICMP error about a segment of the flow, which endpoint had sent and seq is of. */
TRACE_EVENT(tcpfsm_icmp,

	TP_PROTO(const struct tcpfsm_entry *record, const struct tcpfsm_icmp *error,
		 const struct in6_addr *reporter),

	TP_ARGS(record, error, reporter),

	TP_STRUCT__entry(
		__field(__u64, flow)
		__field(__u32, netns)
		__field(__u32, seq)
		__field(__u8, endpoint)
		__field(__u8, type)
		__field(__u8, code)
		__field(__u8, count)
		__array(char, icmp, TCPFSM_ICMP_NAME_MAX)
		__array(__u8, from, 4)
		__array(__u8, from_v6, 16)
		TCPFSM_ADDRESS_FIELDS
	),

	TP_fast_assign(
		__entry->flow = record->id;
		__entry->netns = record->tn->inum;
		__entry->seq = error->seq;
		__entry->endpoint = record->flow.icmp_of;
		__entry->type = tcpfsm_icmp_type(error->class);
		__entry->code = error->code;
		__entry->count = record->flow.icmp_count;
		tcpfsm_icmp_name(__entry->icmp, TCPFSM_ICMP_NAME_MAX, error->class, error->code);
		tcpfsm_trace_host(record->key.is_ip6, reporter, __entry->from, __entry->from_v6);
		TCPFSM_ASSIGN_ADDRESSES(&record->key, TCPFSM_CLIENT);
	),

	TP_printk("flow=%llu netns=%u icmp=%s endpoint=%s seq=%u type=%u code=%u count=%u from=%pI4 fromv6=%pI6c "
		  TCPFSM_ADDRESS_FORMAT,
		  __entry->flow, __entry->netns, __entry->icmp,
		  tcpfsm_show_role(__entry->endpoint), __entry->seq, __entry->type,
		  __entry->code, __entry->count, __entry->from, __entry->from_v6,
		  TCPFSM_ADDRESS_VALUES)
);

#endif

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace

#include <trace/define_trace.h>
