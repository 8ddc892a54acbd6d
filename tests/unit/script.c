// SPDX-License-Identifier: GPL-2.0-only
/* The scenario language of script.h. */
#include "short_way.h"
#include "script.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

#define HEADER_MAX 60
#define PATH_MAX_STATES 8

const struct tcpfsm_limits *script_limits(void)
{
	static struct tcpfsm_limits limits;

	tcpfsm_limits_default(&limits);
	return &limits;
}

/* The two hosts of a script, whatever roles they have in the flow. */
enum { A, B };

struct seen {
	u8 to;
	u8 certainty;
};

/**
 * struct stage - one run of one script
 * @text: the line being played
 * @cursor: what of it was not read yet
 * @view: one AT_*
 * @exact: certainties are looked at
 * @both: what follows ":either" is done by the other end
 * @swapped: it does follow
 * @plain: no base is added, so "isn=" can be compared
 * @base: added to the sequence numbers of each host
 * @next: one past the highest number each host has sent, without base
 * @port: of each host
 * @now_ns: the clock
 * @flow: the flow
 * @alive: there is one
 * @client: which host is the flow's client
 * @path: the states each host went through on this line
 * @steps: how many
 * @causes: of all of them, in their order
 * @anomalies: of this line, and so on
 */
struct stage {
	const char *file;
	int line;
	const char *text;
	char *cursor;
	unsigned int view;
	bool exact;
	bool plain;
	bool self;
	bool lite;
	bool both;
	bool swapped;
	u32 base[2];
	u32 next[2];
	u16 port[2];
	u64 now_ns;
	struct tcpfsm_flow flow;
	bool alive;
	int client;
	struct seen path[2][PATH_MAX_STATES];
	unsigned int steps[2];
	char causes[64];
	u32 anomalies;
	bool fresh, back, ended, revived, shook, again, outside, quiet;
	int old_outcome;
	/* What a router takes to be over, or forged, as another life has the place. */
	struct tcpfsm_flow other;
	int other_client;
};

static const char *view_name(unsigned int view)
{
	switch (view) {
	case AT_CLIENT:
		return "client";
	case AT_SERVER:
		return "server";
	case AT_ROUTER:
		return "router";
	default:
		return "loop";
	}
}

__attribute__((noreturn))
__attribute__((format(printf, 2, 3)))
static void broken(const struct stage *stage, const char *fmt, ...)
{
	va_list args;

	fprintf(stderr, "\n%s:%d: seen from %s%s, bases %#x %#x:\n\t%s\n\t", stage->file,
		stage->line, view_name(stage->view), stage->swapped ? ", roles swapped" : "",
		stage->base[A], stage->base[B],
		stage->text);
	va_start(args, fmt);
	vfprintf(stderr, fmt, args);
	va_end(args);
	fprintf(stderr, "\n");
	if (stage->alive) {
		char text[TCPFSM_LINE_MAX];

		tcpfsm_line(text, sizeof(text), &stage->flow, 1, 0, "A", "B");
		fprintf(stderr, "\t%s\n", text);
	}
	_fail(stage->file, stage->line);
	abort();
}

static const struct {
	const char *word;
	u8 state;
} abbreviations[] = {
	{ "SS", TCPFSM_SYN_SENT }, { "SR", TCPFSM_SYN_RECV }, { "ES", TCPFSM_ESTABLISHED },
	{ "F1", TCPFSM_FIN_WAIT1 }, { "F2", TCPFSM_FIN_WAIT2 }, { "CW", TCPFSM_CLOSE_WAIT },
	{ "CG", TCPFSM_CLOSING }, { "LA", TCPFSM_LAST_ACK }, { "TW", TCPFSM_TIME_WAIT },
	{ "CL", TCPFSM_CLOSE }, { "LI", TCPFSM_LISTEN }, { "--", 0 },
};

static u8 state_by_word(const struct stage *stage, const char *word)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(abbreviations); i++)
		if (!strncmp(word, abbreviations[i].word, 2))
			return abbreviations[i].state;
	broken(stage, "no such state: %s", word);
	return 0;
}

