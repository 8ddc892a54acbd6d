// SPDX-License-Identifier: GPL-2.0-only
/* ICMP messages, any bytes of any length up to 128, and what they tell a flow. */
#include "any.h"
#include "icmp.h"

#define BYTES_MAX 128

static u8 bytes[BYTES_MAX];
static struct tcpfsm_flow flow;
static u8 from[16];
/* Static, as Eva does not know by what is returned that all of it was set. */
static struct tcpfsm_icmp icmp;

int main(void)
{
	u32 have, i;

	for (i = 0; i < BYTES_MAX; i++)
		bytes[i] = any_u8();
	for (i = 0; i < sizeof(flow); i++)
		((u8 *)&flow)[i] = any_u8();
	flow.first_fin = any_below(TCPFSM_NOBODY + 1);
	/* What lies behind is not to be read: the last byte is the array's last. */
	/*@ loop unroll 129; */
	for (have = 0; have <= BYTES_MAX; have++)
		if (tcpfsm_icmp_parse(&icmp, any_below(2), bytes + BYTES_MAX - have, have) ==
		    TCPFSM_ICMP_ERROR)
			tcpfsm_icmp_take(&flow, any_below(2), &icmp, from);
	return 0;
}
