// SPDX-License-Identifier: GPL-2.0-only
/*
 * Segments come in here, last at LOCAL_IN, FORWARD and LOCAL_OUT: what a
 * firewall dropped was neither sent nor delivered. Whatever happens, the
 * verdict is NF_ACCEPT and the packet is as it was.
 */
#include <linux/ktime.h>
#include <linux/netfilter_ipv4.h>
#include <linux/netfilter_ipv6.h>
#include <linux/tcp.h>
#include <net/l3mdev.h>

#include "data.h"
#include "events.h"
#include "hooks.h"
#include "icmp.h"
#include "listeners.h"
#include "owner.h"
#include "socket.h"

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

static __always_inline enum tcpfsm_point point_of(const struct nf_hook_state *state,
						  unsigned int hook)
{
	switch (hook) {
	case NF_INET_LOCAL_OUT:
		return state->out->flags & IFF_LOOPBACK ? TCPFSM_AT_LOOP_OUT : TCPFSM_AT_OUT;
	case NF_INET_LOCAL_IN:
		return state->in->flags & IFF_LOOPBACK ? TCPFSM_AT_LOOP_IN : TCPFSM_AT_IN;
	default:
		return TCPFSM_AT_FORWARD;
	}
}

/*
 * Longer than a segment is on its way from here to its socket, on a machine that is busy;
 * and what a time in jiffies may be off, see tcpfsm_since().
 */
#define LAG_NS (20 * NSEC_PER_MSEC + 2 * TICK_NSEC)

/*
 * On another processor a segment may have passed here, and neither have reached its
 * socket nor the socket's backlog. Where there is one alone it goes all the way first,
 * as it does over loopback.
 */
static bool may_lag(const struct tcpfsm_entry *entry, const struct tcpfsm_sighting *at)
{
	return at->point == TCPFSM_AT_IN && num_online_cpus() > 1 &&
	       at->now_ns - entry->flow.seen_ns < LAG_NS;
}

/* One segment on its way through the table; with @copy, of a flow that was forged, for the log. */
struct passage {
	struct tcpfsm_net *tn;
	const struct tcpfsm_packet *packet;
	const struct sk_buff *skb;
	struct sock *sk;
	struct tcpfsm_name name;
	struct tcpfsm_sighting at;
	struct tcpfsm_entry *copy;
};

static bool is_self(const struct tcpfsm_key *key)
{
	return key->port[0] == key->port[1] && ipv6_addr_equal(&key->addr[0], &key->addr[1]);
}

/* What the rules say has happened: counted and traced; a copy of the flow is for the log. */
static __always_inline struct tcpfsm_entry *report(struct tcpfsm_entry *entry,
						   const struct passage *p,
						   const struct tcpfsm_segment *seg,
						   const struct tcpfsm_result *result, bool again)
{
	struct tcpfsm_entry *copy;

	tcpfsm_owner_take(entry, seg, p->at.point, p->sk);
	copy = tcpfsm_events_report(entry, seg, result);
	tcpfsm_clock_wait(entry, again);
	tcpfsm_entry_end(entry);
	return copy;
}

/* Of the same ports, a flow behind @entry in its bucket that may come back. */
static struct tcpfsm_entry *next_rival(const struct passage *p, struct tcpfsm_entry *entry,
				       unsigned int *who)
{
	for (; entry; entry = entry->next)
		if (entry->replaced && tcpfsm_is_life_of(entry, p->tn, &p->name, who))
			return entry;
	return NULL;
}

/* Not inline, as next to none has a rival: this one may have to give back its place. */
static noinline bool is_contested(const struct passage *p)
{
	unsigned int who;

	return next_rival(p, *tcpfsm_bucket(p->name.hash), &who);
}

/* A segment of no known flow, that begins one. */
static struct tcpfsm_entry *begin(struct passage *p, enum tcpfsm_birth birth,
				  struct tcpfsm_result *result)
{
	unsigned int who = birth == TCPFSM_BIRTH_SERVER ? TCPFSM_SERVER : TCPFSM_CLIENT;
	const struct tcpfsm_segment *seg = &p->packet->seg;
	struct tcpfsm_entry *entry;

