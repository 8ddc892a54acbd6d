// SPDX-License-Identifier: GPL-2.0-only
/*
 * Nobody outside knows the secret of tcpfsm's hash. Here it is read from the
 * module's memory, to see that its chains are bounded for somebody who does.
 */
#include <linux/err.h>
#include <linux/kprobes.h>
#include <linux/slab.h>

#include "aim.h"

#ifdef CONFIG_KPROBES
#include "kmod/lookup.h"

/**
 * struct bench_aim - the bucket
 * @tn: the namespace, as tcpfsm keeps it
 * @form: of the segments
 * @bucket: its number
 */
struct bench_aim {
	const struct tcpfsm_net *tn;
	struct bench_form form;
	u32 bucket;
};

/* A copy: lookup.h reads it by this name. */
struct tcpfsm_buckets tcpfsm_buckets;

typedef unsigned long (*lookup_name)(const char *name);
typedef struct tcpfsm_net *(*find_net)(const struct net *net);

/* The function is not exported; a probe on it tells where it is. */
static lookup_name find_lookup(void)
{
	struct kprobe probe = { .symbol_name = "kallsyms_lookup_name" };
	lookup_name lookup;

	if (register_kprobe(&probe))
		return NULL;
	lookup = (lookup_name)probe.addr;
	unregister_kprobe(&probe);
	return lookup;
}

/* The table of tcpfsm itself, or NULL without it. */
static struct tcpfsm_buckets *find_buckets(lookup_name lookup)
{
	return lookup ? (void *)lookup("tcpfsm:tcpfsm_buckets") : NULL;
}

static u32 bucket_of(const struct bench_aim *aim, u32 flow)
{
	struct tcpfsm_key key = { .is_ip6 = aim->form.family == AF_INET6 };

	bench_packet_ends(&aim->form, flow, key.addr, key.port);
	return tcpfsm_name_key(aim->tn, &key).hash >> tcpfsm_buckets.shift;
}

/**
 * bench_aim_new() - aim at the bucket of a flow
 * @b: in whose namespace
 * @flow: its number
 *
 * Return: what bench_aim_free() takes, or -ENOENT without tcpfsm, -ENOMEM.
 */
struct bench_aim *bench_aim_new(const struct bench *b, u32 flow)
{
	lookup_name lookup = find_lookup();
	const struct tcpfsm_buckets *theirs;
	struct bench_aim *aim;
	find_net net_of;

	theirs = find_buckets(lookup);
	if (!theirs)
		return ERR_PTR(-ENOENT);
	net_of = (find_net)lookup("tcpfsm:tcpfsm_net");
	if (!net_of)
		return ERR_PTR(-ENOENT);
	aim = kzalloc(sizeof(*aim), GFP_KERNEL);
	if (!aim)
		return ERR_PTR(-ENOMEM);
	tcpfsm_buckets = *theirs;
	aim->tn = net_of(b->net);
	aim->form = b->form;
	aim->bucket = bucket_of(aim, flow);
	return aim;
}

/**
 * bench_aim_next() - the next flow of the bucket
 * @aim: the bucket
 * @flow: from this number on
 *
 * Return: its number.
 */
u32 bench_aim_next(const struct bench_aim *aim, u32 flow)
{
	while (bucket_of(aim, flow) != aim->bucket)
		if (++flow % 0x10000 == 0)
			cond_resched();
	return flow;
}

/**
 * bench_aim_blunt() - have all clients of IPv6 be one number
 *
 * Two ends of 2^64 are the same number by chance. Of the secret's factors those are taken
 * away that tell one client of ours from the other: of its port, and of two words
 * of its address. tcpfsm may have no flow yet.
 *
 * Return: 0, or -ENOENT without tcpfsm.
 */
int bench_aim_blunt(void)
{
	struct tcpfsm_buckets *theirs = find_buckets(find_lookup());

	if (!theirs)
		return -ENOENT;
	theirs->secret[3] = 0;
	theirs->secret[5] = 0;
	theirs->secret[6] = 0;
	return 0;
}

#else
struct bench_aim *bench_aim_new(const struct bench *b, u32 flow)
{
	return ERR_PTR(-EOPNOTSUPP);
}

u32 bench_aim_next(const struct bench_aim *aim, u32 flow)
{
	return flow;
}

int bench_aim_blunt(void)
{
	return -EOPNOTSUPP;
}
#endif

/**
 * bench_aim_free() - free it
 * @aim: of bench_aim_new()
 */
void bench_aim_free(struct bench_aim *aim)
{
	kfree(aim);
}
