// What a cell pass is given, and how the engine finds the pass for this processor.

#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <stdexcept>
#include <type_traits>

namespace neuro {

constexpr int QUADRATURE_NODES = 5;

// Asks for the first lines of what will be read soon; the processor finds the rest by itself.
inline void prefetch(const void* first) {
#if defined(__GNUC__)
  const char* line = static_cast<const char*>(first);
  __builtin_prefetch(line);
  __builtin_prefetch(line + 64);
  __builtin_prefetch(line + 128);
  __builtin_prefetch(line + 192);
#endif
}

enum class Cell {
  current_exact,
  current_tick,
  conductance_exact,
  conductance_tick,
  delta,
  discrete,
  binary
};

template <class Real>
struct Sweep {
  int64_t size;
  Real* state[3];
  Real* arrivals[2];
  const Real* const* constants;
  uint32_t* spikes;  // room for every neuron; a pass returns how many it wrote
};

template <class Real>
using Pass = int64_t (*)(Sweep<Real>&);

template <class Real>
using RowPass = void (*)(Real* row, Real* slot, const Real* trace, int64_t n, Real a_minus,
                         Real w_min, Real w_max);

template <class Real>
using ScalePass = void (*)(Real* values, int64_t n, Real factor);

// One set for each instruction set; each lives in a file of its own.
template <class Real>
Pass<Real> pass_baseline(Cell cell, bool uniform, bool summed);
template <class Real>
Pass<Real> pass_avx2(Cell cell, bool uniform, bool summed);
template <class Real>
Pass<Real> pass_avx512(Cell cell, bool uniform, bool summed);
template <class Real>
RowPass<Real> row_pass_baseline(bool immediate);
template <class Real>
RowPass<Real> row_pass_avx2(bool immediate);
template <class Real>
RowPass<Real> row_pass_avx512(bool immediate);
template <class Real>
ScalePass<Real> scale_pass_baseline();
template <class Real>
ScalePass<Real> scale_pass_avx2();
template <class Real>
ScalePass<Real> scale_pass_avx512();

}  // namespace neuro
