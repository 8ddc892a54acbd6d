// SPDX-License-Identifier: GPL-2.0-only
/*
 * Many connections at once, each of which follows a play (plays.h), both ends
 * in this process. When all have ended it waits until no socket has anything
 * left to send, so that nothing more will happen.
 *
 *	many [option...] CLIENT_NS SERVER_NS CLIENT_ADDRESS SERVER_ADDRESS PLAY...
 *
 * -n NUMBER  connections (100)		-j NUMBER  at a time (64)
 * -p NUMBER  client ports (30000)	-m FILE    trace_marker, for samples
 * -d ADDRESS where the clients connect to, if it is not SERVER_ADDRESS
 * -M         MPTCP
 * -w         clients begin with a sequence number shortly before the wrap
 *
 * The plays take turns. The last line is "begun=N accepted=N failed=N left=N":
 * connections that were begun, server ends that were accepted, ends that met an
 * error, and sockets that still have something to send.
 */
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../vm/place.h"
#include "plays.h"
#include "samples.h"

#define FDS_MAX 8192
#define MESSAGE 32
#define BULK 300000
#define FIRST_PORT 20000
#define LISTEN_PORT 8000
#define BATCH 8			/* sockets that a killed process takes along */
#define TICK_MS 5
#define IDLE_MS 6000		/* an application's patience with its peer */
#define SAMPLE_MS 700
#define DRAIN_MS 150000

struct end {
	const char *step;	/* NULL: not in use */
	struct end *peer;	/* NULL until known */
	const struct play *play;
	int64_t moved_ms;	/* when it last got on */
	int64_t until_ms;	/* end of a pause */
	int connection, left, fd;
	bool server, at_barrier;
};

static struct end ends[FDS_MAX];
static int victims[FDS_MAX], victim_count;
static struct end **client_of;
static struct sockaddr_storage client_address, server_address, target_address;
static socklen_t address_len;
static int client_ns, server_ns, epoll_fd, protocol;
static int listeners[ARRAY_SIZE(plays)];
static int begun, live, accepted, failed, client_ports = 30000;
static bool wrapping;
static int64_t now_ms;

static int64_t read_clock(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000LL + ts.tv_nsec / 1000000;
}

/* The port lies at the same place in both families. */
static const struct sockaddr *with_port(struct sockaddr_storage *address, int port)
{
	((struct sockaddr_in *)address)->sin_port = htons(port);
	return (const struct sockaddr *)address;
}

static int new_socket(int ns, struct sockaddr_storage *address, int port)
{
	const int one = 1;
	int fd;

	if (setns(ns, CLONE_NEWNET))
		err(1, "setns");
	fd = socket(address->ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, protocol);
	if (fd < 0 || fd >= FDS_MAX)
		err(1, "socket");
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(fd, with_port(address, port), address_len)) {
		if (errno != EADDRINUSE)
			err(1, "bind");
		close(fd);
		return -1;
	}
	return fd;
}

/* Up to 4096 bytes before it: in the handshake, in the data or in the FIN. */
static void choose_isn(int fd)
{
	const int on = 1, off = 0, queue = TCP_SEND_QUEUE;
	unsigned int isn = -(rand() % 4096);

	if (setsockopt(fd, SOL_TCP, TCP_REPAIR, &on, sizeof(on)) ||
	    setsockopt(fd, SOL_TCP, TCP_REPAIR_QUEUE, &queue, sizeof(queue)) ||
	    setsockopt(fd, SOL_TCP, TCP_QUEUE_SEQ, &isn, sizeof(isn)) ||
	    setsockopt(fd, SOL_TCP, TCP_REPAIR, &off, sizeof(off)))
		err(1, "TCP_REPAIR");
	/* Taken away by that. */
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
}

static struct end *begin(int fd, const struct play *play, bool server)
{
	struct epoll_event event = { .events = EPOLLIN | EPOLLOUT | EPOLLET, .data.fd = fd };
	struct end *end = &ends[fd];

	*end = (struct end){
		.step = server ? play->server : play->client,
		.play = play,
		.server = server,
		.fd = fd,
		.moved_ms = now_ms,
		.connection = -1,
	};
	if (epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &event))
		err(1, "epoll_ctl");
	live++;
	return end;
}

