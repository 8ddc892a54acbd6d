// SPDX-License-Identifier: GPL-2.0-only
/* What the sockets of this host know better: how far one has received, who listens. */
#include <linux/tcp.h>
#include <net/inet6_hashtables.h>
#include <net/inet_hashtables.h>
#include <net/ip.h>
#include <net/route.h>
#include <net/sock.h>

#include "socket.h"

/* A small socket stands in for one in FIN_WAIT2 whose user is gone (tcp_time_wait()). */
static void ask_time_wait(struct tcpfsm_sighting *at, const struct sock *sk)
{
	if (READ_ONCE(inet_twsk(sk)->tw_substate) != TCP_FIN_WAIT2)
		return;
	at->rcv_nxt = READ_ONCE(tcp_twsk(sk)->tw_rcv_nxt);
	at->rcv_wnd = READ_ONCE(tcp_twsk(sk)->tw_rcv_wnd);
	at->has_rcv_nxt = true;
}

/**
 * tcpfsm_socket_ask() - RCV.NXT of the socket that a segment is for
 * @at: @rcv_nxt is filled in, if the socket has looked at all that came before; of an orphan
 *	@rcv_wnd too
 * @skb: in LOCAL_IN
 *
 * Context: RCU read side.
 */
void tcpfsm_socket_ask(struct tcpfsm_sighting *at, const struct sk_buff *skb)
{
	struct sock *sk = skb->sk;

	if (sk && READ_ONCE(sk->sk_state) == TCP_TIME_WAIT)
		ask_time_wait(at, sk);
	if (!sk || !sk_fullsock(sk) || sk->sk_protocol != IPPROTO_TCP)
		return;
	if ((1 << READ_ONCE(sk->sk_state)) & (TCPF_LISTEN | TCPF_SYN_SENT | TCPF_CLOSE))
		return;
	/*
	 * Segments wait for it that it has not looked at: it does not know yet. While it
	 * looks at them the backlog is empty, and it is owned (__release_sock()).
	 */
	if (READ_ONCE(sk->sk_backlog.tail) || sock_owned_by_user_nocheck(sk))
		return;
	at->rcv_nxt = READ_ONCE(tcp_sk(sk)->rcv_nxt);
	at->has_rcv_nxt = true;
}

/**
 * tcpfsm_socket_listens() - would a SYN find somebody who listens?
 * @net: the namespace
 * @key: sender first, as the socket knows it
 * @skb: in LOCAL_IN; only where it has come in is asked of it
 *
 * As tcp_v4_rcv() looks for one when there is a socket in TIME_WAIT. Without the
 * packet no program of a SO_REUSEPORT group runs, and it does not matter which of the
 * group it is.
 *
 * Context: softirq, RCU read side.
 */
bool tcpfsm_socket_listens(struct net *net, const struct tcpfsm_key *key,
			   const struct sk_buff *skb)
{
	if (!key->is_ip6)
		return inet_lookup_listener(tcpfsm_table_of(net), NULL, 0,
					    key->addr[0].s6_addr32[0], key->port[0],
					    key->addr[1].s6_addr32[0], key->port[1],
					    inet_iif(skb), inet_sdif(skb));
#if IS_ENABLED(CONFIG_IPV6)
	return inet6_lookup_listener(tcpfsm_table_of(net), NULL, 0, &key->addr[0], key->port[0],
				     &key->addr[1], ntohs(key->port[1]), IP6CB(skb)->iif,
				     inet6_sdif(skb));
#else
	return true;
#endif
}
