# an observed fact is never withdrawn: a repeated FIN takes back AF
# file: fin.c
# quick
# run: view=0 flight=1 active=0
/^static void repeat_fin/,/^}/s/^\tst->result->retransmitted = true;/&\n\tst->flow->end[st->x].facts \&= ~TCPFSM_FACT_A;/
