# rule 8: an ACK behind an unacknowledged FIN counts at once
# file: fin.c
# quick
# run: view=0 flight=2 active=0
/^bool tcpfsm_is_behind_fin/,/^}/s/return y->marks.*/return false;/