static const char *word_of(u8 state)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(abbreviations); i++)
		if (abbreviations[i].state == state)
			return abbreviations[i].word;
	return "??";
}

/* The next word of the line, or NULL. */
static char *word(struct stage *stage)
{
	return strtok_r(NULL, " \t", &stage->cursor);
}

/* Is this the next word? Then it is read. */
static bool next_is(struct stage *stage, const char *want)
{
	size_t len = strlen(want);
	char *at = stage->cursor + strspn(stage->cursor, " \t");

	if (strncmp(at, want, len) || (at[len] && at[len] != ' ' && at[len] != '\t'))
		return false;
	stage->cursor = at + len;
	return true;
}

static u32 number(const struct stage *stage, const char *text, char **end)
{
	char *stop;
	unsigned long value = strtoul(text, &stop, 0);

	if (stop == text)
		broken(stage, "not numeric: %s", text);
	if (end)
		*end = stop;
	return value;
}

/* ---- the segment ---- */

static void put16(u8 *p, u32 value)
{
	p[0] = value >> 8;
	p[1] = value;
}

static void put32(u8 *p, u32 value)
{
	put16(p, value >> 16);
	put16(p + 2, value);
}

static u8 parse_flags(const struct stage *stage, const char *text)
{
	static const char letters[] = "FSRP.UEW";
	const char *at;
	u8 flags = 0;

	for (; *text && *text != '-'; text++) {
		at = strchr(letters, *text);
		if (!at)
			broken(stage, "no such flag: %c", *text);
		flags |= 1 << (at - letters);
	}
	return flags;
}

/* One option of "<...>" in network form; returns its length. */
static u32 encode_option(const struct stage *stage, int who, u8 *p, char *text)
{
	char name[16] = "";
	int used = 0;

	if (sscanf(text, "%15[a-zA-Z] %n", name, &used) != 1)
		broken(stage, "an option is wanted: %s", text);
	text += used;
	if (!strcmp(name, "nop")) {
		p[0] = 1;
		return 1;
	}
	if (!strcmp(name, "mss")) {
		p[0] = 2;
		put16(p + 2, number(stage, text, NULL));
		return p[1] = 4;
	}
	if (!strcmp(name, "wscale")) {
		p[0] = 3;
		p[2] = number(stage, text, NULL);
		return p[1] = 3;
	}
	if (!strcmp(name, "sackOK")) {
		p[0] = 4;
		return p[1] = 2;
	}
	if (!strcmp(name, "sack")) {
		p[0] = 5;
		put32(p + 2, number(stage, text, &text) + stage->base[!who]);
		put32(p + 6, number(stage, text + 1, NULL) + stage->base[!who]);
		return p[1] = 10;
	}
	if (!strcmp(name, "TS")) {
		p[0] = 8;
		put32(p + 2, number(stage, text, &text));
		if (sscanf(text, " ecr %n", &used) == 0 && *text == ' ')
			put32(p + 6, number(stage, text + used, NULL));
		return p[1] = 10;
	}
	if (!strcmp(name, "broken")) {
		p[0] = 2;
		p[1] = 0;
		return 2;
	}
	p[0] = !strcmp(name, "mptcp") ? 30 : 34;
	if (p[0] == 34 && strcmp(name, "tfo"))
		broken(stage, "no such option: %s", name);
	return p[1] = 4;
}

static u32 encode_options(struct stage *stage, int who, u8 *p)
{
	char *end, *option, *rest;
	u32 used = 0;

	stage->cursor += strspn(stage->cursor, " \t");
	if (*stage->cursor != '<')
		return 0;
	end = strchr(stage->cursor, '>');
	if (!end)
		broken(stage, "the options have no end");
	*end = '\0';
	rest = stage->cursor + 1;
	while ((option = strtok_r(NULL, ",", &rest)))
		used += encode_option(stage, who, p + used, option);
	stage->cursor = end + 1;
	return (used + 3) & ~3U;
}

