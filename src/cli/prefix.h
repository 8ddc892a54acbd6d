/* SPDX-License-Identifier: GPL-2.0-only */
/* A range of addresses, as 192.0.2.0/24. */
#ifndef TCPFSM_CLI_PREFIX_H
#define TCPFSM_CLI_PREFIX_H

#include "key.h"

/**
 * struct prefix - addresses that begin alike
 * @addr: their first bits; an IPv4 one in the first 4 bytes
 * @family: AF_INET or AF_INET6
 * @bits: how many bits count
 */
struct prefix {
	u8 addr[16];
	u32 family;
	unsigned int bits;
};

bool prefix_parse(struct prefix *prefix, const char *text);
bool prefix_holds(const struct prefix *prefix, const struct flow_key *key, unsigned int who);

#endif
