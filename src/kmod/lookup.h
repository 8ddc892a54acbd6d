/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Finding a flow in the table: the hash of a connection, its bucket and that
 * one's lock. Inline, as every segment needs it.
 */
#ifndef TCPFSM_LOOKUP_H
#define TCPFSM_LOOKUP_H

#include <linux/cache.h>
#include <linux/minmax.h>
#include <net/ipv6.h>

#include "table.h"

/* At most so many, more than processors will hold at the same time. */
#define TCPFSM_LOCK_BITS 10
/* Not less than that. */
#define TCPFSM_PENDING_BITS 16

struct tcpfsm_lock {
	spinlock_t lock;	/* some buckets, and the flows in them */
} ____cacheline_aligned_in_smp;

/**
 * struct tcpfsm_buckets - the table
 * @head: the newest flow of each bucket
 * @lock: locks, each for as many buckets
 * @pending: how many flows whose hashes begin alike are not settled: their segments
 *	have to be looked at. Under the lock of their buckets, which is one; read
 *	without it. It stops at U16_MAX.
 * @size: number of buckets
 * @shift: of a hash, to its bucket
 * @lock_shift: and to its lock
 * @chain_max: flows in a bucket
 * @secret: odd factors of the hash
 *
 * Set once, before there are segments.
 */
struct tcpfsm_buckets {
	struct tcpfsm_entry **head;
	struct tcpfsm_lock *lock;
	u16 *pending;
	u8 shift;
	u8 lock_shift;
	u32 size;
	u32 chain_max;
	u64 secret[8];
};

extern struct tcpfsm_buckets tcpfsm_buckets;

static inline struct tcpfsm_entry **tcpfsm_bucket(u32 hash)
{
	return &tcpfsm_buckets.head[hash >> tcpfsm_buckets.shift];
}

/* Any hash of a bucket, by its number. */
static inline u32 tcpfsm_hash_of(u32 bucket)
{
	return bucket << tcpfsm_buckets.shift;
}

static inline spinlock_t *tcpfsm_lock_of(u32 hash)
{
	return &tcpfsm_buckets.lock[hash >> tcpfsm_buckets.lock_shift].lock;
}

/**
 * tcpfsm_lock_segment() - the lock of a bucket, for who has a segment at hand
 * @lock: tcpfsm_lock_of()
 *
 * Most segments come in a softirq, which no other interrupts: spin_lock_bh() would
 * count there for nothing.
 *
 * Return: what tcpfsm_unlock_segment() has to be told.
 */
static __always_inline bool tcpfsm_lock_segment(spinlock_t *lock)
	__acquires(lock)
{
	bool bh = !in_softirq();

	if (bh)
		local_bh_disable();
	spin_lock(lock);
	return bh;
}

static __always_inline void tcpfsm_unlock_segment(spinlock_t *lock, bool bh)
	__releases(lock)
{
	spin_unlock(lock);
	if (bh)
		local_bh_enable();
}

static inline u16 *tcpfsm_pending(u32 hash)
{
	return &tcpfsm_buckets.pending[hash >> (32 - TCPFSM_PENDING_BITS)];
}

/**
 * struct tcpfsm_name - what a flow is found by
 * @from: the sender as a number, see tcpfsm_end4() and tcpfsm_end6()
 * @to: and whom it sends to
 * @hash: the same for both directions
 * @key: for IPv6, where the numbers are no proof; NULL for IPv4
 */
struct tcpfsm_name {
	u64 from;
	u64 to;
	u32 hash;
	const struct tcpfsm_key *key;
};

/* An end of IPv4 is a number. */
static __always_inline u64 tcpfsm_end4(__be32 addr, __be16 port)
{
	return (u64)(__force u16)port << 32 | (__force u32)addr;
}

/*
 * An end of IPv6 is hashed to a number: a sum of products of its 32-bit words with
 * secret 64-bit factors (Lemire and Kaser, "Strongly universal string hashing is
 * fast", 2012). Words of 64 bits would not do: differences of 2^63 in two of them
 * cancel out whatever the factors are.
 */
static __always_inline u64 tcpfsm_end6(const struct in6_addr *addr, __be16 port, u32 ifindex)
{
	const u64 *secret = tcpfsm_buckets.secret;
	const u32 *a = (__force const u32 *)addr->s6_addr32;

	return secret[2] * a[0] + secret[3] * a[1] + secret[4] * a[2] + secret[5] * a[3] +
	       secret[6] * (__force u16)port + secret[7] * ifindex;
}

/*
 * A sum of products with secret odd factors modulo 2^64, drawn at load, whose
 * upper bits are the hash: universal (Dietzfelbinger et al., "A reliable
 * randomized algorithm for the closest-pair problem", 1997), as ends of IPv4 are
 * of 48 bits, and those of IPv6 nobody's choice. Who does not know the factors
 * finds two connections of one bucket only by chance. The sum is not to depend on
 * who sent the segment: the ends are sorted.
 */
