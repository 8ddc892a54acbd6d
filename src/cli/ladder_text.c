// SPDX-License-Identifier: GPL-2.0-only
/* A ladder diagram on a terminal: box drawing where the locale has it, else ASCII. */
#include <stdio.h>

#include "duration.h"
#include "ladder.h"

#define TIME_COLUMNS 12
#define STATE_COLUMNS 13
/* Beside the arrows: time, two states, and the lines of both ends with their spaces. */
#define FRAME_COLUMNS (TIME_COLUMNS + 2 * STATE_COLUMNS + 5)
#define WIDTH_DEFAULT 100
#define WIDTH_MAX 120
#define ARROW_MIN 34

/* What lines are made of. */
struct strokes {
	const char *bar;
	const char *silent;
	const char *line;
	const char *right;
	const char *left;
	const char *dots;
};

static const struct strokes strokes_utf8 = { "│", "┊", "─", "▶", "◀", "┄" };
static const struct strokes strokes_ascii = { "|", ":", "-", ">", "<", "." };

static const struct strokes *strokes_of(const struct terminal *terminal)
{
	return terminal->utf8 ? &strokes_utf8 : &strokes_ascii;
}

static int arrow_columns(const struct terminal *terminal)
{
	int width = terminal->columns ? (int)terminal->columns : WIDTH_DEFAULT;

	if (width > WIDTH_MAX)
		width = WIDTH_MAX;
	return width - FRAME_COLUMNS < ARROW_MIN ? ARROW_MIN : width - FRAME_COLUMNS;
}

static void repeat(const char *what, int n)
{
	while (n-- > 0)
		fputs(what, stdout);
}

/* The n-th transition of an end in a row, or NULL. */
static const struct tcpfsm_change *change_of(const struct row *row, unsigned int who,
					     unsigned int n)
{
	unsigned int i;

	for (i = 0; i < row->changes; i++)
		if (row->change[i].role == who && !n--)
			return &row->change[i];
	return NULL;
}

static void put_state(const struct terminal *terminal, unsigned int who, unsigned int state,
		      const char *mark)
{
	char text[STATE_COLUMNS + 1] = "";

	if (state)
		scnprintf(text, sizeof(text), "%s%s", tcpfsm_state_name(state), mark);
	if (*text)
		terminal_style(terminal, *mark == '!' ? STYLE_BAD :
			       terminal_style_of_state(state));
	printf("%*s", who == TCPFSM_CLIENT ? STATE_COLUMNS : 0, text);
	if (*text)
		terminal_style(terminal, STYLE_PLAIN);
}

static void put_change(const struct terminal *terminal, unsigned int who,
		       const struct tcpfsm_change *change)
{
	put_state(terminal, who, change ? change->to : 0, change ? exchange_mark(change) : "");
}

static enum style style_of(const struct row *row)
{
	if (row->kind == ROW_LOST || row->seg.flags & TCPFSM_RST)
		return STYLE_BAD;
	return row->kind == ROW_SEGMENT ? STYLE_PLAIN : STYLE_DIM;
}

/* "─── SYN seq=0 ────▶" */
static void put_arrow(const struct terminal *terminal, const struct row *row, const char *label,
		      int columns)
{
	const struct strokes *strokes = strokes_of(terminal);
	bool right = row->who == TCPFSM_CLIENT;
	int len = strlen(label) > (size_t)columns - 6 ? columns - 6 : (int)strlen(label);
	int before = (columns - len - 3) / 2;

	fputs(right ? strokes->line : strokes->left, stdout);
	repeat(strokes->line, before - 1);
	printf(" %.*s ", len, label);
	repeat(strokes->line, columns - len - before - 3);
	fputs(right ? strokes->right : strokes->line, stdout);
}

static void put_middle(const struct terminal *terminal, const struct row *row, const char *label,
		       int columns)
{
	const char *fill = row->kind == ROW_SEGMENT ? " " : strokes_of(terminal)->dots;
	int len = strlen(label) > (size_t)columns - 2 ? columns - 2 : (int)strlen(label);
	int before = (columns - len - 2) / 2;

	repeat(len ? fill : " ", before);
	printf(" %.*s ", len, label);
	repeat(len ? fill : " ", columns - len - 2 - before);
}

static void put_time(const struct exchange *exchange, size_t i)
{
	u64 us = exchange_since(exchange, i) / NSEC_PER_USEC;

	printf("%*llu.%06llu", TIME_COLUMNS - 7, (unsigned long long)(us / 1000000),
	       (unsigned long long)(us % 1000000));
}

/* Nothing was said for a while. */
static void put_silence(const struct terminal *terminal, u64 ns)
{
	const char *silent = strokes_of(terminal)->silent;
	int columns = arrow_columns(terminal);
	char text[DURATION_MAX], label[DURATION_MAX + 8];
	int len;

	duration_print(text, ns / NSEC_PER_MSEC);
	len = scnprintf(label, sizeof(label), "%s later", text);
	terminal_style(terminal, STYLE_DIM);
	printf("%*s %s %*s%*s %s\n", TIME_COLUMNS + STATE_COLUMNS, "", silent,
	       (columns + len) / 2, label, columns - (columns + len) / 2, "", silent);
	terminal_style(terminal, STYLE_PLAIN);
}

