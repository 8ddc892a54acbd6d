/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where the ends of a conversation live: network namespaces and addresses.
 * Whatever is wrong ends the program.
 */
#ifndef PLACE_H
#define PLACE_H

#include <arpa/inet.h>
#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

/* A namespace by its name below /run/netns; - is the present one. */
static inline int open_ns(const char *name)
{
	char path[256];
	int fd;

	if (!strcmp(name, "-"))
		snprintf(path, sizeof(path), "/proc/self/ns/net");
	else
		snprintf(path, sizeof(path), "/run/netns/%s", name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		err(1, "%s", path);
	return fd;
}

/* Returns the address' length. */
static inline socklen_t parse_address(const char *text, int port, struct sockaddr_storage *address)
{
	struct sockaddr_in *v4 = (struct sockaddr_in *)address;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)address;

	memset(address, 0, sizeof(*address));
	/* It lies at the same place in both. */
	v4->sin_port = htons(port);
	if (inet_pton(AF_INET, text, &v4->sin_addr) == 1) {
		v4->sin_family = AF_INET;
		return sizeof(*v4);
	}
	v4->sin_addr.s_addr = 0;
	if (inet_pton(AF_INET6, text, &v6->sin6_addr) != 1)
		errx(1, "not an address: %s", text);
	v6->sin6_family = AF_INET6;
	return sizeof(*v6);
}

#endif