	entry = tcpfsm_table_add(p->tn, &p->name, &p->packet->key, who);
	if (!entry) {
		tcpfsm_count(p->tn, no_flow);
		return NULL;
	}
	entry->contested = unlikely(atomic_read(&p->tn->replaced)) && is_contested(p);
	entry->intrudes = entry->contested;
	tcpfsm_begin(&entry->flow, who, is_self(&entry->key), seg, &p->at, result);
	tcpfsm_count(p->tn, begun);
	if (entry->flow.flags & TCPFSM_FLOW_MIDSTREAM)
		tcpfsm_count(p->tn, midstream);
	else if (!(entry->flow.flags & TCPFSM_FLOW_SELF))
		tcpfsm_listeners_begin(entry);
	return report(entry, p, seg, result, true);
}

/* Another life of the ports of a flow has its place: a flow that has not ended does. */
static struct tcpfsm_entry *displace(const struct passage *p, struct tcpfsm_entry *entry,
				     enum tcpfsm_verdict verdict, struct tcpfsm_result *result)
{
	struct tcpfsm_entry *copy;

	tcpfsm_entry_begin(entry, p->at.now_ns);
	tcpfsm_give_up(&entry->flow, p->at.now_ns, verdict, TCPFSM_CAUSE_REUSE, result);
	copy = tcpfsm_events_report(entry, NULL, result);
	tcpfsm_clock_wait(entry, result->restarted);
	tcpfsm_entry_end(entry);
	if (p->at.point == TCPFSM_AT_FORWARD)
		tcpfsm_table_set_replaced(entry, true);
	return copy;
}

/* The flow of the same ports that has the place no more, and should: see tcpfsm_outlives(). */
static struct tcpfsm_entry *true_life(const struct passage *p)
{
	struct tcpfsm_entry *entry = *tcpfsm_bucket(p->name.hash);
	unsigned int who;

	for (; (entry = next_rival(p, entry, &who)); entry = entry->next)
		if (tcpfsm_outlives(&entry->flow, who, &p->packet->seg, &p->at))
			return entry;
	return NULL;
}

/*
 * Do both ends go on in another life than the one that has the place, @entry? That one
 * was forged, and ends. Not inline: next to no segment gets here.
 */
static noinline bool give_back(struct passage *p, struct tcpfsm_entry *entry,
			       struct tcpfsm_result *result)
{
	struct tcpfsm_entry *other = true_life(p);

	if (!other)
		return false;
	tcpfsm_result_clear(result);
	p->copy = NULL;
	if (entry && entry != other && !entry->flow.ended)
		p->copy = displace(p, entry, TCPFSM_VERDICT_FORGED, result);
	tcpfsm_table_set_replaced(other, false);
	other->contested = true;
	/* Nor has it taken the place of another: both ends have shown whose it is. */
	other->intrudes = false;
	tcpfsm_table_put_first(other);
	return true;
}

/* A segment of a known flow. */
static struct tcpfsm_entry *go_on(struct passage *p, struct tcpfsm_entry *entry, unsigned int who,
				  struct tcpfsm_result *result)
{
	const struct tcpfsm_segment *seg = &p->packet->seg;

	tcpfsm_entry_begin(entry, p->at.now_ns);
	p->at.lags = p->at.has_rcv_nxt && may_lag(entry, &p->at);
	tcpfsm_see(&entry->flow, who, seg, &p->at, result);
	return report(entry, p, seg, result, result->restarted);
}

/* The first data or ACK of an end has next to nothing for the rules. */
static bool go_on_shortly(const struct passage *p, struct tcpfsm_entry *entry, unsigned int who)
{
	const struct tcpfsm_segment *seg = &p->packet->seg;

	if (!entry->first || !tcpfsm_is_plain(seg) || seg->partial || seg->bad_options ||
	    !tcpfsm_follow_first(&entry->flow, who, seg, p->at.point))
		return false;
	/* A SYN-ACK with a cookie was nobody's. */
	tcpfsm_owner_take(entry, seg, p->at.point, p->sk);
	entry->heard = tcpfsm_mark_of(jiffies);
	tcpfsm_entry_end(entry);
	return true;
}

/* Which flow would the segment begin, if it is of none? */
static enum tcpfsm_birth birth_of(const struct passage *p)
{
	const struct tcpfsm_segment *seg = &p->packet->seg;

	/* It has passed before. */
	if (p->at.point == TCPFSM_AT_LOOP_IN)
		return TCPFSM_BIRTH_NONE;
	/* In lite mode most data are not even looked at. */
	if (tcpfsm_is_plain(seg) && READ_ONCE(p->tn->skips))
		return TCPFSM_BIRTH_NONE;
	return tcpfsm_birth(seg);
}

