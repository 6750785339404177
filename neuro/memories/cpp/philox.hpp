// Philox 4x32-10 (Salmon et al., SC11, 2011); the same words as neuro/memories/draws.py.
#pragma once

#include <array>
#include <cstdint>

namespace neuro::memories {

enum Purpose : uint32_t { for_cluster = 0, for_insertion = 1 };
enum ClusterWord { erasure = 0, insertion = 1, position = 2, tie = 3 };

using Block = std::array<uint32_t, 4>;

inline Block philox(Block counter, uint64_t seed) {
  auto key0 = static_cast<uint32_t>(seed), key1 = static_cast<uint32_t>(seed >> 32);
  for (int round = 0; round < 10; ++round) {
    const uint64_t first = uint64_t{0xD2511F53} * counter[0];
    const uint64_t second = uint64_t{0xCD9E8D57} * counter[2];
    counter = {static_cast<uint32_t>(second >> 32) ^ counter[1] ^ key0,
               static_cast<uint32_t>(second),
               static_cast<uint32_t>(first >> 32) ^ counter[3] ^ key1,
               static_cast<uint32_t>(first)};
    key0 += 0x9E3779B9;
    key1 += 0xBB67AE85;
  }
  return counter;
}

// Maps a word evenly onto 0 ... size - 1.
inline int64_t scaled(uint32_t word, int64_t size) {
  return static_cast<int64_t>(static_cast<uint64_t>(word) * static_cast<uint64_t>(size) >> 32);
}

}  // namespace neuro::memories
