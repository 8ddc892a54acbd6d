# retraction: a repeated SYN-ACK does not withdraw P
# file: syn.c
# quick
# run: view=1 flight=1 active=0 full=1
# run: view=2 flight=1 active=0 abort=0 refuse=0 seen=8
/^static void repeat_syn/,/^}/s/^\tif (copy || !may_lack_p(x) || answers_a_repetition(st))/\tif (1)/