/* From text to bytes to the segment, so that the parser has its share. */
static void parse_segment(struct stage *stage, int who, struct tcpfsm_segment *seg)
{
	u32 seq = stage->next[who], ack = stage->next[!who], win = 1000, len = 0, end;
	u8 bytes[HEADER_MAX] = { 0 };
	char *stop;
	u8 flags;

	next_is(stage, who == A ? ">" : "<");
	flags = parse_flags(stage, word(stage));
	stage->cursor += strspn(stage->cursor, " \t");
	if (isdigit((unsigned char)*stage->cursor)) {
		seq = number(stage, stage->cursor, &stop);
		if (*stop == ':')
			len = number(stage, stop + 1, &stop) - seq;
		if (*stop == '(')
			stop = strchr(stop, ')') + 1;
		stage->cursor = stop;
	} else if (*stage->cursor == '+') {	/* as much data, from where it stands */
		len = number(stage, stage->cursor + 1, &stage->cursor);
	}
	if (next_is(stage, "ack")) {
		ack = number(stage, word(stage), NULL);
		flags |= TCPFSM_ACK;
	}
	if (next_is(stage, "win"))
		win = number(stage, word(stage), NULL);

	put16(bytes, stage->port[who]);
	put16(bytes + 2, stage->port[!who]);
	put32(bytes + 4, seq + stage->base[who]);
	if (flags & TCPFSM_ACK)
		put32(bytes + 8, ack + stage->base[!who]);
	bytes[13] = flags;
	put16(bytes + 14, win);
	bytes[12] = (20 + encode_options(stage, who, bytes + 20)) << 2;
	if (tcpfsm_segment_parse(seg, bytes, sizeof(bytes), (bytes[12] >> 2) + len))
		broken(stage, "the parser refuses this");

	end = seq + len + !!(flags & TCPFSM_SYN) + !!(flags & TCPFSM_FIN);
	/* What no stack sends, or takes, does not count. */
	if (flags & TCPFSM_RST || !(flags & (TCPFSM_SYN | TCPFSM_ACK)) ||
	    (flags & (TCPFSM_SYN | TCPFSM_FIN)) == (TCPFSM_SYN | TCPFSM_FIN))
		return;
	if (flags & TCPFSM_SYN || tcpfsm_after(end, stage->next[who]))
		stage->next[who] = end;
}

/* ---- the observer, as the kernel's shell is ---- */

static int host_of(const struct stage *stage, unsigned int role)
{
	return role == TCPFSM_CLIENT ? stage->client : !stage->client;
}

static void take_change(struct stage *stage, const struct tcpfsm_change *change)
{
	int host = host_of(stage, change->role);
	unsigned int n = stage->steps[host];

	if (tcpfsm_arc_of(change->from, change->to) == TCPFSM_ARC_OTHER)
		broken(stage, "no such arc: %s -> %s", word_of(change->from),
		       word_of(change->to));
	if (n && stage->path[host][n - 1].to != change->from)
		broken(stage, "a gap in the path: %s, then from %s",
		       word_of(stage->path[host][n - 1].to), word_of(change->from));
	if (n == PATH_MAX_STATES)
		broken(stage, "too many transitions");
	if (*stage->causes)
		strcat(stage->causes, ",");
	strcat(stage->causes, tcpfsm_cause_name(change->cause));
	stage->path[host][n].to = change->to;
	stage->path[host][n].certainty = change->certainty;
	stage->steps[host]++;
}

static void take_result(struct stage *stage, const struct tcpfsm_result *result)
{
	unsigned int i;

	if (result->changes >= TCPFSM_CHANGES_MAX)
		broken(stage, "the list of changes ran over");
	coverage_result(&stage->flow, result);
	for (i = 0; i < result->changes; i++)
		take_change(stage, &result->change[i]);
	stage->anomalies |= result->anomalies;
	stage->ended |= result->ended;
	stage->revived |= result->revived;
	stage->shook |= result->shook;
	stage->again |= result->retransmitted;
	stage->outside |= result->outside;
}

