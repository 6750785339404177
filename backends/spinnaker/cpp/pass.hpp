// What the sweep over a population is given, and how the emulator finds the sweep for a processor.

#pragma once

#include <cstdint>

namespace spinnaker {

constexpr int RECEPTORS = 2;    // excitatory, inhibitory
constexpr int GSYN_SHIFT = 10;  // further fraction bits of a conductance receptor

// Constants of a neuron in the machine's numbers, in the order in which Python hands them over.
enum Constant {
  V_REST,      // s16.15, as are all that say nothing else
  V_RESET,
  V_THRESH,
  I_OFFSET,
  RESISTANCE,
  EXP_TC,
  REFRACTORY,  // ticks
  DECAY_E,     // u0.32
  DECAY_I,     // u0.32
  INIT_E,      // u0.32
  INIT_I,      // u0.32
  E_REV_E,     // conductances only
  E_REV_I,     // conductances only
  CONSTANTS
};

// A population in one tick. A constant is one number for all neurons, or one for each.
struct Sweep {
  int64_t size;
  int32_t* v;
  int32_t* inputs[RECEPTORS];
  int32_t* refractory;
  uint16_t* arrivals[RECEPTORS];  // ring-buffer entries of this tick, set to zero
  int shifts[RECEPTORS];
  const int32_t* const* constants;
  uint32_t* spikes;  // room for every neuron; the sweep returns how many it wrote
};

using Pass = int64_t (*)(Sweep&);

// One for each instruction set, each in a file of its own; null where this build has none.
Pass pass_baseline(bool conductance, bool uniform);
Pass pass_avx2(bool conductance, bool uniform);

}  // namespace spinnaker
