"""One ARM core in `unicorn` with SpiNNaker's memory map, devices and interrupts.

`unicorn` runs instructions but knows no interrupts. The instructions that can enable them are found
in the code beforehand; while an interrupt waits, the core stops at each, and the interrupt is
entered by hand. The core runs until it sleeps ("wait for interrupt") with nothing to do.
"""

import ctypes
import struct
from collections.abc import Callable
from typing import Any

import unicorn
from unicorn import arm_const as arm

from spinnaker_oracle.aplx import Image
from spinnaker_oracle.peripherals import (
    Device,
    InterruptController,
    PacketPort,
    Silent,
    SystemController,
    Timers,
    TransferEngine,
)

SDRAM = 0x60000000
SYSTEM_RAM = 0xE5000000
SDRAM_BYTES = 16 << 20

_CODE_BYTES, _DATA, _DATA_BYTES = 0x8000, 0x400000, 0x10000
_SYSTEM_RAM_BYTES = 0x8000
_FOREVER = 0xFFFF0000
_SLEEP = 0xEE070F90  # mcr p15, 0, r0, c7, c0, 4
_RETURN_AFTER = 0xE25EF004  # subs pc, lr, #4
_IRQ_MODE, _FIQ_MODE = 0x12, 0x11
_IRQ_MASK, _FIQ_MASK, _THUMB = 0x80, 0x40, 0x20
_SWITCHES_PER_RUN = 10_000_000