static void begin(struct stage *stage, int who, const struct tcpfsm_segment *seg,
		  const struct tcpfsm_sighting *at)
{
	enum tcpfsm_birth birth = tcpfsm_birth(seg);
	struct tcpfsm_result result;
	unsigned int role;

	stage->alive = false;
	if (birth == TCPFSM_BIRTH_NONE || at->point == TCPFSM_AT_LOOP_IN)
		return;
	role = birth == TCPFSM_BIRTH_CLIENT ? TCPFSM_CLIENT : TCPFSM_SERVER;
	stage->client = role == TCPFSM_CLIENT ? who : !who;
	tcpfsm_begin(&stage->flow, role, stage->self, seg, at, &result);
	stage->alive = true;
	take_result(stage, &result);
}

/* Do both ends go on in the life that has the place no more? It and this one change places. */
static bool come_back(struct stage *stage, int who, const struct tcpfsm_segment *seg,
		      const struct tcpfsm_sighting *at)
{
	unsigned int role = who == stage->other_client ? TCPFSM_CLIENT : TCPFSM_SERVER;
	struct tcpfsm_flow flow = stage->flow;
	struct tcpfsm_result result;
	int client = stage->client;

	if (!tcpfsm_outlives(&stage->other, role, seg, at))
		return false;
	tcpfsm_give_up(&flow, stage->now_ns, TCPFSM_VERDICT_FORGED, TCPFSM_CAUSE_REUSE, &result);
	coverage_result(&flow, &result);
	stage->flow = stage->other;
	stage->client = stage->other_client;
	stage->other = flow;
	stage->other_client = client;
	stage->back = true;
	return true;
}

static void observe(struct stage *stage, int who, const struct tcpfsm_segment *seg,
		    const struct tcpfsm_sighting *at)
{
	unsigned int role = who == stage->client ? TCPFSM_CLIENT : TCPFSM_SERVER;
	struct tcpfsm_result result;
	struct tcpfsm_flow shortcut;
	u8 before[2];
	bool quiet, followed;

	if (!stage->alive) {
		begin(stage, who, seg, at);
		return;
	}
	if (come_back(stage, who, seg, at))
		role = who == stage->client ? TCPFSM_CLIENT : TCPFSM_SERVER;
	if (at->point != TCPFSM_AT_LOOP_IN &&
	    tcpfsm_is_new_incarnation(&stage->flow, role, seg, at)) {
		stage->fresh = true;
		tcpfsm_give_up(&stage->flow, stage->now_ns, TCPFSM_VERDICT_REUSED,
			       TCPFSM_CAUSE_REUSE, &result);
		coverage_result(&stage->flow, &result);
		stage->old_outcome = stage->flow.outcome;
		if (at->point == TCPFSM_AT_FORWARD) {
			stage->other = stage->flow;
			stage->other_client = stage->client;
		}
		begin(stage, who, seg, at);
		return;
	}
	quiet = tcpfsm_quiet(&stage->flow, seg);
	stage->quiet |= quiet;
	if (tcpfsm_is_settled(&stage->flow) && tcpfsm_is_plain(seg) && !quiet)
		broken(stage, "nothing is in doubt, and data are not quiet");
	if (quiet && stage->lite) {
		tcpfsm_skip(&stage->flow, stage->now_ns);
		return;
	}
	before[0] = stage->flow.end[0].state;
	before[1] = stage->flow.end[1].state;
	shortcut = stage->flow;
	followed = short_way(&shortcut, role, seg, at->point);
	if (!followed && memcmp(&shortcut, &stage->flow, sizeof(shortcut)))
		broken(stage, "not the short way, and the flow has changed");
	shortcut.seen_ns = stage->now_ns;
	tcpfsm_see(&stage->flow, role, seg, at, &result);
	take_result(stage, &result);
	if (followed && memcmp(&shortcut, &stage->flow, sizeof(shortcut)))
		broken(stage, "tcpfsm_follow() and tcpfsm_see() differ");
	if (result.who != tcpfsm_index(&stage->flow, role))
		broken(stage, "somebody else has sent it");
	if (result.changes && !result.learned)
		broken(stage, "a transition, and nothing was learned");
	if (quiet && (result.changes || before[0] != stage->flow.end[0].state ||
		      before[1] != stage->flow.end[1].state))
		broken(stage, "a quiet segment changed something");
}

