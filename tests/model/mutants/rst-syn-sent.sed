# RST: in SYN_SENT any RST is taken
# file: reset.c
# run: view=0 flight=1
s/if (seg->flags & TCPFSM_ACK && seg->ack != y->isn &&/if (1 ||/
