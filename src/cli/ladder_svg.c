// SPDX-License-Identifier: GPL-2.0-only
/*
 * A ladder diagram as SVG, and as a page of HTML: a picture for each row, so
 * that paper can end between two of them. No script, nothing from elsewhere.
 */
#include <stdio.h>

#include "cli.h"
#include "duration.h"
#include "ladder.h"

#define WIDTH 1000
#define LINE_HEIGHT 18
#define ARROW_HEIGHT 40
/* From a row's top to where its arrow begins, and from there down to its end. */
#define ARROW_TOP 13
#define ARROW_FALL 14
#define LEFT 330
#define RIGHT 830
#define MIDDLE ((LEFT + RIGHT) / 2)
#define HEAD_HEIGHT 66
#define FOOT_HEIGHT 58

static const char style[] =
	"text{font:14px 'DejaVu Sans',Arial,sans-serif;fill:#1b1f24}"
	".time,.small{font-size:12px;fill:#57606a}"
	".label{font:13px 'DejaVu Sans Mono',monospace;paint-order:stroke;stroke:#fff;stroke-width:5px;"
	"stroke-linejoin:round}"
	".end{font-weight:bold;font-size:15px}"
	".bad{fill:#b3261e}"
	".arrow{stroke:#1b1f24;stroke-width:1.6;fill:none}"
	".head{fill:#1b1f24}"
	".SYN .arrow{stroke:#0b57d0}.SYN .head{fill:#0b57d0}"
	".FIN .arrow{stroke:#a15c00}.FIN .head{fill:#a15c00}"
	".RST .arrow{stroke:#b3261e}.RST .head{fill:#b3261e}"
	".data{stroke:#8c959f;stroke-dasharray:2 5;stroke-width:1.6}"
	".life{stroke-width:6}"
	".half{stroke:#d9a521}.open{stroke:#2e8b57}.closing{stroke:#d9a521}.closed{stroke:#c3c9d0}"
	".guess{stroke-dasharray:6 3}";

/* Which colour an end's line has while it is in a state. */
static const char *class_of(unsigned int state)
{
	switch (state) {
	case TCPFSM_ESTABLISHED:
		return "open";
	case TCPFSM_CLOSE:
	case TCPFSM_LISTEN:
	case TCPFSM_TIME_WAIT:
		return "closed";
	case TCPFSM_SYN_SENT:
	case TCPFSM_SYN_RECV:
		return "half";
	default:
		return "closing";
	}
}

static const char *class_of_row(const struct row *row)
{
	if (row->kind != ROW_SEGMENT)
		return "other";
	if (row->seg.flags & TCPFSM_RST)
		return "RST";
	if (row->seg.flags & TCPFSM_SYN)
		return "SYN";
	return row->seg.flags & TCPFSM_FIN ? "FIN" : "ACK";
}

static unsigned int changes_of(const struct row *row, unsigned int who)
{
	unsigned int i, n = 0;

	for (i = 0; i < row->changes; i++)
		n += row->change[i].role == who;
	return n;
}

/* Lines of text beside or below the arrow. */
static int lines_of(const struct row *row)
{
	int client = changes_of(row, TCPFSM_CLIENT), server = changes_of(row, TCPFSM_SERVER);
	int most = client > server ? client : server;
	int below = 1 + __builtin_popcount(row->anomalies);

	return most > below ? most : below;
}

static u64 silence_before(const struct exchange *exchange, size_t i)
{
	u64 ns = exchange_gap(exchange, i);

	return ns >= (u64)LADDER_SILENCE_NS ? ns : 0;
}

static int height_of(const struct exchange *exchange, size_t i)
{
	const struct row *row = &exchange->row[i];
	int height = ARROW_HEIGHT + (lines_of(row) - 1) * LINE_HEIGHT;

	return silence_before(exchange, i) ? height + ARROW_HEIGHT : height;
}

static void put_life(int x, int from, int to, unsigned int state, bool guess)
{
	printf("<line class=\"life %s%s\" x1=\"%d\" y1=\"%d\" x2=\"%d\" y2=\"%d\"/>",
	       class_of(state), guess ? " guess" : "", x, from, x, to);
}

/* Who gets a segment, gets it where the arrow ends. */
static int turn_of(const struct row *row, unsigned int who)
{
	return ARROW_TOP + (row->kind == ROW_SEGMENT && row->who != who ? ARROW_FALL : 0);
}

/* The states that an end enters in a row, one below the other. */
static void put_states(const struct row *row, unsigned int who, int y)
{
	bool client = who == TCPFSM_CLIENT;
	unsigned int i;

	for (i = 0; i < row->changes; i++) {
		const struct tcpfsm_change *change = &row->change[i];

		if (change->role != who)
			continue;
		printf("<text class=\"state%s\" x=\"%d\" y=\"%d\" text-anchor=\"%s\">%s%s</text>",
		       change->certainty == TCPFSM_RETRACTED ? " bad" : "",
		       client ? LEFT - 14 : RIGHT + 14, y, client ? "end" : "start",
		       tcpfsm_state_name(change->to), exchange_mark(change));
		y += LINE_HEIGHT;
	}
}