/* @spoofed: from the network, whoever is at home here; @in: what the receiving socket says */
static void pass(struct stage *stage, int who, const struct tcpfsm_segment *seg, bool lost,
		 bool spoofed, struct tcpfsm_sighting in)
{
	struct tcpfsm_sighting at = { .now_ns = stage->now_ns };

	in.now_ns = stage->now_ns;
	switch (stage->view) {
	case AT_ROUTER:
		at.point = TCPFSM_AT_FORWARD;
		observe(stage, who, seg, &at);
		break;
	case AT_LOOPBACK:
		at.point = TCPFSM_AT_LOOP_OUT;
		in.point = TCPFSM_AT_LOOP_IN;
		observe(stage, who, seg, &at);
		if (!lost && stage->alive)
			observe(stage, who, seg, &in);
		break;
	default:
		at.point = TCPFSM_AT_OUT;
		in.point = TCPFSM_AT_IN;
		if (!spoofed && who == (stage->view == AT_CLIENT ? A : B))
			observe(stage, who, seg, &at);
		else if (!lost)
			observe(stage, who, seg, &in);
		break;
	}
}

/* Let the clock reach @until, doing what falls due on the way. */
static void wait_until(struct stage *stage, u64 until)
{
	struct tcpfsm_result result;
	u64 due;

	while (stage->alive) {
		due = tcpfsm_deadline_ns(&stage->flow, script_limits());
		if (due > until)
			break;
		if (stage->flow.ended) {
			stage->alive = false;
			break;
		}
		if (due > stage->now_ns)
			tcpfsm_tick(&stage->flow, due - 1, script_limits(), &result);
		if (due > stage->now_ns && result.changes)
			broken(stage, "the clock was early");
		tcpfsm_tick(&stage->flow, due, script_limits(), &result);
		if (!result.changes)
			broken(stage, "the clock did nothing at its deadline");
		take_result(stage, &result);
	}
	stage->now_ns = until;
}

static void run_time(struct stage *stage)
{
	unsigned int h, m;
	double value, s;
	char unit[3] = "";
	int used = 0;

	stage->cursor += strspn(stage->cursor, " \t");
	if (*stage->cursor == '+') {
		if (sscanf(stage->cursor, "+%lf%2[a-z]%n", &value, unit, &used) < 2)
			broken(stage, "time?");
		value *= !strcmp(unit, "ns") ? 1 : !strcmp(unit, "us") ? 1e3 :
			 !strcmp(unit, "ms") ? 1e6 : 1e9;
		wait_until(stage, stage->now_ns + (u64)(value + 0.5));
	} else if (sscanf(stage->cursor, "%u:%u:%lf%n", &h, &m, &s, &used) == 3) {
		wait_until(stage, (u64)((h * 3600 + m * 60 + s) * 1e6 + 0.5) * 1000);
	} else {
		wait_until(stage, stage->now_ns + NSEC_PER_MSEC);
	}
	stage->cursor += used;
}

static void run_segment(struct stage *stage)
{
	struct tcpfsm_segment seg;
	struct tcpfsm_sighting in = { 0 };
	bool lost = false, unseen = false, spoofed = false;
	char *text;
	int who;

	text = word(stage);
	if (!text)
		return;
	who = !strcmp(text, "server") ? B : A;
	parse_segment(stage, who, &seg);
	while ((text = word(stage))) {
		if (!strcmp(text, "lost")) {
			lost = true;
		} else if (!strcmp(text, "unseen")) {
			unseen = true;
		} else if (!strcmp(text, "spoofed")) {
			spoofed = true;
		} else if (!strcmp(text, "partial")) {
			seg.partial = true;
		} else if (!strcmp(text, "rcv")) {
			in.has_rcv_nxt = true;
			in.rcv_nxt = number(stage, word(stage), NULL) + stage->base[who];
		} else if (!strcmp(text, "orphan")) {
			in.rcv_wnd = number(stage, word(stage), NULL);
		} else if (!strcmp(text, "lags")) {
			in.lags = true;
		} else if (!strcmp(text, "unheard")) {
			in.unheard = true;
		} else {
			broken(stage, "no such word: %s", text);
		}
	}
	if (!unseen)
		pass(stage, who, &seg, lost, spoofed, in);
}

