"""Serves Modbus with pymodbus: `tcp PORT` on loopback, or `rtu PATH` on a serial line. Ends with its stdin.

Units 1 and 7 hold the same: holding registers 0.. are 215, 65531 (-5), 16968 0 (float32 50.0), 1 34464 (100000);
input registers 0.. are 42; coils 0.. are 1 0 1; there is nothing from 100 on. With the argument `check` it only says
by its exit code whether everything it needs is installed.
"""
import sys
import threading
import os

import serial  # noqa: F401 (pymodbus needs it for rtu)
from pymodbus.datastore import ModbusSequentialDataBlock, ModbusServerContext, ModbusSlaveContext
from pymodbus.server import StartSerialServer, StartTcpServer
from pymodbus.transaction import ModbusRtuFramer

if sys.argv[1] == "check":
    sys.exit(0)


def unit():
    holding = [215, 65531, 16968, 0, 1, 34464] + [0] * 94
    return ModbusSlaveContext(
        hr=ModbusSequentialDataBlock(0, holding),
        ir=ModbusSequentialDataBlock(0, [42] + [0] * 99),
        co=ModbusSequentialDataBlock(0, [1, 0, 1] + [0] * 97),
        di=ModbusSequentialDataBlock(0, [0, 1] + [0] * 98),
        zero_mode=True,
    )


def end_with_stdin():
    sys.stdin.read()
    os._exit(0)


threading.Thread(target=end_with_stdin, daemon=True).start()
context = ModbusServerContext(slaves={1: unit(), 7: unit()}, single=False)
if sys.argv[1] == "tcp":
    StartTcpServer(context=context, address=("127.0.0.1", int(sys.argv[2])), allow_reuse_address=True)
else:
    StartSerialServer(context=context, framer=ModbusRtuFramer, port=sys.argv[2], baudrate=9600, timeout=0.01)
