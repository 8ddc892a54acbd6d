// SPDX-License-Identifier: GPL-2.0-only
/*
 * From the link layer down to IP. Tags and sessions may be stacked as they
 * like: VLANs in VLANs, PPPoE in a VLAN.
 */
#include <linux/if_ether.h>

#include "bytes.h"
#include "capture.h"

/* VLANs in VLANs in the wild: two. More than this is damage. */
#define TAGS_MAX 8

/* PPP protocols (RFC 1661, IANA). */
#define PPP_IP 0x0021
#define PPP_IPV6 0x0057

/* Stacked tags before 802.1ad had a number. */
#define ETH_P_QINQ_OLD 0x9100

static bool skip(struct bytes *packet, u32 n)
{
	if (packet->have < n)
		return false;
	packet->at += n;
	packet->have -= n;
	packet->wire -= n;
	return true;
}

/* A header is not all there: was it captured so, or sent so? */
static u16 incomplete(const struct bytes *packet)
{
	return packet->wire > packet->have ? LINK_CUT : LINK_OTHER;
}

/* The protocol that @offset bytes of a header of @size bytes name. */
static u16 strip_header(struct bytes *packet, u32 size, u32 offset)
{
	const u8 *header = packet->at;

	return skip(packet, size) ? tcpfsm_be16(header + offset) : incomplete(packet);
}

/* What begins at the version of IP. */
static u16 strip_nothing(const struct bytes *packet)
{
	if (!packet->have)
		return incomplete(packet);
	switch (packet->at[0] >> 4) {
	case 4:
		return ETH_P_IP;
	case 6:
		return ETH_P_IPV6;
	default:
		return LINK_OTHER;
	}
}

/* An address family, whose number for IPv6 differs from system to system. */
static u16 strip_family(struct bytes *packet)
{
	const u8 *header = packet->at;

	if (!skip(packet, 4))
		return incomplete(packet);
	if (header[1] || header[2] || (header[0] && header[3]))
		return LINK_OTHER;
	/* LOOP is big-endian; NULL is as the machine was that wrote it. */
	switch (header[0] | header[3]) {
	case 2:
		return ETH_P_IP;
	case 10:	/* Linux */
	case 24:	/* NetBSD, OpenBSD */
	case 28:	/* FreeBSD */
	case 30:	/* macOS */
		return ETH_P_IPV6;
	default:
		return LINK_OTHER;
	}
}

/* RFC 2516: version and type 1, code 0; the protocol may be one byte (RFC 1661 6.5). */
static u16 strip_pppoe(struct bytes *packet)
{
	const u8 *header = packet->at;
	u16 protocol;

	if (!skip(packet, 6) || !packet->have)
		return incomplete(packet);
	if (header[0] != 0x11 || header[1])
		return LINK_OTHER;
	protocol = packet->at[0];
	if (protocol & 1)
		skip(packet, 1);
	else
		protocol = strip_header(packet, 2, 0);
	switch (protocol) {
	case PPP_IP:
		return ETH_P_IP;
	case PPP_IPV6:
		return ETH_P_IPV6;
	case LINK_CUT:
		return LINK_CUT;
	default:
		return LINK_OTHER;
	}
}

/* What lies between the link layer's header and IP. */
static u16 strip_tags(struct bytes *packet, u16 protocol)
{
	unsigned int n;

	for (n = 0; n < TAGS_MAX; n++) {
		switch (protocol) {
		case ETH_P_8021Q:
		case ETH_P_8021AD:
		case ETH_P_QINQ_OLD:
			protocol = strip_header(packet, 4, 2);
			break;
		case ETH_P_PPP_SES:
			return strip_pppoe(packet);
		case ETH_P_IP:
		case ETH_P_IPV6:
		case LINK_CUT:
			return protocol;
		default:
			return LINK_OTHER;
		}
	}
	return LINK_OTHER;
}

/**
 * link_is_known() - can packets of this link type be read?
 * @type: DLT_*
 */
bool link_is_known(int type)
{
	switch (type) {
	case DLT_EN10MB:
	case DLT_LINUX_SLL:
	case DLT_LINUX_SLL2:
	case DLT_RAW:
	case DLT_IPV4:
	case DLT_IPV6:
	case DLT_NULL:
	case DLT_LOOP:
	case DLT_PPP_ETHER:
		return true;
	default:
		return false;
	}
}

/**
 * link_strip() - take off all that stands before IP
 * @type: DLT_*, one that is known
 * @packet: from the capture; begins at the IP header on return
 *
 * Return: ETH_P_IP, ETH_P_IPV6, LINK_CUT or LINK_OTHER.
 */
u16 link_strip(int type, struct bytes *packet)
{
	switch (type) {
	case DLT_EN10MB:
		return strip_tags(packet, strip_header(packet, 14, 12));
	case DLT_LINUX_SLL:
		return strip_tags(packet, strip_header(packet, 16, 14));
	case DLT_LINUX_SLL2:
		return strip_tags(packet, strip_header(packet, 20, 0));
	case DLT_PPP_ETHER:
		return strip_pppoe(packet);
	case DLT_NULL:
	case DLT_LOOP:
		return strip_family(packet);
	default:
		return strip_nothing(packet);
	}
}