/* May a SYN end TIME_WAIT here? Over loopback the flow is one of two, whoever listens. */
static noinline bool is_unheard(const struct passage *p)
{
	return p->at.point == TCPFSM_AT_IN &&
	       !tcpfsm_socket_listens(p->tn->net, &p->packet->key, p->skb);
}

static bool is_new_life(struct passage *p, const struct tcpfsm_entry *entry, unsigned int who)
{
	const struct tcpfsm_segment *seg = &p->packet->seg;

	if (!(seg->flags & TCPFSM_SYN) || p->at.point == TCPFSM_AT_LOOP_IN)
		return false;
	if (unlikely(entry->flow.end[!who].state == TCPFSM_TIME_WAIT))
		p->at.unheard = is_unheard(p);
	return tcpfsm_is_new_incarnation(&entry->flow, who, seg, &p->at);
}

/* Over loopback it passes twice, and counts once. */
static void count_stray(const struct passage *p)
{
	if (p->at.point == TCPFSM_AT_LOOP_IN)
		return;
	tcpfsm_count(p->tn, no_flow);
	if (p->packet->seg.bad_options)
		this_cpu_inc(p->tn->stats->anomaly[TCPFSM_ANOMALY_MALFORMED]);
}

enum progress { DONE, AGAIN, NO_ROOM };

/* Of processors that make room at the same time each may take what another has made. */
#define TRIES 8

/* A look into the table and what follows from it, in one go under the lock. */
static __always_inline enum progress pass(struct passage *p)
{
	spinlock_t *lock = tcpfsm_lock_of(p->name.hash);
	struct tcpfsm_entry *entry, *copy = NULL;
	struct tcpfsm_result result TCPFSM_NOT_CLEARED;
	enum progress progress = DONE;
	enum tcpfsm_birth birth;
	unsigned int who;
	bool bh;

	bh = tcpfsm_lock_segment(lock);
	entry = tcpfsm_lookup(p->tn, p->name, &who);
	if (entry && go_on_shortly(p, entry, who)) {
		tcpfsm_unlock_segment(lock, bh);
		return DONE;
	}
	p->at.now_ns = entry && tcpfsm_is_plain(&p->packet->seg) &&
		       tcpfsm_quiet(&entry->flow, &p->packet->seg) ?
		       ktime_get_coarse_ns() : ktime_get_ns();
	if (unlikely(atomic_read(&p->tn->replaced)) && give_back(p, entry, &result)) {
		copy = p->copy;
		progress = AGAIN;
	} else if (entry && !is_new_life(p, entry, who)) {
		copy = go_on(p, entry, who, &result);
	} else if (entry && !entry->flow.ended) {
		copy = displace(p, entry, TCPFSM_VERDICT_REUSED, &result);
		progress = AGAIN;
	} else {
		birth = birth_of(p);
		if (birth == TCPFSM_BIRTH_NONE)
			count_stray(p);
		else if (tcpfsm_table_has_room(p->tn))
			copy = begin(p, birth, &result);
		else
			progress = NO_ROOM;
	}
	tcpfsm_unlock_segment(lock, bh);
	tcpfsm_events_log(p->tn, copy, &result);
	return progress;
}

static __always_inline void take(struct tcpfsm_net *tn, const struct tcpfsm_packet *packet,
				 const struct sk_buff *skb, const struct nf_hook_state *state,
				 enum tcpfsm_point point)
{
	struct passage p = {
		.tn = tn,
		.packet = packet,
		.skb = skb,
		.sk = state->sk,
		.name = tcpfsm_name_key(tn, &packet->key),
		.at = { .point = point },
	};
	enum progress progress;
	unsigned int tries;

	if (packet->seg.flags & TCPFSM_RST && state->hook == NF_INET_LOCAL_IN)
		tcpfsm_socket_ask(&p.at, skb);
	/*
	 * Again: the next life of the same ports, the one before it, or others took the
	 * room that was made.
	 */
	for (tries = 0; tries < TRIES; tries++) {
		progress = pass(&p);
		if (progress == DONE)
			return;
		if (progress == NO_ROOM && (tries == TRIES - 1 || !tcpfsm_table_make_room(tn)))
			break;
	}
	tcpfsm_count(tn, table_full);
	tcpfsm_count(tn, drops);
	tcpfsm_count(tn, no_flow);
}

