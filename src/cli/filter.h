/* SPDX-License-Identifier: GPL-2.0-only */
/* Which flows are meant, in the words of ss. */
#ifndef TCPFSM_CLI_FILTER_H
#define TCPFSM_CLI_FILTER_H

#include "key.h"
#include "record.h"

struct filter;

/**
 * struct subject - what a filter is asked about
 * @key: the flow's ends
 * @states: of client and server: bit set of enum tcpfsm_state, 0 where not known
 * @outcome: enum tcpfsm_verdict, or TCPFSM_VERDICT_MAX
 */
struct subject {
	const struct flow_key *key;
	u32 states[2];
	u8 outcome;
};

/* For --help of whatever takes a filter. */
#define FILTER_HELP								\
	"A FILTER is the common part of what ss takes; src is the client's end, dst the server's:\n" \
	"  src, dst, host PREFIX       192.0.2.7, 10.0.0.0/8, 2001:db8::/32; host is either end\n" \
	"  sport, dport, port OP PORT  OP is =, !=, <, <=, >, >=; a PORT is 443, :443 or https\n" \
	"  state, client, server STATE TIME_WAIT, time-wait ...; state is of either end,\n" \
	"                              exclude of neither; also connected, synchronized ...\n" \
	"  outcome WORD                graceful, refused, reset_server ...\n"	\
	"joined by and, or, not and parentheses. src and dst may carry a port: dst 10.0.0.1:443\n" \
	"Not taken: names of hosts, dev, cgroup, fwmark, autobound, options of ss as -4"

bool filter_parse(struct filter **filter, int argc, char **argv);
bool filter_by_states(struct filter **filter, u32 *states, const char *list);
bool filter_is_of_key(const struct filter *filter);
bool filter_matches(const struct filter *filter, const struct subject *subject);
void filter_free(struct filter *filter);

bool filter_states(u32 *states, const char *name);
void filter_subject(struct subject *subject, const struct record *record);

#endif
