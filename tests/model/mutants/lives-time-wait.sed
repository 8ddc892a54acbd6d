# a SYN into what only 2MSL keeps begins no other connection
# file: birth.c
# run: view=3 flight=1 active=0 abort=0 lives=2
/^bool tcpfsm_is_new_incarnation/,/^}/s/return .*may_leave_time_wait.*/return false;/
