#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Takes what netfilter hands to queue 0, and lets it go, as it is: what a firewall in
user space does. Says when it is ready."""

import ctypes
import os
import socket
import sys

NFQNL_COPY_META = 1
NF_ACCEPT = 1

CALLBACK = ctypes.CFUNCTYPE(ctypes.c_int, *[ctypes.c_void_p] * 4)


class Header(ctypes.Structure):
    """struct nfqnl_msg_packet_hdr"""

    _fields_ = [("packet_id", ctypes.c_uint32)]


library = ctypes.CDLL("libnetfilter_queue.so.1")
library.nfq_open.restype = ctypes.c_void_p
library.nfq_create_queue.restype = ctypes.c_void_p
library.nfq_create_queue.argtypes = [ctypes.c_void_p, ctypes.c_uint16, CALLBACK, ctypes.c_void_p]
library.nfq_set_mode.argtypes = [ctypes.c_void_p, ctypes.c_uint8, ctypes.c_uint32]
library.nfq_fd.argtypes = [ctypes.c_void_p]
library.nfq_handle_packet.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int]
library.nfq_get_msg_packet_hdr.argtypes = [ctypes.c_void_p]
library.nfq_get_msg_packet_hdr.restype = ctypes.POINTER(Header)
library.nfq_set_verdict.argtypes = [ctypes.c_void_p, ctypes.c_uint32, ctypes.c_uint32,
                                    ctypes.c_uint32, ctypes.c_void_p]


@CALLBACK
def let_go(queue, _message, packet, _data):
    header = library.nfq_get_msg_packet_hdr(packet).contents
    return library.nfq_set_verdict(queue, socket.ntohl(header.packet_id), NF_ACCEPT, 0, None)


handle = library.nfq_open()
queue = library.nfq_create_queue(handle, 0, let_go, None) if handle else None
if not queue or library.nfq_set_mode(queue, NFQNL_COPY_META, 0) < 0:
    sys.exit("no queue")
print("queueing", flush=True)
while True:
    message = os.read(library.nfq_fd(handle), 65536)
    library.nfq_handle_packet(handle, message, len(message))
