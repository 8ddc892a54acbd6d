// SPDX-License-Identifier: GPL-2.0-only
/*
 * The flow table. A bucket and all flows in it are under a spinlock
 * that several buckets share, their lives included: nobody has a flow without its lock, so one
 * that is forgotten is free at once. New flows go to the head of their bucket
 * and are numbered under its lock, so numbers fall along a chain: that is what
 * lets a reader stop anywhere and go on later.
 */
#include <linux/ktime.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/random.h>
#include <linux/slab.h>
#include <linux/user_namespace.h>

#include "events.h"
#include "lookup.h"

/* A handshake takes longer only if a segment was lost (RFC 6298 2.1). */
#define HANDSHAKE_NS (3 * NSEC_PER_SEC)
/* Buckets that a reader passes before it offers the processor to others. */
#define READ_BATCH 1024
/* What a chain may hold beside eight times what it would hold were all alike. */
#define CHAIN_MAX 64

struct tcpfsm_buckets tcpfsm_buckets __read_mostly;

static struct kmem_cache *cache __read_mostly;
static atomic64_t last_id;
/* In all namespaces, and in those that are of other user namespaces than the machine's. */
static atomic_t all_flows;
static atomic_t guest_flows;

/* ---- Room ---- */

static bool is_guest(const struct tcpfsm_net *tn)
{
	return tn->net->user_ns != &init_user_ns;
}

/* Whoever may make user namespaces has network namespaces, too, as many as he likes. */
static bool has_room_for_one(const struct tcpfsm_net *tn)
{
	return atomic_read(&tn->flows) < tcpfsm_max_flows &&
	       atomic_read(&all_flows) < tcpfsm_max_flows_all &&
	       (!is_guest(tn) || atomic_read(&guest_flows) < tcpfsm_max_flows_all / 2);
}

static void count_flow(struct tcpfsm_net *tn, int n)
{
	atomic_add(n, &tn->flows);
	atomic_add(n, &all_flows);
	if (is_guest(tn))
		atomic_add(n, &guest_flows);
}

/**
 * tcpfsm_table_has_room() - may another flow begin?
 * @tn: the namespace
 *
 * All begin unproved: with a SYN, a SYN-ACK, or in mid-stream.
 *
 * Context: any. Several processors may all be told so, and pass the cap by as
 * many flows.
 */
bool tcpfsm_table_has_room(const struct tcpfsm_net *tn)
{
	return has_room_for_one(tn) && tcpfsm_unproved(tn) < tcpfsm_max_half_open;
}

/*
 * What has ended goes first, then the oldest that nobody has answered, if an
 * answer is overdue, then the oldest in TIME_WAIT, and then a handshake that
 * may yet succeed; an established flow never does.
 */
static bool evict_any(struct tcpfsm_net *tn)
{
	return tcpfsm_clock_evict(tn, TCPFSM_QUEUE_ENDED) ||
	       tcpfsm_clock_evict_unproved(tn, HANDSHAKE_NS) ||
	       tcpfsm_clock_evict(tn, TCPFSM_QUEUE_TIME_WAIT) ||
	       tcpfsm_clock_evict_unproved(tn, 0);
}

/**
 * tcpfsm_table_make_room() - give up an older flow for a new one
 * @tn: the namespace
 *
 * Context: softirq or process, RCU read side, no bucket locked.
 * Return: false if nothing can be given up; else look again, as others may have
 * been faster.
 */
bool tcpfsm_table_make_room(struct tcpfsm_net *tn)
{
	if (tcpfsm_unproved(tn) >= tcpfsm_max_half_open && !tcpfsm_clock_evict_unproved(tn, 0))
		return false;
	/* What others have too much of is theirs: one's own flows make room. */
	return has_room_for_one(tn) || evict_any(tn);
}

/* ---- Flows ---- */

/*
 * Many lives of the same ports, of which most have ended, stand in one chain. Those that
 * took the place of another are the first to go: they would only have to be enough to
 * push that one out. It is none of them, even if it has its place again, and is contested.
 */
static bool make_room_in_chain(struct tcpfsm_entry *entry)
{
	struct tcpfsm_entry *oldest = NULL;
	u32 n = 0;

	for (; entry; entry = entry->next, n++)
		if (entry->flow.ended && (!oldest || entry->intrudes || !oldest->intrudes))
			oldest = entry;
	if (n < tcpfsm_buckets.chain_max)
		return true;
	if (!oldest)
		return false;
	tcpfsm_count(oldest->tn, evict_ended);
	tcpfsm_table_forget(oldest);
	return true;
}

