/* SPDX-License-Identifier: GPL-2.0-only */
/* What a step has changed goes out from here: counters, tracepoints, log. */
#ifndef TCPFSM_EVENTS_H
#define TCPFSM_EVENTS_H

#include "../core/icmp.h"
#include "table.h"

struct tcpfsm_entry *tcpfsm_events_report(struct tcpfsm_entry *entry,
					  const struct tcpfsm_segment *seg,
					  const struct tcpfsm_result *result);
struct tcpfsm_entry *tcpfsm_events_icmp(struct tcpfsm_entry *entry, const struct tcpfsm_icmp *icmp,
					const struct in6_addr *from, bool news);
void tcpfsm_events_write(struct tcpfsm_net *tn, struct tcpfsm_entry *copy,
			 const struct tcpfsm_result *result);

/**
 * tcpfsm_events_log() - write to the kernel log what the level asks for
 * @tn: the namespace
 * @copy: from tcpfsm_events_report(), freed here; NULL, as nearly always, if it asks for nothing
 * @result: the step's result
 *
 * Context: RCU read side, no lock of ours held.
 */
static inline void tcpfsm_events_log(struct tcpfsm_net *tn, struct tcpfsm_entry *copy,
				     const struct tcpfsm_result *result)
{
	if (copy)
		tcpfsm_events_write(tn, copy, result);
}

/* log.c */
void tcpfsm_log_changes(struct tcpfsm_net *tn, const struct tcpfsm_entry *entry,
			const struct tcpfsm_result *result);
void tcpfsm_log_anomalies(struct tcpfsm_net *tn, const struct tcpfsm_entry *entry,
			  u32 anomalies);
void tcpfsm_log_flow(struct tcpfsm_net *tn, const struct tcpfsm_entry *entry, const char *what);
void tcpfsm_log_icmp(struct tcpfsm_net *tn, const struct tcpfsm_entry *entry,
		     const struct in6_addr *from);
void tcpfsm_log_flush(struct tcpfsm_net *tn);
bool tcpfsm_log_is_full(const struct tcpfsm_net *tn);
void tcpfsm_log_miss(struct tcpfsm_net *tn, unsigned int lines);

#endif
