# rule 7: an ACK of more than was sent is taken
# file: ack.c
# run: view=0 flight=1 active=0 delay=0 busy=0 forged=1 kinds=0x3e
/^bool tcpfsm_acks_unsent/,/^}/s/return true/return false/
