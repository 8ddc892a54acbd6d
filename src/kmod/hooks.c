// SPDX-License-Identifier: GPL-2.0-only
/*
 * Segments come in here, last at LOCAL_IN, FORWARD and LOCAL_OUT: what a
 * firewall dropped was neither sent nor delivered. Whatever happens, the
 * verdict is NF_ACCEPT and the packet is as it was.
 */
#include <linux/cgroup.h>
#include <linux/ktime.h>
#include <linux/netfilter_ipv4.h>
#include <linux/netfilter_ipv6.h>
#include <linux/tcp.h>
#include <net/l3mdev.h>
#include <net/request_sock.h>
#include <net/sock.h>

#include "data.h"
#include "events.h"
#include "hooks.h"
#include "packet.h"

static void count_class(struct tcpfsm_net *tn, const struct tcpfsm_segment *seg)
{
	u8 flags = seg->flags;

	if (!(flags & (TCPFSM_SYN | TCPFSM_FIN | TCPFSM_RST)) && flags & TCPFSM_ACK) {
		if (seg->len)
			tcpfsm_count(tn, seg_data);
		else
			tcpfsm_count(tn, seg_ack);
	} else if (flags & TCPFSM_RST) {
		tcpfsm_count(tn, seg_rst);
	} else if (flags & TCPFSM_SYN) {
		if (flags & TCPFSM_ACK)
			tcpfsm_count(tn, seg_synack);
		else
			tcpfsm_count(tn, seg_syn);
	} else if (flags & TCPFSM_FIN) {
		tcpfsm_count(tn, seg_fin);
	} else {
		tcpfsm_count(tn, seg_other);
	}
}

/* Do the settings leave this packet out? */
static bool is_ignored(const struct tcpfsm_net *tn, const struct sk_buff *skb,
		       const struct tcpfsm_segment *seg)
{
	const struct tcpfsm_portset *ports = rcu_dereference(tn->ports);
	u32 mask = READ_ONCE(tn->settings.mark_mask);

	if (mask && (skb->mark & mask) != READ_ONCE(tn->settings.mark))
		return true;
	return ports && !test_bit(seg->sport, ports->port) && !test_bit(seg->dport, ports->port);
}

static enum tcpfsm_point point_of(const struct nf_hook_state *state)
{
	switch (state->hook) {
	case NF_INET_LOCAL_OUT:
		return state->out->flags & IFF_LOOPBACK ? TCPFSM_AT_LOOP_OUT : TCPFSM_AT_OUT;
	case NF_INET_LOCAL_IN:
		return state->in->flags & IFF_LOOPBACK ? TCPFSM_AT_LOOP_IN : TCPFSM_AT_IN;
	default:
		return TCPFSM_AT_FORWARD;
	}
}

/* What the receiving socket itself knows better than we do. */
static void ask_socket(struct tcpfsm_sighting *at, const struct sk_buff *skb)
{
	struct sock *sk = skb->sk;

	if (!sk || !sk_fullsock(sk) || sk->sk_protocol != IPPROTO_TCP)
		return;
	if ((1 << READ_ONCE(sk->sk_state)) & (TCPF_LISTEN | TCPF_SYN_SENT | TCPF_CLOSE))
		return;
	/* Segments wait for it that it has not looked at: it does not know yet. */
	if (READ_ONCE(sk->sk_backlog.tail))
		return;
	at->rcv_nxt = READ_ONCE(tcp_sk(sk)->rcv_nxt);
	at->has_rcv_nxt = true;
}

/*
 * Whose socket a local end is; of the first one that is seen. A RST may come
 * from the kernel's own socket, which answers where there is none.
 */
