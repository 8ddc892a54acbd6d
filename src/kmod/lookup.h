/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Finding a flow in the table: the hash of a connection, and the walk along its
 * bucket. Inline, as every segment needs it.
 */
#ifndef TCPFSM_LOOKUP_H
#define TCPFSM_LOOKUP_H

#include <linux/rculist.h>
#include <net/ipv6.h>

#include "table.h"

/* Set once, when the table is made. */
struct tcpfsm_buckets {
	struct hlist_head *head;
	u32 mask;
	u64 secret[10];
};

extern struct tcpfsm_buckets tcpfsm_buckets;

static inline struct hlist_head *tcpfsm_bucket(u32 hash)
{
	return &tcpfsm_buckets.head[hash & tcpfsm_buckets.mask];
}

/* Which end is hashed first must not depend on who sent the segment. */
static __always_inline bool tcpfsm_is_swapped(const struct tcpfsm_key *key)
{
	const u32 *a = (__force const u32 *)key->addr[0].s6_addr32;
	const u32 *b = (__force const u32 *)key->addr[1].s6_addr32;
	unsigned int i = 0;

	if (key->family == AF_INET6)
		while (i < 3 && a[i] == b[i])
			i++;
	if (a[i] != b[i])
		return a[i] > b[i];
	return (__force u16)key->port[0] > (__force u16)key->port[1];
}

/**
 * tcpfsm_hash() - hash of a connection, the same for both directions
 * @tn: the namespace
 * @key: the ends in either order
 *
 * A sum of products with secret 64-bit factors, drawn at load, whose upper half
 * is the hash: strongly universal (Lemire and Kaser, "Strongly universal string
 * hashing is fast", 2012). Whoever does not know the factors finds two
 * connections of one hash only by chance, 1 in 2^32.
 *
 * Context: any.
 * Return: the hash.
 */
static __always_inline u32 tcpfsm_hash(const struct tcpfsm_net *tn, const struct tcpfsm_key *key)
{
	unsigned int first = tcpfsm_is_swapped(key), i;
	const u32 *a = (__force const u32 *)key->addr[first].s6_addr32;
	const u32 *b = (__force const u32 *)key->addr[!first].s6_addr32;
	u32 ports = (__force u32)key->port[first] << 16 | (__force u32)key->port[!first];
	const u64 *secret = tcpfsm_buckets.secret;
	u64 sum = tn->salt + secret[0] * ports + secret[1] * a[0] + secret[2] * b[0];

	if (key->family == AF_INET6) {
		for (i = 1; i < 4; i++)
			sum += secret[2 * i + 1] * a[i] + secret[2 * i + 2] * b[i];
		sum += secret[9] * key->ifindex;
	}
	return sum >> 32;
}

static __always_inline bool tcpfsm_same_end(const struct tcpfsm_key *a, unsigned int i,
					    const struct tcpfsm_key *b, unsigned int j)
{
	if (a->port[i] != b->port[j])
		return false;
	if (a->family == AF_INET)
		return a->addr[i].s6_addr32[0] == b->addr[j].s6_addr32[0];
	return ipv6_addr_equal(&a->addr[i], &b->addr[j]);
}

/**
 * tcpfsm_lookup() - the newest flow between two ends
 * @tn: the namespace
 * @key: sender first
 * @hash: tcpfsm_hash() of it
 * @who: which role the sender has
 *
 * Context: RCU read side. The caller locks the entry and looks at @dead.
 * Return: the flow or NULL.
 */
static __always_inline struct tcpfsm_entry *tcpfsm_lookup(const struct tcpfsm_net *tn,
							  const struct tcpfsm_key *key,
							  u32 hash, unsigned int *who)
{
	struct tcpfsm_entry *entry;

	hlist_for_each_entry_rcu(entry, tcpfsm_bucket(hash), node) {
		if (entry->hash != hash || entry->tn != tn || entry->key.family != key->family ||
		    entry->key.ifindex != key->ifindex)
			continue;
		if (tcpfsm_same_end(&entry->key, TCPFSM_CLIENT, key, 0) &&
		    tcpfsm_same_end(&entry->key, TCPFSM_SERVER, key, 1)) {
			*who = TCPFSM_CLIENT;
			return entry;
		}
		if (tcpfsm_same_end(&entry->key, TCPFSM_CLIENT, key, 1) &&
		    tcpfsm_same_end(&entry->key, TCPFSM_SERVER, key, 0)) {
			*who = TCPFSM_SERVER;
			return entry;
		}
	}
	return NULL;
}

#endif
