/* SPDX-License-Identifier: GPL-2.0-only */
/* From an ICMP error in a netfilter hook to the flow that it is about. */
#ifndef TCPFSM_KMOD_ICMP_H
#define TCPFSM_KMOD_ICMP_H

#include "packet.h"

void tcpfsm_icmp_see(struct tcpfsm_net *tn, const struct tcpfsm_packet *packet,
		     const struct sk_buff *skb, const struct nf_hook_state *state);

#endif
