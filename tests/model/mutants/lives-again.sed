# a SYN-ACK to a copy of a SYN whose sender has given up begins nothing
# file: birth.c
# run: view=1 flight=2 active=0 refuse=0 delay=0 busy=0 lives=2
/^static bool answers_another/,/^}/s/return flow->ended ||/return flow->ended \&\&/
