// SPDX-License-Identifier: GPL-2.0-only
/*
 * The flow table. Lookups run under RCU; a bucket is changed under one of
 * LOCKS spinlocks, which is taken inside a flow's own lock. New flows go to the
 * head of their bucket and are numbered under its lock, so numbers fall along
 * a chain: that is what lets a reader stop anywhere and go on later.
 */
#include <linux/in6.h>
#include <linux/ktime.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/random.h>
#include <linux/slab.h>

#include "events.h"
#include "lookup.h"

#define LOCKS 1024
/* A handshake takes longer only if a segment was lost (RFC 6298 2.1). */
#define HANDSHAKE_NS (3 * NSEC_PER_SEC)
/* Buckets that a reader passes before it offers the processor to others. */
#define READ_BATCH 1024

struct tcpfsm_buckets tcpfsm_buckets __read_mostly;

static spinlock_t *locks __read_mostly;
static struct kmem_cache *cache __read_mostly;
static atomic64_t last_id;

static spinlock_t *lock_of(u32 hash)
{
	return &locks[hash & tcpfsm_buckets.mask & (LOCKS - 1)];
}

/* For those who can do with a call. */
u32 tcpfsm_table_hash(const struct tcpfsm_net *tn, const struct tcpfsm_key *key)
{
	return tcpfsm_hash(tn, key);
}

struct tcpfsm_entry *tcpfsm_table_find(const struct tcpfsm_net *tn, const struct tcpfsm_key *key,
				       u32 hash, unsigned int *who)
{
	return tcpfsm_lookup(tn, key, hash, who);
}

/*
 * Make room for one flow. What has ended goes first, then the oldest half-open
 * flow if its handshake is overdue, then the oldest in TIME_WAIT, and then a
 * handshake that may yet succeed; an established flow never does.
 */
static void make_room(struct tcpfsm_net *tn)
{
	if (!tcpfsm_clock_evict(tn, TCPFSM_QUEUE_ENDED) &&
	    !tcpfsm_clock_evict_half_open(tn, HANDSHAKE_NS) &&
	    !tcpfsm_clock_evict(tn, TCPFSM_QUEUE_TIME_WAIT))
		tcpfsm_clock_evict_half_open(tn, 0);
}

/**
 * tcpfsm_table_alloc() - room for a new flow
 * @tn: the namespace
 * @half_open: it begins with a SYN or SYN-ACK
 *
 * At a cap older flows make room, see make_room(). Counts what could not be done.
 *
 * Context: softirq or process, RCU read side, no flow locked.
 * Return: an entry that nobody else knows, or NULL.
 */
struct tcpfsm_entry *tcpfsm_table_alloc(struct tcpfsm_net *tn, bool half_open)
{
	struct tcpfsm_entry *entry;

	if (half_open && tcpfsm_half_open(tn) >= tcpfsm_max_half_open)
		tcpfsm_clock_evict_half_open(tn, 0);
	if (atomic_read(&tn->flows) >= tcpfsm_max_flows)
		make_room(tn);

	if (atomic_inc_return(&tn->flows) > tcpfsm_max_flows) {
		tcpfsm_count(tn, table_full);
		goto drop;
	}
	entry = kmem_cache_zalloc(cache, GFP_ATOMIC | __GFP_NOWARN);
	if (!entry) {
		tcpfsm_count(tn, no_memory);
		goto drop;
	}
	entry->tn = tn;
	entry->queue = TCPFSM_QUEUE_NONE;
	spin_lock_init(&entry->lock);
	INIT_LIST_HEAD(&entry->waiting);
	return entry;

drop:
	atomic_dec(&tn->flows);
	tcpfsm_count(tn, drops);
	return NULL;
}

/**
 * tcpfsm_table_discard() - give back an entry that was never inserted
 * @entry: from tcpfsm_table_alloc()
 */
void tcpfsm_table_discard(struct tcpfsm_entry *entry)
{
	atomic_dec(&entry->tn->flows);
	kmem_cache_free(cache, entry);
}

/**
 * tcpfsm_table_insert() - publish a new flow
 * @entry: complete but for its number
 *
 * Context: @entry->lock held, so that nobody overtakes the first segment.
 * Return: false if another processor has begun the same flow meanwhile.
 */
bool tcpfsm_table_insert(struct tcpfsm_entry *entry)
{
	struct tcpfsm_entry *other;
	unsigned int who;
	bool fresh = true;

	lockdep_assert_held(&entry->lock);
	spin_lock(lock_of(entry->hash));
	rcu_read_lock();
	other = tcpfsm_table_find(entry->tn, &entry->key, entry->hash, &who);
	if (other && !READ_ONCE(other->flow.ended)) {
		fresh = false;
	} else {
		entry->id = atomic64_inc_return(&last_id);
		hlist_add_head_rcu(&entry->node, tcpfsm_bucket(entry->hash));
	}
	rcu_read_unlock();
	spin_unlock(lock_of(entry->hash));
	return fresh;
}

static void free_entry(struct rcu_head *rcu)
{
	kmem_cache_free(cache, container_of(rcu, struct tcpfsm_entry, rcu));
}

/**
 * tcpfsm_table_forget() - take a flow out of the table
 * @entry: in the table and not dead
 *
 * Context: @entry->lock held; the memory lives on for an RCU grace period.
 */
void tcpfsm_table_forget(struct tcpfsm_entry *entry)
{
	lockdep_assert_held(&entry->lock);
	entry->dead = true;
	tcpfsm_clock_forget(entry);
	spin_lock(lock_of(entry->hash));
	hlist_del_rcu(&entry->node);
	spin_unlock(lock_of(entry->hash));
	atomic_dec(&entry->tn->flows);
	call_rcu(&entry->rcu, free_entry);
}

