// Decoders on rows of bits. `sum_of_max` is AND and OR alone; `sum_of_sum` counts in bit planes.
// The same answers as neuro/memories/decoders.py.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "topology.hpp"

namespace neuro::memories {

struct Answer {
  int32_t iterations = 0;
  int64_t spikes = 0;
};

class Decoder {
 public:
  Decoder(Rows rows, int64_t iterations, int64_t memory_effect)
      : rows_(rows), iterations_(iterations), memory_effect_(memory_effect),
        width_(rows.topology.words_of_cluster()), words_(rows.topology.words()),
        state_(words_), next_(words_), reach_(words_), carry_(words_),
        changed_(rows.topology.clusters) {}

  Answer sum_of_max(const int32_t* cue, int32_t* answer) {
    begin(cue);
    intersect_known(cue);
    Answer found;
    found.iterations = 1;
    found.spikes = active();
    bool moved = true;
    while (moved && found.iterations < iterations_) {
      moved = narrow(cue);
      ++found.iterations;
      found.spikes += active();
    }
    write(cue, answer);
    return found;
  }

  Answer sum_of_sum(const int32_t* cue, int32_t* answer) {
    const int64_t clusters = rows_.topology.clusters;
    std::fill(state_.begin(), state_.end(), 0);
    for (int64_t c = 0; c < clusters; ++c)
      if (cue[c] >= 0) set(c, cue[c]);
    Answer found;
    bool moved = true;
    while (moved && found.iterations < iterations_) {
      add_rows();
      for (int64_t c = 0; c < clusters; ++c) keep_maxima(c, cue[c] != unused);
      moved = state_ != next_;
      state_.swap(next_);
      ++found.iterations;
      found.spikes += active();
    }
    write(cue, answer);
    return found;
  }

 private:
  void set(int64_t cluster, int64_t letter) {
    state_[cluster * width_ + letter / word_bits] |= uint64_t{1} << (letter % word_bits);
  }

  // Sets the bits of all letters in the words of a cluster.
  void fill(uint64_t* words) const {
    for (int64_t w = 0; w < width_; ++w) {
      const int64_t left = rows_.topology.size - w * word_bits;
      words[w] = left >= word_bits ? ~uint64_t{0} : (uint64_t{1} << left) - 1;
    }
  }

  int64_t active() const {
    uint64_t ones = 0;
    for (uint64_t word : state_) {  // without the instruction, which not every machine has
      word -= word >> 1 & 0x5555555555555555;
      word = (word & 0x3333333333333333) + (word >> 2 & 0x3333333333333333);
      ones += ((word + (word >> 4)) & 0x0f0f0f0f0f0f0f0f) * 0x0101010101010101 >> 56;
    }
    return static_cast<int64_t>(ones);
  }

  template <class Visit>
  void each_unit(const std::vector<uint64_t>& state, int64_t cluster, Visit visit) const {
    for (int64_t w = 0; w < width_; ++w)
      for (uint64_t bits = state[cluster * width_ + w]; bits; bits &= bits - 1)
        visit(cluster * rows_.topology.size + w * word_bits + __builtin_ctzll(bits));
  }

  // Known clusters hold their letter, erased ones all units, unused ones none.
  void begin(const int32_t* cue) {
    std::fill(state_.begin(), state_.end(), 0);
    for (int64_t c = 0; c < rows_.topology.clusters; ++c) {
      changed_[c] = cue[c] == erased;
      if (cue[c] >= 0) set(c, cue[c]);
      if (cue[c] == erased) fill(&state_[c * width_]);
    }
  }

  void intersect_known(const int32_t* cue) {
    for (int64_t c = 0; c < rows_.topology.clusters; ++c) {
      if (cue[c] < 0) continue;
      intersect(state_.data(), rows_.row(c * rows_.topology.size + cue[c]), c);
    }
    // Known letters that contradict one another are gone, which the other clusters must learn.
    for (int64_t c = 0; c < rows_.topology.clusters; ++c)
      changed_[c] |= cue[c] >= 0 && std::all_of(&state_[c * width_], &state_[c * width_] + width_,
                                                [](uint64_t word) { return word == 0; });
  }

