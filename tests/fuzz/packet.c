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
	demand(packet->tcp.at >= ip->at && packet->tcp.have <= ip->have);
	demand(packet->tcp.at + packet->tcp.have <= ip->at + ip->have);
	demand(packet->tcp.have <= packet->total);
	demand(packet->seg.len + TCPFSM_TCP_HEADER_MIN <= packet->total);
	/* Whatever it says, it has to look. */
	packet_checksum_ok(packet);
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
	if (packet_read(&packet, protocol, &bytes) == PACKET_TCP)
		check_packet(&packet, &bytes);
	return 0;
}