static struct tcpfsm_entry *new_entry(struct tcpfsm_net *tn, u32 hash)
{
	struct tcpfsm_entry *entry;

	if (!make_room_in_chain(*tcpfsm_bucket(hash))) {
		tcpfsm_count(tn, chain_full);
		return NULL;
	}
	entry = kmem_cache_zalloc(cache, GFP_ATOMIC | __GFP_NOWARN);
	if (!entry)
		tcpfsm_count(tn, no_memory);
	return entry;
}

/**
 * tcpfsm_table_add() - a new flow
 * @tn: the namespace
 * @name: what it will be found by, sender first
 * @key: whose it is, sender first
 * @who: which role the sender has
 *
 * Counts what could not be done.
 *
 * Context: the lock of the bucket held.
 * Return: the entry, of which the caller fills in the flow, or NULL.
 */
struct tcpfsm_entry *tcpfsm_table_add(struct tcpfsm_net *tn, const struct tcpfsm_name *name,
				      const struct tcpfsm_key *key, unsigned int who)
{
	struct tcpfsm_entry **bucket, *entry;

	lockdep_assert_held(tcpfsm_lock_of(name->hash));
	entry = new_entry(tn, name->hash);
	if (!entry) {
		tcpfsm_count(tn, drops);
		return NULL;
	}
	entry->tn = tn;
	entry->end[who] = name->from;
	entry->end[!who] = name->to;
	entry->found_as = tcpfsm_found_by(name);
	entry->key = *key;
	if (who == TCPFSM_SERVER) {
		swap(entry->key.addr[0], entry->key.addr[1]);
		swap(entry->key.port[0], entry->key.port[1]);
	}
	entry->queue = TCPFSM_QUEUE_NONE;
	entry->id = atomic64_inc_return(&last_id);
	bucket = tcpfsm_bucket(name->hash);
	entry->next = *bucket;
	WRITE_ONCE(*bucket, entry);
	count_flow(tn, 1);
	return entry;
}

static void set_pending(struct tcpfsm_entry *entry, bool pending)
{
	u16 *count;

	if (entry->pending == pending)
		return;
	entry->pending = pending;
	count = tcpfsm_pending(tcpfsm_entry_hash(entry));
	/* At its end it can only stay: nobody knows how many there are. */
	if (*count != U16_MAX)
		WRITE_ONCE(*count, pending ? *count + 1 : *count - 1);
}

/**
 * tcpfsm_table_set_replaced() - may a flow come back, for which another has the place?
 * @entry: the flow
 * @replaced: it may
 *
 * Context: the lock of its bucket held.
 */
void tcpfsm_table_set_replaced(struct tcpfsm_entry *entry, bool replaced)
{
	if (entry->replaced == replaced)
		return;
	entry->replaced = replaced;
	atomic_add(replaced ? 1 : -1, &entry->tn->replaced);
}

/**
 * tcpfsm_table_put_first() - segments find this flow, of all lives of its ports
 * @entry: the flow
 *
 * The chain stays as it is, for those who read it: see tcpfsm_table_next().
 *
 * Context: the lock of its bucket held.
 */
void tcpfsm_table_put_first(struct tcpfsm_entry *entry)
{
	const struct tcpfsm_name name = tcpfsm_name_key(entry->tn, &entry->key);
	struct tcpfsm_entry *other;
	unsigned int who;

	for (other = *tcpfsm_bucket(name.hash); other; other = other->next)
		if (tcpfsm_is_life_of(other, entry->tn, &name, &who))
			other->found_as = TCPFSM_FOUND_BY_NONE;
	entry->found_as = tcpfsm_found_by(&name);
}

/**
 * tcpfsm_table_forget() - take a flow out of the table, and free it
 * @entry: the flow
 *
 * Context: the lock of its bucket held.
 */
void tcpfsm_table_forget(struct tcpfsm_entry *entry)
{
	u32 hash = tcpfsm_entry_hash(entry);
	struct tcpfsm_entry **at = tcpfsm_bucket(hash);

	lockdep_assert_held(tcpfsm_lock_of(hash));
	tcpfsm_clock_forget(entry);
	tcpfsm_table_set_replaced(entry, false);
	set_pending(entry, false);
	while (*at != entry)
		at = &(*at)->next;
	WRITE_ONCE(*at, entry->next);
	count_flow(entry->tn, -1);
	kmem_cache_free(cache, entry);
}

