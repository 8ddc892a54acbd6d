/* SPDX-License-Identifier: GPL-2.0-only */
/* Whose connection: two addresses, two ports. */
#ifndef TCPFSM_CLI_KEY_H
#define TCPFSM_CLI_KEY_H

#include <netinet/in.h>

#include "platform.h"

/**
 * struct flow_key - whose connection
 * @addr: client's and server's address; an IPv4 one in the first 4 bytes
 * @port: client's and server's port
 * @family: AF_INET or AF_INET6
 *
 * In a packet the sender stands first. Without holes: it is hashed as it lies.
 */
struct flow_key {
	u8 addr[2][16];
	u16 port[2];
	u32 family;
};

/* "[" address "]:" port and the end of the string. */
#define KEY_END_MAX (INET6_ADDRSTRLEN + sizeof("[]:65535"))
/* "1:" and the base64 of 20 bytes. */
#define KEY_COMMUNITY_MAX 32

void key_print_address(char *buf, const struct flow_key *key, const void *addr);
void key_print_end(char *buf, const struct flow_key *key, unsigned int who);
bool key_parse_end(struct flow_key *key, unsigned int who, const char *text);
void key_community_id(char *buf, const struct flow_key *key);

#endif
