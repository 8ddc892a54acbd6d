/* SPDX-License-Identifier: GPL-2.0-only */
/* The short way for data, as the module takes it. */
#ifndef SHORT_WAY_H
#define SHORT_WAY_H

#include "data.h"

/* Did it take the segment? If so, @flow has changed by it. */
static inline bool short_way(struct tcpfsm_flow *flow, unsigned int who,
			     const struct tcpfsm_segment *seg, enum tcpfsm_point point)
{
	struct tcpfsm_way way;
	bool first = tcpfsm_way_open(&way, flow);

	return tcpfsm_follow(flow, &way, who, seg, point) ||
	       (first && tcpfsm_follow_first(flow, who, seg, point));
}

#endif
