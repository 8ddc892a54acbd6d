/* SPDX-License-Identifier: GPL-2.0-only */
/* Numbers as the network has them, wherever they stand. */
#ifndef TCPFSM_BYTES_H
#define TCPFSM_BYTES_H

#include "platform.h"

static inline u16 tcpfsm_be16(const u8 *p)
{
	return (u16)(p[0] << 8 | p[1]);
}

static inline u32 tcpfsm_be32(const u8 *p)
{
	return (u32)tcpfsm_be16(p) << 16 | tcpfsm_be16(p + 2);
}

#endif
