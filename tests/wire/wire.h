/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A connection between this kernel's own socket and a peer that is made by
 * hand, as text: one segment a line, much as tcpdump prints it.
 *
 *	:local server
 *	listen
 *	client > S 100 win 65535 <mss 1460>	| SS/LI
 *	server < S. 500 ack 101			| SS/SR
 *	client > .				| ES/ES
 *	accept
 *
 * It is the language of tests/unit/script.h, as far as that makes sense here. A
 * segment of the peer is put on the wire, through a TUN device. A segment of the
 * local socket must come from the kernel, exactly as it is written: flags, seq,
 * data, ack, and window and options where they are named. What the kernel sends
 * and no line mentions is a failure; but if it is only a repetition that its clock
 * made while we were slow, the script is played again. Numbers count from what the
 * side's SYN says here; "=N" is one on the wire, as it stands there. <TS N> echoes
 * the kernel's latest.
 *
 * Behind the bar: the states of client and server, as in script.h, where '?' is
 * always looked at, and "!anomaly", "key=value", "-key", "new", "by=".
 * "socket=XX" is the state of the local socket, where that is not what tcpfsm
 * says, "--" no socket, '*' either. After each line three things are compared:
 *
 *	- tcpfsm's transitions and anomalies, from its trace events;
 *	- tcpfsm's states, from /proc/net/tcpfsm;
 *	- the socket's own state, from sock_diag, which knows TIME_WAIT and
 *	  requests, too.
 *
 * The kernel often answers before the peer's segment has been looked at, so the
 * last two wait until all that it has sent so far has been read. A socket may be
 * ahead of what it has sent: if it is, and the next line is a segment of its own,
 * it is compared after that.
 *
 * Other lines:
 *
 *	listen [BACKLOG], connect, accept, send N, recv N, recv eof,
 *	recv error NAME, error NAME, shutdown, close, close listener, abort,
 *	set OPTION N, sysctl NAME VALUE, state XX
 *			what the local side does; an option that is set before
 *			there is a socket is one of the next
 *	port N		another connection from now on: the peer's port
 *	+TIME | ...	let it pass; still it is so
 *	later		as long as all before it took: longer than any round trip in it
 *	wait | ...	until tcpfsm's clock says something
 *	icmp CODE	the last segment of the kernel could not be delivered
 *
 * Words of the peer's segments: "badsum", "doff N", "frag", "ext" (IPv4 options,
 * an extension header of IPv6), <raw HEX>. A line that begins with [>=6.12] or
 * [<6.12] is there for such kernels only. Lines that begin with ':' say of the
 * script: ":local client", ":families ipv4 ipv6 mapped scoped" (without it, the
 * first two), ":isn N" (what the peer's ISN is on the wire), ":slow" (begun
 * before the others), ":wrong TEXT" (a test of the tool: must fail, saying so).
 */
#ifndef TCPFSM_WIRE_H
#define TCPFSM_WIRE_H

#include <setjmp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <netinet/in.h>

/* Longest wait for what should come soon. Only ends the wait for what does not. */
#define PATIENCE_MS 20000

/* tcpfsm's TIME_WAIT, and the kernel's. */
#define LONG_PATIENCE_MS 100000

enum { CLIENT, SERVER };

enum family { IPV4, IPV6, MAPPED, SCOPED, FAMILIES };

enum {
	FIN = 0x01,
	SYN = 0x02,
	RST = 0x04,
	ACK = 0x10,
};

struct segment {
	uint32_t seq;
	uint32_t ack;
	uint32_t len;
	uint16_t win;
	uint16_t sport;
	uint16_t dport;
	uint8_t flags;
	uint8_t options[40];
	unsigned int options_len;
};

/* What is odd about a segment of the peer. */
struct oddity {
	bool bad_checksum;
	bool fragments;
	bool extension;
	unsigned int doff;
};

struct address {
	union {
		struct in_addr v4;
		struct in6_addr v6;
	};
};

/* What happened to a flow, from the trace. */
struct event {
	bool anomaly;
	uint64_t flow;
	uint32_t seq;
	uint32_t ack;
	uint8_t flags;
	uint16_t port;		/* of the endpoint that changed */
	uint16_t port_peer;
	int role;
	char certainty;		/* as a mark: ' ', '?' or '~' */
	char word[24];		/* cause or anomaly */
	int from;
	int to;
};

