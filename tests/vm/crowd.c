// SPDX-License-Identifier: GPL-2.0-only
/*
 * Many connections, a few at a time, from one namespace to another.
 *
 *	crowd CLIENT_NS SERVER_NS ADDRESS PORT NUMBER	run them, say how they ended
 *	crowd CLIENT_NS SERVER_NS ADDRESS PORT hold NUMBER	keep them until killed
 *	crowd CLIENT_NS SERVER_NS ADDRESS PORT flood NUMBER	a SYN each, and no more
 *
 * The client sends a request, the server answers and closes, the client
 * follows. Every eighth is aborted by the client instead, and one in sixteen
 * goes to the port above, where nobody listens. "hold" and "flood" print a line
 * when all stand, and then wait.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "place.h"

#define PARALLEL 64
#define PATIENCE_MS 60000
#define FDS_MAX 65536

enum kind { NONE, LISTENER, SERVER, CLIENT, ABORTER, STRAY };

static struct sockaddr_storage address;
static socklen_t address_len;
static int client_ns, server_ns, epoll_fd;
static uint8_t kind_of[FDS_MAX];

static void __attribute__((noreturn)) die(const char *what)
{
	fprintf(stderr, "crowd: %s: %s\n", what, strerror(errno));
	exit(1);
}

static int new_socket(int ns)
{
	int fd;

	if (setns(ns, CLONE_NEWNET))
		die("setns");
	fd = socket(address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		die("socket");
	return fd;
}

static void watch(int fd, enum kind kind, uint32_t events)
{
	struct epoll_event event = { .events = events, .data.fd = fd };

	kind_of[fd] = kind;
	if (epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &event))
		die("epoll_ctl");
}

static int begin_listen(void)
{
	const int one = 1;
	int fd = new_socket(server_ns);

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(fd, (struct sockaddr *)&address, address_len) || listen(fd, 4096))
		die("listen");
	return fd;
}

static int begin_connect(int port_offset)
{
	struct sockaddr_storage to = address;
	struct sockaddr_in *v4 = (struct sockaddr_in *)&to;
	int fd = new_socket(client_ns);

	v4->sin_port = htons(ntohs(v4->sin_port) + port_offset);
	if (connect(fd, (struct sockaddr *)&to, address_len) && errno != EINPROGRESS)
		die("connect");
	return fd;
}

static void end(int fd, bool abort)
{
	const struct linger linger = { .l_onoff = 1, .l_linger = 0 };

	if (abort)
		setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
	kind_of[fd] = NONE;
	close(fd);
}

static int take_error(int fd)
{
	socklen_t len = sizeof(int);
	int err = 0;

	getsockopt(fd, SOL_SOCKET, SO_ERROR, &err, &len);
	return err;
}

static void run(int number)
{
	int begun = 0, ended = 0, served = 0, graceful = 0, aborted = 0, refused = 0;
	struct epoll_event events[PARALLEL], *event;
	char data[64];
	int n;

	watch(begin_listen(), LISTENER, EPOLLIN);
	/* The server may never see one that was aborted: a RST ends a SYN_RECV too. */
	while (ended < number || served < graceful) {
		for (; begun < number && begun - ended < PARALLEL; begun++) {
			if (begun % 16 == 7)
				watch(begin_connect(1), STRAY, EPOLLOUT);
			else
				watch(begin_connect(0), begun % 8 == 5 ? ABORTER : CLIENT,
				      EPOLLOUT);
		}
		n = epoll_wait(epoll_fd, events, PARALLEL, PATIENCE_MS);
		if (n <= 0)
			die("nothing happens");
		for (event = events; event < events + n; event++) {
			int fd = event->data.fd, peer;

			switch (kind_of[fd]) {
			case LISTENER:
				peer = accept4(fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
				/* Aborted before it was accepted: still there. */
				if (peer < 0)
					die("accept");
				watch(peer, SERVER, EPOLLIN);
				break;
			case SERVER:
				if (recv(fd, data, sizeof(data), 0) > 0) {
					send(fd, data, sizeof(data), MSG_NOSIGNAL);
					served++;
				}
				end(fd, false);
				break;
			case CLIENT:
				if (event->events & EPOLLIN) {
					if (recv(fd, data, sizeof(data), 0) > 0)
						break;
					end(fd, false);
					graceful++;
					ended++;
					break;
				}
				if (take_error(fd) || send(fd, data, 32, MSG_NOSIGNAL) != 32)
					die("client");
				event->events = EPOLLIN;
				epoll_ctl(epoll_fd, EPOLL_CTL_MOD, fd, event);
				break;
			case ABORTER:
				if (take_error(fd))
					die("aborter");
				end(fd, true);
				aborted++;
				ended++;
				break;
			case STRAY:
				if (take_error(fd) != ECONNREFUSED)
					die("stray");
				end(fd, false);
				refused++;
				ended++;
				break;
			default:
				break;
			}
		}
	}
	printf("graceful=%d aborted=%d refused=%d\n", graceful, aborted, refused);
}

static void hold(int number, bool answered)
{
	int listener = answered ? begin_listen() : -1;
	struct epoll_event event;
	int fd, i;

	for (i = 0; i < number; i++) {
		fd = begin_connect(0);
		if (!answered) {
			/* So that it does not repeat its SYN. */
			close(fd);
			continue;
		}
		watch(fd, CLIENT, EPOLLOUT);
		if (epoll_wait(epoll_fd, &event, 1, PATIENCE_MS) != 1 || take_error(fd))
			die("connect");
		epoll_ctl(epoll_fd, EPOLL_CTL_DEL, fd, NULL);
		while (accept4(listener, NULL, NULL, SOCK_CLOEXEC) < 0)
			if (errno != EAGAIN)
				die("accept");
	}
	printf("standing=%d\n", number);
	fflush(stdout);
	pause();
}

int main(int argc, char **argv)
{
	const struct rlimit files = { .rlim_cur = FDS_MAX, .rlim_max = FDS_MAX };

	if (argc < 6) {
		fprintf(stderr, "usage: crowd CLIENT_NS SERVER_NS ADDRESS PORT [hold|flood] NUMBER\n");
		return 2;
	}
	setrlimit(RLIMIT_NOFILE, &files);
	client_ns = open_ns(argv[1]);
	server_ns = open_ns(argv[2]);
	address_len = parse_address(argv[3], atoi(argv[4]), &address);
	epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (argc == 6)
		run(atoi(argv[5]));
	else
		hold(atoi(argv[6]), !strcmp(argv[5], "hold"));
	return 0;
}
