// Words: Philox 4x32-10 (Salmon et al., SC11, 2011, doi:10.1145/2063384.2063405). Numbers: Box and
// Muller (doi:10.1214/aoms/1177706645) with the polynomials of the Cephes library for log, sin and
// cos in single precision; NumPy does the same in neuro.backends.crossbar.mvm. No branch and no call
// stands in the loop over numbers, so that the compiler turns it into vector instructions.

#include "noise.hpp"

#include <cmath>
#include <cstddef>
#include <cstring>
#include <vector>

#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
#include <immintrin.h>
#define VECTORISED __attribute__((target_clones("avx2", "default")))
#define WITH_AVX2 __attribute__((target("avx2")))
#else
#define VECTORISED
#endif

namespace neuro::crossbar {

namespace {

constexpr std::int64_t LANES = 8;  // Blocks that are drawn at once.
constexpr int ROUNDS = 10;
constexpr std::uint32_t MULTIPLIER[2] = {0xD2511F53, 0xCD9E8D57}, WEYL[2] = {0x9E3779B9, 0xBB67AE85};

// Words of a row: each block gives two of a radius and two of an angle.
struct Words {
  std::int64_t blocks;
  std::vector<std::uint32_t> radii, angles;

  explicit Words(std::int64_t pairs)
      : blocks((pairs + 2 * LANES - 1) / (2 * LANES) * LANES),
        radii(static_cast<std::size_t>(2 * blocks)),
        angles(static_cast<std::size_t>(2 * blocks)) {}
};

void draw(std::uint32_t row, std::uint64_t key, Words& words) {
  for (std::int64_t block = 0; block < words.blocks; ++block) {
    std::uint32_t a = static_cast<std::uint32_t>(block), b = row, c = 0, d = 0;
    std::uint32_t first = static_cast<std::uint32_t>(key);
    std::uint32_t second = static_cast<std::uint32_t>(key >> 32);
    for (int round = 0; round < ROUNDS; ++round) {
      const std::uint64_t left = std::uint64_t{MULTIPLIER[0]} * a;
      const std::uint64_t right = std::uint64_t{MULTIPLIER[1]} * c;
      a = static_cast<std::uint32_t>(right >> 32) ^ b ^ first;
      b = static_cast<std::uint32_t>(right);
      c = static_cast<std::uint32_t>(left >> 32) ^ d ^ second;
      d = static_cast<std::uint32_t>(left);
      first += WEYL[0];
      second += WEYL[1];
    }
    words.radii[block] = a;
    words.angles[block] = b;
    words.radii[words.blocks + block] = c;
    words.angles[words.blocks + block] = d;
  }
}

#ifdef WITH_AVX2

// Words in the lower halves of four lanes; the upper halves hold what multiplication ignores.
struct Lanes {
  __m256i a, b, c, d;
};

WITH_AVX2 inline Lanes four_blocks(__m256i blocks, std::uint32_t row, std::uint64_t key) {
  const __m256i multiply_a = _mm256_set1_epi64x(MULTIPLIER[0]);
  const __m256i multiply_c = _mm256_set1_epi64x(MULTIPLIER[1]);
  Lanes x{blocks, _mm256_set1_epi64x(row), _mm256_setzero_si256(), _mm256_setzero_si256()};
  std::uint32_t first = static_cast<std::uint32_t>(key);
  std::uint32_t second = static_cast<std::uint32_t>(key >> 32);
#pragma GCC unroll 10
  for (int round = 0; round < ROUNDS; ++round) {
    const __m256i left = _mm256_mul_epu32(multiply_a, x.a);
    const __m256i right = _mm256_mul_epu32(multiply_c, x.c);
    x.a = _mm256_xor_si256(_mm256_xor_si256(_mm256_srli_epi64(right, 32), x.b),
                           _mm256_set1_epi64x(first));
    x.c = _mm256_xor_si256(_mm256_xor_si256(_mm256_srli_epi64(left, 32), x.d),
                           _mm256_set1_epi64x(second));
    x.b = right;
    x.d = left;
    first += WEYL[0];
    second += WEYL[1];
  }
  return x;
}

// Store the lower halves of even and odd blocks, in turn.
WITH_AVX2 inline void store(std::uint32_t* to, __m256i even, __m256i odd) {
  const __m256i both = _mm256_blend_epi32(even, _mm256_slli_epi64(odd, 32), 0xAA);
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(to), both);
}

WITH_AVX2 void draw_avx2(std::uint32_t row, std::uint64_t key, Words& words) {
  std::uint32_t* const radii = words.radii.data();
  std::uint32_t* const angles = words.angles.data();
  for (std::int64_t block = 0; block < words.blocks; block += LANES) {
    const __m256i blocks = _mm256_setr_epi64x(block, block + 2, block + 4, block + 6);
    const Lanes even = four_blocks(blocks, row, key);
    const Lanes odd = four_blocks(_mm256_add_epi64(blocks, _mm256_set1_epi64x(1)), row, key);
    store(radii + block, even.a, odd.a);
    store(angles + block, even.b, odd.b);
    store(radii + words.blocks + block, even.c, odd.c);
    store(angles + words.blocks + block, even.d, odd.d);
  }
}

#endif

// Natural logarithm of x in (0, 1].
inline float log_unit(float x) {
  std::uint32_t bits;
  std::memcpy(&bits, &x, sizeof bits);
  // Mantissa in [sqrt(1/2), sqrt(2)); the shift is arithmetic.
  const std::int32_t exponent = static_cast<std::int32_t>(bits - 0x3f3504f3u) >> 23;
  const std::uint32_t rest = bits - (static_cast<std::uint32_t>(exponent) << 23);
  float mantissa;
  std::memcpy(&mantissa, &rest, sizeof mantissa);
  const float m = mantissa - 1.0f, square = m * m;
  float p = 7.0376836292e-2f;
  p = p * m - 1.1514610310e-1f;
  p = p * m + 1.1676998740e-1f;
  p = p * m - 1.2420140846e-1f;
  p = p * m + 1.4249322787e-1f;
  p = p * m - 1.6668057665e-1f;
  p = p * m + 2.0000714765e-1f;
  p = p * m - 2.4999993993e-1f;
  p = p * m + 3.3333331174e-1f;
  return m * square * p - 0.5f * square + m + 0.69314718f * static_cast<float>(exponent);
}

struct Pair {
  float square, cosine, sine;  // Of a radius, and of an angle.
};

// Return -2 ln u, cos(2 pi v) and sin(2 pi v) of two random words u and v.
inline Pair pair_of(std::uint32_t word, std::uint32_t turn) {
  const float u = (static_cast<float>(static_cast<std::int32_t>(word >> 1)) + 0.5f) * 0x1p-31f;
  const float logarithm = -2.0f * log_unit(u);
  // The angle is a fraction of 2^32: a quadrant, and a rest in [-pi/4, pi/4].
  const std::int32_t quadrant = static_cast<std::int32_t>((turn + 0x20000000u) >> 30);
  const std::int32_t rest =
      static_cast<std::int32_t>(turn - (static_cast<std::uint32_t>(quadrant) << 30));
  const float a = static_cast<float>(rest) * static_cast<float>(3.14159265358979 * 0x1p-31);
  const float z = a * a;
  const float s = ((-1.9515295891e-4f * z + 8.3321608736e-3f) * z - 1.6666654611e-1f) * z * a + a;
  const float c =
      ((2.4433157118e-5f * z - 1.3887316255e-3f) * z + 4.1666645683e-2f) * z * z - 0.5f * z + 1.0f;
  const float cosine = (quadrant & 1) ? s : c, sine = (quadrant & 1) ? c : s;
  return {logarithm < 0.0f ? 0.0f : logarithm, ((quadrant + 1) & 2) ? -cosine : cosine,
          (quadrant & 2) ? -sine : sine};
}

// Add noise to one row. The first numbers take the cosines and the rest the sines; of an odd row the
// last sine stays unused.
VECTORISED void add_row(float* __restrict sums, const float* __restrict variance,
                        const std::uint32_t* __restrict radii,
                        const std::uint32_t* __restrict angles, std::int64_t columns) {
  const std::int64_t sines = columns / 2, pairs = columns - sines;
  for (std::int64_t i = 0; i < sines; ++i) {
    const Pair drawn = pair_of(radii[i], angles[i]);
    sums[i] += std::sqrt(drawn.square * variance[i]) * drawn.cosine;
    sums[pairs + i] += std::sqrt(drawn.square * variance[pairs + i]) * drawn.sine;
  }
  if (sines < pairs) {
    const Pair drawn = pair_of(radii[sines], angles[sines]);
    sums[sines] += std::sqrt(drawn.square * variance[sines]) * drawn.cosine;
  }
}

}  // namespace

void add_rows(float* sums, const float* variance, std::int64_t first, std::int64_t last,
              std::int64_t columns, std::uint64_t key) {
  Words words((columns + 1) / 2);
  auto* draw_words = draw;
#ifdef WITH_AVX2
  if (__builtin_cpu_supports("avx2")) draw_words = draw_avx2;
#endif
  for (std::int64_t row = first; row < last; ++row, sums += columns, variance += columns) {
    draw_words(static_cast<std::uint32_t>(row), key, words);
    add_row(sums, variance, words.radii.data(), words.angles.data(), columns);
  }
}

}  // namespace neuro::crossbar
