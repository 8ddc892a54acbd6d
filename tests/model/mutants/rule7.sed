# rule 7: an ACK of more than was sent is taken
# file: ack.c
# run: view=0 flight=1 active=0 forged=1
/^bool tcpfsm_acks_unsent/,/^}/s/return true/return false/
