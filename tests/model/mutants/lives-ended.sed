# a SYN with another number, where both ends are closed, begins no other connection
# file: birth.c
# quick
# run: view=3 flight=1 active=0 abort=0 lives=2
/^bool tcpfsm_is_new_incarnation/,/^}/s/return !known || x->marks & TCPFSM_MARK_GONE;/return false;/
