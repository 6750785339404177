// Normal numbers by counter: every row of an output has its own, whoever draws them.

#pragma once

#include <cstdint>

namespace neuro::crossbar {

// Add noise to rows `first` ... `last - 1` of an output; `sums` and `variance` begin at the first.
void add_rows(float* sums, const float* variance, std::int64_t first, std::int64_t last,
              std::int64_t columns, std::uint64_t key);

}  // namespace neuro::crossbar
