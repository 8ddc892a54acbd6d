# RST: RCV.NXT - 1 is not taken behind a FIN
# file: reset.c
# run: view=0 flight=2 active=0
/^static bool is_one_below/,/^}/s/return .*/return false;/
