/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Counters: per namespace, per processor, shown by /proc/net/stat/tcpfsm.
 * Transition kinds, verdicts and anomalies are counted by the lists of
 * src/core/states.h; these are the others.
 */
#ifndef TCPFSM_STATS_H
#define TCPFSM_STATS_H

#include <linux/percpu.h>
#include <linux/types.h>

#include "../core/states.h"

struct tcpfsm_net;

/* X(name, sentence); the order is that of the columns. */
#define TCPFSM_COUNTERS(X)							\
	X(segments, "TCP segments inspected; the sum of the classes below")	\
	X(seg_syn, "class: SYN without ACK")					\
	X(seg_synack, "class: SYN and ACK")					\
	X(seg_ack, "class: ACK without payload")				\
	X(seg_data, "class: payload, no SYN, FIN or RST")			\
	X(seg_fin, "class: FIN, no SYN or RST")					\
	X(seg_rst, "class: RST")						\
	X(seg_other, "class: neither SYN, FIN, RST nor ACK; proves nothing")		\
	X(seg_ignored, "class: left out by the settings ports and mark")	\
	X(seg_fragment, "class: fragment without a TCP header")			\
	X(seg_malformed, "class: damaged header, not read further")		\
	X(seg_checksum, "class: SYN, FIN or RST with a wrong checksum")		\
	X(no_flow, "segments of no known flow that begin none")			\
	X(outside, "segments outside their target's window, which proved nothing") \
	X(syn_retrans, "SYNs seen before")					\
	X(synack_retrans, "SYN-ACKs seen before")				\
	X(fin_retrans, "FINs seen before")					\
	X(begun, "flows begun; begun + revived = open + ended by all verdicts")	\
	X(midstream, "of those, picked up without their SYN")			\
	X(handshakes, "flows whose two ends were both ESTABLISHED")		\
	X(revived, "ended flows that live again: what ended them was retracted")	\
	X(inferred, "transitions that were inferred")				\
	X(retracted, "transitions that were retractions")			\
	X(evict_half_open, "flows nobody had answered yet, given up for a newer one")		\
	X(evict_time_wait, "flows forgotten in TIME_WAIT for a newer one; graceful all the same") \
	X(evict_ended, "ended flows forgotten before their linger time")	\
	X(drops, "segments whose flow could not be kept; the sum of the next three")	\
	X(table_full, "of those, because max_flows was reached and nothing could be given up")	\
	X(no_memory, "of those, because memory could not be had")			\
	X(chain_full, "of those, because their bucket holds too many flows")	\
	X(log_suppressed, "log lines left out by the rate limit")

/* Those of ICMP have a file of their own: the one of the others is full. */
#define TCPFSM_ICMP_COUNTERS(X)							\
	X(icmp_unreachable, "errors that a flow was told: unreachable, or rejected") \
	X(icmp_too_big, "errors that a flow was told: too long for a link")	\
	X(icmp_time_exceeded, "errors that a flow was told: a loop, or a fragment missing") \
	X(icmp_parameter, "errors that a flow was told: something in the header") \
	X(icmp_stray, "errors about a segment that cannot be on its way: late or forged") \
	X(icmp_no_flow, "errors about a segment of no known flow")		\
	X(icmp_checksum, "errors about a TCP segment with a wrong checksum")	\
	X(icmp_malformed, "errors that quote too little, or no packet of their family")

struct tcpfsm_stats {
#define X(name, text) unsigned long name;
	TCPFSM_COUNTERS(X)
#undef X
	unsigned long arc[TCPFSM_ARC_MAX];
	unsigned long verdict[TCPFSM_VERDICT_MAX];
	unsigned long anomaly[TCPFSM_ANOMALY_MAX];
#define X(name, text) unsigned long name;
	TCPFSM_ICMP_COUNTERS(X)
#undef X
};

#define tcpfsm_count(tn, name) this_cpu_inc((tn)->stats->name)

#ifdef CONFIG_PROC_FS
int tcpfsm_stats_init(struct tcpfsm_net *tn);
void tcpfsm_stats_exit(struct tcpfsm_net *tn);
#else
static inline int tcpfsm_stats_init(struct tcpfsm_net *tn)
{
	return 0;
}

static inline void tcpfsm_stats_exit(struct tcpfsm_net *tn)
{
}
#endif

#endif
