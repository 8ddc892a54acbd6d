/* SPDX-License-Identifier: GPL-2.0-only */
/* What the sockets of this host know better than we do. */
#ifndef TCPFSM_SOCKET_H
#define TCPFSM_SOCKET_H

#include "packet.h"

void tcpfsm_socket_ask(struct tcpfsm_sighting *at, const struct sk_buff *skb);
bool tcpfsm_socket_listens(struct net *net, const struct tcpfsm_key *key,
			   const struct sk_buff *skb);

#endif