static void put_arrow(const struct row *row, int y)
{
	bool right = row->who == TCPFSM_CLIENT;
	int from = right ? LEFT + 4 : RIGHT - 4, to = right ? RIGHT - 4 : LEFT + 4;
	int back = right ? -11 : 11, end = y + ARROW_FALL;

	printf("<line class=\"arrow\" x1=\"%d\" y1=\"%d\" x2=\"%d\" y2=\"%d\"/>", from, y,
	       to + back / 2, end);
	printf("<path class=\"head\" d=\"M%d %dl%d -5l0 9z\"/>", to, end, back);
}

static void put_middle(const struct exchange *exchange, const struct row *row, int y)
{
	char label[ROW_LABEL_MAX];
	u32 bits;

	row_label(label, exchange, row);
	if (row->kind == ROW_SEGMENT)
		put_arrow(row, y + ARROW_TOP);
	else if (row->kind == ROW_DATA)
		printf("<line class=\"data\" x1=\"%d\" y1=\"%d\" x2=\"%d\" y2=\"%d\"/>", LEFT + 6,
		       y + 26, RIGHT - 6, y + 26);
	printf("<text class=\"label%s\" x=\"%d\" y=\"%d\" text-anchor=\"middle\">%s</text>",
	       row->kind == ROW_LOST ? " bad" : "", MIDDLE, y + (row->kind == ROW_SEGMENT ? 9 : 18),
	       label);
	for (bits = row->anomalies; bits; bits &= bits - 1) {
		y += LINE_HEIGHT;
		printf("<text class=\"small bad\" x=\"%d\" y=\"%d\" text-anchor=\"middle\">anomaly: %s</text>",
		       MIDDLE, y + 22, tcpfsm_anomaly_name(__builtin_ctz(bits)));
	}
}

/* The lines of both ends, and where they change. */
static void put_lives(const struct row *row, int y, int bottom, u8 *state, bool *guess)
{
	static const int x[2] = { LEFT, RIGHT };
	unsigned int who, i;

	for (who = 0; who < 2; who++) {
		int turn = y + turn_of(row, who);

		put_life(x[who], 0, turn, state[who], guess[who]);
		for (i = 0; i < row->changes; i++) {
			if (row->change[i].role != who)
				continue;
			state[who] = row->change[i].to;
			guess[who] = row->change[i].certainty == TCPFSM_INFERRED;
		}
		put_life(x[who], turn, bottom, state[who], guess[who]);
	}
}

static void put_silence(u64 ns)
{
	char text[DURATION_MAX];

	duration_print(text, ns / NSEC_PER_MSEC);
	printf("<text class=\"small\" x=\"%d\" y=\"%d\" text-anchor=\"middle\">%s later</text>",
	       MIDDLE, ARROW_HEIGHT / 2 + 4, text);
}

/* One row, from y = 0 on. */
static void put_row(const struct exchange *exchange, size_t i, u8 *state, bool *guess)
{
	const struct row *row = &exchange->row[i];
	u64 us = exchange_since(exchange, i) / NSEC_PER_USEC;
	u64 silence = silence_before(exchange, i);
	int y = silence ? ARROW_HEIGHT : 0;
	unsigned int who;

	put_lives(row, y, height_of(exchange, i), state, guess);
	if (silence)
		put_silence(silence);
	printf("<text class=\"time\" x=\"96\" y=\"%d\" text-anchor=\"end\">%llu.%06llu</text>",
	       y + ARROW_TOP + 4, (unsigned long long)(us / 1000000), (unsigned long long)(us % 1000000));
	printf("<g class=\"%s\">", class_of_row(row));
	put_middle(exchange, row, y);
	printf("</g>");
	for (who = TCPFSM_CLIENT; who <= TCPFSM_SERVER; who++)
		put_states(row, who, y + turn_of(row, who) + 4);
}

static void put_head(const struct exchange *exchange)
{
	static const int x[2] = { LEFT, RIGHT };
	char end[KEY_END_MAX];
	unsigned int who;

	for (who = 0; who < 2; who++) {
		key_print_end(end, &exchange->key, who);
		printf("<text class=\"end\" x=\"%d\" y=\"18\" text-anchor=\"middle\">%s</text>",
		       x[who], end);
		printf("<text class=\"small\" x=\"%d\" y=\"36\" text-anchor=\"middle\">%s</text>",
		       x[who], tcpfsm_role_name(who));
		printf("<text class=\"state\" x=\"%d\" y=\"60\" text-anchor=\"%s\">%s</text>",
		       who ? RIGHT + 14 : LEFT - 14, who ? "start" : "end",
		       tcpfsm_state_name(exchange->state[who]));
		put_life(x[who], 44, HEAD_HEIGHT, exchange->state[who], false);
	}
	printf("<text class=\"small\" x=\"96\" y=\"36\" text-anchor=\"end\">seconds</text>");
}