/* A wrong checksum: proves nothing, but the flow that it names, if there is one, shows it. */
static void take_damaged(struct tcpfsm_net *tn, const struct tcpfsm_packet *packet)
{
	struct tcpfsm_result result = { .anomalies = 1U << TCPFSM_ANOMALY_BAD_CHECKSUM };
	struct tcpfsm_entry *entry, *copy = NULL;
	struct tcpfsm_name name = tcpfsm_name_key(tn, &packet->key);
	unsigned int who;

	spin_lock_bh(tcpfsm_lock_of(name.hash));
	entry = tcpfsm_lookup(tn, name, &who);
	if (!entry) {
		this_cpu_inc(tn->stats->anomaly[TCPFSM_ANOMALY_BAD_CHECKSUM]);
	} else {
		result.who = who;
		tcpfsm_history_note(&entry->flow, tcpfsm_index(&entry->flow, who),
				    TCPFSM_LETTER_CHECKSUM);
		copy = tcpfsm_events_report(entry, &packet->seg, &result);
	}
	spin_unlock_bh(tcpfsm_lock_of(name.hash));
	tcpfsm_events_log(tn, copy, &result);
}

/* What has no TCP header that could be read. */
static noinline void inspect_other(struct tcpfsm_net *tn, const struct tcpfsm_packet *packet,
				   enum tcpfsm_packet_kind kind, const struct sk_buff *skb,
				   const struct nf_hook_state *state, bool again)
{
	/* What passes here again has been seen at LOCAL_OUT. */
	if (again)
		return;
	switch (kind) {
	case TCPFSM_PACKET_ICMP:
		tcpfsm_icmp_see(tn, packet, skb, state);
		break;
	case TCPFSM_PACKET_FRAGMENT:
		tcpfsm_count(tn, seg_fragment);
		break;
	case TCPFSM_PACKET_MALFORMED:
		tcpfsm_count(tn, seg_malformed);
		this_cpu_inc(tn->stats->anomaly[TCPFSM_ANOMALY_MALFORMED]);
		break;
	default:
		break;
	}
}

static noinline void inspect(struct tcpfsm_net *tn, const struct sk_buff *skb,
			     const struct nf_hook_state *state, enum tcpfsm_point point)
{
	struct tcpfsm_packet packet TCPFSM_NOT_CLEARED;
	bool again = point == TCPFSM_AT_LOOP_IN;
	enum tcpfsm_packet_kind kind;
	bool damaged;

	kind = tcpfsm_packet_read(&packet, skb, state);
	if (kind != TCPFSM_PACKET_TCP) {
		if (kind != TCPFSM_PACKET_OTHER)
			inspect_other(tn, &packet, kind, skb, state, again);
		return;
	}
	/* It is over the addresses that the packet has now. */
	damaged = packet.seg.flags & (TCPFSM_SYN | TCPFSM_FIN | TCPFSM_RST) &&
		  state->hook != NF_INET_LOCAL_OUT &&
		  !tcpfsm_packet_checksum_ok(&packet, skb, IPPROTO_TCP);
	if (tcpfsm_packet_has_nat(skb))
		point = tcpfsm_packet_undo_nat(&packet, skb, point);
	if (state->hook == NF_INET_FORWARD)
		tcpfsm_packet_adjust(&packet, skb);
	if (!READ_ONCE(tn->plain) && is_ignored(tn, skb, &packet.seg)) {
		if (!again)
			tcpfsm_count(tn, seg_ignored);
		return;
	}
	if (damaged) {
		if (!again)
			tcpfsm_count(tn, seg_checksum);
		take_damaged(tn, &packet);
		return;
	}
	if (!again)
		count_class(tn, &packet.seg);
	take(tn, &packet, skb, state, point);
}

/* What follows on it may pass no hook: the numbers of its flow are old from here on. */
static noinline void let_go(struct tcpfsm_net *tn, const struct sk_buff *skb,
			    const struct nf_hook_state *state)
{
	struct tcpfsm_packet packet TCPFSM_NOT_CLEARED;
	struct tcpfsm_entry *entry;
	struct tcpfsm_name name;
	unsigned int who;

	if (tcpfsm_packet_read(&packet, skb, state) != TCPFSM_PACKET_TCP)
		return;
	name = tcpfsm_name_key(tn, &packet.key);
	spin_lock_bh(tcpfsm_lock_of(name.hash));
	entry = tcpfsm_lookup(tn, name, &who);
	if (entry && tcpfsm_is_synchronised(&entry->flow)) {
		tcpfsm_entry_begin(entry, ktime_get_ns());
		tcpfsm_skip(&entry->flow, entry->flow.seen_ns);
		tcpfsm_entry_end(entry);
	}
	spin_unlock_bh(tcpfsm_lock_of(name.hash));
}