/**
 * tcpfsm_entry_sync() - tell a flow when the latest segment took the short way
 * @entry: the flow
 * @now_ns: monotonic
 *
 * Context: the lock of its bucket held.
 */
void tcpfsm_entry_sync(struct tcpfsm_entry *entry, u64 now_ns)
{
	u64 heard_ns;

	if (!entry->heard)
		return;
	heard_ns = now_ns - jiffies64_to_nsecs(tcpfsm_since(entry->heard, jiffies));
	if (heard_ns > entry->flow.seen_ns)
		entry->flow.seen_ns = heard_ns;
	entry->heard = 0;
}

/**
 * tcpfsm_entry_begin() - before the rules see a flow
 * @entry: the flow
 * @now_ns: monotonic
 *
 * Tells the flow what has taken the short way, and has all its segments looked at
 * from here on: a transition may follow.
 *
 * Context: the lock of its bucket held.
 */
void tcpfsm_entry_begin(struct tcpfsm_entry *entry, u64 now_ns)
{
	set_pending(entry, true);
	entry->asked = false;
	tcpfsm_entry_sync(entry, now_ns);
}

/* May a flow come back that it would have to give way to? */
static bool has_rival(const struct tcpfsm_entry *entry)
{
	const struct tcpfsm_name name = {
		.from = entry->end[TCPFSM_CLIENT],
		.to = entry->end[TCPFSM_SERVER],
		.key = entry->key.is_ip6 ? &entry->key : NULL,
	};
	const struct tcpfsm_entry *other = *tcpfsm_bucket(tcpfsm_entry_hash(entry));
	unsigned int who;

	for (; other; other = other->next)
		if (other->replaced && tcpfsm_is_life_of(other, entry->tn, &name, &who))
			return true;
	return false;
}

/* No segment of it goes unseen, as long as one may. */
static noinline void end_contested(struct tcpfsm_entry *entry)
{
	if (has_rival(entry)) {
		entry->first = false;
		memset(entry->way.open, 0, sizeof(entry->way.open));
		return;
	}
	entry->contested = false;
	entry->intrudes = false;
	tcpfsm_entry_end(entry);
}

/**
 * tcpfsm_entry_end() - after the rules have seen a flow
 * @entry: the flow
 *
 * In lite mode nobody knows what passes from here on: the flow's numbers are old.
 *
 * Context: the lock of its bucket held.
 */
void tcpfsm_entry_end(struct tcpfsm_entry *entry)
{
	bool settled;

	if (unlikely(entry->contested)) {
		end_contested(entry);
		return;
	}
	settled = tcpfsm_is_settled(&entry->flow);
	if (settled && READ_ONCE(entry->tn->skips))
		tcpfsm_skip(&entry->flow, entry->flow.seen_ns);
	entry->first = tcpfsm_way_open(&entry->way, &entry->flow);
	set_pending(entry, entry->asked || !settled);
}

/**
 * tcpfsm_entry_answered() - a flow that was asked lives
 * @entry: the flow
 *
 * Context: the lock of its bucket held.
 */
void tcpfsm_entry_answered(struct tcpfsm_entry *entry)
{
	entry->asked = false;
	entry->heard = tcpfsm_mark_of(jiffies);
	set_pending(entry, false);
}

/**
 * tcpfsm_table_copy() - a copy of a flow, for who has to let go of the lock
 * @entry: the flow
 *
 * Context: the lock of its bucket held.
 * Return: what tcpfsm_table_discard() takes, or NULL if there is no memory.
 */
struct tcpfsm_entry *tcpfsm_table_copy(const struct tcpfsm_entry *entry)
{
	struct tcpfsm_entry *copy = kmem_cache_alloc(cache, GFP_ATOMIC | __GFP_NOWARN);

	if (copy)
		*copy = *entry;
	return copy;
}

/**
 * tcpfsm_table_discard() - free a copy
 * @copy: from tcpfsm_table_copy(), or NULL
 */
void tcpfsm_table_discard(struct tcpfsm_entry *copy)
{
	if (copy)
		kmem_cache_free(cache, copy);
}

