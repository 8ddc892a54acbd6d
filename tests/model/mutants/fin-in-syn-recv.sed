# the FIN of an active opener in SYN_RECV is taken for proof that it is ESTABLISHED
# file: syn.c
# run: view=0 flight=1 busy=0
s/ && !(x->marks & TCPFSM_MARK_BARE_SYN));/);/
