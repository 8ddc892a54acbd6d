// SPDX-License-Identifier: GPL-2.0-only
/*
 * Prints one generated part of docs/, named by the arguments: a Markdown table
 * of one of the lists in the code. scripts/docs compiles it against src/core
 * and against what it cuts out of src/kmod (the files *.inc).
 *
 * What the code says only in other words (the effect of a setting, the meaning
 * of an event's field) stands here; an entry without such a sentence is an
 * error, so that the documentation cannot forget one.
 */
#include <stdlib.h>

#include "core/flow.h"
#include "core/handshakes.h"
#include "core/icmp.h"
#include "kmod/stats.h"

static void die(const char *what, const char *name)
{
	fprintf(stderr, "docs: %s: %s\n", what, name);
	exit(1);
}

struct sentence {
	const char *name;
	const char *text;
};

static const char *sentence_of(const struct sentence *list, size_t n, const char *name)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (!strcmp(list[i].name, name))
			return list[i].text;
	die("no sentence says what this is", name);
	return NULL;
}

#define SENTENCE(list, name) sentence_of(list, ARRAY_SIZE(list), name)

/* ---- the machine: src/core/states.h ---- */

static void print_states(const char *of)
{
	puts("| number | name |\n|-:|-|");
#define X(name, number) printf("| %d | `%s` |\n", number, tcpfsm_state_name(number));
	TCPFSM_STATES(X)
#undef X
}

static void print_facts(const char *of)
{
	puts("| fact | X has it when |\n|-|-|");
#define X(name, letter, bit, text) printf("| `%s` | %s |\n", #letter, text);
	TCPFSM_FACTS(X)
#undef X
}

/* The rows as written, each proved by tcpfsm_state_of() on all it covers. */
static void print_rows(const char *of)
{
	static const struct {
		char want[7];
		int state;
	} rows[] = {
#define X(ignored, s, a, p, f, pf, af, o, name) { { s, a, p, f, pf, af, o }, TCPFSM_##name },
		TCPFSM_ROWS(X, 0)
#undef X
	};
	bool covered[TCPFSM_FACTS_ALL + 1] = { false };
	unsigned int sum = 0;
	size_t i;

	puts("| s | a | p | f | pf | af | o | state | combinations |\n|-|-|-|-|-|-|-|-|-:|");
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		unsigned int facts, bit, n = 0;

		for (facts = 0; facts <= TCPFSM_FACTS_ALL; facts++) {
			for (bit = 0; bit < 7; bit++)
				if (rows[i].want[bit] != '.' &&
				    (rows[i].want[bit] == '1') != (facts >> bit & 1))
					break;
			if (bit < 7 || covered[facts])
				continue;
			if ((int)tcpfsm_state_of(facts) != rows[i].state)
				die("tcpfsm_state_of() does not follow its row",
				    tcpfsm_state_name(rows[i].state));
			covered[facts] = true;
			n++;
		}
		sum += n;
		for (bit = 0; bit < 7; bit++)
			printf("| %c ", rows[i].want[bit] == '.' ? ' ' : rows[i].want[bit]);
		printf("| `%s` | %u |\n", tcpfsm_state_name(rows[i].state), n);
	}
	if (sum != TCPFSM_FACTS_ALL + 1)
		die("rows that do not cover all combinations", "TCPFSM_ROWS");
}

static void print_arc(const char *from, const char *to, const char *text)
{
	printf("| `%s` | `%s` | %s | `%s_to_%s` |\n", from, to, text, from, to);
}

static void print_transitions(const char *of)
{
	puts("| from | to | when | counter |\n|-|-|-|-|");
#define X(from, to, text) print_arc(#from, #to, text);
	if (!strcmp(of, "rfc")) {
		TCPFSM_ARCS_RFC(X)
	} else {
		TCPFSM_ARCS_OTHER(X)
		puts("| any | any | a pair that neither table lists; always 0 | `other` |");
	}
#undef X
}

