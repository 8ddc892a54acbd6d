// SPDX-License-Identifier: GPL-2.0-only
/*
 * Segments on several processors at the same time. How often one had to wait for
 * another is not counted here: the kernel's tracepoint lock:contention_begin
 * tells. A hook that takes one lock for all shows that it does.
 */
#include <linux/completion.h>
#include <linux/cpu.h>
#include <linux/kthread.h>
#include <linux/netfilter.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

#include "contend.h"

#define ROUND 1024

/**
 * struct contender - one processor's part
 * @b: a bench with a packet of its own
 * @acks: of either end, in turn; or of one end alone, twice
 * @rounds: of ROUND segments
 * @go: all begin at once
 * @done: it has ended
 * @task: the thread
 */
struct contender {
	struct bench b;
	struct bench_segment acks[2];
	u32 rounds;
	struct completion *go;
	struct completion done;
	struct task_struct *task;
};

static DEFINE_SPINLOCK(the_lock);
static u64 under_the_lock;
static struct net *locked_net;

static unsigned int take_the_lock(void *priv, struct sk_buff *skb,
				  const struct nf_hook_state *state)
{
	spin_lock_bh(&the_lock);
	under_the_lock++;
	spin_unlock_bh(&the_lock);
	return NF_ACCEPT;
}

static const struct nf_hook_ops lock_ops[] = {
	{ .hook = take_the_lock, .pf = NFPROTO_IPV4, .hooknum = NF_INET_LOCAL_IN,
	  .priority = INT_MAX - 1 },
	{ .hook = take_the_lock, .pf = NFPROTO_IPV4, .hooknum = NF_INET_LOCAL_OUT,
	  .priority = INT_MAX - 1 },
};

/**
 * bench_one_lock() - have a hook that takes the same lock for each segment of IPv4
 * @net: where
 * @on: or have it no more
 *
 * Return: 0 or an error of netfilter's.
 */
int bench_one_lock(struct net *net, bool on)
{
	return bench_hooks(&locked_net, net, lock_ops, ARRAY_SIZE(lock_ops), on);
}

static int contend(void *data)
{
	struct contender *c = data;
	u32 round, i;

	wait_for_completion(c->go);
	for (round = 0; round < c->rounds; round++) {
		local_bh_disable();
		for (i = 0; i < ROUND; i++)
			bench_send(&c->b, &c->acks[i & 1]);
		local_bh_enable();
		cond_resched();
	}
	complete(&c->done);
	return 0;
}

static int prepare(struct contender *c, const struct bench *b, unsigned int cpu)
{
	c->b = *b;
	c->b.refused = 0;
	init_completion(&c->done);
	c->b.skb = bench_packet_new(b->dev, &b->form);
	if (!c->b.skb)
		return -ENOMEM;
	c->task = kthread_create_on_cpu(contend, c, cpu, "contend/%u");
	if (IS_ERR(c->task)) {
		bench_packet_free(c->b.skb);
		return PTR_ERR(c->task);
	}
	wake_up_process(c->task);
	return 0;
}

static void finish(struct bench *b, struct contender *c)
{
	wait_for_completion(&c->done);
	b->refused += c->b.refused;
	bench_packet_free(c->b.skb);
}

/**
 * bench_contend() - the same segments over and over, on several processors
 * @b: the bench
 * @acks: of the client and of the server
 * @first: number of the first flow
 * @cpus: how many processors
 * @rounds: how often each sends ROUND segments
 * @shared: all send for the first flow, the client's on one processor, the
 *	server's on the next; else a flow each
 *
 * Context: process.
 * Return: 0, -EINVAL without so many processors, -ENOMEM.
 */
int bench_contend(struct bench *b, const struct bench_segment acks[2], u32 first, u32 cpus,
		  u32 rounds, bool shared)
{
	DECLARE_COMPLETION_ONSTACK(go);
	struct contender *all;
	u32 cpu, i, ready = 0;
	int err = 0;
	u64 began;

	if (cpus > num_online_cpus())
		return -EINVAL;
	all = kcalloc(cpus, sizeof(*all), GFP_KERNEL);
	if (!all)
		return -ENOMEM;
	for (cpu = 0; cpu < cpus && !err; cpu++) {
		struct contender *c = &all[cpu];

		c->go = &go;
		c->rounds = rounds;
		for (i = 0; i < 2; i++) {
			c->acks[i] = acks[shared ? cpu & 1 : i];
			c->acks[i].flow = first + (shared ? 0 : cpu);
		}
		err = prepare(c, b, cpu);
		ready += !err;
	}
	began = ktime_get_ns();
	complete_all(&go);
	for (cpu = 0; cpu < ready; cpu++)
		finish(b, &all[cpu]);
	if (!err)
		bench_note(b, "contend", (u64)cpus * rounds * ROUND, ktime_get_ns() - began);
	kfree(all);
	return err;
}
