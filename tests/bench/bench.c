// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a tracker costs: drives TCP segments through whatever netfilter hooks are
 * registered in the network namespace of the one who asks, and says how long
 * that took. For tests only.
 *
 * /proc/tcpfsm_bench takes a command and then shows its result:
 *
 *	empty 0|1		register empty hooks where tcpfsm has its own, last
 *	connections N		N connections, stage by stage: all SYNs, all SYN-ACKs ...
 *	established N		N other connections, which stay ESTABLISHED; not timed
 *	data N ROUNDS		as many data segments of each of those, in random order
 *	resets N		a RST for each of those
 *	syns N			SYNs of N new connections
 *
 * A result is a line "NAME SEGMENTS NANOSECONDS" for each stage. Nanoseconds are
 * instructions where the machine counts those (QEMU's icount).
 *
 * The server lives here, its clients do not: client to server a segment passes
 * PRE_ROUTING and LOCAL_IN, server to client LOCAL_OUT and POST_ROUTING. One
 * packet is used over and over; it is never sent. The device is the first of the
 * namespace that is not its loopback.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/ip.h>
#include <linux/module.h>
#include <linux/netdevice.h>
#include <linux/netfilter.h>
#include <linux/netfilter_ipv4.h>
#include <linux/netfilter_ipv6.h>
#include <linux/prandom.h>
#include <linux/proc_fs.h>
#include <linux/rtnetlink.h>
#include <linux/seq_file.h>
#include <linux/tcp.h>
#include <net/ip.h>
#include <net/net_namespace.h>
#include <net/tcp.h>

#if IS_ENABLED(CONFIG_NF_CONNTRACK)
#include <net/netfilter/nf_conntrack.h>
#endif

#define SERVER_PORT 80
#define CLIENT_ISN 1000
#define SERVER_ISN 5000
#define PAYLOAD 100
#define FLOWS_MAX 4194304
#define RESULT_SIZE 1024

struct bench {
	struct net *net;
	struct net_device *dev;
	struct sk_buff *skb;
	char *result;
	size_t len;
};

static DEFINE_MUTEX(bench_lock);
static char result_text[RESULT_SIZE];
static struct net *empty_net;

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
};

static int set_empty(struct net *net, bool on)
{
	int err = 0;

	if (on && !empty_net) {
		err = nf_register_net_hooks(net, empty_ops, ARRAY_SIZE(empty_ops));
		if (!err)
			empty_net = get_net(net);
	} else if (!on && empty_net) {
		nf_unregister_net_hooks(empty_net, empty_ops, ARRAY_SIZE(empty_ops));
		put_net(empty_net);
		empty_net = NULL;
	}
	return err;
}

/* ---- One segment ---- */

/* A segment of flow number @flow: its client's address and port come from that. */
static void make_segment(struct sk_buff *skb, u32 flow, bool from_client, u8 flags, u32 seq,
			 u32 ack, u32 payload)
{
	struct iphdr *ip = ip_hdr(skb);
	struct tcphdr *tcp = tcp_hdr(skb);
	__be32 client = htonl(0x0a800000 + (flow >> 14));
	__be16 port = htons(16384 + (flow & 16383));
	__be32 server = htonl(0x0a000001);

	skb->len = sizeof(*ip) + sizeof(*tcp) + payload;
	skb_set_tail_pointer(skb, skb->len);
	ip->saddr = from_client ? client : server;
	ip->daddr = from_client ? server : client;
	ip->tot_len = htons(skb->len);
	tcp->source = from_client ? port : htons(SERVER_PORT);
	tcp->dest = from_client ? htons(SERVER_PORT) : port;
	tcp->seq = htonl(seq);
	tcp->ack_seq = htonl(ack);
	tcp_flag_byte(tcp) = flags;
}

static struct sk_buff *new_packet(struct net_device *dev)
{
	const u32 size = sizeof(struct iphdr) + sizeof(struct tcphdr) + PAYLOAD;
	struct sk_buff *skb = alloc_skb(size + LL_MAX_HEADER, GFP_KERNEL);
	struct iphdr *ip;
	struct tcphdr *tcp;