/* What is known of one connection; "port N" goes to another. */
struct connection {
	uint16_t port;		/* the peer's */
	uint32_t base[2];
	uint32_t isn[2];
	bool has_isn[2];
	uint32_t next[2];
	uint32_t timestamp;
	uint64_t flow;
	int client;
	int state[2];
};

#define CONNECTIONS_MAX 8
#define EVENTS_MAX 64
#define PENDING_MAX 64
#define PATH_MAX_STATES 8
#define SOCKETS_MAX 8
#define OPTIONS_MAX 8

/**
 * struct play - one run of one script
 * @log: what is said of it, each segment with @verbose
 * @again: it failed as the kernel's clock was faster
 * @fails: where to go when it fails
 * @began_ms: when
 * @path, @line, @text: the line being played
 * @cursor: what of it was not read yet
 * @local: which side the kernel's socket is
 * @family: what the wire carries, and for MAPPED what the socket thinks
 * @address, @port: of both sides
 * @now: the connection that the lines are about:
 *	base: added to the numbers of each side's text
 *	isn: of each side, in the text
 *	has_isn: the side has sent a SYN
 *	next: one past the highest number each side has sent, without base
 *	timestamp: of the last segment of the local side
 *	flow: the number of the flow, 0 if there is none
 *	client: which side is its client
 *	state: of both sides, in tcpfsm's events
 * @others: those that lines were about before
 * @tun: the device
 * @pending: segments of the kernel that no line has mentioned yet
 * @sent: what the kernel has sent, to know its repetitions
 * @event: what tcpfsm reported and no line has mentioned yet
 * @listener, @conn, @fds: the local sockets
 * @segments, @states, @sockets: how many were looked at
 */
struct play {
	FILE *log;
	bool verbose;
	bool again;
	bool failed;
	long long began_ms;
	jmp_buf fails;
	const char *path;
	int line;
	const char *text;
	char *cursor;

	int local;
	enum family family;
	struct address address[2];
	uint16_t port[2];
	struct connection now;
	struct connection other[CONNECTIONS_MAX];
	unsigned int others;

	int tun;
	unsigned int ifindex;
	struct segment pending[PENDING_MAX];
	unsigned int pendings;
	struct segment sent[PENDING_MAX];
	unsigned int sents;
	struct segment last;

	int trace;
	unsigned int netns;
	char rest[4096];
	size_t rest_len;
	struct event event[EVENTS_MAX];
	unsigned int events;

	struct event step[2][PATH_MAX_STATES];
	unsigned int steps[2];
	char causes[96];
	char anomalies[160];
	bool fresh;

	int listener;
	int conn;
	int fds[SOCKETS_MAX];
	unsigned int sockets_open;
	struct {
		char name[24];
		int value;
	} option[OPTIONS_MAX];
	unsigned int options;

	unsigned int segments;
	unsigned int states;
	unsigned int sockets;
	unsigned int postponed;
};

__attribute__((noreturn, format(printf, 2, 3)))
void broken(struct play *play, const char *fmt, ...);

/* net.c: a network namespace of its own, with one device */
void net_open(struct play *play);
void net_close(struct play *play);
bool net_is_ipv4(const struct play *play);

/* peer.c: segments to and from the wire */
void peer_send(struct play *play, const struct segment *seg, const struct oddity *odd);
void peer_send_icmp(struct play *play, unsigned int code);
void peer_drain(struct play *play);
bool peer_await(struct play *play, int patience_ms);
struct segment peer_take(struct play *play);
void peer_print(struct play *play, const struct segment *seg);
const uint8_t *segment_option(const struct segment *seg, uint8_t kind);

/* observe.c: what tcpfsm says, and what the kernel says of its socket */
int observe_open(unsigned int worker);
void observe_close(unsigned int worker);
void observe_read(struct play *play);
bool observe_await(struct play *play, int patience_ms);
struct event observe_take(struct play *play);
int observe_socket(struct play *play);
bool observe_flow(struct play *play, uint64_t flow, char *line, size_t size);

int state_by_word(const char *word);
const char *state_word(int state);
const char *state_name(int state);

/* local.c: what the local socket does */
bool local_call(struct play *play, const char *verb);
void local_close(struct play *play);

/* script.c: the language */
char *script_word(struct play *play);
uint32_t script_number(struct play *play, const char *text, char **end);
bool script_applies(const char *text, const char **rest);
void script_line(struct play *play, const char *text, bool answer_follows);

long long now_ms(void);

#endif
