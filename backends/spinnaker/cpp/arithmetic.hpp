// The machine's operators on one number: two's complement, wrapping, rounding down.

#pragma once

#include <cstdint>

namespace spinnaker {

inline int32_t wrap(int64_t x) { return static_cast<int32_t>(static_cast<uint32_t>(x)); }

inline int32_t add(int32_t a, int32_t b) { return wrap(static_cast<int64_t>(a) + b); }

inline int32_t subtract(int32_t a, int32_t b) { return wrap(static_cast<int64_t>(a) - b); }

// Product of two s16.15.
inline int32_t multiply(int32_t a, int32_t b) { return wrap(static_cast<int64_t>(a) * b >> 15); }

// s16.15 times u0.32; the factor comes as the bits of an int32.
inline int32_t scale(int32_t x, int32_t factor) {
  return wrap(static_cast<int64_t>(x) * static_cast<uint32_t>(factor) >> 32);
}

inline int32_t shift_left(int32_t x, int by) {
  return by > 31 ? 0 : wrap(static_cast<int64_t>(static_cast<uint32_t>(x) << by));
}

}  // namespace spinnaker
