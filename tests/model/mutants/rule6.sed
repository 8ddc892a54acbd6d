# rule 6: any segment delivers its ACK
# file: ack.c
# run: view=0 flight=2 active=0
/^static bool is_acceptable/,/^}/s/return false/return true/