static void take_owner(struct tcpfsm_entry *entry, const struct tcpfsm_segment *seg,
		       const struct tcpfsm_sighting *at, struct sock *sk)
{
	if (entry->has_owner || seg->flags & TCPFSM_RST ||
	    (at->point != TCPFSM_AT_OUT && at->point != TCPFSM_AT_LOOP_OUT))
		return;
	sk = sk ? sk_to_full_sk(sk) : NULL;
	if (!sk || !sk_fullsock(sk))
		return;
	entry->uid = READ_ONCE(sk->sk_uid);
	entry->has_owner |= TCPFSM_OWNER_UID;
#ifdef CONFIG_SOCK_CGROUP_DATA
	entry->cgroup = cgroup_id(sock_cgroup_ptr(&sk->sk_cgrp_data));
	entry->has_owner |= TCPFSM_OWNER_CGROUP;
#endif
}

static bool is_self(const struct tcpfsm_key *key)
{
	return key->port[0] == key->port[1] && ipv6_addr_equal(&key->addr[0], &key->addr[1]);
}

/* A segment of no known flow. Returns false if another processor was faster. */
static bool begin(struct tcpfsm_net *tn, const struct tcpfsm_packet *packet, u32 hash,
		  const struct tcpfsm_sighting *at, struct sock *sk)
{
	enum tcpfsm_birth birth = tcpfsm_birth(&packet->seg);
	struct tcpfsm_entry *entry = NULL;
	struct tcpfsm_result result;
	unsigned int who;

	if (birth != TCPFSM_BIRTH_NONE && at->point != TCPFSM_AT_LOOP_IN)
		entry = tcpfsm_table_alloc(tn, packet->seg.flags & TCPFSM_SYN);
	if (!entry) {
		tcpfsm_count(tn, no_flow);
		return true;
	}
	who = birth == TCPFSM_BIRTH_SERVER ? TCPFSM_SERVER : TCPFSM_CLIENT;
	entry->hash = hash;
	entry->key = packet->key;
	if (who == TCPFSM_SERVER) {
		swap(entry->key.addr[0], entry->key.addr[1]);
		swap(entry->key.port[0], entry->key.port[1]);
	}

	spin_lock_bh(&entry->lock);
	tcpfsm_begin(&entry->flow, who, is_self(&packet->key), &packet->seg, at, &result);
	if (!tcpfsm_table_insert(entry)) {
		spin_unlock_bh(&entry->lock);
		tcpfsm_table_discard(entry);
		return false;
	}
	take_owner(entry, &packet->seg, at, sk);
	tcpfsm_count(tn, begun);
	if (entry->flow.flags & TCPFSM_FLOW_MIDSTREAM)
		tcpfsm_count(tn, midstream);
	tcpfsm_events_report(tn, entry, &packet->seg, &result);
	tcpfsm_clock_wait(entry, true);
	spin_unlock_bh(&entry->lock);
	tcpfsm_events_log(tn, entry, &result);
	return true;
}

/* A segment of a known flow. Returns false if that is not, or no longer, its flow. */
static bool go_on(struct tcpfsm_net *tn, struct tcpfsm_entry *entry, unsigned int who,
		  const struct tcpfsm_packet *packet, struct tcpfsm_sighting *at,
		  struct sock *sk)
{
	const struct tcpfsm_segment *seg = &packet->seg;
	struct tcpfsm_flow *flow = &entry->flow;
	struct tcpfsm_result result;
	bool same = true, quiet;

	spin_lock_bh(&entry->lock);
	if (entry->dead) {
		spin_unlock_bh(&entry->lock);
		return false;
	}
	quiet = tcpfsm_quiet(flow, seg);
	at->now_ns = quiet ? ktime_get_coarse_ns() : ktime_get_ns();
	tcpfsm_entry_sync(entry, at->now_ns);
	if (quiet && !READ_ONCE(tn->settings.strict)) {
		tcpfsm_skip(flow, at->now_ns);
		spin_unlock_bh(&entry->lock);
		return true;
	}
	if (at->point != TCPFSM_AT_LOOP_IN && tcpfsm_is_new_incarnation(flow, who, seg)) {
		tcpfsm_give_up(flow, at->now_ns, TCPFSM_VERDICT_REUSED, TCPFSM_CAUSE_REUSE,
			       &result);
		same = false;
	} else {
		take_owner(entry, seg, at, sk);
		tcpfsm_see(flow, who, seg, at, &result);
	}
	tcpfsm_events_report(tn, entry, same ? seg : NULL, &result);
	tcpfsm_clock_wait(entry, result.restarted);
	spin_unlock_bh(&entry->lock);
	tcpfsm_events_log(tn, entry, &result);
	return same;
}