/**
 * tcpfsm_table_scan() - look at the flows of some buckets
 * @from: first bucket
 * @count: how many buckets; the table wraps
 * @look: called for each flow, under RCU with BH off, no lock held
 *
 * Context: process.
 */
void tcpfsm_table_scan(u32 from, u32 count, void (*look)(struct tcpfsm_entry *entry))
{
	struct tcpfsm_entry *entry;
	u32 i;

	for (i = 0; i < count; i++) {
		rcu_read_lock();
		hlist_for_each_entry_rcu(entry, tcpfsm_bucket(from + i), node)
			look(entry);
		rcu_read_unlock();
		cond_resched();
	}
}

static void clear_one(struct tcpfsm_entry *entry)
{
	struct tcpfsm_net *tn = entry->tn;
	struct tcpfsm_result result;

	spin_lock_bh(&entry->lock);
	if (entry->dead) {
		spin_unlock_bh(&entry->lock);
		return;
	}
	tcpfsm_give_up(&entry->flow, ktime_get_ns(), TCPFSM_VERDICT_CLEARED, TCPFSM_CAUSE_CLEAR,
		       &result);
	tcpfsm_events_report(tn, entry, NULL, &result);
	tcpfsm_table_forget(entry);
	spin_unlock_bh(&entry->lock);
	tcpfsm_events_log(tn, entry, &result);
}

/**
 * tcpfsm_table_clear() - end and forget all flows of a namespace
 * @tn: the namespace, or NULL for all namespaces that are dying
 *
 * Context: process. Flows that begin meanwhile may stay, unless no hook is left.
 */
void tcpfsm_table_clear(struct tcpfsm_net *tn)
{
	struct tcpfsm_entry *entry;
	u32 i;

	for (i = 0; i <= tcpfsm_buckets.mask; i++) {
		if (hlist_empty(&tcpfsm_buckets.head[i]))
			continue;
		rcu_read_lock();
		hlist_for_each_entry_rcu(entry, &tcpfsm_buckets.head[i], node)
			if (tn ? entry->tn == tn : READ_ONCE(entry->tn->dying))
				clear_one(entry);
		rcu_read_unlock();
		cond_resched();
	}
}

/**
 * tcpfsm_table_next() - go on through the flows of a namespace
 * @tn: the namespace
 * @bucket: where the reader stands; moved on
 * @id: number of the flow it stands on, or U64_MAX for the begin of the bucket;
 *	moved on
 * @again: give the flow it stands on once more, if it is still there
 *
 * Numbers fall along a chain and new ones are put before all, so a flow that
 * is there all the time is met exactly once.
 *
 * Context: process, RCU read side, which may be left for a moment and is held
 * again on return, until the flow is no longer used.
 * Return: the next flow, or NULL at the end.
 */
struct tcpfsm_entry *tcpfsm_table_next(const struct tcpfsm_net *tn, u32 *bucket, u64 *id,
				       bool again)
{
	struct tcpfsm_entry *entry;

	for (; *bucket <= tcpfsm_buckets.mask; (*bucket)++, *id = U64_MAX) {
		/* Between buckets nothing of the table is held. */
		if (*bucket % READ_BATCH == READ_BATCH - 1) {
			rcu_read_unlock();
			cond_resched();
			rcu_read_lock();
		}
		hlist_for_each_entry_rcu(entry, &tcpfsm_buckets.head[*bucket], node) {
			if (entry->id > *id || (entry->id == *id && !again))
				continue;
			if (entry->tn != tn)
				continue;
			*id = entry->id;
			return entry;
		}
	}
	return NULL;
}

/**
 * tcpfsm_address_print() - address and port of an end
 * @buf: TCPFSM_ADDRESS_MAX bytes
 * @entry: the flow
 * @who: enum tcpfsm_role
 */
void tcpfsm_address_print(char *buf, const struct tcpfsm_entry *entry, unsigned int who)
{
	const struct tcpfsm_key *key = &entry->key;

	snprintf(buf, TCPFSM_ADDRESS_MAX, key->family == AF_INET ? "%pI4:%u" : "[%pI6c]:%u",
		 &key->addr[who], ntohs(key->port[who]));
}

/**
 * tcpfsm_table_init() - allocate the table by the module's parameters
 *
 * Return: 0 or -ENOMEM.
 */
int tcpfsm_table_init(void)
{
	u32 i;

	get_random_bytes(tcpfsm_buckets.secret, sizeof(tcpfsm_buckets.secret));
	tcpfsm_buckets.head = kvcalloc(tcpfsm_hashsize, sizeof(*tcpfsm_buckets.head), GFP_KERNEL);
	locks = kvcalloc(LOCKS, sizeof(*locks), GFP_KERNEL);
	cache = KMEM_CACHE(tcpfsm_entry, SLAB_HWCACHE_ALIGN | SLAB_NO_MERGE);
	if (!tcpfsm_buckets.head || !locks || !cache) {
		tcpfsm_table_exit();
		return -ENOMEM;
	}
	tcpfsm_buckets.mask = tcpfsm_hashsize - 1;
	for (i = 0; i < LOCKS; i++)
		spin_lock_init(&locks[i]);
	return 0;
}

/**
 * tcpfsm_table_exit() - free the table, which is empty
 *
 * Context: process; waits for the last flows to be freed.
 */
void tcpfsm_table_exit(void)
{
	rcu_barrier();
	kmem_cache_destroy(cache);
	kvfree(locks);
	kvfree(tcpfsm_buckets.head);
}
