/* SPDX-License-Identifier: GPL-2.0-only */
/* The flow table: a keyed hash of flows of all namespaces, under striped locks. */
#ifndef TCPFSM_TABLE_H
#define TCPFSM_TABLE_H

#include <linux/in6.h>
#include <linux/inet.h>
#include <linux/jiffies.h>
#include <linux/list.h>
#include <linux/sched.h>
#include <linux/spinlock.h>
#include <linux/uidgid.h>

#include "../core/data.h"
#include "net.h"

/**
 * struct tcpfsm_key - whose connection
 * @addr: client's and server's address; IPv4 ones in the first word
 * @port: client's and server's port
 * @ifindex: interface, for link-local addresses only; else 0
 * @is_ip6: of AF_INET6, not of AF_INET
 */
struct tcpfsm_key {
	struct in6_addr addr[2];
	__be16 port[2];
	u32 ifindex : 31;
	u32 is_ip6 : 1;
};

static inline u16 tcpfsm_key_family(const struct tcpfsm_key *key)
{
	return key->is_ip6 ? AF_INET6 : AF_INET;
}

/* What segments find a flow. */
enum tcpfsm_found {
	TCPFSM_FOUND_IP4,
	TCPFSM_FOUND_IP6,
	TCPFSM_FOUND_BY_NONE,	/* another life of the same ports has the place */
};

/**
 * struct tcpfsm_entry - a flow in the table
 * @next: in its bucket; newer ones stand first
 * @tn: its namespace
 * @end: client and server as numbers, see lookup.h
 * @found_as: enum tcpfsm_found
 * @queue: enum tcpfsm_queue, which list of @tn it is on
 * @pending: it is counted in the table's pending flows
 * @asked: it is counted there only to see whether it still lives
 * @has_owner: which of @uid, @cgroup, and @pid with @comm are known
 * @first: the first data of an end have a short way, too
 * @replaced: it was alive when, between its ends, another took its place, and is
 *	counted in @tn->replaced
 * @intrudes: it took such a place, and @contested has been set since
 * @contested: it took such a place, or has it again: all its segments go the long way
 * @handshake: enum tcpfsm_handshake, how far it is in the figures of its server
 * @heard: tcpfsm_mark_of() the jiffy of the latest segment on the short way, or 0
 * @way: which segments may take that
 * @listener: place of its server in @tn->listeners, while it is half-open there
 * @flow: what the rules know; tcpfsm_entry_begin() brings it up to date
 * @key: never changes
 * @waiting: in @tn->queue[@queue]
 * @id: number of the flow, from 1, never used twice
 * @cgroup: of the socket of a local end
 * @uid: of the socket of a local end
 * @pid: process that connected it, in the machine's own pid namespace
 * @comm: name of the thread that connected it; ends with a 0 byte
 *
 * All of it is under the lock of its bucket, its life included: who does not hold
 * that lock has no entry. Data of IPv4 touch what stands before @isn of the second end
 * of @flow and nothing else: two cache lines.
 */
struct tcpfsm_entry {
	struct tcpfsm_entry *next;
	struct tcpfsm_net *tn;
	u64 end[2];
	u8 found_as;
	u8 queue : 7;
	u8 intrudes : 1;
	u8 pending : 1;
	u8 asked : 1;
	u8 has_owner : 3;
	u8 first : 1;
	u8 replaced : 1;
	u8 contested : 1;
	u8 handshake;
	u32 heard;
	struct tcpfsm_way way;
	u16 listener;
	struct tcpfsm_flow flow;

	struct tcpfsm_key key;
	struct list_head waiting;
	u64 id;
	u64 cgroup;
	kuid_t uid;
	u32 pid;
	char comm[TASK_COMM_LEN];
};

enum {
	TCPFSM_OWNER_UID = 1 << 0,
	TCPFSM_OWNER_CGROUP = 1 << 1,
	TCPFSM_OWNER_PROCESS = 1 << 2,
};

/* "[" address "]:" port and the end of the string. */
#define TCPFSM_ADDRESS_MAX (INET6_ADDRSTRLEN + sizeof("[]:65535"))

extern unsigned int tcpfsm_max_flows;
extern unsigned int tcpfsm_max_flows_all;
extern unsigned int tcpfsm_max_half_open;
extern unsigned int tcpfsm_hashsize;

struct tcpfsm_name;

int tcpfsm_table_init(void);
void tcpfsm_table_exit(void);
bool tcpfsm_table_has_room(const struct tcpfsm_net *tn);
bool tcpfsm_table_make_room(struct tcpfsm_net *tn);
struct tcpfsm_entry *tcpfsm_table_add(struct tcpfsm_net *tn, const struct tcpfsm_name *name,
				      const struct tcpfsm_key *key, unsigned int who);
void tcpfsm_table_forget(struct tcpfsm_entry *entry);
void tcpfsm_table_set_replaced(struct tcpfsm_entry *entry, bool replaced);
void tcpfsm_table_put_first(struct tcpfsm_entry *entry);
struct tcpfsm_entry *tcpfsm_table_copy(const struct tcpfsm_entry *entry);
void tcpfsm_table_discard(struct tcpfsm_entry *copy);
void tcpfsm_table_clear(struct tcpfsm_net *tn);
bool tcpfsm_table_next(const struct tcpfsm_net *tn, u32 *bucket, u64 *id, bool again,
		       struct tcpfsm_entry *copy);
void tcpfsm_table_skip(const struct tcpfsm_net *tn);
void tcpfsm_entry_sync(struct tcpfsm_entry *entry, u64 now_ns);
void tcpfsm_entry_answered(struct tcpfsm_entry *entry);
void tcpfsm_entry_begin(struct tcpfsm_entry *entry, u64 now_ns);
void tcpfsm_entry_end(struct tcpfsm_entry *entry);
void tcpfsm_host_print(char *buf, bool is_ip6, const void *addr);
void tcpfsm_end_print(char *buf, bool is_ip6, const struct in6_addr *addr, __be16 port);
void tcpfsm_address_print(char *buf, const struct tcpfsm_entry *entry, unsigned int who);

/* clock.c */
int tcpfsm_clock_init(void);
void tcpfsm_clock_exit(void);
void tcpfsm_clock_net_init(struct tcpfsm_net *tn);
void tcpfsm_clock_net_exit(struct tcpfsm_net *tn);
void tcpfsm_clock_wait(struct tcpfsm_entry *entry, bool again);
void tcpfsm_clock_forget(struct tcpfsm_entry *entry);
bool tcpfsm_clock_evict(struct tcpfsm_net *tn, enum tcpfsm_queue which);
bool tcpfsm_clock_evict_unproved(struct tcpfsm_net *tn, u64 age_ns);

#endif
