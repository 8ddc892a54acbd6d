# whoever answers with a RST does not listen
# file: reset.c
# run: view=1 flight=1 active=1 refuse=0 lives=2 vanish=1
/^static void refuse/,/^}/s/if (!(st->seg->flags & TCPFSM_ACK))/if (false)/
