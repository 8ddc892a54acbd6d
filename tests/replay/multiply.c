// SPDX-License-Identifier: GPL-2.0-only
/*
 * The capture of one conversation many times over, from other client
 * addresses, a millisecond after each other. Ethernet, IPv4, pcap in this
 * machine's byte order; checksums are left as they are.
 *
 *	multiply NUMBER <CAPTURE >CAPTURE
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define GLOBAL 24
#define RECORD 16
/* Of IPv4's source and destination in an Ethernet frame. */
#define SOURCE 26
#define DESTINATION 30
#define STEP_US 1000

static uint8_t data[65536];

static void move_address(uint8_t *at, unsigned int n)
{
	/* 192.168.3.x is the client's. */
	if (at[0] != 192 || at[2] != 3)
		return;
	at[0] = 10;
	at[1] = n >> 16;
	at[2] = n >> 8;
	at[3] = n;
}

int main(int argc, char **argv)
{
	unsigned int number = argc == 2 ? strtoul(argv[1], NULL, 10) : 0, n;
	size_t size = fread(data, 1, sizeof(data), stdin), at;
	static uint8_t copy[65536];
	uint32_t word[4];
	uint64_t us;

	if (!number || size < GLOBAL)
		return 1;
	fwrite(data, 1, GLOBAL, stdout);
	/* In the order of time within a conversation only: they overlap in ports' sense. */
	for (n = 0; n < number; n++) {
		memcpy(copy, data, size);
		for (at = GLOBAL; at < size; at += RECORD + word[2]) {
			memcpy(word, copy + at, sizeof(word));
			us = word[0] * 1000000ULL + word[1] + (uint64_t)n * STEP_US;
			word[0] = us / 1000000;
			word[1] = us % 1000000;
			memcpy(copy + at, word, sizeof(word));
			move_address(copy + at + RECORD + SOURCE, n);
			move_address(copy + at + RECORD + DESTINATION, n);
		}
		fwrite(copy + GLOBAL, 1, size - GLOBAL, stdout);
	}
	return fflush(stdout) ? 1 : 0;
}