static void take(struct tcpfsm_net *tn, const struct tcpfsm_packet *packet,
		 const struct sk_buff *skb, const struct nf_hook_state *state,
		 enum tcpfsm_point point)
{
	u32 hash = tcpfsm_table_hash(tn, &packet->key);
	struct tcpfsm_sighting at = { .point = point };
	struct tcpfsm_entry *entry;
	unsigned int who, tries;

	if (packet->seg.flags & TCPFSM_RST && state->hook == NF_INET_LOCAL_IN)
		ask_socket(&at, skb);
	/* Again: a new incarnation, or another processor began or ended the flow. */
	for (tries = 0; tries < 3; tries++) {
		entry = tcpfsm_table_find(tn, &packet->key, hash, &who);
		if (entry && go_on(tn, entry, who, packet, &at, state->sk))
			return;
		at.now_ns = ktime_get_ns();
		if (begin(tn, packet, hash, &at, state->sk))
			return;
	}
	tcpfsm_count(tn, no_flow);
}

/* Proves nothing, but the flow that it names, if there is one, shows it. */
static void take_damaged(struct tcpfsm_net *tn, const struct tcpfsm_packet *packet,
			 enum tcpfsm_anomaly anomaly)
{
	u32 hash = tcpfsm_table_hash(tn, &packet->key);
	struct tcpfsm_result result = { .anomalies = 1U << anomaly };
	struct tcpfsm_entry *entry;
	unsigned int who;

	entry = tcpfsm_table_find(tn, &packet->key, hash, &who);
	if (!entry) {
		this_cpu_inc(tn->stats->anomaly[anomaly]);
		return;
	}
	result.who = who;
	spin_lock_bh(&entry->lock);
	if (anomaly == TCPFSM_ANOMALY_BAD_CHECKSUM)
		tcpfsm_history_note(&entry->flow, tcpfsm_index(&entry->flow, who),
				    TCPFSM_LETTER_CHECKSUM);
	tcpfsm_events_report(tn, entry, &packet->seg, &result);
	spin_unlock_bh(&entry->lock);
	tcpfsm_events_log(tn, entry, &result);
}

static noinline void inspect(struct tcpfsm_net *tn, const struct sk_buff *skb,
			     const struct nf_hook_state *state, enum tcpfsm_point point)
{
	struct tcpfsm_packet packet;
	bool again = point == TCPFSM_AT_LOOP_IN;
	enum tcpfsm_packet_kind kind;

	kind = tcpfsm_packet_read(&packet, skb, state);
	if (kind == TCPFSM_PACKET_OTHER)
		return;
	switch (kind) {
	case TCPFSM_PACKET_FRAGMENT:
		if (!again)
			tcpfsm_count(tn, seg_fragment);
		return;
	case TCPFSM_PACKET_MALFORMED:
		if (!again) {
			tcpfsm_count(tn, seg_malformed);
			this_cpu_inc(tn->stats->anomaly[TCPFSM_ANOMALY_MALFORMED]);
		}
		return;
	default:
		break;
	}
	if (is_ignored(tn, skb, &packet.seg)) {
		if (!again)
			tcpfsm_count(tn, seg_ignored);
		return;
	}
	if (packet.seg.flags & (TCPFSM_SYN | TCPFSM_FIN | TCPFSM_RST) &&
	    state->hook != NF_INET_LOCAL_OUT && !tcpfsm_packet_checksum_ok(&packet, skb)) {
		if (!again)
			tcpfsm_count(tn, seg_checksum);
		take_damaged(tn, &packet, TCPFSM_ANOMALY_BAD_CHECKSUM);
		return;
	}
	if (!again)
		count_class(tn, &packet.seg);
	if (packet.seg.bad_options && !again)
		take_damaged(tn, &packet, TCPFSM_ANOMALY_MALFORMED);
	take(tn, &packet, skb, state, point);
}