/* ---- what is expected ---- */

static bool is_unsure_now(const struct stage *stage, int host)
{
	return stage->alive &&
	       tcpfsm_is_unsure(&stage->flow, host == stage->client ? TCPFSM_CLIENT :
								      TCPFSM_SERVER);
}

static u8 state_now(const struct stage *stage, int host)
{
	unsigned int role = host == stage->client ? TCPFSM_CLIENT : TCPFSM_SERVER;

	return stage->alive ? stage->flow.end[tcpfsm_index(&stage->flow, role)].state : 0;
}

static void say_path(const struct stage *stage, int host, const char *want)
{
	char got[128] = "";
	unsigned int i;
	size_t n = 0;

	for (i = 0; i < stage->steps[host]; i++)
		n += scnprintf(got + n, sizeof(got) - n, "%s%s%s%s", i ? "," : "",
			       stage->path[host][i].certainty == TCPFSM_RETRACTED ? "~" : "",
			       word_of(stage->path[host][i].to),
			       stage->path[host][i].certainty == TCPFSM_INFERRED ? "?" : "");
	broken(stage, "%s: wanted %s, moved \"%s\", is %s%s", host == A ? "client" : "server",
	       want, got, word_of(state_now(stage, host)),
	       is_unsure_now(stage, host) ? "?" : "");
}

static bool is_as_certain(u8 is, u8 want, bool either)
{
	return is == want || (either && is != TCPFSM_RETRACTED && want != TCPFSM_RETRACTED);
}

/* One host's part of "F2/CW,LA". */
static void check_path(const struct stage *stage, int host, const char *want)
{
	unsigned int steps = stage->steps[host], n = 0;
	const char *at = want;

	for (;; n++) {
		bool retracted = *at == '~';
		bool inferred, either;
		u8 certainty;
		u8 state;

		at += retracted;
		state = state_by_word(stage, at);
		at += 2;
		inferred = *at == '?';
		either = *at == '*' || !stage->exact;
		at += inferred || *at == '*';
		if (!steps && !n) {
			/* Nothing moved: it must be there already. */
			if (*at || retracted || state != state_now(stage, host) ||
			    (!either && inferred != is_unsure_now(stage, host)))
				say_path(stage, host, want);
			return;
		}
		certainty = retracted ? TCPFSM_RETRACTED :
			    inferred ? TCPFSM_INFERRED : TCPFSM_OBSERVED;
		if (n >= steps || stage->path[host][n].to != state ||
		    !is_as_certain(stage->path[host][n].certainty, certainty, either))
			say_path(stage, host, want);
		if (*at != ',')
			break;
		at++;
	}
	if (n + 1 != steps && stage->alive)
		say_path(stage, host, want);
}

static void check_states(struct stage *stage, char *want)
{
	char *slash = strchr(want, '/');
	int host;

	if (!slash)
		broken(stage, "no states: %s", want);
	*slash = '\0';
	if (!strcmp(want, "--")) {
		if (stage->alive)
			broken(stage, "no flow is wanted");
		return;
	}
	if (!stage->alive)
		broken(stage, "there is no flow");
	for (host = A; host <= B; host++) {
		/* A socket talking to itself has one state. */
		if (stage->self && host == B)
			continue;
		check_path(stage, host, host == A ? want : slash + 1);
	}
}

static u32 anomaly_by_word(const struct stage *stage, const char *text)
{
	unsigned int i;

	for (i = 0; i < TCPFSM_ANOMALY_MAX; i++)
		if (!strcmp(text, tcpfsm_anomaly_name(i)))
			return 1U << i;
	broken(stage, "no such anomaly: %s", text);
	return 0;
}

/* Is " key=value" in the line that /proc/tcpfsm shows? */
static bool line_has(const struct stage *stage, const char *text, bool whole)
{
	char line[TCPFSM_LINE_MAX], *rest = line, *token;
	size_t len = strlen(text);

	tcpfsm_line(line, sizeof(line), &stage->flow, 1, 0, "A", "B");
	while ((token = strtok_r(NULL, " ", &rest))) {
		if (whole ? !strcmp(token, text) :
			    !strncmp(token, text, len) && token[len] == '=')
			return true;
	}
	return false;
}