static void introduce(struct end *end, int connection)
{
	struct end *client = client_of[connection];

	end->connection = connection;
	if (!client || client->connection != connection)
		return;
	end->peer = client;
	client->peer = end;
}

/* The end is over; its socket was closed or handed over. */
static void over(struct end *end)
{
	end->step = NULL;
	if (!end->server)
		client_of[end->connection] = NULL;
	if (end->peer)
		end->peer->peer = NULL;
	live--;
}

static void finish(struct end *end, bool abort)
{
	const struct linger linger = { .l_onoff = 1, .l_linger = 0 };

	if (abort)
		setsockopt(end->fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
	over(end);
	close(end->fd);
}

/* All sockets of a batch go to a process, and with it. */
static void kill_victims(void)
{
	pid_t pid;
	int i;

	if (!victim_count)
		return;
	pid = fork();
	if (pid < 0)
		err(1, "fork");
	if (!pid) {
		for (i = 0; i < victim_count; i++)
			dup2(victims[i], 3 + FDS_MAX + i);
		close_range(3, 2 + FDS_MAX, 0);
		for (;;)
			pause();
	}
	for (i = 0; i < victim_count; i++)
		close(victims[i]);
	victim_count = 0;
	/* It has to have them for itself before it dies. */
	usleep(2000);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

static bool would_block(ssize_t got)
{
	return got < 0 && (errno == EAGAIN || errno == EINTR);
}

/* Returns true if the next step can be tried at once. */
static bool take_step(struct end *end)
{
	static char data[1 << 16];
	struct tcp_info info;
	socklen_t len = sizeof(info);
	ssize_t got;

	switch (*end->step) {
	case 'c':
		len = sizeof(int);
		getsockopt(end->fd, SOL_SOCKET, SO_ERROR, &errno, &len);
		if (errno)
			goto broken;
		len = sizeof(info);
		if (getsockopt(end->fd, SOL_TCP, TCP_INFO, &info, &len))
			err(1, "TCP_INFO");
		if (info.tcpi_state == TCP_SYN_SENT || info.tcpi_state == TCP_SYN_RECV)
			return false;
		break;
	case 'w':
		memset(data, 0, MESSAGE);
		memcpy(data, &end->connection, sizeof(end->connection));
		got = send(end->fd, data, MESSAGE, MSG_NOSIGNAL);
		if (would_block(got))
			return false;
		if (got != MESSAGE)
			goto broken;
		break;
	case 'W':
		if (!end->left)
			end->left = BULK;
		got = send(end->fd, data, end->left < (int)sizeof(data) ? end->left :
			   (int)sizeof(data), MSG_NOSIGNAL);
		if (would_block(got))
			return false;
		if (got < 0)
			goto broken;
		end->left -= got;
		if (end->left)
			return true;
		break;
	case 'r':
		got = recv(end->fd, data, MESSAGE, 0);
		if (would_block(got))
			return false;
		if (got <= 0)
			goto broken;
		if (end->server && end->connection < 0)
			introduce(end, *(int *)data);
		break;
	case 'E':
		got = recv(end->fd, data, sizeof(data), 0);
		if (would_block(got))
			return false;
		if (got < 0)
			goto broken;
		if (got)
			return true;
		break;
	case 'p':
	case 'P':
		if (!end->until_ms)
			end->until_ms = now_ms + (*end->step == 'P' ? 1500 : 20);
		if (now_ms < end->until_ms)
			return false;
		end->until_ms = 0;
		break;
	case 'b':
		end->at_barrier = true;
		if (!end->peer || !end->peer->at_barrier)
			return false;
		end->peer->at_barrier = false;
		end->peer->step++;
		end->at_barrier = false;
		end->step++;
		/* Both at once. */
		while (end->peer && end->peer->step && take_step(end->peer))
			;
		return end->step;
	case 's':
		shutdown(end->fd, SHUT_WR);
		break;
	case 'k':
		epoll_ctl(epoll_fd, EPOLL_CTL_DEL, end->fd, NULL);
		victims[victim_count++] = end->fd;
		over(end);
		if (victim_count == BATCH)
			kill_victims();
		return false;
	case 'x':
	case 'R':
		finish(end, *end->step == 'R');
		return false;
	}
	end->step++;
	end->moved_ms = now_ms;
	return true;
broken:
	failed++;
	finish(end, false);
	return false;
}

static void go_on(struct end *end)
{
	while (end->step && take_step(end))
		;
}

/* Returns false if the port is not free: an earlier connection is in TIME_WAIT. */
static bool start(struct end *end, struct sockaddr_storage *to, int port)
{
	char data[MESSAGE] = { 0 };

	if (*end->step == 'T') {
		memcpy(data, &end->connection, sizeof(end->connection));
		if (sendto(end->fd, data, sizeof(data), MSG_FASTOPEN | MSG_NOSIGNAL,
			   with_port(to, port), address_len) == sizeof(data)) {
			end->step++;
			return true;
		}
		/* Without a cookie the message is sent afterwards. */
		end->step = end->step[1] == 'E' ? "cwEx" : "cwrx";
	} else if (!connect(end->fd, with_port(to, port), address_len)) {
		return true;
	}
	if (errno != EINPROGRESS && errno != EADDRNOTAVAIL)
		err(1, "connect");
	return errno == EINPROGRESS;
}

/* Returns false if it has to be tried again later. */
static bool begin_connection(const struct play *play)
{
	static int turns;
	int from = FIRST_PORT + turns++ % client_ports, to = LISTEN_PORT + (play - plays);
	struct end *client, *server;
	int fd;

	fd = new_socket(client_ns, &client_address, from);
	if (fd < 0)
		return false;
	if (wrapping)
		choose_isn(fd);
	client = begin(fd, play, false);
	client->connection = begun;
	client_of[begun] = client;
	if (play->server[0] == 'S') {
		to = from;
		fd = new_socket(server_ns, &server_address, to);
		if (fd < 0)
			err(1, "bind");
		server = begin(fd, play, true);
		server->step++;
		introduce(server, begun);
		if (!start(server, &client_address, from))
			err(1, "connect");
	}
	if (!start(client, &target_address, to)) {
		finish(client, false);
		return false;
	}
	begun++;
	go_on(client);
	return true;
}

static int begin_listen(const struct play *play)
{
	int fd = new_socket(server_ns, &server_address, LISTEN_PORT + (play - plays));
	struct epoll_event event = { .events = EPOLLIN, .data.fd = fd };

	if (fd < 0)
		err(1, "bind");
	if (play->defer)
		setsockopt(fd, SOL_TCP, TCP_DEFER_ACCEPT, &play->defer, sizeof(play->defer));
	if (play->fastopen &&
	    setsockopt(fd, SOL_TCP, TCP_FASTOPEN, &(int){ 1024 }, sizeof(int)))
		err(1, "TCP_FASTOPEN");
	if (listen(fd, play->backlog ? play->backlog : 4096))
		err(1, "listen");
	if (!play->backlog && epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &event))
		err(1, "epoll_ctl");
	return fd;
}

static void take_in(const struct play *play, int fd, int at_most)
{
	int peer;

	for (; at_most; at_most--) {
		peer = accept4(fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
		if (peer < 0 || peer >= FDS_MAX)
			return;
		accepted++;
		go_on(begin(peer, play, true));
	}
}

/* What is due by time: pauses, patience, full accept queues, processes to kill. */
static void tick(void)
{
	static int64_t last_ms;
	unsigned int i;

	if (now_ms < last_ms + TICK_MS)
		return;
	last_ms = now_ms;
	for (i = 0; i < ARRAY_SIZE(plays); i++)
		if (listeners[i] > 0 && plays[i].backlog)
			take_in(&plays[i], listeners[i], 3);
	for (i = 0; i < FDS_MAX; i++) {
		if (!ends[i].step)
			continue;
		if (ends[i].until_ms && now_ms >= ends[i].until_ms) {
			go_on(&ends[i]);
		} else if (!ends[i].until_ms && now_ms > ends[i].moved_ms + IDLE_MS) {
			failed++;
			finish(&ends[i], false);
		}
	}
	kill_victims();
}

static void turn(int timeout_ms)
{
	struct epoll_event events[64];
	int n = epoll_wait(epoll_fd, events, 64, timeout_ms), i;
	unsigned int play;

	now_ms = read_clock();
	for (i = 0; i < n; i++) {
		for (play = 0; play < ARRAY_SIZE(plays); play++)
			if (listeners[play] == events[i].data.fd)
				break;
		if (play < ARRAY_SIZE(plays))
			take_in(&plays[play], events[i].data.fd, 64);
		else
			go_on(&ends[events[i].data.fd]);
	}
	tick();
}

/* Sockets that may still send something by themselves. */
static int busy(const struct census *census)
{
	return census->state[TCP_SYN_SENT] + census->state[TCP_SYN_RECV] +
	       census->state[TCP_ESTABLISHED] + census->state[TCP_FIN_WAIT1] +
	       census->state[TCP_CLOSE_WAIT] + census->state[TCP_CLOSING] +
	       census->state[TCP_LAST_ACK];
}

static int sample(const int *places, int marker, bool all)
{
	struct census client, server;

	samples_take(places[0], marker, &client, all);
	samples_take(places[1], marker, &server, all);
	return busy(&client) + busy(&server);
}

static const struct play *find_play(const char *name)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(plays); i++)
		if (!strcmp(plays[i].name, name))
			return &plays[i];
	errx(2, "no play is called %s", name);
}

