// SPDX-License-Identifier: GPL-2.0-only
/*
 * libpcap reads into a buffer of its own, and larger than the packet. Here a
 * packet lies alone, so that the sanitizer sees who reads past it. For programs
 * that are linked with --wrap=pcap_next_ex.
 */
#include <stdlib.h>
#include <string.h>

#include "alone.h"

int __wrap_pcap_next_ex(pcap_t *pcap, struct pcap_pkthdr **header, const u_char **data)
{
	static u_char *alone;
	int got = __real_pcap_next_ex(pcap, header, data);

	free(alone);
	alone = NULL;
	if (got != 1)
		return got;
	alone = malloc((*header)->caplen);
	if ((*header)->caplen)
		memcpy(alone, *data, (*header)->caplen);
	*data = alone;
	return got;
}
