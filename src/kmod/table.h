/* SPDX-License-Identifier: GPL-2.0-only */
/* The flow table: a keyed hash of flows of all namespaces, read under RCU. */
#ifndef TCPFSM_TABLE_H
#define TCPFSM_TABLE_H

#include <linux/in6.h>
#include <linux/inet.h>
#include <linux/jiffies.h>
#include <linux/list.h>
#include <linux/spinlock.h>
#include <linux/uidgid.h>

#include "net.h"

/**
 * struct tcpfsm_key - whose connection
 * @addr: client's and server's address; IPv4 ones in the first word
 * @port: client's and server's port
 * @family: AF_INET or AF_INET6
 * @ifindex: interface, for link-local addresses only; else 0
 */
struct tcpfsm_key {
	struct in6_addr addr[2];
	__be16 port[2];
	u16 family;
	u32 ifindex;
};

/**
 * struct tcpfsm_entry - a flow in the table
 * @node: in its bucket; newer ones stand first
 * @tn: its namespace
 * @hash: of @key, the same for both directions
 * @queue: enum tcpfsm_queue, which list of @tn it is on; under @lock
 * @dead: taken out of the table; under @lock
 * @has_owner: which of @uid and @cgroup are known
 * @lock: protects @flow and what is said to be under it
 * @id: number of the flow, from 1, never used twice
 * @waiting: in @tn->queue[@queue]
 * @rcu: for freeing, once it is dead
 * @flow: what the rules know
 * @key: never changes
 * @heard: jiffies of the latest segment that took the short way, or 0; under @lock
 * @uid: of the socket of a local end
 * @cgroup: of the socket of a local end
 */
struct tcpfsm_entry {
	struct hlist_node node;
	struct tcpfsm_net *tn;
	u32 hash;
	u8 queue;
	bool dead;
	u8 has_owner;
	u64 id;
	union {
		struct list_head waiting;
		struct rcu_head rcu;
	};
	spinlock_t lock;	/* flow, queue, dead */
	kuid_t uid;
	struct tcpfsm_flow flow;
	struct tcpfsm_key key;
	u64 heard;
	u64 cgroup;
};

enum {
	TCPFSM_OWNER_UID = 1 << 0,
	TCPFSM_OWNER_CGROUP = 1 << 1,
};

/* The flow's own times know nothing of the short way of data: tell them. */
static inline void tcpfsm_entry_sync(struct tcpfsm_entry *entry, u64 now_ns)
{
	u64 heard_ns;

	if (!entry->heard)
		return;
	heard_ns = now_ns - jiffies64_to_nsecs(get_jiffies_64() - entry->heard);
	if (heard_ns > entry->flow.seen_ns)
		entry->flow.seen_ns = heard_ns;
	entry->heard = 0;
}

/* "[" address "]:" port and the end of the string. */
#define TCPFSM_ADDRESS_MAX (INET6_ADDRSTRLEN + sizeof("[]:65535"))

extern unsigned int tcpfsm_max_flows;
extern unsigned int tcpfsm_max_half_open;
extern unsigned int tcpfsm_hashsize;

int tcpfsm_table_init(void);
void tcpfsm_table_exit(void);
u32 tcpfsm_table_hash(const struct tcpfsm_net *tn, const struct tcpfsm_key *key);
struct tcpfsm_entry *tcpfsm_table_find(const struct tcpfsm_net *tn, const struct tcpfsm_key *key,
				       u32 hash, unsigned int *who);
struct tcpfsm_entry *tcpfsm_table_alloc(struct tcpfsm_net *tn, bool half_open);
void tcpfsm_table_discard(struct tcpfsm_entry *entry);
bool tcpfsm_table_insert(struct tcpfsm_entry *entry);
void tcpfsm_table_forget(struct tcpfsm_entry *entry);
void tcpfsm_table_clear(struct tcpfsm_net *tn);
struct tcpfsm_entry *tcpfsm_table_next(const struct tcpfsm_net *tn, u32 *bucket, u64 *id,
				       bool again);
void tcpfsm_address_print(char *buf, const struct tcpfsm_entry *entry, unsigned int who);

/* clock.c */
int tcpfsm_clock_init(void);
void tcpfsm_clock_exit(void);
void tcpfsm_clock_net_init(struct tcpfsm_net *tn);
void tcpfsm_clock_net_exit(struct tcpfsm_net *tn);
void tcpfsm_clock_wait(struct tcpfsm_entry *entry, bool again);
void tcpfsm_clock_forget(struct tcpfsm_entry *entry);
bool tcpfsm_clock_evict(struct tcpfsm_net *tn, enum tcpfsm_queue which);
bool tcpfsm_clock_evict_half_open(struct tcpfsm_net *tn, u64 age_ns);

/* For clock.c: a look at every bucket in turn. */
void tcpfsm_table_scan(u32 from, u32 count, void (*look)(struct tcpfsm_entry *entry));

#endif
