// SPDX-License-Identifier: GPL-2.0-only
/*
 * The history string, in Zeek's letters: what each end sent, in order of first
 * occurrence, upper case for the client. A code is letter + 1, plus LETTER_MAX
 * for the server, in 5 bits; 12 codes in each word.
 */
#include "flow.h"

#define CODE_BITS 5
#define CODES_PER_WORD 12

/**
 * tcpfsm_history_note() - an end did something for the first time, perhaps
 * @flow: the flow
 * @who: enum tcpfsm_role
 * @letter: enum tcpfsm_letter
 */
void tcpfsm_history_note(struct tcpfsm_flow *flow, unsigned int who, enum tcpfsm_letter letter)
{
	unsigned int code = letter + (who == TCPFSM_SERVER ? TCPFSM_LETTER_MAX : 0);
	unsigned int n;

	if (tcpfsm_history_has(flow, who, letter))
		return;
	n = hweight32(flow->letters);
	flow->letters |= 1U << code;
	flow->history[n / CODES_PER_WORD] |=
		(u64)(code + 1) << (n % CODES_PER_WORD * CODE_BITS);
}

/**
 * tcpfsm_history_segment() - note what kind of segment an end sent
 * @flow: the flow, before the segment has changed it
 * @who: enum tcpfsm_role of the sender
 * @seg: the segment
 */
void tcpfsm_history_segment(struct tcpfsm_flow *flow, unsigned int who,
			    const struct tcpfsm_segment *seg)
{
	const struct tcpfsm_endpoint *x = &flow->end[who];
	u8 flags = seg->flags & (TCPFSM_SYN | TCPFSM_FIN | TCPFSM_RST);

	if (flags & (flags - 1))
		tcpfsm_history_note(flow, who, flags & TCPFSM_SYN ? TCPFSM_LETTER_MULTI :
								    TCPFSM_LETTER_INCONSISTENT);
	if (flags & TCPFSM_RST) {
		tcpfsm_history_note(flow, who, TCPFSM_LETTER_RST);
	} else if (flags & TCPFSM_SYN) {
		tcpfsm_history_note(flow, who, seg->flags & TCPFSM_ACK ? TCPFSM_LETTER_SYNACK :
									 TCPFSM_LETTER_SYN);
	} else if (seg->len) {
		tcpfsm_history_note(flow, who, TCPFSM_LETTER_DATA);
		/* A keepalive repeats one byte on purpose; it is no retransmission. */
		if (tcpfsm_before(seg->seq, x->snd_nxt) && seg->len > 1 &&
		    tcpfsm_has_fact(x, TCPFSM_FACT_S | TCPFSM_FACT_A))
			tcpfsm_history_note(flow, who, TCPFSM_LETTER_RETRANSMIT);
	} else if (!flags && seg->flags & TCPFSM_ACK) {
		tcpfsm_history_note(flow, who, TCPFSM_LETTER_ACK);
	}
	if (flags & TCPFSM_FIN && !(flags & TCPFSM_RST))
		tcpfsm_history_note(flow, who, TCPFSM_LETTER_FIN);
	if (!seg->window && !(flags & TCPFSM_RST))
		tcpfsm_history_note(flow, who, TCPFSM_LETTER_WINDOW);
}

/**
 * tcpfsm_history_print() - the history as a string
 * @flow: the flow
 * @buf: at least TCPFSM_HISTORY_SIZE bytes
 */
void tcpfsm_history_print(const struct tcpfsm_flow *flow, char *buf)
{
	static const char letters[] = "SHADFRCTIWQshadfrctiwq";
	unsigned int n;

	for (n = 0; n < 2 * TCPFSM_LETTER_MAX; n++) {
		unsigned int code = flow->history[n / CODES_PER_WORD] >>
				    (n % CODES_PER_WORD * CODE_BITS) & 0x1f;

		if (!code)
			break;
		*buf++ = letters[code - 1];
	}
	*buf = '\0';
}
