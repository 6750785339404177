// Products in AVX2. Processors with AVX-512 leave them to the BLAS, which has registers twice as wide.

#include "products.hpp"

#if defined(__x86_64__) && defined(__GNUC__)
#include <immintrin.h>

#include <algorithm>

#define AVX2 __attribute__((target("avx2,fma")))

namespace neuro::crossbar {

namespace {

// Add to (or set) up to HEIGHT x WIDTH sums. All rows are computed; those that are there are written.
AVX2 void add_block(const float* const* rows, std::int64_t count, const Line* panel,
                    std::int64_t depth, float* const* sums, std::int64_t columns, bool add) {
  __m256 low[HEIGHT], high[HEIGHT];
#pragma GCC unroll 6
  for (int i = 0; i < HEIGHT; ++i) low[i] = high[i] = _mm256_setzero_ps();
  for (std::int64_t k = 0; k < depth; ++k) {
    const __m256 left = _mm256_load_ps(panel[k].columns);
    const __m256 right = _mm256_load_ps(panel[k].columns + 8);
#pragma GCC unroll 6
    for (int i = 0; i < HEIGHT; ++i) {
      const __m256 input = _mm256_broadcast_ss(rows[i] + k);
      low[i] = _mm256_fmadd_ps(input, left, low[i]);
      high[i] = _mm256_fmadd_ps(input, right, high[i]);
    }
  }
  if (columns == WIDTH) {
#pragma GCC unroll 6
    for (int i = 0; i < HEIGHT; ++i) {
      if (i >= count) break;
      if (add) {
        low[i] = _mm256_add_ps(low[i], _mm256_loadu_ps(sums[i]));
        high[i] = _mm256_add_ps(high[i], _mm256_loadu_ps(sums[i] + 8));
      }
      _mm256_storeu_ps(sums[i], low[i]);
      _mm256_storeu_ps(sums[i] + 8, high[i]);
    }
    return;
  }
  Line found[HEIGHT];
#pragma GCC unroll 6
  for (int i = 0; i < HEIGHT; ++i) {
    _mm256_store_ps(found[i].columns, low[i]);
    _mm256_store_ps(found[i].columns + 8, high[i]);
  }
  for (std::int64_t i = 0; i < count; ++i)
    for (std::int64_t lane = 0; lane < columns; ++lane)
      sums[i][lane] = found[i].columns[lane] + (add ? sums[i][lane] : 0.0f);
}

}  // namespace

bool can_multiply() {
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
         !__builtin_cpu_supports("avx512f");
}

void multiply(const float* inputs, std::int64_t batch, const Packed& matrix, float* sums) {
  const std::int64_t depth = matrix.rows(), columns = matrix.columns();
  for (std::int64_t from = 0; from < depth; from += DEPTH)
    for (std::int64_t number = 0; number < matrix.panels(); ++number)
      for (std::int64_t first = 0; first < batch; first += HEIGHT) {
        const std::int64_t count = std::min(HEIGHT, batch - first);
        const float* rows[HEIGHT];
        float* to[HEIGHT];
        for (std::int64_t i = 0; i < HEIGHT; ++i) {
          const std::int64_t row = first + std::min(i, count - 1);
          rows[i] = inputs + row * depth + from;
          to[i] = sums + row * columns + number * WIDTH;
        }
        add_block(rows, count, matrix.panel(number) + from, std::min(DEPTH, depth - from), to,
                  std::min(WIDTH, columns - number * WIDTH), from > 0);
      }
}

}  // namespace neuro::crossbar

#else

namespace neuro::crossbar {

bool can_multiply() { return false; }
void multiply(const float*, std::int64_t, const Packed&, float*) {}

}  // namespace neuro::crossbar

#endif