/* A label in short lines. */
static void print_wrapped(const char *text)
{
	size_t column = 0;

	for (; *text; text++) {
		bool wrap = *text == ' ' && column + strcspn(text + 1, " ") > 18;

		fputs(wrap ? "\\n" : (char[]){ *text, '\0' }, stdout);
		column = wrap ? 0 : column + 1;
	}
}

/* What leads back to CLOSE, or in from elsewhere, does not decide where states stand. */
static void print_arrow(const char *from, const char *to, const char *text)
{
	bool free = !strcmp(to, "CLOSE") || !strncmp(text, "picked up", 9);

	printf("	%s -> %s [label=\"", from, to);
	print_wrapped(text);
	printf("\"%s];\n", free ? ", constraint=false, style=dashed" : "");
}

/* Figure 5 of RFC 9293, as the code has it: for graphviz. */
static void print_diagram(const char *of)
{
	puts("digraph states {\n"
	     "	graph [rankdir=TB, nodesep=0.6, ranksep=0.5, bgcolor=white, size=\"9.5,12\"];\n"
	     "	node [shape=box, style=\"rounded,filled\", fillcolor=\"#eef2f7\", fontname=\"DejaVu Sans\", fontsize=14];\n"
	     "	edge [fontname=\"DejaVu Sans\", fontsize=11, color=\"#57606a\"];\n"
	     "	{ rank=source; CLOSE; LISTEN; }");
#define X(name, number) printf("	%s;\n", #name);
	TCPFSM_STATES(X)
#undef X
#define X(from, to, text) print_arrow(#from, #to, text);
	TCPFSM_ARCS_RFC(X)
#undef X
	puts("}");
}

static const struct sentence causes[] = {
	{ "syn", "a SYN without ACK" },
	{ "synack", "a SYN-ACK" },
	{ "ack", "a segment without SYN, FIN and RST" },
	{ "fin", "a segment with FIN" },
	{ "rst", "a RST" },
	{ "timeout", "2MSL or an idle limit was over" },
	{ "reuse", "a new incarnation took the place of the flow" },
	{ "evict", "the flow was given up for lack of room" },
	{ "clear", "the flow was removed by hand, with its namespace or with the module" },
};

