# RST: in SYN_SENT any RST is taken
# file: reset.c
# run: view=0 flight=1 active=0 delay=0 busy=0 forged=1 kinds=0x30
s/if (seg->flags & TCPFSM_ACK && seg->ack != y->isn &&/if (1 ||/