int main(int argc, char **argv)
{
	const struct rlimit files = { .rlim_cur = 3 * FDS_MAX, .rlim_max = 3 * FDS_MAX };
	const char *marker_path = NULL, *target = NULL;
	int number = 100, parallel = 64, left = 1, marker, places[2], option, i;
	int64_t sampled_ms = 0, drain_ms;
	const struct play **chosen;

	while ((option = getopt(argc, argv, "n:j:p:m:d:Mw")) != -1) {
		switch (option) {
		case 'n':
			number = atoi(optarg);
			break;
		case 'j':
			parallel = atoi(optarg);
			break;
		case 'p':
			client_ports = atoi(optarg);
			break;
		case 'm':
			marker_path = optarg;
			break;
		case 'd':
			target = optarg;
			break;
		case 'M':
			protocol = IPPROTO_MPTCP;
			break;
		case 'w':
			wrapping = true;
			break;
		default:
			return 2;
		}
	}
	argv += optind;
	argc -= optind;
	if (argc < 5 || !marker_path)
		errx(2, "usage: many [option...] CLIENT_NS SERVER_NS CLIENT SERVER PLAY...");
	if (setrlimit(RLIMIT_NOFILE, &files))
		err(1, "setrlimit");
	marker = open(marker_path, O_WRONLY | O_CLOEXEC);
	if (marker < 0)
		err(1, "%s", marker_path);
	client_ns = open_ns(argv[0]);
	server_ns = open_ns(argv[1]);
	places[0] = samples_open(client_ns, argv[0]);
	places[1] = samples_open(server_ns, argv[1]);
	address_len = parse_address(argv[2], 0, &client_address);
	parse_address(argv[3], 0, &server_address);
	parse_address(target ? target : argv[3], 0, &target_address);
	epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	chosen = calloc(argc, sizeof(*chosen));
	client_of = calloc(number, sizeof(struct end *));
	for (i = 4; i < argc; i++) {
		chosen[i - 4] = find_play(argv[i]);
		if (!chosen[i - 4]->closed && chosen[i - 4]->server[0] != 'S' &&
		    !listeners[chosen[i - 4] - plays])
			listeners[chosen[i - 4] - plays] = begin_listen(chosen[i - 4]);
	}
	now_ms = read_clock();
	while (begun < number || live || victim_count) {
		while (begun < number && live < 2 * parallel)
			if (!begin_connection(chosen[begun % (argc - 4)]))
				break;
		turn(TICK_MS);
		if (now_ms >= sampled_ms + SAMPLE_MS) {
			sampled_ms = now_ms;
			sample(places, marker, false);
		}
	}
	/* A server end may be accepted, and close, long after its client has gone. */
	for (drain_ms = now_ms + DRAIN_MS; left && now_ms < drain_ms;) {
		turn(TICK_MS);
		if (now_ms < sampled_ms + SAMPLE_MS)
			continue;
		sampled_ms = now_ms;
		left = sample(places, marker, false);
	}
	/* Once more, and all of them: what is not shown is gone. */
	left = sample(places, marker, true);
	printf("begun=%d accepted=%d failed=%d left=%d\n", begun, accepted, failed, left);
	return 0;
}
