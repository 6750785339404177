// The sweep, compiled for: avx2, eight neurons at a time.

#include "lanes.hpp"
#include "pass.hpp"

#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
#include <immintrin.h>

#pragma GCC target("avx2")

namespace spinnaker {

// Eight numbers. A 32-bit multiplication gives 64 bits for every other lane, hence two of each.
struct EightLanes {
  static constexpr int64_t WIDTH = 8;
  using Mask = EightLanes;
  __m256i x;

  static EightLanes load(const int32_t* p) {
    return {_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p))};
  }
  static EightLanes load(const uint16_t* p) {
    return {_mm256_cvtepu16_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p)))};
  }
  static EightLanes all(int32_t value) { return {_mm256_set1_epi32(value)}; }
  static void clear(uint16_t* p) {
    _mm_storeu_si128(reinterpret_cast<__m128i*>(p), _mm_setzero_si128());
  }
  void store(int32_t* p) const { _mm256_storeu_si256(reinterpret_cast<__m256i*>(p), x); }

  static Mask positive(EightLanes a) { return {_mm256_cmpgt_epi32(a.x, _mm256_setzero_si256())}; }
  static Mask at_least(EightLanes a, EightLanes b) {
    return {_mm256_cmpeq_epi32(_mm256_max_epi32(a.x, b.x), a.x)};
  }
  static EightLanes choose(Mask mask, EightLanes yes, EightLanes no) {
    return {_mm256_blendv_epi8(no.x, yes.x, mask.x)};
  }
  static uint32_t bits(Mask mask) {
    return static_cast<uint32_t>(_mm256_movemask_ps(_mm256_castsi256_ps(mask.x)));
  }
};

inline __m256i upper(__m256i a) { return _mm256_srli_epi64(a, 32); }

inline EightLanes operator+(EightLanes a, EightLanes b) { return {_mm256_add_epi32(a.x, b.x)}; }
inline EightLanes operator-(EightLanes a, EightLanes b) { return {_mm256_sub_epi32(a.x, b.x)}; }

// Bits 15 to 46 of the products.
inline EightLanes multiply(EightLanes a, EightLanes b) {
  const __m256i even = _mm256_srli_epi64(_mm256_mul_epi32(a.x, b.x), 15);
  const __m256i odd = _mm256_slli_epi64(_mm256_mul_epi32(upper(a.x), upper(b.x)), 17);
  return {_mm256_blend_epi32(even, odd, 0xAA)};
}

// Bits 32 to 63 of the products. The factor is unsigned and the instruction is signed: where the
// top bit of the factor is set, x times 2^32 is missing.
inline EightLanes scale(EightLanes a, EightLanes factor) {
  const __m256i even = _mm256_srli_epi64(_mm256_mul_epi32(a.x, factor.x), 32);
  const __m256i odd = _mm256_mul_epi32(upper(a.x), upper(factor.x));
  const __m256i missing = _mm256_and_si256(a.x, _mm256_srai_epi32(factor.x, 31));
  return {_mm256_add_epi32(_mm256_blend_epi32(even, odd, 0xAA), missing)};
}

inline EightLanes shift_left(EightLanes a, int by) {
  return {_mm256_sll_epi32(a.x, _mm_cvtsi32_si128(by))};
}
inline EightLanes shift_right(EightLanes a, int by) {
  return {_mm256_sra_epi32(a.x, _mm_cvtsi32_si128(by))};
}

#define ISA avx2
#define LANES EightLanes
#include "kernels.hpp"

Pass pass_avx2(bool conductance, bool uniform) { return avx2::pass(conductance, uniform); }
}  // namespace spinnaker

#else
namespace spinnaker {
Pass pass_avx2(bool, bool) { return nullptr; }
}  // namespace spinnaker
#endif
