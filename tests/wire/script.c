// SPDX-License-Identifier: GPL-2.0-only
/* The language of wire.h, line by line. */
#define _GNU_SOURCE
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "wire.h"

/* The next word of the line, or NULL. */
char *script_word(struct play *play)
{
	return strtok_r(NULL, " \t", &play->cursor);
}

/* Is this the next word? Then it is read. */
static bool next_is(struct play *play, const char *want)
{
	size_t len = strlen(want);
	char *at = play->cursor + strspn(play->cursor, " \t");

	if (strncmp(at, want, len) || (at[len] && at[len] != ' ' && at[len] != '\t'))
		return false;
	play->cursor = at + len;
	return true;
}

uint32_t script_number(struct play *play, const char *text, char **end)
{
	char *stop;
	unsigned long value = strtoul(text, &stop, 0);

	if (stop == text)
		broken(play, "not numeric: %s", text);
	if (end)
		*end = stop;
	return value;
}

/* "[>=6.12] line", "[<6.12] line": is the line for this kernel? */
bool script_applies(const char *text, const char **rest)
{
	unsigned int major, minor, is_major = 0, is_minor = 0;
	struct utsname name;
	char op[3] = "";
	int used = 0;

	*rest = text;
	if (sscanf(text, "[%2[<>=]%u.%u]%n", op, &major, &minor, &used) != 3 || !used)
		return true;
	*rest = text + used + strspn(text + used, " \t");
	if (uname(&name) || sscanf(name.release, "%u.%u", &is_major, &is_minor) != 2)
		return false;
	return (is_major << 16 | is_minor) >= (major << 16 | minor) ? *op == '>' : *op == '<';
}

/* ---- a segment ---- */

/**
 * struct spec - a segment as a line has it
 * @seg: with the numbers of the text
 * @seq_given, @win_given, @options_given: what the line names
 * @raw_seq, @raw_ack: numbers as on the wire
 * @options: the text between < and >
 */
struct spec {
	struct segment seg;
	struct oddity odd;
	bool seq_given;
	bool win_given;
	bool raw_seq;
	bool raw_ack;
	char options[128];
};

static uint8_t parse_flags(struct play *play, const char *text)
{
	static const char letters[] = "FSRP.UEW";
	const char *at;
	uint8_t flags = 0;

	if (!text)
		broken(play, "no flags");
	for (; *text && *text != '-'; text++) {
		at = strchr(letters, *text);
		if (!at)
			broken(play, "no such flag: %c", *text);
		flags |= 1 << (at - letters);
	}
	return flags;
}

static bool is_odd(const struct oddity *odd)
{
	return odd->bad_checksum || odd->doff;
}

static void parse_words(struct play *play, struct spec *spec)
{
	const char *text;

	while ((text = script_word(play))) {
		if (!strcmp(text, "badsum"))
			spec->odd.bad_checksum = true;
		else if (!strcmp(text, "frag"))
			spec->odd.fragments = true;
		else if (!strcmp(text, "ext"))
			spec->odd.extension = true;
		else if (!strcmp(text, "doff"))
			spec->odd.doff = script_number(play, script_word(play), NULL);
		else
			broken(play, "no such word: %s", text);
	}
}

static void parse_seq(struct play *play, struct spec *spec)
{
	struct segment *seg = &spec->seg;
	char *stop;

	play->cursor += strspn(play->cursor, " \t");
	if (*play->cursor == '=') {
		spec->raw_seq = true;
		play->cursor++;
	}
	if (isdigit((unsigned char)*play->cursor)) {
		spec->seq_given = true;
		seg->seq = script_number(play, play->cursor, &stop);
		if (*stop == ':')
			seg->len = script_number(play, stop + 1, &stop) - seg->seq;
		play->cursor = stop;
	} else if (*play->cursor == '+') {	/* as much data, from where it stands */
		seg->len = script_number(play, play->cursor + 1, &play->cursor);
	}
}

static void parse_options(struct play *play, struct spec *spec)
{
	char *end;

	play->cursor += strspn(play->cursor, " \t");
	if (*play->cursor != '<')
		return;
	end = strchr(play->cursor, '>');
	if (!end)
		broken(play, "the options have no end");
	snprintf(spec->options, sizeof(spec->options), "%.*s", (int)(end - play->cursor - 1),
		 play->cursor + 1);
	play->cursor = end + 1;
}

