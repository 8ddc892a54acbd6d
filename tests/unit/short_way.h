/* SPDX-License-Identifier: GPL-2.0-only */
/* The short way for data, as the module takes it: what it needs stands beside the flow. */
#ifndef SHORT_WAY_H
#define SHORT_WAY_H

#include "data.h"

/* Did it take the segment? If so, @flow has changed by it. */
static inline bool short_way(struct tcpfsm_flow *flow, unsigned int who,
			     const struct tcpfsm_segment *seg, enum tcpfsm_point point)
{
	struct tcpfsm_hot hot;

	tcpfsm_hot_store(&hot, flow);
	if (!tcpfsm_follow(&hot, who, seg, point))
		return false;
	tcpfsm_hot_load(flow, &hot);
	return true;
}

#endif
