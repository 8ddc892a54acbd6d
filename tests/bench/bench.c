// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a tracker costs: drives TCP segments through whatever netfilter hooks are
 * registered in the network namespace of the one who asks, and says how long
 * that took. For tests only.
 *
 * /proc/tcpfsm_bench takes a command and then shows its result:
 *
 *	empty 0|1		register empty hooks where tcpfsm has its own, last
 *	conntrack 0|1		have nf_conntrack's hooks registered
 *	form 4|6 0|1		what follows is IPv4 or IPv6, with timestamps or without
 *	connections FIRST N	N connections, stage by stage: all SYNs, all SYN-ACKs ...
 *	established FIRST N	N that stay ESTABLISHED
 *	half_open FIRST N	N of which the SYN and the SYN-ACK are seen
 *	transfer FIRST N ROUNDS	a data segment of each of those and its ACK, from either end
 *				in turn; two more rounds before them are not timed. "best" is
 *				the fastest two rounds
 *	resets FIRST N		a RST for each of those
 *	strays FIRST N		a SYN of another incarnation for each of those
 *	syns FIRST N		a SYN for each of N new connections
 *	handshakes FIRST N	N of which the handshake is seen
 *	opens FIRST N		a SYN each, timed alone; "longest" is the longest
 *	flood FIRST N FLAGS	a segment with these flags from each of N new connections, and
 *				for each 1,000 of them one whole handshake, of those after them
 *	strikes FIRST N FLAGS	a segment with these flags and a wrong number for each of those
 *	aimed FIRST N		a SYN each, timed alone, from flows that all fall into one bucket of
 *				tcpfsm; "longest" and "longest_later" are the longest of either half
 *	contend FIRST CPUS ROUNDS SHARED
 *				pure ACKs, 1,024 a round, on as many processors at once: of a flow
 *				each, or of one flow, from either end in turn
 *	one_lock 0|1		a hook that takes the same lock for each segment
 *	blunt			all clients of IPv6 are the same number to tcpfsm
 *
 * FIRST is the number of the first flow. transfer goes in random order, and N is
 * a power of two.
 *
 * A result is a line "NAME SEGMENTS NANOSECONDS" for each stage, and a line
 * "refused SEGMENTS 0" if a hook has dropped any. Nanoseconds are instructions
 * where the machine counts those (QEMU's icount). Interrupts are off while time
 * is taken. What "syns" leave to be freed later is in the line "deferred", the
 * time that the processor was busy with it.
 *
 * The server lives here, its clients do not: client to server a segment passes
 * PRE_ROUTING and LOCAL_IN, server to client LOCAL_OUT and POST_ROUTING. The
 * device is the first of the namespace that is not its loopback.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/module.h>
#include <linux/netdevice.h>
#include <linux/netfilter.h>
#include <linux/proc_fs.h>
#include <linux/rtnetlink.h>
#include <linux/tick.h>
#include <linux/uaccess.h>
#include <net/net_namespace.h>
#include <net/tcp.h>

#if IS_ENABLED(CONFIG_NF_CONNTRACK)
#include <net/netfilter/nf_conntrack.h>
#endif

#include "aim.h"
#include "bench.h"
#include "contend.h"

#define CLIENT_ISN 1000
#define SERVER_ISN 5000
#define FLOWS_MAX 0x4000000
#define RESULT_SIZE 1024

static DEFINE_MUTEX(bench_lock);
static char result_text[RESULT_SIZE];
static struct bench_form form = { .family = NFPROTO_IPV4 };
static struct net *empty_net;
static struct net *conntrack_net;

/* ---- Empty hooks ---- */

static unsigned int empty(void *priv, struct sk_buff *skb, const struct nf_hook_state *state)
{
	return NF_ACCEPT;
}

#define EMPTY(family, point) \
	{ .hook = empty, .pf = family, .hooknum = point, .priority = INT_MAX - 1 }

static const struct nf_hook_ops empty_ops[] = {
	EMPTY(NFPROTO_IPV4, NF_INET_LOCAL_IN),
	EMPTY(NFPROTO_IPV4, NF_INET_FORWARD),
	EMPTY(NFPROTO_IPV4, NF_INET_LOCAL_OUT),
	EMPTY(NFPROTO_IPV6, NF_INET_LOCAL_IN),
	EMPTY(NFPROTO_IPV6, NF_INET_FORWARD),
	EMPTY(NFPROTO_IPV6, NF_INET_LOCAL_OUT),
};

/**
 * bench_hooks() - have hooks registered, or not
 * @where: in which namespace they are, or NULL
 * @net: in which they shall be
 * @ops: the hooks
 * @n: how many
 * @on: whether
 *
 * Return: 0 or an error of netfilter's.
 */
int bench_hooks(struct net **where, struct net *net, const struct nf_hook_ops *ops, unsigned int n,
		bool on)
{
	int err = 0;

	if (on && !*where) {
		err = nf_register_net_hooks(net, ops, n);
		if (!err)
			*where = get_net(net);
	} else if (!on && *where) {
		nf_unregister_net_hooks(*where, ops, n);
		put_net(*where);
		*where = NULL;
	}
	return err;
}

static int set_empty(struct net *net, bool on)
{
	return bench_hooks(&empty_net, net, empty_ops, ARRAY_SIZE(empty_ops), on);
}

/* ---- nf_conntrack ---- */

#if IS_ENABLED(CONFIG_NF_CONNTRACK)
/* Without a rule that would cost something, too. */
static int set_conntrack(struct net *net, bool on)
{
	int err = 0;

	if (on && !conntrack_net) {
		err = nf_ct_netns_get(net, NFPROTO_INET);
		if (!err)
			conntrack_net = get_net(net);
	} else if (!on && conntrack_net) {
		nf_ct_netns_put(conntrack_net, NFPROTO_INET);
		put_net(conntrack_net);
		conntrack_net = NULL;
	}
	return err;
}

static void forget_connection(struct sk_buff *skb)
{
	nf_reset_ct(skb);
}
#else
static int set_conntrack(struct net *net, bool on)
{
	return on ? -EOPNOTSUPP : 0;
}

static void forget_connection(struct sk_buff *skb)
{
}
#endif

/* ---- One segment ---- */

static bool pass(struct bench *b, unsigned int point, bool in)
{
	return nf_hook(b->form.family, point, b->net, NULL, b->skb, in ? b->dev : NULL,
		       in ? NULL : b->dev, NULL) == 1;
}

/**
 * bench_send() - a segment through all hooks of its way
 * @b: what it is sent with
 * @seg: the segment
 *
 * Context: bottom halves off.
 */
void bench_send(struct bench *b, const struct bench_segment *seg)
{
	bool passed;

	bench_packet_set(b->skb, &b->form, seg);
	if (seg->from_client)
		passed = pass(b, NF_INET_PRE_ROUTING, true) && pass(b, NF_INET_LOCAL_IN, true);
	else
		passed = pass(b, NF_INET_LOCAL_OUT, false) && pass(b, NF_INET_POST_ROUTING, false);
	if (!passed)
		b->refused++;
	forget_connection(b->skb);
}

/* ---- Stages ---- */

struct stage {
	const char *name;
	bool from_client;
	u8 flags;
	/* Beyond what follows the SYN of the sender, and of the other. */
	u32 seq;
	u32 ack;
	u32 payload;
};

#define P BENCH_PAYLOAD

static const struct stage handshake[] = {
	{ "syn", true, TCPHDR_SYN, -1U, 0, 0 },
	{ "synack", false, TCPHDR_SYN | TCPHDR_ACK, -1U, 0, 0 },
	{ "final_ack", true, TCPHDR_ACK, 0, 0, 0 },
};

static const struct stage conversation[] = {
	{ "request", true, TCPHDR_ACK | TCPHDR_PSH, 0, 0, P },
	{ "answer", false, TCPHDR_ACK | TCPHDR_PSH, 0, P, P },
	{ "ack_of_answer", true, TCPHDR_ACK, P, P, 0 },
	{ "fin", true, TCPHDR_ACK | TCPHDR_FIN, P, P, 0 },
	{ "fin_of_server", false, TCPHDR_ACK | TCPHDR_FIN, P, P + 1, 0 },
	{ "last_ack", true, TCPHDR_ACK, P + 1, P + 1, 0 },
};

/* What follows request, answer and ACK, over and over: data of one end and the other's ACK. */
static const struct stage steady[2][2] = {
	{ { "data", true, TCPHDR_ACK | TCPHDR_PSH, P, P, P },
	  { "ack", false, TCPHDR_ACK, P, 2 * P, 0 } },
	{ { "data", false, TCPHDR_ACK | TCPHDR_PSH, P, 2 * P, P },
	  { "ack", true, TCPHDR_ACK, 2 * P, 2 * P, 0 } },
};

static const struct stage stray = { "stray_syn", true, TCPHDR_SYN, 100000, 0, 0 };
static const struct stage reset = { "rst", true, TCPHDR_RST, P, 0, 0 };

/**
 * struct burst - the same segment several times, each going on where the last ended
 * @own: bytes that its sender has sent beside what the stage says
 * @other: and the other end
 * @repeat: how often; more than once only for fewer flows than a slice
 */
struct burst {
	u32 own;
	u32 other;
	u32 repeat;
};

static const struct burst once = { .repeat = 1 };

static u32 isn(bool of_client)
{
	return of_client ? CLIENT_ISN : SERVER_ISN;
}

static void send_stage(struct bench *b, const struct stage *stage, u32 flow, u32 own, u32 other)
{
	const struct bench_segment seg = {
		.flow = flow,
		.from_client = stage->from_client,
		.flags = stage->flags,
		.seq = isn(stage->from_client) + 1 + own + stage->seq,
		.ack = stage->flags & TCPHDR_ACK ?
		       isn(!stage->from_client) + 1 + other + stage->ack : 0,
		.payload = stage->payload,
	};

	bench_send(b, &seg);
}

/**
 * bench_note() - a line of the result
 * @b: the bench
 * @name: of what was measured
 * @segments: how many
 * @ns: that they took
 */
void bench_note(struct bench *b, const char *name, u64 segments, u64 ns)
{
	b->len += scnprintf(b->result + b->len, RESULT_SIZE - b->len, "%s %llu %llu\n", name,
			    segments, ns);
}

/* In slices, or else nobody else would run for long. */
#define SLICE 1024U

/* An order that no cache foresees: a linear generator, of full period in its lower bits. */
static u32 shuffle(u32 *x)
{
	*x = *x * 1664525 + 1013904223;
	return *x;
}

static void run_slice(struct bench *b, const struct stage *stage, u32 first, u32 n, u32 slice,
		      const struct burst *burst, u32 *random)
{
	u32 own = burst->own, other = burst->other;
	u32 i, k;

	for (k = 0; k < burst->repeat; k++) {
		for (i = 0; i < slice; i++)
			send_stage(b, stage, first + (random ? shuffle(random) & (n - 1) : i), own,
				   other);
		/* Data, or the ACK of it. */
		if (stage->payload)
			own += P;
		else
			other += P;
	}
}

/*
 * @random: the state of shuffle(), or NULL for one flow after the other; @n is a
 * power of two then
 * Return: nanoseconds.
 */
static u64 run_stage(struct bench *b, const struct stage *stage, u32 first, u32 n,
		     const struct burst *burst, u32 *random)
{
	u64 ns = 0, began;
	u32 done = 0, slice;

	while (done < n) {
		slice = min(n - done, SLICE);
		local_bh_disable();
		local_irq_disable();
		began = ktime_get_ns();
		run_slice(b, stage, random ? first : first + done, n, slice, burst, random);
		ns += ktime_get_ns() - began;
		local_irq_enable();
		local_bh_enable();
		cond_resched();
		done += slice;
	}
	return ns;
}

static int run_stages(struct bench *b, const struct stage *stages, unsigned int number, u32 first,
		      u32 n)
{
	unsigned int i;

	for (i = 0; i < number; i++)
		bench_note(b, stages[i].name, n, run_stage(b, &stages[i], first, n, &once, NULL));
	return 0;
}

/* The first of its kind is news to a tracker. Of either end. */
#define WARM_UP 2
/* Segments of one flow that fit into its window. */
#define BURST_MAX 256U

/* @server: the server sends data and the client ACKs, after it was the other way round */
static u64 run_half(struct bench *b, bool server, bool ack, u32 first, u32 n, u32 sent, u32 repeat,
		    u32 *random)
{
	u32 last = server ? (repeat - 1) * P : 0;
	const struct burst burst = {
		.own = sent + (ack ? last : 0),
		.other = sent + (ack ? 0 : last),
		.repeat = repeat,
	};

	return run_stage(b, &steady[server][ack], first, n, &burst, random);
}

/* Few flows send several segments in a row, so that there is time to be measured. */
static int run_transfer(struct bench *b, u32 first, u32 n, u32 rounds)
{
	static const char *const best_names[] = { "best_data", "best_ack" };
	u64 ns[2] = {}, best[2] = { U64_MAX, U64_MAX }, pair[2] = {}, took;
	u32 repeat = n < SLICE ? min(SLICE / n, BURST_MAX) : 1;
	u32 round, i, x = 1;

	if (!is_power_of_2(n) || !rounds || rounds % 2)
		return -EINVAL;
	for (round = 0; round < rounds + WARM_UP; round++) {
		for (i = 0; i < 2; i++) {
			took = run_half(b, round & 1, i, first, n, round / 2 * repeat * P, repeat,
					&x);
			if (round < WARM_UP)
				continue;
			ns[i] += took;
			pair[i] += took;
			if (round & 1) {
				best[i] = min(best[i], pair[i]);
				pair[i] = 0;
			}
		}
	}
	for (i = 0; i < 2; i++) {
		bench_note(b, steady[0][i].name, (u64)rounds * repeat * n, ns[i]);
		bench_note(b, best_names[i], 2ULL * repeat * n, best[i]);
	}
	return 0;
}

#ifdef CONFIG_NO_HZ_COMMON
/* The processor's time but for what it was idle. One processor. */
static u64 busy_ns(void)
{
	return ktime_get_ns() - get_cpu_idle_time_us(0, NULL) * NSEC_PER_USEC;
}

#else
static u64 busy_ns(void)
{
	return ktime_get_ns();
}
#endif

/* What evicted flows cost later belongs to the SYNs that evict them; so does the clock's tick. */
static int run_syns(struct bench *b, u32 first, u32 n)
{
	u64 began, ns;

	rcu_barrier();
	began = busy_ns();
	ns = run_stage(b, &handshake[0], first, n, &once, NULL);
	rcu_barrier();
	bench_note(b, handshake[0].name, n, ns);
	bench_note(b, "deferred", n, busy_ns() - began - ns);
	return 0;
}

static int run_opens(struct bench *b, u32 first, u32 n)
{
	u64 ns = 0, longest = 0, took;
	u32 i;

	for (i = 0; i < n; i++) {
		took = run_stage(b, &handshake[0], first + i, 1, &once, NULL);
		longest = max(longest, took);
		ns += took;
	}
	bench_note(b, handshake[0].name, n, ns);
	bench_note(b, "longest", 1, longest);
	return 0;
}

/* The flows in a bucket are bounded: from some SYN on, none is to cost more than those before. */
static int run_aimed(struct bench *b, u32 first, u32 n)
{
	static const char *const names[] = { "longest", "longest_later" };
	u64 longest[2] = {}, ns = 0, took;
	struct bench_aim *aim;
	u32 i, flow = first;

	aim = bench_aim_new(b, first);
	if (IS_ERR(aim))
		return PTR_ERR(aim);
	for (i = 0; i < n; i++, flow++) {
		flow = bench_aim_next(aim, flow);
		took = run_stage(b, &handshake[0], flow, 1, &once, NULL);
		longest[i >= n / 2] = max(longest[i >= n / 2], took);
		ns += took;
	}
	bench_aim_free(aim);
	bench_note(b, handshake[0].name, n, ns);
	for (i = 0; i < 2; i++)
		bench_note(b, names[i], 1, longest[i]);
	return 0;
}

/* Of flows that are established. */
static int run_contend(struct bench *b, u32 first, u32 cpus, u32 rounds, u32 shared)
{
	const struct bench_segment acks[2] = {
		{ .from_client = true, .flags = TCPHDR_ACK,
		  .seq = CLIENT_ISN + 1 + P, .ack = SERVER_ISN + 1 + P },
		{ .from_client = false, .flags = TCPHDR_ACK,
		  .seq = SERVER_ISN + 1 + P, .ack = CLIENT_ISN + 1 + P },
	};

	return bench_contend(b, acks, first, cpus, rounds, shared);
}

/* One of these for each so many of a flood, whose segments come in between. */
#define LEGITIMATE 1000

static const struct stage *legitimate(u32 i)
{
	switch (i % LEGITIMATE) {
	case 0:
		return &handshake[0];
	case LEGITIMATE / 4:
		return &handshake[1];
	case LEGITIMATE / 2:
		return &handshake[2];
	}
	return NULL;
}

static int run_flood(struct bench *b, u32 first, u32 n, u32 flags)
{
	const struct stage spoofed = { "spoofed", true, flags, flags & TCPHDR_SYN ? -1U : 0, 0, 0 };
	u64 began = ktime_get_ns();
	u32 i;

	for (i = 0; i < n; i++) {
		local_bh_disable();
		send_stage(b, &spoofed, first + i, 0, 0);
		if (legitimate(i))
			send_stage(b, legitimate(i), first + n + i / LEGITIMATE, 0, 0);
		local_bh_enable();
		if (i % SLICE == 0)
			cond_resched();
	}
	bench_note(b, spoofed.name, n, ktime_get_ns() - began);
	return 0;
}

/* Numbers that are beyond what an end has sent, and beyond the other's window. */
static int run_strikes(struct bench *b, u32 first, u32 n, u32 flags)
{
	const struct stage strike = { "strike", true, flags, 1 << 30, 0, 0 };

	bench_note(b, strike.name, n, run_stage(b, &strike, first, n, &once, NULL));
	return 0;
}

static int run(struct bench *b, const char *name, u32 first, u32 n, u32 rounds, u32 shared)
{
	if (!strcmp(name, "aimed"))
		return run_aimed(b, first, n);
	if (!strcmp(name, "contend"))
		return run_contend(b, first, n, rounds, shared);
	if (!strcmp(name, "connections"))
		return run_stages(b, handshake, ARRAY_SIZE(handshake), first, n) ?:
		       run_stages(b, conversation, ARRAY_SIZE(conversation), first, n);
	if (!strcmp(name, "established"))
		return run_stages(b, handshake, ARRAY_SIZE(handshake), first, n) ?:
		       run_stages(b, conversation, 3, first, n);
	if (!strcmp(name, "half_open"))
		return run_stages(b, handshake, 2, first, n);
	if (!strcmp(name, "transfer"))
		return run_transfer(b, first, n, rounds);
	if (!strcmp(name, "strays"))
		return run_stages(b, &stray, 1, first, n);
	if (!strcmp(name, "resets"))
		return run_stages(b, &reset, 1, first, n);
	if (!strcmp(name, "handshakes"))
		return run_stages(b, handshake, 3, first, n);
	if (!strcmp(name, "opens"))
		return run_opens(b, first, n);
	if (!strcmp(name, "flood"))
		return run_flood(b, first, n, rounds);
	if (!strcmp(name, "strikes"))
		return run_strikes(b, first, n, rounds);
	if (!strcmp(name, "syns"))
		return run_syns(b, first, n);
	return -EINVAL;
}

/* ---- /proc ---- */

static struct net_device *first_device(struct net *net)
{
	struct net_device *dev, *found = NULL;

	rtnl_lock();
	for_each_netdev(net, dev) {
		if (!(dev->flags & IFF_LOOPBACK)) {
			dev_hold(dev);
			found = dev;
			break;
		}
	}
	rtnl_unlock();
	return found;
}

static int measure(const char *command)
{
	struct bench b = {
		.net = current->nsproxy->net_ns,
		.form = form,
		.result = result_text,
	};
	u32 first = 0, n = 0, rounds = 0, shared = 0;
	char name[16];
	int err = -ENOMEM;

	if (sscanf(command, "%15s %u %u %u %u", name, &first, &n, &rounds, &shared) < 3 || !n ||
	    first > FLOWS_MAX || n > FLOWS_MAX)
		return -EINVAL;
	b.dev = first_device(b.net);
	if (!b.dev)
		return -ENODEV;
	b.skb = bench_packet_new(b.dev, &b.form);
	if (b.skb) {
		result_text[0] = '\0';
		err = run(&b, name, first, n, rounds, shared);
		bench_packet_free(b.skb);
	}
	if (b.refused)
		bench_note(&b, "refused", b.refused, 0);
	dev_put(b.dev);
	return err;
}

static int set_form(unsigned int version, unsigned int timestamps)
{
	if (version != 4 && version != 6)
		return -EINVAL;
	form.family = version == 4 ? NFPROTO_IPV4 : NFPROTO_IPV6;
	form.timestamps = timestamps;
	return 0;
}

static int obey(const char *command)
{
	struct net *net = current->nsproxy->net_ns;
	unsigned int a, b;

	result_text[0] = '\0';
	if (sscanf(command, "empty %u", &a) == 1)
		return set_empty(net, a);
	if (sscanf(command, "conntrack %u", &a) == 1)
		return set_conntrack(net, a);
	if (sscanf(command, "one_lock %u", &a) == 1)
		return bench_one_lock(net, a);
	if (sscanf(command, "form %u %u", &a, &b) == 2)
		return set_form(a, b);
	if (!strcmp(command, "blunt\n"))
		return bench_aim_blunt();
	return measure(command);
}

static ssize_t bench_write(struct file *file, const char __user *buf, size_t count, loff_t *pos)
{
	char command[64] = {};
	int err;

	if (count >= sizeof(command))
		return -EINVAL;
	if (copy_from_user(command, buf, count))
		return -EFAULT;
	mutex_lock(&bench_lock);
	err = obey(command);
	mutex_unlock(&bench_lock);
	return err ?: count;
}

static ssize_t bench_read(struct file *file, char __user *buf, size_t count, loff_t *pos)
{
	ssize_t n;

	mutex_lock(&bench_lock);
	n = simple_read_from_buffer(buf, count, pos, result_text, strlen(result_text));
	mutex_unlock(&bench_lock);
	return n;
}

static const struct proc_ops bench_ops = {
	.proc_read = bench_read,
	.proc_write = bench_write,
	.proc_lseek = default_llseek,
};

static int __init bench_init(void)
{
	return proc_create("tcpfsm_bench", 0600, NULL, &bench_ops) ? 0 : -ENOMEM;
}

static void __exit bench_exit(void)
{
	remove_proc_entry("tcpfsm_bench", NULL);
	set_empty(NULL, false);
	set_conntrack(NULL, false);
	bench_one_lock(NULL, false);
}

module_init(bench_init);
module_exit(bench_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Drives TCP segments through netfilter hooks and takes the time");
