/* SPDX-License-Identifier: GPL-2.0-only */
/* What the module keeps for each network namespace. */
#ifndef TCPFSM_NET_H
#define TCPFSM_NET_H

#include <linux/atomic.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/netfilter.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>
#include <net/net_namespace.h>

#include "../core/flow.h"
#include "stats.h"

/*
 * Lists of flows that wait for the same time to pass, oldest first; but for
 * GUESS, which only tells who has to make room: time ends those as any other.
 */
enum tcpfsm_queue {
	TCPFSM_QUEUE_SYN_SENT,
	TCPFSM_QUEUE_SYN_RECV,
	TCPFSM_QUEUE_TIME_WAIT,
	TCPFSM_QUEUE_ENDED,
	TCPFSM_QUEUES_TIMED,
	TCPFSM_QUEUE_GUESS = TCPFSM_QUEUES_TIMED,
	TCPFSM_QUEUES,
	TCPFSM_QUEUE_NONE = TCPFSM_QUEUES,
};

#define TCPFSM_HOOKS 6
#define TCPFSM_PORTS 65536

struct tcpfsm_listeners;

struct tcpfsm_portset {
	struct rcu_head rcu;
	DECLARE_BITMAP(port, TCPFSM_PORTS);
};

/**
 * struct tcpfsm_settings - the sysctls of a namespace
 * @enabled: 0 takes the hooks away
 * @strict: 0 does not follow data of established flows
 * @log_level: 0 to 3
 * @mark: with @mark_mask: trace only packets whose mark, masked, is this
 * @mark_mask: 0 traces all
 * @limits: times, in seconds
 *
 * Each is read alone and may change between two segments.
 */
struct tcpfsm_settings {
	unsigned int enabled;
	unsigned int strict;
	unsigned int log_level;
	unsigned int mark;
	unsigned int mark_mask;
	struct tcpfsm_limits limits;
};

/**
 * struct tcpfsm_net - a network namespace
 * @net: the namespace, which outlives this
 * @stats: counters
 * @listeners: figures of servers
 * @settings: sysctls
 * @ports: which ports are traced; NULL traces all. RCU, written under @setup
 * @ops: the hooks, registered if @hooked; under @setup
 * @hooked: how many of @ops are registered
 * @dying: the namespace goes away; no hook comes back
 * @setup: serialises hooks and @ports against writers of sysctls
 * @plain: no setting leaves out any segment; written under @setup
 * @skips: lite mode: data of settled flows may pass unseen
 * @lite: lite mode: they do
 * @flows: flows in the table, ended ones included
 * @replaced: of those, ended ones that may come back, see tcpfsm_outlives()
 * @queue_lock: protects @queue and @queued; taken inside a bucket's lock
 * @queue: flows by what they wait for
 * @queued: their numbers
 * @clock: runs what is due in @queue
 * @sysctl: the registered table
 * @sysctl_table: this namespace's copy of it
 * @log_window: jiffies when the present second of logging began
 * @log_lines: lines logged in it
 * @log_missed: lines left out since one was last printed
 * @inum: the namespace's inode number, as lsns shows it
 * @salt: mixed into the hash
 */
struct tcpfsm_net {
	struct net *net;
	struct tcpfsm_stats __percpu *stats;
	struct tcpfsm_listeners *listeners;
	struct tcpfsm_settings settings;
	struct tcpfsm_portset __rcu *ports;
	struct nf_hook_ops ops[TCPFSM_HOOKS];
	unsigned int hooked;
	bool dying;
	bool plain;
	bool skips;
	bool lite;
	struct mutex setup;	/* hooks, ports */
	atomic_t flows;
	atomic_t replaced;
	spinlock_t queue_lock;	/* queue, queued */
	struct list_head queue[TCPFSM_QUEUES];
	unsigned int queued[TCPFSM_QUEUES];
	struct delayed_work clock;
	struct ctl_table_header *sysctl;
	struct ctl_table *sysctl_table;
	unsigned long log_window;
	atomic_t log_lines;
	atomic_t log_missed;
	u32 inum;
	u64 salt;
};

/* Flows whose handshake is under way. */
static inline unsigned int tcpfsm_half_open(const struct tcpfsm_net *tn)
{
	return READ_ONCE(tn->queued[TCPFSM_QUEUE_SYN_SENT]) +
	       READ_ONCE(tn->queued[TCPFSM_QUEUE_SYN_RECV]);
}

/* Flows that anybody can begin with a forged segment: nobody has answered yet. */
static inline unsigned int tcpfsm_unproved(const struct tcpfsm_net *tn)
{
	return tcpfsm_half_open(tn) + READ_ONCE(tn->queued[TCPFSM_QUEUE_GUESS]);
}

struct tcpfsm_net *tcpfsm_net(const struct net *net);
int tcpfsm_net_init(void);
void tcpfsm_net_exit(void);

#endif
