# rule 6: any segment delivers its ACK
# file: ack.c
# run: view=0 flight=1 active=0 delay=0 busy=0 forged=1 kinds=0x3e
/^static bool is_acceptable/,/^}/s/return .*/return true;/