	if (!skb)
		return NULL;
	skb_reserve(skb, LL_MAX_HEADER);
	skb_reset_network_header(skb);
	ip = skb_put_zero(skb, size);
	skb_set_transport_header(skb, sizeof(*ip));
	ip->version = 4;
	ip->ihl = 5;
	ip->ttl = 64;
	ip->protocol = IPPROTO_TCP;
	tcp = tcp_hdr(skb);
	tcp->doff = 5;
	tcp->window = htons(0xffff);
	skb->protocol = htons(ETH_P_IP);
	skb->dev = dev;
	skb->pkt_type = PACKET_HOST;
	/* As from a card that has verified it. */
	skb->ip_summed = CHECKSUM_UNNECESSARY;
	return skb;
}

static int pass(struct bench *b, unsigned int point, bool in)
{
	return nf_hook(NFPROTO_IPV4, point, b->net, NULL, b->skb, in ? b->dev : NULL,
		       in ? NULL : b->dev, NULL) == 1 ? 0 : -EIO;
}

static int send(struct bench *b, u32 flow, bool from_client, u8 flags, u32 seq, u32 ack,
		u32 payload)
{
	int err;

	make_segment(b->skb, flow, from_client, flags, seq, ack, payload);
	if (from_client)
		err = pass(b, NF_INET_PRE_ROUTING, true) ?: pass(b, NF_INET_LOCAL_IN, true);
	else
		err = pass(b, NF_INET_LOCAL_OUT, false) ?: pass(b, NF_INET_POST_ROUTING, false);
#if IS_ENABLED(CONFIG_NF_CONNTRACK)
	nf_reset_ct(b->skb);
#endif
	return err;
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

static const struct stage handshake[] = {
	{ "syn", true, TCPHDR_SYN, -1U, 0, 0 },
	{ "synack", false, TCPHDR_SYN | TCPHDR_ACK, -1U, 0, 0 },
	{ "final_ack", true, TCPHDR_ACK, 0, 0, 0 },
};

static const struct stage conversation[] = {
	{ "data", true, TCPHDR_ACK | TCPHDR_PSH, 0, 0, PAYLOAD },
	{ "answer", false, TCPHDR_ACK | TCPHDR_PSH, 0, PAYLOAD, PAYLOAD },
	{ "ack", true, TCPHDR_ACK, PAYLOAD, PAYLOAD, 0 },
	{ "fin", true, TCPHDR_ACK | TCPHDR_FIN, PAYLOAD, PAYLOAD, 0 },
	{ "fin_of_server", false, TCPHDR_ACK | TCPHDR_FIN, PAYLOAD, PAYLOAD + 1, 0 },
	{ "last_ack", true, TCPHDR_ACK, PAYLOAD + 1, PAYLOAD + 1, 0 },
};

static const struct stage reset = { "rst", true, TCPHDR_RST, 0, 0, 0 };

/* @further: bytes that both ends have sent beside what the stages say */
static int send_stage(struct bench *b, const struct stage *stage, u32 flow, u32 further)
{
	u32 own = (stage->from_client ? CLIENT_ISN : SERVER_ISN) + 1 + further;
	u32 other = (stage->from_client ? SERVER_ISN : CLIENT_ISN) + 1 + further;

	return send(b, flow, stage->from_client, stage->flags, own + stage->seq,
		    stage->flags & TCPHDR_ACK ? other + stage->ack : 0, stage->payload);
}

static void note(struct bench *b, const char *name, u64 segments, u64 ns)
{
	b->len += scnprintf(b->result + b->len, RESULT_SIZE - b->len, "%s %llu %llu\n", name,
			    segments, ns);
}

/* A softirq's view: no preemption, no softirq of others in between, but in slices. */
#define SLICE 1024

static int run_stage(struct bench *b, const struct stage *stage, u32 first, u32 n, bool timed)
{
	u64 ns = 0, began;
	u32 i = 0, end;
	int err = 0;

	while (i < n && !err) {
		end = min(n, i + SLICE);
		local_bh_disable();
		began = ktime_get_ns();
		for (; i < end && !err; i++)
			err = send_stage(b, stage, first + i, 0);
		ns += ktime_get_ns() - began;
		local_bh_enable();
		cond_resched();
	}
	if (timed && !err)
		note(b, stage->name, n, ns);
	return err;
}

static int run_stages(struct bench *b, const struct stage *stages, unsigned int number, u32 first,
		      u32 n, bool timed)
{
	unsigned int i;
	int err = 0;

	for (i = 0; i < number && !err; i++)
		err = run_stage(b, &stages[i], first, n, timed);
	return err;
}

/* What follows the conversation, over and over. */
static const struct stage steady[] = {
	{ "data", true, TCPHDR_ACK | TCPHDR_PSH, PAYLOAD, PAYLOAD, PAYLOAD },
	{ "data", false, TCPHDR_ACK | TCPHDR_PSH, PAYLOAD, 2 * PAYLOAD, PAYLOAD },
};

/*
 * Data of flows in an order that no cache foresees: a linear generator of full
 * period, so that each flow sends once a round, client and server in turn.
 */
static int run_data(struct bench *b, u32 n, u32 rounds)
{
	u64 ns = 0, began;
	u32 round, i, end, x = 1;
	int err = 0;

	if (!is_power_of_2(n))
		return -EINVAL;
	for (round = 0; round < rounds && !err; round++) {
		for (i = 0; i < n && !err;) {
			end = min(n, i + SLICE);
			local_bh_disable();
			began = ktime_get_ns();
			for (; i < end && !err; i++) {
				x = x * 1664525 + 1013904223;
				err = send_stage(b, &steady[round & 1], n + (x & (n - 1)),
						 round / 2 * PAYLOAD);
			}
			ns += ktime_get_ns() - began;
			local_bh_enable();
			cond_resched();
		}
	}
	if (!err)
		note(b, "data", (u64)rounds * n, ns);
	return err;
}

static int run(struct bench *b, const char *command)
{
	u32 n = 0, rounds = 0;

	if (sscanf(command, "connections %u", &n) == 1 && n && n <= FLOWS_MAX)
		return run_stages(b, handshake, ARRAY_SIZE(handshake), 0, n, true) ?:
		       run_stages(b, conversation, ARRAY_SIZE(conversation), 0, n, true);
	if (sscanf(command, "established %u", &n) == 1 && n && n <= FLOWS_MAX)
		return run_stages(b, handshake, ARRAY_SIZE(handshake), n, n, false) ?:
		       run_stages(b, conversation, 3, n, n, false);
	if (sscanf(command, "data %u %u", &n, &rounds) == 2 && n && n <= FLOWS_MAX)
		return run_data(b, n, rounds);
	if (sscanf(command, "resets %u", &n) == 1 && n && n <= FLOWS_MAX)
		return run_stage(b, &reset, n, n, true);
	if (sscanf(command, "syns %u", &n) == 1 && n && n <= FLOWS_MAX)
		return run_stage(b, &handshake[0], FLOWS_MAX, n, true);
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
	struct bench b = { .net = current->nsproxy->net_ns, .result = result_text };
	int err = -ENOMEM;

	b.dev = first_device(b.net);
	if (!b.dev)
		return -ENODEV;
	b.skb = new_packet(b.dev);
	if (b.skb) {
		result_text[0] = '\0';
		err = run(&b, command);
		kfree_skb(b.skb);
	}
	dev_put(b.dev);
	return err;
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
	if (!strncmp(command, "empty ", 6))
		err = set_empty(current->nsproxy->net_ns, command[6] == '1');
	else
		err = measure(command);
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
}

module_init(bench_init);
module_exit(bench_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Drives TCP segments through netfilter hooks and takes the time");
