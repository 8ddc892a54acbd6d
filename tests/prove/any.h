/* SPDX-License-Identifier: GPL-2.0-only */
/* Values of which Eva knows nothing but their range. */
#ifndef PROVE_ANY_H
#define PROVE_ANY_H

#include <__fc_builtin.h>

#include "platform.h"

static inline u8 any_u8(void)
{
	return Frama_C_unsigned_char_interval(0, 0xff);
}

static inline u32 any_u32(void)
{
	return Frama_C_unsigned_int_interval(0, 0xffffffffU);
}

static inline u64 any_u64(void)
{
	return (u64)any_u32() << 32 | any_u32();
}

/* 0 to @limit - 1 */
static inline u32 any_below(u32 limit)
{
	return Frama_C_unsigned_int_interval(0, limit - 1);
}

#endif