class Processor:
    """A core that has been loaded and has not started.

    Parameters
    ----------
    image : Image
        The application.
    core : int
        Its number on the chip.
    """

    def __init__(self, image: Image, *, core: int) -> None:
        self.interrupts = InterruptController()
        self.packets = PacketPort(self.interrupts)
        self.timers = Timers(self.interrupts)
        self._transfers = TransferEngine(self.interrupts, self._copy, core)
        self._uc = unicorn.Uc(unicorn.UC_ARCH_ARM, unicorn.UC_MODE_ARM | unicorn.UC_MODE_ARM926)
        self._asleep = False
        self._status_words: dict[int, int] = {}
        self._map_memory()
        self._map_devices()
        for address, data in image.segments:
            self._uc.mem_write(address, data)
            if address < _CODE_BYTES:
                self._watch(address, data)
        self._uc.reg_write(arm.UC_ARM_REG_CPSR, 0xD3)
        self._uc.reg_write(arm.UC_ARM_REG_PC, image.entry)

    def read(self, address: int, length: int) -> bytes:
        """Return bytes of memory."""
        return bytes(self._uc.mem_read(address, length))

    def write(self, address: int, data: bytes) -> None:
        """Set bytes of memory."""
        self._uc.mem_write(address, data)

    def words(self, address: int, count: int) -> tuple[int, ...]:
        """Return unsigned words of memory."""
        return struct.unpack(f"<{count}I", self.read(address, 4 * count))

    def run(self) -> None:
        """Run until the core sleeps and nothing is pending.

        Raises
        ------
        RuntimeError
            If it never does.
        """
        for _ in range(_SWITCHES_PER_RUN):
            if self._asleep:
                if not (self.interrupts.irq or self.interrupts.fiq):
                    return
                self._asleep = False
                self._set_pc(self._pc + 4, self._status)
            elif not self._enter_interrupt(self._status):
                self._pass_status_instruction()
            self._uc.emu_start(self._pc | bool(self._status & _THUMB), _FOREVER)
        raise RuntimeError(f"the application does not come to rest; it is at {self._pc:#x}")

    @property
    def _pc(self) -> int:
        return int(self._uc.reg_read(arm.UC_ARM_REG_PC))

    def _set_pc(self, value: int, status: int) -> None:
        self._uc.reg_write(arm.UC_ARM_REG_PC, value | bool(status & _THUMB))

    @property
    def _status(self) -> int:
        return int(self._uc.reg_read(arm.UC_ARM_REG_CPSR))

    def _copy(self, source: int, target: int, length: int) -> None:
        self._uc.mem_write(target, bytes(self._uc.mem_read(source, length)))

    def _map_memory(self) -> None:
        self._uc.mem_map(0, _CODE_BYTES)
        self._uc.mem_map(_DATA, _DATA_BYTES)
        # Both names of a memory show the same bytes; the buffers must outlive the core.
        self._sdram = ctypes.create_string_buffer(SDRAM_BYTES)
        self._system_ram = ctypes.create_string_buffer(_SYSTEM_RAM_BYTES)
        for base, memory in ((SDRAM, self._sdram), (SYSTEM_RAM, self._system_ram)):
            for alias in (base, base + 0x10000000):
                self._uc.mem_map_ptr(
                    alias, len(memory) & ~0xFFF, unicorn.UC_PROT_ALL, ctypes.addressof(memory)
                )

    def _map_devices(self) -> None:
        devices: tuple[tuple[Device, tuple[int, ...]], ...] = (
            (self.packets, (0x10000000, 0x20000000)),
            (self.timers, (0x11000000, 0x21000000)),
            (self.interrupts, (0x1F000000, 0x2F000000, 0xFFFFF000)),
            (self._transfers, (0x30000000, 0x40000000)),
            (Silent(), (0xE1000000, 0xF1000000)),
            (SystemController(self.interrupts), (0xE2000000, 0xF2000000)),
        )
        for device, bases in devices:
            read, write = self._callbacks(device)
            for base in bases:
                self._uc.mmio_map(base, 0x1000, read, None, write, None)

    def _callbacks(self, device: Device) -> tuple[Callable[..., int], Callable[..., None]]:
        def read(uc: Any, offset: int, size: int, data: Any) -> int:
            del uc, size, data
            return device.read(offset)

        def write(uc: Any, offset: int, size: int, value: int, data: Any) -> None:
            del size, data
            device.write(offset, value)
            waiting = self.interrupts.irq or self.interrupts.fiq
            if waiting and self._admits(self._status):
                uc.emu_stop()

        return read, write

    def _watch(self, address: int, code: bytes) -> None:
        """Stop at sleeps, and where a waiting interrupt may become enabled."""

        def sleep(uc: Any, address: int, size: int, data: Any) -> None:
            del address, size, data
            self._asleep = True
            uc.emu_stop()

        def enable(uc: Any, address: int, size: int, data: Any) -> None:
            del size, data
            waiting = self.interrupts.irq or self.interrupts.fiq
            if waiting and self._admits(self._new_status(self._status_words[address], 0xFF)):
                uc.emu_stop()

        for index, word in enumerate(struct.unpack(f"<{len(code) // 4}I", code[: len(code) & ~3])):
            place = address + 4 * index
            if word == _SLEEP:
                self._uc.hook_add(unicorn.UC_HOOK_CODE, sleep, None, place, place)
            elif _sets_status(word) or _returns(word):
                self._status_words[place] = word
                self._uc.hook_add(unicorn.UC_HOOK_CODE, enable, None, place, place)

    def _admits(self, status: int) -> bool:
        """Return whether a waiting interrupt is enabled by a status."""
        irq = self.interrupts.irq and not status & _IRQ_MASK
        return irq or (self.interrupts.fiq and not status & _FIQ_MASK)

    def _enter_interrupt(self, status: int) -> bool:
        if not self._admits(status):
            return False
        if self.interrupts.fiq and not status & _FIQ_MASK:
            mode, vector, mask = _FIQ_MODE, 0x1C, _IRQ_MASK | _FIQ_MASK
        else:
            mode, vector, mask = _IRQ_MODE, 0x18, _IRQ_MASK | status & _FIQ_MASK
        back = self._pc + 4
        self._uc.reg_write(arm.UC_ARM_REG_CPSR, status & ~0xFF | mask | mode)
        self._uc.reg_write(arm.UC_ARM_REG_LR, back)
        self._uc.reg_write(arm.UC_ARM_REG_SPSR, status)
        self._set_pc(vector, 0)
        return True

    def _new_status(self, word: int, status: int) -> int:
        """Return the status after an instruction that sets it."""
        if _returns(word):
            return int(self._uc.reg_read(arm.UC_ARM_REG_SPSR))
        value = word & 0xFF if word >> 25 & 1 else int(self._uc.reg_read(_REGISTERS[word & 15]))
        fields = sum(0xFF << 8 * field for field in range(4) if word >> (16 + field) & 1)
        return status & ~fields | value & fields

    def _pass_status_instruction(self) -> None:
        """Carry out the instruction at which the core stopped, so that its effect can be seen."""
        status, pc = self._status, self._pc
        word = self._status_words.get(pc)
        if word is None or status & _THUMB:
            return
        status, target = self._new_status(word, status), pc + 4
        if _returns(word):
            target = self._return_address(word) & (~1 if status & _THUMB else ~3)
        self._uc.reg_write(arm.UC_ARM_REG_CPSR, status)
        self._set_pc(target, status)
        self._enter_interrupt(status)

    def _return_address(self, word: int) -> int:
        """Return where a return from an exception goes; restore the registers that it loads."""
        uc = self._uc
        if not _is_load(word):
            return int(uc.reg_read(arm.UC_ARM_REG_LR)) - (4 if word == _RETURN_AFTER else 0)
        stack = int(uc.reg_read(arm.UC_ARM_REG_SP))
        listed = [register for register in range(15) if word >> register & 1]
        *values, target = self.words(stack, len(listed) + 1)
        for register, value in zip(listed, values, strict=True):
            uc.reg_write(_REGISTERS[register], value)
        uc.reg_write(arm.UC_ARM_REG_SP, stack + 4 * (len(listed) + 1))
        return target


_REGISTERS = tuple(
    getattr(arm, f"UC_ARM_REG_{name}")
    for name in (*(f"R{number}" for number in range(13)), "SP", "LR", "PC")
)


def _is_load(word: int) -> bool:
    return word & 0xFFFF8000 == 0xE8FD8000  # ldm sp!, {..., pc}^


def _returns(word: int) -> bool:
    return _is_load(word) or word in (_RETURN_AFTER, 0xE1B0F00E)  # the last: movs pc, lr


def _sets_status(word: int) -> bool:
    register = word & 0xFFF0FFF0 == 0xE120F000  # msr cpsr_..., register
    return register or word & 0xFFF0FF00 == 0xE320F000  # msr cpsr_..., #value
