/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Serial number arithmetic on TCP sequence numbers (RFC 9293 3.4): only
 * differences mean anything, and they wrap.
 */
#ifndef TCPFSM_SERIAL_H
#define TCPFSM_SERIAL_H

#include "platform.h"

/* a < b, for numbers less than 2^31 apart. */
static inline bool tcpfsm_before(u32 a, u32 b)
{
	return (s32)(a - b) < 0;
}

static inline bool tcpfsm_after(u32 a, u32 b)
{
	return tcpfsm_before(b, a);
}

static inline u32 tcpfsm_later(u32 a, u32 b)
{
	return tcpfsm_before(a, b) ? b : a;
}

/* low <= a <= high */
static inline bool tcpfsm_within(u32 a, u32 low, u32 high)
{
	return high - low >= a - low;
}

#endif