/* ---- All of them ---- */

static bool is_cleared(const struct tcpfsm_entry *entry, const struct tcpfsm_net *tn, u64 last)
{
	return entry->id <= last && (tn ? entry->tn == tn : READ_ONCE(entry->tn->dying));
}

/* One flow of a bucket. Returns false if there is none left. */
static bool clear_one(u32 bucket, const struct tcpfsm_net *tn, u64 last)
{
	spinlock_t *lock = tcpfsm_lock_of(tcpfsm_hash_of(bucket));
	struct tcpfsm_entry *entry, *copy;
	struct tcpfsm_result result;
	struct tcpfsm_net *whose;

	/* @tn is NULL: two may clear at once, and who finds no flow of a namespace left ends it. */
	rcu_read_lock();
	spin_lock_bh(lock);
	entry = tcpfsm_buckets.head[bucket];
	while (entry && !is_cleared(entry, tn, last))
		entry = entry->next;
	if (!entry) {
		spin_unlock_bh(lock);
		rcu_read_unlock();
		return false;
	}
	whose = entry->tn;
	tcpfsm_entry_begin(entry, ktime_get_ns());
	tcpfsm_give_up(&entry->flow, ktime_get_ns(), TCPFSM_VERDICT_CLEARED, TCPFSM_CAUSE_CLEAR,
		       &result);
	copy = tcpfsm_events_report(entry, NULL, &result);
	tcpfsm_table_forget(entry);
	spin_unlock_bh(lock);
	tcpfsm_events_log(whose, copy, &result);
	rcu_read_unlock();
	return true;
}

/**
 * tcpfsm_table_clear() - end and forget all flows of a namespace
 * @tn: the namespace, or NULL for all namespaces that are dying
 *
 * Context: process. Flows that begin meanwhile stay.
 */
void tcpfsm_table_clear(struct tcpfsm_net *tn)
{
	u64 last = atomic64_read(&last_id);
	u32 i;

	for (i = 0; i < tcpfsm_buckets.size; i++) {
		if (!READ_ONCE(tcpfsm_buckets.head[i]))
			continue;
		while (clear_one(i, tn, last))
			cond_resched();
		cond_resched();
	}
}

/**
 * tcpfsm_table_skip() - data have passed that were not seen, or will: numbers are old
 * @tn: the namespace
 *
 * Context: process.
 */
void tcpfsm_table_skip(const struct tcpfsm_net *tn)
{
	struct tcpfsm_entry *entry;
	u32 i;

	for (i = 0; i < tcpfsm_buckets.size; i++) {
		if (!READ_ONCE(tcpfsm_buckets.head[i]))
			continue;
		spin_lock_bh(tcpfsm_lock_of(tcpfsm_hash_of(i)));
		for (entry = tcpfsm_buckets.head[i]; entry; entry = entry->next) {
			if (entry->tn != tn)
				continue;
			tcpfsm_entry_begin(entry, ktime_get_ns());
			if (tcpfsm_is_settled(&entry->flow))
				tcpfsm_skip(&entry->flow, entry->flow.seen_ns);
			tcpfsm_entry_end(entry);
		}
		spin_unlock_bh(tcpfsm_lock_of(tcpfsm_hash_of(i)));
		cond_resched();
	}
}

static bool copy_next(const struct tcpfsm_net *tn, u32 bucket, u64 *id, bool again,
		      struct tcpfsm_entry *copy)
{
	spinlock_t *lock = tcpfsm_lock_of(tcpfsm_hash_of(bucket));
	const struct tcpfsm_entry *entry;

	spin_lock_bh(lock);
	entry = tcpfsm_buckets.head[bucket];
	while (entry && (entry->tn != tn || entry->id > *id || (entry->id == *id && !again)))
		entry = entry->next;
	if (entry) {
		*copy = *entry;
		*id = entry->id;
	}
	spin_unlock_bh(lock);
	return entry;
}

/**
 * tcpfsm_table_next() - go on through the flows of a namespace
 * @tn: the namespace
 * @bucket: where the reader stands; moved on
 * @id: number of the flow it stands on, or U64_MAX for the begin of the bucket;
 *	moved on
 * @again: give the flow it stands on once more, if it is still there
 * @copy: filled in with the next flow
 *
 * Numbers fall along a chain and new ones are put before all, so a flow that
 * is there all the time is met exactly once.
 *
 * Context: process.
 * Return: false at the end.
 */
