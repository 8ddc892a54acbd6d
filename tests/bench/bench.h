/* SPDX-License-Identifier: GPL-2.0-only */
/* What the parts of the bench share. */
#ifndef BENCH_H
#define BENCH_H

#include <linux/netfilter.h>

#include "packet.h"

/**
 * struct bench - what segments are sent with
 * @net: the namespace whose hooks they pass
 * @dev: the device that they come in by
 * @skb: the packet that is each of them
 * @form: what all have in common
 * @refused: segments that a hook has dropped
 * @result: text for the reader
 * @len: its length
 */
struct bench {
	struct net *net;
	struct net_device *dev;
	struct sk_buff *skb;
	struct bench_form form;
	u64 refused;
	char *result;
	size_t len;
};

int bench_hooks(struct net **where, struct net *net, const struct nf_hook_ops *ops, unsigned int n,
		bool on);
void bench_send(struct bench *b, const struct bench_segment *seg);
void bench_note(struct bench *b, const char *name, u64 segments, u64 ns);

#endif