static bool check_word(const struct stage *stage, const char *text)
{
	const struct {
		const char *word;
		bool is;
	} words[] = {
		{ "new", stage->fresh }, { "ended", stage->ended },
		{ "revived", stage->revived }, { "shook", stage->shook },
		{ "again", stage->again }, { "outside", stage->outside },
		{ "quiet", stage->quiet }, { "back", stage->back },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(words); i++)
		if (!strcmp(text, words[i].word))
			return words[i].is;
	if (!strncmp(text, "old=", 4))
		return stage->fresh && !strcmp(text + 4, tcpfsm_verdict_name(stage->old_outcome));
	if (!strncmp(text, "by=", 3))
		return !strcmp(text + 3, stage->causes);
	if (!strncmp(text, "isn=", 4) && !stage->plain)
		return true;
	/* A pair of values, or letters: not turned round. */
	if (stage->swapped && strchr(text, '=') &&
	    (strchr(text, '/') || !strncmp(text, "hist=", 5)))
		return true;
	/* "-" and one of those words. */
	for (i = 0; *text == '-' && i < ARRAY_SIZE(words); i++)
		if (!strcmp(text + 1, words[i].word))
			return !words[i].is;
	if (*text == '-')
		return !line_has(stage, text + 1, false);
	if (!strchr(text, '='))
		broken(stage, "no such expectation: %s", text);
	return line_has(stage, text, true);
}

static bool is_for_us(const struct stage *stage, char *text, char **rest)
{
	char *at = strchr(text, '@');

	*rest = text;
	if (!at)
		return true;
	*at = '\0';
	*rest = at + 1;
	return strstr(text, view_name(stage->view));
}

static void check(struct stage *stage, char *wants)
{
	u32 anomalies = 0;
	char *text, *states = NULL, *rest = wants;
	bool own_states = false;

	while ((text = strtok_r(NULL, " \t", &rest))) {
		bool general = !strchr(text, '@');

		if (!is_for_us(stage, text, &text))
			continue;
		if (*text == '!') {
			anomalies |= anomaly_by_word(stage, text + 1);
		} else if (strchr(text, '/') && !strchr(text, '=')) {
			if (general && own_states)
				continue;
			states = text;
			own_states = !general;
		} else if (!check_word(stage, text)) {
			broken(stage, "\"%s\" is not so", text);
		}
	}
	if (states)
		check_states(stage, states);
	if (anomalies != stage->anomalies) {
		unsigned int i;

		for (i = 0; i < TCPFSM_ANOMALY_MAX; i++)
			if ((anomalies ^ stage->anomalies) & 1U << i)
				broken(stage, "anomaly %s is %s", tcpfsm_anomaly_name(i),
				       anomalies & 1U << i ? "missing" : "not expected");
	}
}

static void set_up(struct stage *stage)
{
	next_is(stage, ":base");
	if (next_is(stage, ":self")) {
		stage->self = true;
		stage->base[B] = stage->base[A];
	} else if (next_is(stage, ":lite")) {
		stage->lite = true;
	} else if (next_is(stage, ":either")) {
		stage->swapped = stage->both;
	} else if (next_is(stage, ":ports")) {
		stage->port[A] = number(stage, word(stage), NULL);
		stage->port[B] = number(stage, word(stage), NULL);
	}
}

/* "client > F. | F1/CW,LA" to "server < F. | CW,LA/F1": the other end does it. */
static void swap_roles(char *text)
{
	char *at, *slash, *end, first[64];
	size_t len;

	for (at = text; *at; at++) {
		if (!strncmp(at, "client", 6))
			memcpy(at, "server", 6);
		else if (!strncmp(at, "server", 6))
			memcpy(at, "client", 6);
		else if (!strncmp(at, " > ", 3))
			at[1] = '<';
		else if (!strncmp(at, " < ", 3))
			at[1] = '>';
	}
	for (at = strchr(text, '|'); at && (slash = strchr(at, '/')); at = end) {
		for (at = slash; !strchr(" \t@=", at[-1]); at--)
			;
		end = slash + strcspn(slash, " \t");
		len = slash - at;
		if (at[-1] == '=' || len >= sizeof(first))
			continue;
		memcpy(first, at, len);
		memmove(at, slash + 1, end - slash - 1);
		end[-len - 1] = '/';
		memcpy(end - len, first, len);
	}
}

