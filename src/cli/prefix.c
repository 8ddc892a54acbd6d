// SPDX-License-Identifier: GPL-2.0-only
/* A range of addresses, as 192.0.2.0/24: parsed, and asked what it holds. */
#include <arpa/inet.h>
#include <stdlib.h>

#include "prefix.h"

static bool parse_address(struct prefix *prefix, const char *text)
{
	prefix->family = strchr(text, ':') ? AF_INET6 : AF_INET;
	prefix->bits = prefix->family == AF_INET ? 32 : 128;
	return inet_pton(prefix->family, text, prefix->addr) == 1;
}

static bool parse_bits(struct prefix *prefix, const char *text)
{
	unsigned long bits;
	char *end;

	if (*text < '0' || *text > '9')
		return false;
	bits = strtoul(text, &end, 10);
	if (*end || bits > prefix->bits)
		return false;
	prefix->bits = bits;
	return true;
}

/**
 * prefix_parse() - an address, or a prefix as 192.0.2.0/24
 * @prefix: filled in
 * @text: it
 *
 * Return: false if it is neither.
 */
bool prefix_parse(struct prefix *prefix, const char *text)
{
	char address[INET6_ADDRSTRLEN] = "";
	const char *slash = strchr(text, '/');
	size_t len = slash ? (size_t)(slash - text) : strlen(text);

	if (len >= sizeof(address))
		return false;
	memcpy(address, text, len);
	memset(prefix, 0, sizeof(*prefix));
	return parse_address(prefix, address) && (!slash || parse_bits(prefix, slash + 1));
}

/**
 * prefix_holds() - is an end's address among them?
 * @prefix: the addresses
 * @key: of the flow
 * @who: which end of it
 */
bool prefix_holds(const struct prefix *prefix, const struct flow_key *key, unsigned int who)
{
	unsigned int bytes = prefix->bits / 8, rest = prefix->bits % 8;
	const u8 *addr = key->addr[who];

	if (prefix->family != key->family || memcmp(prefix->addr, addr, bytes))
		return false;
	return !rest || !((prefix->addr[bytes] ^ addr[bytes]) >> (8 - rest));
}
