// SPDX-License-Identifier: GPL-2.0-only
/* Addresses and ports of a connection, as text and as Community ID. */
#include <arpa/inet.h>
#include <nettle/base64.h>
#include <nettle/sha1.h>
#include <stdlib.h>

#include "key.h"

#define ADDRESS_MAX 16

static size_t address_size(const struct flow_key *key)
{
	return key->family == AF_INET ? 4 : ADDRESS_MAX;
}

/**
 * key_print_address() - an address alone, of the family of a flow
 * @buf: INET6_ADDRSTRLEN bytes
 * @key: of the flow
 * @addr: as in @key
 */
void key_print_address(char *buf, const struct flow_key *key, const void *addr)
{
	inet_ntop(key->family == AF_INET ? AF_INET : AF_INET6, addr, buf, INET6_ADDRSTRLEN);
}

/**
 * key_print_end() - address and port of an end
 * @buf: KEY_END_MAX bytes
 * @key: of the flow
 * @who: enum tcpfsm_role
 */
void key_print_end(char *buf, const struct flow_key *key, unsigned int who)
{
	char address[INET6_ADDRSTRLEN];

	key_print_address(address, key, key->addr[who]);
	scnprintf(buf, KEY_END_MAX, key->family == AF_INET ? "%s:%u" : "[%s]:%u", address,
		  key->port[who]);
}

static bool parse_port(u16 *port, const char *text)
{
	unsigned long value;
	char *end;

	if (*text < '0' || *text > '9')
		return false;
	value = strtoul(text, &end, 10);
	*port = value;
	return !*end && value <= 0xffff;
}

/**
 * key_parse_end() - what key_print_end() has printed
 * @key: changed; both ends are of the family that was parsed last
 * @who: enum tcpfsm_role
 * @text: address:port, an IPv6 address in brackets
 *
 * Return: false if it is nothing of that kind.
 */
bool key_parse_end(struct flow_key *key, unsigned int who, const char *text)
{
	const char *colon = strrchr(text, ':');
	bool brackets = *text == '[';
	char address[INET6_ADDRSTRLEN] = "";
	size_t len;

	if (!colon || (brackets && (colon == text || colon[-1] != ']')))
		return false;
	text += brackets;
	len = colon - text - brackets;
	if (colon < text + brackets || len >= sizeof(address))
		return false;
	memcpy(address, text, len);
	key->family = brackets ? AF_INET6 : AF_INET;
	return inet_pton(key->family, address, key->addr[who]) == 1 &&
	       parse_port(&key->port[who], colon + 1);
}

/* The smaller address and port come first, as numbers in network byte order. */
static bool is_reversed(const struct flow_key *key)
{
	int order = memcmp(key->addr[0], key->addr[1], address_size(key));

	return order ? order > 0 : key->port[0] > key->port[1];
}

static void hash_port(struct sha1_ctx *hash, u16 port)
{
	u8 bytes[2] = { port >> 8, port & 0xff };

	sha1_update(hash, sizeof(bytes), bytes);
}

/**
 * key_community_id() - the Community ID of a connection, version 1, seed 0
 * @buf: KEY_COMMUNITY_MAX bytes
 * @key: of the flow
 *
 * What Zeek, Suricata and Wireshark compute for the same connection, whoever
 * of its ends stands first (github.com/corelight/community-id-spec).
 */
void key_community_id(char *buf, const struct flow_key *key)
{
	static const u8 seed[2], protocol[2] = { IPPROTO_TCP, 0 };
	unsigned int first = is_reversed(key);
	u8 digest[SHA1_DIGEST_SIZE];
	struct sha1_ctx hash;

	sha1_init(&hash);
	sha1_update(&hash, sizeof(seed), seed);
	sha1_update(&hash, address_size(key), key->addr[first]);
	sha1_update(&hash, address_size(key), key->addr[!first]);
	sha1_update(&hash, sizeof(protocol), protocol);
	hash_port(&hash, key->port[first]);
	hash_port(&hash, key->port[!first]);
	sha1_digest(&hash, sizeof(digest), digest);
	memcpy(buf, "1:", 2);
	base64_encode_raw(buf + 2, sizeof(digest), digest);
	buf[2 + BASE64_ENCODE_RAW_LENGTH(sizeof(digest))] = '\0';
}