static void parse_segment(struct play *play, int who, struct spec *spec)
{
	struct segment *seg = &spec->seg;

	*spec = (struct spec){ .seg = { .seq = play->now.next[who], .win = 1000 } };
	if (!next_is(play, who == CLIENT ? ">" : "<"))
		broken(play, "the arrow points to the other side");
	seg->flags = parse_flags(play, script_word(play));
	parse_seq(play, spec);
	seg->ack = play->now.next[!who];
	if (next_is(play, "ack")) {
		play->cursor += strspn(play->cursor, " \t");
		spec->raw_ack = *play->cursor == '=';
		play->cursor += spec->raw_ack;
		seg->ack = script_number(play, script_word(play), NULL);
		seg->flags |= ACK;
	}
	if (next_is(play, "win")) {
		spec->win_given = true;
		seg->win = script_number(play, script_word(play), NULL);
	}
	parse_options(play, spec);
	parse_words(play, spec);
	seg->sport = play->port[who];
	seg->dport = play->port[!who];
}

/* As the numbers are on the wire, once the bases are known. */
static void rebase(const struct play *play, int who, struct spec *spec)
{
	if (!spec->raw_seq)
		spec->seg.seq += play->now.base[who];
	if (!(spec->seg.flags & ACK))
		spec->seg.ack = 0;
	else if (!spec->raw_ack)
		spec->seg.ack += play->now.base[!who];
}

/* What the next line may leave out. What no stack sends, or takes, does not count. */
static void go_on(struct play *play, int who, const struct spec *spec)
{
	const struct segment *seg = &spec->seg;
	uint32_t end = seg->seq + seg->len + !!(seg->flags & SYN) + !!(seg->flags & FIN) -
		       play->now.base[who];

	if (seg->flags & RST || !(seg->flags & (SYN | ACK)) || is_odd(&spec->odd) ||
	    (seg->flags & (SYN | FIN)) == (SYN | FIN))
		return;
	if (seg->flags & SYN || (int32_t)(end - play->now.next[who]) > 0)
		play->now.next[who] = end;
}

/* ---- options ---- */

static void put32(uint8_t *p, uint32_t value)
{
	p[0] = value >> 24;
	p[1] = value >> 16;
	p[2] = value >> 8;
	p[3] = value;
}

static uint32_t get32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | p[1] << 16 | p[2] << 8 | p[3];
}

static unsigned int put_hex(struct play *play, uint8_t *p, const char *text)
{
	unsigned int n, byte;

	for (n = 0; *text && n < 40; text += 2, n++) {
		if (sscanf(text, "%2x", &byte) != 1 || !text[1])
			broken(play, "not hexadecimal: %s", text);
		p[n] = byte;
	}
	return n;
}

/* One option in network form; returns its length. */
static unsigned int encode_option(struct play *play, uint8_t *p, char *text)
{
	uint32_t ack_base = play->now.base[play->local];
	char name[16] = "";
	int used = 0;

	if (sscanf(text, "%15[a-zA-Z] %n", name, &used) != 1)
		broken(play, "an option is wanted: %s", text);
	text += used;
	if (!strcmp(name, "raw"))
		return put_hex(play, p, text);
	if (!strcmp(name, "nop")) {
		p[0] = 1;
		return 1;
	}
	if (!strcmp(name, "mss")) {
		put32(p, 0x02040000 | script_number(play, text, NULL));
		return 4;
	}
	if (!strcmp(name, "wscale")) {
		put32(p, 0x03030000 | script_number(play, text, NULL) << 8);
		return 3;
	}
	if (!strcmp(name, "sackOK")) {
		put32(p, 0x04020000);
		return 2;
	}
	if (!strcmp(name, "sack")) {
		p[0] = 5;
		put32(p + 2, script_number(play, text, &text) + ack_base);
		put32(p + 6, script_number(play, text + 1, NULL) + ack_base);
		return p[1] = 10;
	}
	if (!strcmp(name, "TS")) {
		p[0] = 8;
		put32(p + 2, script_number(play, text, NULL));
		put32(p + 6, play->now.timestamp);
		return p[1] = 10;
	}
	if (!strcmp(name, "tfo")) {
		p[0] = 34;
		return p[1] = 2 + put_hex(play, p + 2, text);
	}
	broken(play, "no such option: %s", name);
}

