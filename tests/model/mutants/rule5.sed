# rule 5: a bare ACK in SYN_SENT gives P
# file: ack.c
# run: view=3 flight=2 abort=0 delay=0 refuse=0 busy=0
s/if (!tcpfsm_has_fact(y, TCPFSM_FACT_S | TCPFSM_FACT_A)/if (!tcpfsm_has_fact(y, TCPFSM_FACT_S)/
