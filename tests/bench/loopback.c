// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a program pays for its connections over loopback, the whole stack:
 *
 *	loopback connect NUMBER		connect, request, answer, close, one after the other
 *	loopback transact NUMBER	requests and answers on one connection
 *
 * Does that 8 times, and prints "NUMBER NANOSECONDS" of the fastest by the monotonic
 * clock: others of the kernel run now and then. It never waits: one
 * process is both ends, and loopback delivers at once.
 */
#include <arpa/inet.h>
#include <err.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define WARM_UP 32
#define BATCHES 8

static struct sockaddr_in address;

static uint64_t now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000ULL + ts.tv_nsec;
}

static int begin_listen(void)
{
	socklen_t len = sizeof(address);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	address.sin_family = AF_INET;
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd < 0 || bind(fd, (struct sockaddr *)&address, len) || listen(fd, 16) ||
	    getsockname(fd, (struct sockaddr *)&address, &len))
		err(1, "listen");
	return fd;
}

static void open_pair(int listener, int *client, int *server)
{
	*client = socket(AF_INET, SOCK_STREAM, 0);
	if (*client < 0 || connect(*client, (struct sockaddr *)&address, sizeof(address)))
		err(1, "connect");
	*server = accept(listener, NULL, NULL);
	if (*server < 0)
		err(1, "accept");
}

static void transact(int client, int server)
{
	char data[100] = {};

	if (send(client, data, sizeof(data), 0) != sizeof(data) ||
	    recv(server, data, sizeof(data), MSG_WAITALL) != sizeof(data) ||
	    send(server, data, sizeof(data), 0) != sizeof(data) ||
	    recv(client, data, sizeof(data), MSG_WAITALL) != sizeof(data))
		err(1, "transact");
}

static void connect_once(int listener)
{
	int client, server;

	open_pair(listener, &client, &server);
	transact(client, server);
	close(client);
	close(server);
}

static uint64_t run(int listener, int client, int server, int number)
{
	uint64_t began = now();
	int i;

	for (i = 0; i < number; i++) {
		if (client < 0)
			connect_once(listener);
		else
			transact(client, server);
	}
	return now() - began;
}

int main(int argc, char **argv)
{
	int listener = begin_listen(), client = -1, server = -1, i, number;
	uint64_t best = UINT64_MAX, took;

	if (argc != 3)
		errx(2, "usage: loopback connect|transact NUMBER");
	number = atoi(argv[2]);
	if (strcmp(argv[1], "connect"))
		open_pair(listener, &client, &server);
	run(listener, client, server, WARM_UP);
	for (i = 0; i < BATCHES; i++) {
		took = run(listener, client, server, number);
		if (took < best)
			best = took;
	}
	printf("%d %llu\n", number, (unsigned long long)best);
	return 0;
}
