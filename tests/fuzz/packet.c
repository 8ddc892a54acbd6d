// SPDX-License-Identifier: GPL-2.0-only
/*
 * Any bytes as one captured packet: the command's own way from the link layer to
 * the segment. The first byte chooses the link type, the next two are how much
 * of the packet was not captured.
 */
#include <linux/if_ether.h>
#include <sys/socket.h>

#include "packet.h"
#include "target.h"

static const int types[] = {
	DLT_EN10MB, DLT_LINUX_SLL, DLT_LINUX_SLL2, DLT_RAW, DLT_IPV4, DLT_IPV6, DLT_NULL,
	DLT_LOOP, DLT_PPP_ETHER,
};

static void check_packet(const struct packet *packet, const struct bytes *ip)
{
	demand(packet->key.family == AF_INET || packet->key.family == AF_INET6);
	demand(packet->body.at >= ip->at && packet->body.have <= ip->have);
	demand(packet->body.at + packet->body.have <= ip->at + ip->have);
	demand(packet->body.have <= packet->total);
	/* Whatever it says, it has to look. */
	packet_checksum_ok(packet);
}

static void check_segment(const struct packet *packet)
{
	demand(packet->protocol == IPPROTO_TCP);
	demand(packet->seg.len + TCPFSM_TCP_HEADER_MIN <= packet->total);
}

static void check_error(const struct packet *packet)
{
	demand(packet->protocol == (packet->key.family == AF_INET ? IPPROTO_ICMP : IPPROTO_ICMPV6));
	demand(packet->icmp.class > TCPFSM_ICMP_NONE && packet->icmp.class < TCPFSM_ICMP_CLASS_MAX);
	demand(!memcmp(packet->key.addr, packet->icmp.addr, sizeof(packet->icmp.addr)));
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct bytes bytes;
	struct packet packet;
	u16 protocol;

	if (size < 3)
		return 0;
	bytes.at = data + 3;
	bytes.have = size - 3;
	bytes.wire = bytes.have + (data[1] << 8 | data[2]);
	demand(link_is_known(types[data[0] % ARRAY_SIZE(types)]));
	protocol = link_strip(types[data[0] % ARRAY_SIZE(types)], &bytes);
	demand(bytes.at >= data + 3 && bytes.at + bytes.have == data + size);
	demand(bytes.wire >= bytes.have);
	if (protocol == LINK_OTHER || protocol == LINK_CUT)
		return 0;
	demand(protocol == ETH_P_IP || protocol == ETH_P_IPV6);
	switch (packet_read(&packet, protocol, &bytes)) {
	case PACKET_TCP:
		check_packet(&packet, &bytes);
		check_segment(&packet);
		break;
	case PACKET_ICMP:
		check_packet(&packet, &bytes);
		check_error(&packet);
		break;
	default:
		break;
	}
	return 0;
}
