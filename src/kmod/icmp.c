// SPDX-License-Identifier: GPL-2.0-only
/*
 * ICMP errors find the flow of the segment that they quote, and tell it. They
 * begin none, and move none. The flow has the name that its segments had at
 * these hooks, whatever NAT makes of the packet that is quoted.
 */
#include "../core/icmp.h"
#include "events.h"
#include "icmp.h"
#include "lookup.h"

/* A flow may be called so, or so, or so. */
#define NAMES_MAX 3

/* As it is quoted, who sent the segment first. */
static void name_quoted(struct tcpfsm_key *key, const struct tcpfsm_icmp *icmp, bool is_ip6)
{
	memset(key, 0, sizeof(*key));
	memcpy(key->addr, icmp->addr, sizeof(key->addr));
	key->port[0] = htons(icmp->port[0]);
	key->port[1] = htons(icmp->port[1]);
	key->is_ip6 = is_ip6;
}

#if IS_ENABLED(CONFIG_NF_CONNTRACK)
static void name_end(struct tcpfsm_key *key, unsigned int which, const union nf_inet_addr *addr,
		     __be16 port)
{
	key->addr[which] = addr->in6;
	key->port[which] = port;
}

/*
 * With NAT, what is quoted has the addresses of where it was quoted, and each hook translates
 * a half of them back at most (nf_nat_icmp_reply_translation()): at LOCAL_OUT, what a socket
 * of this host has sent may not have its name yet. conntrack knows the connection, and which
 * way the error goes: against what it quotes. Returns how many names the flow may have.
 */
static unsigned int name_translated(struct tcpfsm_key *keys, const struct sk_buff *skb,
				    bool is_ip6)
{
	const struct nf_conntrack_tuple *original, *reply;
	enum ip_conntrack_info info;
	const struct nf_conn *ct = nf_ct_get(skb, &info);
	unsigned int client, i;

	if (info != IP_CT_RELATED && info != IP_CT_RELATED_REPLY)
		return 0;
	original = &ct->tuplehash[IP_CT_DIR_ORIGINAL].tuple;
	reply = &ct->tuplehash[IP_CT_DIR_REPLY].tuple;
	if (original->dst.protonum != IPPROTO_TCP)
		return 0;
	client = info == IP_CT_RELATED;
	memset(keys, 0, NAMES_MAX * sizeof(*keys));
	for (i = 0; i < NAMES_MAX; i++)
		keys[i].is_ip6 = is_ip6;
	/* Of a socket of this host that has connected it: its own, see tcpfsm_packet_undo_nat(). */
	name_end(&keys[0], client, &original->src.u3, original->src.u.tcp.port);
	name_end(&keys[0], !client, &original->dst.u3, original->dst.u.tcp.port);
	/* Passing through: between the translation of targets and that of sources. */
	name_end(&keys[1], client, &original->src.u3, original->src.u.tcp.port);
	name_end(&keys[1], !client, &reply->src.u3, reply->src.u.tcp.port);
	/* For a socket of this host: behind both. */
	name_end(&keys[2], client, &reply->dst.u3, reply->dst.u.tcp.port);
	name_end(&keys[2], !client, &reply->src.u3, reply->src.u.tcp.port);
	return NAMES_MAX;
}
#else
static unsigned int name_translated(struct tcpfsm_key *keys, const struct sk_buff *skb,
				    bool is_ip6)
{
	return 0;
}
#endif

/* The names that the flow may have; at least one. */
static unsigned int name_flow(struct tcpfsm_key *keys, const struct tcpfsm_icmp *icmp,
			      const struct sk_buff *skb, const struct nf_hook_state *state,
			      bool is_ip6)
{
	unsigned int names = 0, i;

	if (tcpfsm_packet_has_nat(skb))
		names = name_translated(keys, skb, is_ip6);
	if (!names) {
		name_quoted(&keys[0], icmp, is_ip6);
		names = 1;
	}
	for (i = 0; is_ip6 && i < names; i++)
		if (tcpfsm_is_link_local(&keys[i].addr[0]) ||
		    tcpfsm_is_link_local(&keys[i].addr[1]))
			keys[i].ifindex = tcpfsm_packet_link(skb, state);
	return names;
}

/* Did the flow have no error yet, or another? */
static bool is_news(const struct tcpfsm_flow *flow, const struct tcpfsm_icmp *icmp)
{
	return flow->icmp_class != icmp->class || flow->icmp_code != icmp->code;
}

/* Returns false if there is no flow of that name. */
static bool tell(struct tcpfsm_net *tn, const struct tcpfsm_key *key,
		 const struct tcpfsm_icmp *icmp, const struct in6_addr *from)
{
	struct tcpfsm_name name = tcpfsm_name_key(tn, key);
	struct tcpfsm_entry *entry, *copy = NULL;
	unsigned int who;
	bool news;

	spin_lock_bh(tcpfsm_lock_of(name.hash));
	entry = tcpfsm_lookup(tn, name, &who);
	if (entry) {
		news = is_news(&entry->flow, icmp);
		if (tcpfsm_icmp_take(&entry->flow, who, icmp, from))
			copy = tcpfsm_events_icmp(entry, icmp, from, news);
		else
			tcpfsm_count(tn, icmp_stray);
	}
	spin_unlock_bh(tcpfsm_lock_of(name.hash));
	if (copy)
		tcpfsm_log_icmp(tn, copy, from);
	tcpfsm_table_discard(copy);
	return entry;
}

/**
 * tcpfsm_icmp_see() - an ICMP message passes
 * @tn: the namespace
 * @packet: read from @skb, of kind TCPFSM_PACKET_ICMP
 * @skb: the packet
 * @state: the hook's
 *
 * Context: softirq or process, RCU read side, no bucket locked.
 */
void tcpfsm_icmp_see(struct tcpfsm_net *tn, const struct tcpfsm_packet *packet,
		     const struct sk_buff *skb, const struct nf_hook_state *state)
{
	unsigned int len = min_t(unsigned int, skb->len - packet->offset, TCPFSM_ICMP_BYTES);
	const struct in6_addr *from = &packet->key.addr[0];
	u8 buf[TCPFSM_ICMP_BYTES] TCPFSM_NOT_CLEARED;
	const u8 *at = skb_header_pointer(skb, packet->offset, len, buf);
	struct tcpfsm_key keys[NAMES_MAX];
	bool is_ip6 = packet->key.is_ip6;
	enum tcpfsm_icmp_kind kind;
	struct tcpfsm_icmp icmp;
	unsigned int names, i;

	kind = at ? tcpfsm_icmp_parse(&icmp, is_ip6, at, len) : TCPFSM_ICMP_OTHER;
	if (kind == TCPFSM_ICMP_OTHER)
		return;
	if (kind == TCPFSM_ICMP_DAMAGED) {
		tcpfsm_count(tn, icmp_malformed);
		return;
	}
	/* What is sent from here has just been summed up. */
	if (state->hook != NF_INET_LOCAL_OUT &&
	    !tcpfsm_packet_checksum_ok(packet, skb, is_ip6 ? IPPROTO_ICMPV6 : IPPROTO_ICMP)) {
		tcpfsm_count(tn, icmp_checksum);
		return;
	}
	names = name_flow(keys, &icmp, skb, state, is_ip6);
	for (i = 0; i < names; i++)
		if (tell(tn, &keys[i], &icmp, from))
			return;
	tcpfsm_count(tn, icmp_no_flow);
}
