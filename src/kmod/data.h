/* SPDX-License-Identifier: GPL-2.0-only */
/* The short way of data and ACKs; see data.c. */
#ifndef TCPFSM_KMOD_DATA_H
#define TCPFSM_KMOD_DATA_H

#include <linux/netfilter.h>
#include <linux/skbuff.h>

#include "net.h"

bool tcpfsm_data(struct tcpfsm_net *tn, const struct sk_buff *skb,
		 const struct nf_hook_state *state, enum tcpfsm_point point);

#endif
