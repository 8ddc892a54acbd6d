# rule 9: O comes from what was seen before the FIN
# file: fin.c
# quick
# run: view=0 flight=2 active=0
# run: view=3 flight=1 active=0
/^static bool fin_covers/,/^}/s/return .*/return tcpfsm_is_ack_of_fin(y, x->rcv_nxt);/
