// SPDX-License-Identifier: GPL-2.0-only
/*
 * Figures of servers: what became of handshakes with them. Only a SYN, a SYN-ACK,
 * the end of a handshake and repetitions come here.
 *
 * Whoever sends SYNs to any address and port must not push out the servers that
 * are in use. So those that have never sent a SYN-ACK have a few places of their
 * own. In either kind, who was asked longest ago makes room, unless a handshake
 * with it is under way.
 */
#include <linux/bitmap.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include "listeners.h"
#include "lookup.h"

#define BUCKET_BITS 7

enum kind {
	SILENT,
	ANSWERING,
	KINDS
};

static const unsigned int max_of[KINDS] = {
	[SILENT] = TCPFSM_LISTENERS_SILENT_MAX,
	[ANSWERING] = TCPFSM_LISTENERS_MAX - TCPFSM_LISTENERS_SILENT_MAX,
};

/**
 * struct tcpfsm_listeners - servers of a namespace
 * @lock: protects all of it; taken inside a bucket's lock of the flow table
 * @count: how many, by kind
 * @used: all of a kind, the one asked longest ago first
 * @totals: but for how many there are
 * @head: by the hash of their ends
 * @slot: all of them; flows that are half-open name theirs by its place
 * @taken: which places of @slot hold one
 */
struct tcpfsm_listeners {
	spinlock_t lock;	/* everything below */
	unsigned int count[KINDS];
	struct list_head used[KINDS];
	struct tcpfsm_listeners_totals totals;
	struct tcpfsm_listener *head[1 << BUCKET_BITS];
	struct tcpfsm_listener *slot[TCPFSM_LISTENERS_MAX];
	DECLARE_BITMAP(taken, TCPFSM_LISTENERS_MAX);
};

static struct kmem_cache *cache __read_mostly;

static struct tcpfsm_listener **bucket_of(const struct tcpfsm_net *tn, u64 end)
{
	/* As tcpfsm_hash_ends(): nobody can choose addresses that meet in one. */
	u64 hash = tn->salt + tcpfsm_buckets.secret[0] * end;

	return &tn->listeners->head[hash >> (64 - BUCKET_BITS)];
}

static bool is_server_of(const struct tcpfsm_listener *one, const struct tcpfsm_entry *entry)
{
	const struct tcpfsm_key *key = &entry->key;

	/* Of IPv4 @end is all there is to know. */
	return one->end == entry->end[TCPFSM_SERVER] && one->is_ip6 == key->is_ip6 &&
	       (!one->is_ip6 ||
		(one->port == key->port[TCPFSM_SERVER] && one->ifindex == key->ifindex &&
		 ipv6_addr_equal(&one->addr, &key->addr[TCPFSM_SERVER])));
}

static struct tcpfsm_listener *find(const struct tcpfsm_entry *entry)
{
	struct tcpfsm_listener *one = *bucket_of(entry->tn, entry->end[TCPFSM_SERVER]);

	while (one && !is_server_of(one, entry))
		one = one->next;
	return one;
}

/* Out of the lists; it keeps its slot and its memory. */
static void take_out(struct tcpfsm_net *tn, struct tcpfsm_listener *one)
{
	struct tcpfsm_listener **at = bucket_of(tn, one->end);

	while (*at != one)
		at = &(*at)->next;
	*at = one->next;
	list_del(&one->used);
	tn->listeners->count[one->answers]--;
}

/* The one of this kind that was asked longest ago, if no flow needs it, or NULL. */
static struct tcpfsm_listener *evict(struct tcpfsm_net *tn, enum kind kind)
{
	struct tcpfsm_listeners *all = tn->listeners;
	struct tcpfsm_listener *one;

	one = list_first_entry_or_null(&all->used[kind], struct tcpfsm_listener, used);
	if (!one || one->figures.half_open)
		return NULL;
	take_out(tn, one);
	all->totals.evicted++;
	return one;
}

/* Room for one more of this kind is there: each has its own number of slots. */
static struct tcpfsm_listener *allocate(struct tcpfsm_listeners *all)
{
	struct tcpfsm_listener *one = kmem_cache_alloc(cache, GFP_ATOMIC | __GFP_NOWARN);

	if (!one) {
		all->totals.no_memory++;
		return NULL;
	}
	one->slot = find_first_zero_bit(all->taken, TCPFSM_LISTENERS_MAX);
	__set_bit(one->slot, all->taken);
	all->slot[one->slot] = one;
	return one;
}

static void release(struct tcpfsm_listeners *all, struct tcpfsm_listener *one)
{
	all->slot[one->slot] = NULL;
	__clear_bit(one->slot, all->taken);
	kmem_cache_free(cache, one);
}