static void run_line(struct stage *stage, const char *text)
{
	char copy[512], *wants;

	if (strlen(text) >= sizeof(copy))
		broken(stage, "the line is too long");
	stage->text = text;
	memcpy(copy, text, strlen(text) + 1);
	if (stage->swapped)
		swap_roles(copy);
	stage->cursor = copy;
	if (*copy == ':') {
		set_up(stage);
		return;
	}
	stage->steps[A] = 0;
	stage->steps[B] = 0;
	*stage->causes = '\0';
	stage->anomalies = 0;
	stage->fresh = false;
	stage->ended = false;
	stage->revived = false;
	stage->shook = false;
	stage->again = false;
	stage->outside = false;
	stage->quiet = false;
	stage->back = false;
	wants = strchr(copy, '|');
	if (!wants)
		broken(stage, "nothing is expected");
	*wants++ = '\0';
	run_time(stage);
	run_segment(stage);
	check(stage, wants);
}

/* Numbers in scripts begin near 100 at the client and near 60, 100 or 500 at the server. */
static const u32 wraps[][2] = {
	{ 0, 0 },
	{ -100, -500 }, { -101, -501 }, { -102, -502 }, { -111, -511 }, { -112, -512 },
	{ -151, -551 }, { -201, -601 }, { -202, -602 }, { -1000, -100 }, { -100000, -7 },
	{ -100, -60 }, { -101, -61 }, { -111, -111 }, { -112, -112 }, { -60, -113 },
	{ 0x80000000 - 100, 0x80000000 - 501 }, { 0x80000000 - 101, 0x80000000 - 502 },
	{ 0x80000000 - 201, 0x80000000 - 500 }, { 0x7fffffff, -601 },
};

static void play_at(struct stage *stage, const char *const *lines)
{
	const struct stage start = *stage;
	const char *const *text;
	unsigned int wrap;

	for (wrap = 0; wrap < ARRAY_SIZE(wraps); wrap++) {
		if (wrap && !strcmp(lines[0], ":base"))
			break;
		*stage = start;
		stage->plain = !wrap;
		stage->base[A] = wraps[wrap][0];
		stage->base[B] = wraps[wrap][1];
		for (text = lines; *text; text++)
			run_line(stage, *text);
		if (stage->alive)
			coverage_flow(&stage->flow);
	}
}

static unsigned int count_lines(const char *const *lines, const char *line)
{
	unsigned int n = 0;

	for (; *lines; lines++)
		n += !strcmp(*lines, line);
	return n;
}

/* Where an end that changes places with the other is seen from. */
static unsigned int swap_views(unsigned int views)
{
	return (views & AT_CLIENT ? AT_SERVER : 0) | (views & AT_SERVER ? AT_CLIENT : 0) |
	       (views & (AT_ROUTER | AT_LOOPBACK));
}

const struct tcpfsm_flow *script_play(unsigned int views, const char *const *lines,
				      const char *file, int line)
{
	static struct stage stage;
	unsigned int view, both;

	for (both = 0; both <= count_lines(lines, ":either"); both++) {
		for (view = AT_CLIENT; view <= AT_LOOPBACK; view <<= 1) {
			if (!((both ? swap_views(views) : views) & view))
				continue;
			stage = (struct stage) {
				.file = file,
				.line = line,
				.text = "",
				.view = view,
				.exact = !(views & (views - 1)),
				.both = both,
				.port = { 40000, 8080 },
				.now_ns = 1000 * NSEC_PER_SEC,
			};
			play_at(&stage, lines);
		}
	}
	return &stage.flow;
}