bool tcpfsm_table_next(const struct tcpfsm_net *tn, u32 *bucket, u64 *id, bool again,
		       struct tcpfsm_entry *copy)
{
	for (; *bucket < tcpfsm_buckets.size; (*bucket)++, *id = U64_MAX) {
		if (*bucket % READ_BATCH == READ_BATCH - 1)
			cond_resched();
		if (READ_ONCE(tcpfsm_buckets.head[*bucket]) &&
		    copy_next(tn, *bucket, id, again, copy))
			return true;
	}
	return false;
}

/**
 * tcpfsm_host_print() - an address alone
 * @buf: TCPFSM_ADDRESS_MAX bytes
 * @is_ip6: of AF_INET6, not of AF_INET
 * @addr: 16 bytes, an IPv4 address in the first four
 */
void tcpfsm_host_print(char *buf, bool is_ip6, const void *addr)
{
	snprintf(buf, TCPFSM_ADDRESS_MAX, is_ip6 ? "%pI6c" : "%pI4", addr);
}

/**
 * tcpfsm_end_print() - address and port
 * @buf: TCPFSM_ADDRESS_MAX bytes
 * @is_ip6: of AF_INET6, not of AF_INET
 * @addr: the address, an IPv4 one in the first word
 * @port: the port
 */
void tcpfsm_end_print(char *buf, bool is_ip6, const struct in6_addr *addr, __be16 port)
{
	snprintf(buf, TCPFSM_ADDRESS_MAX, is_ip6 ? "[%pI6c]:%u" : "%pI4:%u", addr,
		 ntohs(port));
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

	tcpfsm_end_print(buf, key->is_ip6, &key->addr[who], key->port[who]);
}

/* Returns how many locks there are to be. */
static unsigned int size_up(struct tcpfsm_buckets *table)
{
	unsigned int bits = ilog2(tcpfsm_hashsize);
	unsigned int lock_bits = min(bits, TCPFSM_LOCK_BITS);
	unsigned int i;

	get_random_bytes(table->secret, sizeof(table->secret));
	for (i = 0; i < ARRAY_SIZE(table->secret); i++)
		table->secret[i] |= 1;
	table->size = tcpfsm_hashsize;
	table->shift = 32 - bits;
	table->lock_shift = 32 - lock_bits;
	table->chain_max = CHAIN_MAX + 8 * (tcpfsm_max_flows_all / tcpfsm_hashsize);
	return 1U << lock_bits;
}

/**
 * tcpfsm_table_init() - allocate the table by the module's parameters
 *
 * Return: 0 or -ENOMEM.
 */
int tcpfsm_table_init(void)
{
	struct tcpfsm_buckets *table = &tcpfsm_buckets;
	unsigned int locks = size_up(table), i;

	/* What data touch of a flow. */
	BUILD_BUG_ON(offsetof(struct tcpfsm_entry, flow.end[1].isn) > 2 * 64);
	/* And what one takes: it begins with a line. */
	BUILD_BUG_ON(sizeof(struct tcpfsm_entry) > 6 * 64);

	table->head = kvcalloc(table->size, sizeof(*table->head), GFP_KERNEL);
	table->lock = kvcalloc(locks, sizeof(*table->lock), GFP_KERNEL);
	table->pending = kvcalloc(1 << TCPFSM_PENDING_BITS, sizeof(*table->pending), GFP_KERNEL);
	/* Charged to who connects; what begins in softirq is charged to nobody (in_task()). */
	cache = KMEM_CACHE(tcpfsm_entry, SLAB_HWCACHE_ALIGN | SLAB_NO_MERGE | SLAB_ACCOUNT);
	if (!table->head || !table->lock || !table->pending || !cache) {
		tcpfsm_table_exit();
		return -ENOMEM;
	}
	for (i = 0; i < locks; i++)
		spin_lock_init(&table->lock[i].lock);
	return 0;
}

/**
 * tcpfsm_table_exit() - free the table, which is empty
 *
 * Context: process.
 */
void tcpfsm_table_exit(void)
{
	kmem_cache_destroy(cache);
	kvfree(tcpfsm_buckets.pending);
	kvfree(tcpfsm_buckets.lock);
	kvfree(tcpfsm_buckets.head);
}