static void put_foot(const struct exchange *exchange, const struct record *record)
{
	printf("<text class=\"small\" x=\"20\" y=\"24\">flow %llu: outcome %s, history %s</text>",
	       (unsigned long long)exchange->id, record_value(record, "outcome"),
	       record_value(record, "hist") ?: "not known");
	printf("<text class=\"small\" x=\"20\" y=\"44\">? inferred: rests on a segment that may have been lost on its way. ! retracted: what was concluded before is withdrawn.</text>");
}

static void begin_svg(int height, const char *more)
{
	printf("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\"%s>", WIDTH, height,
	       more);
}

static void put_title(const struct exchange *exchange, const char *element)
{
	char client[KEY_END_MAX], server[KEY_END_MAX];

	key_print_end(client, &exchange->key, TCPFSM_CLIENT);
	key_print_end(server, &exchange->key, TCPFSM_SERVER);
	printf("<%s>%s to %s</%s>\n", element, client, server, element);
}

/**
 * ladder_svg() - write the picture
 * @exchange: the rows
 * @record: the flow at last
 */
void ladder_svg(const struct exchange *exchange, const struct record *record)
{
	u8 state[2] = { exchange->state[0], exchange->state[1] };
	bool guess[2] = { false, false };
	int height = HEAD_HEIGHT, y = HEAD_HEIGHT;
	size_t i;

	for (i = 0; i < exchange->rows; i++)
		height += height_of(exchange, i);
	begin_svg(height + FOOT_HEIGHT, " role=\"img\"");
	put_title(exchange, "title");
	printf("<style>%s</style>\n<rect width=\"100%%\" height=\"100%%\" fill=\"#fff\"/>\n", style);
	put_head(exchange);
	for (i = 0; i < exchange->rows; i++) {
		printf("\n<g transform=\"translate(0,%d)\">", y);
		put_row(exchange, i, state, guess);
		printf("</g>");
		y += height_of(exchange, i);
	}
	printf("\n<g transform=\"translate(0,%d)\">", y);
	put_foot(exchange, record);
	printf("</g>\n</svg>\n");
}

/* Whoever names a process is no author of the page. */
static void put_escaped(const char *text)
{
	for (; *text; text++)
		switch (*text) {
		case '&':
			fputs("&amp;", stdout);
			break;
		case '<':
			fputs("&lt;", stdout);
			break;
		case '>':
			fputs("&gt;", stdout);
			break;
		case '"':
			fputs("&quot;", stdout);
			break;
		default:
			putchar(*text);
		}
}

/* What else is known of the flow. */
static void put_values(const struct record *record)
{
	const char *word;

	puts("<table>");
	for (word = record->values; word < record->end; word += strlen(word) + 1) {
		const char *equals = strchr(word, '=');

		printf("<tr><th>%.*s</th><td>", (int)(equals - word), word);
		put_escaped(equals + 1);
		puts("</td></tr>");
	}
	puts("</table>");
}

/**
 * ladder_html() - write a page
 * @exchange: the rows
 * @record: the flow at last
 */
void ladder_html(const struct exchange *exchange, const struct record *record)
{
	u8 state[2] = { exchange->state[0], exchange->state[1] };
	bool guess[2] = { false, false };
	size_t i;

	puts("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
	     "<meta name=\"viewport\" content=\"width=device-width\">");
	put_title(exchange, "title");
	printf("<style>body{font:15px/1.5 'DejaVu Sans',Arial,sans-serif;color:#1b1f24;max-width:1100px;"
	       "margin:24px auto;padding:0 16px}h1{font-size:20px}svg{display:block;width:100%%;"
	       "height:auto}th{text-align:left;padding-right:24px;font-weight:normal;color:#57606a}"
	       "td{font-family:'DejaVu Sans Mono',monospace}tr,svg{break-inside:avoid}"
	       "@page{margin:14mm}@media print{body{margin:0;max-width:none;"
	       "print-color-adjust:exact;-webkit-print-color-adjust:exact}}%s</style>\n"
	       "</head>\n<body>\n", style);
	put_title(exchange, "h1");
	begin_svg(HEAD_HEIGHT, "");
	put_head(exchange);
	puts("</svg>");
	for (i = 0; i < exchange->rows; i++) {
		begin_svg(height_of(exchange, i), "");
		put_row(exchange, i, state, guess);
		puts("</svg>");
	}
	begin_svg(FOOT_HEIGHT, "");
	put_foot(exchange, record);
	puts("</svg>");
	put_values(record);
	printf("<p>Drawn by tcpfsm " VERSION ".</p>\n</body>\n</html>\n");
}
