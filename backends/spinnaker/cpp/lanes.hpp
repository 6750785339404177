// One neuron at a time: what a sweep computes with where there are no vector instructions, and at
// the end of a population that does not fill the last vector.

#pragma once

#include "arithmetic.hpp"

namespace spinnaker {

struct OneLane {
  static constexpr int64_t WIDTH = 1;
  using Mask = bool;
  int32_t x;

  static OneLane load(const int32_t* p) { return {*p}; }
  static OneLane load(const uint16_t* p) { return {*p}; }
  static OneLane all(int32_t value) { return {value}; }
  static void clear(uint16_t* p) { *p = 0; }
  void store(int32_t* p) const { *p = x; }

  static Mask positive(OneLane a) { return a.x > 0; }
  static Mask at_least(OneLane a, OneLane b) { return a.x >= b.x; }
  static OneLane choose(Mask mask, OneLane yes, OneLane no) { return mask ? yes : no; }
  static uint32_t bits(Mask mask) { return mask ? 1u : 0u; }
};

inline OneLane operator+(OneLane a, OneLane b) { return {add(a.x, b.x)}; }
inline OneLane operator-(OneLane a, OneLane b) { return {subtract(a.x, b.x)}; }
inline OneLane multiply(OneLane a, OneLane b) { return {multiply(a.x, b.x)}; }
inline OneLane scale(OneLane a, OneLane factor) { return {scale(a.x, factor.x)}; }
inline OneLane shift_left(OneLane a, int by) { return {shift_left(a.x, by)}; }
inline OneLane shift_right(OneLane a, int by) { return {a.x >> by}; }

}  // namespace spinnaker