/* A server that is not known yet. */
static noinline struct tcpfsm_listener *add(const struct tcpfsm_entry *entry, enum kind kind)
{
	struct tcpfsm_listeners *all = entry->tn->listeners;
	struct tcpfsm_listener *one, **bucket;

	one = all->count[kind] < max_of[kind] ? allocate(all) : evict(entry->tn, kind);
	if (!one)
		return NULL;
	one->end = entry->end[TCPFSM_SERVER];
	one->addr = entry->key.addr[TCPFSM_SERVER];
	one->ifindex = entry->key.ifindex;
	one->port = entry->key.port[TCPFSM_SERVER];
	one->is_ip6 = entry->key.is_ip6;
	one->answers = kind == ANSWERING;
	memset(&one->figures, 0, sizeof(one->figures));
	bucket = bucket_of(entry->tn, one->end);
	one->next = *bucket;
	*bucket = one;
	list_add_tail(&one->used, &all->used[kind]);
	all->count[kind]++;
	return one;
}

/* It has sent a SYN-ACK: it joins those that do, if there is room. */
static void promote(struct tcpfsm_net *tn, struct tcpfsm_listener *one)
{
	struct tcpfsm_listeners *all = tn->listeners;
	struct tcpfsm_listener *other;

	if (all->count[ANSWERING] >= max_of[ANSWERING]) {
		other = evict(tn, ANSWERING);
		if (!other)
			return;
		release(all, other);
	}
	all->count[SILENT]--;
	all->count[ANSWERING]++;
	one->answers = true;
	list_move_tail(&one->used, &all->used[ANSWERING]);
}

static struct tcpfsm_listener *find_or_add(const struct tcpfsm_entry *entry, enum kind kind)
{
	struct tcpfsm_listener *one = find(entry);
	struct list_head *used;

	if (!one)
		return add(entry, kind);
	used = &entry->tn->listeners->used[one->answers];
	if (!list_is_last(&one->used, used))
		list_move_tail(&one->used, used);
	return one;
}

/* Context: the lock held. Returns the server, or NULL if there is no room for it. */
static struct tcpfsm_listener *begin(struct tcpfsm_entry *entry, enum kind kind)
{
	struct tcpfsm_listener *one = find_or_add(entry, kind);

	if (!one) {
		entry->handshake = TCPFSM_HANDSHAKE_MISSED;
		return NULL;
	}
	tcpfsm_handshakes_begin(&one->figures, &entry->handshake);
	/* Then its SYN-ACK is no news. */
	if (one->answers)
		entry->handshake = TCPFSM_HANDSHAKE_ANSWERED;
	entry->listener = one->slot;
	return one;
}

/**
 * tcpfsm_listeners_begin() - a flow has begun with its SYN
 * @entry: the flow
 *
 * Context: the lock of the flow's bucket held.
 */
void tcpfsm_listeners_begin(struct tcpfsm_entry *entry)
{
	struct tcpfsm_listeners *all = entry->tn->listeners;

	spin_lock(&all->lock);
	begin(entry, SILENT);
	spin_unlock(&all->lock);
}

/* There was no room for its server, which may have answered by now, and so have it. */
static struct tcpfsm_listener *try_again(struct tcpfsm_entry *entry,
					 const struct tcpfsm_result *result)
{
	bool answered = entry->flow.end[TCPFSM_SERVER].marks & TCPFSM_MARK_SYNACK;
	struct tcpfsm_listener *one = answered ? begin(entry, ANSWERING) : NULL;

	if (one) {
		one->figures.syn_rtx += entry->flow.end[TCPFSM_CLIENT].rtx_syn;
	} else if (answered || result->shook || result->ended) {
		entry->tn->listeners->totals.missed++;
		entry->handshake = TCPFSM_HANDSHAKE_NONE;
	}
	return one;
}

static struct tcpfsm_listener *server_of(struct tcpfsm_entry *entry,
					 const struct tcpfsm_result *result)
{
	switch (entry->handshake) {
	case TCPFSM_HANDSHAKE_MISSED:
		return try_again(entry, result);
	case TCPFSM_HANDSHAKE_DONE:
		/* Its figures may have been given up meanwhile. */
		return tcpfsm_handshakes_again(&entry->flow, result) ?
		       find_or_add(entry, SILENT) : find(entry);
	default:
		return entry->tn->listeners->slot[entry->listener];
	}
}

/**
 * tcpfsm_listeners_take() - a step has something for the figures of a server
 * @entry: the flow
 * @seg: the segment, or NULL where time or a hand was the cause
 * @result: the step's result, for which tcpfsm_handshakes_has() is true
 *
 * Context: the lock of the flow's bucket held.
 */
