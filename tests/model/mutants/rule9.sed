# rule 9: the last copy of the FIN says whether there is O
# file: fin.c
# quick
# run: view=0 flight=2 active=0 abort=0
/^static void repeat_fin/,/^}/s/if (tcpfsm_before(st->seg->ack, x->fin_ack))/if (tcpfsm_is_ack_of_fin(y, st->seg->ack))\n\t\tx->facts |= TCPFSM_FACT_O;\n\tif (1)/