  // ANDs a row into all clusters but one.
  void intersect(uint64_t* state, const uint64_t* row, int64_t but) const {
    const int64_t begin = but * width_, end = begin + width_;
    for (int64_t w = 0; w < begin; ++w) state[w] &= row[w];
    for (int64_t w = end; w < words_; ++w) state[w] &= row[w];
  }

  // One round: a unit stays if it is linked with an active unit of every other cluster in use.
  bool narrow(const int32_t* cue) {
    next_ = state_;
    for (int64_t c = 0; c < rows_.topology.clusters; ++c) {
      if (cue[c] == unused || !changed_[c]) continue;
      std::fill(reach_.begin(), reach_.end(), 0);
      each_unit(state_, c, [&](int64_t unit) {
        const uint64_t* row = rows_.row(unit);
        uint64_t* reach = reach_.data();
        for (int64_t w = 0; w < words_; ++w) reach[w] |= row[w];
      });
      intersect(next_.data(), reach_.data(), c);
    }
    bool moved = false;
    for (int64_t c = 0; c < rows_.topology.clusters; ++c) {
      const int64_t begin = c * width_;
      changed_[c] = !std::equal(&next_[begin], &next_[begin] + width_, &state_[begin]);
      moved |= changed_[c];
    }
    state_.swap(next_);
    return moved;
  }

  // Adds the rows of all active units, and the state itself, into bit planes.
  void add_rows() {
    added_ = 0;
    planes_.clear();
    for (int64_t c = 0; c < rows_.topology.clusters; ++c)
      each_unit(state_, c, [&](int64_t unit) { add(rows_.row(unit)); });
    for (int64_t k = 0; k < memory_effect_; ++k) add(state_.data());
  }

  // A sum of so many rows has as many planes as that number has bits.
  void add(const uint64_t* row) {
    const int64_t planes = 64 - __builtin_clzll(++added_);
    planes_.resize(planes * words_);
    std::copy(row, row + words_, carry_.begin());
    uint64_t* carry = carry_.data();
    for (int64_t plane = 0; plane < planes; ++plane) {
      uint64_t* sum = &planes_[plane * words_];
      for (int64_t w = 0; w < words_; ++w) {
        const uint64_t both = sum[w] & carry[w];
        sum[w] ^= carry[w];
        carry[w] = both;
      }
    }
  }

  // Keeps the units of a cluster with the largest count, from the highest plane down.
  void keep_maxima(int64_t cluster, bool used) {
    uint64_t* best = &next_[cluster * width_];
    if (used) fill(best);
    bool any = false;
    for (int64_t begin = static_cast<int64_t>(planes_.size()) - words_; used && begin >= 0; begin -= words_) {
      const uint64_t* plane = &planes_[begin + cluster * width_];
      uint64_t hit = 0;
      for (int64_t w = 0; w < width_; ++w) hit |= best[w] & plane[w];
      if (!hit) continue;
      any = true;
      for (int64_t w = 0; w < width_; ++w) best[w] &= plane[w];
    }
    if (!used || !any) std::fill(best, best + width_, 0);
  }

  void write(const int32_t* cue, int32_t* answer) const {
    for (int64_t c = 0; c < rows_.topology.clusters; ++c) {
      int64_t count = 0, last = 0;
      each_unit(state_, c, [&](int64_t unit) { ++count, last = unit; });
      const auto letter = static_cast<int32_t>(last - c * rows_.topology.size);
      answer[c] = cue[c] == unused ? unused : count == 0 ? silent : count > 1 ? ambiguous : letter;
    }
  }

  Rows rows_;
  int64_t iterations_, memory_effect_, width_, words_;
  uint64_t added_ = 0;                // rows in the planes
  std::vector<uint64_t> state_, next_, reach_, carry_, planes_;
  std::vector<uint8_t> changed_;
};

}  // namespace neuro::memories