static void print_causes(const char *of)
{
	puts("| number | cause | what it was |\n|-:|-|-|");
#define X(name, word)								\
	printf("| %d | `%s` | %s |\n", TCPFSM_CAUSE_##name, #word, SENTENCE(causes, #word));
	TCPFSM_CAUSES(X)
#undef X
}

static const struct sentence certainties[] = {
	{ "observed", "segments of the endpoint itself, or what reached its own host, show it" },
	{ "inferred", "it rests on a segment that may still be lost on its way" },
	{ "retracted", "what was concluded before is withdrawn: the endpoint contradicted it" },
};

static void print_certainties(const char *of)
{
	puts("| number | certainty | meaning |\n|-:|-|-|");
#define X(name, word)								\
	printf("| %d | `%s` | %s |\n", TCPFSM_##name, #word, SENTENCE(certainties, #word));
	TCPFSM_CERTAINTIES(X)
#undef X
}

static void print_verdicts(const char *of)
{
	puts("| number | verdict | meaning |\n|-:|-|-|");
#define X(name, word, text) printf("| %d | `%s` | %s |\n", TCPFSM_VERDICT_##name, #word, text);
	TCPFSM_VERDICTS(X)
#undef X
}

static void print_anomalies(const char *of)
{
	puts("| number | anomaly | meaning |\n|-:|-|-|");
#define X(name, word, text) printf("| %d | `%s` | %s |\n", TCPFSM_ANOMALY_##name, #word, text);
	TCPFSM_ANOMALIES(X)
#undef X
}

static void print_flags(const char *of)
{
	puts("| bit | flag | meaning |\n|-|-|-|");
#define X(name, word, text) printf("| 0x%02x | `%s` | %s |\n", TCPFSM_FLOW_##name, #word, text);
	TCPFSM_FLOW_FLAGS(X)
#undef X
}

static const struct sentence options[] = {
	{ "sack", "SACK permitted (RFC 2018)" },
	{ "ts", "timestamps (RFC 7323)" },
	{ "tfo", "Fast Open asked for (RFC 7413)" },
	{ "ecn", "ECN, from the ECE and CWR flags (RFC 3168)" },
	{ "mptcp", "Multipath TCP (RFC 8684)" },
};

static void print_options(const char *of)
{
	puts("| word | option |\n|-|-|");
#define X(name, word) printf("| `%s` | %s |\n", #word, SENTENCE(options, #word));
	TCPFSM_OPTIONS(X)
#undef X
}

static const struct sentence letters[] = {
	{ "S", "SYN without ACK" },
	{ "H", "SYN-ACK" },
	{ "A", "ACK without payload, SYN, FIN and RST" },
	{ "D", "payload" },
	{ "F", "FIN" },
	{ "R", "RST" },
	{ "C", "wrong checksum" },
	{ "T", "payload seen before; not the one byte of a keepalive" },
	{ "I", "FIN and RST in one segment" },
	{ "W", "a window of 0" },
	{ "Q", "SYN with FIN or RST" },
};

static void print_letters(const char *of)
{
	struct tcpfsm_flow flow;
	char text[TCPFSM_HISTORY_SIZE];
	unsigned int letter;

	puts("| client | server | sent |\n|-|-|-|");
	for (letter = 0; letter < TCPFSM_LETTER_MAX; letter++) {
		char client[2];

		memset(&flow, 0, sizeof(flow));
		tcpfsm_history_note(&flow, TCPFSM_CLIENT, letter);
		tcpfsm_history_note(&flow, TCPFSM_SERVER, letter);
		tcpfsm_history_print(&flow, text);
		client[0] = text[0];
		client[1] = '\0';
		printf("| `%s` | `%c` | %s |\n", client, text[1], SENTENCE(letters, client));
	}
}

/* ---- counters: src/kmod/stats.h ---- */

static void print_counters(const char *of)
{
	unsigned int column = 1;

	puts("| column | counter | counts |\n|-:|-|-|");
	printf("| %u | `entries` | flows in the table now, the same in each line |\n", column++);
#define X(name, text) printf("| %u | `%s` | %s |\n", column++, #name, text);
	TCPFSM_COUNTERS(X)
#undef X
}

static void print_icmp_counters(const char *of)
{
	unsigned int column = 2;

	puts("| column | counter | counts |\n|-:|-|-|");
#define X(name, text) printf("| %u | `%s` | %s |\n", column++, #name, text);
	TCPFSM_ICMP_COUNTERS(X)
#undef X
}

/* ---- ICMP errors: src/core/icmp.h ---- */

static void print_icmp(const char *of)
{
	static const bool families[] = {
#define X(name, is_ip6, type) [TCPFSM_ICMP_##name] = is_ip6,
		TCPFSM_ICMP_CLASSES(X)
#undef X
	};

	puts("| name | ICMP | type | code | meaning |\n|-|-|-:|-:|-|");
#define X(class, code, word, text)						\
	printf("| `%s` | v%u | %u | %u | %s |\n", #word, families[TCPFSM_ICMP_##class] ? 6 : 4, \
	       tcpfsm_icmp_type(TCPFSM_ICMP_##class), code, text);
	TCPFSM_ICMP_CODES(X)
#undef X
}

/* ---- figures of servers: src/core/handshakes.h ---- */

static void print_handshakes(const char *of)
{
	puts("| key | meaning |\n|-|-|");
#define X(name, text) printf("| `%s` | %s |\n", #name, text);
	TCPFSM_HANDSHAKE_COUNTERS(X)
#undef X
}

/* ---- settings: src/kmod/net.h, settings.c, sysctl.c ---- */

/* Only told apart, never called. */
enum { proc_douintvec_minmax, do_switch, do_ports };

struct ctl_table {
	const char *procname;
	void *data;
	int maxlen;
	int mode;
	int proc_handler;
	void *extra1;
	void *extra2;
};

/* Not all that is cut out is used. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wunused-variable"
static struct tcpfsm_settings template;
void tcpfsm_settings_default(struct tcpfsm_settings *settings);
#include "settings.inc"
#pragma GCC diagnostic pop

static const struct sentence effects[] = {
	{ "enabled",
	  "0 takes the hooks of the namespace away; its flows stay until their time is over" },
	{ "mark", "with `mark_mask`: only packets whose mark, masked, is this value are traced" },
	{ "mark_mask", "bits of the packet's mark that are compared; 0 traces every packet" },
	{ "ports", "only segments from or to one of these ports are traced; empty traces all" },
	{ "strict",
	  "0 does not follow data and ACKs of flows whose two ends are surely ESTABLISHED" },
	{ "log_level",
	  "0 nothing, 1 anomalies, 2 also handshakes, closed flows, and why one does not open, 3 also every transition and ICMP error" },
	{ "linger", "seconds for which an ended flow stays readable" },
	{ "time_wait", "seconds of TIME_WAIT (2MSL)" },
	{ "timeout_syn_sent", "seconds for which a handshake may wait for a SYN-ACK" },
	{ "timeout_syn_recv", "seconds for which a handshake may wait for its last ACK" },
};

/* The effect of timeout_*, whose names are made of the states. */
static const struct sentence idle_limits[] = {
#define X(state, word, seconds)							\
	{ "timeout_" #word, "seconds for which a flow with an end in " #state " may be silent" },
	TCPFSM_LIMITS(X)
#undef X
};

static const char *effect_of(const char *name)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(effects); i++)
		if (!strcmp(effects[i].name, name))
			return effects[i].text;
	return SENTENCE(idle_limits, name);
}

static void print_settings(const char *of)
{
	size_t i;

	tcpfsm_settings_default(&template);
	puts("| net.tcpfsm. | default | range | effect |\n|-|-:|-|-|");
	for (i = 0; i < ARRAY_SIZE(templates) && templates[i].procname; i++) {
		const struct ctl_table *setting = &templates[i];

		if (setting->proc_handler == do_ports) {
			printf("| `%s` | empty | ports and ranges, as `80,443,8000-8100` | ",
			       setting->procname);
		} else {
			const unsigned int *low = setting->extra1, *high = setting->extra2;
			bool is_switch = setting->proc_handler == do_switch;

			printf("| `%s` | %u | ", setting->procname,
			       *(unsigned int *)setting->data);
			/* do_switch() has the one range of its own. */
			if (is_switch && (!strcmp(setting->procname, "enabled") ||
					  !strcmp(setting->procname, "strict")))
				high = &one;
			printf("%u to %u | ", low ? *low : 0, high ? *high : 0xffffffff);
		}
		printf("%s |\n", effect_of(setting->procname));
	}
}

/* ---- module parameters: src/kmod/main.c ---- */

static void print_parameters(const char *of)
{
	puts("| parameter | meaning |\n|-|-|");
#define PARAMETER(name, text) printf("| `%s` | %s |\n", #name, text);
#include "parameters.inc"
#undef PARAMETER
}

/* ---- tracepoints: src/kmod/trace.h ---- */

struct field {
	const char *event;
	const char *type;
	const char *name;
	unsigned int count;
};

/* Each event becomes a run of its fields, with commas behind the lists of macros. */
#define FIELD(type, name, count) { NULL, #type, #name, count },
#define __field(type, name) FIELD(type, name, 0)
#define __array(type, name, count) FIELD(type, name, count)
#define TP_STRUCT__entry(...) __VA_ARGS__
#define TRACE_EVENT(name, proto, args, entry, assign, print) { #name, NULL, NULL, 0 }, entry

static const struct field fields[] = {
#include "events.inc"
};

/* "event.field" where a field means something else in one event. */
static const struct sentence meanings[] = {
	{ "flow", "number of the flow, as `id=` in /proc/tcpfsm" },
	{ "netns", "inode number of the network namespace, as `lsns -t net` shows it" },
	{ "seq", "sequence number of the segment" },
	{ "ack", "acknowledgment number of the segment" },
	{ "tcpfsm_set_state.seq", "sequence number of the segment that caused it; 0 without one" },
	{ "tcpfsm_set_state.ack", "its acknowledgment number" },
	{ "tcpfsm_set_state.flags",
	  "its flags byte (FIN 1, SYN 2, RST 4, PSH 8, ACK 16, URG 32, ECE 64, CWR 128)" },
	{ "tcpfsm_anomaly.seq", "sequence number of the segment; 0 without one" },
	{ "endpoint", "who sent the segment: 0 client, 1 server" },
	{ "tcpfsm_set_state.endpoint", "who changed: 0 client, 1 server" },
	{ "local", "1 if that endpoint lives on this host" },
	{ "certainty", "see [certainties](fsm.md#certainties)" },
	{ "cause", "see [causes](fsm.md#causes)" },
	{ "flags", "flags byte of the segment" },
	{ "oldstate", "state left, the kernel's number" },
	{ "newstate", "state entered, the kernel's number" },
	{ "sport", "port of the client, host byte order" },
	{ "dport", "port of the server" },
	{ "saddr", "IPv4 address of the client, network byte order; 0 for IPv6" },
	{ "daddr", "IPv4 address of the server" },
	{ "saddr_v6", "IPv6 address of the client; an IPv4 one is v4-mapped" },
	{ "daddr_v6", "IPv6 address of the server" },
	{ "tcpfsm_set_state.sport", "port of the endpoint that changed, host byte order" },
	{ "tcpfsm_set_state.dport", "port of its peer" },
	{ "tcpfsm_set_state.saddr",
	  "IPv4 address of the endpoint that changed, network byte order; 0 for IPv6" },
	{ "tcpfsm_set_state.daddr", "IPv4 address of its peer" },
	{ "tcpfsm_set_state.saddr_v6",
	  "IPv6 address of the endpoint that changed; an IPv4 one is v4-mapped" },
	{ "tcpfsm_set_state.daddr_v6", "IPv6 address of its peer" },
	{ "tcpfsm_segment.sport", "port of the sender, host byte order" },
	{ "tcpfsm_segment.dport", "port of the receiver" },
	{ "tcpfsm_segment.saddr", "IPv4 address of the sender, network byte order; 0 for IPv6" },
	{ "tcpfsm_segment.daddr", "IPv4 address of the receiver" },
	{ "tcpfsm_segment.saddr_v6", "IPv6 address of the sender; an IPv4 one is v4-mapped" },
	{ "tcpfsm_segment.daddr_v6", "IPv6 address of the receiver" },
	{ "family", "2 (AF_INET) or 10 (AF_INET6)" },
	{ "protocol", "6 (IPPROTO_TCP)" },
	{ "rtt_server_us", "last SYN to first SYN-ACK, microseconds; 0 if not measured" },
	{ "rtt_client_us",
	  "last SYN-ACK to the client's first ACK, microseconds; 0 if not measured" },
	{ "syn_retrans", "SYNs that the client repeated" },
	{ "synack_retrans", "SYNs or SYN-ACKs that the server repeated" },
	{ "flow_flags", "bits of the [flow flags](fsm.md#flow-flags)" },
	{ "duration_us", "first segment to the end of the flow, 2MSL included, microseconds" },
	{ "half_close_ms", "first FIN to the peer's, milliseconds; 0 if not measured" },
	{ "teardown_ms", "first FIN to the last ACK of a FIN, milliseconds; 0 if not measured" },
	{ "outcome", "see [verdicts](fsm.md#verdicts)" },
	{ "closer", "who sent the first FIN: 0 client, 1 server, 2 nobody, 3 simultaneous" },
	{ "reset_hit",
	  "state that an accepted RST hit, the kernel's number; 0 without one. Printed as `reset_in`" },
	{ "has",
	  "bits of what was measured: 1 rtt_server_us, 2 rtt_client_us, 4 half_close_ms, 8 teardown_ms" },
	{ "history", "the history string, ended by a 0 byte. Printed as `hist`" },
	{ "anomaly", "see [anomalies](fsm.md#anomalies)" },
	{ "len", "bytes of payload" },
	{ "window", "window field, not scaled" },
	{ "tcpfsm_icmp.seq", "sequence number of the segment that the error quotes" },
	{ "tcpfsm_icmp.endpoint", "who sent that segment: 0 client, 1 server" },
	{ "type", "type of the ICMP or ICMPv6 message" },
	{ "code", "its code" },
	{ "count", "errors about segments of the flow so far, this one included; stops at 255" },
	{ "icmp", "the [name](#icmp-errors) of type and code, ended by a 0 byte" },
	{ "from", "IPv4 address of who sent the error, network byte order; 0 for IPv6" },
	{ "from_v6", "IPv6 address of who sent it; an IPv4 one is v4-mapped" },
};

static const char *meaning_of(const char *event, const char *field)
{
	char name[80];
	size_t i;

	snprintf(name, sizeof(name), "%s.%s", event, field);
	for (i = 0; i < ARRAY_SIZE(meanings); i++)
		if (!strcmp(meanings[i].name, name))
			return meanings[i].text;
	return SENTENCE(meanings, field);
}

static void print_event(const char *of)
{
	const char *event = "";
	bool found = false;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(fields); i++) {
		const struct field *field = &fields[i];
		char type[32];

		if (field->event) {
			event = field->event;
			if (!strcmp(event, of)) {
				found = true;
				puts("| field | type | meaning |\n|-|-|-|");
			}
			continue;
		}
		if (strcmp(event, of))
			continue;
		if (field->count)
			snprintf(type, sizeof(type), "%s[%u]", field->type, field->count);
		else
			snprintf(type, sizeof(type), "%s", field->type);
		printf("| `%s` | %s | %s |\n", field->name, type, meaning_of(event, field->name));
	}
	if (!found)
		die("no such tracepoint", of);
}

/* Every event has a part of its own in the page; this one names them all. */
static void print_events(const char *of)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(fields); i++)
		if (fields[i].event)
			printf("- [`%s`](#%s)\n", fields[i].event, fields[i].event);
}

static const struct {
	const char *name;
	void (*print)(const char *of);
} parts[] = {
	{ "states", print_states },
	{ "facts", print_facts },
	{ "rows", print_rows },
	{ "transitions", print_transitions },
	{ "diagram", print_diagram },
	{ "causes", print_causes },
	{ "certainties", print_certainties },
	{ "verdicts", print_verdicts },
	{ "anomalies", print_anomalies },
	{ "flags", print_flags },
	{ "options", print_options },
	{ "letters", print_letters },
	{ "counters", print_counters },
	{ "icmp_counters", print_icmp_counters },
	{ "icmp", print_icmp },
	{ "handshakes", print_handshakes },
	{ "settings", print_settings },
	{ "parameters", print_parameters },
	{ "events", print_events },
	{ "event", print_event },
};

int main(int argc, char **argv)
{
	const char *name = argc > 1 ? argv[1] : "";
	size_t i;

	for (i = 0; i < ARRAY_SIZE(parts); i++) {
		if (strcmp(parts[i].name, name))
			continue;
		parts[i].print(argc > 2 ? argv[2] : "");
		return 0;
	}
	die("no such part", name);
	return 1;
}
