/* SPDX-License-Identifier: GPL-2.0-only */
/* Figures of servers (address and port), local or remote, by network namespace. */
#ifndef TCPFSM_LISTENERS_H
#define TCPFSM_LISTENERS_H

#include "../core/handshakes.h"
#include "table.h"

/* How many a namespace has figures of; of those, how many that have sent no SYN-ACK. */
#define TCPFSM_LISTENERS_MAX 512
#define TCPFSM_LISTENERS_SILENT_MAX 64

/**
 * struct tcpfsm_listener - one server
 * @next: in its bucket
 * @used: in the list of those that are like it, the one asked last at the end
 * @end: address and port as a number, see lookup.h
 * @addr: address, an IPv4 one in the first word
 * @ifindex: interface, for link-local addresses only; else 0
 * @port: port
 * @is_ip6: of AF_INET6, not of AF_INET
 * @slot: place in struct tcpfsm_listeners
 * @answers: it has sent a SYN-ACK
 * @figures: what became of handshakes with it
 */
struct tcpfsm_listener {
	struct tcpfsm_listener *next;
	struct list_head used;
	u64 end;
	struct in6_addr addr;
	u32 ifindex;
	__be16 port;
	u16 slot;
	bool is_ip6;
	bool answers;
	struct tcpfsm_handshakes figures;
};

/**
 * struct tcpfsm_listeners_totals - what is told of all servers of a namespace
 * @listeners: how many have figures
 * @missed: handshakes that are in nobody's figures, as there was no room for their server
 * @evicted: servers whose figures were given up for those of another
 * @no_memory: how often memory could not be had
 */
struct tcpfsm_listeners_totals {
	unsigned int listeners;
	u64 missed;
	u64 evicted;
	u64 no_memory;
};

void tcpfsm_listeners_begin(struct tcpfsm_entry *entry);
void tcpfsm_listeners_take(struct tcpfsm_entry *entry, const struct tcpfsm_segment *seg,
			   const struct tcpfsm_result *result);
void tcpfsm_listeners_clear(struct tcpfsm_net *tn);
void tcpfsm_listeners_totals(struct tcpfsm_net *tn, struct tcpfsm_listeners_totals *totals);
bool tcpfsm_listeners_copy(struct tcpfsm_net *tn, unsigned int *slot,
			   struct tcpfsm_listener *copy);
int tcpfsm_listeners_net_init(struct tcpfsm_net *tn);
void tcpfsm_listeners_net_exit(struct tcpfsm_net *tn);
int tcpfsm_listeners_init(void);
void tcpfsm_listeners_exit(void);

#endif
