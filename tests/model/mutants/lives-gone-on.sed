# a SYN counts no more once its receiver has gone on in the old life
# file: facts.c
# run: view=3 flight=1 active=0 refuse=0 busy=0 lives=2
/^static bool sent_plain/,/^}/s/^\tif (seg->partial)$/\tif (y->marks \& TCPFSM_MARK_RESTARTED)\n\t\tflow->new_of = TCPFSM_NOBODY;\n&/
