// Clusters in rows of bits: each begins a new 64-bit word. See neuro/memories/topology.py.
#pragma once

#include <cstdint>

namespace neuro::memories {

constexpr int64_t word_bits = 64;
constexpr int32_t erased = -1, unused = -2, silent = -1, ambiguous = -3;

struct Topology {
  int64_t clusters, size;

  int64_t words_of_cluster() const { return (size + word_bits - 1) / word_bits; }
  int64_t words() const { return clusters * words_of_cluster(); }
  int64_t units() const { return clusters * size; }
  int64_t column(int64_t cluster, int64_t letter) const {
    return cluster * words_of_cluster() * word_bits + letter;
  }
};

// Symmetric links; memory of the caller.
struct Rows {
  uint64_t* words;
  Topology topology;

  uint64_t* row(int64_t unit) const { return words + unit * topology.words(); }
  bool linked(int64_t unit, int64_t column) const {
    return row(unit)[column / word_bits] >> (column % word_bits) & 1;
  }
  void link(int64_t unit, int64_t column) const {
    row(unit)[column / word_bits] |= uint64_t{1} << (column % word_bits);
  }
};

}  // namespace neuro::memories
