/* SPDX-License-Identifier: GPL-2.0-only */
/* What damage.c takes from outside. */
#ifndef DAMAGE_H
#define DAMAGE_H

#include <pcap/pcap.h>

/* main() of src/cli/main.c, under another name. */
int tcpfsm_main(int argc, char **argv);

/* The linker puts ours before libpcap's (--wrap). */
int __wrap_pcap_next_ex(pcap_t *pcap, struct pcap_pkthdr **header, const u_char **data);
int __real_pcap_next_ex(pcap_t *pcap, struct pcap_pkthdr **header, const u_char **data);

/* Called by the sanitizer before it ends the program. */
void __asan_on_error(void);

#endif
