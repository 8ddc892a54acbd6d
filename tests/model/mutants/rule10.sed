# rule 10: the ACK field of a RST is not read
# file: reset.c
# quick
# run: view=0 flight=1 active=0
/^void tcpfsm_reset_sent/,/^}/s/^\t\ttcpfsm_take_ack(st);/\t\t;/
