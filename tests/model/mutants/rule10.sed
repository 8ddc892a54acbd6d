# rule 10: the ACK field of a RST is not read
# file: reset.c
# run: view=0 flight=1
/^void tcpfsm_reset_sent/,/^}/s/^\t\ttcpfsm_take_ack(st);/\t\t;/