static __always_inline u32 tcpfsm_hash_ends(const struct tcpfsm_net *tn, u64 a, u64 b)
{
	const u64 *secret = tcpfsm_buckets.secret;

	return (tn->salt + secret[0] * min(a, b) + secret[1] * max(a, b)) >> 32;
}

static __always_inline struct tcpfsm_name tcpfsm_name_ends(const struct tcpfsm_net *tn, u64 from,
							   u64 to, const struct tcpfsm_key *key)
{
	return (struct tcpfsm_name){
		.from = from,
		.to = to,
		.hash = tcpfsm_hash_ends(tn, from, to),
		.key = key,
	};
}

static __always_inline struct tcpfsm_name tcpfsm_name_ip4(const struct tcpfsm_net *tn,
							  __be32 saddr, __be16 sport,
							  __be32 daddr, __be16 dport)
{
	return tcpfsm_name_ends(tn, tcpfsm_end4(saddr, sport), tcpfsm_end4(daddr, dport), NULL);
}

/* @key has to live as long as its name. */
static __always_inline struct tcpfsm_name tcpfsm_name_ip6(const struct tcpfsm_net *tn,
							  const struct tcpfsm_key *key)
{
	return tcpfsm_name_ends(tn, tcpfsm_end6(&key->addr[0], key->port[0], key->ifindex),
				tcpfsm_end6(&key->addr[1], key->port[1], key->ifindex), key);
}

static inline struct tcpfsm_name tcpfsm_name_key(const struct tcpfsm_net *tn,
						 const struct tcpfsm_key *key)
{
	if (key->is_ip6)
		return tcpfsm_name_ip6(tn, key);
	return tcpfsm_name_ip4(tn, key->addr[0].s6_addr32[0], key->port[0],
			       key->addr[1].s6_addr32[0], key->port[1]);
}

/* @a and @b are of IPv6; @b may name the ends the other way round. */
static inline bool tcpfsm_same_key(const struct tcpfsm_key *a, const struct tcpfsm_key *b,
				   unsigned int swapped)
{
	return a->port[0] == b->port[swapped] && a->port[1] == b->port[!swapped] &&
	       a->ifindex == b->ifindex && ipv6_addr_equal(&a->addr[0], &b->addr[swapped]) &&
	       ipv6_addr_equal(&a->addr[1], &b->addr[!swapped]);
}

/* What tcpfsm_name_key() of its key says; not kept, as few need it. */
static inline u32 tcpfsm_entry_hash(const struct tcpfsm_entry *entry)
{
	return tcpfsm_hash_ends(entry->tn, entry->end[0], entry->end[1]);
}

/* Is this a flow between these ends, and which role has the sender of @name? */
static __always_inline bool tcpfsm_is_between(const struct tcpfsm_entry *entry,
					      const struct tcpfsm_net *tn,
					      const struct tcpfsm_name *name, unsigned int *who)
{
	if (entry->end[TCPFSM_CLIENT] == name->from && entry->end[TCPFSM_SERVER] == name->to)
		*who = TCPFSM_CLIENT;
	else if (entry->end[TCPFSM_CLIENT] == name->to &&
		 entry->end[TCPFSM_SERVER] == name->from)
		*who = TCPFSM_SERVER;
	else
		return false;
	return entry->tn == tn && (!name->key || tcpfsm_same_key(&entry->key, name->key, *who));
}

/* Of the same addresses and ports, whether segments find it or not. */
static inline bool tcpfsm_is_life_of(const struct tcpfsm_entry *entry, const struct tcpfsm_net *tn,
				     const struct tcpfsm_name *name, unsigned int *who)
{
	return entry->key.is_ip6 == !!name->key && tcpfsm_is_between(entry, tn, name, who);
}

static __always_inline enum tcpfsm_found tcpfsm_found_by(const struct tcpfsm_name *name)
{
	return name->key ? TCPFSM_FOUND_IP6 : TCPFSM_FOUND_IP4;
}

/**
 * tcpfsm_lookup() - the flow between two ends: the newest, or who has its place
 * @tn: the namespace
 * @name: of the connection, sender first
 * @who: which role the sender has
 *
 * Context: tcpfsm_lock_of(@name.hash) held.
 * Return: the flow or NULL.
 */
static __always_inline struct tcpfsm_entry *tcpfsm_lookup(const struct tcpfsm_net *tn,
							  struct tcpfsm_name name,
							  unsigned int *who)
{
	struct tcpfsm_entry *entry;

	for (entry = *tcpfsm_bucket(name.hash); entry; entry = entry->next)
		if (tcpfsm_is_between(entry, tn, &name, who) &&
		    entry->found_as == tcpfsm_found_by(&name))
			return entry;
	return NULL;
}

#endif
