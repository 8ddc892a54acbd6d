/* SPDX-License-Identifier: GPL-2.0-only */
/* What a step has changed goes out from here: counters, tracepoints, log. */
#ifndef TCPFSM_EVENTS_H
#define TCPFSM_EVENTS_H

#include "table.h"

struct tcpfsm_entry *tcpfsm_events_report(struct tcpfsm_entry *entry,
					  const struct tcpfsm_segment *seg,
					  const struct tcpfsm_result *result);
void tcpfsm_events_log(struct tcpfsm_net *tn, struct tcpfsm_entry *copy,
		       const struct tcpfsm_result *result);

/* log.c */
void tcpfsm_log_changes(struct tcpfsm_net *tn, const struct tcpfsm_entry *entry,
			const struct tcpfsm_result *result);
void tcpfsm_log_anomalies(struct tcpfsm_net *tn, const struct tcpfsm_entry *entry,
			  u32 anomalies);
void tcpfsm_log_flow(struct tcpfsm_net *tn, const struct tcpfsm_entry *entry, const char *what);
void tcpfsm_log_flush(struct tcpfsm_net *tn);
bool tcpfsm_log_is_full(const struct tcpfsm_net *tn);
void tcpfsm_log_miss(struct tcpfsm_net *tn, unsigned int lines);

#endif