void tcpfsm_listeners_take(struct tcpfsm_entry *entry, const struct tcpfsm_segment *seg,
			   const struct tcpfsm_result *result)
{
	struct tcpfsm_listeners *all = entry->tn->listeners;
	struct tcpfsm_listener *one;

	spin_lock(&all->lock);
	one = server_of(entry, result);
	if (one) {
		tcpfsm_handshakes_take(&one->figures, &entry->handshake, &entry->flow, seg,
				       result);
		entry->listener = one->slot;
		if (entry->handshake == TCPFSM_HANDSHAKE_ANSWERED && !one->answers)
			promote(entry->tn, one);
	} else if (entry->handshake == TCPFSM_HANDSHAKE_DONE &&
		   tcpfsm_handshakes_again(&entry->flow, result)) {
		entry->handshake = TCPFSM_HANDSHAKE_MISSED;
	}
	spin_unlock(&all->lock);
}

/**
 * tcpfsm_listeners_clear() - begin to count anew
 * @tn: the namespace
 *
 * Servers with which a handshake is under way stay, with those alone.
 *
 * Context: process.
 */
void tcpfsm_listeners_clear(struct tcpfsm_net *tn)
{
	struct tcpfsm_listeners *all = tn->listeners;
	unsigned int i;

	spin_lock_bh(&all->lock);
	for (i = 0; i < TCPFSM_LISTENERS_MAX; i++) {
		struct tcpfsm_listener *one = all->slot[i];

		if (!one)
			continue;
		tcpfsm_handshakes_clear(&one->figures);
		if (one->figures.half_open)
			continue;
		take_out(tn, one);
		release(all, one);
	}
	memset(&all->totals, 0, sizeof(all->totals));
	spin_unlock_bh(&all->lock);
}

/**
 * tcpfsm_listeners_totals() - what is told of all servers
 * @tn: the namespace
 * @totals: filled in
 *
 * Context: process.
 */
void tcpfsm_listeners_totals(struct tcpfsm_net *tn, struct tcpfsm_listeners_totals *totals)
{
	struct tcpfsm_listeners *all = tn->listeners;

	spin_lock_bh(&all->lock);
	*totals = all->totals;
	totals->listeners = all->count[SILENT] + all->count[ANSWERING];
	spin_unlock_bh(&all->lock);
}

/**
 * tcpfsm_listeners_copy() - go on through the servers of a namespace
 * @tn: the namespace
 * @slot: where the reader stands; moved on to the next server there or behind it
 * @copy: filled in with it
 *
 * Context: process.
 * Return: false at the end.
 */
bool tcpfsm_listeners_copy(struct tcpfsm_net *tn, unsigned int *slot,
			   struct tcpfsm_listener *copy)
{
	struct tcpfsm_listeners *all = tn->listeners;
	bool found;

	spin_lock_bh(&all->lock);
	*slot = find_next_bit(all->taken, TCPFSM_LISTENERS_MAX, *slot);
	found = *slot < TCPFSM_LISTENERS_MAX;
	if (found)
		*copy = *all->slot[*slot];
	spin_unlock_bh(&all->lock);
	return found;
}

/**
 * tcpfsm_listeners_net_init() - a namespace begins
 * @tn: the namespace
 *
 * Return: 0 or -ENOMEM.
 */
int tcpfsm_listeners_net_init(struct tcpfsm_net *tn)
{
	unsigned int kind;

	tn->listeners = kvzalloc(sizeof(*tn->listeners), GFP_KERNEL);
	if (!tn->listeners)
		return -ENOMEM;
	spin_lock_init(&tn->listeners->lock);
	for (kind = 0; kind < KINDS; kind++)
		INIT_LIST_HEAD(&tn->listeners->used[kind]);
	return 0;
}

/**
 * tcpfsm_listeners_net_exit() - a namespace ends
 * @tn: the namespace, without flows, hooks and readers
 *
 * Context: process.
 */
void tcpfsm_listeners_net_exit(struct tcpfsm_net *tn)
{
	unsigned int i;

	for (i = 0; i < TCPFSM_LISTENERS_MAX; i++) {
		struct tcpfsm_listener *one = tn->listeners->slot[i];

		if (one) {
			WARN_ON(one->figures.half_open);
			kmem_cache_free(cache, one);
		}
	}
	kvfree(tn->listeners);
}

/**
 * tcpfsm_listeners_init() - before there are namespaces
 *
 * Return: 0 or -ENOMEM.
 */
int tcpfsm_listeners_init(void)
{
	cache = KMEM_CACHE(tcpfsm_listener, SLAB_HWCACHE_ALIGN | SLAB_NO_MERGE);
	return cache ? 0 : -ENOMEM;
}

/**
 * tcpfsm_listeners_exit() - after they have gone
 *
 * Context: process.
 */
void tcpfsm_listeners_exit(void)
{
	kmem_cache_destroy(cache);
}
