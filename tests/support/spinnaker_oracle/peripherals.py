"""What surrounds the ARM core of a SpiNNaker chip, as far as the applications use it.

Each device has `read(offset)` and `write(offset, value)` and tells the interrupt controller what it
raises. Work is done at once: a transfer is complete when its last register has been written.
Register maps: SpiNNaker data sheet, version 2.02 (University of Manchester, 2011).
"""

from collections import deque
from collections.abc import Callable
from typing import Protocol

SOFTWARE, TIMER, SENT, TRANSFERRED, MAILBOX, PACKET = 1, 4, 11, 12, 18, 24
"""Numbers of the interrupt sources."""

PAYLOAD = 0x00020000
"""Bit of the control words: the packet has a payload."""


class Device(Protocol):
    """Registers at offsets from a base address."""

    def read(self, offset: int) -> int:
        """Return a register."""

    def write(self, offset: int, value: int) -> None:
        """Set a register."""


class InterruptController:
    """Collects the sources, chooses between IRQ and FIQ, and ranks the IRQs in 16 slots."""

    def __init__(self) -> None:
        self._raised = 1 << SENT  # the transmitter is always ready for more
        self._enabled = 0
        self._fast = 0
        self._vectors = [0] * 16
        self._controls = [0] * 16
        self._running = [16]
        self.irq = False
        self.fiq = False

    def set(self, source: int, *, active: bool) -> None:
        """Raise or lower one source."""
        mask = 1 << source
        self._raised = self._raised | mask if active else self._raised & ~mask
        self._settle()

    def read(self, offset: int) -> int:
        """Return a register; reading the vector address enters the highest slot."""
        if offset == 0x30:
            return self._enter()
        active = self._raised & self._enabled
        answers = {
            0x00: active & ~self._fast,
            0x04: active & self._fast,
            0x08: self._raised,
            0x0C: self._fast,
            0x10: self._enabled,
        }
        return answers.get(offset, 0)

    def write(self, offset: int, value: int) -> None:
        """Set a register; writing the vector address leaves the present slot."""
        if offset == 0x30:
            if len(self._running) > 1:
                self._running.pop()
        elif 0x100 <= offset < 0x140:
            self._vectors[(offset - 0x100) // 4] = value
        elif 0x200 <= offset < 0x240:
            self._controls[(offset - 0x200) // 4] = value
        else:
            self._write_masks(offset, value)
        self._settle()

    def _write_masks(self, offset: int, value: int) -> None:
        if offset == 0x0C:
            self._fast = value
        elif offset == 0x10:
            self._enabled |= value
        elif offset == 0x14:
            self._enabled &= ~value
        elif offset == 0x18:
            self._raised |= value
        elif offset == 0x1C:
            self._raised &= ~value

    def _best_slot(self) -> int:
        active = self._raised & self._enabled & ~self._fast
        for slot in range(self._running[-1]):
            control = self._controls[slot]
            if control & 0x20 and active >> (control & 0x1F) & 1:
                return slot
        return 16

    def _enter(self) -> int:
        slot = self._best_slot()
        if slot == 16:
            return 0
        self._running.append(slot)
        self._settle()
        return self._vectors[slot]

    def _settle(self) -> None:
        active = self._raised & self._enabled
        self.fiq = bool(active & self._fast)
        self.irq = bool(active & ~self._fast) and self._best_slot() < 16


class TransferEngine:
    """Copies between the shared memory and the core's own."""

    def __init__(
        self, interrupts: InterruptController, copy: Callable[[int, int, int], None], core: int
    ) -> None:
        self._interrupts = interrupts
        self._copy = copy
        self._core = core
        self._system = 0
        self._local = 0
        self._done = False

    def read(self, offset: int) -> int:
        """Return a register: the status holds the core's number and whether a transfer is done."""
        if offset == 0x14:
            return self._core << 24 | (0x400 if self._done else 0)
        return {0x04: self._system, 0x08: self._local}.get(offset, 0)

    def write(self, offset: int, value: int) -> None:
        """Set a register; the description starts the transfer."""
        if offset == 0x04:
            self._system = value
        elif offset == 0x08:
            self._local = value
        elif offset == 0x0C:
            self._transfer(value)
        elif offset == 0x10 and value & 0x08:
            self._done = False
            self._interrupts.set(TRANSFERRED, active=False)

    def _transfer(self, description: int) -> None:
        length = description & 0x1FFFF
        if description >> 19 & 1:
            self._copy(self._local, self._system, length)
        else:
            self._copy(self._system, self._local, length)
        self._done = True
        self._interrupts.set(TRANSFERRED, active=True)


class PacketPort:
    """Sends and receives multicast packets."""

    def __init__(self, interrupts: InterruptController) -> None:
        self._interrupts = interrupts
        self._control = 0
        self._data = 0
        self._received: deque[tuple[int, int | None]] = deque()
        self.sent: list[tuple[int, int | None]] = []

    def receive(self, key: int, payload: int | None) -> None:
        """Let a packet wait for the core."""
        self._received.append((key, payload))
        self._interrupts.set(PACKET, active=True)

    def read(self, offset: int) -> int:
        """Return a register; reading the key takes the packet."""
        if offset == 0x00:
            return 0x90000000 | self._control & 0x00FF0000  # empty, not full
        if not self._received:
            return 0
        key, payload = self._received[0]
        if offset == 0x14:
            self._received.popleft()
            self._interrupts.set(PACKET, active=bool(self._received))
            return key
        status = 0x80000000 | (0 if payload is None else PAYLOAD)
        return {0x0C: status, 0x10: payload or 0}.get(offset, 0)

    def write(self, offset: int, value: int) -> None:
        """Set a register; writing the key sends the packet, with the data if there are any."""
        if offset == 0x00:
            self._control = value
        elif offset == 0x04:
            self._data = value
            self._control |= PAYLOAD
        elif offset == 0x08:
            self.sent.append((value, self._data if self._control & PAYLOAD else None))
            self._control &= ~PAYLOAD


class Timers:
    """Two counters; the first one's interrupt is raised from outside, tick by tick.

    A counter moves when it is looked at, so that waiting ends, and stops at zero.
    """

    _CYCLES_PER_READ = 20

    def __init__(self, interrupts: InterruptController) -> None:
        self._interrupts = interrupts
        self._registers = {0x00: 0, 0x04: 0, 0x20: 0, 0x24: 0}

    def tick(self) -> None:
        """Raise the timer interrupt, with a full count."""
        self._registers[0x04] = self._registers[0x00]
        self._interrupts.set(TIMER, active=True)

    def read(self, offset: int) -> int:
        """Return a register."""
        value = self._registers.get(offset, 0)
        if offset & 0x1F == 0x04:
            self._registers[offset] = max(0, value - self._CYCLES_PER_READ)
        return value

    def write(self, offset: int, value: int) -> None:
        """Set a register; loading a counter sets it."""
        self._registers[offset] = value
        if offset & 0x1F == 0x00:
            self._registers[offset + 4] = value
        elif offset == 0x0C:
            self._interrupts.set(TIMER, active=False)


class SystemController:
    """Identifies the chip's parts; only the mailbox interrupt and the always free locks matter."""

    def __init__(self, interrupts: InterruptController) -> None:
        self._interrupts = interrupts

    def read(self, offset: int) -> int:
        """Return zero: locks are free, the monitor is core 0, no flag is set."""
        del offset
        return 0

    def write(self, offset: int, value: int) -> None:
        """Take every write as the acknowledgement of the mailbox interrupt."""
        del offset, value
        self._interrupts.set(MAILBOX, active=False)


class Silent:
    """Registers without effect: the router's counters."""

    def read(self, offset: int) -> int:
        """Return zero."""
        del offset
        return 0

    def write(self, offset: int, value: int) -> None:
        """Do nothing."""
