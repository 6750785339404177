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

#if defined(__BYTE_ORDER__)
constexpr bool FIRST_BYTE_IS_LOWEST = __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__;
#else
constexpr bool FIRST_BYTE_IS_LOWEST = true;  // Windows runs on such machines only
#endif

// Position of the lowest bit that is set; there is one.
inline int lowest_bit(uint64_t bits) {
#if defined(__GNUC__)
  return __builtin_ctzll(bits);
#else
  int place = 0;
  while (!(bits >> place & 1)) ++place;
  return place;
#endif
}

// One bit for each of eight flags, which are 0 or 1; the first flag's is the lowest.
inline uint64_t packed(const uint8_t* flags) {
  uint64_t bits = 0;
  if constexpr (FIRST_BYTE_IS_LOWEST) {
    std::memcpy(&bits, flags, 8);
    return bits * 0x0102040810204080u >> 56;
  }
  for (int k = 0; k < 8; ++k) bits |= static_cast<uint64_t>(flags[k]) << k;
  return bits;
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
