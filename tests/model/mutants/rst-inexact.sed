# RST: any number in the window is exact
# file: reset.c
# quick
# run: view=0 flight=1 active=0
# run: view=0 flight=2 active=0
/enum judgement judge(/,/^}/s/return RST_INEXACT/return RST_EXACT/