static __always_inline unsigned int look(struct tcpfsm_net *tn, const struct sk_buff *skb,
					 const struct nf_hook_state *state, u8 pf,
					 unsigned int hook)
{
	enum tcpfsm_point point = point_of(state, hook);

	/* A VRF's device shows each packet once more, before the device under it does. */
	if (hook == NF_INET_LOCAL_OUT && netif_is_l3_master(state->out))
		return NF_ACCEPT;
	/* What came from the network is no socket's: IPVS sends it on, or TEE a copy of it. */
	if (hook == NF_INET_LOCAL_OUT && unlikely(skb->skb_iif)) {
		inspect(tn, skb, state, TCPFSM_AT_FORWARD);
	} else if (!tcpfsm_data(tn, skb, pf, hook, point)) {
		inspect(tn, skb, state, point);
		if (hook == NF_INET_FORWARD && tcpfsm_packet_is_offloaded(skb))
			let_go(tn, skb, state);
	}
	return NF_ACCEPT;
}

/* A function each, in which the compiler knows where it is. */

static unsigned int in_ip4(void *priv, struct sk_buff *skb,
			   const struct nf_hook_state *state)
{
	return look(priv, skb, state, NFPROTO_IPV4, NF_INET_LOCAL_IN);
}

static unsigned int forward_ip4(void *priv, struct sk_buff *skb,
				const struct nf_hook_state *state)
{
	return look(priv, skb, state, NFPROTO_IPV4, NF_INET_FORWARD);
}

static unsigned int out_ip4(void *priv, struct sk_buff *skb,
			    const struct nf_hook_state *state)
{
	return look(priv, skb, state, NFPROTO_IPV4, NF_INET_LOCAL_OUT);
}

static unsigned int in_ip6(void *priv, struct sk_buff *skb,
			   const struct nf_hook_state *state)
{
	return look(priv, skb, state, NFPROTO_IPV6, NF_INET_LOCAL_IN);
}

static unsigned int forward_ip6(void *priv, struct sk_buff *skb,
				const struct nf_hook_state *state)
{
	return look(priv, skb, state, NFPROTO_IPV6, NF_INET_FORWARD);
}

static unsigned int out_ip6(void *priv, struct sk_buff *skb,
			    const struct nf_hook_state *state)
{
	return look(priv, skb, state, NFPROTO_IPV6, NF_INET_LOCAL_OUT);
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
 * tcpfsm_hooks_update() - have the hooks look at what the settings want, or be gone
 * @tn: the namespace
 *
 * Context: process, @tn->setup held.
 * Return: 0 or a negative error of netfilter's.
 */
int tcpfsm_hooks_update(struct tcpfsm_net *tn)
{
	unsigned int n = IS_ENABLED(CONFIG_IPV6) ? TCPFSM_HOOKS : TCPFSM_HOOKS / 2;
	bool all_seen = tn->hooked && tn->plain;
	int err;

	lockdep_assert_held(&tn->setup);
	WRITE_ONCE(tn->plain, !tn->settings.mark_mask && !rcu_access_pointer(tn->ports));
	if (tn->dying || traces_nothing(tn)) {
		unregister(tn);
		return 0;
	}
	/* What is seen from here on may follow on what was left out. */
	if (!all_seen && atomic_read(&tn->flows))
		tcpfsm_table_skip(tn);
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
	static const struct nf_hook_ops hooks[TCPFSM_HOOKS] = {
		{ .hook = in_ip4, .pf = NFPROTO_IPV4, .hooknum = NF_INET_LOCAL_IN },
		{ .hook = forward_ip4, .pf = NFPROTO_IPV4, .hooknum = NF_INET_FORWARD },
		{ .hook = out_ip4, .pf = NFPROTO_IPV4, .hooknum = NF_INET_LOCAL_OUT },
		{ .hook = in_ip6, .pf = NFPROTO_IPV6, .hooknum = NF_INET_LOCAL_IN },
		{ .hook = forward_ip6, .pf = NFPROTO_IPV6, .hooknum = NF_INET_FORWARD },
		{ .hook = out_ip6, .pf = NFPROTO_IPV6, .hooknum = NF_INET_LOCAL_OUT },
	};
	unsigned int i;

	for (i = 0; i < TCPFSM_HOOKS; i++) {
		tn->ops[i] = hooks[i];
		tn->ops[i].priv = tn;
		tn->ops[i].priority = INT_MAX;
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