static unsigned int hook(void *priv, struct sk_buff *skb, const struct nf_hook_state *state)
{
	enum tcpfsm_point point = point_of(state);

	/* A VRF's device shows each packet once more, before the device under it does. */
	if (state->hook == NF_INET_LOCAL_OUT && netif_is_l3_master(state->out))
		return NF_ACCEPT;
	if (!tcpfsm_data(priv, skb, state, point))
		inspect(priv, skb, state, point);
	return NF_ACCEPT;
}

static bool traces_nothing(const struct tcpfsm_net *tn)
{
	const struct tcpfsm_settings *settings = &tn->settings;
	const struct tcpfsm_portset *ports;

	if (!settings->enabled)
		return true;
	/* A mark that no masked mark can equal. */
	if (settings->mark_mask && settings->mark & ~settings->mark_mask)
		return true;
	ports = rcu_dereference_protected(tn->ports, lockdep_is_held(&tn->setup));
	/* Port 0 is nobody's. */
	return ports && find_next_bit(ports->port, TCPFSM_PORTS, 1) == TCPFSM_PORTS;
}

static void unregister(struct tcpfsm_net *tn)
{
	if (!tn->hooked)
		return;
	nf_unregister_net_hooks(tn->net, tn->ops, tn->hooked);
	tn->hooked = 0;
}

/**
 * tcpfsm_hooks_update() - register or remove the hooks as the settings want
 * @tn: the namespace
 *
 * Context: process, @tn->setup held.
 * Return: 0 or a negative error of netfilter's.
 */
int tcpfsm_hooks_update(struct tcpfsm_net *tn)
{
	unsigned int n = IS_ENABLED(CONFIG_IPV6) ? TCPFSM_HOOKS : TCPFSM_HOOKS / 2;
	int err;

	lockdep_assert_held(&tn->setup);
	if (tn->dying || traces_nothing(tn)) {
		unregister(tn);
		return 0;
	}
	if (tn->hooked)
		return 0;
	err = nf_register_net_hooks(tn->net, tn->ops, n);
	if (!err)
		tn->hooked = n;
	return err;
}

/**
 * tcpfsm_hooks_init() - describe the hooks of a namespace; registers none
 * @tn: the namespace
 */
void tcpfsm_hooks_init(struct tcpfsm_net *tn)
{
	static const unsigned int points[] = {
		NF_INET_LOCAL_IN, NF_INET_FORWARD, NF_INET_LOCAL_OUT,
	};
	unsigned int i;

	for (i = 0; i < TCPFSM_HOOKS; i++) {
		struct nf_hook_ops *ops = &tn->ops[i];

		ops->hook = hook;
		ops->priv = tn;
		ops->pf = i < ARRAY_SIZE(points) ? NFPROTO_IPV4 : NFPROTO_IPV6;
		ops->hooknum = points[i % ARRAY_SIZE(points)];
		ops->priority = INT_MAX;
	}
}

/**
 * tcpfsm_hooks_exit() - remove the hooks for good
 * @tn: the namespace
 *
 * Context: process. Segments may still be in the hooks until a grace period
 * has passed.
 */
void tcpfsm_hooks_exit(struct tcpfsm_net *tn)
{
	mutex_lock(&tn->setup);
	WRITE_ONCE(tn->dying, true);
	unregister(tn);
	mutex_unlock(&tn->setup);
}
