# rule 2: a refusal is for ever
# file: syn.c
# run: view=1 flight=1 active=0 full=1
s/if (!synack && y->marks & TCPFSM_MARK_REFUSED)/if (0)/
