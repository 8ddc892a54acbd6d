/* SPDX-License-Identifier: GPL-2.0-only */
/* The linker puts ours before libpcap's (--wrap). */
#ifndef ALONE_H
#define ALONE_H

#include <pcap/pcap.h>

int __wrap_pcap_next_ex(pcap_t *pcap, struct pcap_pkthdr **header, const u_char **data);
int __real_pcap_next_ex(pcap_t *pcap, struct pcap_pkthdr **header, const u_char **data);

#endif