static void encode_options(struct play *play, struct spec *spec)
{
	uint8_t bytes[80] = { 0 };
	char *option, *rest = spec->options;
	unsigned int used = 0;

	while ((option = strtok_r(NULL, ",", &rest))) {
		used += encode_option(play, bytes + used, option);
		if (used > sizeof(spec->seg.options))
			broken(play, "too many options");
	}
	/* What follows the options is zero: the end of the list. */
	spec->seg.options_len = (used + 3) & ~3U;
	memcpy(spec->seg.options, bytes, spec->seg.options_len);
}

/* Those that the line names must be there; with a number, with that number. */
static void check_options(struct play *play, char *wanted, const struct segment *seg)
{
	static const struct {
		const char *name;
		uint8_t kind;
	} kinds[] = {
		{ "mss", 2 }, { "wscale", 3 }, { "sackOK", 4 }, { "sack", 5 }, { "TS", 8 },
		{ "mptcp", 30 }, { "tfo", 34 },
	};
	char *text, *rest = wanted;

	while ((text = strtok_r(NULL, ",", &rest))) {
		uint32_t base = play->now.base[!play->local];
		const uint8_t *option = NULL;
		unsigned int value = 0, high = 0;
		char name[16] = "";
		size_t i;
		int n;

		n = sscanf(text, "%15[a-zA-Z] %u:%u", name, &value, &high);
		for (i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
			if (!strcmp(name, kinds[i].name))
				option = segment_option(seg, kinds[i].kind);
		if (!option)
			broken(play, "the kernel's segment lacks <%s>", name);
		if (n == 2 && value != (option[0] == 2 ? get32(option) & 0xffff : option[2]))
			broken(play, "the kernel's <%s> is another", name);
		if (n == 3 &&
		    (get32(option + 2) != value + base || get32(option + 6) != high + base))
			broken(play, "the kernel's <sack> is %u:%u", get32(option + 2) - base,
			       get32(option + 6) - base);
	}
}

/* ---- what the kernel sends ---- */

/* The clock was faster than we: such a run proves nothing. */
static bool is_repetition(const struct play *play, const struct segment *seg)
{
	unsigned int i;

	for (i = 0; i < play->sents && i < PENDING_MAX; i++) {
		const struct segment *old = &play->sent[i];

		if (old->seq == seg->seq && old->flags == seg->flags && old->len == seg->len &&
		    old->sport == seg->sport && old->dport == seg->dport &&
		    (seg->len || seg->flags & (SYN | FIN)))
			return true;
	}
	return false;
}

static void unexpected(struct play *play, const char *why)
{
	play->again = is_repetition(play, &play->pending[0]);
	fprintf(play->log, "    sent: ");
	peer_print(play, &play->pending[0]);
	fprintf(play->log, "\n");
	broken(play, "%s", why);
}

static void nothing_pending(struct play *play)
{
	peer_drain(play);
	if (play->pendings)
		unexpected(play, "the kernel has sent what no line mentions");
}

/* The kernel chose its ISN; a SYN with another number in the text is a new one. */
static void learn_base(struct play *play, struct spec *spec, const struct segment *got)
{
	int who = play->local;

	if (!(spec->seg.flags & SYN) || !spec->seq_given || spec->raw_seq)
		return;
	if (!play->now.has_isn[who] || play->now.isn[who] != spec->seg.seq) {
		play->now.base[who] = got->seq - spec->seg.seq;
		play->now.isn[who] = spec->seg.seq;
		play->now.has_isn[who] = true;
	}
}

static struct segment expect_segment(struct play *play, struct spec *spec)
{
	const struct segment *want = &spec->seg, *got = &play->pending[0];

	if (!peer_await(play, PATIENCE_MS))
		broken(play, "the kernel sends nothing");
	if (got->flags == want->flags)
		learn_base(play, spec, got);
	rebase(play, play->local, spec);
	if (got->flags != want->flags || got->seq != want->seq || got->len != want->len ||
	    got->ack != want->ack || got->sport != want->sport || got->dport != want->dport ||
	    (spec->win_given && got->win != want->win))
		unexpected(play, "the kernel's segment is another one");
	check_options(play, spec->options, got);
	go_on(play, play->local, spec);
	return peer_take(play);
}

/* ---- what tcpfsm makes of it ---- */

static void take_state(struct play *play, const struct event *event)
{
	int who = event->port == play->port[CLIENT] ? CLIENT : SERVER;
	unsigned int n;

	if (event->flow < play->now.flow ||
	    (event->port != play->port[CLIENT] && event->port != play->port[SERVER]) ||
	    (event->port_peer != play->port[CLIENT] && event->port_peer != play->port[SERVER]))
		return;		/* of an older life of these ports, or of others */
	if (event->flow != play->now.flow) {
		play->fresh = play->now.flow;
		play->now.flow = event->flow;
		play->now.client = event->role == CLIENT ? who : !who;
		play->now.state[play->now.client] = state_by_word("CL");
		play->now.state[!play->now.client] = state_by_word("LI");
		play->now.state[who] = event->from;
		play->steps[CLIENT] = 0;
		play->steps[SERVER] = 0;
		*play->causes = '\0';
	}
	if (play->now.state[who] != event->from &&
	    !(play->now.state[who] == state_by_word("LI") && event->from == state_by_word("CL")))
		broken(play, "a gap: %s is %s, and leaves %s", who == CLIENT ? "client" : "server",
		       state_word(play->now.state[who]), state_word(event->from));
	n = play->steps[who]++;
	if (n == PATH_MAX_STATES)
		broken(play, "too many transitions");
	play->step[who][n] = *event;
	play->now.state[who] = event->to;
	snprintf(play->causes + strlen(play->causes), sizeof(play->causes) - strlen(play->causes),
		 "%s%s", *play->causes ? "," : "", event->word);
}

static void take_event(struct play *play)
{
	struct event event = observe_take(play);
	size_t used = strlen(play->anomalies);

	if (event.anomaly)
		snprintf(play->anomalies + used, sizeof(play->anomalies) - used, "%s ", event.word);
	else
		take_state(play, &event);
}

/* Events of this segment; the end of a flow that it replaces is one. */
static void take_events_of(struct play *play, const struct segment *seg)
{
	observe_read(play);
	while (play->events) {
		const struct event *event = &play->event[0];

		if ((event->seq != seg->seq || event->ack != seg->ack ||
		     event->flags != seg->flags) && strcmp(event->word, "reuse"))
			break;
		take_event(play);
	}
}

/* Events that no segment caused. */
static void take_events_of_clock(struct play *play)
{
	while (play->events && !play->event[0].anomaly && !play->event[0].flags)
		take_event(play);
}

/* ---- what is expected ---- */

static void say_path(struct play *play, int who, const char *want)
{
	unsigned int i;
	char got[64] = "";
	size_t n = 0;

	for (i = 0; i < play->steps[who]; i++) {
		const struct event *step = &play->step[who][i];

		n += snprintf(got + n, sizeof(got) - n, "%s%s%s%s", i ? "," : "",
			      step->certainty == '~' ? "~" : "", state_word(step->to),
			      step->certainty == '?' ? "?" : "");
	}
	broken(play, "%s: wanted %s, moved \"%s\", is %s", who == CLIENT ? "client" : "server",
	       want, got, state_word(play->now.state[who]));
}

/* One side's part of "F2/CW,LA". Returns the mark of the last state. */
static char check_path(struct play *play, int who, const char *want)
{
	unsigned int steps = play->steps[who], n;
	const char *at = want;

	for (n = 0;; n++) {
		char mark = ' ', before = ' ';
		int state;

		if (*at == '~')
			before = *at++;
		state = state_by_word(at);
		if (state < 0)
			broken(play, "no such state: %s", at);
		at += 2;
		if (*at == '?' || *at == '*')
			mark = *at++;
		if (!steps && !n) {	/* nothing moved: it must be there already */
			if (*at || before == '~' || state != play->now.state[who])
				say_path(play, who, want);
			return mark;
		}
		if (n >= steps || play->step[who][n].to != state ||
		    (mark != '*' && play->step[who][n].certainty != (before == '~' ? '~' : mark)))
			say_path(play, who, want);
		if (*at != ',') {
			if (n + 1 != steps)
				say_path(play, who, want);
			return mark;
		}
		at++;
	}
}

static void check_socket(struct play *play, int got, const char *explicit, bool answer_follows)
{
	int want = explicit ? state_by_word(explicit) : play->now.state[play->local];
	bool same = want == got;

	if (explicit && *explicit == '*')	/* it is as its own clock will have it */
		return;
	/* The connection is gone, and its listener may stand. */
	if (!explicit && want == state_by_word("CL"))
		same = got == 0 || got == state_by_word("LI");
	if (same) {
		play->sockets++;
		return;
	}
	if (!answer_follows)
		broken(play, "tcpfsm says %s, the socket is %s",
		       state_word(play->now.state[play->local]), state_word(got));
	play->postponed++;
}

/* Both columns of /proc, with their marks. */
static void check_columns(struct play *play, const char *line, const char *marks)
{
	char column[2][24] = { "", "" };
	int who;

	if (sscanf(line, "%23s %23s", column[0], column[1]) != 2)
		broken(play, "/proc has no states: %s", line);
	for (who = 0; who < 2; who++) {
		char *text = column[who == play->now.client ? 0 : 1];
		size_t len = strcspn(text, "?");
		char mark = text[len] ? '?' : ' ';

		text[len] = '\0';
		if (strcmp(text, state_name(play->now.state[who])))
			broken(play, "/proc shows %s as %s, its events as %s",
			       who == CLIENT ? "client" : "server", text,
			       state_name(play->now.state[who]));
		if (marks[who] != '*' && marks[who] != mark)
			broken(play, "/proc shows %s as %s", who == CLIENT ? "client" : "server",
			       mark == '?' ? "inferred" : "certain");
		play->states++;
	}
}

static bool check_word(struct play *play, const char *line, const char *text)
{
	char key[64];

	if (!strcmp(text, "new"))
		return play->fresh;
	if (!strncmp(text, "by=", 3))
		return !strcmp(text + 3, play->causes);
	if (*text == '-') {
		snprintf(key, sizeof(key), " %s=", text + 1);
		return !strstr(line, key);
	}
	if (!strchr(text, '='))
		broken(play, "no such expectation: %s", text);
	snprintf(key, sizeof(key), text[strlen(text) - 1] == '=' ? " %s" : " %s ", text);
	return strstr(line, key);
}

/* @wants: what stands behind the bar */
static void check(struct play *play, char *wants, bool answer_follows)
{
	char *text, *rest = wants, *states = NULL, *slash;
	char line[1024] = "", anomalies[160] = "", marks[2] = "  ";
	const char *socket = NULL;
	int is;
	bool shown, wants_new = false;

	shown = observe_flow(play, play->now.flow, line, sizeof(line));
	while ((text = strtok_r(NULL, " \t", &rest))) {
		if (*text == '!')
			snprintf(anomalies + strlen(anomalies),
				 sizeof(anomalies) - strlen(anomalies), "%s ", text + 1);
		else if (!strncmp(text, "socket=", 7))
			socket = text + 7;
		else if (!states && !strchr(text, '=') &&
			 (strchr(text, '/') || !strcmp(text, "--")))
			states = text;
		else if (!check_word(play, line, text))
			broken(play, "\"%s\" is not so: %s", text, line);
		else
			wants_new |= !strcmp(text, "new");
	}
	if (strcmp(anomalies, play->anomalies))
		broken(play, "anomalies are \"%s\"", play->anomalies);
	if (play->fresh && !wants_new)
		broken(play, "a new flow");
	if (!states)
		return;
	slash = strchr(states, '/');
	if (!slash) {
		if (shown || play->steps[CLIENT] || play->steps[SERVER])
			broken(play, "a flow: %s", line);
		if (socket)
			check_socket(play, observe_socket(play), socket, false);
		return;
	}
	if (!play->now.flow)
		broken(play, "no flow");
	*slash = '\0';
	marks[CLIENT] = check_path(play, CLIENT, states);
	marks[SERVER] = check_path(play, SERVER, slash + 1);

	is = observe_socket(play);
	peer_drain(play);
	observe_read(play);
	if (play->pendings || play->events)	/* the kernel has gone on already */
		return;
	if (!shown)
		broken(play, "/proc does not show the flow");
	check_columns(play, line, marks);
	check_socket(play, is, socket, answer_follows);
}

/* ---- lines ---- */

static void run_segment(struct play *play, int who)
{
	struct segment seg;
	struct spec spec;

	parse_segment(play, who, &spec);
	play->segments++;
	if (who == play->local) {
		seg = expect_segment(play, &spec);
	} else {
		nothing_pending(play);
		rebase(play, who, &spec);
		encode_options(play, &spec);
		go_on(play, who, &spec);
		peer_send(play, &spec.seg, &spec.odd);
		seg = spec.seg;
	}
	take_events_of(play, &seg);
}

/* @text: seconds, or NULL for as long as the script has taken */
static void run_pause(struct play *play, const char *text)
{
	usleep(text ? strtod(text, NULL) * 1e6 : (now_ms() - play->began_ms + 1) * 1000);
	nothing_pending(play);
	observe_read(play);
	take_events_of_clock(play);
}

/*
 * Its events are written one by one, and the first of them wakes us. /proc
 * reads a flow under the lock that the step holds until the last is written.
 */
static void run_wait(struct play *play)
{
	char line[1024];

	if (!observe_await(play, LONG_PATIENCE_MS))
		broken(play, "tcpfsm's clock says nothing");
	observe_flow(play, play->event[0].flow, line, sizeof(line));
	observe_read(play);
	take_events_of_clock(play);
}

/* To another connection, or back to one. */
static void run_port(struct play *play)
{
	uint16_t port = script_number(play, script_word(play), NULL);
	struct connection *other;
	unsigned int i;

	nothing_pending(play);
	play->now.port = play->port[!play->local];
	for (i = 0; i < play->others && play->other[i].port != play->now.port; i++)
		;
	if (i == CONNECTIONS_MAX)
		broken(play, "too many connections");
	play->other[i] = play->now;
	play->others += i == play->others;

	for (i = 0; i < play->others && play->other[i].port != port; i++)
		;
	other = &play->other[i];
	if (i < play->others)
		play->now = *other;
	else
		play->now = (struct connection){
			.base[CLIENT] = play->now.base[CLIENT],
			.base[SERVER] = play->now.base[SERVER],
		};
	play->port[!play->local] = port;
}

static void run_words(struct play *play)
{
	char *verb = script_word(play);

	if (!verb)
		return;
	if (!strcmp(verb, "client") || !strcmp(verb, "server")) {
		run_segment(play, *verb == 'c' ? CLIENT : SERVER);
	} else if (*verb == '+') {
		run_pause(play, verb + 1);
	} else if (!strcmp(verb, "later")) {
		run_pause(play, NULL);
	} else if (!strcmp(verb, "wait")) {
		run_wait(play);
	} else if (!strcmp(verb, "port")) {
		run_port(play);
	} else if (!strcmp(verb, "icmp")) {
		nothing_pending(play);
		peer_send_icmp(play, script_number(play, script_word(play), NULL));
	} else {
		nothing_pending(play);
		if (!local_call(play, verb))
			broken(play, "no such thing to do: %s", verb);
	}
}

void script_line(struct play *play, const char *text, bool answer_follows)
{
	char copy[512], *wants;

	if (strlen(text) >= sizeof(copy))
		broken(play, "the line is too long");
	strcpy(copy, text);
	play->text = text;
	play->cursor = copy;
	play->steps[CLIENT] = 0;
	play->steps[SERVER] = 0;
	*play->causes = '\0';
	*play->anomalies = '\0';
	play->fresh = false;
	wants = strchr(copy, '|');
	if (wants)
		*wants++ = '\0';
	else if (!strncmp(copy, "client", 6) || !strncmp(copy, "server", 6))
		broken(play, "nothing is expected");
	run_words(play);
	if (wants)
		check(play, wants, answer_follows);
	if (play->verbose)
		fprintf(play->log, "    %s\n", text);
}
