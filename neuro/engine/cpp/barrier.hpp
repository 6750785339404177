// What threads need to work on one network: a barrier, and the floating-point mode of a run.

#pragma once

#include <atomic>
#include <thread>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace neuro {

// Threads wait until all have come. They spin for as long as a step usually takes, and then let
// others run: on a busy machine a mere spin would burn the time the late thread needs.
class Barrier {
 public:
  explicit Barrier(int threads) : threads_(threads) {}

  void wait() {
    if (threads_ == 1) return;
    const unsigned turn = turn_.load(std::memory_order_acquire);
    if (arrived_.fetch_add(1, std::memory_order_acq_rel) == threads_ - 1) {
      arrived_.store(0, std::memory_order_relaxed);
      turn_.store(turn + 1, std::memory_order_release);
      return;
    }
    for (int spin = 0; turn_.load(std::memory_order_acquire) == turn; ++spin)
      if (spin > SPINS) std::this_thread::yield();
  }

 private:
  static constexpr int SPINS = 20000;
  const int threads_;
  std::atomic<int> arrived_{0};
  std::atomic<unsigned> turn_{0};
};

// Numbers below the smallest normal one are treated as zero while a run lasts: decaying currents
// would else become a hundred times slower. The caller's mode is restored.
class FlushDenormals {
 public:
#if defined(__x86_64__)
  FlushDenormals() : mode_(_mm_getcsr()) { _mm_setcsr(mode_ | 0x8040); }
  ~FlushDenormals() { _mm_setcsr(mode_); }

 private:
  unsigned mode_;
#endif
};

}  // namespace neuro