/* One line of a row: states that were entered, between them an arrow or words. */
static void put_line(const struct terminal *terminal, const struct exchange *exchange, size_t i,
		     const char *label, unsigned int n)
{
	const struct row *row = &exchange->row[i];
	const char *bar = strokes_of(terminal)->bar;
	int columns = arrow_columns(terminal);

	if (n)
		printf("%*s", TIME_COLUMNS, "");
	else
		put_time(exchange, i);
	put_change(terminal, TCPFSM_CLIENT, change_of(row, TCPFSM_CLIENT, n));
	printf(" %s", bar);
	terminal_style(terminal, style_of(row));
	if (row->kind == ROW_SEGMENT && !n)
		put_arrow(terminal, row, label, columns + 2);
	else
		put_middle(terminal, row, label, columns + 2);
	terminal_style(terminal, STYLE_PLAIN);
	printf("%s ", bar);
	put_change(terminal, TCPFSM_SERVER, change_of(row, TCPFSM_SERVER, n));
	putchar('\n');
}

/**
 * ladder_text_row() - show a row
 * @terminal: where to
 * @exchange: all rows so far
 * @i: which
 */
void ladder_text_row(const struct terminal *terminal, const struct exchange *exchange, size_t i)
{
	const struct row *row = &exchange->row[i];
	char label[ROW_LABEL_MAX];
	unsigned int n;
	u32 bits;

	if (exchange_gap(exchange, i) >= LADDER_SILENCE_NS)
		put_silence(terminal, exchange_gap(exchange, i));
	row_label(label, exchange, row);
	put_line(terminal, exchange, i, label, 0);
	bits = row->anomalies;
	for (n = 1; bits || change_of(row, TCPFSM_CLIENT, n) || change_of(row, TCPFSM_SERVER, n);
	     n++) {
		*label = '\0';
		if (bits)
			scnprintf(label, sizeof(label), "anomaly: %s",
				  tcpfsm_anomaly_name(__builtin_ctz(bits)));
		bits &= bits - 1;
		put_line(terminal, exchange, i, label, n);
	}
}

static void put_ends(const struct terminal *terminal, const struct exchange *exchange)
{
	char client[KEY_END_MAX], server[KEY_END_MAX];
	int side = TIME_COLUMNS + STATE_COLUMNS + 2, room = arrow_columns(terminal) + 2;
	int indent;

	key_print_end(client, &exchange->key, TCPFSM_CLIENT);
	key_print_end(server, &exchange->key, TCPFSM_SERVER);
	/* Each end's address stands over its line, as far as the other lets it. */
	indent = side - (int)strlen(client) / 2;
	indent = indent < 0 ? 0 : indent;
	terminal_style(terminal, STYLE_BOLD);
	room = side + room - (int)strlen(server) / 2 - indent - (int)strlen(client);
	printf("%*s%s%*s%s\n", indent, "", client, room < 2 ? 2 : room, "", server);
	terminal_style(terminal, STYLE_PLAIN);
}

/**
 * ladder_text_begin() - what stands above the rows
 * @terminal: where to
 * @exchange: the rows, of which there may be none yet
 * @record: the flow as it is now
 */
void ladder_text_begin(const struct terminal *terminal, const struct exchange *exchange,
		       const struct record *record)
{
	const char *bar = strokes_of(terminal)->bar;

	printf("flow %llu, %s\n\n", (unsigned long long)exchange->id,
	       record_value(record, "outcome"));
	put_ends(terminal, exchange);
	printf("%*s", TIME_COLUMNS, "");
	put_state(terminal, TCPFSM_CLIENT, exchange->state[TCPFSM_CLIENT], "");
	printf(" %s%*s%s ", bar, arrow_columns(terminal) + 2, "", bar);
	put_state(terminal, TCPFSM_SERVER, exchange->state[TCPFSM_SERVER], "");
	putchar('\n');
}

/**
 * ladder_text_end() - what stands below the rows
 * @exchange: the rows
 * @record: the flow at last
 */
void ladder_text_end(const struct exchange *exchange, const struct record *record)
{
	bool inferred = false, retracted = false;
	unsigned int i;
	size_t n;

	for (n = 0; n < exchange->rows; n++)
		for (i = 0; i < exchange->row[n].changes; i++) {
			inferred |= exchange->row[n].change[i].certainty == TCPFSM_INFERRED;
			retracted |= exchange->row[n].change[i].certainty == TCPFSM_RETRACTED;
		}
	printf("\nhist=%s outcome=%s\n", record_value(record, "hist") ?: "",
	       record_value(record, "outcome"));
	if (inferred)
		puts("? inferred: rests on a segment that may still have been lost on its way");
	if (retracted)
		puts("! retracted: what was concluded before is withdrawn");
}
