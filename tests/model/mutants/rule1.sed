# rule 1: what an end that is believed reset sends is not recorded
# file: facts.c
# run: view=3 flight=1 active=0
# run: view=0 flight=1
s/^\ttcpfsm_reset_withdraw(st);/&\n\tif (st->flow->end[st->x].marks \& TCPFSM_MARK_RESET)\n\t\treturn false;/
